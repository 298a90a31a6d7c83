#include "engine/base/calendar.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/integers.h"

namespace sojourn {
namespace {

// Whole years within a Day's 32 bits.
constexpr std::int64_t kYearMin = -5'877'640;
constexpr std::int64_t kYearMax = 5'881'579;

}  // namespace

CivilDate to_civil(Day day) {
  std::int64_t z = std::int64_t{day.number} + 719'468;
  std::int64_t era = floor_div(z, 146'097);
  std::int64_t day_of_era = z - era * 146'097;
  std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  std::int64_t shifted_month = (5 * day_of_year + 2) / 153;  // March is 0
  std::int64_t day_of_month = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<std::int32_t>(year), static_cast<std::int32_t>(month),
          static_cast<std::int32_t>(day_of_month)};
}

Day from_civil(const CivilDate& date) {
  std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  std::int64_t era = floor_div(year, 400);
  std::int64_t year_of_era = year - era * 400;
  std::int64_t shifted_month = date.month > 2 ? date.month - 3 : date.month + 9;
  std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + date.day_of_month - 1;
  std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return {static_cast<std::int32_t>(era * 146'097 + day_of_era - 719'468)};
}

std::int32_t days_in_month(std::int32_t year, std::int32_t month) {
  static constexpr std::int32_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

bool is_valid(const CivilDate& date) {
  return date.month >= 1 && date.month <= 12 && date.day_of_month >= 1 &&
         date.day_of_month <= days_in_month(date.year, date.month);
}

Day add_months(Day day, std::int32_t count) {
  CivilDate date = to_civil(day);
  std::int64_t months = std::int64_t{date.year} * 12 + (date.month - 1) + count;
  // Years beyond what a Day can hold stay at its last one.
  months = std::clamp(months, kYearMin * 12, kYearMax * 12 + 11);
  std::int64_t year = floor_div(months, 12);
  date.year = static_cast<std::int32_t>(year);
  date.month = static_cast<std::int32_t>(months - year * 12 + 1);
  date.day_of_month = std::min(date.day_of_month, days_in_month(date.year, date.month));
  return from_civil(date);
}

std::int32_t month_number(Day day) {
  CivilDate date = to_civil(day);
  return (date.year - 1970) * 12 + date.month - 1;
}

std::int32_t week_number(Day day) {
  // 1970-01-01 was a Thursday, three days after its week's Monday.
  return static_cast<std::int32_t>(floor_div(std::int64_t{day.number} + 3, 7));
}

std::int32_t year_number(Day day) { return to_civil(day).year; }

Day first_day_of_month(std::int32_t month) {
  auto year = static_cast<std::int32_t>(floor_div(month, 12));
  return from_civil({1970 + year, month - year * 12 + 1, 1});
}

Day first_day_of_week(std::int32_t week) { return {week * 7 - 3}; }

Day first_day_of_year(std::int32_t year) { return from_civil({year, 1, 1}); }

std::optional<Day> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::int32_t parts[3] = {0, 0, 0};
  int part = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) {
      ++part;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    parts[part] = parts[part] * 10 + (text[i] - '0');
  }
  CivilDate date{parts[0], parts[1], parts[2]};
  if (!is_valid(date)) return std::nullopt;
  return from_civil(date);
}

std::string to_text(Day day) {
  CivilDate date = to_civil(day);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day_of_month);
}

}  // namespace sojourn
