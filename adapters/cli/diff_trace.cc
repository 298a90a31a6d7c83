#include "adapters/cli/diff_trace.h"

#include <algorithm>
#include <memory>
#include <unordered_map>

#include "adapters/cli/day_count.h"
#include "adapters/telemetry/trace_reader.h"
#include "engine/base/calendar.h"
#include "engine/device/device.h"
#include "engine/runtime/device_directory.h"
#include "engine/runtime/device_loop.h"

namespace sojourn::cli {
namespace {

using service::RecordedDifference;
using service::TouchedCount;

LoopOptions open_loop() {
  LoopOptions options;
  options.mode = LoopMode::open;
  return options;
}

// One device under the graph of the difference: in which situation it is, since when.
class Follower {
 public:
  Follower(std::shared_ptr<const PreparedPolicy> policy, const std::string& name)
      : policy_(std::move(policy)), loop_(policy_, name, open_loop()) {}

  // What is known of the device before its first report.
  void introduce(const Observation& standing) { loop_.introduce(standing); }

  void report(const Observation& observation) {
    loop_.report(observation, [&](const DecisionRecord& record) { move_to(record.at); });
    if (!began_) since_ = observation.at;
    began_ = true;
    newest_ = std::max(newest_, observation.at);
  }

  Instant newest() const { return newest_; }

  // `end`: of the trace, to which time goes on.
  void finish(Instant end, RecordedDifference& trace) {
    loop_.run_until(end, [&](const DecisionRecord& record) { move_to(record.at); });
    move_to(end);
    close(end + milliseconds(1));
    count(trace.all, days_);
    count(trace.touched, touched_);
    if (touched_.count() > 0) {
      trace.devices.push_back({loop_.name(), touched_since_, touched_first_, touched_.count()});
    }
    for (const auto& [situation, days] : by_situation_) {
      count(trace.situations[static_cast<std::size_t>(situation)], days);
    }
  }

 private:
  static void count(TouchedCount& total, const DayCount& days) {
    total.device_count += days.count() > 0 ? 1u : 0u;
    total.device_day_count += days.count();
  }

  void move_to(Instant at) {
    if (!began_) since_ = at;
    began_ = true;
    close(at);
    situation_ = loop_.decision() ? loop_.decision()->rule : -1;
    since_ = at;
  }

  void close(Instant end) {
    if (end <= since_) return;
    std::int32_t first = policy_->zone().day_of(since_).number;
    std::int32_t last = policy_->zone().day_of(end - milliseconds(1)).number;
    days_.add(first, last);
    if (situation_ < 0) return;
    if (touched_.count() == 0) {
      touched_since_ = since_;
      touched_first_ = static_cast<std::size_t>(situation_);
    }
    touched_.add(first, last);
    by_situation_[situation_].add(first, last);
  }

  std::shared_ptr<const PreparedPolicy> policy_;
  DeviceLoop loop_;
  bool began_ = false;
  Instant since_ = kBeginning;
  Instant newest_ = kBeginning;
  std::int32_t situation_ = -1;
  DayCount days_, touched_;
  Instant touched_since_ = kNever;
  std::size_t touched_first_ = 0;  // the situation then
  std::unordered_map<std::int32_t, DayCount> by_situation_;
};

}  // namespace

Result<RecordedDifference> replay_difference(const Difference& difference, const Gazetteer& world,
                                             const service::MasterData& known,
                                             const telemetry::TraceOptions& reading,
                                             Console& console) {
  auto prepared = PreparedPolicy::prepare(difference.graph, world);
  if (!prepared) return std::move(prepared).error();
  auto reader = telemetry::TraceReader::open(reading);
  if (!reader) return std::move(reader).error();
  DeviceDirectory directory([&](const std::string& imei) { return known.eid_of(imei); });
  std::vector<std::unique_ptr<Follower>> devices;
  Observation observation;
  while (true) {
    auto more = (*reader)->next(observation);
    if (!more) return std::move(more).error();
    if (!*more) break;
    DeviceIndex index = directory.find_or_add(observation.names);
    if (index == devices.size()) {
      devices.push_back(std::make_unique<Follower>(*prepared, directory.label(index)));
      std::optional<Observation> standing = known.of(observation.names, observation.at);
      if (standing) devices.back()->introduce(*standing);
    }
    devices[index]->report(observation);
  }
  if (!(*reader)->summary().clean()) console.message(telemetry::describe((*reader)->summary()));
  RecordedDifference trace;
  trace.situations.resize(difference.graph->table().rules.size());
  Instant end = kBeginning;
  for (const auto& device : devices) end = std::max(end, device->newest());
  for (const auto& device : devices) device->finish(end, trace);
  return trace;
}

}  // namespace sojourn::cli
