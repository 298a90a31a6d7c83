// Translation validation: a compiled graph compared with the rules it was compiled from.
//
// A small policy is compared in every situation that it could tell apart. Of a larger one, on the
// corners of each rule: where its tests hold, and with each feature in turn at both sides of every
// bound that a test of the rule draws; then at random. In each situation every rule is judged by
// itself, as semantics.md 2, 17, 18 and 20 read, and the graph must say the same. It shares nothing
// with the compiler but judge() and the table.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/graph/decision_graph.h"

namespace sojourn {

struct ValidateOptions {
  std::size_t situations_max = 10'000;
  // Rules judged over all situations: keeps the largest policies quick.
  std::size_t judgements_max = 2'000'000;
};

struct Validated {
  std::size_t situations = 0;
  bool everywhere = false;         // in every situation that the policy could tell apart
  std::size_t rules_cornered = 0;  // on all of whose corners
};

// E0902 with the situation when one differs.
Result<Validated> validate(const DecisionGraph& graph, const ValidateOptions& options = {});

// Some other form of the rules: what it decides in a situation, given as a reading per feature of
// the table, and its name for the message.
struct PolicyForm {
  std::string name;  // "compiled graph"
  std::function<Leaf(const std::vector<Reading>&)> decide;
};
// `axes`: what can be told apart about each feature.
Result<Validated> validate(const PolicyForm& form, const RuleTable& table,
                           const std::vector<Axis>& axes, const ValidateOptions& options = {});

}  // namespace sojourn
