// Bans and assertions: in every situation of small random policies against the naive interpreter,
// and row by row.
#include "engine/proof/promises.h"

#include <set>

#include "engine/proof/analysis.h"
#include "tests/proof/every_reading.h"
#include "tests/proof/policy_builder.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using testing::Dice;
using testing::for_each_reading;
using testing::NaiveInterpreter;
using testing::PolicyBuilder;
using testing::Readings;

Reading enabled_in(const RuleTable& table, const Readings& readings) {
  for (std::size_t f = 0; f < table.features.size(); ++f) {
    if (table.features[f].kind == FeatureKind::profile) return readings[f];
  }
  return Reading::unknown();
}

bool has_effect(const Action& wanted, const Leaf& leaf, const Reading& enabled) {
  auto is = [&](std::int64_t profile) {
    return leaf.kind == Action::Kind::profile ? std::int64_t{leaf.profile} == profile
                                              : enabled.known && enabled.lower == profile;
  };
  if (wanted.kind == Action::Kind::keep) {
    return leaf.kind == Action::Kind::keep ||
           (enabled.known && enabled.lower == std::int64_t{leaf.profile});
  }
  return std::any_of(wanted.alternatives.begin(), wanted.alternatives.end(),
                     [&](const Alternative& a) { return is(a.profile); });
}

}  // namespace

TEST_CASE("bans and assertions hold exactly where looking everywhere says so") {
  Dice dice(20261127);
  int broken_bans = 0, held_bans = 0, broken_assertions = 0, held_assertions = 0;
  for (int round = 0; round < testing::rounds(80); ++round) {
    INFO("policy " << round);
    testing::PolicyShape shape;
    shape.rule_count = 2 + dice.below(3);
    shape.profile_count = 2;
    shape.feature_count = 2 + dice.below(2);
    shape.ban_count = 1 + dice.below(2);
    shape.kinds = {FeatureKind::attribute_choice, FeatureKind::attribute_flag,
                   FeatureKind::attribute_number, FeatureKind::profile};
    shape.always_downloadable = true;
    shape.first_match = dice.one_in(2);
    testing::RandomPolicy policy(dice, shape);
    for (int a = 0; a < 2; ++a) {
      Assertion assertion;
      assertion.condition = policy.table.rules[dice.below(policy.table.rules.size())].condition;
      assertion.outcome.kind = dice.one_in(3) ? Action::Kind::keep : Action::Kind::profile;
      if (assertion.outcome.kind == Action::Kind::profile) {
        assertion.outcome.alternatives = {{static_cast<ProfileIndex>(dice.below(2)), false}};
      }
      policy.table.assertions.push_back(assertion);
    }
    Analysis found = analyse(policy.table, {});
    REQUIRE(found.undecided.empty());
    const RuleTable& table = found.table;
    NaiveInterpreter naive(table);
    std::vector<bool> ban_broken(table.bans.size(), false);
    std::vector<bool> assertion_broken(table.assertions.size(), false);
    for_each_reading(table, [&](const Readings& readings) {
      Leaf leaf = naive.decide(readings).leaf;
      naive.look_at(readings);
      if (leaf.kind == Action::Kind::keep && leaf.ban >= 0) {
        // Every ban that bites there is broken, not only the one that the leaf names.
        Reading enabled = enabled_in(table, readings);
        for (std::size_t b = 0; b < table.bans.size(); ++b) {
          if (naive.bites(table.bans[b],
                          static_cast<std::size_t>(enabled.lower >= 0 ? enabled.lower : 2))) {
            ban_broken[b] = true;
          }
        }
      }
      for (std::size_t a = 0; a < table.assertions.size(); ++a) {
        const Assertion& assertion = table.assertions[a];
        bool missed = naive.holds(assertion.condition) &&
                      !has_effect(assertion.outcome, leaf, enabled_in(table, readings));
        if (missed) assertion_broken[a] = true;
      }
    });
    REQUIRE(found.promises.bans.size() == table.bans.size());
    for (const BanVerdict& verdict : found.promises.bans) {
      INFO("ban " << verdict.ban);
      CHECK((verdict.verdict == Verdict::broken) == ban_broken[verdict.ban]);
      CHECK(verdict.verdict != Verdict::undecided);
      if (verdict.witness) {
        Leaf leaf = naive.decide(verdict.witness->readings).leaf;
        CHECK(leaf.kind == Action::Kind::keep);
        CHECK(leaf.ban >= 0);
      }
      (verdict.verdict == Verdict::broken ? broken_bans : held_bans) += 1;
    }
    for (const AssertionVerdict& verdict : found.promises.assertions) {
      INFO("assertion " << verdict.assertion);
      CHECK((verdict.verdict == Verdict::broken) == assertion_broken[verdict.assertion]);
      if (verdict.witness) {
        CHECK(naive.decide(verdict.witness->readings).leaf == verdict.decided);
      }
      (verdict.verdict == Verdict::broken ? broken_assertions : held_assertions) += 1;
    }
  }
  CHECK(broken_bans > testing::enough(5));
  CHECK(held_bans > testing::enough(5));
  CHECK(broken_assertions > testing::enough(5));
  CHECK(held_assertions > testing::enough(5));
}

