#include "lang/testing/boundaries.h"

#include <algorithm>

#include "engine/device/explain.h"

namespace sojourn::lang {
namespace {

// 0: the kind has no thresholds of interest, or none that one device can reach.
std::int64_t step_of(FeatureKind kind) {
  constexpr std::int64_t kMinuteMs = 60'000;
  switch (kind) {
    case FeatureKind::attribute_number:
    case FeatureKind::data_sum:
      return 1'000'000;  // one of the unit; a megabyte
    case FeatureKind::speed:
    case FeatureKind::accuracy:
    case FeatureKind::border_distance:
      return 1'000;  // a metre, a metre per second
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

// The tests that what a policy does depends on, with those inside counts.
class Asked {
 public:
  explicit Asked(const RuleTable& table)
      : table_(table), tests_(table.conditions.tests().size()), nodes_(table.conditions.size()) {
    for (const Rule& rule : table.rules) {
      add(rule.condition);
      add(rule.action.requires_condition);
    }
    for (const Ban& ban : table.bans) {
      for (ConditionIndex violated : ban.violated) add(violated);
    }
    for (const Guard& guard : table.guards) add(guard.reached);
  }

  bool holds(std::uint32_t test) const { return tests_[test]; }

 private:
  void add(ConditionIndex root) {
    std::vector<ConditionIndex> open = {root};
    while (!open.empty()) {
      ConditionIndex at = open.back();
      open.pop_back();
      if (nodes_[at]) continue;
      nodes_[at] = true;
      const ConditionNode& node = table_.conditions.node(at);
      if (node.op == ConditionOp::test) {
        tests_[node.first] = true;
        const Feature& feature = table_.features[table_.conditions.test_of(node).feature];
        if (is_temporal(feature.kind)) open.push_back(feature.inner);
        continue;
      }
      for (std::uint32_t i = 0; i < node.count; ++i) {
        open.push_back(table_.conditions.child(node, i));
      }
    }
  }

  const RuleTable& table_;
  std::vector<bool> tests_;
  std::vector<bool> nodes_;
};

// A share lies between 0% and 100%; `> 0%` first holds a millionth above it.
Sides impossible_sides(const RuleTable& table, const Feature& feature, std::int64_t threshold) {
  Sides sides;
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
  Asked asked(table);
  const std::vector<Test>& tests = table.conditions.tests();
  for (std::uint32_t i = 0; i < tests.size(); ++i) {
    const Test& test = tests[i];
    const Feature& feature = table.features[test.feature];
    bool about_moment = asks_for_a_moment(feature);
    bool compares = test.kind == Test::Kind::at_least || about_moment;
    if (!compares || test.text.empty() || !asked.holds(i)) continue;
    std::int64_t step = step_of(feature.kind);
    if (step == 0 || feature.ahead_days != 0) continue;
    std::int64_t at = about_moment ? 0 : test.threshold;
    Threshold::Question question{i, test.feature, {}};
    if (feature.candidate) question.enabled = *feature.candidate;
    bool denial = feature.kind == FeatureKind::recency;  // it is longer ago than `within` asks
    std::string text = denial ? negated(test, feature) : test.text;
    auto same = std::find_if(found.begin(), found.end(), [&](const Threshold& one) {
      return one.text == text && one.at == at && one.kind == feature.kind;
    });
    if (same != found.end()) {
      same->questions.push_back(question);
    } else {
      Sides impossible = impossible_sides(table, feature, test.threshold);
      found.push_back({{question}, feature.kind, at, step, std::move(text), impossible});
    }
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
