// Where alerts and tasks are said on one side of a difference and not on the other: in every
// situation of small random pairs, drawn and row by row, and among hundreds of wild rules.
#include "engine/proof/said_texts.h"

#include <map>
#include <set>

#include "engine/proof/difference.h"
#include "tests/bench/generated_rules.h"
#include "tests/proof/every_reading.h"
#include "tests/proof/policy_builder.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using testing::Dice;
using testing::NaiveInterpreter;
using testing::Readings;

// What the policy says there, as SaidTexts words it.
std::set<std::string> said_by(const RuleTable& table, const NaiveInterpreter& naive,
                              const Readings& readings) {
  std::set<std::string> said;
  for (std::uint32_t rule : naive.decide(readings).also) {
    for (const std::string& text : table.rules[rule].action.alerts) {
      said.insert("alert \"" + text + "\"");
    }
    for (const std::string& text : table.rules[rule].action.tasks) {
      said.insert("task \"" + text + "\"");
    }
  }
  return said;
}

bool holds(const JointModel& model, const DiagramStore& store, DiagramRef at,
           const Readings& readings) {
  while (!is_terminal(at)) {
    const Axis& axis = model.axes().axes()[store.axis(at)];
    const Feature& feature = model.after().features[axis.feature];
    at = store.child(at, class_of(axis, feature, readings[axis.feature]));
  }
  return at == kYes;
}

void give_texts(RuleTable& table, Dice& dice) {
  for (Rule& rule : table.rules) {
    rule.action.alerts.clear();
    rule.action.tasks.clear();
    if (dice.one_in(2)) rule.action.alerts.push_back(dice.of<std::string>({"a", "b"}));
    if (dice.one_in(4)) rule.action.tasks.push_back("a");
  }
}

struct Found {
  DiagramRef lost = kNo, gained = kNo;
};

// Row by row, all of it.
Found by_boxes(JointModel& model, SaidTexts& said, const std::string& text) {
  Found found;
  auto sides = said.sides(text);
  REQUIRE(sides);
  CoverOptions options;
  options.boxes_max = 10'000;
  ProofBudget budget;
  ChangedBoxes boxes = changed_boxes(model, sides->rows, options, budget);
  CHECK(boxes.decided);
  CHECK(!boxes.more);
  for (const ChangedBox& box : boxes.boxes) {
    DiagramRef& all = sides->says_before[box.before] ? found.lost : found.gained;
    CHECK(sides->says_before[box.before] != sides->says_after[box.after]);
    DiagramRef where = box.box.diagram(model.store());
    CHECK(model.store().both(all, where) == kNo);
    all = model.store().either(all, where);
  }
  return found;
}

}  // namespace

