// Short ways to a compiled graph and to what it decides, for tests.
#pragma once

#include "engine/proof/compile.h"
#include "tests/graph/random_policy.h"

namespace sojourn::testing {

inline std::shared_ptr<const DecisionGraph> graph_of(const RuleTable& table,
                                                     CompileOptions options = {}) {
  options.claims = some_claims();
  options.validate = false;  // the tests compare for themselves
  auto graph = compile(std::make_shared<RuleTable>(table), options);
  if (!graph) throw std::runtime_error(graph.error().message);
  return *graph;
}

inline NaiveDecision decide(const DecisionGraph& graph, const Readings& readings) {
  auto class_of_axis = [&](AxisIndex a) {
    const Axis& axis = graph.axes()[a];
    return class_of(axis, graph.table().features[axis.feature], readings[axis.feature]);
  };
  NaiveDecision decision;
  decision.leaf = graph.leaf(graph.evaluate(class_of_axis));
  graph.also(class_of_axis, [&](std::uint32_t rule) { decision.also.insert(rule); });
  return decision;
}

}  // namespace sojourn::testing
