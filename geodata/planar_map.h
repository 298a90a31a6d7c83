// Turns overlapping polygons into a division of the plane: edges that meet only at their ends,
// faces, and the set of source regions that hold each face.
//
// Neighbours in the published maps share most of their borders exactly; where a source simplified
// them apart, their edges cross. Every crossing becomes a corner (rounded to the map's unit, again
// and again until nothing crosses), edges used by several regions become one, and faces are found
// by walking around them. After that each edge knows its two faces, and a face can be given one
// label.
#pragma once

#include <cstdint>
#include <vector>

#include "adapters/geo/region_map.h"
#include "geodata/map_source.h"

namespace sojourn::geodata {

using RegionId = std::uint32_t;
using RegionSet = std::vector<RegionId>;  // sorted

class PlanarMapBuilder {
 public:
  explicit PlanarMapBuilder(std::int32_t unit) : unit_(unit) {}
  void add(RegionId region, const std::vector<Ring>& polygon);

 private:
  friend class PlanarMap;
  struct Use {
    geo::GridPoint a;  // a < b
    geo::GridPoint b;
    RegionId region;
    friend auto operator<=>(const Use&, const Use&) = default;
  };
  std::int32_t unit_;
  std::vector<Use> uses_;
};

class PlanarMap {
 public:
  explicit PlanarMap(PlanarMapBuilder builder);

  // A face with everything that bounds it, its holes' edges as well. The first face is the
  // outermost.
  struct Face {
    RegionSet regions;
    double area_m2 = 0;  // meaningless for the outermost
    double perimeter_m = 0;
    std::vector<std::uint32_t> half_edges;
  };
  const std::vector<Face>& faces() const { return faces_; }
  // The face on the other side of a half-edge.
  std::uint32_t face_across(std::uint32_t half_edge) const { return face_of_[half_edge ^ 1]; }
  double length_m(std::uint32_t half_edge) const;
  std::size_t edge_count() const { return edges_.size(); }
  std::size_t split_count() const { return split_count_; }

  // Borders between faces of different labels, chained into arcs. Fills vertices and arcs.
  // Requires: one label per face.
  void write_arcs(const std::vector<std::uint16_t>& label_of_face, geo::RegionMap& map) const;

 private:
  struct Edge {
    std::uint32_t a = 0;  // vertices; half-edge 2i goes from a to b, half-edge 2i + 1 back
    std::uint32_t b = 0;
    std::uint32_t regions = 0;  // index into sets_: those that have the edge as border
  };

  bool split_crossings(std::vector<PlanarMapBuilder::Use>& uses);
  void number_vertices(std::vector<PlanarMapBuilder::Use>& uses);
  void link_half_edges();
  std::vector<Face> walk_rings();
  void join_rings(std::vector<Face> rings);
  void label_faces();
  // The half-edge that has the points just west of `point` on its left; none on the far west.
  std::optional<std::uint32_t> half_edge_west_of(geo::GridPoint point,
                                                 const std::vector<std::uint32_t>& edges) const;

  std::uint32_t origin(std::uint32_t half_edge) const {
    return half_edge & 1 ? edges_[half_edge >> 1].b : edges_[half_edge >> 1].a;
  }

  std::int32_t unit_;
  std::size_t split_count_ = 0;
  std::vector<geo::GridPoint> points_;  // sorted by longitude, then latitude
  std::vector<Edge> edges_;
  std::vector<RegionSet> sets_;
  std::vector<std::uint32_t> around_;        // half-edges by origin, counter-clockwise from west
  std::vector<std::uint32_t> around_begin_;  // per vertex, and one past the end
  std::vector<std::uint32_t> next_;          // the next half-edge around the face on the left
  std::vector<std::uint32_t> face_of_;       // of the face on the left of each half-edge
  std::vector<Face> faces_;
};

RegionSet toggled(const RegionSet& set, const RegionSet& by);

}  // namespace sojourn::geodata