TEST_CASE("remedies of bans conflict exactly where looking everywhere says so") {
  Dice dice(20261128);
  int conflicts = 0, agreeing = 0;
  for (int round = 0; round < testing::rounds(300); ++round) {
    INFO("policy " << round);
    testing::PolicyShape shape;
    shape.rule_count = dice.below(3);
    shape.profile_count = 3;
    shape.feature_count = 2 + dice.below(2);
    shape.ban_count = 2 + dice.below(2);
    shape.kinds = {FeatureKind::attribute_choice, FeatureKind::attribute_flag,
                   FeatureKind::attribute_number, FeatureKind::profile};
    shape.always_downloadable = true;
    testing::RandomPolicy policy(dice, shape);
    Analysis found = analyse(policy.table, {});
    REQUIRE(found.undecided.empty());
    const RuleTable& table = found.table;
    NaiveInterpreter naive(table);
    std::set<std::pair<std::uint32_t, std::uint32_t>> expected, told;
    for_each_reading(table, [&](const Readings& readings) {
      Leaf leaf = naive.decide(readings).leaf;
      if (leaf.ban < 0 || leaf.kind != Action::Kind::profile) return;
      for (std::uint32_t b = 1; b < table.bans.size(); ++b) {
        for (std::uint32_t a = 0; a < b; ++a) {
          std::optional<Leaf> one = naive.remedy_asks(a), other = naive.remedy_asks(b);
          if (one && other && one->profile != other->profile) expected.insert({a, b});
        }
      }
    });
    for (const RemedyConflict& conflict : found.promises.remedies) {
      REQUIRE(conflict.witness);
      told.insert({conflict.first, conflict.second});
      CHECK(naive.decide(conflict.witness->readings).leaf == conflict.decided);
      CHECK(naive.remedy_asks(conflict.first));
      CHECK(naive.remedy_asks(conflict.second));
    }
    CHECK(told == expected);
    (expected.empty() ? agreeing : conflicts) += 1;
  }
  CHECK(conflicts > testing::enough(5));
  CHECK(agreeing > testing::enough(5));
}

TEST_CASE("bans and assertions say nothing exactly where they can never be asked") {
  Dice dice(20261129);
  int idle_bans = 0, idle_assertions = 0;
  for (int round = 0; round < testing::rounds(120); ++round) {
    INFO("policy " << round);
    testing::PolicyShape shape;
    shape.rule_count = 1;
    shape.profile_count = 2;
    shape.feature_count = 2;
    shape.ban_count = 1;
    shape.kinds = {FeatureKind::attribute_choice, FeatureKind::attribute_flag,
                   FeatureKind::attribute_number};
    shape.always_downloadable = true;
    testing::RandomPolicy policy(dice, shape);
    ConditionTable& conditions = policy.table.conditions;
    Ban& ban = policy.table.bans[0];
    if (dice.one_in(2)) {
      // As one asks by mistake what contradicts itself, out of sight of the condition table.
      for (std::vector<ConditionIndex>* of : {&ban.bites, &ban.violated}) {
        for (ConditionIndex& one : *of) {
          one = conditions.all_of({one, policy.table.rules[0].condition});
        }
      }
    }
    Assertion assertion;
    assertion.condition = conditions.all_of({ban.bites[0], policy.table.rules[0].condition});
    assertion.outcome.kind = Action::Kind::keep;
    policy.table.assertions.push_back(assertion);
    Analysis found = analyse(policy.table, {});
    const RuleTable& table = found.table;
    NaiveInterpreter naive(table);
    bool bites = false, holds = false;
    for_each_reading(table, [&](const Readings& readings) {
      naive.look_at(readings);
      for (std::size_t c = 0; c < ban.bites.size(); ++c) {
        bites = bites || naive.bites(table.bans[0], c);
      }
      holds = holds || naive.holds(table.assertions[0].condition);
    });
    CHECK(found.promises.bans[0].never_bites == !bites);
    CHECK(found.promises.assertions[0].never_holds == !holds);
    idle_bans += bites ? 0 : 1;
    idle_assertions += holds ? 0 : 1;
  }
  CHECK(idle_bans + idle_assertions > 0);
}

