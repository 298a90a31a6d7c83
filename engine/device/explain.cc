#include "engine/device/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sojourn {
namespace {

std::string outcome_text(const RuleTable& table, const Decision& decision) {
  if (decision.kind != Action::Kind::profile) return "keep";
  return fmt::format("profile = {}", table.profiles[decision.profile].name);
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  for (const std::string& text : more) {
    if (std::find(to.begin(), to.end(), text) == to.end()) to.push_back(text);
  }
}

}  // namespace

Truth Explainer::judge(ConditionIndex condition) {
  const Prepared& policy = evaluator_.policy();
  return policy.table().conditions.judge(condition, [&](const Test& test) {
    const Curve& curve = evaluator_.curve(test.feature, now_);
    return sojourn::judge(test, policy.feature(test.feature), curve.reading(now_));
  });
}

Explanation Explainer::explain() {
  Explanation told;
  const Prepared& policy = evaluator_.policy();
  const RuleTable& table = policy.table();
  told.at = now_;
  told.decision = evaluator_.decide(now_);
  told.review = evaluator_.review(now_);
  evaluator_.decide(now_);
  told.outcome = outcome_text(table, told.decision);
  std::int64_t enabled = evaluator_.history().value(kProfile, now_);
  told.enabled_profile = evaluator_.history().profile_text(enabled);
  told.undeclared = evaluator_.history().undeclared_text(enabled);
  const Leaf& leaf = policy.graph().leaf(told.decision.leaf);
  for (std::uint32_t rule = 0; rule < table.rules.size(); ++rule) {
    RuleEvidence evidence = about_rule(rule);
    if (static_cast<std::int32_t>(rule) == told.decision.rule) {
      told.decided_by = std::move(evidence);
      continue;
    }
    evidence.why_not = why_not(rule, evidence.truth, leaf);
    told.others.push_back(std::move(evidence));
  }
  DecisionTexts texts = texts_of(table, told.decision, evaluator_.also());
  told.alerts = std::move(texts.alerts);
  told.tasks = std::move(texts.tasks);
  told.skipped = passed_over(told.decision);
  told.bans = consulted();
  return told;
}

// Those that bite with what is enabled, or may.
std::vector<BanEvidence> Explainer::bans() {
  std::vector<BanEvidence> found;
  BanJudge judge(evaluator_, now_);
  for (std::size_t i = 0; i < evaluator_.policy().table().bans.size(); ++i) {
    BanStanding standing = judge.standing(i);
    if (standing.bites != Truth::no) found.push_back(about_ban(i, standing, judge.deadline(i)));
  }
  return found;
}

std::vector<BanEvidence> Explainer::consulted() {
  std::vector<BanEvidence> found;
  BanJudge judge(evaluator_, now_);
  for (std::size_t i = 0; i < evaluator_.policy().table().bans.size(); ++i) {
    found.push_back(about_ban(i, judge.standing(i), judge.deadline(i)));
  }
  return found;
}

BanEvidence Explainer::about_ban(std::size_t index, const BanStanding& standing, Instant deadline) {
  const Ban& ban = evaluator_.policy().table().bans[index];
  std::int64_t enabled = evaluator_.history().value(kProfile, now_);
  BanEvidence evidence;
  evidence.ban = ban.label();
  evidence.text = ban.text;
  evidence.source = ban.source;
  evidence.certainty = ban.certainty;
  evidence.at = ban.origin.text();
  evidence.profile = evaluator_.history().profile_text(enabled);
  evidence.state = ban.forbids_change                ? change_state(ban)
                   : standing.violated == Truth::yes ? "violated"
                   : standing.bites == Truth::yes    ? "within notice"
                   : standing.bites == Truth::no     ? "obeyed"
                   : standing.violated == Truth::no  ? "in doubt whether within notice"
                                                     : "in doubt";
  evidence.deadline = deadline;
  if (enabled == kUnknownValue) return evidence;
  std::size_t judged = judged_with(ban);
  if (judged >= ban.violated.size()) return evidence;
  // As it stands: what its notice asks is shifted by days.
  evidence.because =
      ban.forbids_change ? about_change(ban, judged) : about_condition(ban.violated[judged]);
  return evidence;
}

