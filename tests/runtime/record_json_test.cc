// Records and explanations are the bytes that a JSON library would write of the same tree.
#include "engine/runtime/record_json.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

using namespace sojourn;

namespace {

// As the library writes what it has read.
std::string written_again(const std::string& text) {
  auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

const std::string kAwkward = "a \"quoted\" \\ back\\slash, São Paulo, tab\t, del\x7F, nul" +
                             std::string(1, '\0') + ", line\n";

std::vector<ConditionEvidence> conditions() {
  ConditionEvidence plain;
  plain.condition = "region in BR";
  plain.truth = Truth::yes;
  plain.value = "BR";
  ConditionEvidence count;
  count.condition = kAwkward;
  count.value = "79 of 80 days";
  count.count = -79;
  count.since = count.reported = count.would_hold_at = Instant{1'767'261'600'123};
  count.if_it_goes_on = true;
  count.source = "history";
  count.rows = {{{1}, kNever, "BR", "724-05", "bootstrap", "", "certain"},
                {{2}, {3}, "", "", kAwkward, "356938035643809", ""}};
  return {plain, count};
}

}  // namespace

TEST_CASE("a record is the JSON that a library writes of it") {
  RuleTable table;
  DecisionRecord record;
  CHECK(to_json(record, table) == written_again(to_json(record, table)));
  record.at = {1'767'261'600'000};
  record.device = kAwkward;
  record.outcome = "profile";
  record.profile = record.from = record.rule = record.origin = record.digest = kAwkward;
  record.because = conditions();
  record.skipped = record.alerts = record.tasks = record.overridden = {"one", kAwkward, ""};
  record.bans = {{kAwkward, "", "source", "sure", "b:3", "", "violated", kNever, conditions()},
                 {"b", "t", "", "", "b:4", "p", "obeyed", {5}, {}}};
  record.suppressed = kAwkward;
  record.review = {1'767'261'600'001};
  std::string text = to_json(record, table);
  CHECK(text == written_again(text));
  auto json = nlohmann::json::parse(text);
  CHECK(json["device"] == kAwkward);
  CHECK(json["because"][1]["value"] == -79);
  CHECK(json["because"][1]["rows"][1]["profile"] == kAwkward);
  // A byte that is no UTF-8.
  record.device = "a\xFF";
  CHECK(nlohmann::json::parse(to_json(record, table))["device"] == "a\xEF\xBF\xBD");
}

TEST_CASE("an explanation says who decided: a rule, a ban, or otherwise") {
  RuleTable table;
  table.bans.resize(1);
  table.bans[0].name = "leave";
  Explanation explanation;
  explanation.others.resize(2);
  explanation.others[1].because = conditions();
  explanation.others[1].why_not = kAwkward;
  explanation.others[1].would_fire_at = Instant{7};
  auto decided_by = [&] {
    std::string text = to_json(explanation, table);
    CHECK(text == written_again(text));
    return nlohmann::json::parse(text)["decided_by"];
  };
  CHECK(decided_by() == "otherwise");
  explanation.decision.ban = 0;
  CHECK(decided_by() == "ban " + table.bans[0].label());
  explanation.decided_by = explanation.others[1];
  explanation.suppressed = "approval";
  CHECK(decided_by()["why_not"] == kAwkward);
}
