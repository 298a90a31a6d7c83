#include "adapters/cli/device_watch.h"

#include <cassert>
#include <utility>

namespace sojourn::cli {

void DeviceWatch::time_passes(Device& device, Instant from, Instant until) {
  with_.pass(device, from, until);
  note_profile(device, from);
}

void DeviceWatch::before_switch(Device& device, Instant at) {
  if (recorded_ || plan_.bans.rows().empty()) return;
  Device copy(plan_.policy, {plan_.lateness});
  [[maybe_unused]] Status restored = copy.restore(device.save());
  assert(restored.ok());
  for (const auto& [feature, reading] : told_) copy.told(feature, reading);
  recorded_ = std::make_unique<Recorded>(Recorded{std::move(copy), at, with_});
}

void DeviceWatch::told(FeatureIndex feature, const Reading& reading, Instant at) {
  told_.insert_or_assign(feature, reading);
  if (!recorded_) return;
  recorded_->pass_to(at);
  recorded_->device.told(feature, reading);
}

void DeviceWatch::reported(const Observation& observation) {
  if (!recorded_) return;
  recorded_->pass_to(observation.at);
  recorded_->device.observe(observation);
}

void DeviceWatch::finish(DeviceLoop& loop) {
  Instant end = loop.now();
  with_.pass(loop.device(), end, end + milliseconds(1));
  note_profile(loop.device(), end);
  if (recorded_) recorded_->pass_to(end + milliseconds(1));
}

void DeviceWatch::Recorded::pass_to(Instant t) {
  if (t <= now) return;
  days.pass(device, now, t);
  now = t;
}

void DeviceWatch::note_profile(const Device& device, Instant at) {
  if (!plan_.profiles) return;
  std::optional<std::int64_t> profile = device.enabled_profile(at);
  if (profiles_.empty() || profiles_.back().profile != profile) profiles_.push_back({at, profile});
}

}  // namespace sojourn::cli