// Why change is forbidden: `bites` without its last part, that another profile is enabled than the
// one judged (Ban), which goes without saying.
std::vector<ConditionEvidence> Explainer::about_change(const Ban& ban, std::size_t judged) {
  const ConditionTable& conditions = evaluator_.policy().table().conditions;
  const ConditionNode& bites = conditions.node(ban.bites[judged]);
  std::vector<ConditionEvidence> evidence;
  if (bites.op != ConditionOp::conjunction) return evidence;  // always, or never
  for (std::uint32_t i = 0; i + 1 < bites.count; ++i) {
    std::vector<ConditionEvidence> part = about_condition(conditions.child(bites, i));
    std::move(part.begin(), part.end(), std::back_inserter(evidence));
  }
  return evidence;
}

// The place in Ban::bites of the enabled profile; where change is forbidden, of another.
std::size_t Explainer::judged_with(const Ban& ban) {
  std::int64_t enabled = evaluator_.history().value(kProfile, now_);
  std::size_t undeclared = evaluator_.policy().table().profiles.size();
  std::size_t judged = enabled >= 0 ? static_cast<std::size_t>(enabled) : undeclared;
  if (ban.forbids_change) judged = judged == 0 ? 1 : 0;
  return judged;
}

// A ban on change bites with every profile but the enabled one.
std::string Explainer::change_state(const Ban& ban) {
  Truth bites = Truth::no;
  for (ConditionIndex condition : ban.bites) bites = either(bites, judge(condition));
  return bites == Truth::yes  ? "forbids a change"
         : bites == Truth::no ? "allows a change"
                              : "may forbid a change";
}

std::vector<std::string> Explainer::skipped(const Decision& decision) {
  // Beyond this many rules a record does not tell of those that could not fire for a ban; `decide`
  // does.
  constexpr std::size_t kRulesMax = 200;
  const RuleTable& table = evaluator_.policy().table();
  evaluator_.prepare(now_);
  std::vector<std::string> found = passed_over(decision);
  if (table.bans.empty() || table.rules.size() > kRulesMax) return found;
  for (std::uint32_t i = 0; i < table.rules.size(); ++i) {
    bool asks = table.rules[i].action.kind == Action::Kind::profile;
    if (asks && static_cast<std::int32_t>(i) != decision.rule &&
        judge(table.rules[i].condition) == Truth::yes) {
      append(found, obstacles(table.rules[i].action, decision));
    }
  }
  return found;
}

// Of the rule or the ban that decided.
std::vector<std::string> Explainer::passed_over(const Decision& decision) {
  const RuleTable& table = evaluator_.policy().table();
  if (decision.rule >= 0) {
    return obstacles(table.rules[static_cast<std::size_t>(decision.rule)].action, decision);
  }
  if (decision.ban < 0) return {};
  const Ban& ban = table.bans[static_cast<std::size_t>(decision.ban)];
  if (ban.remedy) return obstacles(*ban.remedy, decision);
  return {fmt::format("ban `{}` has no remedy", ban.label())};
}

// Of the alternatives before the one that was taken.
std::vector<std::string> Explainer::obstacles(const Action& action, const Decision& decision) {
  std::vector<std::string> found;
  for (const Alternative& alternative : action.alternatives) {
    if (decision.kind == Action::Kind::profile && decision.profile == alternative.profile) break;
    std::string why = obstacle(alternative);
    bool failing = evaluator_.history().quarantine().holds(alternative.profile, now_);
    if (why.empty() && failing) {
      why = fmt::format("`{}` is in quarantine",
                        evaluator_.policy().table().profiles[alternative.profile].name);
    }
    if (!why.empty()) append(found, {why});
  }
  return found;
}

