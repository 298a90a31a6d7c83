// Parts of rules that can never be so: in every situation of small random policies.
#include "engine/proof/dead_parts.h"

#include <functional>

#include "engine/proof/analysis.h"
#include "engine/proof/situation_words.h"
#include "tests/proof/every_reading.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using testing::Dice;
using testing::for_each_reading;
using testing::NaiveInterpreter;
using testing::Readings;

bool ever(const RuleTable& table, const std::function<bool(const NaiveInterpreter&)>& holds) {
  NaiveInterpreter naive(table);
  bool found = false;
  for_each_reading(table, [&](const Readings& readings) {
    naive.look_at(readings);
    found = found || holds(naive);
  });
  return found;
}

// Sides of an `or`, those inside a side that can never hold left out.
void add_dead_sides(const RuleTable& table, ConditionIndex at, std::vector<std::string>& dead) {
  const ConditionNode& node = table.conditions.node(at);
  if (node.op != ConditionOp::conjunction && node.op != ConditionOp::disjunction) return;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    ConditionIndex part = table.conditions.child(node, i);
    bool side = node.op == ConditionOp::disjunction;
    if (side && !ever(table, [&](const NaiveInterpreter& naive) { return naive.holds(part); })) {
      dead.push_back("or " + condition_words(table, part));
    } else {
      add_dead_sides(table, part, dead);
    }
  }
}

TEST_CASE("parts of rules are dead exactly where looking everywhere says so") {
  Dice dice(20261128);
  std::size_t sides = 0, required = 0, free = 0;
  for (int round = 0; round < testing::rounds(150); ++round) {
    INFO("policy " << round);
    testing::PolicyShape shape;
    shape.rule_count = 4;
    shape.profile_count = 2;
    shape.feature_count = 2;
    shape.kinds = {FeatureKind::attribute_choice, FeatureKind::attribute_flag,
                   FeatureKind::attribute_number};
    shape.always_downloadable = true;
    testing::RandomPolicy policy(dice, shape);
    ConditionTable& conditions = policy.table.conditions;
    // The first asks what the others ask, of which two may contradict each other.
    Rule& rule = policy.table.rules[0];
    auto of = [&](std::size_t i) { return policy.table.rules[i].condition; };
    rule.condition = conditions.any_of({rule.condition, conditions.all_of({of(1), of(2)})});
    if (dice.one_in(2)) rule.action.requires_condition = conditions.all_of({of(2), of(3)});
    policy.table.rules.resize(1);
    for (Rule& one : policy.table.rules) one.overrides.clear();
    Analysis found = analyse(policy.table, {});
    if (!found.dead.empty()) continue;
    const RuleTable& table = found.table;
    std::vector<std::string> expected, told;
    add_dead_sides(table, table.rules[0].condition, expected);
    sides += expected.size();
    ConditionIndex asked = table.rules[0].action.requires_condition;
    bool may_go = ever(
        table, [&](const NaiveInterpreter& naive) { return naive.fires(0) && naive.holds(asked); });
    if (!may_go) expected.push_back("requires " + condition_words(table, asked));
    required += may_go ? 0u : 1u;
    free += expected.empty() ? 1u : 0u;
    for (const DeadPart& part : found.dead_parts) {
      told.push_back((part.is_required ? "requires " : "or ") + part.words);
    }
    CHECK(told == expected);
  }
  CHECK(sides > 0);
  CHECK(required > 0);
  CHECK(free > 0);
}

}  // namespace
}  // namespace sojourn
