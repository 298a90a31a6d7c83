#include <algorithm>
#include <cmath>

#include "adapters/geo/area_shape.h"
#include "adapters/geo/border.h"

namespace sojourn::geo {

EdgeBands::EdgeBands(std::int32_t origin_x, std::vector<Edge> edges)
    : origin_x_(origin_x), edges_(std::move(edges)) {
  std::int64_t max_y = -kLatMax;
  min_y_ = kLatMax;
  for (const Edge& edge : edges_) {
    min_y_ = std::min<std::int64_t>({min_y_, edge.a.y, edge.b.y});
    max_y = std::max<std::int64_t>({max_y, edge.a.y, edge.b.y});
  }
  const std::size_t count = std::clamp<std::size_t>(edges_.size() / 8, 1, 65'536);
  band_height_ = std::max<std::int64_t>(1, (max_y - min_y_) / static_cast<std::int64_t>(count) + 1);
  bands_.resize(count);
  for (std::uint32_t i = 0; i < edges_.size(); ++i) {
    const std::size_t last = band_of(std::max(edges_[i].a.y, edges_[i].b.y));
    for (std::size_t band = band_of(std::min(edges_[i].a.y, edges_[i].b.y)); band <= last; ++band) {
      bands_[band].push_back(i);
    }
  }
}

std::size_t EdgeBands::band_of(std::int64_t y) const {
  const std::int64_t band = (y - min_y_) / band_height_;
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(band, 0, static_cast<std::int64_t>(bands_.size()) - 1));
}

GridPoint EdgeBands::relative(LatLon at) const {
  const GridPoint point = to_grid(at);
  std::int64_t x = std::int64_t{point.x} - origin_x_;
  if (x < -kLonMax) x += 2 * std::int64_t{kLonMax};
  if (x >= kLonMax) x -= 2 * std::int64_t{kLonMax};
  return {static_cast<std::int32_t>(x), point.y};
}

LatLon EdgeBands::degrees(GridPoint point) const {
  return {point.y / kUnitsPerDegree, (double(point.x) + origin_x_) / kUnitsPerDegree};
}

template <class Visit>
void EdgeBands::visit_band(std::int64_t low_y, std::int64_t high_y, Visit visit) const {
  if (bands_.empty()) return;
  for (std::size_t band = band_of(low_y); band <= band_of(high_y); ++band) {
    for (std::uint32_t i : bands_[band]) {
      if (!visit(edges_[i])) return;
    }
  }
}

bool EdgeBands::holds(LatLon at) const {
  const GridPoint point = relative(at);
  bool inside = false;
  visit_band(point.y, point.y, [&](const Edge& edge) {
    if ((edge.a.y <= point.y) != (edge.b.y <= point.y)) {
      inside ^= is_left(edge.a, edge.b, point) == (edge.b.y < edge.a.y);
    }
    return true;
  });
  return inside;
}

bool EdgeBands::any_within(LatLon at, double radius_m) const {
  const SpacePoint from = to_space(at);
  bool found = false;
  const auto reach =
      static_cast<std::int64_t>(radius_m * 1.001 / kLatDegreeLeast_m * kUnitsPerDegree) + 2;
  const GridPoint point = relative(at);
  visit_band(point.y - reach, point.y + reach, [&](const Edge& edge) {
    found = edge_within(from, at, degrees(edge.a), degrees(edge.b), radius_m);
    return !found;
  });
  return found;
}

double EdgeBands::distance_m(LatLon at, double limit_m) const {
  const SpacePoint from = to_space(at);
  const auto reach =
      static_cast<std::int64_t>(limit_m * 1.001 / kLatDegreeLeast_m * kUnitsPerDegree) + 2;
  const GridPoint point = relative(at);
  double least = 2 * limit_m + 1;
  visit_band(point.y - reach, point.y + reach, [&](const Edge& edge) {
    const LatLon a = degrees(edge.a), b = degrees(edge.b);
    if (bound_edge_distance(from, a, b).least_m <= least) {
      least = std::min(least, edge_distance_m(at, a, b));
    }
    return true;
  });
  return least;
}

}  // namespace sojourn::geo
