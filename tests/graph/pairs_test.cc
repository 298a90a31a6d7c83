// The graph decides as the rules read one by one: pairs of a random policy and a random device.
//
//   SOJOURN_PAIRS=10000000 SOJOURN_SEED=7 build/tests/graph/pairs_test
#include <cstdlib>

#include "engine/graph/graph_file.h"
#include "tests/graph/graph_of.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

using testing::Dice;
using testing::NaiveDecision;
using testing::NaiveInterpreter;
using testing::Readings;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

// A graph, or a graph that may hardly grow and ends in tables of rules; written to a file and read.
std::shared_ptr<const DecisionGraph> random_form(Dice& dice, const RuleTable& table) {
  CompileOptions options;
  if (dice.one_in(2)) options.nodes_max = 1 + dice.below(60);
  if (dice.one_in(4)) options.work_max = 1 + dice.below(400);
  if (dice.one_in(6)) options.without.add(Pass::grow);
  auto read = read_graph_file(write_graph_file(*testing::graph_of(table, options)));
  REQUIRE(read.ok());
  return *read;
}

}  // namespace

TEST_CASE("graph and rules decide alike, pair by pair") {
  constexpr std::uint64_t kDevicesPerPolicy = 400;
  std::uint64_t pairs = number_from("SOJOURN_PAIRS", 60'000);
  std::uint64_t seed = number_from("SOJOURN_SEED", 20261126);
  std::uint64_t different = 0, compared = 0;
  for (; compared < pairs && different == 0; ++seed) {
    Dice dice(seed);
    testing::PolicyShape shape;
    shape.rule_count = 1 + dice.below(24);
    shape.feature_count = 1 + dice.below(10);
    shape.profile_count = 1 + dice.below(4);
    shape.ban_count = dice.below(3);
    shape.first_match = dice.one_in(3);
    testing::RandomPolicy policy(dice, shape);
    auto graph = random_form(dice, policy.table);
    NaiveInterpreter naive(graph->table());
    for (std::uint64_t device = 0; device < kDevicesPerPolicy; ++device, ++compared) {
      Readings readings;
      for (const Feature& f : graph->table().features) readings.push_back(policy.reading(f));
      NaiveDecision by_graph = testing::decide(*graph, readings), by_rules = naive.decide(readings);
      // Under first-match the deciding rule speaks through its leaf.
      if (shape.first_match && by_rules.leaf.rule >= 0) {
        by_rules.also.erase(static_cast<std::uint32_t>(by_rules.leaf.rule));
      }
      bool same = by_graph.leaf == by_rules.leaf && by_graph.also == by_rules.also;
      different += same ? 0 : 1;
    }
    INFO("SOJOURN_SEED=" << seed << " differs in " << different);
    CHECK(different == 0);
  }
  CHECK(compared >= pairs);
}

}  // namespace sojourn
