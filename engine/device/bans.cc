#include "engine/device/bans.h"

#include <algorithm>

#include "engine/device/candidates.h"

namespace sojourn {
namespace {

bool counts_days(FeatureKind kind) {
  return kind == FeatureKind::consecutive_days || kind == FeatureKind::window_count ||
         kind == FeatureKind::calendar_count || kind == FeatureKind::day_share;
}

// On each of which the question is asked of a candidate; otherwise as it is.
std::vector<Supposition> all_supposed(const CountQuestion& question) {
  std::vector<Supposition> all;
  if (question.feature.candidate) all = suppositions(question, question.plan.asks_network);
  if (all.empty()) all.push_back(question.supposed);
  return all;
}

}  // namespace

bool calls(const Ban& ban, const BanStanding& standing) {
  return standing.bites == Truth::yes || (ban.in_doubt_counts && standing.bites == Truth::unknown);
}

std::optional<std::size_t> BanJudge::judged() const {
  std::int64_t enabled = evaluator_.history().value(kProfile, now_);
  if (enabled == kUnknownValue) return std::nullopt;
  std::size_t declared = evaluator_.policy().table().profiles.size();
  return enabled >= 0 && !is_undeclared(enabled) ? static_cast<std::size_t>(enabled) : declared;
}

Truth BanJudge::judge(ConditionIndex condition, const Supposition& supposed) {
  const Prepared& policy = evaluator_.policy();
  return policy.table().conditions.judge(condition, [&](const Test& test) {
    Curve curve = evaluator_.curve_with(test.feature, now_, supposed);
    return sojourn::judge(test, policy.feature(test.feature), curve.reading(now_));
  });
}

BanStanding BanJudge::standing(std::size_t index) {
  evaluator_.prepare(now_);
  const Ban& ban = evaluator_.policy().table().bans[index];
  BanStanding standing;
  std::optional<std::size_t> profile = judged();
  if (ban.forbids_change) return standing;  // whatever is enabled may stay
  if (!profile) {
    standing.violated = standing.bites = Truth::unknown;
    return standing;
  }
  standing.violated = judge(ban.violated[*profile]);
  standing.bites = judge(ban.bites[*profile]);
  standing.deadline =
      holds_at(ban.violated[*profile], ban.in_doubt_counts ? Truth::unknown : Truth::yes);
  return standing;
}

Instant BanJudge::holds_at(ConditionIndex condition, Truth least, const Supposition& supposed) {
  const ConditionTable& conditions = evaluator_.policy().table().conditions;
  const ConditionNode& node = conditions.node(condition);
  switch (node.op) {
    case ConditionOp::always:
      return now_;
    case ConditionOp::never:
      return kNever;
    case ConditionOp::test:
      return test_holds_at(conditions.test_of(node), least, supposed);
    case ConditionOp::negation:
      if (judge(condition, supposed) >= least) return now_;
      return fails_at(conditions.child(node, 0), least, supposed);
    case ConditionOp::conjunction:
    case ConditionOp::disjunction:
      break;
  }
  bool all = node.op == ConditionOp::conjunction;
  Instant at = all ? now_ : kNever;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    Instant part = holds_at(conditions.child(node, i), least, supposed);
    at = all ? std::max(at, part) : std::min(at, part);
  }
  return at;
}

Instant BanJudge::fails_at(ConditionIndex condition, Truth least, const Supposition& supposed) {
  const ConditionTable& conditions = evaluator_.policy().table().conditions;
  const ConditionNode& node = conditions.node(condition);
  switch (node.op) {
    case ConditionOp::always:
      return kNever;
    case ConditionOp::never:
      return now_;
    case ConditionOp::test:
      return test_fails_at(conditions.test_of(node), least, supposed);
    case ConditionOp::negation:
      return holds_at(conditions.child(node, 0), least, supposed);
    case ConditionOp::conjunction:
    case ConditionOp::disjunction:
      break;
  }
  bool any = node.op == ConditionOp::conjunction;
  Instant at = any ? kNever : now_;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    Instant part = fails_at(conditions.child(node, i), least, supposed);
    at = any ? std::min(at, part) : std::max(at, part);
  }
  return at;
}

Instant BanJudge::test_fails_at(const Test& test, Truth least, const Supposition& supposed) {
  const Prepared& policy = evaluator_.policy();
  const Feature& feature = policy.feature(test.feature);
  const FeaturePlan& plan = policy.features[test.feature];
  Curve curve = evaluator_.curve_with(test.feature, now_, supposed);
  if (opposite(sojourn::judge(test, feature, curve.reading(now_))) >= least) return now_;
  CountQuestion question{feature, plan, evaluator_.reader(), now_, supposed};
  bool as_it_stands = feature.kind == FeatureKind::on_a_network;
  if (!as_it_stands && !counts_days(feature.kind)) return kNever;
  const std::vector<Supposition> all = all_supposed(question);
  // It fails when it does so with each.
  Instant last = now_;
  for (const Supposition& one : all) {
    question.supposed = one;
    Instant at = as_it_stands ? fails_at(feature.inner, least, one)
                              : below_if_lasting(evaluator_.condition_history(plan.history, now_),
                                                 question, test.threshold, least);
    last = std::max(last, at);
  }
  return last;
}

Instant BanJudge::test_holds_at(const Test& test, Truth least, const Supposition& supposed) {
  const Prepared& policy = evaluator_.policy();
  const Feature& feature = policy.feature(test.feature);
  const FeaturePlan& plan = policy.features[test.feature];
  Curve curve = evaluator_.curve_with(test.feature, now_, supposed);
  if (sojourn::judge(test, feature, curve.reading(now_)) >= least) return now_;
  CountQuestion question{feature, plan, evaluator_.reader(), now_, supposed};
  if (feature.kind == FeatureKind::date) {
    Instant begins = policy.zone_of(plan).start_of({feature.from_day});
    return begins > now_ ? begins : kNever;
  }
  if (feature.kind == FeatureKind::since) return due(question);
  bool as_it_stands = feature.kind == FeatureKind::on_a_network;
  if (!as_it_stands && !grows_while_it_lasts(feature.kind)) return kNever;
  const std::vector<Supposition> all = all_supposed(question);
  Instant first = kNever;
  for (const Supposition& one : all) {
    question.supposed = one;
    Instant at = as_it_stands ? holds_at(feature.inner, least, one)
                              : reached_if_lasting(evaluator_.condition_history(plan.history, now_),
                                                   question, test.threshold, least);
    first = std::min(first, at);
  }
  return first;
}

}  // namespace sojourn
