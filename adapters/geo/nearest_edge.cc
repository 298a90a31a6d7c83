// The nearest border of a region, by growing rings of root cells around the point.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "adapters/geo/border.h"
#include "adapters/geo/geodesic.h"
#include "adapters/geo/region_index.h"

namespace sojourn::geo {
namespace {

constexpr double kRootDegrees = double{kRootSize} / kUnitsPerDegree;

// Every cell more than `ring` rings away is farther than this: over the parallels, or over the
// meridians at the latitude nearest to a pole that so short a way can reach.
double beyond_ring_m(LatLon at, int ring) {
  const double degrees = ring * kRootDegrees;
  const double across = kLatDegreeLeast_m * degrees;
  // A great circle to a meridian `d` away at latitude f is at least R asin(cos f sin d) long.
  if (degrees >= 90) return kLatDegreeLeast_m * (90 - std::abs(at.lat));
  const double radians = std::numbers::pi / 180;
  const double along =
      std::asin(std::cos(at.lat * radians) * std::sin(degrees * radians)) * 6'335'000.0;
  return std::min(across, along);
}

}  // namespace

std::optional<RegionIndex::Nearest> RegionIndex::nearest_edge(LatLon at,
                                                              std::uint16_t label) const {
  const GridPoint point = to_grid(at);
  const SpacePoint from = to_space(at);
  const auto row = static_cast<int>(root_row(point.y));
  const auto column = static_cast<int>(root_column(point.x));
  constexpr int kColumnCount = static_cast<int>(kRootColumns);
  struct Candidate {
    double least_m;
    EdgeId edge;
  };
  std::vector<Candidate> candidates;
  double most_m = 1e9;  // some edge is no farther than this
  auto visit_cell = [&](int r, int c) {
    const auto around = static_cast<std::uint32_t>((c + 2 * kColumnCount) % kColumnCount);
    for (EdgeId edge : edges_.in_cell(static_cast<std::uint32_t>(r), around)) {
      const DistanceBounds bounds =
          bound_edge_distance(from, to_degrees(edge_begin(edge)), to_degrees(edge_end(edge)));
      if (bounds.least_m > most_m) continue;
      const RegionArc& arc = arc_of(edge);
      if (arc.left != label && arc.right != label) continue;
      most_m = std::min(most_m, bounds.most_m);
      candidates.push_back({bounds.least_m, edge});
    }
  };
  // One ring more than the distance asks for, because the last column is narrower.
  for (int ring = 0; ring <= kColumnCount / 2 + 1; ++ring) {
    if (ring > 1 && beyond_ring_m(at, ring - 2) > most_m) break;
    for (int r = std::max(0, row - ring); r <= std::min<int>(kRootRows - 1, row + ring); ++r) {
      const bool whole = r == row - ring || r == row + ring;
      const int half = std::min(ring, kColumnCount / 2 + 1);
      for (int c = column - half; c <= column + half; c += whole || half == 0 ? 1 : 2 * half)
        visit_cell(r, c);
    }
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::pair{a.least_m, a.edge} < std::pair{b.least_m, b.edge};
  });
  std::optional<Nearest> nearest;
  for (const Candidate& candidate : candidates) {
    if (nearest && candidate.least_m > nearest->distance_m) break;
    const double distance_m = edge_distance_m(at, to_degrees(edge_begin(candidate.edge)),
                                              to_degrees(edge_end(candidate.edge)));
    if (!nearest || distance_m < nearest->distance_m) nearest = Nearest{candidate.edge, distance_m};
  }
  return nearest;
}

}  // namespace sojourn::geo
