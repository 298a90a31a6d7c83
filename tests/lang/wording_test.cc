// Conditions of equal wordings mean the same: random ones, judged with every reading there is. And
// what people say in different words has one meaning digest.
#include "lang/wording.h"

#include <fmt/format.h>

#include <map>

#include "lang/identity.h"
#include "tests/graph/random_policy.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

namespace sojourn::lang {
namespace {

using sojourn::testing::Dice;
using testing::load;
using testing::Loaded;

constexpr std::uint64_t kSeed = 20261127;

// Two features of each kind that a wording knows, few values each.
class FewFeatures {
 public:
  FewFeatures() {
    table.attributes.push_back({"kind", AttributeType::choice, "", {"a", "b", "c"}, {}});
    table.attributes.push_back({"made-in", AttributeType::country, "", {}, {}});
    table.attributes.push_back({"level", AttributeType::number, "", {}, {}});
    add(FeatureKind::attribute_choice, "kind", 0);
    add(FeatureKind::attribute_country, "made-in", 1);
    add(FeatureKind::attribute_number, "level", 2);
    add(FeatureKind::roaming, "roaming", 0);
    add(FeatureKind::country, "country", 0);
    add(FeatureKind::event_count, "count", 0);
  }

  RuleTable table;

  Test random_test(Dice& dice) const {
    Test test;
    test.feature = static_cast<FeatureIndex>(dice.below(table.features.size()));
    FeatureKind kind = table.features[test.feature].kind;
    if (dice.one_in(8) && kind != FeatureKind::event_count) {
      test.kind = Test::Kind::known;
    } else if (kind == FeatureKind::attribute_choice) {
      test.kind = Test::Kind::one_of;
      for (std::int64_t v = 0; v < 3; ++v) {
        if (dice.one_in(2)) test.symbols.push_back(v);
      }
    } else if (kind == FeatureKind::attribute_country || kind == FeatureKind::country) {
      test.kind = Test::Kind::in_countries;
      for (const char* code : {"AR", "BR", "CL"}) {
        if (dice.one_in(2)) test.countries.insert(testing_country(code));
      }
    } else if (kind != FeatureKind::roaming) {
      test.kind = Test::Kind::at_least;
      test.threshold = static_cast<std::int64_t>(1 + dice.below(3));
    }
    return test;
  }

  ConditionIndex random_condition(Dice& dice, int depth) {
    ConditionTable& all = table.conditions;
    if (depth == 0 || dice.one_in(4)) return all.test(random_test(dice));
    if (dice.one_in(4)) return all.negate(random_condition(dice, depth - 1));
    std::vector<ConditionIndex> parts;
    for (std::uint64_t i = 2 + dice.below(2); i-- > 0;) {
      parts.push_back(random_condition(dice, depth - 1));
    }
    return dice.one_in(2) ? all.all_of(std::move(parts)) : all.any_of(std::move(parts));
  }

  // Everything that the feature can show.
  std::vector<Reading> readings(FeatureIndex feature) const {
    std::vector<Reading> all;
    FeatureKind kind = table.features[feature].kind;
    if (kind == FeatureKind::event_count) {
      for (int low = 0; low < 4; ++low) {
        for (int high = low; high < 4; ++high) all.push_back(Reading::between(low, high));
      }
      return all;
    }
    all.push_back(Reading::unknown());
    if (kind == FeatureKind::country) {
      for (const CountryClaim& claim :
           {CountryClaim(), CountryClaim::of(testing_country("BR")),
            CountryClaim::of(CountrySet{testing_country("AR"), testing_country("CL")}),
            CountryClaim::of(testing_country("FR"))}) {
        all.push_back(Reading::exactly(claim.packed()));
      }
      return all;
    }
    if (kind == FeatureKind::attribute_country) {
      for (const char* code : {"AR", "BR", "FR"}) {
        all.push_back(Reading::exactly(testing_country(code).index));
      }
      return all;
    }
    int count = kind == FeatureKind::roaming ? 2 : 4;
    for (int v = 0; v < count; ++v) all.push_back(Reading::exactly(v));
    return all;
  }

 private:
  static Country testing_country(const char* code) { return sojourn::testing::country_named(code); }
  void add(FeatureKind kind, std::string identity, std::uint32_t subject) {
    Feature feature;
    feature.kind = kind;
    feature.subject = subject;
    feature.identity = std::move(identity);
    table.features.push_back(std::move(feature));
  }
};

// The condition's value for every combination of readings.
std::vector<Truth> truths(const FewFeatures& few, ConditionIndex condition) {
  std::vector<std::vector<Reading>> all;
  for (FeatureIndex f = 0; f < few.table.features.size(); ++f) all.push_back(few.readings(f));
  std::vector<std::size_t> at(all.size(), 0);
  std::vector<Truth> found;
  while (true) {
    found.push_back(few.table.conditions.judge(condition, [&](const Test& test) {
      return judge(test, few.table.features[test.feature], all[test.feature][at[test.feature]]);
    }));
    std::size_t f = 0;
    while (f < at.size() && ++at[f] == all[f].size()) at[f++] = 0;
    if (f == at.size()) return found;
  }
}

std::string meaning(const std::string& rules, const char* settings = "") {
  Loaded loaded = load(fmt::format(R"(policy p {}
attribute type : meter | tracker | lamp
attribute battery : number in %
attribute ecall : flag
profile boot home FR
profile vivo home BR download "a.example"
otherwise keep
{})",
                                   settings, rules));
  UNSCOPED_INFO(rules << "\n" << loaded.rendered());
  REQUIRE(loaded.policy);
  return to_hex(loaded.table().meaning_digest);
}

}  // namespace

