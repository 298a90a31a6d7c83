// Decision records and explanations as JSON: one line each, members in a fixed order, so that equal
// records are equal bytes.
#pragma once

#include <string>

#include "engine/device/decision.h"
#include "engine/graph/rule_table.h"

namespace sojourn {

// The shape of interfaces.md, "A decision record"; `policy` is the table's meaning digest.
std::string to_json(const DecisionRecord& record, const RuleTable& table);
std::string to_json(const Explanation& explanation, const RuleTable& table);

}  // namespace sojourn
