#include "lang/testing/boundaries.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "engine/device/explain.h"
#include "engine/graph/asked.h"

namespace sojourn::lang {
namespace {

// 0: the kind has no thresholds of interest, or none that one device can reach.
std::int64_t step_of(FeatureKind kind) {
  constexpr std::int64_t kMinuteMs = 60'000;
  switch (kind) {
    case FeatureKind::attribute_number:
    case FeatureKind::data_sum:
    case FeatureKind::speed:
      return 1'000'000;  // one of the unit; a megabyte; a kilometre per hour
    case FeatureKind::accuracy:
    case FeatureKind::border_distance:
      return 1'000;  // a metre
    case FeatureKind::silent:
    case FeatureKind::held:
    case FeatureKind::recency:
    case FeatureKind::held_share:
    case FeatureKind::since:
      return kMinuteMs;
    case FeatureKind::consecutive_days:
    case FeatureKind::window_count:
    case FeatureKind::calendar_count:
    case FeatureKind::day_share:
    case FeatureKind::event_count:
    case FeatureKind::data_balance:
      return 1;
    default:
      return 0;
  }
}

// The conditions that what a policy does depends on.
std::vector<ConditionIndex> conditions_of(const RuleTable& table) {
  std::vector<ConditionIndex> conditions;
  for (const Rule& rule : table.rules) {
    conditions.push_back(rule.condition);
    conditions.push_back(rule.action.requires_condition);
  }
  for (const Ban& ban : table.bans) {
    conditions.insert(conditions.end(), ban.violated.begin(), ban.violated.end());
  }
  for (const Guard& guard : table.guards) conditions.push_back(guard.reached);
  return conditions;
}

// Nothing is less than nothing, but for numbers that the author declared, balances, and what is
// about a moment of the calendar.
bool is_never_negative(const Feature& feature) {
  return feature.kind != FeatureKind::attribute_number &&
         feature.kind != FeatureKind::data_balance && !asks_for_a_moment(feature);
}

// A share lies between 0% and 100%; `> 0%` first holds a millionth above it.
Sides impossible_sides(const RuleTable& table, const Feature& feature, std::int64_t threshold) {
  Sides sides;
  sides.below = is_never_negative(feature) && threshold <= 0;
  bool share = feature.kind == FeatureKind::attribute_number &&
               table.attributes[feature.subject].unit == "%";
  if (!share) return sides;
  sides.below = threshold <= 1;
  sides.above = threshold >= 100'000'000;
  return sides;
}

}  // namespace

bool asks_for_a_moment(const Feature& feature) {
  if (feature.kind == FeatureKind::since) return feature.window.count > 0;  // not `happened`
  return feature.kind == FeatureKind::recency && feature.window.count > 0;
}

std::vector<Threshold> thresholds(const RuleTable& table) {
  std::vector<Threshold> found;
  std::map<std::tuple<std::string, std::int64_t, FeatureKind>, std::size_t> places;
  const std::vector<Test>& tests = table.conditions.tests();
  for (std::uint32_t i : tests_asked(table, conditions_of(table))) {
    const Test& test = tests[i];
    const Feature& feature = table.features[test.feature];
    bool about_moment = asks_for_a_moment(feature);
    bool compares = test.kind == Test::Kind::at_least || about_moment;
    if (!compares || test.text.empty()) continue;
    std::int64_t step = step_of(feature.kind);
    if (step == 0 || feature.ahead_days != 0) continue;
    std::int64_t at = about_moment ? 0 : test.threshold;
    Threshold::Question question{i, test.feature, {}};
    if (feature.candidate) question.enabled = *feature.candidate;
    bool denial = feature.kind == FeatureKind::recency;  // it is longer ago than `within` asks
    // Just beside a small threshold is nearer than usual.
    if (is_never_negative(feature) && at > 0 && at < step) step = std::max<std::int64_t>(1, at / 2);
    std::string text = denial ? negated(test, feature) : test.text;
    auto [same, is_new] = places.try_emplace({text, at, feature.kind}, found.size());
    if (is_new) {
      Sides impossible = impossible_sides(table, feature, test.threshold);
      found.push_back({{}, feature.kind, at, step, std::move(text), impossible});
    }
    found[same->second].questions.push_back(question);
  }
  return found;
}

Sides& Sides::operator|=(const Sides& other) {
  below |= other.below;
  at |= other.at;
  above |= other.above;
  return *this;
}

Sides sides_of(const Threshold& threshold, const Reading& reading) {
  Sides sides;
  bool is_count = domain_of(threshold.kind) == ValueDomain::count;
  if ((!reading.known && !is_count) || reading.lower == kNotYet) return sides;
  std::int64_t beside = reading.lower - threshold.at;
  // `more than 30%` first holds at 30.000001%: where steps are coarse, 30% itself is "at".
  std::int64_t slack = threshold.step == 1 ? 0 : 1;
  if (beside >= -slack && beside <= slack) {
    sides.at = true;
  } else if (beside < 0) {
    sides.below = beside >= -threshold.step - slack;
  } else {
    sides.above = beside <= threshold.step + slack;
  }
  return sides;
}

ThresholdIndex::ThresholdIndex(const std::vector<Threshold>& thresholds) : thresholds_(thresholds) {
  std::map<FeatureIndex, OfFeature> asked;
  for (std::uint32_t i = 0; i < thresholds.size(); ++i) {
    for (const Threshold::Question& question : thresholds[i].questions) {
      OfFeature& of_feature = asked[question.feature];
      of_feature.feature = question.feature;
      of_feature.enabled = question.enabled;  // the same wherever the feature is asked
      of_feature.places.emplace_back(thresholds[i].at, i);
      of_feature.step = std::max(of_feature.step, thresholds[i].step);
    }
  }
  for (auto& [feature, of_feature] : asked) {
    std::sort(of_feature.places.begin(), of_feature.places.end());
    features_.push_back(std::move(of_feature));
  }
}

void ThresholdIndex::note(const OfFeature& asked, const Reading& reading,
                          std::vector<Sides>& seen) const {
  if (reading.lower == kNotYet) return;
  const std::int64_t reach = asked.step + 1;  // those that lie further off have no side
  auto place = std::partition_point(asked.places.begin(), asked.places.end(), [&](const auto& one) {
    return one.first < reading.lower - reach;
  });
  for (; place != asked.places.end() && place->first <= reading.lower + reach; ++place) {
    seen[place->second] |= sides_of(thresholds_[place->second], reading);
  }
}

std::string missing_text(const Sides& seen) {
  std::string text;
  auto add = [&](bool there, const char* word) {
    if (!there) text.append(text.empty() ? "" : ", ").append(word);
  };
  add(seen.below, "just below");
  add(seen.at, "at");
  add(seen.above, "just above");
  return text;
}

}  // namespace sojourn::lang
