// Rules for benchmarks, from a seed: `realistic` has 4 attributes that every rule names, `wild` 12
// of which a rule names a third; 16 values per attribute, of which a rule accepts one to three.
// `own value` has one attribute with as many values as there are rules; each rule accepts one that
// no other does.
#pragma once

#include <algorithm>
#include <numeric>

#include "tests/proof/policy_builder.h"

namespace sojourn::bench {

inline constexpr std::int64_t kValuesPerAttribute = 16;

struct Shape {
  std::size_t attributes;
  std::size_t named_in_100;  // how often a rule names an attribute
  bool own_values = false;   // a value for each rule

  std::size_t values_for(std::size_t rule_count) const {
    return own_values ? rule_count : static_cast<std::size_t>(kValuesPerAttribute);
  }
};
inline constexpr Shape kRealistic{4, 100};
inline constexpr Shape kWild{12, 33};
inline constexpr Shape kOwnValue{1, 100, true};

// For each rule the value that it accepts: every one of them once.
inline std::vector<std::int64_t> shuffled_values(testing::Dice& dice, std::size_t count) {
  std::vector<std::int64_t> values(count);
  std::iota(values.begin(), values.end(), std::int64_t{0});
  for (std::size_t i = count; i-- > 1;) std::swap(values[i], values[dice.below(i + 1)]);
  return values;
}

inline RuleTable make_rules(const Shape& shape, std::size_t rule_count) {
  testing::Dice dice(rule_count * 31 + shape.attributes);
  RuleTable table;
  table.settings.first_match = true;
  table.otherwise.kind = Action::Kind::keep;
  for (std::size_t p = 0; p < 8; ++p) {
    Profile profile;
    profile.name = "p" + std::to_string(p);
    profile.download = "smdp.example";
    table.profiles.push_back(profile);
  }
  std::vector<std::string> values(shape.values_for(rule_count));
  for (std::size_t v = 0; v < values.size(); ++v) values[v] = "v" + std::to_string(v);
  for (std::uint32_t a = 0; a < shape.attributes; ++a) {
    table.attributes.push_back({"a" + std::to_string(a), AttributeType::choice, "", values, {}});
    Feature feature;
    feature.kind = FeatureKind::attribute_choice;
    feature.subject = a;
    feature.identity = "a" + std::to_string(a);
    table.features.push_back(feature);
  }
  std::vector<std::int64_t> own;
  if (shape.own_values) own = shuffled_values(dice, rule_count);
  for (std::size_t r = 0; r < rule_count; ++r) {
    std::vector<ConditionIndex> parts;
    if (shape.own_values) {
      Test test;
      test.feature = 0;
      test.kind = Test::Kind::one_of;
      test.symbols = {own[r]};
      parts.push_back(table.conditions.test(std::move(test)));
    }
    // A rule that names nothing would end the list.
    while (!shape.own_values && parts.size() < 3) {
      parts.clear();
      for (std::uint32_t a = 0; a < shape.attributes; ++a) {
        if (dice.below(100) >= shape.named_in_100) continue;
        Test test;
        test.feature = a;
        test.kind = Test::Kind::one_of;
        std::uint64_t count = 1 + dice.below(shape.attributes == 4 ? 2 : 3);
        for (std::uint64_t i = 0; i < count; ++i) {
          test.symbols.push_back(static_cast<std::int64_t>(dice.below(kValuesPerAttribute)));
        }
        parts.push_back(table.conditions.test(test));
      }
    }
    Rule rule;
    rule.condition = table.conditions.all_of(parts);
    rule.action.kind = Action::Kind::keep;
    table.rules.push_back(rule);
  }
  return table;
}

// Asks rules for a battery above a threshold, beside what they ask for already.
class BatteryRules {
 public:
  // Every twentieth rule asks for ten per cent, or twenty, and so on. Requires: it outlives this.
  explicit BatteryRules(RuleTable& table) : table_(table) {
    Feature feature;
    feature.kind = FeatureKind::attribute_number;
    feature.subject = static_cast<std::uint32_t>(table.attributes.size());
    feature.identity = "battery";
    table.attributes.push_back({"battery", AttributeType::number, "%", {}, {}});
    feature_ = table.intern_feature(feature);
    std::int64_t percent = 0;
    for (std::size_t rule = 0; rule < table.rules.size(); rule += 20) {
      percent = percent % 90 + 10;
      ask(rule, percent);
    }
  }

  void ask(std::size_t rule, std::int64_t percent) {
    Test test;
    test.feature = feature_;
    test.kind = Test::Kind::at_least;
    test.threshold = percent * 1'000'000;
    ConditionIndex& condition = table_.rules[rule].condition;
    condition = table_.conditions.all_of({condition, table_.conditions.test(test)});
  }

 private:
  RuleTable& table_;
  FeatureIndex feature_ = 0;
};

}  // namespace sojourn::bench
