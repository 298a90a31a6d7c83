// BanDays: on which days of one device each ban was violated, and on which nobody can tell.
//
//   BanClock clock(policy);                            // once per policy
//   BanDays days(clock);
//   days.pass(device, from, until);                    // nothing changed in the device in between
//
// A day counts once the ban was violated for an instant of it, by the ban's own zone, as it was
// known when it passed: a late report corrects what comes after it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "adapters/cli/day_count.h"
#include "engine/device/device.h"

namespace sojourn::cli {

// The bans of a policy that can be violated (`forbid change` cannot) with their zones. Immutable.
class BanClock {
 public:
  explicit BanClock(std::shared_ptr<const PreparedPolicy> policy);

  struct Row {
    std::size_t ban = 0;  // in RuleTable::bans
    TimeZone zone;
  };
  const std::vector<Row>& rows() const { return rows_; }
  const RuleTable& table() const { return policy_->table(); }

 private:
  std::shared_ptr<const PreparedPolicy> policy_;
  std::vector<Row> rows_;
};

class BanDays {
 public:
  explicit BanDays(const BanClock& clock) : clock_(&clock), tallies_(clock.rows().size()) {}

  // Requires: intervals come in order of time, and the device was not asked about later instants.
  void pass(Device& device, Instant from, Instant until);

  // By row of the clock.
  std::uint64_t violated_day_count(std::size_t row) const { return tallies_[row].violated.count(); }
  // Days on which a violation is possible, and on none of which it is certain.
  std::uint64_t doubtful_day_count(std::size_t row) const {
    return tallies_[row].doubtful.count() - tallies_[row].resolved_count;
  }
  Instant first_violated(std::size_t row) const { return tallies_[row].first_violated; }

 private:
  struct Tally {
    DayCount violated, doubtful;
    std::uint64_t resolved_count = 0;  // doubtful days on which it became certain
    Instant first_violated = kNever;
  };
  void add(Tally& tally, Truth violated, Instant from, std::int32_t first, std::int32_t last);

  const BanClock* clock_;
  std::vector<Tally> tallies_;
};

}  // namespace sojourn::cli