TEST_CASE("conditions of one wording have one value, whatever is known") {
  INFO("seed " << kSeed);
  Dice dice(kSeed);
  std::size_t merged = 0;
  for (int round = 0; round < sojourn::testing::rounds(20); ++round) {
    FewFeatures few;
    std::map<std::string, std::pair<ConditionIndex, std::vector<Truth>>> by_wording;
    for (int i = 0; i < 150; ++i) {
      ConditionIndex one = few.random_condition(dice, 1 + static_cast<int>(dice.below(3)));
      Canon canon(few.table);
      std::string text = canon.condition(one);
      std::vector<Truth> own = truths(few, one);
      auto [known, fresh] = by_wording.try_emplace(text, one, own);
      if (fresh || known->second.first == one) continue;
      INFO(text);
      CHECK(known->second.second == own);
      ++merged;
    }
  }
  CHECK(merged > static_cast<std::size_t>(sojourn::testing::enough(40)));
}

TEST_CASE("a policy in other words has the same meaning digest") {
  struct Row {
    const char* one;
    const char* other;
  };
  const Row rows[] = {
      {"when not (ecall or roaming) then profile = vivo",
       "when not ecall and not roaming then profile = vivo"},
      {"when not (ecall and roaming) then profile = vivo",
       "when not roaming or not ecall then profile = vivo"},
      {"when ecall and roaming and ecall then profile = vivo",
       "when roaming and ecall then profile = vivo"},
      {"when battery >= 5% then profile = vivo", "when not battery < 5% then profile = vivo"},
      {"when ecall and (roaming and battery > 5%) then profile = vivo",
       "when (battery > 5% and ecall) and roaming then profile = vivo"},
      {"when ecall or (ecall and roaming) then profile = vivo", "when ecall then profile = vivo"},
      {"when type = meter or type = lamp then profile = vivo",
       "when type in lamp, meter then profile = vivo"},
      {"when battery >= 5% and battery >= 30% then profile = vivo",
       "when battery >= 30% then profile = vivo"},
      {"when type in meter, lamp and type != lamp then profile = vivo",
       "when type = meter then profile = vivo"},
      {"when region in BR or region in AR then profile = vivo",
       "when region in AR, BR then profile = vivo"},
      {"when roaming on at least 5 days within 9 days and roaming on at least 7 days within 9 days "
       "then profile = vivo",
       "when roaming on at least 7 days within 9 days then profile = vivo"},
      // Within what is counted as well.
      {"when (not (ecall or roaming)) on at least 5 days within 9 days then profile = vivo",
       "when (not roaming and not ecall) on at least 5 days within 9 days then profile = vivo"},
      // Rules that part what one rule covers.
      {"when ecall and type = meter then profile = vivo\n"
       "when ecall and type = lamp then profile = vivo",
       "when ecall and type in meter, lamp then profile = vivo"},
      {"when ecall and battery >= 50% then profile = vivo\n"
       "when ecall and battery < 50% and battery >= 30% then profile = vivo",
       "when ecall and battery >= 30% then profile = vivo"},
      {"when battery >= 50% then profile = vivo\nwhen ecall then profile = vivo",
       "when ecall or battery >= 50% then profile = vivo"},
  };
  for (const Row& row : rows) {
    INFO(row.one << "\nor\n" << row.other);
    CHECK(meaning(row.one) == meaning(row.other));
    CHECK(meaning(row.one, "first-match") == meaning(row.other, "first-match"));
  }
}

TEST_CASE("what only seems to mean the same has another digest") {
  struct Row {
    const char* one;
    const char* other;
  };
  const Row rows[] = {
      {"when ecall or roaming then profile = vivo", "when ecall and roaming then profile = vivo"},
      {"when not ecall then profile = vivo", "when ecall then profile = vivo"},
      // While it is unknown neither half holds.
      {"when type in meter, lamp or type != lamp then profile = vivo",
       "when type known or type unknown then profile = vivo"},
      {"when battery >= 5% then profile = vivo", "when battery > 5% then profile = vivo"},
      // A code of several countries is certainly in both together only.
      {"when network in GP, FR or network in MQ, FR then profile = vivo",
       "when network in GP, MQ, FR then profile = vivo"},
      // Somebody else speaks of one of the two.
      {"rule a when ecall then profile = vivo\nrule b when roaming then profile = vivo\n"
       "rule c overrides a when type = meter then keep",
       "rule a when ecall or roaming then profile = vivo\n"
       "rule c overrides a when type = meter then keep"},
      {"when ecall then profile = vivo\nwhen roaming then profile = vivo, hold 1 day",
       "when ecall or roaming then profile = vivo"},
  };
  for (const Row& row : rows) {
    INFO(row.one << "\nor\n" << row.other);
    CHECK(meaning(row.one) != meaning(row.other));
  }
  // Between the two comes somebody who decides otherwise.
  CHECK(meaning("when ecall then profile = vivo\nwhen roaming then keep\n"
                "when battery > 5% then profile = vivo",
                "first-match") !=
        meaning("when ecall or battery > 5% then profile = vivo\nwhen roaming then keep",
                "first-match"));
}

}  // namespace sojourn::lang
