// The graph against the naive interpreter: random policies times random devices, and every
// combination of readings of small ones.
#include "engine/proof/compile.h"

#include <cstdlib>

#include "engine/graph/at_hand.h"
#include "engine/graph/graph_file.h"
#include "engine/proof/validate.h"
#include "tests/bench/generated_rules.h"
#include "tests/graph/graph_of.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using testing::decide;
using testing::Dice;
using testing::graph_of;
using testing::NaiveDecision;
using testing::NaiveInterpreter;
using testing::PolicyBuilder;
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

// Whoever has all classes at hand decides the same.
void check_at_hand(const DecisionGraph& graph, const AtHand& at_hand, const Readings& readings) {
  std::vector<std::uint16_t> classes;
  for (const Axis& axis : graph.axes()) {
    const Feature& feature = graph.table().features[axis.feature];
    classes.push_back(static_cast<std::uint16_t>(class_of(axis, feature, readings[axis.feature])));
  }
  auto look = [&](AxisIndex axis) -> ClassIndex { return classes[axis]; };
  CHECK(at_hand.evaluate(classes.data()) == graph.evaluate(look));
}

// Many devices together are decided as each is by itself. The classes end with the last device's,
// so that whoever reads beyond them is told of it under the sanitizers.
template <class Class>
void check_together(const DecisionGraph& graph, const AtHand& at_hand, std::size_t count,
                    Dice& dice) {
  std::vector<Class> classes;
  classes.reserve(count * graph.axes().size());
  for (std::size_t d = 0; d < count; ++d) {
    for (const Axis& axis : graph.axes()) {
      classes.push_back(static_cast<Class>(dice.below(axis.class_count)));
    }
  }
  std::size_t stride = graph.axes().size();
  std::vector<LeafIndex> found(count);
  at_hand.evaluate(classes.data(), stride, found);
  std::size_t different = 0;
  for (std::size_t d = 0; d < count; ++d) {
    auto look = [&](AxisIndex axis) -> ClassIndex { return classes[d * stride + axis]; };
    different += found[d] == graph.evaluate(look) ? 0u : 1u;
  }
  CHECK(different == 0);
}

std::uint64_t seed() {
  const char* given = std::getenv("SOJOURN_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 20261125;
}

}  // namespace

TEST_CASE("graph and naive interpreter agree on random policies and devices") {
  INFO("SOJOURN_SEED=" << seed());
  Dice dice(seed());
  int levelled = 0;
  for (int round = 0; round < testing::rounds(150); ++round) {
    INFO("policy " << round);
    PolicyShape shape;
    shape.rule_count = 1 + dice.below(10);
    shape.feature_count = 1 + dice.below(7);
    shape.ban_count = dice.below(3);
    shape.first_match = dice.one_in(3);
    RandomPolicy policy(dice, shape);
    auto graph = graph_of(policy.table);
    NaiveInterpreter naive(graph->table());
    AtHand at_hand(graph);
    levelled += at_hand.is_levelled() ? 1 : 0;
    for (int device = 0; device < 60; ++device) {
      Readings readings;
      for (const Feature& f : graph->table().features) readings.push_back(policy.reading(f));
      check_at_hand(*graph, at_hand, readings);
      check_same(policy.table, decide(*graph, readings), naive.decide(readings));
    }
  }
  CHECK(levelled > testing::enough(50));
}

TEST_CASE("validation finds a graph that decides otherwise than its rules, wherever one word is") {
  PolicyBuilder policy;
  ConditionIndex meter = policy.choice("type", {"meter", "lamp"}, "meter");
  ConditionIndex full = policy.number_at_least("battery", "%", 30);
  policy.rule("meters", policy.all({meter, full}), "a");
  policy.rule("others", policy.number_at_least("battery", "%", 70), "b");
  std::shared_ptr<const DecisionGraph> graph = graph_of(policy.table);
  Result<Validated> same = validate(*graph);
  REQUIRE(same.ok());
  CHECK(same->everywhere);
  std::size_t found = 0, changed = 0;
  for (std::size_t at = 0; at < graph->words().size(); ++at) {
    std::vector<std::uint32_t> words(graph->words().begin(), graph->words().end());
    if (!GraphTargets::is_leaf(words[at])) continue;
    std::uint32_t leaf = words[at] & ~DecisionGraph::kLeafBit;
    words[at] =
        DecisionGraph::kLeafBit | ((leaf + 1) % static_cast<std::uint32_t>(graph->leaf_count()));
    DecisionGraphParts parts;
    parts.table = graph->shared_table();
    parts.axes = graph->axes();
    for (LeafIndex l = 0; l < graph->leaf_count(); ++l) parts.leaves.push_back(graph->leaf(l));
    parts.own(words);
    parts.root = graph->root();
    parts.node_count = graph->node_count();
    ++changed;
    found += validate(*std::move(parts).assemble()).ok() ? 0u : 1u;
  }
  CHECK(changed > 5);
  CHECK(found == changed);
}

