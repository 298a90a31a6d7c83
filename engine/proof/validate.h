// Translation validation: a compiled graph compared with the rules it was compiled from.
//
// Situations are made around the rules: one in which a rule's tests hold, then each of its features
// moved to a neighbouring class; and random ones. In each, every rule is judged by itself, as
// semantics.md 2, 17, 18 and 20 read, and the graph must say the same. It shares nothing with the
// compiler but judge() and the table.
#pragma once

#include <cstddef>

#include "engine/base/result.h"
#include "engine/graph/decision_graph.h"

namespace sojourn {

struct ValidateOptions {
  std::size_t situations_max = 3'000;
  // Rules judged over all situations: keeps the largest policies quick.
  std::size_t judgements_max = 1'000'000;
};

// How many situations were compared; E0902 with the situation when one differs.
Result<std::size_t> validate(const DecisionGraph& graph, const ValidateOptions& options = {});

}  // namespace sojourn
