// Calendar days, months and time zones.
//
//   TimeZone zone = *TimeZone::find("America/Sao_Paulo");
//   Day today = zone.day_of(now);
//   Instant midnight = zone.start_of(next(today, 1));
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/instant.h"
#include "engine/base/result.h"

namespace sojourn {

// A calendar day, in whatever zone the context names: days since 1970-01-01.
struct Day {
  std::int32_t number = 0;
  friend auto operator<=>(Day, Day) = default;
};

inline constexpr Day next(Day day, std::int32_t count) { return {day.number + count}; }

struct CivilDate {
  std::int32_t year = 1970;
  std::int32_t month = 1;         // 1 to 12
  std::int32_t day_of_month = 1;  // 1 to 31
  friend auto operator<=>(const CivilDate&, const CivilDate&) = default;
};

// Proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
CivilDate to_civil(Day day);
// Requires: a month of 1 to 12; a day beyond the month's end runs into the next month.
Day from_civil(const CivilDate& date);
bool is_valid(const CivilDate& date);
std::int32_t days_in_month(std::int32_t year, std::int32_t month);

// Calendar arithmetic: the same day of the month `count` months later; a day that does not exist
// becomes the month's last (31 January and a month is 28 or 29 February).
Day add_months(Day day, std::int32_t count);

// Numbers that name the bucket a day falls into; neighbours differ by one.
std::int32_t month_number(Day day);  // months since January 1970
std::int32_t week_number(Day day);   // ISO weeks (Monday to Sunday) since the one of 1970-01-01
std::int32_t year_number(Day day);   // the calendar year
Day first_day_of_month(std::int32_t month);
Day first_day_of_week(std::int32_t week);
Day first_day_of_year(std::int32_t year);

std::optional<Day> parse_date(std::string_view text);  // "2026-01-31"
std::string to_text(Day day);                          // "2026-01-31"

// A zone of the IANA database, as the system has it. Cheap to copy; immutable; any thread.
// Its table reaches from 1970 to 2100; outside, the nearest entry holds. Where a clock falls back
// across midnight (Saint John's until 2011, from 00:01 to 23:01), the day before returns for that
// while: `day_of` tells what the wall shows, and `start_of` is the first midnight.
class TimeZone {
 public:
  TimeZone();  // UTC
  static Result<TimeZone> find(std::string_view name);

  std::string_view name() const;
  // The zone's offset from UTC at `t`.
  Duration offset_at(Instant t) const;
  Day day_of(Instant t) const;
  // Milliseconds since the wall clock's 00:00, 0 to 86,399,999.
  std::int64_t wall_ms_of_day(Instant t) const;
  // The first instant of a local day (not always 00:00: some zones skip it in spring).
  Instant start_of(Day day) const;
  // The first instant at or after which the wall clock shows this time of that day; where the time
  // does not exist, the instant of the jump; where it comes twice, the first.
  Instant at_wall_time(Day day, std::int64_t wall_ms) const;
  // The next change of offset after `t`, or kNever.
  Instant next_transition(Instant t) const;

  friend bool operator==(const TimeZone& a, const TimeZone& b) { return a.name() == b.name(); }

 private:
  struct Table;
  explicit TimeZone(std::shared_ptr<const Table> table) : table_(std::move(table)) {}
  std::shared_ptr<const Table> table_;
};

}  // namespace sojourn
