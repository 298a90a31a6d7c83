// The classes of each axis say what judge() says, value by value, and take no more room than the
// tests themselves.
#include "engine/proof/axes.h"

#include "engine/proof/diagram.h"
#include "tests/graph/random_policy.h"
#include "tests/support/catch.h"
#include "tests/support/counted_heap.h"
#include "tests/support/rounds.h"

namespace sojourn::testing {
namespace {

bool holds(const AxisPlan::Split& split, ClassIndex value) {
  for (const DiagramRun& run : split.runs) {
    if (value < run.end) return run.target == kYes;
  }
  FAIL("no run holds class " << value);
  return false;
}

// A policy whose rules each name one value of one attribute.
RuleTable one_value_each(std::size_t value_count) {
  RuleTable table;
  std::vector<std::string> values;
  for (std::size_t v = 0; v < value_count; ++v) values.push_back("v" + std::to_string(v));
  table.attributes.push_back({"group", AttributeType::choice, "", values, {}});
  Feature feature;
  feature.kind = FeatureKind::attribute_choice;
  feature.identity = "group";
  FeatureIndex group = table.intern_feature(feature);
  for (std::size_t v = 0; v < value_count; ++v) {
    Test test;
    test.feature = group;
    test.kind = Test::Kind::one_of;
    test.symbols = {static_cast<std::int64_t>(v)};
    Rule rule;
    rule.condition = table.conditions.test(test);
    rule.action.kind = Action::Kind::keep;
    table.rules.push_back(rule);
  }
  return table;
}

// What making the axes and every test's classes holds at its end.
std::size_t bytes_for(std::size_t value_count) {
  RuleTable table = one_value_each(value_count);
  std::vector<std::uint32_t> uses(table.conditions.tests().size(), 1);
  std::size_t before = heap_bytes_held();
  AxisPlan plan(table, uses, {});
  std::vector<AxisPlan::Split> splits;
  for (std::uint32_t test = 0; test < uses.size(); ++test) {
    splits.push_back(plan.certain(test));
    splits.push_back(plan.refuted(test));
  }
  return heap_bytes_held() - before;
}

TEST_CASE("A class answers every test as the interpreter does") {
  std::uint64_t seed = Catch::rngSeed();
  CAPTURE(seed);
  Dice dice(seed);
  for (int round = 0; round < rounds(300); ++round) {
    PolicyShape shape;
    shape.rule_count = 10;
    RandomPolicy policy(dice, shape);
    const RuleTable& table = policy.table;
    std::vector<std::uint32_t> uses(table.conditions.tests().size(), 1);
    AxisOptions options;
    options.claims = some_claims();
    AxisPlan plan(table, uses, options);
    for (std::uint32_t index = 0; index < uses.size(); ++index) {
      const Test& test = table.conditions.tests()[index];
      const Feature& feature = table.features[test.feature];
      AxisPlan::Split yes = plan.certain(index), no = plan.refuted(index);
      for (int reading = 0; reading < 20; ++reading) {
        Reading value = reading == 0 && domain_of(feature.kind) != ValueDomain::count
                            ? Reading::unknown()
                            : policy.reading(feature);
        CAPTURE(round, index, feature.identity, value.known, value.lower, value.upper);
        Truth truth = judge(test, feature, value);
        CHECK(holds(yes, class_of(plan.axes()[yes.axis], feature, value)) == (truth == Truth::yes));
        CHECK(holds(no, class_of(plan.axes()[no.axis], feature, value)) == (truth == Truth::no));
      }
    }
  }
}

TEST_CASE("A rule for each of many values takes room for each, not for each pair of them") {
  std::size_t few = bytes_for(500), many = bytes_for(4'000);
  CAPTURE(few, many);
  CHECK(many < 12 * few);
}

}  // namespace
}  // namespace sojourn::testing
