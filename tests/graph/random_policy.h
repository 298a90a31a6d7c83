// Policies and readings from a seed, of every kind of feature, test and action.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/graph/naive_interpreter.h"

namespace sojourn::testing {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  // 0 to count - 1.
  std::uint64_t below(std::uint64_t count) { return engine_() % count; }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
  template <class T>
  const T& of(const std::vector<T>& values) {
    return values[below(values.size())];
  }

 private:
  std::mt19937_64 engine_;
};

struct PolicyShape {
  std::size_t rule_count = 6;
  std::size_t feature_count = 5;  // at most that of all kinds
  std::size_t profile_count = 3;
  std::size_t ban_count = 0;
  bool first_match = false;
  bool always_downloadable = false;
  std::vector<FeatureKind> kinds;  // empty: all of them
};

inline Country country_named(std::string_view code) { return *find_country(code); }

inline std::vector<CountryClaim> some_claims() {
  return {CountryClaim::of(CountrySet{country_named("EH"), country_named("MA")}),
          CountryClaim::of(CountrySet{country_named("RU"), country_named("UA")})};
}

class RandomPolicy {
 public:
  RandomPolicy(Dice& dice, const PolicyShape& shape)
      : dice_(dice), always_downloadable_(shape.always_downloadable) {
    table.settings.first_match = shape.first_match;
    add_names(shape);
    add_features(shape);
    for (std::size_t r = 0; r < shape.rule_count; ++r) add_rule(r);
    for (std::size_t b = 0; b < shape.ban_count; ++b) add_ban(b);
    if (dice_.one_in(4)) table.otherwise = action(Action::Kind::profile);
    if (table.otherwise.kind == Action::Kind::none) table.otherwise.kind = Action::Kind::keep;
  }

  RuleTable table;

  // What a device might show for the feature, near and at everything that is tested.
  Reading reading(const Feature& feature) {
    ValueDomain domain = domain_of(feature.kind);
    if (domain == ValueDomain::count) {
      auto low = static_cast<std::int64_t>(dice_.below(12)) - 1;
      return Reading::between(low, low + static_cast<std::int64_t>(dice_.below(4)));
    }
    if (dice_.one_in(5)) return Reading::unknown();
    if (domain == ValueDomain::flag) return Reading::exactly(dice_.below(2) == 1 ? 1 : 0);
    if (domain == ValueDomain::number) {
      return Reading::exactly(static_cast<std::int64_t>(dice_.below(12)) - 1);
    }
    return Reading::exactly(symbol(feature));
  }

 private:
  void add_names(const PolicyShape& shape) {
    Attribute type{"type", AttributeType::choice, "", {"meter", "tracker", "vehicle", "lamp"}, {}};
    table.attributes = {type,
                        {"seen-in", AttributeType::country, "", {}, {}},
                        {"level", AttributeType::number, "%", {}, {}},
                        {"priority", AttributeType::flag, "", {}, {}}};
    for (std::size_t p = 0; p < shape.profile_count; ++p) {
      Profile profile;
      profile.name = "p" + std::to_string(p);
      if (shape.always_downloadable || dice_.below(2) == 0) profile.download = "smdp.example";
      table.profiles.push_back(profile);
    }
  }

  void add_features(const PolicyShape& shape) {
    using K = FeatureKind;
    std::vector<FeatureKind> kinds = {K::country,
                                      K::network,
                                      K::profile,
                                      K::attribute_choice,
                                      K::attribute_country,
                                      K::attribute_number,
                                      K::attribute_flag,
                                      K::held,
                                      K::consecutive_days,
                                      K::no_service,
                                      K::rat,
                                      K::fallback};
    if (!shape.kinds.empty()) kinds = shape.kinds;
    while (table.features.size() < shape.feature_count && !kinds.empty()) {
      std::size_t at = dice_.below(kinds.size());
      Feature feature;
      feature.kind = kinds[at];
      kinds.erase(kinds.begin() + static_cast<std::ptrdiff_t>(at));
      if (feature.kind == K::attribute_country) feature.subject = 1;
      if (feature.kind == K::attribute_number) feature.subject = 2;
      if (feature.kind == K::attribute_flag) feature.subject = 3;
      feature.identity = "feature " + std::to_string(static_cast<int>(feature.kind));
      table.features.push_back(feature);
    }
  }

  CountrySet countries() {
    static const std::vector<std::string> codes = {"BR", "AR", "MA", "EH", "UA", "US", "PR", "GP"};
    CountrySet set;
    for (std::uint64_t i = 0, n = 1 + dice_.below(3); i < n; ++i) {
      set.insert(country_named(dice_.of(codes)));
    }
    return set;
  }

