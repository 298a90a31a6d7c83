// What conditions ask for: themselves, and inside what they count.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/graph/rule_table.h"

namespace sojourn {

// Their tests, as indices in ConditionTable::tests(); ascending, each once.
std::vector<std::uint32_t> tests_asked(const RuleTable& table,
                                       const std::vector<ConditionIndex>& conditions);
// What these are about; ascending, each once.
std::vector<FeatureIndex> features_asked(const RuleTable& table,
                                         const std::vector<ConditionIndex>& conditions);

}  // namespace sojourn