std::vector<ConditionEvidence> Explainer::because(const Decision& decision) {
  evaluator_.prepare(now_);
  const RuleTable& table = evaluator_.policy().table();
  if (decision.ban >= 0) {
    auto ban = static_cast<std::size_t>(decision.ban);
    BanJudge judge(evaluator_, now_);
    return about_ban(ban, judge.standing(ban), kNever).because;
  }
  if (decision.rule < 0) return {};
  return about_condition(table.rules[static_cast<std::size_t>(decision.rule)].condition);
}

RuleEvidence Explainer::about_rule(std::uint32_t index) {
  const Rule& rule = evaluator_.policy().table().rules[index];
  RuleEvidence evidence;
  evidence.rule = index;
  evidence.label = rule.label();
  evidence.at = rule.origin.text();
  evidence.truth = judge(rule.condition);
  evidence.because = about_condition(rule.condition);
  if (evidence.truth == Truth::yes) return evidence;
  Instant at =
      IfItLasts(evaluator_, now_, IfItLasts::Of::rule).holds_at(rule.condition, Truth::yes);
  if (at != kNever) evidence.would_fire_at = at;
  return evidence;
}

// What keeps an alternative from being taken; empty: nothing does.
std::string Explainer::obstacle(const Alternative& alternative) {
  const RuleTable& table = evaluator_.policy().table();
  const std::string& name = table.profiles[alternative.profile].name;
  for (const Ban& ban : table.bans) {
    if (alternative.profile >= ban.bites.size()) continue;
    Truth bites = judge(ban.bites[alternative.profile]);
    bool unlawful = bites == Truth::yes || (ban.in_doubt_counts && bites == Truth::unknown);
    if (!unlawful) continue;
    return ban.forbids_change
               ? fmt::format("`{}` may not be enabled now: change is forbidden by `{}`", name,
                             ban.label())
               : fmt::format("`{}` is unlawful by `{}`", name, ban.label());
  }
  bool installed = evaluator_.reader().installed(alternative.profile, now_) == Truth::yes;
  if (alternative.if_installed && !installed) return fmt::format("`{}` is not installed", name);
  bool obtainable = installed || !table.profiles[alternative.profile].download.empty();
  return obtainable ? "" : fmt::format("`{}` cannot be had", name);
}

std::string Explainer::why_not(std::uint32_t rule, Truth truth, const Leaf& leaf) {
  const RuleTable& table = evaluator_.policy().table();
  if (truth == Truth::no) return "its condition does not hold";
  if (truth == Truth::unknown) return "its condition is not certain";
  const std::vector<std::uint32_t>& also = evaluator_.also();
  if (std::find(also.begin(), also.end(), rule) != also.end()) return "fires as well";
  const Action& action = table.rules[rule].action;
  std::vector<std::string> obstacles;
  for (const Alternative& alternative : action.alternatives) {
    std::string found = obstacle(alternative);
    if (!found.empty()) obstacles.push_back(std::move(found));
  }
  if (!obstacles.empty() && obstacles.size() == action.alternatives.size()) {
    return fmt::format("{}", fmt::join(obstacles, ", "));
  }
  if (leaf.rule < 0) {
    return leaf.ban < 0 ? "none of its profiles can be had"
                        : fmt::format("ban `{}` decides",
                                      table.bans[static_cast<std::size_t>(leaf.ban)].label());
  }
  const Rule& deciding = table.rules[static_cast<std::size_t>(leaf.rule)];
  if (table.settings.first_match) return fmt::format("`{}` comes first", deciding.label());
  if (action.same_effect(deciding.action)) return fmt::format("agrees with `{}`", deciding.label());
  return fmt::format("overridden by `{}`", deciding.label());
}

}  // namespace sojourn
