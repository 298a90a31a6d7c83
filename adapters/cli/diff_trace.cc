#include "adapters/cli/diff_trace.h"

#include <algorithm>
#include <memory>
#include <unordered_map>

#include "adapters/telemetry/trace_reader.h"
#include "engine/base/calendar.h"
#include "engine/device/device.h"
#include "engine/runtime/device_directory.h"
#include "engine/runtime/device_loop.h"

namespace sojourn::cli {
namespace {

// Counts days of one device, told in order of time; a day told twice counts once.
class DayCount {
 public:
  void add(std::int32_t first, std::int32_t last) {
    std::int32_t from = any_ ? std::max(first, next_) : first;
    if (last >= from) count_ += static_cast<std::uint64_t>(last - from) + 1;
    next_ = std::max(any_ ? next_ : first, last + 1);
    any_ = true;
  }
  std::uint64_t count() const { return count_; }

 private:
  bool any_ = false;
  std::int32_t next_ = 0;
  std::uint64_t count_ = 0;
};

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

  void report(const Observation& observation) {
    loop_.report(observation, [&](const DecisionRecord& record) { move_to(record.at); });
    if (!began_) since_ = observation.at;
    began_ = true;
    newest_ = std::max(newest_, observation.at);
  }

  void finish(DiffTrace& trace) {
    move_to(newest_);
    close(newest_ + milliseconds(1));
    count(trace.all, days_);
    count(trace.touched, touched_);
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
  std::unordered_map<std::int32_t, DayCount> by_situation_;
};

}  // namespace

Result<DiffTrace> replay_difference(const Difference& difference, const Gazetteer& world,
                                    const std::vector<std::string>& traces, Console& console) {
  auto prepared = PreparedPolicy::prepare(difference.graph, world);
  if (!prepared) return std::move(prepared).error();
  auto reader = telemetry::TraceReader::open({.paths = traces});
  if (!reader) return std::move(reader).error();
  DeviceDirectory directory;
  std::vector<std::unique_ptr<Follower>> devices;
  Observation observation;
  while (true) {
    auto more = (*reader)->next(observation);
    if (!more) return std::move(more).error();
    if (!*more) break;
    DeviceIndex index = directory.find_or_add(observation.names);
    if (index == devices.size()) {
      devices.push_back(std::make_unique<Follower>(*prepared, directory.label(index)));
    }
    devices[index]->report(observation);
  }
  if (!(*reader)->summary().clean()) console.message(telemetry::describe((*reader)->summary()));
  DiffTrace trace;
  trace.situations.resize(difference.graph->table().rules.size());
  for (const auto& device : devices) device->finish(trace);
  return trace;
}

}  // namespace sojourn::cli
