#include "adapters/cli/dryrun_compare.h"

#include <algorithm>
#include <tuple>

#include "adapters/cli/day_count.h"

namespace sojourn::cli {
namespace {

// One device's enabled profile as time goes by.
class Course {
 public:
  Course(FleetReplay& replay, DeviceIndex device)
      : table_(replay.policy().table()), since_(replay.watch(device)->profiles()) {}

  // Absent once the end is reached.
  std::optional<Instant> next() const {
    return at_ + 1 < since_.size() ? std::optional(since_[at_ + 1].at) : std::nullopt;
  }
  void move_to(Instant t) {
    while (at_ + 1 < since_.size() && since_[at_ + 1].at <= t) ++at_;
  }
  std::string profile() const { return profile_name(table_, since_[at_].profile); }
  Instant begin() const { return since_[0].at; }

 private:
  const RuleTable& table_;
  const std::vector<EnabledSince>& since_;
  std::size_t at_ = 0;
};

}  // namespace

ReplayComparison compare_replays(FleetReplay& replay, FleetReplay& other) {
  ReplayComparison comparison;
  const TimeZone& zone = replay.policy().zone();
  Instant end = replay.newest() + milliseconds(1);
  for (DeviceIndex device = 0; device < replay.device_count(); ++device) {
    ++comparison.device_count;
    Course mine(replay, device), theirs(other, device);
    DayCount all, changed;
    ChangedDevice found;
    for (Instant at = mine.begin(); at < end;) {
      mine.move_to(at);
      theirs.move_to(at);
      Instant until = std::min({end, mine.next().value_or(end), theirs.next().value_or(end)});
      std::int32_t first = zone.day_of(at).number;
      std::int32_t last = zone.day_of(until - milliseconds(1)).number;
      all.add(first, last);
      if (mine.profile() != theirs.profile()) {
        if (changed.count() == 0) {
          found = {replay.device_label(device), at, mine.profile(), theirs.profile(), 0};
        }
        changed.add(first, last);
      }
      at = until;
    }
    comparison.device_day_count += all.count();
    comparison.changed_day_count += changed.count();
    if (changed.count() == 0) continue;
    found.day_count = changed.count();
    comparison.changed.push_back(std::move(found));
  }
  std::sort(comparison.changed.begin(), comparison.changed.end(),
            [](const ChangedDevice& a, const ChangedDevice& b) {
              return std::tie(b.day_count, a.device) < std::tie(a.day_count, b.device);
            });
  return comparison;
}

}  // namespace sojourn::cli
