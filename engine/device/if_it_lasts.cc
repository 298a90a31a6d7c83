#include "engine/device/if_it_lasts.h"

#include <algorithm>

#include "engine/device/candidates.h"

namespace sojourn {
namespace {

// What has not come together by then, after each part was met once, never does.
constexpr Duration kYearsAhead = days(800);

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

Instant IfItLasts::first(ConditionIndex condition, const Sought& sought, Instant from) {
  const ConditionTable& conditions = evaluator_.policy().table().conditions;
  const ConditionNode& node = conditions.node(condition);
  switch (node.op) {
    case ConditionOp::always:
      return sought.holds ? from : kNever;
    case ConditionOp::never:
      return sought.holds ? kNever : from;
    case ConditionOp::test:
      return first_of_test(conditions.test_of(node), sought, from);
    case ConditionOp::negation:
      return first(conditions.child(node, 0), {!sought.holds, sought.least, sought.supposed}, from);
    case ConditionOp::conjunction:
    case ConditionOp::disjunction:
      break;
  }
  auto part = [&](std::size_t i, Instant at) {
    return first(conditions.child(node, static_cast<std::uint32_t>(i)), sought, at);
  };
  bool all = sought.holds == (node.op == ConditionOp::conjunction);
  return (all ? first_of_all : first_of_any)(node.count, from, part);
}

Instant IfItLasts::first_of_any(std::size_t count, Instant from, const Part& first) {
  Instant earliest = kNever;
  for (std::size_t i = 0; i < count && earliest > from; ++i) {
    earliest = std::min(earliest, first(i, from));
  }
  return earliest;
}

// Parts come and go: each says from when on it is met, until none asks for later.
Instant IfItLasts::first_of_all(std::size_t count, Instant from, const Part& first) {
  Instant at = from;
  Instant latest = kNever;
  std::size_t met = 0;
  for (std::size_t asked = 0; met < count && at != kNever; ++asked) {
    if (asked == count) latest = at + kYearsAhead;
    if (at > latest) return kNever;
    Instant next = first(asked % count, at);
    met = next == at ? met + 1 : 1;
    at = next;
  }
  return at;
}

Instant IfItLasts::first_of_test(const Test& test, const Sought& sought, Instant from) {
  const Prepared& policy = evaluator_.policy();
  const Feature& feature = policy.feature(test.feature);
  const FeaturePlan& plan = policy.features[test.feature];
  bool as_it_stands = feature.kind == FeatureKind::on_a_network;
  bool is_due = feature.kind == FeatureKind::since;
  bool is_looked_for = feature.kind == FeatureKind::recency;
  bool goes_on = as_it_stands || is_due || is_looked_for || grows_while_it_lasts(feature.kind);
  Truth now = Truth::unknown;  // of what goes on asked only at first
  if (!goes_on || from == now_) {
    Curve curve = evaluator_.curve_with(test.feature, now_, sought.supposed);
    now = sojourn::judge(test, feature, curve.reading(now_));
    if (from == now_ && sought.is_met_by(now)) return from;
  }
  CountQuestion question{feature, plan, evaluator_.reader(), now_, sought.supposed};
  if (goes_on) {
    // With one of what is supposed it holds, with each of them it does not.
    const std::vector<Supposition> all = all_supposed(question);
    auto part = [&](std::size_t i, Instant at) {
      Sought one{sought.holds, sought.least, all[i]};
      if (as_it_stands) return first(feature.inner, one, at);
      question.supposed = all[i];
      if (is_due) return first_due(question, one, at);
      if (is_looked_for) return first_found(test, question, one, at);
      return first_of_count(test, question, one, at);
    };
    return (sought.holds ? first_of_any : first_of_all)(all.size(), from, part);
  }
  TruthSteps steps(now_, now);
  if (feature.kind == FeatureKind::date) {
    Day day{static_cast<std::int32_t>(test.threshold)};
    steps.add(policy.zone_of(plan).start_of(day), Truth::yes);
  }
  return steps.first(from, [&](Truth truth) { return sought.is_met_by(truth); });
}

Instant IfItLasts::first_due(const CountQuestion& question, const Sought& sought, Instant from) {
  const Due due = sojourn::due(question);
  TruthSteps steps(now_, Truth::no);
  if (due.possible < due.certain) steps.add(std::max(due.possible, now_), Truth::unknown);
  if (due.certain != kNever) steps.add(std::max(due.certain, now_), Truth::yes);
  return steps.first(from, [&](Truth truth) { return sought.is_met_by(truth); });
}

// What is looked for within a window may come to hold (`for` grows), and goes on then.
Instant IfItLasts::first_found(const Test& test, const CountQuestion& question,
                               const Sought& sought, Instant from) {
  Curve curve = evaluator_.curve_with(test.feature, now_, sought.supposed);
  Truth now = sojourn::judge(test, question.feature, curve.reading(now_));
  Truth found = sojourn::judge(test, question.feature, Reading::exactly(0));
  Truth perhaps = now == found ? now : Truth::unknown;
  HistoryView view(evaluator_.condition_history(question.plan.history, now_), question);
  bool of_key = !question.feature.scope.any() || view.key_known;
  auto comes_to_hold = [&](Truth least) {
    return first(question.feature.inner, {true, least, sought.supposed}, now_);
  };
  Instant maybe_from = comes_to_hold(Truth::unknown), surely_from = comes_to_hold(Truth::yes);
  TruthSteps steps(now_, now);
  if (maybe_from < surely_from) steps.add(maybe_from, perhaps);
  if (surely_from != kNever) steps.add(surely_from, of_key ? found : perhaps);
  return steps.first(from, [&](Truth truth) { return sought.is_met_by(truth); });
}

Instant IfItLasts::first_of_count(const Test& test, const CountQuestion& question,
                                  const Sought& sought, Instant from) {
  const ConditionHistory& history = evaluator_.condition_history(question.plan.history, now_);
  auto is_met_by = [&](Truth truth) { return sought.is_met_by(truth); };
  if (counts_days(question.feature.kind)) {
    return first_day_if_lasting(history, question, test.threshold, from, is_met_by, of_ban_);
  }
  return elapsed_if_lasting(history, question, test.threshold).first(from, is_met_by);
}

}  // namespace sojourn
