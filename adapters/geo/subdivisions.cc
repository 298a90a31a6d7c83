#include "adapters/geo/subdivisions.h"

#include <algorithm>
#include <map>

#include "adapters/geo/border.h"

namespace sojourn::geo {
namespace {

// The owners' subdivisions whose edges lie within the radius, and their distances.
std::map<std::uint16_t, double> subdivisions_within(const Maps& maps, LatLon at, double radius_m,
                                                    const CountrySet& owners) {
  const RegionIndex& index = maps.subdivisions->index();
  const SpacePoint from = to_space(at);
  std::map<std::uint16_t, double> distance_m;
  for_each_edge_within(index, at, radius_m, [&](EdgeId edge) {
    const RegionArc& arc = index.arc_of(edge);
    const LatLon a = to_degrees(index.edge_begin(edge)), b = to_degrees(index.edge_end(edge));
    std::optional<double> exact;
    for (std::uint16_t label : {arc.left, arc.right}) {
      if (label == 0 || !maps.owners_of_subdivision[label].intersects(owners)) continue;
      const auto known = distance_m.find(label);
      if (known != distance_m.end() && known->second <= bound_edge_distance(from, a, b).least_m)
        continue;
      if (!exact) exact = edge_distance_m(at, a, b);
      if (known == distance_m.end() || *exact < known->second) distance_m[label] = *exact;
    }
    return true;
  });
  return distance_m;
}

}  // namespace

SubdivisionAnswer find_subdivisions(const Maps& maps, LatLon at, double uncertainty_m,
                                    const Place& place) {
  SubdivisionAnswer answer;
  const CountrySet owners = place.certain ? place.country.set() : place.possible;
  const CountrySet here = place.country.set();
  answer.nowhere_possible = place.country.none() || !place.certain;
  const std::uint16_t label = maps.subdivisions->index().find(to_grid(at)).label;
  if (label != 0 && maps.owners_of_subdivision[label].intersects(here)) {
    answer.possible.push_back(label);
    if (maps.subdivisions->index().find(to_grid(at)).clearance_m <= uncertainty_m &&
        uncertainty_m > 0) {
      for (const auto& [near, distance] : subdivisions_within(maps, at, uncertainty_m, owners)) {
        answer.possible.push_back(near);
      }
    }
  } else if (!owners.empty()) {
    std::map<std::uint16_t, double> near;
    for (double radius_m : {2'000.0, 10'000.0, kSubdivisionReach_m}) {
      near = subdivisions_within(maps, at, radius_m + 2 * uncertainty_m, owners);
      const bool found = std::any_of(near.begin(), near.end(),
                                     [&](const auto& n) { return n.second <= radius_m; });
      if (found) break;
    }
    double least = kSubdivisionReach_m + 2 * uncertainty_m;
    for (const auto& [found, distance] : near) least = std::min(least, distance);
    // Somewhere within the uncertainty, another subdivision may be the nearest; or none in reach.
    for (const auto& [found, distance] : near) {
      if (distance <= least + 2 * uncertainty_m &&
          distance <= kSubdivisionReach_m + uncertainty_m) {
        answer.possible.push_back(found);
        if (uncertainty_m == 0) break;  // equally near: the first by code
      }
    }
    answer.nowhere_possible |=
        answer.possible.empty() || least > kSubdivisionReach_m - uncertainty_m;
  }
  std::sort(answer.possible.begin(), answer.possible.end());
  answer.possible.erase(std::unique(answer.possible.begin(), answer.possible.end()),
                        answer.possible.end());
  return answer;
}

}  // namespace sojourn::geo
