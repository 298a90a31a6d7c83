// When a ban would be violated if everything goes on as it is: the deadline that explanations show
// and that hold, window and guards are measured against (semantics 19, 21).
#include "engine/device/device.h"
#include "engine/proof/compile.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

struct Row {
  const char* clauses;
  const char* deadline;
};

// The device reports once, at noon of 20 February 2026.
constexpr const char* kNoon = "2026-02-20T12:00:00Z";

// Nothing counts before the date from which is counted, so no deadline lies before it.
const Row kCountedLater[] = {
    {"never roaming in BR for 12 hours", "2026-03-01T12:00:00Z"},
    {"never roaming in BR for more than 12 hours", "2026-03-01T12:00:00.001Z"},
    {"never roaming in BR on more than 1 consecutive days", "2026-03-02T00:00:00Z"},
    {"never roaming in BR on at least 3 days within 10 days", "2026-03-03T00:00:00Z"},
    {"never roaming in BR on at least 3 days in this calendar year", "2026-03-03T00:00:00Z"},
    {"never roaming in BR for more than 50% of 4 days", "2026-03-03T00:00:00.001Z"},
    {"never roaming in BR on more than 50% of days within 4 days", "2026-03-03T00:00:00Z"},
};

// A share is not known, and so not violated, before its window is full (semantics 11).
const Row kFromTheReport[] = {
    {"never roaming in BR for 12 hours", "2026-02-21T00:00:00Z"},
    {"never roaming in BR on more than 1 consecutive days", "2026-02-21T00:00:00Z"},
    {"never roaming in BR for more than 50% of 4 days", "2026-02-24T12:00:00Z"},
    {"never roaming in BR for at least 100% of 4 days", "2026-02-24T12:00:00Z"},
    {"never roaming in BR on more than 50% of days within 4 days", "2026-02-23T00:00:00Z"},
};

// What must hold together comes and goes: the first instant at which all of it does.
const Row kTogether[] = {
    {"never roaming in BR for 12 hours and "
     "not (roaming in BR on more than 1 days in this calendar month)",
     "2026-03-01T00:00:00Z"},
    {"never roaming in BR on more than 2 consecutive days and "
     "not (roaming in BR on more than 2 days in this calendar month)",
     "2026-03-01T00:00:00Z"},
    {"counting from 2026-02-20 never roaming in BR on more than 7 days in this calendar month and "
     "not (roaming in BR on more than 10 consecutive days)",
     "2026-02-27T00:00:00Z"},
    {"never roaming in BR on at least 5 days in this calendar month and "
     "roaming in BR on at least 12 consecutive days",
     "2026-03-05T00:00:00Z"},
    // What is looked for within a window may come to hold, and is found then.
    {"never (roaming in BR for 12 hours) within 2 days", "2026-02-21T00:00:00Z"},
    {"never (not ((roaming in BR for 12 hours) within 2 days)) or "
     "roaming in BR on at least 5 days within 20 days",
     "2026-02-24T00:00:00Z"},
    {"until 2026-02-21 never roaming in BR for 36 hours", "none"},
    {"until 2026-02-22 never roaming in BR for 36 hours", "2026-02-22T00:00:00Z"},
    {"from 2026-02-24 until 2026-03-02 never roaming in BR on at least 1 days in this calendar "
     "month and "
     "not (roaming in BR on more than 3 days in this calendar month)",
     "2026-03-01T00:00:00Z"},
};

// A device under the ban that has reported once.
Device device_under(const std::string& ban) {
  testing::Loaded loaded = testing::load(
      "profile global home FR iccid 8933* download \"a.example\"\n"
      "profile local home BR iccid 895510* download \"b.example\"\n" +
      ban + " remedy profile = local\notherwise keep\n");
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  CompileOptions options;
  options.claims = testing::small_world().claims();
  auto graph = compile(std::make_shared<const RuleTable>(loaded.table()), options);
  Device device(PreparedPolicy::prepare(*graph, testing::small_world()).value());
  Observation report;
  report.at = *parse_rfc3339(kNoon);
  report.network.give(Plmn{724, 5, 2});
  report.profile.give("global");
  device.observe(report);
  return device;
}

std::string deadline_of(const std::string& ban) {
  Instant deadline = device_under(ban).explain(*parse_rfc3339(kNoon)).bans.at(0).deadline;
  return deadline == kNever ? "none" : to_rfc3339(deadline);
}

TEST_CASE("no deadline lies before what is counted begins to count") {
  for (const Row& row : kCountedLater) {
    INFO(row.clauses);
    CHECK(deadline_of(std::string("ban later counting from 2026-03-01 ") + row.clauses) ==
          row.deadline);
  }
}

TEST_CASE("a deadline of a share is when its window is full at the earliest") {
  for (const Row& row : kFromTheReport) {
    INFO(row.clauses);
    CHECK(deadline_of(std::string("ban now ") + row.clauses) == row.deadline);
  }
}

TEST_CASE("a deadline is when all that must hold together does so at once") {
  for (const Row& row : kTogether) {
    INFO(row.clauses);
    CHECK(deadline_of(std::string("ban now ") + row.clauses) == row.deadline);
  }
}

TEST_CASE("a ban that decides within its notice is told as it stands, not as its notice asks") {
  Device device =
      device_under("ban now never roaming in BR on more than 1 days within 9 days notice 1 day");
  Instant noon = *parse_rfc3339(kNoon);
  Decision decision = device.decide(noon);
  REQUIRE(decision.ban == 0);
  std::vector<ConditionEvidence> because = device.because(decision, noon);
  REQUIRE(because.size() == 2);
  CHECK(because[0].condition == "roaming in BR on more than 1 days within 9 days");
  CHECK(because[0].truth == Truth::unknown);  // nobody knows the days before
  CHECK(because[0].count == 1);
}

TEST_CASE("a ban whose notice alone is share enough does not bite before its window can be full") {
  Device device =
      device_under("ban now never roaming in BR for more than 25% of 36 hours notice 1 day");
  auto bites_at = [&](const char* t) { return device.standing(0, *parse_rfc3339(t)).bites; };
  CHECK(bites_at(kNoon) == Truth::unknown);
  CHECK(bites_at("2026-02-20T23:59:59.999Z") == Truth::unknown);
  CHECK(bites_at("2026-02-21T00:00:00Z") == Truth::yes);
}

}  // namespace
}  // namespace sojourn::lang
