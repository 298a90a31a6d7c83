#include "lang/units.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/diagnostic.h"

namespace sojourn::lang {
namespace {

constexpr std::array kUnits = {
    Unit{"", Dimension::none, 1, 1},
    Unit{"%", Dimension::percent, 1, 1},
    Unit{"dBm", Dimension::dbm, 1, 1},
    Unit{"dB", Dimension::decibel, 1, 1},
    Unit{"m", Dimension::length, 1'000, 1},
    Unit{"km", Dimension::length, 1'000'000, 1},
    Unit{"nmi", Dimension::length, 1'852'000, 1},
    Unit{"km/h", Dimension::speed, 1'000'000, 1},
    Unit{"m/s", Dimension::speed, 3'600'000, 1},
    Unit{"B", Dimension::amount, 1, 1},
    Unit{"kB", Dimension::amount, 1'000, 1},
    Unit{"MB", Dimension::amount, 1'000'000, 1},
    Unit{"GB", Dimension::amount, 1'000'000'000, 1},
    Unit{"seconds", Dimension::time, 1'000, 1},
    Unit{"second", Dimension::time, 1'000, 1},
    Unit{"minutes", Dimension::time, 60'000, 1},
    Unit{"minute", Dimension::time, 60'000, 1},
    Unit{"hours", Dimension::time, 3'600'000, 1},
    Unit{"hour", Dimension::time, 3'600'000, 1},
    Unit{"days", Dimension::time, days(1).ms, 1},
    Unit{"day", Dimension::time, days(1).ms, 1},
    Unit{"weeks", Dimension::time, days(7).ms, 1},
    Unit{"week", Dimension::time, days(7).ms, 1},
    Unit{"V", Dimension::voltage, 1'000, 1},
    Unit{"mV", Dimension::voltage, 1, 1},
    Unit{"\u00B0C", Dimension::celsius, 1, 1},
    Unit{"K", Dimension::kelvin, 1, 1},
    Unit{"Hz", Dimension::frequency, 1, 1},
    Unit{"kHz", Dimension::frequency, 1'000, 1},
    Unit{"MHz", Dimension::frequency, 1'000'000, 1},
};

std::int64_t milliseconds_of(ast::TimeWord unit) {
  switch (unit) {
    case ast::TimeWord::second:
      return 1'000;
    case ast::TimeWord::minute:
      return 60'000;
    case ast::TimeWord::hour:
      return 3'600'000;
    case ast::TimeWord::day:
      return days(1).ms;
    case ast::TimeWord::week:
      return days(7).ms;
    case ast::TimeWord::month:
    case ast::TimeWord::year:
      break;
  }
  return 0;
}

}  // namespace

const Unit* find_unit(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

std::string_view unit_meant(std::string_view written) {
  constexpr std::pair<std::string_view, std::string_view> kEverydayUnits[] = {
      {"kmh", "km/h"},      {"kph", "km/h"},     {"mps", "m/s"},     {"percent", "%"},
      {"pct", "%"},         {"meters", "m"},     {"metres", "m"},    {"kilometers", "km"},
      {"kilometres", "km"}, {"volts", "V"},      {"volt", "V"},      {"bytes", "B"},
      {"min", "minutes"},   {"mins", "minutes"}, {"h", "hours"},     {"hr", "hours"},
      {"hrs", "hours"},     {"d", "days"},       {"sec", "seconds"}, {"secs", "seconds"},
      {"wk", "weeks"},      {"w", "weeks"},      {"mo", "months"},   {"yr", "years"},
      {"y", "years"}};
  for (auto [theirs, ours] : kEverydayUnits) {
    if (written == theirs) return ours;
  }
  return nearest_spelling(written, unit_names());
}

bool names_time(std::string_view word) {
  constexpr std::array<std::string_view, 6> kOtherTimes = {"month", "months", "year",
                                                           "years", "time",   "times"};
  const Unit* unit = find_unit(word);
  return (unit != nullptr && unit->dimension == Dimension::time) ||
         std::find(kOtherTimes.begin(), kOtherTimes.end(), word) != kOtherTimes.end();
}

std::string units_of(Dimension dimension) {
  std::string names;
  for (const Unit& unit : kUnits) {
    bool singular = unit.dimension == Dimension::time && !unit.name.ends_with('s');
    if (unit.dimension != dimension || singular) continue;
    names.append(names.empty() ? "" : ", ").append(unit.name);
  }
  return names;
}

std::vector<std::string_view> unit_names() {
  std::vector<std::string_view> names;
  for (const Unit& unit : kUnits) {
    if (!unit.name.empty()) names.push_back(unit.name);
  }
  return names;
}

std::string_view name_of(Dimension dimension) {
  switch (dimension) {
    case Dimension::none:
      return "a bare number";
    case Dimension::percent:
      return "a percentage";
    case Dimension::dbm:
      return "a signal level in dBm";
    case Dimension::decibel:
      return "a ratio in dB";
    case Dimension::length:
      return "a length";
    case Dimension::speed:
      return "a speed";
    case Dimension::amount:
      return "an amount of data";
    case Dimension::time:
      return "a length of time";
    case Dimension::voltage:
      return "a voltage";
    case Dimension::celsius:
      return "a temperature in \u00B0C";
    case Dimension::kelvin:
      return "a temperature in K";
    case Dimension::frequency:
      return "a frequency";
  }
  return "";
}

std::optional<ScaledThreshold> scale(std::int64_t millionths, const Unit& from, const Unit& to,
                                     std::int64_t steps) {
  // Every factor is below 2^40, so two of them and the value would overflow 128 bits only where the
  // result is far beyond 64; the checks below are on the exact products.
  __int128 value = millionths;
  __int128 up = static_cast<__int128>(from.numerator) * to.denominator;
  __int128 down = static_cast<__int128>(from.denominator) * to.numerator * 1'000'000;
  __int128 scaled = 0;
  if (__builtin_mul_overflow(value, up, &scaled)) return std::nullopt;
  if (__builtin_mul_overflow(scaled, static_cast<__int128>(steps), &scaled)) return std::nullopt;
  __int128 quotient = scaled / down;
  __int128 rest = scaled % down;
  if (rest < 0) --quotient;
  constexpr __int128 kMax = std::int64_t{1} << 62;
  if (quotient > kMax || quotient < -kMax) return std::nullopt;
  return ScaledThreshold{static_cast<std::int64_t>(quotient), rest == 0};
}

std::optional<double> reach_metres(const ast::Value& length) {
  constexpr std::int64_t kReachMaxMm = 20'000'000'000;
  const Unit* unit = find_unit(length.unit);
  if (length.kind != ast::Value::Kind::amount || unit == nullptr ||
      unit->dimension != Dimension::length) {
    return std::nullopt;
  }
  std::optional<ScaledThreshold> reach = scale(length.millionths, *unit, *find_unit("m"), 1000);
  if (!reach || reach->floor <= 0 || reach->floor > kReachMaxMm) return std::nullopt;
  return static_cast<double>(reach->floor) / 1000;
}

std::optional<Duration> elapsed(const ast::TimeLength& length) {
  __int128 total = 0;
  for (const ast::TimeLength::Part& part : length.parts) {
    std::int64_t unit = milliseconds_of(part.unit);
    if (unit == 0) return std::nullopt;
    total += static_cast<__int128>(part.millionths) * unit;
  }
  constexpr __int128 kMax = static_cast<__int128>(std::int64_t{1} << 53) * 1'000'000;
  if (total % 1'000'000 != 0 || total > kMax) return std::nullopt;
  return Duration{static_cast<std::int64_t>(total / 1'000'000)};
}

std::optional<Period> calendar_period(const ast::TimeLength& length) {
  std::optional<Period> sum;
  for (const ast::TimeLength::Part& part : length.parts) {
    TimeUnit unit = TimeUnit::day;
    std::int64_t factor = 1;
    switch (part.unit) {
      case ast::TimeWord::week:
        factor = 7;
        break;
      case ast::TimeWord::month:
        unit = TimeUnit::month;
        break;
      case ast::TimeWord::year:
        unit = TimeUnit::month;
        factor = 12;
        break;
      case ast::TimeWord::day:
        break;
      default:
        return std::nullopt;
    }
    constexpr std::int64_t kCountMax = 36'500;
    std::int64_t count = part.millionths / 1'000'000;
    if (part.millionths % 1'000'000 != 0 || count > kCountMax) return std::nullopt;
    if (sum && sum->unit != unit) return std::nullopt;
    sum = Period{(sum ? sum->count : 0) + count * factor, unit};
  }
  return sum;
}

}  // namespace sojourn::lang
