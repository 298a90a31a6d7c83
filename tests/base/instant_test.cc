// Moments and lengths of time, and their written forms.
#include "engine/base/instant.h"

#include <random>

#include "tests/support/catch.h"

using namespace sojourn;

namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("RFC 3339 is read in all its forms") {
  struct Row {
    std::string_view text;
    std::int64_t ms;
  };
  constexpr std::int64_t k2026 = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
  for (const Row& row :
       std::initializer_list<Row>{{"1970-01-01T00:00:00Z", 0},
                                  {"2026-01-01T00:00:00Z", k2026},
                                  {"2026-01-01t00:00:00z", k2026},
                                  {"2026-01-01 00:00:00Z", k2026},
                                  {"2026-01-01T00:00:00+00:00", k2026},
                                  {"2026-01-01T00:00:00-00:00", k2026},
                                  {"2025-12-31T21:00:00-03:00", k2026},
                                  {"2026-01-01T14:00:00+14:00", k2026},
                                  {"2026-01-01T05:45:00+05:45", k2026},
                                  {"2026-01-01T23:59:00+23:59", k2026},
                                  {"2025-12-31T00:01:00-23:59", k2026},
                                  {"2026-01-01T00:00:00.250Z", k2026 + 250},
                                  {"2026-01-01T00:00:00.2Z", k2026 + 200},
                                  {"2026-01-01T00:00:00.25Z", k2026 + 250},
                                  {"2026-01-01T00:00:00.0009Z", k2026},
                                  {"2026-01-01T00:00:00.999999999Z", k2026 + 999},
                                  {"2025-12-31T23:59:60Z", k2026},
                                  {"2025-12-31T20:59:60-03:00", k2026},
                                  {"2025-12-31T23:59:60.5Z", k2026 + 500},
                                  {"1969-12-31T23:59:59.999Z", -1},
                                  {"2024-02-29T00:00:00Z", 1'709'164'800'000},
                                  {"0000-01-01T00:00:00Z", -62'167'219'200'000},
                                  {"9999-12-31T23:59:59.999Z", 253'402'300'799'999}}) {
    INFO(row.text);
    auto instant = parse_rfc3339(row.text);
    REQUIRE(instant.has_value());
    CHECK(instant->ms == row.ms);
  }
}

TEST_CASE("what is not RFC 3339 is refused") {
  for (std::string_view wrong : {"",
                                 "2026",
                                 "2026-01-01",
                                 "2026-01-01T00:00:00",
                                 "2026-01-01T00:00Z",
                                 "2026-1-01T00:00:00Z",
                                 "2026-01-01T0:00:00Z0",
                                 "2026-13-01T00:00:00Z",
                                 "2026-00-01T00:00:00Z",
                                 "2026-01-00T00:00:00Z",
                                 "2026-01-32T00:00:00Z",
                                 "2026-02-29T00:00:00Z",
                                 "1900-02-29T00:00:00Z",
                                 "2026-04-31T00:00:00Z",
                                 "2026-01-01T24:00:00Z",
                                 "2026-01-01T23:60:00Z",
                                 "2026-01-01T23:59:61Z",
                                 "2026-01-01T00:00:00.Z",
                                 "2026-01-01T00:00:00.1234567890Z",
                                 "2026-01-01T00:00:00,5Z",
                                 "2026-01-01T00:00:00+24:00",
                                 "2026-01-01T00:00:00+00:60",
                                 "2026-01-01T00:00:00+0300",
                                 "2026-01-01T00:00:00+03",
                                 "2026-01-01T00:00:00ZZ",
                                 "2026-01-01T00:00:00Z ",
                                 " 2026-01-01T00:00:00Z",
                                 "2026-01-01  00:00:00Z",
                                 "2026-01-01_00:00:00Z",
                                 "2026/01/01T00:00:00Z",
                                 "-026-01-01T00:00:00Z",
                                 "+2026-01-01T00:00:00Z",
                                 "2026-01-01T-1:00:00Z",
                                 "2026-01-01T00:00:00.5",
                                 "2026-01-01T00:00:00+-3:00"}) {
    INFO(wrong);
    CHECK_FALSE(parse_rfc3339(wrong).has_value());
  }
}

