// The graph against the naive interpreter: random policies times random devices, and every
// combination of readings of small ones.
#include "engine/proof/compile.h"

#include <cstdlib>

#include "tests/graph/random_policy.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

using testing::Dice;
using testing::NaiveDecision;
using testing::NaiveInterpreter;
using testing::PolicyShape;
using testing::RandomPolicy;
using testing::Readings;

std::shared_ptr<const DecisionGraph> compiled(const RuleTable& table) {
  CompileOptions options;
  options.claims = testing::some_claims();
  auto graph = compile(std::make_shared<RuleTable>(table), options);
  REQUIRE(graph.ok());
  return *graph;
}

NaiveDecision by_graph(const DecisionGraph& graph, const Readings& readings) {
  auto class_of_axis = [&](AxisIndex a) {
    const Axis& axis = graph.axes()[a];
    return class_of(axis, graph.table().features[axis.feature], readings[axis.feature]);
  };
  NaiveDecision decision;
  decision.leaf = graph.leaf(graph.evaluate(class_of_axis));
  graph.also(class_of_axis, [&](std::uint32_t rule) { decision.also.insert(rule); });
  return decision;
}

// Under first-match the deciding rule speaks through its leaf.
void check_same(const RuleTable& table, const NaiveDecision& graph, NaiveDecision naive) {
  CHECK(graph.leaf == naive.leaf);
  if (table.settings.first_match && naive.leaf.rule >= 0) {
    naive.also.erase(static_cast<std::uint32_t>(naive.leaf.rule));
  }
  CHECK(graph.also == naive.also);
}

std::uint64_t seed() {
  const char* given = std::getenv("SOJOURN_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 20261125;
}

}  // namespace

TEST_CASE("graph and naive interpreter agree on random policies and devices") {
  INFO("SOJOURN_SEED=" << seed());
  Dice dice(seed());
  for (int round = 0; round < 150; ++round) {
    INFO("policy " << round);
    PolicyShape shape;
    shape.rule_count = 1 + dice.below(10);
    shape.feature_count = 1 + dice.below(7);
    shape.ban_count = dice.below(3);
    shape.first_match = dice.one_in(3);
    RandomPolicy policy(dice, shape);
    auto graph = compiled(policy.table);
    NaiveInterpreter naive(graph->table());
    for (int device = 0; device < 60; ++device) {
      Readings readings;
      for (const Feature& f : graph->table().features) readings.push_back(policy.reading(f));
      check_same(policy.table, by_graph(*graph, readings), naive.decide(readings));
    }
  }
}

TEST_CASE("an empty policy keeps what is enabled") {
  RuleTable table;
  table.otherwise.kind = Action::Kind::keep;
  auto graph = compiled(table);
  CHECK(by_graph(*graph, {}).leaf == Leaf{});
  CHECK(graph->node_count() == 0);
}

}  // namespace sojourn
