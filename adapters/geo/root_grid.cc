#include "adapters/geo/root_grid.h"

#include <algorithm>

namespace sojourn::geo {

bool edge_touches(GridPoint a, GridPoint b, const GridBox& box) {
  if (std::max(a.x, b.x) < box.min_x || std::min(a.x, b.x) > box.max_x) return false;
  if (std::max(a.y, b.y) < box.min_y || std::min(a.y, b.y) > box.max_y) return false;
  const std::int64_t dx = std::int64_t{b.x} - a.x;
  const std::int64_t dy = std::int64_t{b.y} - a.y;
  auto side = [&](std::int32_t x, std::int32_t y) {
    const std::int64_t rise = dx * (std::int64_t{y} - a.y);
    const std::int64_t run = dy * (std::int64_t{x} - a.x);
    return (rise > run) - (rise < run);
  };
  const int south_west = side(box.min_x, box.min_y);
  if (south_west == 0) return true;
  return side(box.max_x, box.min_y) != south_west || side(box.min_x, box.max_y) != south_west ||
         side(box.max_x, box.max_y) != south_west;
}

GridBox root_box(std::uint32_t row, std::uint32_t column) {
  const GridPoint corner = root_corner(row, column);
  return {corner.x, corner.y,
          static_cast<std::int32_t>(std::min<std::int64_t>(corner.x + kRootSize, kLonMax)),
          static_cast<std::int32_t>(std::min<std::int64_t>(corner.y + kRootSize, kLatMax))};
}

}  // namespace sojourn::geo
