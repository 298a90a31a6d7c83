// Private to adapters/geo: one drawn area (circle, polygon, corridor), made ready for questions.
//
// A shape answers two: does it hold a point, exactly; and is its boundary within a distance of it.
// Three-valued membership follows: a fix is inside when the point is, and no boundary is nearer
// than the fix's uncertainty.
#pragma once

#include <vector>

#include "adapters/geo/geodesic.h"
#include "adapters/geo/region_index.h"

namespace sojourn::geo {

// Straight edges in longitude and latitude, found by latitude. Longitudes count from an origin in
// the middle of the shape, so that the antimeridian is nowhere special.
class EdgeBands {
 public:
  struct Edge {
    GridPoint a;  // x relative to the origin
    GridPoint b;
  };
  EdgeBands() = default;
  // Requires: every |x| at most kLonMax.
  EdgeBands(std::int32_t origin_x, std::vector<Edge> edges);

  // Counting crossings on the parallel of the point, on moved points (grid_point.h).
  bool holds(LatLon at) const;
  bool any_within(LatLon at, double radius_m) const;
  // Geodesic, to the nearest edge, if that is at most `limit_m`; otherwise something larger.
  double distance_m(LatLon at, double limit_m) const;
  const std::vector<Edge>& edges() const { return edges_; }
  LatLon degrees(GridPoint point) const;  // longitudes may run past 180
  GridPoint relative(LatLon at) const;

 private:
  template <class Visit>
  void visit_band(std::int64_t low_y, std::int64_t high_y, Visit visit) const;
  std::size_t band_of(std::int64_t y) const;

  std::int32_t origin_x_ = 0;
  std::vector<Edge> edges_;
  std::int64_t min_y_ = 0;
  std::int64_t band_height_ = 1;
  std::vector<std::vector<std::uint32_t>> bands_;
};

class AreaShape {
 public:
  // Checks the area and says in the error which one is wrong, and why.
  static Result<AreaShape> make(const Area& area);

  bool holds(LatLon at) const;
  // The fix's point and everything within `uncertainty_m`.
  Membership membership(LatLon at, double uncertainty_m) const;
  // Boxes that hold all of it: one, or two beside the antimeridian.
  std::vector<GridBox> boxes() const;
  // Closed or open polylines within metres of its boundary, for finding crossings.
  std::vector<std::vector<LatLon>> outlines() const;

 private:
  AreaShape() = default;
  Area::Kind kind_ = Area::Kind::circle;
  LatLon centre_;
  double radius_m_ = 0;
  EdgeBands edges_;
};

// Area kinds in words, and the area's name if it has one: "polygon `port`".
std::string describe(const Area& area);

// Why the rings are no polygon, or "".
std::string polygon_fault(const std::vector<std::vector<std::vector<GridPoint>>>& parts);

}  // namespace sojourn::geo
