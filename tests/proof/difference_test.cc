// The difference of two policies: in every situation of small random pairs against the naive
// interpreter, and row by row for what is no difference.
#include "engine/proof/difference.h"

#include "tests/bench/generated_rules.h"
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

Difference differ(const RuleTable& before, const RuleTable& after,
                  const DifferenceOptions& options = {}) {
  return difference(join_policies(before, after), options);
}

// The index of the listed situation; -1 where nothing changes.
std::int32_t told(const Difference& found, const Readings& readings) {
  const DecisionGraph& graph = *found.graph;
  LeafIndex at = graph.evaluate([&](AxisIndex a) {
    const Axis& axis = graph.axes()[a];
    return class_of(axis, found.table.features[axis.feature], readings[axis.feature]);
  });
  return graph.leaf(at).rule;
}

std::string by_effect(const RuleTable& table, const Leaf& leaf, const Reading& enabled) {
  bool moot = leaf.kind == Action::Kind::keep ||
              (enabled.known && enabled.lower == std::int64_t{leaf.profile});
  if (leaf.kind == Action::Kind::keep && leaf.ban >= 0) return "broken";
  if (moot) return "stay";
  return table.profiles[leaf.profile].name;
}

// A small edit: a rule less, another outcome, another place in the list, or another condition.
RuleTable edited(RuleTable table, const RuleTable& donor, Dice& dice) {
  std::size_t at = dice.below(table.rules.size());
  Rule& rule = table.rules[at];
  switch (dice.below(4)) {
    case 0:
      rule.condition = ConditionTable::kNever;
      break;
    case 1:
      rule.action = donor.rules[dice.below(donor.rules.size())].action;
      break;
    case 2:
      rule.condition = table.rules[dice.below(table.rules.size())].condition;
      break;
    default:
      table.otherwise.kind = Action::Kind::profile;
      table.otherwise.alternatives = {{0, false}};
      break;
  }
  return table;
}

// Moves the readings to where the rule's tests hold.
void meet(const RuleTable& table, std::size_t rule, Readings& readings, Dice& dice) {
  const ConditionTable& conditions = table.conditions;
  const ConditionNode& all = conditions.node(table.rules[rule].condition);
  for (std::uint32_t i = 0; i < all.count; ++i) {
    const Test& test = conditions.test_of(conditions.node(conditions.child(all, i)));
    readings[test.feature] = Reading::exactly(dice.of(test.symbols));
  }
}

// Counts the pair if something changes.
void check_everywhere(const RuleTable& before, const RuleTable& after,
                      const DifferenceOptions& options, int& different) {
  Difference found = differ(before, after, options);
  REQUIRE(found.undecided.empty());
  REQUIRE(found.graph);
  JointPolicies joint = join_policies(before, after);
  joint.before.features = joint.after.features = found.table.features;
  NaiveInterpreter naive_before(joint.before), naive_after(joint.after);
  std::vector<std::size_t> met(found.situations.size(), 0);
  for_each_reading(found.table, [&](const Readings& readings) {
    Reading enabled = Reading::unknown();
    for (std::size_t f = 0; f < found.table.features.size(); ++f) {
      if (found.table.features[f].kind == FeatureKind::profile) enabled = readings[f];
    }
    std::string was = by_effect(joint.before, naive_before.decide(readings).leaf, enabled);
    std::string is = by_effect(joint.after, naive_after.decide(readings).leaf, enabled);
    std::int32_t at = told(found, readings);
    bool differs = at >= 0;
    if (differs != (was != is)) {
      INFO(was << " became " << is);
      CHECK(differs == (was != is));
    }
    if (differs && static_cast<std::size_t>(at) < met.size()) ++met[static_cast<std::size_t>(at)];
  });
  for (std::size_t i = 0; i < met.size(); ++i) {
    bool about_profiles =
        static_cast<std::int32_t>(i) == told(found, found.situations[i].witness.readings);
    if (about_profiles) CHECK(met[i] > 0);
  }
  different += found.situations.empty() ? 0 : 1;
}

}  // namespace

