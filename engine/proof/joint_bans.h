// Private to engine/proof: several bans in one device. One alone holds; does it hold as well where
// another one's order leads to a profile for which it counts on (slow_switch.h, `coming`)?
//
// Which ban may so lead to which profile is a question about situations; whether less than the
// notice may be left on arrival is explored; a violation is lived through with the engine
// (joint_story.h), from a few of the situations in which the one ban calls and the other counts.
// What no such life shows is not decided.
#pragma once

#include "engine/proof/lived_policy.h"
#include "engine/proof/promises.h"

namespace sojourn {

// Completes what is known of the ban over time. Requires: alone it holds.
void prove_with_others(PolicyModel& model, SituationSearch& search, ProofBudget& budget,
                       LivedPolicy& lived, std::uint32_t ban, const SlowSwitch& question,
                       OverTime& over_time);

}  // namespace sojourn
