// A life that ends in a violation, day by day, as a `test` block.
//
//   test "ban `b` is violated while a switch takes 5 days"
//     given type = meter, profile = bootstrap
//     every day at 12:00 from 2026-04-02 to 2026-06-25 network 724-05
//     expect keep
//     at 2026-06-26 00:00
//     expect profile = vivo-local
//     every day at 12:00 from 2026-06-26 to 2026-06-30 network 724-05
//     at 2026-07-01 00:00
//     expect ban b violated
//
// With the policy at hand the life is lived before it is told. Where other bans are about the same
// device they may call first, or allow less to be changed to: what is told is what was decided, and
// a life counts only if it ends in the violation before the switch that was called for need be
// made.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/device/device.h"
#include "engine/proof/slow_switch.h"
#include "engine/proof/world.h"

namespace sojourn {

struct Timeline {
  std::uint32_t ban = 0;
  std::string name;
  Witness there;                     // the violation; its day is the last of the life
  std::optional<Witness> elsewhere;  // what the ban is about does not hold; absent: no service
  // Other places of the same stay, taken in turn until the ban calls, so many days each; so that
  // what counts one network does not count them all.
  std::vector<Witness> turns;
  std::int32_t turn_days = 1;
  bool interrupted = false;  // at the end of each turn it is elsewhere for a while
  std::vector<LifeHalf> life;
  Duration noon;
  ConditionIndex violates = ConditionTable::kNever;  // the ban, with the profile that is enabled
  std::string called;    // what is decided once the ban calls; empty: not told
  std::string violated;  // "ban b violated"
  // A guard that stops the switch: so many changes of the enabled profile use it up.
  std::int64_t switches = 0;
  std::string other_profile;
};

// Absent when a device that stands still until its last days cannot show it.
std::optional<std::string> timeline_as_test(const RuleTable& table, const Timeline& timeline);

// The same as it is lived through. Absent: it does not end in the violation, or only after a switch
// that was called for would have been made. Requires: no guard is used up.
std::optional<std::string> live_timeline(const std::shared_ptr<const PreparedPolicy>& policy,
                                         const RuleTable& table, const Timeline& timeline);

}  // namespace sojourn
