// In which order a graph's nodes test features: what was asked for, then what is cheap to compute
// and much used, then what is costly. What is cheap and that a ban asks beside something costly
// stands right before that:
//
//   never roaming in BR on at least 90 days within 120 days       roaming in BR, days in BR,
//   never roaming in TR on at least 90 days within 120 days       roaming in TR, days in TR
//
// Were all the cheap ones first, that no ban bites would be every combination of them: as many
// nodes as bans, so, become two to the power of that many.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/graph/rule_table.h"

namespace sojourn {

struct FeatureOrder {
  std::vector<FeatureIndex> asked = {};  // the order that is wanted; the others come after these
  // Uses that differ little count as equal, so that the order outlives most edits of a rule.
  bool steady = false;
};

// `uses_of`: of every feature, in how many rules its tests stand; features of no use are left out.
std::vector<FeatureIndex> order_of_features(const RuleTable& table,
                                            const std::vector<std::uint64_t>& uses_of,
                                            const FeatureOrder& wanted);

}  // namespace sojourn
