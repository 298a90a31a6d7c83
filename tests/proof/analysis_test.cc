// Exact questions: on every situation of small policies against the naive interpreter, and row by
// row for what the world allows.
#include "engine/proof/analysis.h"

#include <set>

#include "tests/proof/every_reading.h"
#include "tests/proof/policy_builder.h"
#include "tests/support/catch.h"
#include "tests/support/fake_gazetteer.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using testing::Dice;
using testing::for_each_reading;
using testing::NaiveInterpreter;
using testing::PolicyBuilder;
using testing::Readings;

constexpr FeatureKind kIndependent[] = {FeatureKind::attribute_choice, FeatureKind::attribute_flag,
                                        FeatureKind::attribute_number, FeatureKind::profile};

// By effect, in the situation (semantics 17, 23).
bool disagree(const RuleTable& table, const NaiveInterpreter& naive, const Readings& readings,
              std::uint32_t a, std::uint32_t b) {
  const Action &of_a = table.rules[a].action, &of_b = table.rules[b].action;
  std::optional<Leaf> asks_a = naive.asks(a), asks_b = naive.asks(b);
  if (!asks_a || !asks_b || of_a.same_effect(of_b)) return false;
  Reading enabled = Reading::unknown();
  for (std::size_t f = 0; f < table.features.size(); ++f) {
    if (table.features[f].kind == FeatureKind::profile) enabled = readings[f];
  }
  bool a_changes_nothing =
      asks_a->kind == Action::Kind::keep || (enabled.known && enabled.lower == asks_a->profile);
  bool b_changes_nothing =
      asks_b->kind == Action::Kind::keep || (enabled.known && enabled.lower == asks_b->profile);
  return !(a_changes_nothing && b_changes_nothing);
}

struct Expected {
  std::set<std::pair<std::uint32_t, std::uint32_t>> conflicts;
  std::set<std::uint32_t> dead;
  bool gap = false;
};

Expected by_looking_everywhere(const RuleTable& table) {
  Expected expected;
  NaiveInterpreter naive(table);
  for (std::uint32_t r = 0; r < table.rules.size(); ++r) expected.dead.insert(r);
  for_each_reading(table, [&](const Readings& readings) {
    naive.look_at(readings);
    std::vector<std::uint32_t> deciding;
    bool covered = false;
    for (std::uint32_t r = 0; r < table.rules.size(); ++r) {
      if (!naive.fires(r)) continue;
      bool outcome = table.rules[r].action.kind != Action::Kind::none;
      if (naive.silenced(r)) continue;
      covered = covered || outcome;
      expected.dead.erase(r);
      for (std::uint32_t other : deciding) {
        if (outcome && disagree(table, naive, readings, other, r)) {
          expected.conflicts.insert({other, r});
        }
      }
      if (outcome) deciding.push_back(r);
    }
    expected.gap = expected.gap || !covered;
  });
  return expected;
}

testing::PolicyShape small_shape(Dice& dice) {
  testing::PolicyShape shape;
  shape.rule_count = 2 + dice.below(4);
  shape.profile_count = 2;
  shape.feature_count = 2 + dice.below(2);
  shape.kinds.assign(std::begin(kIndependent), std::end(kIndependent));
  shape.always_downloadable = true;
  return shape;
}

Analysis analysed(const RuleTable& table) { return analyse(table, {}); }

}  // namespace

TEST_CASE("conflicts, dead rules and gaps are those found by looking everywhere") {
  Dice dice(20261125);
  int conflicts = 0, dead = 0, gaps = 0;
  for (int round = 0; round < testing::rounds(60); ++round) {
    INFO("policy " << round);
    testing::PolicyShape shape = small_shape(dice);
    shape.first_match = dice.one_in(4);
    testing::RandomPolicy policy(dice, shape);
    AnalysisOptions options;
    options.pairs_shown_max = 1000;
    Analysis found = analyse(policy.table, options);
    REQUIRE(found.undecided.empty());
    Expected expected = by_looking_everywhere(found.table);

    std::set<std::pair<std::uint32_t, std::uint32_t>> found_conflicts;
    NaiveInterpreter naive(found.table);
    for (const Conflict& conflict : found.conflicts) {
      found_conflicts.insert(std::minmax(conflict.first, conflict.second));
      naive.look_at(conflict.witness.readings);
      CHECK(
          disagree(found.table, naive, conflict.witness.readings, conflict.first, conflict.second));
      CHECK(!naive.silenced(conflict.first));
      CHECK(!naive.silenced(conflict.second));
      CHECK(naive.decide(conflict.witness.readings).leaf.rule ==
            static_cast<std::int32_t>(conflict.decides));
    }
    if (!shape.first_match) CHECK(found_conflicts == expected.conflicts);
    std::set<std::uint32_t> found_dead;
    for (const DeadRule& one : found.dead) found_dead.insert(one.rule);
    CHECK(found_dead == expected.dead);
    CHECK(found.gap.has_value() == expected.gap);
    if (found.gap) CHECK(naive.decide(found.gap->readings).leaf.rule == -1);
    conflicts += static_cast<int>(found_conflicts.size());
    dead += static_cast<int>(found_dead.size());
    gaps += expected.gap;
  }
  CHECK(conflicts > testing::enough(20));
  CHECK(dead > testing::enough(5));
  CHECK(gaps > testing::enough(5));
}

