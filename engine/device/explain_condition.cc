#include <algorithm>
#include <initializer_list>
#include <limits>
#include <optional>

#include "engine/device/explain.h"
#include "engine/device/ledger.h"

namespace sojourn {
namespace {

// Rows shown behind one count; the newest are kept.
constexpr std::size_t kEvidenceRowsMax = 100;

struct Opposite {
  std::string_view words, instead;
};

// The author's threshold the other way round. It is the last one that stands outside quotes: what
// is counted comes before it and may have one of its own.
std::optional<std::string> turned(const std::string& text, std::initializer_list<Opposite> all) {
  std::optional<std::pair<std::size_t, Opposite>> last;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && quoted) {
      ++at;
      continue;
    }
    if (text[at] == '"') quoted = !quoted;
    if (quoted) continue;
    for (const Opposite& one : all) {
      if (std::string_view(text).substr(at).starts_with(one.words)) last = {at, one};
    }
  }
  if (!last) return std::nullopt;
  return std::string(text).replace(last->first, last->second.words.size(), last->second.instead);
}

std::optional<std::string> below_threshold(const std::string& text, FeatureKind kind) {
  switch (kind) {
    case FeatureKind::consecutive_days:
    case FeatureKind::window_count:
    case FeatureKind::calendar_count:
    case FeatureKind::held_share:
    case FeatureKind::day_share:
    case FeatureKind::event_count:
    case FeatureKind::fleet_count: {
      // Some counts begin with their threshold: `at least 3 rejected within 6 hours`.
      std::optional<std::string> other =
          turned(" " + text, {{" at least ", " fewer than "}, {" more than ", " at most "}});
      return other ? std::optional(other->substr(1)) : std::nullopt;
    }
    case FeatureKind::attribute_number:
    case FeatureKind::speed:
    case FeatureKind::accuracy:
    case FeatureKind::border_distance:
    case FeatureKind::silent:
    case FeatureKind::data_sum:
    case FeatureKind::data_balance:
      return turned(text, {{" >= ", " < "}, {" > ", " <= "}});
    default:  // `for` and `within` have no words for less
      return std::nullopt;
  }
}

}  // namespace

std::string negated(const Test& test, const Feature& feature) {
  const std::string& text = test.text;
  constexpr std::string_view kKnown = " known";
  if (auto denied = what_is_denied(text)) return *std::move(denied);
  if (test.kind == Test::Kind::known && text.ends_with(kKnown)) {
    return text.substr(0, text.size() - kKnown.size()) + " unknown";
  }
  if (feature.kind == FeatureKind::date) return date_words(test, false);
  if (test.kind == Test::Kind::at_least) {
    if (auto below = below_threshold(text, feature.kind)) return *std::move(below);
  }
  return "not " + text;
}

std::vector<ConditionEvidence> Explainer::about_condition(ConditionIndex condition) {
  struct Open {
    ConditionIndex index;
    bool positive;
  };
  const ConditionTable& conditions = evaluator_.policy().table().conditions;
  std::vector<ConditionEvidence> evidence;
  std::vector<Open> open = {{condition, true}};
  while (!open.empty()) {
    auto [index, positive] = open.back();
    open.pop_back();
    const ConditionNode& node = conditions.node(index);
    if (node.op != ConditionOp::test) {
      bool inside = node.op == ConditionOp::negation ? !positive : positive;
      for (std::uint32_t i = node.count; i > 0; --i) {
        open.push_back({conditions.child(node, i - 1), inside});
      }
      continue;
    }
    // What stands with a candidate is told part by part.
    const Feature& feature = evaluator_.policy().feature(conditions.test_of(node).feature);
    if (feature.kind == FeatureKind::on_a_network) {
      open.push_back({feature.inner, positive});
      continue;
    }
    ConditionEvidence about = about_test(conditions.test_of(node), positive);
    if (positive && about.truth != Truth::yes) add_near_miss(about, index);
    if (!positive) {
      about.condition = negated(conditions.test_of(node), feature);
      about.truth = opposite(about.truth);
    }
    auto same = std::find_if(evidence.begin(), evidence.end(), [&](const ConditionEvidence& one) {
      return one.condition == about.condition;
    });
    if (same == evidence.end()) {
      evidence.push_back(std::move(about));
    } else if (positive ? about.truth > same->truth : about.truth < same->truth) {
      // `region in A, B` asks about each; what tells is the one it is in.
      *same = std::move(about);
    }
  }
  return evidence;
}

ConditionEvidence Explainer::about_test(const Test& test, bool positive) {
  const Prepared& policy = evaluator_.policy();
  const Feature& feature = policy.feature(test.feature);
  const FeaturePlan& plan = policy.features[test.feature];
  Reading reading = evaluator_.curve(test.feature, now_).reading(now_);
  // It is read anew only when a date begins that is asked for.
  if (feature.kind == FeatureKind::date) reading = evaluator_.reader().read(test.feature, now_);
  ConditionEvidence evidence;
  evidence.condition = test.text;
  evidence.truth = sojourn::judge(test, feature, reading);
  // Below a threshold nothing is missing to it.
  Test shown = test;
  if (!positive) shown.threshold = std::numeric_limits<std::int64_t>::min();
  evidence.value = value_text(shown, reading);
  // Of a share that is not known yet nothing can be said.
  bool unknown_share = !reading.known && (feature.kind == FeatureKind::held_share ||
                                          feature.kind == FeatureKind::day_share);
  if (domain_of(feature.kind) == ValueDomain::count && !unknown_share) {
    evidence.count = reading.lower;
  }
  if (is_temporal(feature.kind)) {
    evidence.source = "history";
    add_history(evidence, feature, plan);
  } else {
    add_source(evidence, feature, plan);
  }
  return evidence;
}

void Explainer::add_near_miss(ConditionEvidence& evidence, ConditionIndex node) {
  const ConditionTable& conditions = evaluator_.policy().table().conditions;
  const Test& test = conditions.test_of(conditions.node(node));
  if (test.kind != Test::Kind::at_least && test.kind != Test::Kind::holds) return;
  // What is asked with another network for each candidate is too dear to follow day by day.
  bool supposes = evaluator_.policy().feature(test.feature).candidate.has_value();
  if (!supposes) evidence.would_hold_at = evaluator_.first_true(test, now_);
  if (evidence.would_hold_at) return;
  Instant at = IfItLasts(evaluator_, now_, IfItLasts::Of::rule).holds_at(node, Truth::yes);
  if (at == kNever) return;
  evidence.would_hold_at = at;
  evidence.if_it_goes_on = true;
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
      const TimelineRow* said =
          history.timeline(certain ? kFixCountry : kNetworkCountry).row_at(now_);
      if (const StandingCountry::Run* run = evaluator_.reader().place().run_at(now_)) {
        if (run->standing != kUnknownValue) evidence.since = run->from;
      }
      if (said != nullptr && !said->standing) evidence.reported = said->last;
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
    case FeatureKind::fleet_count:
    case FeatureKind::released:
      evidence.source = "fleet";
      return;
    default:
      evidence.source = "report";
      break;
  }
  if (signal == kNone) return;
  const TimelineRow* row = history.timeline(signal).row_at(now_);
  if (row != nullptr && row->value != kUnknownValue && row->from != kBeginning) {
    evidence.since = row->from;
    if (!row->standing) evidence.reported = row->last;
    if (row->standing && evidence.source == "report") evidence.source = "master data";
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

}  // namespace sojourn
