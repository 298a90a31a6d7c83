// Compiling a policy: RuleTable -> DecisionGraph.
//
//   CompileOptions options;
//   options.claims = gazetteer.claims();
//   CompileSummary summary;
//   auto graph = compile(table, options, &summary);
//   if (!graph) return std::move(graph).error();
//   LeafIndex decided = (*graph)->evaluate(class_of_axis);
//
// The pipeline, a file each: axes (what can be told apart), condition_diagrams (every condition
// twice), rule_diagrams (what is decided, as ordered rows), product (one diagram of all rows),
// flatten (the words of the graph).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/gazetteer.h"
#include "engine/base/result.h"
#include "engine/graph/decision_graph.h"

namespace sojourn {

struct CompileOptions {
  // Every claim that a position can have: Gazetteer::claims(). Claims of several countries that are
  // not named here make conditions about `region` unknown.
  std::vector<CountryClaim> claims;
};

// What came of it, for `build` to tell.
struct CompileSummary {
  std::size_t rule_count = 0;
  std::size_t axis_count = 0;
  std::size_t node_count = 0;
  std::size_t leaf_count = 0;
  std::size_t byte_count = 0;
};

// The graph's table is the given one with the features added that choosing needs (installed,
// quarantined, profile); rules, profiles and existing features keep their indices.
// Requires: overrides form no circle.
Result<std::shared_ptr<const DecisionGraph>> compile(std::shared_ptr<const RuleTable> table,
                                                     const CompileOptions& options,
                                                     CompileSummary* summary = nullptr);

}  // namespace sojourn
