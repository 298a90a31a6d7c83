// Time zones: against the date library, against a slow search, and at known jumps of the clock.
#include <date/tz.h>

#include <random>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/base/country.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/posix_zone_rule.h"
#include "engine/base/zone_files.h"
#include "tests/support/catch.h"

using namespace sojourn;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::uint32_t kSeed = 20260403;

// Zones with something odd: whole days left out, half-hour savings, clocks that change at midnight,
// offsets of seconds, the ends of the Earth.
constexpr std::string_view kZones[] = {
    "America/Sao_Paulo", "Asia/Riyadh",       "Pacific/Kiritimati",
    "Pacific/Pago_Pago", "Europe/Berlin",     "Africa/Cairo",
    "Asia/Beirut",       "Africa/Casablanca", "Australia/Lord_Howe",
    "Pacific/Apia",      "Pacific/Kwajalein", "America/St_Johns",
    "America/Havana",    "Europe/Dublin",     "Asia/Tehran",
    "Asia/Amman",        "Asia/Gaza",         "America/Asuncion",
    "Asia/Kathmandu",    "Antarctica/Troll",  "America/Scoresbysund",
    "Pacific/Chatham",   "Africa/Monrovia",   "Asia/Kolkata"};

TimeZone zone_of(std::string_view name) {
  auto zone = TimeZone::find(name);
  REQUIRE(zone.ok());
  return *zone;
}

Instant at(std::string_view text) {
  auto instant = parse_rfc3339(text);
  REQUIRE(instant.has_value());
  return *instant;
}