TEST_CASE("a rule that is hidden names those that hide it") {
  PolicyBuilder policy;
  ConditionIndex meter = policy.choice("type", {"meter", "lamp"}, "meter");
  ConditionIndex full = policy.number_at_least("battery", "%", 80);
  ConditionIndex half = policy.number_at_least("battery", "%", 50);
  policy.rule("small", policy.all({meter, half}), "a");
  policy.rule("full", policy.all({meter, full}), "b", {0});
  policy.rule("rest", policy.all({half, policy.no(full)}), "b", {0});
  policy.rule("other", policy.choice("type", {"meter", "lamp"}, "lamp"), "b");
  Analysis found = analysed(policy.table);
  CHECK(found.conflicts.empty());
  REQUIRE(found.dead.size() == 1);
  CHECK(found.dead[0].rule == 0);
  CHECK(!found.dead[0].never_holds);
  CHECK(found.dead[0].hidden_by == std::vector<std::uint32_t>{1, 2});
}

TEST_CASE("a condition that contradicts itself never holds") {
  PolicyBuilder policy;
  ConditionIndex strong = policy.number_at_least("rsrp", "dBm", -90);
  ConditionIndex weak = policy.no(policy.number_at_least("rsrp", "dBm", -110));
  policy.rule("never", policy.all({strong, weak}), "a");
  Analysis found = analysed(policy.table);
  REQUIRE(found.dead.size() == 1);
  CHECK(found.dead[0].never_holds);
}

TEST_CASE("keep and a profile agree where it is enabled, disagree elsewhere") {
  PolicyBuilder policy;
  ProfileIndex a = policy.profile("a");
  ConditionIndex meter = policy.choice("type", {"meter", "lamp"}, "meter");
  policy.rule("stay", policy.all({meter, policy.enabled(a)}), "keep");
  policy.rule("go", meter, "a");
  CHECK(analysed(policy.table).conflicts.empty());
  policy.rule("stay-always", meter, "keep");
  Analysis found = analysed(policy.table);
  REQUIRE(found.conflicts.size() == 1);
  CHECK(found.conflicts[0].second == 2);
}