TEST_CASE("the difference is what looking everywhere finds") {
  Dice dice(20261126);
  int different = 0, by_boxes = 0;
  for (int round = 0; round < testing::rounds(80); ++round) {
    INFO("pair " << round);
    testing::PolicyShape shape;
    shape.rule_count = 2 + dice.below(4);
    shape.profile_count = 2;
    shape.feature_count = 2 + dice.below(2);
    shape.ban_count = dice.below(2);
    shape.kinds = {FeatureKind::attribute_choice, FeatureKind::attribute_flag,
                   FeatureKind::attribute_number, FeatureKind::profile};
    shape.always_downloadable = true;
    shape.first_match = dice.one_in(2);
    testing::RandomPolicy before(dice, shape);
    RuleTable after = dice.one_in(3) ? testing::RandomPolicy(dice, shape).table
                                     : edited(before.table, before.table, dice);
    check_everywhere(before.table, after, {}, different);
    // The same without the product of both: box by box, all of them or the first one alone.
    bool rules_alone = before.table.bans.empty() && after.bans.empty() &&
                       before.table.otherwise.same_effect(after.otherwise);
    for (std::size_t situations : {40u, 1u}) {
      DifferenceOptions options;
      options.work_max = 10;
      options.situations_max = situations;
      if (rules_alone) check_everywhere(before.table, after, options, by_boxes);
    }
  }
  CHECK(different > testing::enough(20));
  CHECK(different < 77);
  CHECK(by_boxes > testing::enough(20));
}

TEST_CASE("renaming, reordering and rewriting are no difference") {
  PolicyBuilder old_policy;
  ConditionIndex meter = old_policy.choice("type", {"meter", "lamp"}, "meter");
  ConditionIndex lamp = old_policy.choice("type", {"meter", "lamp"}, "lamp");
  old_policy.rule("meters", meter, "a");
  old_policy.rule("lamps", lamp, "b");
  PolicyBuilder new_policy;
  new_policy.profile("b");
  ConditionIndex full = new_policy.number_at_least("battery", "%", 50);
  ConditionIndex other_lamp = new_policy.choice("type", {"lamp", "meter"}, "lamp");
  ConditionIndex other_meter = new_policy.choice("type", {"lamp", "meter"}, "meter");
  new_policy.rule("lights", other_lamp, "b");
  new_policy.rule("full-meters", new_policy.all({other_meter, full}), "a");
  new_policy.rule("all-meters", other_meter, "a");
  Difference found = differ(old_policy.table, new_policy.table);
  CHECK(found.situations.empty());
  CHECK(found.undecided.empty());
  CHECK(!found.more);
}

TEST_CASE("a narrowed rule is told in plain words, with both outcomes and who decides") {
  PolicyBuilder old_policy;
  ConditionIndex meter = old_policy.choice("type", {"meter", "lamp"}, "meter");
  old_policy.rule("meters", old_policy.all({old_policy.in("BR"), meter}), "vivo");
  PolicyBuilder new_policy;
  ConditionIndex same_meter = new_policy.choice("type", {"meter", "lamp"}, "meter");
  ConditionIndex full = new_policy.number_at_least("battery", "%", 30);
  new_policy.rule("meters", new_policy.all({new_policy.in("BR"), same_meter, full}), "vivo");
  Difference found = differ(old_policy.table, new_policy.table);
  REQUIRE(found.situations.size() == 1);
  const ChangedSituation& one = found.situations[0];
  INFO(one.when);
  CHECK(one.before == "profile = vivo");
  CHECK(one.after == "keep");
  CHECK(one.before_by == "meters");
  CHECK(one.after_by == "otherwise");
  CHECK(one.when.find("battery") != std::string::npos);
  CHECK(one.when.find("unknown") != std::string::npos);
}

// What two bans say about a profile and about what is enabled has names; corner by corner it would
// be a long list.
TEST_CASE("a threshold beside two bans is told in a few situations") {
  auto policy = [](std::int64_t battery) {
    PolicyBuilder made;
    for (const char* profile : {"a", "b", "c"}) made.profile(profile);
    RuleTable& table = made.table;
    ConditionIndex low = made.no(made.number_at_least("battery", "%", battery));
    made.rule("low", low, "a");
    for (int b = 0; b < 2; ++b) {
      Ban ban;
      ban.name = b == 0 ? "one" : "two";
      for (std::size_t p = 0; p <= table.profiles.size(); ++p) {
        std::string what = std::to_string(b) + " " + std::to_string(p);
        std::vector<std::string> values = {"x", "y", "z"};
        ban.bites.push_back(made.all(
            {made.choice("u" + what, values, "x"), made.no(made.choice("v" + what, values, "y"))}));
      }
      ban.violated = ban.bites;
      table.bans.push_back(std::move(ban));
    }
    return std::move(table);
  };
  RuleTable before = policy(20), after = policy(25);
  Difference found = differ(before, after);
  REQUIRE(found.undecided.empty());
  CHECK(!found.more);
  std::string all;
  for (const ChangedSituation& one : found.situations) all += one.when + "\n";
  INFO(all);
  CHECK(found.situations.size() <= 4);
  CHECK(all.find("profile a is lawful") != std::string::npos);
  // They are exactly what changes, each where it says.
  JointPolicies joint = join_policies(before, after);
  joint.before.features = joint.after.features = found.table.features;
  NaiveInterpreter naive_before(joint.before), naive_after(joint.after);
  Dice dice(20261127);
  std::vector<int> met(found.situations.size(), 0);
  for (int device = 0; device < 20'000; ++device) {
    Readings readings;
    Reading enabled = Reading::unknown();
    for (const Feature& feature : found.table.features) {
      std::int64_t value = static_cast<std::int64_t>(dice.below(3));
      if (feature.kind == FeatureKind::attribute_number) value = (15 + 5 * value) * 1'000'000;
      if (domain_of(feature.kind) == ValueDomain::flag) value = value > 0 ? 1 : 0;
      readings.push_back(dice.one_in(8) ? Reading::unknown() : Reading::exactly(value));
      if (feature.kind == FeatureKind::profile) enabled = readings.back();
    }
    std::string was = by_effect(joint.before, naive_before.decide(readings).leaf, enabled);
    std::string is = by_effect(joint.after, naive_after.decide(readings).leaf, enabled);
    std::int32_t at = told(found, readings);
    CHECK((at >= 0) == (was != is));
    if (at >= 0) ++met[static_cast<std::size_t>(at)];
  }
  for (int times : met) CHECK(times > 0);
}

