#include "adapters/geo/border.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "adapters/geo/geodesic.h"

namespace sojourn::geo {

std::vector<GridBox> boxes_around(LatLon at, double radius_m) {
  // A little more than the radius, in degrees.
  const double half_lat = radius_m * 1.001 / kLatDegreeLeast_m + 2e-7;
  const double south = std::max(-90.0, at.lat - half_lat);
  const double north = std::min(90.0, at.lat + half_lat);
  auto grid = [](double degrees, std::int32_t max) {
    return static_cast<std::int32_t>(
        std::clamp<double>(std::round(degrees * kUnitsPerDegree), -max, max));
  };
  GridBox box{-kLonMax, grid(south, kLatMax), kLonMax - 1, grid(north, kLatMax)};
  const double cosine =
      std::cos(std::max(std::abs(south), std::abs(north)) * std::numbers::pi / 180);
  const double half_lon =
      cosine > 1e-6 ? radius_m * 1.001 / (kLonDegreeLeast_m * cosine) + 2e-7 : 360;
  if (half_lon >= 180) return {box};
  const double west = at.lon - half_lon, east = at.lon + half_lon;
  box.min_x = grid(west, kLonMax);
  box.max_x = grid(east, kLonMax);
  std::vector<GridBox> boxes{box};
  if (west < -180) boxes.push_back({grid(west + 360, kLonMax), box.min_y, kLonMax, box.max_y});
  if (east > 180) boxes.push_back({-kLonMax, box.min_y, grid(east - 360, kLonMax), box.max_y});
  return boxes;
}

bool edge_within(const SpacePoint& from, LatLon at, LatLon a, LatLon b, double radius_m) {
  const DistanceBounds bounds = bound_edge_distance(from, a, b);
  if (bounds.least_m > radius_m) return false;
  if (bounds.most_m < radius_m) return true;
  return to_millimetres(edge_distance_m(at, a, b)) <= to_millimetres(radius_m);
}

}  // namespace sojourn::geo