Day day(std::string_view text) {
  auto parsed = parse_date(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

std::int64_t library_offset_ms(const date::time_zone* zone, std::int64_t ms) {
  std::chrono::milliseconds since{ms};
  return zone->get_info(date::sys_time<std::chrono::milliseconds>{since}).offset.count() * 1000;
}

// The first instant whose wall clock shows `wall_ms` (of 1970-01-01, as if UTC) or later: minute by
// minute through the days around, by the date library alone.
std::int64_t slow_at_wall(const date::time_zone* zone, std::int64_t wall_ms) {
  for (std::int64_t ms = wall_ms - 26 * 3'600'000;; ms += 60'000) {
    if (ms + library_offset_ms(zone, ms) >= wall_ms) return ms;
  }
}

}  // namespace

TEST_CASE("an unknown zone is refused by name") {
  for (std::string_view name :
       {"", "Europe/Berln", "europe/berlin", "../../etc/passwd", "CET-1CEST",
        "/usr/share/zoneinfo/Europe/Berlin", "zone.tab", "\n"}) {
    auto zone = TimeZone::find(name);
    REQUIRE_FALSE(zone.ok());
    CHECK(zone.error().code == Code::E0005);
    CHECK(zone.error().message == "unknown time zone `" + std::string(name) + "`");
  }
  CHECK(TimeZone().name() == "UTC");
  CHECK(*TimeZone::find("UTC") == TimeZone());
  CHECK(zone_of("Europe/Berlin").name() == "Europe/Berlin");
  CHECK_FALSE(zone_of("Europe/Berlin") == zone_of("Europe/Paris"));
}

TEST_CASE("offsets, days and transitions agree with the date library until 2037") {
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  std::uniform_int_distribution<std::int64_t> any(0, 2'114'380'800'000);  // to 2037-01-01
  for (std::string_view name : kZones) {
    TimeZone zone = zone_of(name);
    const date::time_zone* library = date::locate_zone(name);
    std::vector<std::int64_t> instants;
    for (int i = 0; i < 500; ++i) instants.push_back(any(random));
    for (int i = 0; i < 100; ++i) {  // just below, at and above each change
      Instant change = zone.next_transition(Instant{any(random)});
      if (change == kNever || change.ms > 2'114'380'800'000) continue;
      for (std::int64_t shift : {-1, 0, 1}) instants.push_back(change.ms + shift);
    }
    for (std::int64_t ms : instants) {
      INFO(name << " " << to_rfc3339(Instant{ms}));
      std::int64_t offset = library_offset_ms(library, ms);
      std::int64_t wall = ms + offset;
      std::int64_t number = wall >= 0 ? wall / kDayMs : -((-wall + kDayMs - 1) / kDayMs);
      bool right = zone.offset_at(Instant{ms}).ms == offset &&
                   zone.day_of(Instant{ms}).number == number &&
                   zone.wall_ms_of_day(Instant{ms}) == wall - number * kDayMs;
      if (!right) FAIL(zone.offset_at(Instant{ms}).ms << " and not " << offset);
    }
    // Every transition is one, and none lies between.
    Instant t{0};
    for (Instant change = zone.next_transition(t); change.ms < 2'114'380'800'000;
         change = zone.next_transition(t)) {
      INFO(name << " " << to_rfc3339(change));
      CHECK(library_offset_ms(library, change.ms - 1) != library_offset_ms(library, change.ms));
      CHECK(library_offset_ms(library, change.ms - 1) == zone.offset_at(t).ms);
      t = change;
    }
  }
}

TEST_CASE("wall times agree with a slow search") {
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  // From 1973: before, Monrovia's offset was not of whole minutes.
  std::uniform_int_distribution<std::int32_t> any_day(1'096, 24'000);
  std::uniform_int_distribution<std::int64_t> any_minute(0, 1439);
  for (std::string_view name : kZones) {
    TimeZone zone = zone_of(name);
    const date::time_zone* library = date::locate_zone(name);
    for (int i = 0; i < 40; ++i) {
      Day target{any_day(random)};
      if (i % 2 == 0) {  // a day of change, or one beside it
        Instant change = zone.next_transition(zone.start_of(target));
        if (change < Instant{24'000 * kDayMs}) target = next(zone.day_of(change), i % 3 - 1);
      }
      std::int64_t wall_ms = i % 4 < 2 ? 0 : any_minute(random) * 60'000;
      std::int64_t expected = slow_at_wall(library, target.number * kDayMs + wall_ms);
      INFO(name << " " << to_text(target) << " " << wall_ms / 60'000 << " minutes");
      CHECK(to_rfc3339(zone.at_wall_time(target, wall_ms)) == to_rfc3339(Instant{expected}));
      if (wall_ms == 0) CHECK(zone.start_of(target) == Instant{expected});
    }
  }
}

TEST_CASE("after the listed changes the yearly rule goes on") {
  struct Row {
    std::string_view zone;
    std::string_view at;
    std::int64_t offset_minutes;
  };
  // By Python's zoneinfo, which reads the rule by itself.
  for (const Row& row :
       std::initializer_list<Row>{{"Europe/Berlin", "2038-07-01T12:00:00Z", 120},
                                  {"Europe/Berlin", "2050-01-15T00:30:00Z", 60},
                                  {"Europe/Berlin", "2075-10-20T23:45:00Z", 120},
                                  {"Europe/Berlin", "2099-12-31T12:00:00Z", 60},
                                  {"America/New_York", "2038-07-01T12:00:00Z", -240},
                                  {"America/New_York", "2075-10-20T23:45:00Z", -240},
                                  {"America/New_York", "2099-12-31T12:00:00Z", -300},
                                  {"Australia/Lord_Howe", "2038-07-01T12:00:00Z", 630},
                                  {"Australia/Lord_Howe", "2050-01-15T00:30:00Z", 660},
                                  {"Europe/Dublin", "2038-07-01T12:00:00Z", 60},
                                  {"Europe/Dublin", "2050-01-15T00:30:00Z", 0},
                                  {"America/Santiago", "2038-07-01T12:00:00Z", -240},
                                  {"America/Santiago", "2075-10-20T23:45:00Z", -180},
                                  {"Asia/Jerusalem", "2038-07-01T12:00:00Z", 180},
                                  {"Asia/Jerusalem", "2099-12-31T12:00:00Z", 120},
                                  {"America/Sao_Paulo", "2038-07-01T12:00:00Z", -180},
                                  {"America/Nuuk", "2075-10-20T23:45:00Z", -60},
                                  {"America/Nuuk", "2099-12-31T12:00:00Z", -120}}) {
    INFO(row.zone << " " << row.at);
    CHECK(zone_of(row.zone).offset_at(at(row.at)) == minutes(row.offset_minutes));
  }
  TimeZone berlin = zone_of("Europe/Berlin");
  CHECK(to_rfc3339(berlin.next_transition(at("2037-10-25T01:00:00Z"))) == "2038-03-28T01:00:00Z");
  CHECK(to_rfc3339(berlin.next_transition(at("2100-10-01T00:00:00Z"))) == "2100-10-31T01:00:00Z");
  CHECK(berlin.next_transition(at("2100-11-01T00:00:00Z")) == kNever);
  CHECK(berlin.offset_at(at("2150-07-01T00:00:00Z")) == hours(1));
}

TEST_CASE("each zone's rule agrees with the changes its file lists for 2028 to 2036") {
  std::size_t compared = 0;
  for (std::size_t i = 0; i < country_count(); ++i) {
    for (const ZonePlace& place : zone_places(Country{static_cast<std::uint8_t>(i)})) {
      std::string file = read_zone_file(place.zone).value_or("\n\n");
      file.pop_back();
      auto rule = PosixZoneRule::parse(std::string_view(file).substr(file.rfind('\n') + 1));
      INFO(place.zone);
      REQUIRE(rule.has_value());
      if (place.zone == "Africa/Casablanca" || place.zone == "Africa/El_Aaiun" ||
          place.zone == "Asia/Gaza" || place.zone == "Asia/Hebron") {
        continue;  // their files list changes of Ramadan, which are no yearly rule
      }
      const date::time_zone* library = date::locate_zone(place.zone);
      if (!rule->changes_yearly()) {
        CHECK(library_offset_ms(library, 2'000'000'000'000) == rule->standard_offset_s() * 1000);
        continue;
      }
      for (std::int32_t year = 2028; year <= 2036; ++year) {
        for (const PosixZoneRule::Change& change : rule->changes_of(year)) {
          CHECK(library_offset_ms(library, change.at_s * 1000) == change.offset_s * 1000);
          CHECK(library_offset_ms(library, change.at_s * 1000 - 1) != change.offset_s * 1000);
          ++compared;
        }
      }
    }
  }
  if (compared == 0) WARN("skipped: this system has no zone.tab");
}

TEST_CASE("daylight saving in Berlin: the hour that is missing and the hour that comes twice") {
  TimeZone berlin = zone_of("Europe/Berlin");
  constexpr std::int64_t kHour = 3'600'000;
  Day spring = day("2026-03-29");
  CHECK(to_rfc3339(berlin.at_wall_time(spring, 2 * kHour - 1)) == "2026-03-29T00:59:59.999Z");
  CHECK(to_rfc3339(berlin.at_wall_time(spring, 2 * kHour)) == "2026-03-29T01:00:00Z");
  CHECK(to_rfc3339(berlin.at_wall_time(spring, 2 * kHour + 1)) == "2026-03-29T01:00:00Z");
  CHECK(to_rfc3339(berlin.at_wall_time(spring, 3 * kHour)) == "2026-03-29T01:00:00Z");
  CHECK(to_rfc3339(berlin.at_wall_time(spring, 3 * kHour + 1)) == "2026-03-29T01:00:00.001Z");
  CHECK(berlin.start_of(next(spring, 1)) - berlin.start_of(spring) == hours(23));
  Day autumn = day("2026-10-25");
  CHECK(to_rfc3339(berlin.at_wall_time(autumn, 2 * kHour)) == "2026-10-25T00:00:00Z");
  CHECK(to_rfc3339(berlin.at_wall_time(autumn, 3 * kHour - 1)) == "2026-10-25T00:59:59.999Z");
  CHECK(to_rfc3339(berlin.at_wall_time(autumn, 3 * kHour)) == "2026-10-25T02:00:00Z");
  CHECK(berlin.start_of(next(autumn, 1)) - berlin.start_of(autumn) == hours(25));
  CHECK(to_rfc3339(berlin.at_wall_time(autumn, kDayMs)) == "2026-10-25T23:00:00Z");
}

TEST_CASE("days that begin later than midnight, twice, or not at all") {
  struct Row {
    std::string_view zone;
    std::string_view day;
    std::string_view start;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"},  // began at 01:00
           {"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"},  // 23:00 came twice before
           {"America/Sao_Paulo", "2026-11-04", "2026-11-04T03:00:00Z"},
           {"Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00Z"},     // began at 01:00
           {"Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z"},    // began at 01:00
           {"Africa/Cairo", "2024-11-01", "2024-10-31T22:00:00Z"},    // 23:00 came twice before
           {"America/Havana", "2024-11-03", "2024-11-03T04:00:00Z"},  // 00:00 came twice
           {"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},    // there was no such day
           {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
           {"Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z"},
           {"Pacific/Pago_Pago", "2026-01-01", "2026-01-01T11:00:00Z"},
           {"Asia/Riyadh", "2026-01-01", "2025-12-31T21:00:00Z"},
           {"Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00Z"}}) {
    INFO(row.zone << " " << row.day);
    TimeZone zone = zone_of(row.zone);
    Instant start = zone.start_of(day(row.day));
    CHECK(to_rfc3339(start) == row.start);
    CHECK(zone.day_of(start - milliseconds(1)) < day(row.day));
    CHECK(zone.day_of(start) >= day(row.day));
  }
}

TEST_CASE("a clock that falls back across midnight shows the day before again") {
  TimeZone zone = zone_of("America/St_Johns");
  Day sunday = day("2010-11-07");
  Instant start = zone.start_of(sunday);
  CHECK(to_rfc3339(start) == "2010-11-07T02:30:00Z");
  CHECK(zone.day_of(start) == sunday);
  CHECK(zone.day_of(start + minutes(1)) == next(sunday, -1));
  CHECK(zone.day_of(start + minutes(60)) == sunday);
}

TEST_CASE("the ends of time have a day") {
  for (std::string_view name : {"UTC", "Europe/Berlin", "Pacific/Kiritimati"}) {
    TimeZone zone = zone_of(name);
    CHECK(zone.day_of(kNever).number == std::numeric_limits<std::int32_t>::max());
    CHECK(zone.day_of(kBeginning).number == std::numeric_limits<std::int32_t>::min());
    CHECK(zone.next_transition(kNever) == kNever);
    for (Instant end : {kBeginning, kNever}) {
      CHECK(zone.wall_ms_of_day(end) >= 0);
      CHECK(zone.wall_ms_of_day(end) < kDayMs);
    }
    Day last{std::numeric_limits<std::int32_t>::max()};
    Day first{std::numeric_limits<std::int32_t>::min()};
    CHECK(zone.day_of(zone.start_of(last)) == last);
    CHECK(zone.day_of(zone.start_of(first)) == first);
  }
  CHECK(zone_of("Europe/Berlin").offset_at(kBeginning) == hours(1));
}
