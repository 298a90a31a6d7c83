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
// Does the other one certainly hold where the one certainly does? (Who roams in a country is on its
// networks; while it is unknown who is enabled, only the former is unknown.) False says nothing.
bool is_never_surer(const RuleTable& table, ConditionIndex one, ConditionIndex other);

}  // namespace sojourn
