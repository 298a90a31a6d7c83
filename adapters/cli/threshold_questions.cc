#include "adapters/cli/threshold_questions.h"

#include <algorithm>
#include <utility>

#include "engine/graph/asked.h"

namespace sojourn::cli {
namespace {

using lang::Threshold;

// A guard is asked about with so many of the rules that it does not spare.
constexpr std::size_t kGuardedRulesMax = 16;

// Does the feature ask for `wanted`, itself or inside what it counts?
bool asks(const RuleTable& table, FeatureIndex feature, FeatureIndex wanted) {
  std::vector<FeatureIndex> open = {feature};
  while (!open.empty()) {
    FeatureIndex at = open.back();
    open.pop_back();
    if (at == wanted) return true;
    if (!is_temporal(table.features[at].kind)) continue;
    for (FeatureIndex inner : table.conditions.features_of(table.features[at].inner)) {
      open.push_back(inner);
    }
  }
  return false;
}

bool condition_asks(const RuleTable& table, ConditionIndex condition, std::uint32_t test) {
  std::vector<std::uint32_t> asked = tests_asked(table, {condition});
  return std::binary_search(asked.begin(), asked.end(), test);
}

// The condition with every test about the feature answered as the condition would have it.
ConditionIndex without_feature(RuleTable& table, ConditionIndex index, FeatureIndex feature,
                               bool wanted) {
  ConditionTable& conditions = table.conditions;
  const ConditionNode node = conditions.node(index);
  std::vector<ConditionIndex> parts;
  switch (node.op) {
    case ConditionOp::test:
      if (!asks(table, conditions.test_of(node).feature, feature)) return index;
      return wanted ? ConditionTable::kAlways : ConditionTable::kNever;
    case ConditionOp::negation: {
      ConditionIndex inner = conditions.child(node, 0);
      return conditions.negate(without_feature(table, inner, feature, !wanted));
    }
    case ConditionOp::conjunction:
    case ConditionOp::disjunction:
      for (std::uint32_t i = 0; i < node.count; ++i) {
        ConditionIndex part = conditions.child(node, i);
        parts.push_back(without_feature(table, part, feature, wanted));
      }
      return node.op == ConditionOp::conjunction ? conditions.all_of(std::move(parts))
                                                 : conditions.any_of(std::move(parts));
    default:
      return index;
  }
}

// The feature reads `value`, give or take nothing.
ConditionIndex reads(RuleTable& table, FeatureIndex feature, std::int64_t value) {
  ConditionTable& conditions = table.conditions;
  if (lang::asks_for_a_moment(table.features[feature])) {  // gone by, or not yet
    Test holds;
    holds.feature = feature;
    if (table.features[feature].kind == FeatureKind::recency) {
      holds.kind = Test::Kind::at_least;
      holds.threshold = kNotYet;
    }
    ConditionIndex gone_by = conditions.test(holds);
    return value < 0 ? conditions.negate(gone_by) : gone_by;
  }
  Test least;
  least.feature = feature;
  least.kind = Test::Kind::at_least;
  least.threshold = value;
  Test more = least;
  more.threshold = value + 1;
  return conditions.all_of({conditions.test(least), conditions.negate(conditions.test(more))});
}

// A ban on change is seen at work where a rule wants the profile that it forbids.
ConditionIndex wanted(const RuleTable& table, ProfileIndex profile, RuleTable& probe) {
  std::vector<ConditionIndex> rules;
  for (const Rule& rule : table.rules) {
    const std::vector<Alternative>& all = rule.action.alternatives;
    bool wants = !all.empty() && all[0].profile == profile;
    if (wants && rules.size() < kGuardedRulesMax) rules.push_back(rule.condition);
  }
  return probe.conditions.any_of(std::move(rules));
}

// Where the owner asks: the condition, with whose effect and profile it is to be seen.
std::vector<std::pair<ThresholdQuestion, ConditionIndex>> places_of(
    const RuleTable& table, const ThresholdOwner& owner, const Threshold::Question& place,
    RuleTable& probe) {
  std::vector<std::pair<ThresholdQuestion, ConditionIndex>> found;
  auto add = [&](const ThresholdQuestion& question, ConditionIndex condition) {
    if (condition_asks(probe, condition, place.test)) found.emplace_back(question, condition);
  };
  ThresholdQuestion question;
  switch (owner.kind) {
    case ThresholdOwner::Kind::rule: {
      const Rule& rule = table.rules[owner.index];
      bool in_requires = !condition_asks(table, rule.condition, place.test);
      question.rule = owner.index;
      add(question, in_requires
                        ? probe.conditions.all_of({rule.condition, rule.action.requires_condition})
                        : rule.condition);
      break;
    }
    case ThresholdOwner::Kind::ban: {
      const Ban& ban = table.bans[owner.index];
      for (ProfileIndex p = 0; p < table.profiles.size(); ++p) {
        if (place.enabled && *place.enabled != p) continue;
        if (!ban.forbids_change) question.enabled = p;
        question.ban = owner.index;
        ConditionIndex asked =
            ban.forbids_change ? probe.conditions.all_of({ban.violated[p], wanted(table, p, probe)})
                               : ban.violated[p];
        add(question, asked);
      }
      break;
    }
    case ThresholdOwner::Kind::guard: {
      // A guard is seen at work where a rule that it does not spare wants a switch.
      const Guard& guard = table.guards[owner.index];
      for (std::uint32_t i = 0; i < table.rules.size() && found.size() < kGuardedRulesMax; ++i) {
        const std::vector<std::uint32_t>& spared = guard.except_rules;
        if (std::find(spared.begin(), spared.end(), i) != spared.end()) continue;
        if (table.rules[i].action.kind != Action::Kind::profile) continue;
        question.rule = i;
        add(question,
            probe.conditions.all_of({table.rules[i].condition,
                                     table.rules[i].action.requires_condition, guard.reached}));
      }
      break;
    }
  }
  return found;
}

// The question as it is put to the model: the condition, and what the place is about on its side.
ThresholdQuestion completed(ThresholdQuestion question, const Threshold& threshold,
                            FeatureIndex asked, int side, ConditionIndex rest, RuleTable& probe) {
  question.feature = asked;
  question.value = threshold.at + side * threshold.step;
  question.condition = probe.conditions.all_of({rest, reads(probe, asked, question.value)});
  const Feature& feature = probe.features[asked];
  if (is_temporal(feature.kind)) {
    question.holds = feature.inner;
    question.fails = probe.conditions.negate(feature.inner);
    question.inside = probe.conditions.all_of({question.condition, question.holds});
    question.outside = probe.conditions.all_of({question.condition, question.fails});
  }
  return question;
}

}  // namespace

std::vector<ThresholdQuestion> questions_about(const RuleTable& table, const Threshold& threshold,
                                               const ThresholdOwner& owner, int side,
                                               std::size_t most, RuleTable& probe) {
  std::vector<ThresholdQuestion> asked;
  for (const Threshold::Question& place : threshold.questions) {
    for (auto& [question, condition] : places_of(table, owner, place, probe)) {
      if (asked.size() >= most) return asked;
      // What is asked inside a count is shown where the count is reached, if it can be.
      std::vector<FeatureIndex> directly = probe.conditions.features_of(condition);
      if (std::find(directly.begin(), directly.end(), place.feature) == directly.end()) {
        asked.push_back(completed(question, threshold, place.feature, side, condition, probe));
      }
      ConditionIndex rest = without_feature(probe, condition, place.feature, true);
      asked.push_back(completed(question, threshold, place.feature, side, rest, probe));
    }
  }
  return asked;
}

std::vector<ThresholdQuestion> questions_alone(const RuleTable& table, const Threshold& threshold,
                                               int side, RuleTable& probe) {
  std::vector<ThresholdQuestion> asked;
  for (const Threshold::Question& place : threshold.questions) {
    ThresholdQuestion question;
    if (place.enabled && *place.enabled < table.profiles.size()) {
      question.enabled = static_cast<ProfileIndex>(*place.enabled);
    }
    asked.push_back(
        completed(question, threshold, place.feature, side, ConditionTable::kAlways, probe));
  }
  return asked;
}

std::vector<std::vector<ThresholdOwner>> owners_of(const RuleTable& table,
                                                   const std::vector<Threshold>& thresholds) {
  std::vector<std::vector<ThresholdOwner>> owners(thresholds.size());
  auto note = [&](const ThresholdOwner& owner, const std::vector<ConditionIndex>& conditions) {
    std::vector<bool> asked(table.conditions.tests().size());
    for (std::uint32_t test : tests_asked(table, conditions)) asked[test] = true;
    for (std::size_t i = 0; i < thresholds.size(); ++i) {
      const std::vector<Threshold::Question>& questions = thresholds[i].questions;
      bool any = std::any_of(questions.begin(), questions.end(),
                             [&](const auto& question) { return asked[question.test]; });
      if (any) owners[i].push_back(owner);
    }
  };
  for (std::uint32_t i = 0; i < table.rules.size(); ++i) {
    const Rule& rule = table.rules[i];
    note({ThresholdOwner::Kind::rule, i}, {rule.condition, rule.action.requires_condition});
  }
  for (std::uint32_t i = 0; i < table.bans.size(); ++i) {
    note({ThresholdOwner::Kind::ban, i}, table.bans[i].violated);
  }
  for (std::uint32_t i = 0; i < table.guards.size(); ++i) {
    note({ThresholdOwner::Kind::guard, i}, {table.guards[i].reached});
  }
  return owners;
}

}  // namespace sojourn::cli