TEST_CASE("alerts are compared text by text; declarations are listed") {
  PolicyBuilder old_policy;
  ConditionIndex meter = old_policy.choice("type", {"meter", "lamp"}, "meter");
  old_policy.rule("meters", meter, "a");
  RuleTable after = old_policy.table;
  after.rules[0].action.alerts = {"moved"};
  after.settings.zone = "Europe/Berlin";
  Difference found = differ(old_policy.table, after);
  REQUIRE(found.situations.size() == 1);
  CHECK(found.situations[0].before == "no alert \"moved\"");
  CHECK(found.situations[0].after == "alert \"moved\"");
  CHECK(found.declarations ==
        std::vector<std::string>{"timezone: UTC before, Europe/Berlin after"});
  CHECK(!found.same());
}

TEST_CASE("beyond its limits the difference says what it did not decide") {
  PolicyBuilder old_policy;
  ConditionIndex meter = old_policy.choice("type", {"meter", "lamp"}, "meter");
  ConditionIndex full = old_policy.number_at_least("battery", "%", 30);
  old_policy.rule("meters", old_policy.all({meter, full}), "a");
  RuleTable after = old_policy.table;
  after.rules[0].condition = meter;
  DifferenceOptions options;
  options.nodes_max = 0;
  options.work_max = 0;
  CHECK(differ(old_policy.table, after, options).undecided.empty());
  options.budget.steps = 0;
  Difference found = differ(old_policy.table, after, options);
  CHECK(!found.undecided.empty());
  CHECK(!found.same());
}

TEST_CASE("of a long difference every device is told whether it is touched") {
  RuleTable before = bench::make_rules(bench::kWild, 400);
  for (std::size_t r = 0; r < before.rules.size(); r += 2) {
    before.rules[r].action.kind = Action::Kind::profile;
    before.rules[r].action.alternatives = {{static_cast<ProfileIndex>(r % 3), false}};
  }
  RuleTable after = before;
  after.rules[100].action.alternatives = {{7, false}};
  // It now holds where another does, too.
  after.rules[200].condition = after.rules[7].condition;
  Difference found = differ(before, after);
  REQUIRE(found.more);
  CHECK(found.undecided.empty());
  REQUIRE(found.graph);
  NaiveInterpreter naive_before(before), naive_after(after);
  Dice dice(20261126);
  int touched = 0, different = 0;
  const int devices = testing::rounds(2'000);
  for (int device = 0; device < devices; ++device) {
    Readings readings(found.table.features.size(), Reading::unknown());
    for (FeatureIndex f = 0; f < bench::kWild.attributes; ++f) {
      readings[f] =
          Reading::exactly(static_cast<std::int64_t>(dice.below(bench::kValuesPerAttribute)));
    }
    // Half of them where the edited rule holds.
    if (device % 2 == 0) meet(before, 100, readings, dice);
    std::string was = by_effect(before, naive_before.decide(readings).leaf, Reading::unknown());
    std::string is = by_effect(after, naive_after.decide(readings).leaf, Reading::unknown());
    bool told_so = told(found, readings) >= 0;
    touched += told_so ? 1 : 0;
    different += told_so == (was != is) ? 0 : 1;
  }
  CHECK(different == 0);
  CHECK(touched > devices / 20);
}

}  // namespace sojourn
