#include "engine/device/device.h"

#include <algorithm>

#include "engine/device/bans.h"
#include "engine/device/evaluator.h"
#include "engine/device/explain.h"
#include "engine/device/ledger.h"

namespace sojourn {

class Device::State {
 public:
  State(std::shared_ptr<const PreparedPolicy> prepared, const DeviceOptions& options)
      : policy(std::move(prepared)), evaluator(static_cast<const Prepared&>(*policy), options) {}

  std::shared_ptr<const PreparedPolicy> policy;
  Evaluator evaluator;
};

Device::Device(std::shared_ptr<const PreparedPolicy> policy, const DeviceOptions& options)
    : state_(std::make_unique<State>(std::move(policy), options)) {}
Device::~Device() = default;
Device::Device(Device&&) noexcept = default;
Device& Device::operator=(Device&&) noexcept = default;

ObserveOutcome Device::observe(const Observation& observation) {
  return state_->evaluator.observe(observation);
}
void Device::switched(ProfileIndex profile, Instant at) { state_->evaluator.switched(profile, at); }
void Device::set_quarantine(const std::vector<QuarantinedProfile>& all, Instant now) {
  state_->evaluator.set_quarantine(all, now);
}
Decision Device::decide(Instant now) { return state_->evaluator.decide(now); }
const std::vector<std::uint32_t>& Device::also() const { return state_->evaluator.also(); }
Instant Device::review(Instant now) { return state_->evaluator.review(now); }
Instant Device::wake(Instant now) { return state_->evaluator.wake(now); }
void Device::told(FeatureIndex feature, const Reading& reading) {
  state_->evaluator.told(feature, reading);
}
Reading Device::read(FeatureIndex feature, Instant now) {
  return state_->evaluator.read(feature, now);
}
Truth Device::judge(ConditionIndex condition, Instant now, Instant& steady_until) {
  return state_->evaluator.judge(condition, now, steady_until);
}
Instant Device::next_within(std::int32_t from_ms, std::int32_t until_ms, Instant now) {
  state_->evaluator.place_at(now);  // whose clock it is
  return state_->evaluator.reader().next_within(from_ms, until_ms, now);
}
BanStanding Device::standing(std::size_t ban, Instant now) {
  return BanJudge(state_->evaluator, now).standing(ban);
}
Explanation Device::explain(Instant now) { return Explainer(state_->evaluator, now).explain(); }
std::vector<ConditionEvidence> Device::because(const Decision& decision, Instant now) {
  return Explainer(state_->evaluator, now).because(decision);
}

std::vector<BanEvidence> Device::bans(Instant now) {
  return Explainer(state_->evaluator, now).bans();
}
std::vector<std::string> Device::skipped(const Decision& decision, Instant now) {
  return Explainer(state_->evaluator, now).skipped(decision);
}

std::optional<std::int64_t> Device::enabled_profile(Instant now) const {
  std::int64_t profile = state_->evaluator.history().value(kProfile, now);
  if (profile == kUnknownValue) return std::nullopt;
  return is_undeclared(profile) ? kOtherSymbol : profile;
}

std::vector<EvidenceRow> Device::ledger() const {
  Evaluator& evaluator = state_->evaluator;
  Instant now = std::max(evaluator.asked_to(), newest_report());
  return residency(evaluator.place_at(now), evaluator.history(),
                   {evaluator.history().first_report(), newest_report()});
}

Bytes Device::save() const { return state_->evaluator.save(); }
Status Device::restore(ByteView bytes) { return state_->evaluator.restore(bytes); }

Instant Device::newest_report() const { return state_->evaluator.history().newest_report(); }
std::size_t Device::byte_count() const {
  return sizeof(*this) + sizeof(State) + state_->evaluator.byte_count();
}

}  // namespace sojourn