TEST_CASE("subdivisions lie in their country, circles where they are") {
  testing::FakeGazetteer world;
  PolicyBuilder policy;
  ConditionIndex sp = policy.in_area(Area::subdivision("BR-SP"));
  Area santos = Area::circle(-23.96, -46.30, 12'000);
  santos.name = "SANTOS";
  ConditionIndex port = policy.in_area(santos);
  policy.rule("abroad", policy.all({sp, policy.no(policy.in("BR"))}), "a");
  policy.rule("port-outside", policy.all({port, policy.no(sp)}), "a");
  policy.rule("port", port, "a");
  policy.rule("sp", sp, "b");
  policy.rule("uy", policy.in("UY"), "c");
  auto locator = world.bind(policy.table.areas);
  REQUIRE(locator.ok());
  AnalysisOptions options;
  options.claims = world.claims();
  options.situations = &(*locator)->situations();
  Analysis found = analyse(policy.table, options);
  REQUIRE(found.dead.size() == 2);
  CHECK(found.dead[0].rule == 0);
  CHECK(found.dead[0].never_holds);
  CHECK(found.dead[1].rule == 1);
  // Only the port and its state can meet; and the witness is at such a place.
  REQUIRE(found.conflicts.size() == 1);
  CHECK(found.conflicts[0].first == 2);
  REQUIRE(found.conflicts[0].witness.position.has_value());
  std::vector<Membership> members(2);
  (*locator)->memberships(Fix{*found.conflicts[0].witness.position, 20, {}, {}, {}}, members);
  CHECK(members[0] == Membership::inside);
  CHECK(members[1] == Membership::inside);
}

TEST_CASE("roaming follows from network and profile") {
  PolicyBuilder policy;
  Country br = testing::country_named("BR");
  ProfileIndex vivo = policy.profile("vivo", {br});
  policy.profile("global");
  ConditionIndex roams = policy.roaming_in("BR");
  policy.rule("home-roams", policy.all({roams, policy.enabled(vivo)}), "vivo");
  policy.rule("roams-elsewhere", policy.all({roams, policy.network_in("AR")}), "vivo");
  policy.rule("roams", roams, "global");
  Analysis found = analysed(policy.table);
  REQUIRE(found.dead.size() == 2);
  CHECK(found.dead[0].never_holds);
  CHECK(found.dead[1].never_holds);
}

TEST_CASE("what has held holds now, and a longer count contains a shorter") {
  PolicyBuilder policy;
  ConditionIndex here = policy.in("BR");
  FeatureIndex held = policy.count(FeatureKind::held, here, "held");
  FeatureIndex run = policy.count(FeatureKind::consecutive_days, here, "run");
  FeatureIndex month =
      policy.count(FeatureKind::window_count, here, "30", Period{30, TimeUnit::day});
  FeatureIndex year =
      policy.count(FeatureKind::window_count, here, "365", Period{365, TimeUnit::day});
  auto at_least = [&](FeatureIndex f, std::int64_t n) { return policy.at_least(f, n, "n"); };
  policy.rule("held-not-here", policy.all({at_least(held, 600'000), policy.no(here)}), "a");
  policy.rule("run-not-here", policy.all({at_least(run, 5), policy.no(here)}), "a");
  policy.rule("31-of-30", at_least(month, 31), "a");
  policy.rule("shorter-above", policy.all({at_least(month, 20), policy.no(at_least(year, 15))}),
              "a");
  policy.rule("fine", policy.all({at_least(month, 30), at_least(year, 31), policy.no(here)}), "a");
  Analysis found = analysed(policy.table);
  std::vector<std::uint32_t> dead;
  for (const DeadRule& one : found.dead) {
    CHECK(one.never_holds);
    dead.push_back(one.rule);
  }
  CHECK(dead == std::vector<std::uint32_t>{0, 1, 2, 3});
}

TEST_CASE("no service means no network; what is enabled is installed") {
  PolicyBuilder policy;
  ProfileIndex a = policy.profile("a", {}, false);
  ConditionIndex silent = policy.flag(policy.feature(FeatureKind::no_service, "no service"), "");
  ConditionIndex installed =
      policy.flag(policy.feature(FeatureKind::installed, "installed a", a), "installed a");
  policy.rule("served", policy.all({silent, policy.network_in("BR")}), "keep");
  policy.rule("lost", policy.all({policy.enabled(a), policy.no(installed)}), "keep");
  policy.rule("fine", policy.all({silent, policy.enabled(a)}), "keep");
  Analysis found = analysed(policy.table);
  REQUIRE(found.dead.size() == 2);
  CHECK(found.dead[0].rule == 0);
  CHECK(found.dead[1].rule == 1);
}

TEST_CASE("one date at a time") {
  PolicyBuilder policy;
  auto between = [&](std::int32_t from, std::int32_t until) {
    Feature feature;
    feature.kind = FeatureKind::date;
    feature.identity = "date";
    FeatureIndex date = policy.table.intern_feature(feature);
    ConditionTable& conditions = policy.table.conditions;
    ConditionIndex after = conditions.test(from_day(date, Day{until + 1}));
    return policy.all({conditions.test(from_day(date, Day{from})), conditions.negate(after)});
  };
  ConditionIndex spring = between(100, 199), autumn = between(200, 299);
  policy.rule("both", policy.all({spring, autumn}), "a");
  policy.rule("spring", spring, "a");
  policy.rule("autumn", autumn, "b");
  Analysis found = analysed(policy.table);
  REQUIRE(found.dead.size() == 1);
  CHECK(found.dead[0].rule == 0);
  CHECK(found.conflicts.empty());
}

TEST_CASE("values that no test tells apart are listed") {
  PolicyBuilder policy;
  std::vector<std::string> types = {"meter", "tracker", "vehicle", "lamp"};
  policy.rule("meters", policy.choice("type", types, "meter"), "a");
  policy.rule("lamps", policy.choice("type", types, "lamp"), "b");
  Analysis found = analysed(policy.table);
  REQUIRE(found.indistinct.size() == 1);
  CHECK(found.indistinct[0].values == std::vector<std::string>{"tracker", "vehicle"});
}

TEST_CASE("a question beyond the budget is undecided, never a pass") {
  PolicyBuilder policy;
  ConditionIndex meter = policy.choice("type", {"meter", "lamp"}, "meter");
  policy.rule("one", meter, "a");
  policy.rule("two", policy.all({meter, policy.number_at_least("battery", "%", 80)}), "b");
  AnalysisOptions options;
  options.budget.steps_per_question = 1;
  CHECK(!analyse(policy.table, options).undecided.empty());
}

}  // namespace sojourn
