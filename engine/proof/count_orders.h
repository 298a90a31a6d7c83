// Private to engine/proof: what one count of a device's history says about another one.
//
//   roaming in BR on ... days within 30 days   <=  ... within 1 month + 2
//   roaming in BR on ... consecutive days      <=  ... within 120 days, as far as 120
//   per profile on the same network            <=  on the same network
//   region in BR on ... days within 28 days    <=  region in BR, CL on ... days within 28 days
//   with the enabled profile, as a ban asks    ==  as a rule asks, where a network serves
//   roaming in BR for ... (whole days of it)   <=  ... days within 120 days, as far as 120
//   roaming in BR on ... days within 7 days    <=  7 times that on ... weeks within 2 weeks
//
// Each holds between the lower bounds and between the upper ones, at every instant of every
// history; where several are known, the least counts that satisfy all are found bound by bound
// (world_counts.cc).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/graph/rule_table.h"

namespace sojourn {

// above >= min((below - slack) / per, as_far_as), begun ones counting whole
struct CountOrder {
  FeatureIndex below = 0;
  FeatureIndex above = 0;
  std::int64_t slack = 0;
  std::int64_t as_far_as = std::numeric_limits<std::int64_t>::max();
  // So many milliseconds or days of the one make a day or week of the other.
  std::int64_t per = 1;
  bool whole = false;     // only where it comes to `as_far_as`
  bool certain = false;   // between the lower bounds alone
  bool converts = false;  // the two count in different ways
  // One more than the slack, unless what is counted holds now.
  bool today = false;
  // Only while this profile is enabled (one beyond the declared ones: any other); absent: always.
  std::optional<ProfileIndex> enabled;
  // ... and a network that is known serves (without one a candidate is judged on others).
  bool served = false;

  // What the other one is at least, where this one is so much; the least number where that says
  // nothing. `open_today`: what is counted does not hold now (see `today`).
  std::int64_t least_above(std::int64_t value, bool open_today) const;
};

// What cannot be together: something is counted in a window, and the last time that it held lies
// before that; a profile was changed in a window, and one is enabled for longer.
//
//   count >= 1 and since + each * (count - 1) >= limit
struct CountBar {
  FeatureIndex count = 0;
  FeatureIndex since = 0;  // how long ago it held, or for how long it holds
  std::int64_t each = 0;
  std::int64_t limit = 0;
  std::int64_t longest = 0;  // what `since` says of all that lies further back
  std::optional<ProfileIndex> enabled;
  bool served = false;

  bool rules_out(std::int64_t count_value, std::int64_t since_value) const;
};
// Those between these counts.
std::vector<CountBar> count_bars(const RuleTable& table, const std::vector<FeatureIndex>& counts);

// The orders between these counts.
std::vector<CountOrder> count_orders(const RuleTable& table,
                                     const std::vector<FeatureIndex>& counts);

// May it read otherwise on another network?
bool asks_network(const RuleTable& table, const Feature& feature);

// Of `since` about one event: is the one true wherever the other is? False says nothing.
bool is_due_first(const RuleTable& table, const Feature& one, const Feature& other);
// When `since` is true of the event, has it left the window of this count of it?
bool is_over_before(const RuleTable& table, const Feature& count, const Feature& since);

// How long a window is, at least and at most: calendar months differ, and so do days on which the
// clocks are changed.
struct WindowLength {
  std::int64_t least = 0;
  std::int64_t most = 0;
};
// In days, of a form that counts days; with today.
WindowLength length_in_days(const Feature& feature);
// The same on this day.
std::int64_t length_on(const Feature& feature, Day today);
// In milliseconds, of one that looks back to the same hour.
WindowLength elapsed_length(const RuleTable& table, const Feature& feature);

}  // namespace sojourn
