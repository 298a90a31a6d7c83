// Private to engine/proof. Conditions that no network fulfils for certain, since every mobile
// country code of the country is used elsewhere too: what an author is told of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/graph/rule_table.h"

namespace sojourn {

// Of the first such part of the conditions, also within what they count: "no network is certainly
// in IL: mobile country code 425 is shared by IL and PS; ask for ...". Absent: there is none.
std::optional<std::string> shared_code_help(const RuleTable& table,
                                            const std::vector<ConditionIndex>& conditions);

}  // namespace sojourn