TEST_CASE("a graph written out level by level decides of many devices together as of each") {
  Dice dice(seed());
  INFO("SOJOURN_SEED=" << seed());
  int levelled = 0;
  for (std::size_t rules : {1u, 10u, 300u, 2'000u}) {
    auto table = std::make_shared<RuleTable>(bench::make_rules(bench::kRealistic, rules));
    CompileOptions options;
    options.validate = false;
    std::shared_ptr<const DecisionGraph> graph = *compile(table, options);
    AtHand at_hand(graph);
    levelled += at_hand.is_levelled() ? 1 : 0;
    for (std::size_t count : {1u, 7u, 8u, 9u, 700u}) {
      check_together<std::uint8_t>(*graph, at_hand, count, dice);
      check_together<std::uint16_t>(*graph, at_hand, count, dice);
    }
    for (LeafIndex leaf = 0; leaf < graph->leaf_count(); ++leaf) {
      CHECK(at_hand.rule(leaf) == graph->leaf(leaf).rule);
    }
  }
  CHECK(levelled == 4);
}

TEST_CASE("a table of rules decides of many devices together as of each") {
  Dice dice(seed());
  int tables = 0;
  for (std::size_t rules : {1u, 3u, 64u, 255u, 256u, 257u, 512u, 513u, 1'100u, 9'000u}) {
    for (const bench::Shape& shape : {bench::kRealistic, bench::kWild}) {
      INFO(rules << " rules of " << shape.attributes << " attributes");
      auto table = std::make_shared<RuleTable>(bench::make_rules(shape, rules));
      CompileOptions options;
      options.without.add(Pass::grow);
      options.validate = false;
      std::shared_ptr<const DecisionGraph> graph = *compile(table, options);
      for (std::uint32_t register_bits : {0u, 256u, 512u}) {
        INFO("in registers of at most " << register_bits << " bits");
        AtHand at_hand(graph, register_bits);
        tables += at_hand.is_table() ? 1 : 0;
        for (std::size_t count : {1u, 255u, 256u, 257u, 700u}) {
          check_together<std::uint8_t>(*graph, at_hand, count, dice);
          check_together<std::uint16_t>(*graph, at_hand, count, dice);
        }
      }
    }
  }
  CHECK(tables == 60);
}

TEST_CASE("an alert after hundreds of first-match rules is heard where none of them decides") {
  Dice dice(seed());
  INFO("SOJOURN_SEED=" << seed());
  RuleTable table = bench::make_rules(bench::kWild, 200);
  Test test;
  test.feature = 0;
  test.kind = Test::Kind::one_of;
  test.symbols = {1};
  Rule seen;
  seen.condition = table.conditions.test(std::move(test));
  seen.action.kind = Action::Kind::none;
  seen.action.alerts = {"seen"};
  table.rules.push_back(seen);
  auto compiled = compile(std::make_shared<RuleTable>(table), {});
  REQUIRE(compiled.ok());
  const DecisionGraph& graph = **compiled;
  // Where it is heard is no diagram of its own, which is as large as all situations.
  CHECK(graph.byte_count() < 256 * 1024);
  NaiveInterpreter naive(graph.table());
  int heard = 0, silenced = 0;
  for (int device = 0; device < 3'000; ++device) {
    Readings readings(graph.table().features.size(), Reading::unknown());
    for (std::size_t a = 0; a < bench::kWild.attributes; ++a) {
      readings[a] = Reading::exactly(static_cast<std::int64_t>(dice.below(16)));
    }
    readings[0] = Reading::exactly(1);
    NaiveDecision decided = decide(graph, readings);
    check_same(table, decided, naive.decide(readings));
    (decided.also.empty() ? silenced : heard) += 1;
  }
  CHECK(heard > 0);
  CHECK(silenced > 0);
}

TEST_CASE("residual matchers decide as the graph does, however little a graph may grow") {
  Dice dice(seed());
  int matchers = 0;
  for (int round = 0; round < testing::rounds(120); ++round) {
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
    AtHand at_hand(*graph);
    for (int device = 0; device < 60; ++device) {
      Readings readings;
      for (const Feature& f : (*graph)->table().features) readings.push_back(policy.reading(f));
      check_at_hand(**graph, at_hand, readings);
      check_same(policy.table, decide(**graph, readings), naive.decide(readings));
    }
  }
  CHECK(matchers > testing::enough(50));
}

TEST_CASE("tables of many rules find the first rule, in whatever chunk it lies") {
  Dice dice(seed());
  for (auto [shape, rules] : {std::pair(bench::kWild, 700), std::pair(bench::kRealistic, 257),
                              std::pair(bench::kRealistic, 20'000)}) {
    auto table = std::make_shared<RuleTable>(bench::make_rules(shape, std::size_t(rules)));
    CompileOptions options;
    options.without.add(Pass::grow);
    options.validate = false;
    CompileSummary summary;
    auto compiled = compile(table, options, &summary);
    REQUIRE(compiled.ok());
    CHECK(summary.form == GraphForm::matcher);
    auto graph = read_graph_file(write_graph_file(**compiled));
    REQUIRE(graph.ok());
    std::size_t late = 0;
    for (int device = 0; device < 300; ++device) {
      Readings readings;
      for (std::size_t a = 0; a < shape.attributes; ++a) {
        auto value = static_cast<std::int64_t>(dice.below(bench::kValuesPerAttribute));
        readings.push_back(Reading::exactly(value));
      }
      std::int32_t first = -1;
      for (std::size_t r = 0; r < table->rules.size() && first < 0; ++r) {
        Truth holds = table->conditions.judge(table->rules[r].condition, [&](const Test& test) {
          return judge(test, table->features[test.feature], readings[test.feature]);
        });
        if (holds == Truth::yes) first = static_cast<std::int32_t>(r);
      }
      late += first >= 256 ? 1 : 0;
      CHECK(decide(**graph, readings).leaf.rule == first);
    }
    CHECK(late > 0);
  }
}

TEST_CASE("an empty policy keeps what is enabled") {
  RuleTable table;
  table.otherwise.kind = Action::Kind::keep;
  auto graph = graph_of(table);
  CHECK(decide(*graph, {}).leaf == Leaf{});
  CHECK(graph->node_count() == 0);
}

}  // namespace sojourn
