#include "lang/testing/boundaries.h"

namespace sojourn::lang {
namespace {

// 0: the kind has no thresholds of interest.
std::int64_t step_of(FeatureKind kind) {
  constexpr std::int64_t kMinuteMs = 60'000;
  switch (kind) {
    case FeatureKind::attribute_number:
    case FeatureKind::data_sum:
    case FeatureKind::data_balance:
      return 1'000'000;  // one of the unit; a megabyte
    case FeatureKind::speed:
    case FeatureKind::accuracy:
    case FeatureKind::border_distance:
      return 1'000;  // a metre, a metre per second
    case FeatureKind::silent:
    case FeatureKind::held:
    case FeatureKind::recency:
    case FeatureKind::held_share:
      return kMinuteMs;
    case FeatureKind::consecutive_days:
    case FeatureKind::window_count:
    case FeatureKind::calendar_count:
    case FeatureKind::event_count:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

std::vector<Threshold> thresholds(const RuleTable& table) {
  std::vector<Threshold> found;
  const std::vector<Test>& tests = table.conditions.tests();
  for (std::uint32_t i = 0; i < tests.size(); ++i) {
    const Test& test = tests[i];
    if (test.kind != Test::Kind::at_least || test.text.empty()) continue;
    const Feature& feature = table.features[test.feature];
    std::int64_t step = step_of(feature.kind);
    if (step == 0 || feature.candidate || feature.ahead_days != 0) continue;
    found.push_back({i, test.feature, test.threshold, step, test.text});
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
  if (!reading.known || reading.lower == kNotYet) return sides;
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
