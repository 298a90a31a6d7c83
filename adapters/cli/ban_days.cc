#include "adapters/cli/ban_days.h"

#include <algorithm>
#include <utility>

namespace sojourn::cli {

BanClock::BanClock(std::shared_ptr<const PreparedPolicy> policy) : policy_(std::move(policy)) {
  const std::vector<Ban>& bans = table().bans;
  for (std::size_t i = 0; i < bans.size(); ++i) {
    if (bans[i].forbids_change) continue;
    auto zone =
        bans[i].zone.empty() ? Result<TimeZone>(policy_->zone()) : TimeZone::find(bans[i].zone);
    rows_.push_back({i, zone ? *zone : policy_->zone()});  // a prepared policy's zones are there
  }
}

void BanDays::pass(Device& device, Instant from, Instant until) {
  std::optional<std::int64_t> enabled = device.enabled_profile(from);
  for (std::size_t row = 0; row < tallies_.size(); ++row) {
    const auto& [ban, zone] = clock_->rows()[row];
    const std::vector<ConditionIndex>& violated = clock_->table().bans[ban].violated;
    for (Instant at = from; at < until;) {
      Instant steady = until;
      Truth truth = Truth::unknown;  // with whatever is enabled
      if (enabled) {
        std::size_t candidate =
            *enabled < 0 ? violated.size() - 1 : static_cast<std::size_t>(*enabled);
        truth = device.judge(violated[candidate], at, steady);
      }
      Instant end = std::min(steady, until);
      if (truth != Truth::no) {
        add(tallies_[row], truth, at, zone.day_of(at).number,
            zone.day_of(end - milliseconds(1)).number);
      }
      at = end;
    }
  }
}

void BanDays::add(Tally& tally, Truth violated, Instant from, std::int32_t first,
                  std::int32_t last) {
  if (violated == Truth::yes) {
    bool was_doubtful = tally.doubtful.reached(first) && !tally.violated.reached(first);
    tally.resolved_count += was_doubtful ? 1 : 0;
    tally.violated.add(first, last);
    tally.first_violated = std::min(tally.first_violated, from);
    return;
  }
  if (tally.violated.reached(first)) ++first;
  if (first <= last) tally.doubtful.add(first, last);
}

}  // namespace sojourn::cli
