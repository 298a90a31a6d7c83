#include "engine/device/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/device/bans.h"
#include "engine/device/ledger.h"

namespace sojourn {
namespace {

// Rows shown behind one count; the newest are kept.
constexpr std::size_t kEvidenceRowsMax = 100;

// "80", "70 to 90"; with nothing to bound it from above "at least 60".
std::string count_text(const Reading& reading) {
  if (reading.upper == kNotYet) {
    return reading.lower > 0 ? fmt::format("at least {}", reading.lower) : "unknown";
  }
  if (reading.known) return fmt::format("{}", reading.lower);
  return fmt::format("{} to {}", reading.lower, reading.upper);
}

// "12 hours", "1 hour to 2 hours", "at least 12 hours"; below zero: it does not hold now.
std::string time_text(const Reading& reading) {
  auto one = [](std::int64_t ms) {
    return ms < 0 ? std::string("not now") : describe(milliseconds(ms));
  };
  if (reading.upper == kNotYet) {
    if (reading.known) return "not so far";
    return reading.lower > 0 ? "at least " + one(reading.lower) : "unknown";
  }
  if (reading.known) return one(reading.lower);
  return fmt::format("{} to {}", one(reading.lower), one(reading.upper));
}

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
  told.enabled_profile =
      evaluator_.history().profile_text(evaluator_.history().value(kProfile, now_));
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
  told.bans = bans();
  return told;
}

std::vector<BanEvidence> Explainer::bans() {
  const RuleTable& table = evaluator_.policy().table();
  std::vector<BanEvidence> found;
  BanJudge judge(evaluator_, now_);
  for (std::size_t i = 0; i < table.bans.size(); ++i) {
    const Ban& ban = table.bans[i];
    BanStanding standing = judge.standing(i);
    if (standing.bites == Truth::no) continue;
    std::int64_t enabled = evaluator_.history().value(kProfile, now_);
    BanEvidence evidence;
    evidence.ban = ban.label();
    evidence.text = ban.text;
    evidence.source = ban.source;
    evidence.certainty = ban.certainty;
    evidence.at = ban.origin.text();
    evidence.profile = evaluator_.history().profile_text(enabled);
    evidence.state = standing.violated == Truth::yes ? "violated"
                     : standing.bites == Truth::yes  ? "within notice"
                                                     : "in doubt";
    evidence.deadline = standing.deadline;
    Decision as_if;
    as_if.ban = static_cast<std::int32_t>(i);
    if (enabled != kUnknownValue) evidence.because = because(as_if);
    found.push_back(std::move(evidence));
  }
  return found;
}

std::vector<std::string> Explainer::skipped(const Decision& decision) {
  // Beyond this many rules a record does not tell of those that could not fire for a ban; `decide`
  // does.
  constexpr std::size_t kRulesMax = 200;
  const RuleTable& table = evaluator_.policy().table();
  evaluator_.prepare(now_);
  std::vector<std::string> found;
  auto add = [&](const Action& action) {
    for (const Alternative& alternative : action.alternatives) {
      bool taken =
          decision.kind == Action::Kind::profile && decision.profile == alternative.profile;
      if (taken) break;
      std::string why = obstacle(alternative);
      if (!why.empty()) append(found, {why});
    }
  };
  if (decision.rule >= 0) add(table.rules[static_cast<std::size_t>(decision.rule)].action);
  if (table.bans.empty() || table.rules.size() > kRulesMax) return found;
  for (std::uint32_t i = 0; i < table.rules.size(); ++i) {
    bool asks = table.rules[i].action.kind == Action::Kind::profile;
    if (asks && static_cast<std::int32_t>(i) != decision.rule &&
        judge(table.rules[i].condition) == Truth::yes) {
      add(table.rules[i].action);
    }
  }
  return found;
}

std::vector<ConditionEvidence> Explainer::because(const Decision& decision) {
  evaluator_.prepare(now_);
  const RuleTable& table = evaluator_.policy().table();
  if (decision.ban >= 0) {
    const Ban& ban = table.bans[static_cast<std::size_t>(decision.ban)];
    std::int64_t enabled = evaluator_.history().value(kProfile, now_);
    std::size_t judged = enabled >= 0 ? static_cast<std::size_t>(enabled) : table.profiles.size();
    return judged < ban.bites.size() ? about_condition(ban.bites[judged])
                                     : std::vector<ConditionEvidence>{};
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

std::vector<ConditionEvidence> Explainer::about_condition(ConditionIndex condition) {
  const ConditionTable& conditions = evaluator_.policy().table().conditions;
  std::vector<ConditionEvidence> evidence;
  std::vector<ConditionIndex> open = {condition};
  std::vector<std::uint32_t> seen;
  while (!open.empty()) {
    const ConditionNode& node = conditions.node(open.back());
    open.pop_back();
    if (node.op == ConditionOp::test) {
      if (std::find(seen.begin(), seen.end(), node.first) != seen.end()) continue;
      seen.push_back(node.first);
      evidence.push_back(about_test(conditions.test_of(node)));
      continue;
    }
    for (std::uint32_t i = node.count; i > 0; --i) open.push_back(conditions.child(node, i - 1));
  }
  return evidence;
}

ConditionEvidence Explainer::about_test(const Test& test) {
  const Prepared& policy = evaluator_.policy();
  const Feature& feature = policy.feature(test.feature);
  const FeaturePlan& plan = policy.features[test.feature];
  Reading reading = evaluator_.curve(test.feature, now_).reading(now_);
  ConditionEvidence evidence;
  evidence.condition = test.text;
  evidence.truth = sojourn::judge(test, feature, reading);
  evidence.value = value_text(feature, reading);
  if (domain_of(feature.kind) == ValueDomain::count) evidence.count = reading.lower;
  if (is_temporal(feature.kind)) {
    evidence.source = "history";
    add_history(evidence, feature, plan);
  } else {
    add_source(evidence, feature, plan);
  }
  if (evidence.truth != Truth::yes) evidence.would_hold_at = would_hold_at(test);
  return evidence;
}

// Where a value comes from and since when it has been so.
void Explainer::add_source(ConditionEvidence& evidence, const Feature& feature,
                           const FeaturePlan& plan) {
  const DeviceHistory& history = evaluator_.history();
  SignalIndex signal = plan.signal;
  switch (feature.kind) {
    case FeatureKind::country: {
      bool certain = history.value(kFixCountry, now_) != kUnknownValue;
      evidence.source = certain ? "fix" : "network";
      if (const StandingCountry::Run* run = evaluator_.reader().place().run_at(now_)) {
        if (run->standing != kUnknownValue) evidence.since = run->from;
      }
      return;
    }
    case FeatureKind::area:
    case FeatureKind::speed:
    case FeatureKind::accuracy:
    case FeatureKind::border_distance:
    case FeatureKind::in_flight:
      evidence.source = "fix";
      break;
    case FeatureKind::network:
    case FeatureKind::roaming:
      evidence.source = "network";
      signal = kNetwork;
      break;
    case FeatureKind::no_service:
      evidence.source = "report";
      signal = kRegistration;
      break;
    case FeatureKind::breakout:
    case FeatureKind::installed:
      evidence.source = "report";
      signal = kProfile;
      break;
    case FeatureKind::local_time:
    case FeatureKind::date:
    case FeatureKind::silent:
      evidence.source = "clock";
      return;
    case FeatureKind::since:
    case FeatureKind::event_count:
    case FeatureKind::data_sum:
    case FeatureKind::data_balance:
      evidence.source = "history";
      return;
    default:
      evidence.source = "report";
      break;
  }
  if (signal == kNone) return;
  const TimelineRow* row = history.timeline(signal).row_at(now_);
  if (row != nullptr && row->value != kUnknownValue && row->from != kBeginning) {
    evidence.since = row->from;
  }
}

// The stretches in which the counted condition held (or may have) for today's key, cut into the
// ledger's rows, as far back as the feature's window goes.
void Explainer::add_history(ConditionEvidence& evidence, const Feature& feature,
                            const FeaturePlan& plan) {
  const ConditionHistory& past = evaluator_.condition_history(plan.history, now_);
  CountQuestion question{feature, plan, evaluator_.reader(), now_, {}};

  HistoryView view(past, question);
  if (!view.begun) return;
  Instant window_start = counted_from(past, question);
  for (std::size_t i = past.runs().size(); i > 0; --i) {
    if (past.run_end(i - 1) <= window_start) break;
    if (view.truth_of_run(i - 1) != Truth::yes) continue;
    Instant from = std::max(past.runs()[i - 1].from, window_start);
    Instant to = std::min(past.run_end(i - 1), now_ + milliseconds(1));
    std::vector<EvidenceRow> rows =
        residency(evaluator_.place_at(now_), evaluator_.history(), {from, to - milliseconds(1)});
    if (!rows.empty() && past.run_end(i - 1) != kNever) rows.back().to = past.run_end(i - 1);
    evidence.since = from;
    evidence.rows.insert(evidence.rows.begin(), rows.begin(), rows.end());
    if (evidence.rows.size() >= kEvidenceRowsMax) break;
  }
}

// A near miss: when the test will hold if nothing changes and no report comes.
std::optional<Instant> Explainer::would_hold_at(const Test& test) {
  if (test.kind != Test::Kind::at_least && test.kind != Test::Kind::holds) return std::nullopt;

  return evaluator_.first_true(test, now_);
}

std::string Explainer::value_text(const Feature& feature, const Reading& reading) {
  const RuleTable& table = evaluator_.policy().table();
  const DeviceHistory& history = evaluator_.history();

  if (domain_of(feature.kind) == ValueDomain::count) {
    bool is_time = feature.kind == FeatureKind::held || feature.kind == FeatureKind::recency ||
                   feature.kind == FeatureKind::held_share;
    return is_time ? time_text(reading) : count_text(reading);
  }
  if (!reading.known) return "unknown";
  switch (feature.kind) {
    case FeatureKind::country:
      return CountryClaim::from_packed(static_cast<std::uint32_t>(reading.lower)).text();
    case FeatureKind::network:
      if (reading.lower == kNoSymbol) return "no service";
      return to_text(unpack_plmn(static_cast<std::uint32_t>(reading.lower)));
    case FeatureKind::profile:
      return history.profile_text(feature.candidate ? reading.lower
                                                    : history.value(kProfile, now_));
    case FeatureKind::fallback:
      return reading.lower == kNoSymbol ? "none" : history.profile_text(reading.lower);
    case FeatureKind::rat:
      return std::string(name_of(static_cast<Rat>(reading.lower)));
    case FeatureKind::attribute_choice: {
      const auto& values = table.attributes[feature.subject].values;
      auto index = static_cast<std::size_t>(reading.lower);
      return reading.lower < 0 || index >= values.size() ? "another" : values[index];
    }
    case FeatureKind::attribute_country:
      return std::string(code_of(Country{static_cast<std::uint8_t>(reading.lower)}));
    case FeatureKind::attribute_number: {
      std::int64_t whole = reading.lower / 1'000'000;
      std::int64_t rest = reading.lower % 1'000'000;
      std::string text =
          fmt::format("{}", static_cast<double>(whole) + static_cast<double>(rest) / 1'000'000);
      const std::string& unit = table.attributes[feature.subject].unit;
      if (unit.empty()) return text;
      return unit == "%" ? text + unit : fmt::format("{} {}", text, unit);
    }
    case FeatureKind::speed:
      return fmt::format("{} m/s", static_cast<double>(reading.lower) / 1000);
    case FeatureKind::accuracy:
    case FeatureKind::border_distance:
      return fmt::format("{} m", static_cast<double>(reading.lower) / 1000);
    case FeatureKind::silent:
      return describe(milliseconds(reading.lower));
    default:
      return reading.lower != 0 ? "yes" : "no";
  }
}

}  // namespace sojourn