TEST_CASE("a text is lost and gained where looking everywhere finds it") {
  Dice dice(20261127);
  int lost_count = 0, gained_count = 0;
  for (int round = 0; round < testing::rounds(100); ++round) {
    INFO("pair " << round);
    testing::PolicyShape shape;
    shape.rule_count = 2 + dice.below(5);
    shape.profile_count = 2;
    shape.feature_count = 2 + dice.below(2);
    shape.ban_count = dice.below(2);
    shape.always_downloadable = true;  // else some readings cannot be together
    shape.kinds = {FeatureKind::attribute_choice, FeatureKind::attribute_flag,
                   FeatureKind::attribute_number, FeatureKind::profile};
    shape.first_match = dice.one_in(2);
    RuleTable before = testing::RandomPolicy(dice, shape).table;
    give_texts(before, dice);
    RuleTable after = before;
    if (dice.one_in(3)) after = testing::RandomPolicy(dice, shape).table;
    if (dice.one_in(2)) give_texts(after, dice);
    Rule& edited = after.rules[dice.below(after.rules.size())];
    edited.condition = after.rules[dice.below(after.rules.size())].condition;

    JointModel model(join_policies(before, after), {}, nullptr);
    SaidTexts said(model, {1'000'000, 100'000});
    std::vector<std::string> asked = said.texts();
    std::map<std::string, Found> drawn, boxed;
    for (const std::string& text : asked) {
      auto regions = said.compare(text);
      REQUIRE(regions);
      drawn[text] = {regions->lost, regions->gained};
      boxed[text] = by_boxes(model, said, text);
    }
    NaiveInterpreter naive_before(model.before()), naive_after(model.after());
    testing::for_each_reading(model.after(), [&](const Readings& readings) {
      std::set<std::string> was = said_by(model.before(), naive_before, readings);
      std::set<std::string> is = said_by(model.after(), naive_after, readings);
      std::set<std::string> lost, gained, lost_in_boxes, gained_in_boxes;
      for (const auto& [text, where] : drawn) {
        if (holds(model, model.store(), where.lost, readings)) lost.insert(text);
        if (holds(model, model.store(), where.gained, readings)) gained.insert(text);
        const Found& boxes = boxed[text];
        if (holds(model, model.store(), boxes.lost, readings)) lost_in_boxes.insert(text);
        if (holds(model, model.store(), boxes.gained, readings)) gained_in_boxes.insert(text);
      }
      std::set<std::string> wanted_lost, wanted_gained;
      std::set_difference(was.begin(), was.end(), is.begin(), is.end(),
                          std::inserter(wanted_lost, wanted_lost.end()));
      std::set_difference(is.begin(), is.end(), was.begin(), was.end(),
                          std::inserter(wanted_gained, wanted_gained.end()));
      bool same = lost == wanted_lost && gained == wanted_gained;
      bool same_in_boxes = lost_in_boxes == wanted_lost && gained_in_boxes == wanted_gained;
      if (!same) CHECK((lost == wanted_lost && gained == wanted_gained));
      if (!same_in_boxes) CHECK((same && same_in_boxes));
      lost_count += lost.empty() ? 0 : 1;
      gained_count += gained.empty() ? 0 : 1;
    });
  }
  CHECK(lost_count > testing::enough(1'000));
  CHECK(gained_count > testing::enough(1'000));
}

TEST_CASE("an alert behind hundreds of wild rules is compared when one of them is edited") {
  RuleTable before = bench::make_rules(bench::kWild, 200);
  Test test;
  test.feature = 0;
  test.kind = Test::Kind::one_of;
  test.symbols = {1, 2, 3};
  Rule seen;
  seen.condition = before.conditions.test(std::move(test));
  seen.action.kind = Action::Kind::none;
  seen.action.alerts = {"seen"};
  before.rules.push_back(seen);
  RuleTable after = before;
  after.rules[120].condition = after.rules[7].condition;
  DifferenceOptions options;
  options.situations_max = 200;
  Difference found = difference(join_policies(before, after), options);
  CHECK(found.undecided.empty());
  // Where the two hundred leave it to the alert is drawn on neither side.
  JointModel model(join_policies(before, after), {}, nullptr);
  SaidTexts said(model, {100'000, 100'000});
  REQUIRE(said.texts() == std::vector<std::string>{"alert \"seen\""});
  if (!said.compare("alert \"seen\"")) CHECK(said.sides("alert \"seen\""));
  CHECK(model.store().node_count() < 200'000);
  NaiveInterpreter naive_before(before), naive_after(after);
  int lost = 0, gained = 0;
  for (const ChangedSituation& one : found.situations) {
    if (one.before.find("alert") == std::string::npos) continue;
    Readings readings = one.witness.readings;
    bool was = naive_before.decide(readings).also.contains(200);
    bool is = naive_after.decide(readings).also.contains(200);
    INFO(one.when << ": " << one.before << " became " << one.after);
    CHECK(was == (one.before == "alert \"seen\""));
    CHECK(is == (one.after == "alert \"seen\""));
    (was ? lost : gained) += 1;
  }
  // The rule that was edited left some devices to the alert. It decides about none anew: the
  // seventh came first.
  CHECK(lost == 0);
  CHECK(gained > 0);
}

}  // namespace sojourn
