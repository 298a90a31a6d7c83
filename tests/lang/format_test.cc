// The formatter: idempotent, meaning kept, comments kept.
#include <random>

#include "lang/lang.h"
#include "tests/lang/load.h"
#include "tests/lang/random_policy.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

namespace sojourn::lang {
namespace {

std::string formatted(std::string_view text) {
  SourceMap sources;
  DiagnosticList diagnostics;
  std::optional<std::string> out = format("policy.sojourn", text, sources, diagnostics);
  for (const Diagnostic& d : diagnostics.all()) UNSCOPED_INFO(render(d, sources));
  REQUIRE(out);
  return *out;
}

struct Row {
  const char* name;
  const char* written;
  const char* expected;
};

TEST_CASE("the one layout") {
  const Row rows[] = {
      {"spaces and line breaks mean nothing",
       "when   region in BR\n\n and type=meter\nthen profile=vivo-local",
       "when region in BR and type = meter then profile = vivo-local\n"},
      {"columns of neighbours", "attribute type:meter|tracker\nattribute battery:number in %",
       "attribute type    : meter | tracker\nattribute battery : number in %\n"},
      {"a blank line parts neighbours", "attribute type:meter\n\n\n\nattribute battery:number in %",
       "attribute type : meter\n\nattribute battery : number in %\n"},
      {"is means =", "when type is meter and type is not tracker then keep",
       "when type = meter and type != tracker then keep\n"},
      {"brackets where a reader could stumble", "when not a for 1 hour and b for 2 days then keep",
       "when not (a for 1 hour) and (b for 2 days) then keep\n"},
      {"brackets that say nothing go", "when ((a) and (b and c)) or (d) then keep",
       "when (a and (b and c)) or d then keep\n"},
      {"comments at a line's end",
       "attribute type : meter # what it is\n# alone\nwhen a then keep # so",
       "attribute type : meter  # what it is\n# alone\nwhen a then keep  # so\n"},
      {"comments inside a rule", "rule r when a # first\n and b # second\n then keep # third\n",
       "rule r\n  when a  # first\n   and b  # second\n  then keep  # third\n"},
      {"numbers and units", "when battery>=30.50% and rsrp > -110dBm and speed<80km/h then keep",
       "when battery >= 30.5% and rsrp > -110 dBm and speed < 80 km/h then keep\n"},
      {"names in quotes where they must", "when tag has \"pilot\" and tag has \"on\" then keep",
       "when tag has \"pilot\" and tag has \"on\" then keep\n"},
      {"an empty file", "", ""},
      {"a file of comments", "# one\n\n\n# two", "# one\n\n# two\n"},
      {"a test",
       "test \"t\" obeying given type=meter,profile=a at 2026-01-01 10:00 network 724-05,position "
       "-23.55 -46.63 accuracy 20m,battery=80% expect profile=a by r expect keep on 2026-01-01",
       "test \"t\" obeying\n  given type = meter, profile = a\n  at 2026-01-01 10:00 network "
       "724-05, position -23.55 -46.63 accuracy 20 m, battery = 80%\n  expect profile = a by r\n"
       "  expect keep on 2026-01-01\n"},
      {"a test's times as people write them",
       "test \"t\" at 2026-01-01 9:00, network 724-05 at 2026-01-02T7:05:30Z "
       "every day at 8:00 from 2026-01-03 9:00 to 2026-01-05, network 724-05 expect keep",
       "test \"t\"\n  at 2026-01-01 09:00 network 724-05\n  at 2026-01-02T07:05:30Z\n"
       "  every day at 08:00 from 2026-01-03 09:00 to 2026-01-05 network 724-05\n  expect keep\n"},
      {"what a test expects to be absent",
       "test \"t\" at 2026-01-01 10:00 expect no   alert \"down\" no\ntask, no alert , no task "
       "\"a\"",
       "test \"t\"\n  at 2026-01-01 10:00\n  expect no alert \"down\", no task, no alert, no task "
       "\"a\"\n"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    std::string once = formatted(row.written);
    CHECK(once == row.expected);
    CHECK(formatted(once) == once);
  }
}

TEST_CASE("long rules are broken at their words") {
  std::string rule =
      "rule settled when roaming in BR on the same network on at least 60 consecutive days and "
      "type "
      "in tracker, vehicle and battery >= 30% then profile = vivo-local or tim-local, hold 24 "
      "hours";
  CHECK(formatted(rule) ==
        "rule settled\n"
        "  when roaming in BR on the same network on at least 60 consecutive days\n"
        "   and type in tracker, vehicle\n"
        "   and battery >= 30%\n"
        "  then profile = vivo-local or tim-local, hold 24 hours\n");
}

TEST_CASE("a profile too long for one line keeps its neighbours' columns") {
  const std::string once = formatted(
      "policy p\nprofile bootstrap home FR\nprofile vivo-local home BR iccid 895510* plmn 724-06, "
      "724-10, 724-11, 724-23 download \"smdp.vivo.example\"\n");
  CHECK(formatted(once) == once);
  CHECK(once.find("profile bootstrap  home FR\nprofile vivo-local home BR") != std::string::npos);
}

TEST_CASE("random policies: laying out twice is once, and the meaning stays") {
  unsigned seed = 20261101;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < sojourn::testing::rounds(200); ++round) {
    std::string text = testing::random_policy(random);
    std::string once = formatted(text);
    INFO(text << "\n--- once\n" << once);
    REQUIRE(formatted(once) == once);
    testing::Loaded before = testing::load(text);
    testing::Loaded after = testing::load(once);
    INFO(before.rendered());
    REQUIRE(before.policy.has_value() == after.policy.has_value());
    if (!before.policy) continue;
    REQUIRE(before.table().meaning_digest == after.table().meaning_digest);
  }
}

}  // namespace
}  // namespace sojourn::lang
