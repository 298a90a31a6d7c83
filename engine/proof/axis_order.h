// A better order of features: sifting, within a budget.
//
// The size of a graph depends on the order in which its nodes test features. From the heuristic
// order (axes.h) each feature in turn, those with most nodes first, is tried at every other place
// and left where the graph is smallest:
//
//   battery, country, type    410 nodes
//   country, battery, type     64
//   country, type, battery     31    <- stays
//
// Every trial builds the whole graph anew, so this is for policies whose graph is quickly built;
// the budget counts the rows and nodes looked at, not time, so that every machine ends with the
// same order. (R. Rudell, "Dynamic variable ordering for ordered binary decision diagrams", 1993.)
#pragma once

#include <vector>

#include "engine/proof/axes.h"
#include "engine/proof/rule_diagrams.h"

namespace sojourn {

struct SiftedOrder {
  std::vector<FeatureIndex> order;
  std::size_t tried_count = 0;
  std::size_t nodes_before = 0, nodes_after = 0;  // of the deciding graph; 0: it was not built
};

// Requires: the table has what choosing adds.
SiftedOrder sift_order(const RuleTable& table, const ChoiceConditions& choice,
                       const std::vector<CountryClaim>& claims, std::size_t work_max);

}  // namespace sojourn