  std::int64_t symbol(const Feature& feature) {
    using K = FeatureKind;
    static const std::vector<std::string> plmns = {"724-05", "724-06", "310-260", "340-01",
                                                   "901-01", "604-00", "722-310", "330-110"};
    auto profiles = static_cast<std::int64_t>(table.profiles.size());
    switch (feature.kind) {
      case K::country: {
        CountrySet set = countries();
        if (dice_.one_in(6)) return CountryClaim().packed();
        if (dice_.one_in(3)) return dice_.of(some_claims()).packed();
        return CountryClaim::of(set.members()[0]).packed();
      }
      case K::network:
        if (dice_.one_in(8)) return kNoSymbol;
        return pack(*parse_plmn(dice_.of(plmns)));
      case K::profile:
        return static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(profiles) + 1)) ==
                       profiles
                   ? kOtherSymbol
                   : static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(profiles)));
      case K::fallback:
        return static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(profiles) + 2)) - 2;
      case K::rat:
        return static_cast<std::int64_t>(dice_.below(kRatCount));
      case K::attribute_country:
        return countries().members()[0].index;
      default:
        return static_cast<std::int64_t>(dice_.below(5)) - (dice_.one_in(9) ? 6 : 0) == 4
                   ? kOtherSymbol
                   : static_cast<std::int64_t>(dice_.below(4));
    }
  }

  ConditionIndex test() {
    Test test;
    test.feature = static_cast<FeatureIndex>(dice_.below(table.features.size()));
    const Feature& feature = table.features[test.feature];
    ValueDomain domain = domain_of(feature.kind);
    bool about_countries = feature.kind == FeatureKind::country ||
                           feature.kind == FeatureKind::network ||
                           feature.kind == FeatureKind::attribute_country;
    if (domain != ValueDomain::count && dice_.one_in(10)) {
      test.kind = Test::Kind::known;
    } else if (domain == ValueDomain::flag) {
      test.kind = Test::Kind::holds;
    } else if (domain != ValueDomain::symbol) {
      test.kind = Test::Kind::at_least;
      test.threshold = static_cast<std::int64_t>(dice_.below(10));
    } else if (about_countries && (feature.kind != FeatureKind::network || !dice_.one_in(3))) {
      test.kind = Test::Kind::in_countries;
      test.countries = countries();
    } else {
      test.kind = Test::Kind::one_of;
      for (std::uint64_t i = 0, n = 1 + dice_.below(2); i < n; ++i) {
        test.symbols.push_back(symbol(feature));
      }
    }
    return table.conditions.test(test);
  }

  ConditionIndex condition(int depth) {
    if (depth == 0 || dice_.one_in(4)) return test();
    if (dice_.one_in(20)) return ConditionTable::kAlways;
    if (dice_.one_in(5)) return table.conditions.negate(condition(depth - 1));
    std::vector<ConditionIndex> parts;
    for (std::uint64_t i = 0, n = 2 + dice_.below(2); i < n; ++i) {
      parts.push_back(condition(depth - 1));
    }
    return dice_.one_in(3) ? table.conditions.any_of(parts) : table.conditions.all_of(parts);
  }

  Action action(Action::Kind kind) {
    Action action;
    action.kind = kind;
    if (kind == Action::Kind::profile) {
      for (std::uint64_t i = 0, n = 1 + dice_.below(3); i < n; ++i) {
        auto profile = static_cast<ProfileIndex>(dice_.below(table.profiles.size()));
        action.alternatives.push_back({profile, !always_downloadable_ && dice_.one_in(4)});
      }
    }
    if (dice_.one_in(4)) action.alerts.push_back("look");
    return action;
  }

  void add_rule(std::size_t r) {
    Rule rule;
    rule.name = "r" + std::to_string(r);
    rule.condition = condition(3);
    std::uint64_t kind = dice_.below(8);
    rule.action = action(kind == 0   ? Action::Kind::none
                         : kind == 1 ? Action::Kind::keep
                                     : Action::Kind::profile);
    table.rules.push_back(rule);
    // Never in a circle: only a rule of higher rank overrides.
    ranks_.push_back(dice_.below(1000) * 1000 + r);
    auto self = static_cast<std::uint32_t>(r);
    for (std::uint32_t other = 0; other < r && !table.settings.first_match; ++other) {
      if (!dice_.one_in(4)) continue;
      bool above = ranks_[r] > ranks_[other];
      table.rules[above ? self : other].overrides.push_back(above ? other : self);
    }
  }

  void add_ban(std::size_t b) {
    Ban ban;
    ban.name = "b" + std::to_string(b);
    for (std::size_t p = 0; p <= table.profiles.size(); ++p) {
      ban.bites.push_back(dice_.one_in(3) ? ConditionTable::kNever : condition(2));
    }
    ban.violated = ban.bites;
    ban.in_doubt_counts = dice_.one_in(3);
    if (dice_.one_in(2)) ban.remedy = action(Action::Kind::profile);
    table.bans.push_back(ban);
  }

  Dice& dice_;
  bool always_downloadable_;
  std::vector<std::uint64_t> ranks_;
};

}  // namespace sojourn::testing
