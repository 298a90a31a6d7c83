#include "engine/graph/asked.h"

#include <algorithm>
#include <unordered_set>

namespace sojourn {
namespace {

void sort_once(std::vector<std::uint32_t>& indices) {
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
}

}  // namespace

std::vector<std::uint32_t> tests_asked(const RuleTable& table,
                                       const std::vector<ConditionIndex>& conditions) {
  std::vector<std::uint32_t> tests;
  std::vector<ConditionIndex> open = conditions;
  std::unordered_set<ConditionIndex> seen;
  while (!open.empty()) {
    ConditionIndex at = open.back();
    open.pop_back();
    if (!seen.insert(at).second) continue;
    const ConditionNode& node = table.conditions.node(at);
    if (node.op == ConditionOp::test) {
      tests.push_back(node.first);
      const Feature& feature = table.features[table.conditions.test_of(node).feature];
      if (is_temporal(feature.kind)) open.push_back(feature.inner);
      continue;
    }
    for (std::uint32_t i = 0; i < node.count; ++i) {
      open.push_back(table.conditions.child(node, i));
    }
  }
  sort_once(tests);
  return tests;
}

std::vector<FeatureIndex> features_asked(const RuleTable& table,
                                         const std::vector<ConditionIndex>& conditions) {
  std::vector<FeatureIndex> features;
  for (std::uint32_t test : tests_asked(table, conditions)) {
    features.push_back(table.conditions.tests()[test].feature);
  }
  sort_once(features);
  return features;
}

}  // namespace sojourn
