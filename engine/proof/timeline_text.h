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
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/proof/slow_switch.h"
#include "engine/proof/world.h"

namespace sojourn {

struct Timeline {
  std::string name;
  Witness there;                     // the violation; its day is the last of the life
  std::optional<Witness> elsewhere;  // what the ban is about does not hold; absent: no service
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

}  // namespace sojourn
