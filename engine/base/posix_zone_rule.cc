#include "engine/base/posix_zone_rule.h"

#include <utility>

#include "engine/base/calendar.h"

namespace sojourn {

// Reads the text from left to right; every step says whether its part was well formed.
class PosixZoneRule::Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  bool take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // "CET" or "<+03>".
  bool name() {
    std::size_t length = 0;
    if (take('<')) {
      length = rest_.find('>');
      if (length == rest_.npos) return false;
      rest_.remove_prefix(length + 1);
    } else {
      while (length < rest_.size() && is_letter(rest_[length])) ++length;
      rest_.remove_prefix(length);
    }
    return length >= 3;
  }

  bool number(std::int32_t low, std::int32_t high, std::int32_t& value) {
    std::size_t length = 0;
    value = 0;
    while (length < rest_.size() && length < 3 && is_digit(rest_[length])) {
      value = value * 10 + (rest_[length++] - '0');
    }
    rest_.remove_prefix(length);
    return length > 0 && value >= low && value <= high;
  }

  // "[+-]hh[:mm[:ss]]" in seconds.
  bool clock_time(std::int32_t hours_max, std::int64_t& seconds) {
    bool negative = take('-');
    if (!negative) take('+');
    std::int32_t hour = 0, minute = 0, second = 0;
    if (!number(0, hours_max, hour)) return false;
    if (take(':') && !number(0, 59, minute)) return false;
    if (take(':') && !number(0, 59, second)) return false;
    seconds = (hour * 60 + minute) * std::int64_t{60} + second;
    if (negative) seconds = -seconds;
    return true;
  }

  // Offsets are written west positive.
  bool offset(std::int64_t& east_s) {
    if (!clock_time(24, east_s)) return false;
    east_s = -east_s;
    return true;
  }

  bool moment(YearlyMoment& moment) {
    if (take('M')) {
      moment.kind = YearlyMoment::Kind::weekday_of_month;
      if (!number(1, 12, moment.month) || !take('.') || !number(1, 5, moment.week) || !take('.') ||
          !number(0, 6, moment.weekday)) {
        return false;
      }
    } else if (take('J')) {
      moment.kind = YearlyMoment::Kind::day_without_leap;
      if (!number(1, 365, moment.day)) return false;
    } else {
      moment.kind = YearlyMoment::Kind::day;
      if (!number(0, 365, moment.day)) return false;
    }
    return !take('/') || clock_time(167, moment.second);
  }

  bool starts_with_offset() const { return !rest_.empty() && rest_[0] != ','; }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

  std::string_view rest_;
};

std::optional<PosixZoneRule> PosixZoneRule::parse(std::string_view text) {
  Parser parser(text);
  PosixZoneRule rule;
  if (!parser.name() || !parser.offset(rule.standard_offset_s_)) return std::nullopt;
  if (parser.at_end()) return rule;
  Daylight daylight;
  daylight.offset_s = rule.standard_offset_s_ + 3600;
  bool well_formed = parser.name() &&
                     (!parser.starts_with_offset() || parser.offset(daylight.offset_s)) &&
                     parser.take(',') && parser.moment(daylight.begin) && parser.take(',') &&
                     parser.moment(daylight.end) && parser.at_end();
  if (!well_formed) return std::nullopt;
  rule.daylight_ = daylight;
  return rule;
}

std::int64_t PosixZoneRule::YearlyMoment::wall_s(std::int32_t year) const {
  std::int32_t number = first_day_of_year(year).number;
  switch (kind) {
    case Kind::weekday_of_month: {
      std::int32_t first = from_civil({year, month, 1}).number;
      // 1970-01-01 was a Thursday (4).
      std::int32_t first_weekday = ((first + 4) % 7 + 7) % 7;
      std::int32_t day_of_month = 1 + (weekday - first_weekday + 7) % 7 + (week - 1) * 7;
      if (day_of_month > days_in_month(year, month)) day_of_month -= 7;
      number = first + day_of_month - 1;
      break;
    }
    case Kind::day_without_leap:
      number += day - 1 + (day >= 60 && days_in_month(year, 2) == 29 ? 1 : 0);
      break;
    case Kind::day:
      number += day;
      break;
  }
  return std::int64_t{number} * 86'400 + second;
}

std::array<PosixZoneRule::Change, 2> PosixZoneRule::changes_of(std::int32_t year) const {
  Change begin{daylight_->begin.wall_s(year) - standard_offset_s_, daylight_->offset_s};
  Change end{daylight_->end.wall_s(year) - daylight_->offset_s, standard_offset_s_};
  if (end.at_s <= begin.at_s) return {end, begin};
  return {begin, end};
}

}  // namespace sojourn
