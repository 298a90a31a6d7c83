#include "lang/lower.h"

#include <fmt/format.h>

#include "lang/lowering.h"

namespace sojourn::lang {

Lowered Lowering::run() {
  table_.settings = policy_.settings;
  table_.attributes = std::move(policy_.attributes);
  table_.profiles = std::move(policy_.profiles);
  area_indices_.resize(policy_.areas.size());
  for (CheckedRule& checked : policy_.rules) lower_rule(checked);
  table_.otherwise = action(policy_.otherwise);
  for (CheckedBan& checked : policy_.bans) lower_ban(checked);
  for (Guard& guard : policy_.guards) {
    if (guard.kind == Guard::Kind::switches) guard.reached = switches_reached(guard);
    table_.guards.push_back(std::move(guard));
  }
  for (CheckedAssertion& checked : policy_.assertions) {
    Assertion assertion = std::move(checked.assertion);
    assertion.condition = lower_condition(checked.condition);
    assertion.outcome = action(checked.outcome);
    table_.assertions.push_back(std::move(assertion));
  }
  table_.meaning_digest = canon_.meaning();
  return {std::move(table_), std::move(conjuncts_)};
}

void Lowering::lower_rule(CheckedRule& checked) {
  std::vector<Conjunct>& conjuncts = conjuncts_.emplace_back();
  Rule rule = std::move(checked.rule);
  std::vector<ConditionIndex> parts;
  collect(checked.condition, conjuncts);
  for (const Conjunct& part : conjuncts) parts.push_back(part.condition);
  rule.condition = rule.affected = table_.conditions.all_of(parts);
  rule.action = action(checked.action);
  if (rule.action.rollout) {
    parts.push_back(released(rule, static_cast<std::uint32_t>(table_.rules.size())));
    rule.condition = table_.conditions.all_of(std::move(parts));
  }
  if (rule.name.empty()) rule.digest = canon_.digest(rule);
  table_.rules.push_back(std::move(rule));
}

void Lowering::collect(const CheckedCondition& condition, std::vector<Conjunct>& parts) {
  if (condition.op == ConditionOp::conjunction) {
    for (const CheckedCondition& part : condition.parts) collect(part, parts);
    return;
  }
  parts.push_back({lower_condition(condition), condition.span});
}

ConditionIndex Lowering::lower_condition(const CheckedCondition& condition) {
  ConditionTable& conditions = table_.conditions;
  switch (condition.op) {
    case ConditionOp::always:
      return ConditionTable::kAlways;
    case ConditionOp::never:
      return ConditionTable::kNever;
    case ConditionOp::test:
      return lower_test(*condition.test);
    case ConditionOp::negation:
      return conditions.negate(lower_condition(condition.parts[0]));
    case ConditionOp::conjunction:
    case ConditionOp::disjunction:
      break;
  }
  std::vector<ConditionIndex> parts;
  for (const CheckedCondition& part : condition.parts) parts.push_back(lower_condition(part));
  return condition.op == ConditionOp::conjunction ? conditions.all_of(std::move(parts))
                                                  : conditions.any_of(std::move(parts));
}

ConditionIndex Lowering::lower_test(const CheckedTest& checked) {
  auto [known, added] = lowered_tests_.emplace(&checked, 0);
  if (!added) return known->second;
  Feature feature = checked.feature;
  if (feature.kind == FeatureKind::area) feature.subject = area(feature.subject);
  if (checked.inner) feature.inner = lower_condition(*checked.inner);
  ConditionIndex index = add_test(std::move(feature), checked.test);
  lowered_tests_[&checked] = index;
  return index;
}

ConditionIndex Lowering::add_test(Feature feature, Test test) {
  feature.identity = canon_.feature(feature);
  test.feature = intern(std::move(feature));
  return table_.conditions.test(std::move(test));
}

// A rule outside its rollout does not fire (semantics 20).
ConditionIndex Lowering::released(const Rule& rule, std::uint32_t index) {
  Feature feature;
  feature.kind = FeatureKind::released;
  feature.subject = index;
  feature.identity = canon_.rollout(rule);
  Test test;
  test.text = fmt::format("let go by the rollout of {}", rule.label());
  test.feature = intern(std::move(feature));
  return table_.conditions.test(std::move(test));
}

ConditionIndex Lowering::switches_reached(const Guard& guard) {
  Feature feature;
  feature.kind = FeatureKind::event_count;
  feature.event.kind = EventKind::switches;
  feature.window = {guard.window.ms, TimeUnit::millisecond};
  Test reached;
  reached.kind = Test::Kind::at_least;
  reached.threshold = guard.most;
  reached.text = fmt::format("at least {} switches within {}", guard.most, describe(guard.window));
  return add_test(std::move(feature), std::move(reached));
}

// Only areas that a condition asks about are bound to the gazetteer.
AreaIndex Lowering::area(AreaIndex declared) {
  std::optional<AreaIndex>& index = area_indices_[declared];
  if (!index) {
    index = static_cast<AreaIndex>(table_.areas.size());
    table_.areas.push_back(policy_.areas[declared]);
  }
  return *index;
}

FeatureIndex Lowering::intern(Feature feature) {
  auto index = static_cast<FeatureIndex>(table_.features.size());
  auto [known, added] = features_.emplace(feature.identity, index);
  if (added) table_.features.push_back(std::move(feature));
  return known->second;
}

Action Lowering::action(CheckedAction& checked) {
  Action action = std::move(checked.action);
  if (checked.requires_condition) {
    action.requires_condition = lower_condition(*checked.requires_condition);
  }
  return action;
}

Lowered lower(CheckedPolicy policy) { return Lowering(std::move(policy)).run(); }

}  // namespace sojourn::lang
