#include "lang/lower.h"

#include <cassert>
#include <optional>
#include <unordered_map>

#include "lang/identity.h"

namespace sojourn::lang {
namespace {

class Lowering {
 public:
  explicit Lowering(CheckedPolicy policy) : policy_(std::move(policy)), canon_(table_) {}

  Lowered run() {
    table_.settings = policy_.settings;
    table_.attributes = std::move(policy_.attributes);
    table_.profiles = std::move(policy_.profiles);
    area_indices_.resize(policy_.areas.size());
    std::vector<std::vector<Conjunct>> conjuncts;
    for (CheckedRule& checked : policy_.rules) {
      conjuncts.emplace_back();
      Rule rule = std::move(checked.rule);
      std::vector<ConditionIndex> parts;
      collect(checked.condition, conjuncts.back());
      for (const Conjunct& part : conjuncts.back()) parts.push_back(part.condition);
      rule.condition = table_.conditions.all_of(std::move(parts));
      rule.action = action(checked.action);
      table_.rules.push_back(std::move(rule));
    }
    table_.otherwise = action(policy_.otherwise);
    table_.meaning_digest = canon_.meaning();
    return {std::move(table_), std::move(conjuncts)};
  }

 private:
  // The parts of a conjunction, nested ones taken apart; negated disjunctions as well.
  void collect(const CheckedCondition& condition, std::vector<Conjunct>& parts) {
    if (condition.op == ConditionOp::conjunction) {
      for (const CheckedCondition& part : condition.parts) collect(part, parts);
      return;
    }
    parts.push_back({lower_condition(condition), condition.span});
  }

  ConditionIndex lower_condition(const CheckedCondition& condition) {
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

  ConditionIndex lower_test(const CheckedTest& checked) {
    auto [known, added] = lowered_tests_.emplace(&checked, 0);
    if (!added) return known->second;
    Feature feature = checked.feature;
    if (feature.kind == FeatureKind::area) feature.subject = area(feature.subject);
    if (checked.inner) feature.inner = lower_condition(*checked.inner);
    feature.identity = canon_.feature(feature);
    Test test = checked.test;
    test.feature = intern(std::move(feature));
    ConditionIndex index = table_.conditions.test(std::move(test));
    lowered_tests_[&checked] = index;
    return index;
  }

  // Only areas that a condition asks about are bound to the gazetteer.
  AreaIndex area(AreaIndex declared) {
    std::optional<AreaIndex>& index = area_indices_[declared];
    if (!index) {
      index = static_cast<AreaIndex>(table_.areas.size());
      table_.areas.push_back(policy_.areas[declared]);
    }
    return *index;
  }

  FeatureIndex intern(Feature feature) {
    auto index = static_cast<FeatureIndex>(table_.features.size());
    auto [known, added] = features_.emplace(feature.identity, index);
    if (added) table_.features.push_back(std::move(feature));
    return known->second;
  }

  Action action(CheckedAction& checked) {
    Action action = std::move(checked.action);
    if (checked.requires_condition) {
      action.requires_condition = lower_condition(*checked.requires_condition);
    }
    return action;
  }

  CheckedPolicy policy_;
  RuleTable table_;
  Canon canon_;
  std::vector<std::optional<AreaIndex>> area_indices_;  // by index in CheckedPolicy::areas
  std::unordered_map<std::string, FeatureIndex> features_;
  std::unordered_map<const CheckedTest*, ConditionIndex> lowered_tests_;
};

}  // namespace

Lowered lower(CheckedPolicy policy) { return Lowering(std::move(policy)).run(); }

}  // namespace sojourn::lang
