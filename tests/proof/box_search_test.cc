// Is a situation left among many covers? Against looking at every situation of small grids.
#include "engine/proof/situation_search.h"

#include <cstdlib>

#include "engine/proof/policy_model.h"
#include "tests/bench/generated_rules.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

using testing::Dice;
using Wanted = SituationSearch::Wanted;

std::uint64_t seed() {
  const char* given = std::getenv("SOJOURN_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 20261126;
}

// Four attributes of four values; a rule names some of them, or is one of two such things.
RuleTable small_grid(Dice& dice, std::size_t rule_count) {
  RuleTable table = bench::make_rules(bench::kRealistic, 1);
  table.rules.clear();
  for (Attribute& attribute : table.attributes) attribute.values.resize(4);
  auto part = [&](std::uint64_t one_in, std::uint64_t share) {
    std::vector<ConditionIndex> parts;
    for (FeatureIndex f = 0; f < 4; ++f) {
      if (!dice.one_in(one_in)) continue;
      Test test;
      test.feature = f;
      test.kind = Test::Kind::one_of;
      for (std::int64_t v = 0; v < 4; ++v) {
        if (dice.below(100) < share) test.symbols.push_back(v);
      }
      parts.push_back(table.conditions.test(test));
    }
    return table.conditions.all_of(parts);
  };
  for (std::size_t r = 0; r < rule_count; ++r) {
    Rule rule;
    std::vector<ConditionIndex> ways = {part(1, r == 0 ? 75 : 33)};
    if (dice.one_in(5)) ways.push_back(part(2, 33));
    rule.condition = table.conditions.any_of(ways);
    if (dice.one_in(400)) rule.condition = table.conditions.negate(rule.condition);
    rule.action.kind = Action::Kind::keep;
    table.rules.push_back(rule);
  }
  return table;
}

// Is some situation, known in all or not, in the first rule and in no other?
bool left_anywhere(const SituationSearch& search, PolicyModel& model, bool known) {
  Witness at;
  at.readings.resize(model.table().features.size());
  std::vector<Reading> values = {Reading::exactly(0), Reading::exactly(1), Reading::exactly(2),
                                 Reading::exactly(3), Reading::exactly(kOtherSymbol)};
  if (!known) values.push_back(Reading::unknown());
  std::size_t count = values.size();
  for (std::size_t i = 0; i < count * count * count * count; ++i) {
    std::size_t rest = i;
    for (FeatureIndex f = 0; f < 4; ++f, rest /= count) at.readings[f] = values[rest % count];
    bool in = search.holds_in(model.rules().holds(0), at);
    for (std::uint32_t r = 1; in && r < model.table().rules.size(); ++r) {
      in = !search.holds_in(model.rules().holds(r), at);
    }
    if (in) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("among many covers a situation is found exactly where one is left") {
  INFO("SOJOURN_SEED=" << seed());
  Dice dice(seed());
  int left = 0, none = 0;
  for (int round = 0; round < 250; ++round) {
    INFO("round " << round);
    RuleTable table = small_grid(dice, 66 + dice.below(100));
    PolicyModel model(table, {}, nullptr);
    SituationSearch search(model.table(), model.axes(), model.store(), model.world());
    std::vector<DiagramRef> covers;
    for (std::uint32_t r = 1; r < table.rules.size(); ++r) covers.push_back(model.rules().holds(r));
    bool expected = left_anywhere(search, model, false);
    for (Wanted wanted : {Wanted::plain, Wanted::any}) {
      ProofBudget budget;
      auto answer = search.uncovered(model.rules().holds(0), covers, budget, wanted);
      REQUIRE(answer.decided);
      CHECK(answer.witness.has_value() == expected);
      if (!answer.witness) continue;
      CHECK(search.holds_in(model.rules().holds(0), *answer.witness));
      for (DiagramRef cover : covers) CHECK(!search.holds_in(cover, *answer.witness));
      bool all_known =
          std::all_of(answer.witness->readings.begin(), answer.witness->readings.begin() + 4,
                      [](const Reading& reading) { return reading.known; });
      if (wanted == Wanted::plain) CHECK(all_known == left_anywhere(search, model, true));
    }
    ProofBudget budget;
    auto answer = search.uncovered(model.rules().holds(0), covers, budget);
    if (!answer.witness && model.rules().holds(0) != kNo) {
      // What is said to cover it does.
      std::vector<DiagramRef> only;
      for (std::uint32_t cover : answer.covered_by) only.push_back(covers[cover]);
      CHECK(!search.uncovered(model.rules().holds(0), only, budget).witness);
    }
    (expected ? left : none) += 1;
  }
  CHECK(left > 20);
  CHECK(none > 20);
}

}  // namespace sojourn