TEST_CASE("a ban with a remedy that can be had everywhere holds, without one it does not") {
  for (bool downloadable : {true, false}) {
    PolicyBuilder policy;
    Country br = testing::country_named("BR");
    ProfileIndex global = policy.profile("global", {}, false);
    ProfileIndex local = policy.profile("local", {br}, downloadable);
    Ban ban;
    ban.name = "roaming";
    ban.bites = {policy.roaming_in("BR"), ConditionTable::kNever, ConditionTable::kNever};
    ban.violated = ban.bites;
    ban.remedy = Action{};
    ban.remedy->kind = Action::Kind::profile;
    ban.remedy->alternatives = {{local, false}};
    policy.table.bans.push_back(ban);
    Analysis found = analyse(policy.table, {});
    REQUIRE(found.promises.bans.size() == 1);
    const BanVerdict& verdict = found.promises.bans[0];
    CHECK(verdict.verdict == (downloadable ? Verdict::holds : Verdict::broken));
    if (verdict.witness) {
      CHECK(verdict.violated);
      CHECK(verdict.witness->profile == Reading::exactly(global));
    }
    // With the network unknown so is roaming.
    CHECK(verdict.doubt.has_value());
  }
}

TEST_CASE("over time a ban needs a notice longer than a switch takes, unless it counts nothing") {
  struct Case {
    bool counts;
    Duration assuming;
    std::int32_t notice_days;
    Verdict expected;
  };
  for (const Case& one :
       {Case{true, {}, 0, Verdict::holds}, Case{true, days(5), 10, Verdict::holds},
        Case{true, days(5), 6, Verdict::holds}, Case{true, days(5), 5, Verdict::broken},
        Case{true, days(5), 4, Verdict::broken}, Case{true, hours(12), 2, Verdict::holds},
        // It comes at 18:00, and the switch is there at 6:00.
        Case{true, hours(12), 1, Verdict::broken}, Case{false, days(5), 0, Verdict::holds}}) {
    PolicyBuilder policy;
    policy.profile("global", {}, false);
    ProfileIndex local = policy.profile("local", {testing::country_named("BR")});
    ConditionIndex roams = policy.roaming_in("BR");
    FeatureIndex run = policy.count(FeatureKind::consecutive_days, roams, "run");
    Ban ban;
    ban.name = "roaming";
    ConditionIndex violated = one.counts ? policy.at_least(run, 91, "91 days") : roams;
    ConditionIndex bites =
        one.counts ? policy.at_least(run, 91 - one.notice_days, "notice") : roams;
    ban.bites = {bites, ConditionTable::kNever, ConditionTable::kNever};
    ban.violated = {violated, ConditionTable::kNever, ConditionTable::kNever};
    ban.assuming = one.assuming;
    ban.notice_days = one.notice_days;
    ban.remedy = Action{};
    ban.remedy->kind = Action::Kind::profile;
    ban.remedy->alternatives = {{local, false}};
    policy.table.bans.push_back(ban);
    Analysis found = analyse(policy.table, {});
    REQUIRE(found.promises.bans.size() == 1);
    CHECK(found.promises.bans[0].verdict == Verdict::holds);
    INFO(one.notice_days << " days, " << one.assuming.ms << " ms");
    CHECK(found.promises.bans[0].over_time.verdict == one.expected);
    CHECK(found.promises.bans[0].over_time.timeline.has_value() ==
          (one.expected == Verdict::broken));
    CHECK(found.promises.bans[0].over_time.state_count > 0);
  }
}

}  // namespace sojourn
