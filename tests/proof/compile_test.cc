// The graph against the naive interpreter: random policies times random devices, and every
// combination of readings of small ones.
#include "engine/proof/compile.h"

#include <cstdlib>

#include "engine/graph/graph_file.h"
#include "tests/graph/graph_of.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

using testing::decide;
using testing::Dice;
using testing::graph_of;
using testing::NaiveDecision;
using testing::NaiveInterpreter;
using testing::PolicyShape;
using testing::RandomPolicy;
using testing::Readings;

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
    auto graph = graph_of(policy.table);
    NaiveInterpreter naive(graph->table());
    for (int device = 0; device < 60; ++device) {
      Readings readings;
      for (const Feature& f : graph->table().features) readings.push_back(policy.reading(f));
      check_same(policy.table, decide(*graph, readings), naive.decide(readings));
    }
  }
}

TEST_CASE("residual matchers decide as the graph does, however little a graph may grow") {
  Dice dice(seed());
  int matchers = 0;
  for (int round = 0; round < 120; ++round) {
    INFO("policy " << round << " SOJOURN_SEED=" << seed());
    PolicyShape shape;
    shape.rule_count = 1 + dice.below(12);
    shape.feature_count = 2 + dice.below(6);
    shape.ban_count = dice.below(2);
    shape.first_match = dice.one_in(3);
    RandomPolicy policy(dice, shape);
    CompileOptions options;
    options.nodes_max = 1 + dice.below(30);
    options.work_max = dice.one_in(2) ? 1 + dice.below(400) : 1'000'000;
    CompileSummary summary;
    options.claims = testing::some_claims();
    auto compiled = compile(std::make_shared<RuleTable>(policy.table), options, &summary);
    REQUIRE(compiled.ok());
    matchers += static_cast<int>(summary.matcher_count);
    auto graph = read_graph_file(write_graph_file(**compiled));
    REQUIRE(graph.ok());
    NaiveInterpreter naive((*graph)->table());
    for (int device = 0; device < 60; ++device) {
      Readings readings;
      for (const Feature& f : (*graph)->table().features) readings.push_back(policy.reading(f));
      check_same(policy.table, decide(**graph, readings), naive.decide(readings));
    }
  }
  CHECK(matchers > 50);
}

TEST_CASE("an empty policy keeps what is enabled") {
  RuleTable table;
  table.otherwise.kind = Action::Kind::keep;
  auto graph = graph_of(table);
  CHECK(decide(*graph, {}).leaf == Leaf{});
  CHECK(graph->node_count() == 0);
}

}  // namespace sojourn
