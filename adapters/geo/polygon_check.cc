// Whether rings make a polygon: the cartesian checks of Boost.Geometry, on grid coordinates (which
// doubles hold exactly).
#include <boost/geometry/algorithms/correct.hpp>
#include <boost/geometry/algorithms/envelope.hpp>
#include <boost/geometry/algorithms/intersects.hpp>
#include <boost/geometry/algorithms/is_valid.hpp>
#include <boost/geometry/algorithms/touches.hpp>
#include <boost/geometry/geometries/box.hpp>
#include <boost/geometry/geometries/point_xy.hpp>
#include <boost/geometry/geometries/polygon.hpp>

#include "adapters/geo/area_shape.h"

namespace sojourn::geo {
namespace {

namespace bg = boost::geometry;
using Point = bg::model::d2::point_xy<double>;
using Polygon = bg::model::polygon<Point>;

const char* fault_text(bg::validity_failure_type fault) {
  switch (fault) {
    case bg::no_failure:
      return "";
    case bg::failure_few_points:
    case bg::failure_wrong_topological_dimension:
      return "it has fewer than three corners";
    case bg::failure_spikes:
      return "an edge doubles back on itself";
    case bg::failure_self_intersections:
    case bg::failure_wrong_orientation:  // after correction only where two halves wind against each
                                         // other
      return "its edges cross";
    case bg::failure_interior_rings_outside:
      return "a hole lies outside of it";
    case bg::failure_nested_interior_rings:
      return "a hole lies in another hole";
    case bg::failure_disconnected_interior:
      return "its holes cut it apart";
    default:
      return "its rings make no polygon";
  }
}

// Parts may share edges (the two halves of a shape cut along the antimeridian do), not area.
bool any_overlap(const std::vector<Polygon>& polygons) {
  using Box = bg::model::box<Point>;
  std::vector<Box> boxes;
  for (const Polygon& polygon : polygons) boxes.push_back(bg::return_envelope<Box>(polygon));
  for (std::size_t i = 0; i < polygons.size(); ++i) {
    for (std::size_t k = i + 1; k < polygons.size(); ++k) {
      if (!bg::intersects(boxes[i], boxes[k])) continue;
      if (bg::intersects(polygons[i], polygons[k]) && !bg::touches(polygons[i], polygons[k]))
        return true;
    }
  }
  return false;
}

}  // namespace

std::string polygon_fault(const std::vector<std::vector<std::vector<GridPoint>>>& parts) {
  try {
    std::vector<Polygon> polygons;
    for (const auto& part : parts) {
      Polygon polygon;
      polygon.inners().resize(part.size() - 1);
      for (std::size_t i = 0; i < part.size(); ++i) {
        auto& ring = i == 0 ? polygon.outer() : polygon.inners()[i - 1];
        for (GridPoint corner : part[i]) ring.emplace_back(corner.x, corner.y);
      }
      bg::correct(polygon);  // closed, and turned the right way
      bg::validity_failure_type fault = bg::no_failure;
      if (!bg::is_valid(polygon, fault)) return fault_text(fault);
      polygons.push_back(std::move(polygon));
    }
    return any_overlap(polygons) ? "its parts overlap" : "";
  } catch (const bg::exception&) {
    return "its rings make no polygon";
  }
}

}  // namespace sojourn::geo
