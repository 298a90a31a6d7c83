// Rule tables for tests, written short:
//
//   PolicyBuilder policy;
//   auto meter = policy.choice("type", {"meter", "tracker"}, "meter");
//   policy.rule("meters", policy.all({policy.in("BR"), meter}), "vivo");
#pragma once

#include "tests/graph/random_policy.h"

namespace sojourn::testing {

class PolicyBuilder {
 public:
  RuleTable table;

  PolicyBuilder() { table.otherwise.kind = Action::Kind::keep; }

  ProfileIndex profile(std::string name, CountrySet home = {}, bool downloadable = true) {
    if (auto found = table.find_profile(name)) return *found;
    Profile profile;
    profile.name = std::move(name);
    profile.home = home;
    if (downloadable) profile.download = "smdp.example";
    table.profiles.push_back(profile);
    return static_cast<ProfileIndex>(table.profiles.size() - 1);
  }

  FeatureIndex feature(FeatureKind kind, std::string identity, std::uint32_t subject = 0) {
    Feature feature;
    feature.kind = kind;
    feature.subject = subject;
    feature.identity = std::move(identity);
    return table.intern_feature(feature);
  }
  // A count of `inner`.
  FeatureIndex count(FeatureKind kind, ConditionIndex inner, std::string identity,
                     Period window = {}, Scope scope = {}) {
    Feature feature;
    feature.kind = kind;
    feature.inner = inner;
    feature.window = window;
    feature.scope = scope;
    feature.identity = std::move(identity);
    return table.intern_feature(feature);
  }

  ConditionIndex in(std::string_view country) {
    Test test;
    test.feature = feature(FeatureKind::country, "region");
    test.kind = Test::Kind::in_countries;
    test.countries.insert(country_named(country));
    test.text = "region in " + std::string(country);
    return table.conditions.test(test);
  }
  ConditionIndex network_in(std::string_view country) {
    Test test;
    test.feature = feature(FeatureKind::network, "network");
    test.kind = Test::Kind::in_countries;
    test.countries.insert(country_named(country));
    test.text = "network in " + std::string(country);
    return table.conditions.test(test);
  }
  ConditionIndex in_area(Area area) {
    auto index = static_cast<std::uint32_t>(table.areas.size());
    std::string text = "region in " + area.name;
    table.areas.push_back(std::move(area));
    return flag(feature(FeatureKind::area, text, index), text);
  }
  ConditionIndex roaming_in(std::string_view country) {
    Feature roaming;
    roaming.kind = FeatureKind::roaming;
    roaming.countries.insert(country_named(country));
    roaming.identity = "roaming in " + std::string(country);
    return flag(table.intern_feature(roaming), roaming.identity);
  }
  ConditionIndex flag(FeatureIndex feature, std::string text) {
    Test test;
    test.feature = feature;
    test.text = std::move(text);
    return table.conditions.test(test);
  }
  ConditionIndex choice(const std::string& attribute, const std::vector<std::string>& values,
                        const std::string& value) {
    AttributeIndex index = declare({attribute, AttributeType::choice, "", values, {}});
    Test test;
    test.feature = feature(FeatureKind::attribute_choice, attribute, index);
    test.kind = Test::Kind::one_of;
    auto at = std::find(values.begin(), values.end(), value);
    test.symbols = {at - values.begin()};
    test.text = attribute + " = " + value;
    return table.conditions.test(test);
  }
  ConditionIndex enabled(ProfileIndex profile) {
    Test test;
    test.feature = feature(FeatureKind::profile, "profile");
    test.kind = Test::Kind::one_of;
    test.symbols = {profile};
    test.text = "profile = " + table.profiles[profile].name;
    return table.conditions.test(test);
  }
  // Whole units.
  ConditionIndex number_at_least(const std::string& attribute, const std::string& unit,
                                 std::int64_t value) {
    AttributeIndex index = declare({attribute, AttributeType::number, unit, {}, {}});
    return at_least(feature(FeatureKind::attribute_number, attribute, index), value * 1'000'000,
                    attribute + " >= " + std::to_string(value));
  }
  ConditionIndex at_least(FeatureIndex feature, std::int64_t threshold, std::string text) {
    Test test;
    test.feature = feature;
    test.kind = Test::Kind::at_least;
    test.threshold = threshold;
    test.text = std::move(text);
    return table.conditions.test(test);
  }
  ConditionIndex all(std::vector<ConditionIndex> parts) {
    return table.conditions.all_of(std::move(parts));
  }
  ConditionIndex any(std::vector<ConditionIndex> parts) {
    return table.conditions.any_of(std::move(parts));
  }
  ConditionIndex no(ConditionIndex inner) { return table.conditions.negate(inner); }

  // `outcome`: a profile's name, "keep", or "" for none.
  std::uint32_t rule(std::string name, ConditionIndex condition, const std::string& outcome,
                     std::vector<std::uint32_t> overrides = {}) {
    Rule rule;
    rule.name = std::move(name);
    rule.origin = {"test.sojourn", static_cast<std::uint32_t>(table.rules.size()) + 1};
    rule.condition = condition;
    rule.overrides = std::move(overrides);
    if (outcome == "keep") {
      rule.action.kind = Action::Kind::keep;
    } else if (!outcome.empty()) {
      rule.action.kind = Action::Kind::profile;
      rule.action.alternatives = {{profile(outcome), false}};
    }
    table.rules.push_back(rule);
    return static_cast<std::uint32_t>(table.rules.size() - 1);
  }

 private:
  AttributeIndex declare(Attribute attribute) {
    if (auto found = table.find_attribute(attribute.name)) return *found;
    table.attributes.push_back(std::move(attribute));
    return static_cast<AttributeIndex>(table.attributes.size() - 1);
  }
};

}  // namespace sojourn::testing
