// What compiling takes is in proportion to what is declared, also where conditions are diagrams so
// large that no two of them can be drawn as one.
#include <algorithm>

#include "engine/proof/compile.h"
#include "tests/bench/generated_rules.h"
#include "tests/graph/graph_of.h"
#include "tests/support/catch.h"
#include "tests/support/counted_heap.h"
#include "tests/support/rounds.h"

namespace sojourn::testing {
namespace {

struct Taken {
  std::shared_ptr<const DecisionGraph> graph;
  std::size_t bytes_most = 0;  // held at the end of any pass
};

Taken compiled(const RuleTable& table) {
  Taken taken;
  std::size_t before = heap_bytes_held();
  CompileOptions options;
  options.validate = false;
  options.after_pass = [&](PassProduct&) {
    taken.bytes_most = std::max(taken.bytes_most, heap_bytes_held() - before);
  };
  auto graph = compile(std::make_shared<RuleTable>(table), options);
  REQUIRE(graph.ok());
  taken.graph = *graph;
  return taken;
}

// As the naive interpreter, for devices of which `set_some` changed some readings.
template <class SetSome>  // void(Readings&, Dice&)
void check_decides(const DecisionGraph& graph, const SetSome& set_some) {
  Dice dice(20261127);
  NaiveInterpreter naive(graph.table());
  int different = 0, told = 0;
  for (int device = 0; device < 2'000; ++device) {
    Readings readings(graph.table().features.size(), Reading::unknown());
    for (std::size_t a = 0; a < bench::kWild.attributes; ++a) {
      readings[a] = Reading::exactly(static_cast<std::int64_t>(dice.below(16)));
    }
    set_some(readings, dice);
    NaiveDecision found = decide(graph, readings), wanted = naive.decide(readings);
    different += found.leaf == wanted.leaf && found.also == wanted.also ? 0 : 1;
    told += wanted.leaf.rule >= 0 || !wanted.also.empty() ? 1 : 0;
  }
  CHECK(different == 0);
  CHECK(told > 0);
}

void leave_as_they_are(Readings&, Dice&) {}

ConditionIndex attribute_is(RuleTable& table, FeatureIndex feature, std::int64_t value) {
  Test test;
  test.feature = feature;
  test.kind = Test::Kind::one_of;
  test.symbols = {value};
  return table.conditions.test(std::move(test));
}

// Rules that say something about all devices of one kind, unless one of many others fires.
RuleTable silenced_rules(std::size_t silencer_count) {
  RuleTable table = bench::make_rules(bench::kWild, silencer_count);
  table.settings.first_match = false;
  for (Rule& rule : table.rules) {
    rule.action = {};
    rule.action.alerts = {"silences"};
  }
  for (std::size_t i = 0; i < 2; ++i) {
    Rule rule;
    rule.condition = attribute_is(table, 0, static_cast<std::int64_t>(i));
    if (i == 1) {
      rule.action.kind = Action::Kind::profile;
      rule.action.alternatives = {{0, false}};
    }
    rule.action.alerts = {"silenced"};
    table.rules.push_back(rule);
    for (std::size_t r = 0; r < silencer_count; ++r) {
      table.rules[r].overrides.push_back(static_cast<std::uint32_t>(silencer_count + i));
    }
  }
  return table;
}

// The profiles of all rules are forbidden where any of some pairs of readings is: a diagram of as
// many nodes as the first ones have combinations.
constexpr std::size_t kPairs = 7;
RuleTable rules_under_a_large_ban(std::size_t rule_count) {
  RuleTable table = bench::make_rules(bench::kWild, rule_count);
  std::vector<FeatureIndex> flags;
  for (std::size_t f = 0; f < 2 * kPairs; ++f) {
    std::string name = "flag" + std::to_string(f);
    table.attributes.push_back({name, AttributeType::flag, "", {}, {}});
    Feature feature;
    feature.kind = FeatureKind::attribute_flag;
    feature.subject = static_cast<std::uint32_t>(table.attributes.size() - 1);
    feature.identity = name;
    flags.push_back(table.intern_feature(feature));
  }
  std::vector<ConditionIndex> pairs;
  for (std::size_t p = 0; p < kPairs; ++p) {
    auto is_set = [&](std::size_t flag) {
      Test test;
      test.feature = flags[flag];
      return table.conditions.test(std::move(test));
    };
    pairs.push_back(table.conditions.all_of({is_set(p), is_set(p + kPairs)}));
  }
  Ban ban;
  ban.name = "pairs";
  ban.violated.assign(table.profiles.size() + 1, table.conditions.any_of(std::move(pairs)));
  ban.bites = ban.violated;
  table.bans.push_back(std::move(ban));
  return table;
}

}  // namespace

TEST_CASE("where many rules silence others is asked row by row, never drawn as one diagram") {
  RuleTable table = silenced_rules(120);
  Taken taken = compiled(table);
  INFO(taken.bytes_most << " bytes held, " << taken.graph->byte_count() << " of the graph");
  CHECK(taken.bytes_most < 16 * 1024 * 1024);
  CHECK(taken.graph->byte_count() < 256 * 1024);
  check_decides(*taken.graph, leave_as_they_are);
}

TEST_CASE("the large diagram of a ban is there once, however many rules it limits") {
  auto nodes = [](std::size_t rule_count) {
    RuleTable table = rules_under_a_large_ban(rule_count);
    Taken taken = compiled(table);
    check_decides(*taken.graph, [](Readings& readings, Dice& dice) {
      for (std::size_t f = 0; f < 2 * kPairs; ++f) {
        readings[bench::kWild.attributes + f] = Reading::exactly(dice.one_in(3) ? 1 : 0);
      }
    });
    return taken.graph->node_count();
  };
  std::size_t few = nodes(300), many = nodes(600);
  INFO(few << " nodes, and " << many);
  CHECK(many - few < 600 * 20);
}

}  // namespace sojourn::testing
