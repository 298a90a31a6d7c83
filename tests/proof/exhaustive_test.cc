// Every small policy there is, in every situation: graph, table of rules, graph in a sifted order
// and naive interpreter decide alike. An odometer and no dice: two rules, each with one of seven
// conditions and one of four outcomes; three ways in which they may stand to each other; three
// bans.
#include "engine/proof/compile.h"
#include "tests/graph/graph_of.h"
#include "tests/proof/every_reading.h"
#include "tests/proof/policy_builder.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using testing::for_each_reading;
using testing::NaiveDecision;
using testing::NaiveInterpreter;
using testing::PolicyBuilder;
using testing::Readings;

// Turns the digits one on; false after the last.
bool turn(std::vector<std::size_t>& digits, const std::vector<std::size_t>& sizes) {
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (++digits[i] < sizes[i]) return true;
    digits[i] = 0;
  }
  return false;
}

enum Place : std::size_t {
  first_condition,
  first_outcome,
  second_condition,
  second_outcome,
  relation,
  law
};
const std::vector<std::size_t> kSizes = {7, 4, 7, 4, 3, 3};

class SmallPolicy {
 public:
  explicit SmallPolicy(const std::vector<std::size_t>& digits) {
    policy_.profile("a");
    policy_.profile("b");
    ConditionIndex lamp = policy_.choice("type", {"lamp", "meter"}, "lamp");
    AttributeIndex roof = static_cast<AttributeIndex>(policy_.table.attributes.size());
    policy_.table.attributes.push_back({"roof", AttributeType::flag, "", {}, {}});
    FeatureIndex on_roof = policy_.feature(FeatureKind::attribute_flag, "roof", roof);
    ConditionIndex roofed = policy_.flag(on_roof, "roof");
    Test test;
    test.feature = on_roof;
    test.kind = Test::Kind::known;
    conditions_ = {roofed,
                   policy_.no(roofed),
                   lamp,
                   policy_.all({lamp, roofed}),
                   policy_.any({lamp, policy_.no(roofed)}),
                   policy_.enabled(0),
                   policy_.table.conditions.test(test)};
    add_rule("one", digits[first_condition], digits[first_outcome]);
    add_rule("two", digits[second_condition], digits[second_outcome]);
    if (digits[relation] == 1) policy_.table.rules[1].overrides = {0};
    policy_.table.settings.first_match = digits[relation] == 2;
    if (digits[law] == 0) return;
    Ban ban;
    ban.name = "law";
    ConditionIndex never = ConditionTable::kNever;
    ban.bites =
        digits[law] == 1 ? std::vector{roofed, never, never} : std::vector{lamp, lamp, lamp};
    ban.violated = ban.bites;
    ban.in_doubt_counts = digits[law] == 2;
    if (digits[law] == 1) {
      ban.remedy = Action{};
      ban.remedy->kind = Action::Kind::profile;
      ban.remedy->alternatives = {{1, false}};
    }
    policy_.table.bans.push_back(ban);
  }

  const RuleTable& table() const { return policy_.table; }

 private:
  void add_rule(const char* name, std::size_t condition, std::size_t outcome) {
    static const char* kOutcomes[] = {"", "keep", "a", "b"};
    policy_.rule(name, conditions_[condition], kOutcomes[outcome]);
    if (outcome == 0) policy_.table.rules.back().action.alerts = {name};
  }

  PolicyBuilder policy_;
  std::vector<ConditionIndex> conditions_;
};

}  // namespace

TEST_CASE("every small policy is decided alike in every form and every situation") {
  std::vector<std::size_t> digits(kSizes.size(), 0);
  std::size_t policies = 0, situations = 0, differences = 0;
  // Under a sanitizer, which looks at the paths and not at the answers, every thirteenth.
  const std::size_t stride = testing::kSanitized ? 13 : 1;
  do {
    if (policies++ % stride != 0) continue;
    SmallPolicy policy(digits);
    auto table = std::make_shared<const RuleTable>(policy.table());
    CompileOptions graph_options, table_options, sifted_options;
    for (CompileOptions* options : {&graph_options, &table_options, &sifted_options}) {
      options->validate = false;
    }
    table_options.without.add(Pass::grow);
    sifted_options.sift_work_max = 50'000;
    std::vector<std::shared_ptr<const DecisionGraph>> forms = {*compile(table, graph_options),
                                                               *compile(table, table_options)};
    // Sifting builds dozens of graphs: every seventh policy.
    if (policies % 7 == 1) forms.push_back(*compile(table, sifted_options));
    NaiveInterpreter naive(forms[0]->table());
    for_each_reading(forms[0]->table(), [&](const Readings& readings) {
      NaiveDecision expected = naive.decide(readings);
      if (table->settings.first_match && expected.leaf.rule >= 0) {
        expected.also.erase(static_cast<std::uint32_t>(expected.leaf.rule));
      }
      for (const auto& form : forms) {
        NaiveDecision found = testing::decide(*form, readings);
        bool same = found.leaf == expected.leaf && found.also == expected.also;
        differences += same ? 0 : 1;
      }
      ++situations;
    });
    if (differences > 0) {
      INFO("digits " << digits[0] << digits[1] << digits[2] << digits[3] << digits[4] << digits[5]);
      REQUIRE(differences == 0);
    }
  } while (turn(digits, kSizes));
  CHECK(policies == 7 * 4 * 7 * 4 * 3 * 3);
  CHECK(situations > 100'000 / stride);
}

}  // namespace sojourn