TEST_CASE("instants are written as they are read") {
  CHECK(to_rfc3339(Instant{0}) == "1970-01-01T00:00:00Z");
  CHECK(to_rfc3339(Instant{-1}) == "1969-12-31T23:59:59.999Z");
  CHECK(to_rfc3339(Instant{1'767'225'600'007}) == "2026-01-01T00:00:00.007Z");
  CHECK(to_rfc3339(kNever) == "never");
  CHECK(to_rfc3339(kBeginning) == "never");
  // Far away, but no nonsense: the year grows, and stays at a Day's last.
  CHECK(to_rfc3339(Instant{253'402'300'800'000}) == "10000-01-01T00:00:00Z");
  CHECK(to_rfc3339(Instant{kMax - 1}).substr(0, 13) == "5881580-07-11");
  CHECK(to_rfc3339(Instant{kMin + 1}).substr(0, 14) == "-5877641-06-23");

  constexpr std::uint32_t kSeed = 20260402;
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  std::uniform_int_distribution<std::int64_t> any(-62'167'219'200'000, 253'402'300'799'999);
  for (int i = 0; i < 20'000; ++i) {
    Instant t{any(random)};
    if (i % 2 == 0) t.ms -= t.ms % 1000;
    if (parse_rfc3339(to_rfc3339(t)) != t) FAIL(t.ms);
  }
}

TEST_CASE("arithmetic stays at the ends of time") {
  CHECK(kNever + hours(-1) == kNever);
  CHECK(kNever - hours(1) == kNever);
  CHECK(kBeginning + hours(1) == kBeginning);
  CHECK(Instant{kMax - 1} + milliseconds(1) == kNever);
  CHECK(Instant{kMax - 1} + milliseconds(2) == kNever);
  CHECK(Instant{kMin + 1} - milliseconds(2) == kBeginning);
  CHECK(Instant{5} - Duration{kMin} == kNever);
  CHECK(Instant{5} + days(1) == Instant{86'400'005});
  CHECK((Instant{kMax} - Instant{kMin}).ms == kMax);
  CHECK((Instant{kMin} - Instant{kMax}).ms == kMin);
  CHECK(Instant{7} - Instant{10} == milliseconds(-3));
  static_assert(minutes(1) == seconds(60) && hours(1) == minutes(60) && days(1) == hours(24));
}

TEST_CASE("numbers of telemetry are seconds or milliseconds by their size") {
  CHECK(from_epoch_number(0) == Instant{0});
  CHECK(from_epoch_number(1'767'225'600) == Instant{1'767'225'600'000});
  CHECK(from_epoch_number(1'767'225'600'123) == Instant{1'767'225'600'123});
  CHECK(from_epoch_number(99'999'999'999) == Instant{99'999'999'999'000});
  CHECK(from_epoch_number(100'000'000'000) == Instant{100'000'000'000});
  CHECK(from_epoch_number(-99'999'999'999) == Instant{-99'999'999'999'000});
  CHECK(from_epoch_number(-100'000'000'000) == Instant{-100'000'000'000});
  CHECK(from_epoch_number(kMin) == kBeginning);
}

TEST_CASE("durations in words") {
  CHECK(describe(minutes(30)) == "30 minutes");
  CHECK(describe(Duration{days(2).ms + hours(3).ms}) == "2 days 3 hours");
  CHECK(describe(days(1)) == "1 day");
  CHECK(describe(hours(24)) == "1 day");
  CHECK(describe(milliseconds(1)) == "1 millisecond");
  CHECK(describe(milliseconds(61'001)) == "1 minute 1 second 1 millisecond");
  CHECK(describe(seconds(0)) == "0 seconds");
  CHECK(describe(minutes(-5)) == "minus 5 minutes");
  CHECK(describe(Duration{kMin}) ==
        "minus 106751991167 days 7 hours 12 minutes 55 seconds 808 milliseconds");
}
