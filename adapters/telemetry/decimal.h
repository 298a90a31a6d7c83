// Decimal numbers as JSON writes them, taken exactly: never by way of a double, so that 0.1 + 0.2
// has no story and every machine reads the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sojourn::telemetry {

// Is the whole text a number by JSON's grammar (RFC 8259, section 6)?
bool is_json_number(std::string_view text);

// The number times 10^scale, rounded to a whole one with halves away from zero: ("80.1234567", 6)
// is 80'123'457. Absent when it does not fit.
// Requires: is_json_number(text), 0 <= scale <= 18.
std::optional<std::int64_t> scaled_decimal(std::string_view text, int scale);

// The number if it is whole ("1200", "1.2e3"); absent when it is not, or does not fit.
// Requires: is_json_number(text).
std::optional<std::int64_t> whole_decimal(std::string_view text);

// The nearest double; absent beyond the largest.
// Requires: is_json_number(text).
std::optional<double> nearest_double(std::string_view text);

}  // namespace sojourn::telemetry
