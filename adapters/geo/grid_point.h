// Private to adapters/geo and geodata: positions as whole numbers, and the one exact predicate.
//
// A grid point counts 1e-7 degrees (11 mm at most). Every question "which side" is answered in
// integers, at a point moved by an infinitesimal (epsilon, delta) with epsilon much larger than
// delta, both positive. A moved point lies on no edge and on no vertex, so there are no special
// cases anywhere else, and neighbours that share an edge never both hold a point or both miss it.
#pragma once

#include <cmath>
#include <compare>
#include <cstdint>

#include "engine/base/gazetteer.h"

namespace sojourn::geo {

inline constexpr double kUnitsPerDegree = 1e7;
inline constexpr std::int32_t kLonMax = 1'800'000'000;
inline constexpr std::int32_t kLatMax = 900'000'000;

struct GridPoint {
  std::int32_t x = 0;  // longitude
  std::int32_t y = 0;  // latitude
  friend auto operator<=>(const GridPoint&, const GridPoint&) = default;
};

// Requires: check_position(at). Longitude 180 becomes -180.
inline GridPoint to_grid(LatLon at) {
  auto x = static_cast<std::int32_t>(std::lround(at.lon * kUnitsPerDegree));
  const auto y = static_cast<std::int32_t>(std::lround(at.lat * kUnitsPerDegree));
  if (x >= kLonMax) x = -kLonMax;
  return {x, y};
}

inline LatLon to_degrees(GridPoint point) {
  return {point.y / kUnitsPerDegree, point.x / kUnitsPerDegree};
}

// Is the moved point `q` to the left of the directed line a to b? Requires: a != b.
// The products stay below 2^63: spans are at most 3.6e9 and 1.8e9.
inline bool is_left(GridPoint a, GridPoint b, GridPoint q) {
  const std::int64_t dx = std::int64_t{b.x} - a.x;
  const std::int64_t dy = std::int64_t{b.y} - a.y;
  const std::int64_t rise = dx * (std::int64_t{q.y} - a.y);
  const std::int64_t run = dy * (std::int64_t{q.x} - a.x);
  if (rise != run) return rise > run;
  return dy != 0 ? dy < 0 : dx > 0;  // epsilon decides, and delta where epsilon cannot
}

// Does the way from the moved point (from.x, y) to the moved point (to.x, y) cross the edge?
inline bool crosses_horizontal(GridPoint a, GridPoint b, GridPoint from, GridPoint to) {
  return (a.y <= from.y) != (b.y <= from.y) && is_left(a, b, from) != is_left(a, b, to);
}

// The same for the way from (x, from.y) to (x, to.y).
inline bool crosses_vertical(GridPoint a, GridPoint b, GridPoint from, GridPoint to) {
  return (a.x <= from.x) != (b.x <= from.x) && is_left(a, b, from) != is_left(a, b, to);
}

}  // namespace sojourn::geo
