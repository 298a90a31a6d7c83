// What the exploration of a ban over time (slow_switch.h) needs to know of it, and what a story of
// its violation (timeline_text.h) must name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/proof/slow_switch.h"
#include "engine/proof/timeline_text.h"

namespace sojourn {

// The next day, from kDefaultDay on, that the clocks make shorter than 24 hours, and by how much.
struct ShortDay {
  Day day;
  Duration by;
};
std::optional<ShortDay> short_day(const RuleTable& table, const Ban& ban);

// The zone whose midnights end the ban's days.
TimeZone zone_of(const RuleTable& table, const Ban& ban);

SlowSwitch slow_switch_of(const RuleTable& table, const Ban& ban);

// The least notice with which the exploration finds no violation; absent: none within a year.
std::optional<std::int32_t> notice_enough(SlowSwitch question);

// What the condition counts, and what that counts in turn.
std::vector<FeatureIndex> counted_by(const RuleTable& table, ConditionIndex condition);
// Of these, what is counted with whichever profile is enabled.
std::vector<FeatureIndex> counted_with_any_profile(const RuleTable& table,
                                                   ConditionIndex condition);
// Does it, or what it counts, look at where the device is (and not only at its network)?
bool about_place(const RuleTable& table, ConditionIndex condition);

// The same place on other networks of the country: one that the policy names, two that it does not.
std::vector<Witness> other_networks(const RuleTable& table, const Witness& there);

// For how many days a stay must last to violate it; 0: it counts nothing, or no stay does.
std::int32_t days_to_violate(const RuleTable& table, ConditionIndex violates);

// Puts the situation on kDefaultDay, where the dates that the condition names allow it.
void move_to_default_day(const RuleTable& table, ConditionIndex condition, Witness& there);

// The timeline's name, its day and its expectation; the guard that stops the switch, if one does.
// `by_clock`: it needs the day on which the clocks go forward. Requires: `life` and `there`.
void complete(const RuleTable& table, const Ban& ban, const SlowSwitch& question, bool by_clock,
              Timeline& timeline, std::string& guard);

}  // namespace sojourn
