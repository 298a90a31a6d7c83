// Kleene's three truth values. A rule fires only on `yes`; `not unknown` is unknown.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sojourn {

enum class Truth : std::uint8_t { no = 0, unknown = 1, yes = 2 };

inline constexpr Truth truth_of(bool holds) { return holds ? Truth::yes : Truth::no; }
inline constexpr Truth both(Truth a, Truth b) { return std::min(a, b); }
inline constexpr Truth either(Truth a, Truth b) { return std::max(a, b); }
inline constexpr Truth opposite(Truth a) {
  return static_cast<Truth>(2 - static_cast<std::uint8_t>(a));
}

}  // namespace sojourn
