#include "engine/base/instant.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/base/calendar.h"
#include "engine/base/integers.h"

namespace sojourn {
namespace {

// Reads exactly `count` digits at `at`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// The fraction after the seconds, in milliseconds; moves `at` behind it. Absent when malformed.
std::optional<std::int64_t> fraction_ms(std::string_view text, std::size_t& at) {
  if (at >= text.size() || text[at] != '.') return 0;
  std::size_t begin = ++at;
  std::int64_t ms = 0;
  std::int64_t weight = 100;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    ms += weight * (text[at] - '0');
    weight /= 10;
    ++at;
  }
  if (at == begin || at - begin > 9) return std::nullopt;
  return ms;
}

// "Z", "z" or "+hh:mm" at the very end, in milliseconds.
std::optional<std::int64_t> offset_ms(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  int hour = digits(text, 1, 2);
  int minute = digits(text, 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  std::int64_t ms = (hour * 60 + minute) * std::int64_t{60'000};
  return text[0] == '-' ? -ms : ms;
}

}  // namespace

std::optional<Instant> parse_rfc3339(std::string_view text) {
  if (text.size() < 20) return std::nullopt;
  CivilDate date{digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)};
  int hour = digits(text, 11, 2);
  int minute = digits(text, 14, 2);
  int second = digits(text, 17, 2);
  bool marks = text[4] == '-' && text[7] == '-' && text[13] == ':' && text[16] == ':' &&
               (text[10] == 'T' || text[10] == 't' || text[10] == ' ');
  bool ranges = date.year >= 0 && is_valid(date) && hour >= 0 && hour <= 23 && minute >= 0 &&
                minute <= 59 && second >= 0 && second <= 60;
  if (!marks || !ranges) return std::nullopt;
  std::size_t at = 19;
  auto fraction = fraction_ms(text, at);
  auto offset = offset_ms(text.substr(at));
  if (!fraction || !offset) return std::nullopt;
  std::int64_t whole_seconds =
      ((hour * 60 + minute) * 60 + second) + std::int64_t{from_civil(date).number} * 86'400;
  return Instant{whole_seconds * 1000 + *fraction - *offset};
}

std::string to_rfc3339(Instant t) {
  if (t == kNever || t == kBeginning) return "never";
  std::int64_t day = floor_div(t.ms, days(1).ms);
  std::int64_t rest = floor_mod(t.ms, days(1).ms);
  using DayLimits = std::numeric_limits<std::int32_t>;
  day = std::clamp<std::int64_t>(day, DayLimits::min(), DayLimits::max());
  CivilDate date = to_civil(Day{static_cast<std::int32_t>(day)});
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", date.year, date.month, date.day_of_month,
                  rest / 3'600'000, rest / 60'000 % 60, rest / 1000 % 60);
  if (rest % 1000 != 0) text += fmt::format(".{:03}", rest % 1000);
  return text + "Z";
}

std::string describe(Duration d) {
  struct Unit {
    std::int64_t ms;
    const char* one;
    const char* many;
  };
  static constexpr Unit kUnits[] = {{days(1).ms, "day", "days"},
                                    {3'600'000, "hour", "hours"},
                                    {60'000, "minute", "minutes"},
                                    {1000, "second", "seconds"},
                                    {1, "millisecond", "milliseconds"}};
  std::string text = d.ms < 0 ? "minus" : "";
  auto rest = d.ms < 0 ? 0 - static_cast<std::uint64_t>(d.ms) : static_cast<std::uint64_t>(d.ms);
  for (const Unit& unit : kUnits) {
    std::uint64_t count = rest / static_cast<std::uint64_t>(unit.ms);
    rest %= static_cast<std::uint64_t>(unit.ms);
    if (count == 0) continue;
    if (!text.empty()) text += ' ';
    text += fmt::format("{} {}", count, count == 1 ? unit.one : unit.many);
  }
  return text.empty() ? "0 seconds" : text;
}

}  // namespace sojourn
