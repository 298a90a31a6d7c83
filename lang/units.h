// Private to lang. Units: what can be converted into what, exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/instant.h"
#include "engine/graph/feature.h"
#include "lang/ast.h"

namespace sojourn::lang {

// Units of one dimension convert into each other; a value in base units is value * numerator /
// denominator.
enum class Dimension : std::uint8_t {
  none,
  percent,
  dbm,
  decibel,
  length,   // base: millimetre
  speed,    // base: millimetre per hour
  amount,   // base: byte
  time,     // base: millisecond
  voltage,  // base: millivolt
  celsius,
  kelvin,
  frequency,  // base: hertz
};

struct Unit {
  std::string_view name;
  Dimension dimension;
  std::int64_t numerator;
  std::int64_t denominator;
};

const Unit* find_unit(std::string_view name);
std::vector<std::string_view> unit_names();
// The unit that a misspelt or everyday one stands for (`kmh`, `hrs`, `10 mb`); empty: none is near.
// Months and years are among them, though no unit.
std::string_view unit_meant(std::string_view written);
std::string units_of(Dimension dimension);  // "km/h, m/s"
bool names_time(std::string_view word);     // `days`, `months`, `times`
std::string_view name_of(Dimension dimension);

// A threshold on an integer scale that may fall between two integers: `floor` is the greatest
// integer not above it, `exact` says whether it is that integer.
struct ScaledThreshold {
  std::int64_t floor = 0;
  bool exact = true;
  // The least integer value that is at least, or more than, the threshold.
  std::int64_t at_least() const { return exact ? floor : floor + 1; }
  std::int64_t more_than() const { return floor + 1; }
};

// `millionths` of the unit `from`, counted in steps of which `steps` make one unit `to`. Absent
// when it does not fit into 64 bits. Requires: both units have one dimension.
std::optional<ScaledThreshold> scale(std::int64_t millionths, const Unit& from, const Unit& to,
                                     std::int64_t steps);

// A radius or width in metres, to the millimetre; absent when the value is no length, not above
// zero, or longer than half the Earth's circumference.
std::optional<double> reach_metres(const ast::Value& length);

// The elapsed time of a length; absent with months or years, fractions of a millisecond, or more
// than fits.
std::optional<Duration> elapsed(const ast::TimeLength& length);
// The length as whole days, weeks, months or years (of one unit, days and weeks becoming days);
// absent for anything else.
std::optional<Period> calendar_period(const ast::TimeLength& length);

}  // namespace sojourn::lang
