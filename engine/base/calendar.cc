#include "engine/base/calendar.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

namespace sojourn {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  std::int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

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
  std::int32_t months = date.year * 12 + (date.month - 1) + count;
  date.year = static_cast<std::int32_t>(floor_div(months, 12));
  date.month = months - date.year * 12 + 1;
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

// A zone as a table of the instants at which its offset changes. Looking a day up is a binary
// search over some 300 rows; the date library's own look-up builds strings each time.
struct TimeZone::Table {
  std::string name;
  std::vector<std::int64_t> begins_ms;  // ascending; the first is the beginning of time
  std::vector<std::int64_t> offsets_ms;

  std::size_t row_at(std::int64_t ms) const {
    auto row = std::upper_bound(begins_ms.begin(), begins_ms.end(), ms) - begins_ms.begin();
    return static_cast<std::size_t>(row - 1);
  }
};

TimeZone::TimeZone() {
  static const std::shared_ptr<const Table> utc =
      std::make_shared<const Table>(Table{"UTC", {kBeginning.ms}, {0}});
  table_ = utc;
}

Result<TimeZone> TimeZone::find(std::string_view name) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Table>, std::less<>> known;
  if (name == "UTC") return TimeZone();
  std::lock_guard lock(mutex);
  if (auto it = known.find(name); it != known.end()) return TimeZone(it->second);
  try {
    const date::time_zone* zone = date::locate_zone(name);
    auto table = std::make_shared<Table>();
    table->name = std::string(name);
    date::sys_seconds at = date::sys_days{date::year{1970} / 1 / 1};
    const date::sys_seconds end = date::sys_days{date::year{2101} / 1 / 1};
    while (at < end) {
      date::sys_info info = zone->get_info(at);
      std::int64_t offset = info.offset.count() * std::int64_t{1000};
      if (table->offsets_ms.empty()) {
        table->begins_ms.push_back(kBeginning.ms);
        table->offsets_ms.push_back(offset);
      } else if (table->offsets_ms.back() != offset) {
        table->begins_ms.push_back(at.time_since_epoch().count() * std::int64_t{1000});
        table->offsets_ms.push_back(offset);
      }
      at = info.end;
    }
    known.emplace(table->name, table);
    return TimeZone(table);
  } catch (const std::exception&) {
    return make_diagnostic(Code::E0005, fmt::format("unknown time zone `{}`", name),
                           "use an IANA name such as `America/Sao_Paulo` or `UTC`");
  }
}

std::string_view TimeZone::name() const { return table_->name; }

Duration TimeZone::offset_at(Instant t) const { return {table_->offsets_ms[table_->row_at(t.ms)]}; }

Day TimeZone::day_of(Instant t) const {
  return {static_cast<std::int32_t>(floor_div((t + offset_at(t)).ms, kDayMs))};
}

std::int64_t TimeZone::wall_ms_of_day(Instant t) const {
  std::int64_t wall = (t + offset_at(t)).ms;
  return wall - floor_div(wall, kDayMs) * kDayMs;
}

Instant TimeZone::start_of(Day day) const { return at_wall_time(day, 0); }

Instant TimeZone::at_wall_time(Day day, std::int64_t wall_ms) const {
  std::int64_t wall = std::int64_t{day.number} * kDayMs + wall_ms;
  // The answer lies within a day of `wall` read as UTC; look at each offset in force there,
  // earliest first: a row holds the time when it shows it, and jumps over it when it begins later
  // already.
  std::size_t row = table_->row_at(wall - kDayMs);
  for (; row < table_->begins_ms.size(); ++row) {
    std::int64_t instant = wall - table_->offsets_ms[row];
    if (instant < table_->begins_ms[row]) return {table_->begins_ms[row]};
    if (row + 1 == table_->begins_ms.size() || instant < table_->begins_ms[row + 1]) break;
  }
  row = std::min(row, table_->begins_ms.size() - 1);
  return {wall - table_->offsets_ms[row]};
}

Instant TimeZone::next_transition(Instant t) const {
  std::size_t row = table_->row_at(t.ms) + 1;
  return row < table_->begins_ms.size() ? Instant{table_->begins_ms[row]} : kNever;
}

}  // namespace sojourn
