// Integer arithmetic that C++ leaves to its users.
#pragma once

#include <cstdint>

namespace sojourn {

// The quotient rounded towards minus infinity. Requires: divisor > 0.
inline constexpr std::int64_t floor_div(std::int64_t dividend, std::int64_t divisor) {
  std::int64_t quotient = dividend / divisor;
  return dividend % divisor < 0 ? quotient - 1 : quotient;
}

// What floor_div leaves: 0 to divisor - 1. Requires: divisor > 0.
inline constexpr std::int64_t floor_mod(std::int64_t dividend, std::int64_t divisor) {
  std::int64_t rest = dividend % divisor;
  return rest < 0 ? rest + divisor : rest;
}

}  // namespace sojourn
