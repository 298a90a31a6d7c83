// The yearly rules of time zones.
#include "engine/base/posix_zone_rule.h"

#include "engine/base/instant.h"
#include "tests/support/catch.h"

using namespace sojourn;

namespace {

std::string changes(std::string_view text, std::int32_t year) {
  auto rule = PosixZoneRule::parse(text);
  REQUIRE(rule.has_value());
  if (!rule->changes_yearly()) return "none";
  std::string result;
  for (const PosixZoneRule::Change& change : rule->changes_of(year)) {
    if (!result.empty()) result += ", ";
    result += to_rfc3339(Instant{change.at_s * 1000}) + " " + std::to_string(change.offset_s / 60);
  }
  return result;
}

}  // namespace

TEST_CASE("a rule without daylight saving is an offset") {
  CHECK(PosixZoneRule::parse("UTC0")->standard_offset_s() == 0);
  CHECK(PosixZoneRule::parse("<-03>3")->standard_offset_s() == -3 * 3600);
  CHECK(PosixZoneRule::parse("<+0545>-5:45")->standard_offset_s() == 5 * 3600 + 45 * 60);
  CHECK(PosixZoneRule::parse("ABC+1:02:03")->standard_offset_s() == -3723);
  CHECK_FALSE(PosixZoneRule::parse("JST-9")->changes_yearly());
}

TEST_CASE("the year's changes, in order of time") {
  CHECK(changes("CET-1CEST,M3.5.0,M10.5.0/3", 2026) ==
        "2026-03-29T01:00:00Z 120, 2026-10-25T01:00:00Z 60");
  CHECK(changes("EST5EDT,M3.2.0,M11.1.0", 2026) ==
        "2026-03-08T07:00:00Z -240, 2026-11-01T06:00:00Z -300");
  // South of the equator the year begins in daylight saving time.
  CHECK(changes("AEST-10AEDT,M10.1.0,M4.1.0/3", 2026) ==
        "2026-04-04T16:00:00Z 600, 2026-10-03T16:00:00Z 660");
  // Dublin's standard time is that of summer.
  CHECK(changes("IST-1GMT0,M10.5.0,M3.5.0/1", 2026) ==
        "2026-03-29T01:00:00Z 60, 2026-10-25T01:00:00Z 0");
  // Half an hour, and an offset of its own.
  CHECK(changes("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2026) ==
        "2026-04-04T15:00:00Z 630, 2026-10-03T15:30:00Z 660");
  // Hours before the day: 22:00 of the Saturday before the last Sunday.
  CHECK(changes("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026) ==
        "2026-03-29T01:00:00Z -60, 2026-10-25T01:00:00Z -120");
  // Hours behind the day: the Friday after the fourth Thursday.
  CHECK(changes("IST-2IDT,M3.4.4/26,M10.5.0", 2026) ==
        "2026-03-27T00:00:00Z 180, 2026-10-24T23:00:00Z 120");
  // Days of the year, with and without 29 February.
  CHECK(changes("AAA0BBB,J60/0,J365/0", 2024) == "2024-03-01T00:00:00Z 60, 2024-12-30T23:00:00Z 0");
  CHECK(changes("AAA0BBB,59/0,365/0", 2024) == "2024-02-29T00:00:00Z 60, 2024-12-30T23:00:00Z 0");
  // Daylight saving all the year: its end and its begin are one instant.
  CHECK(changes("EST5EDT,0/0,J365/25", 2026) ==
        "2026-01-01T05:00:00Z -240, 2027-01-01T05:00:00Z -300");
}

TEST_CASE("what is not a rule is refused") {
  for (std::string_view wrong : {"",
                                 "CET",
                                 "C-1",
                                 "CE-1",
                                 "<>1",
                                 "<+03-3",
                                 "CET-25",
                                 "CET-1:60",
                                 "CET-1CEST",
                                 "CET-1CEST,M3.5.0",
                                 "CET-1CEST,M3.5.0,",
                                 "CET-1CEST,M0.5.0,M10.5.0",
                                 "CET-1CEST,M13.5.0,M10.5.0",
                                 "CET-1CEST,M3.0.0,M10.5.0",
                                 "CET-1CEST,M3.6.0,M10.5.0",
                                 "CET-1CEST,M3.5.7,M10.5.0",
                                 "CET-1CEST,J0,J100",
                                 "CET-1CEST,J366,J100",
                                 "CET-1CEST,366,100",
                                 "CET-1CEST,M3.5.0/168,M10.5.0",
                                 "CET-1CEST,M3.5.0,M10.5.0 ",
                                 "CET-1CEST,M3.5.0,M10.5.0/",
                                 "CET-1CEST M3.5.0,M10.5.0",
                                 "CET--1"}) {
    INFO(wrong);
    CHECK_FALSE(PosixZoneRule::parse(wrong).has_value());
  }
}
