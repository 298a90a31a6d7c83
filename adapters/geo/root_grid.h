// Private to adapters/geo: boxes on the grid, and the raster of root cells, 2^21 grid units (0.21
// degree) each, counted from (-180, -90).
#pragma once

#include <cstdint>

#include "adapters/geo/grid_point.h"

namespace sojourn::geo {

// Closed; min_x <= max_x.
struct GridBox {
  std::int32_t min_x = 0;
  std::int32_t min_y = 0;
  std::int32_t max_x = 0;
  std::int32_t max_y = 0;
};

// Does the edge touch the closed box? Exact.
bool edge_touches(GridPoint a, GridPoint b, const GridBox& box);

inline constexpr int kRootShift = 21;
inline constexpr std::int64_t kRootSize = std::int64_t{1} << kRootShift;
inline constexpr std::uint32_t kRootColumns = (3'600'000'000u >> kRootShift) + 1;
inline constexpr std::uint32_t kRootRows = (1'800'000'000u >> kRootShift) + 1;

inline std::uint32_t root_column(std::int32_t x) {
  return static_cast<std::uint32_t>(std::int64_t{x} + kLonMax) >> kRootShift;
}
inline std::uint32_t root_row(std::int32_t y) {
  return static_cast<std::uint32_t>(std::int64_t{y} + kLatMax) >> kRootShift;
}
// South-west.
inline GridPoint root_corner(std::uint32_t row, std::uint32_t column) {
  return {static_cast<std::int32_t>(std::int64_t{column} * kRootSize - kLonMax),
          static_cast<std::int32_t>(std::int64_t{row} * kRootSize - kLatMax)};
}
GridBox root_box(std::uint32_t row, std::uint32_t column);

}  // namespace sojourn::geo
