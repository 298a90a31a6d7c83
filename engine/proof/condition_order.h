// Private to engine/proof: does one condition follow from another one, as they are written?
//
//   region in BR         is never truer than   region in BR, CL
//   roaming in BR and X  is never truer than   roaming in BR, CL
//
// What is counted of the one is then counted of the other as well, at every instant of every
// history. `no` counts as less true than `unknown`, and that as less than `yes`.
#pragma once

#include "engine/graph/rule_table.h"

namespace sojourn {

// True is certain; false says nothing.
bool is_never_truer(const RuleTable& table, ConditionIndex one, ConditionIndex other);

}  // namespace sojourn
