// Private to engine/base: the yearly rule by which a time zone goes on after its listed changes.
//
// A zone's file lists changes of offset up to some year and ends with a line such as
// "CET-1CEST,M3.5.0,M10.5.0/3" for all later ones (RFC 8536 section 3.3; POSIX.1 environment
// variable TZ). Files of some systems list nothing that this line can tell.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sojourn {

class PosixZoneRule {
 public:
  // A change of offset.
  struct Change {
    std::int64_t at_s = 0;      // seconds since 1970-01-01T00:00:00Z
    std::int64_t offset_s = 0;  // from UTC, east positive, from then on
  };

  // Absent when malformed, or when daylight saving is named without its dates.
  static std::optional<PosixZoneRule> parse(std::string_view text);

  std::int64_t standard_offset_s() const { return standard_offset_s_; }
  bool changes_yearly() const { return daylight_.has_value(); }
  // The year's two changes in order of time; at one instant the return to standard time first.
  // Requires: changes_yearly().
  std::array<Change, 2> changes_of(std::int32_t year) const;

 private:
  // The wall-clock moment of a change: a day of the year and seconds of it, -167 to 167 hours.
  struct YearlyMoment {
    enum class Kind : std::uint8_t {
      weekday_of_month,  // "M3.5.0": month, week (5 is the last), weekday (0 is Sunday)
      day_without_leap,  // "J60": 1 to 365, 29 February never counted
      day,               // "59": 0 to 365
    };
    Kind kind = Kind::day;
    std::int32_t month = 1;
    std::int32_t week = 1;
    std::int32_t weekday = 0;
    std::int32_t day = 0;
    std::int64_t second = 2 * 3600;

    // The moment as if the wall clock showed UTC.
    std::int64_t wall_s(std::int32_t year) const;
  };
  struct Daylight {
    std::int64_t offset_s = 0;
    YearlyMoment begin;  // on the standard clock
    YearlyMoment end;    // on the daylight clock
  };
  class Parser;

  std::int64_t standard_offset_s_ = 0;
  std::optional<Daylight> daylight_;
};

}  // namespace sojourn
