// Private to adapters/geo: the borders around a point, by exact distance.
#pragma once

#include <vector>

#include "adapters/geo/geodesic.h"
#include "adapters/geo/region_index.h"

namespace sojourn::geo {

// Boxes that hold every point within `radius_m` of `at`: one, or two beside the antimeridian.
std::vector<GridBox> boxes_around(LatLon at, double radius_m);

// Is the edge within (or exactly at) the distance? Geodesic, to the millimetre.
bool edge_within(const SpacePoint& from, LatLon at, LatLon a, LatLon b, double radius_m);

// Calls visit(edge) for edges within the radius, some more than once, until it returns false.
template <class Visit>
void for_each_edge_within(const RegionIndex& index, LatLon at, double radius_m, Visit visit) {
  std::vector<EdgeId> edges;
  for (const GridBox& box : boxes_around(at, radius_m)) {
    edges.clear();
    index.collect_edges(box, edges);
    if (edges.empty()) continue;
    const SpacePoint from = to_space(at);
    for (EdgeId edge : edges) {
      const GridPoint a = index.edge_begin(edge), b = index.edge_end(edge);
      if (std::max(a.x, b.x) < box.min_x || std::min(a.x, b.x) > box.max_x ||
          std::max(a.y, b.y) < box.min_y || std::min(a.y, b.y) > box.max_y) {
        continue;
      }
      if (edge_within(from, at, to_degrees(a), to_degrees(b), radius_m) && !visit(edge)) return;
    }
  }
}

}  // namespace sojourn::geo
