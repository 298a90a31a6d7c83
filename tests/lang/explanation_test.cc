// What an author reads of a condition when a test fails: its words and its value.
#include <string>
#include <vector>

#include "engine/proof/compile.h"
#include "lang/testing/run.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

using testing::small_world;

const std::string kWords = R"(
attribute battery : number in %
attribute "at least 3" : number
profile global home FR iccid 8933* breakout DE, NL download "a.example"
profile vivo home BR iccid 895510* download "b.example"
)";

const std::string kStory = R"(
otherwise keep
test "told"
  given profile = global, "at least 3" = 4
  at 2026-01-01 10:00 network 724-05, battery = 20%
  at 2026-01-03 10:00 network 724-05, battery = 20%, rejected with 11
  expect alert "nobody says so"
)";

Explanation explained(const std::string& rules, const std::string& story = kStory) {
  testing::Loaded loaded = testing::load(kWords + rules + story);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  auto graph = compile(std::make_shared<const RuleTable>(loaded.table()),
                       CompileOptions{.claims = small_world().claims()});
  auto prepared = PreparedPolicy::prepare(*graph, small_world());
  TestResult result = run_test(loaded.policy->tests.back(), *prepared);
  REQUIRE(result.failures.size() == 1);
  return result.failures[0].explanation;
}

// "condition: value" of each, in order.
std::vector<std::string> told(const std::vector<ConditionEvidence>& because) {
  std::vector<std::string> lines;
  for (const ConditionEvidence& one : because) lines.push_back(one.condition + ": " + one.value);
  return lines;
}

struct Row {
  const char* condition;
  std::vector<std::string> told;
};

const Row kRows[] = {
    {"battery < 30%", {"battery < 30%: 20%"}},
    {"from 2025-12-01 and date != 2026-02-01",
     {"from 2025-12-01: 2026-01-03", "until 2026-01-31: 2026-01-03",
      "from 2026-02-02: 2026-01-03"}},
    {"battery <= 15%", {"battery <= 15%: 20%"}},
    {"not battery > 15%", {"battery <= 15%: 20%"}},
    {"\"at least 3\" < 7", {"\"at least 3\" < 7: 4"}},
    {"roaming in BR on fewer than 2 days within 10 days",
     {"roaming in BR on fewer than 2 days within 10 days: at least 3 days"}},
    {"roaming in BR on at most 3 days within 10 days",
     {"roaming in BR on at most 3 days within 10 days: at least 3 days"}},
    {"roaming in BR on exactly 3 days within 10 days",
     {"roaming in BR on at least 3 days within 10 days: at least 3 days",
      "roaming in BR on at most 3 days within 10 days: at least 3 days"}},
    {"fewer than 3 rejected with 11 within 6 hours",
     {"fewer than 3 rejected with 11 within 6 hours: 1 reject"}},
    {"\"at least 3\" > 2 on fewer than 4 days within 5 days",
     {"\"at least 3\" > 2 on fewer than 4 days within 5 days: at least 3 days"}},
    {"data in BR within 30 days < 10 MB", {"data in BR within 30 days < 10 MB: 0 B"}},
    {"not no service for 2 hours", {"not no service for 2 hours: not now"}},
    {"breakout in DE", {"breakout in DE: DE+NL"}},
    {"breakout known", {"breakout known: DE+NL"}},
};

TEST_CASE("what asks for less is told as asking for less") {
  for (const Row& row : kRows) {
    INFO(row.condition);
    Explanation story =
        explained(std::string("rule asks when ") + row.condition + " then profile = vivo\n");
    const std::vector<ConditionEvidence>& because =
        story.decided_by ? story.decided_by->because : story.others.at(0).because;
    CHECK(told(because) == row.told);
  }
}

TEST_CASE("a count that nobody can tell says whose rows are missing") {
  std::string rule =
      "rule asks when roaming in BR per imei on at least 2 days within 10 days then profile = "
      "vivo\n";
  Explanation nobody = explained(rule);
  CHECK(told(nobody.others.at(0).because) ==
        std::vector<std::string>{
            "roaming in BR per imei on at least 2 days within 10 days: 0 to 10 of 2 days "
            "(the IMEI is not known)"});
  std::string named = kStory;
  named.insert(named.find("\"at least 3\" = 4"), "imei \"356938035643809\", ");
  Explanation known = explained(rule, named);
  REQUIRE(known.decided_by);
  CHECK(known.decided_by->because[0].value.find("IMEI") == std::string::npos);
}

TEST_CASE("a shared mobile country code leaves open where a device is, and that is told") {
  std::string story = kStory;
  while (story.find("724-05") != std::string::npos) {
    story.replace(story.find("724-05"), 6, "425-01");
  }
  Explanation told_of = explained(
      "ban stay never roaming in IL on more than 9 days within 10 days\n"
      "rule asks when network in IL and roaming in IL then profile = vivo\n",
      story);
  CHECK(told(told_of.others.at(0).because) ==
        std::vector<std::string>{
            "network in IL: 425-01 (IL or PS)",
            "roaming in IL: unknown (whether 425-01 is in IL or PS is not known)"});
  REQUIRE(told_of.bans.size() == 1);
  CHECK_THAT(told_of.bans[0].because.at(0).value,
             Catch::Matchers::Contains("(whether 425-01 is in IL or PS is not known)"));
}

// That a ban on change is about another profile than the enabled one goes without saying; what its
// author asks of the profile does not.
TEST_CASE("a ban on change tells all that its author asks") {
  Explanation story = explained(
      "forbid change calm when not profile = vivo and battery < 50%\n"
      "rule asks when region in BR then profile = vivo\n");
  REQUIRE(story.bans.size() == 1);
  CHECK(story.bans[0].state == "forbids a change");
  CHECK(told(story.bans[0].because) ==
        std::vector<std::string>{"not profile = vivo: global", "battery < 50%: 20%"});
}

TEST_CASE("where nothing lawful can be enabled it is told what forbids each alternative") {
  const std::string forbidden = "ban br never roaming in BR remedy profile = vivo\n";
  const std::string why = "ban no-vivo never profile = vivo and region in BR\n";
  CHECK(explained(forbidden + why).skipped ==
        std::vector<std::string>{"`vivo` is unlawful by `no-vivo`"});
  CHECK(explained("ban br never roaming in BR\n").skipped ==
        std::vector<std::string>{"ban `br` has no remedy"});
  CHECK(explained(forbidden).skipped.empty());
}

TEST_CASE("a ban in doubt within its notice is told as it stands") {
  Explanation story = explained(
      "ban br notice 5 days until 2026-03-01 never roaming in BR on at least 4 days within 30 "
      "days\n"
      "  and not (roaming in BR on at least 25 days within 30 days) remedy profile = vivo\n");
  REQUIRE(story.bans.size() == 1);
  CHECK(story.bans[0].state == "in doubt");
  CHECK(told(story.bans[0].because) ==
        std::vector<std::string>{
            "until 2026-03-01: 2026-01-03",
            "roaming in BR on at least 4 days within 30 days: 3 to 30 of 4 days",
            "roaming in BR: yes",
            "roaming in BR on fewer than 25 days within 30 days: at least 3 days"});
}

}  // namespace
}  // namespace sojourn::lang
