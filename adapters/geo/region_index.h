// Which label of a RegionMap holds a point, and how far the nearest border is at least.
//
// The Earth is cut into root cells of 2^21 grid units (0.21 degree). A root cell that borders touch
// is cut 4x4, again and again, until at most 8 edges touch a leaf. A leaf stores the label at its
// south-west corner and its edges; a query walks from that corner north, then east, to the point,
// and at each edge it crosses moves to the label on the edge's other side. All of it is done in
// integers on moved points (grid_point.h), so the answer is exactly that of counting crossings over
// the whole map. A cell without edges stores one label and a lower bound of the distance to the
// nearest edge outside it, which answers most questions of certainty by itself.
//
// Construction only notes which edges lie where (a few milliseconds for a million). A row of root
// cells is made when a query first falls into it, and a root cell is cut up likewise; a fleet that
// lives in three countries pays, in time and memory, for three countries.
//
// Immutable as seen from outside; any thread (a row, and a root cell, is built under a lock and
// published once).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "adapters/geo/edge_rows.h"
#include "adapters/geo/region_map.h"
#include "adapters/geo/root_grid.h"

namespace sojourn::geo {

class RegionIndex {
 public:
  // Requires: check_region_map(map).
  explicit RegionIndex(RegionMap map);
  explicit RegionIndex(std::shared_ptr<const RegionMap> map);
  ~RegionIndex();
  RegionIndex(const RegionIndex&) = delete;
  RegionIndex& operator=(const RegionIndex&) = delete;

  struct Found {
    std::uint16_t label = 0;
    std::uint32_t clearance_m = 0;  // no edge is nearer than this
  };
  // Requires: point.x < kLonMax (to_grid sees to that).
  Found find(GridPoint point) const;

  const RegionMap& map() const { return *map_; }
  GridPoint edge_begin(EdgeId edge) const { return map_->vertices[edge]; }
  GridPoint edge_end(EdgeId edge) const { return map_->vertices[edge + 1]; }
  const RegionArc& arc_of(EdgeId edge) const { return map_->arc_of(edge); }

  // Appends every edge that may touch the box, some of them more than once. Edges along the
  // antimeridian and at the poles, which separate nothing, are never among them.
  void collect_edges(const GridBox& box, std::vector<EdgeId>& edges) const;

  // The label's nearest edge, by growing rings of root cells; absent when it has none.
  struct Nearest {
    EdgeId edge = 0;
    double distance_m = 0;
  };
  std::optional<Nearest> nearest_edge(LatLon at, std::uint16_t label) const;

  // Bytes held, including the root cells built so far.
  std::size_t memory_bytes() const;
  // Builds every root cell (benchmarks; servers that prefer to pay at the start).
  void build_all() const;

 private:
  // Labels are summed up across borders; where a map's do not fit each other that may be none.
  std::uint16_t known(std::uint16_t label) const {
    return label < map_->labels.size() ? label : std::uint16_t{0};
  }
  friend class RootCellBuilder;
  using RootRow = std::vector<std::atomic<std::uint64_t>>;  // region_cell.h

  std::uint64_t root(std::uint32_t row, std::uint32_t column) const;
  RootRow& row_of_cells(std::uint32_t row) const;
  std::unique_ptr<RootRow> build_row(std::uint32_t row) const;
  std::uint64_t build_root(std::uint32_t row, std::uint32_t column,
                           std::atomic<std::uint64_t>& root) const;
  std::uint16_t walk(std::uint16_t label, GridPoint from, GridPoint to,
                     std::span<const EdgeId> edges) const;

  std::shared_ptr<const RegionMap> map_;
  EdgeRows edges_;
  mutable std::vector<std::atomic<RootRow*>> rows_;
  mutable std::mutex rows_lock_;
  mutable std::array<std::mutex, 64> build_locks_;
  mutable std::mutex blocks_lock_;
  mutable std::vector<std::unique_ptr<std::uint32_t[]>> blocks_;
  mutable std::size_t block_bytes_ = 0;
};

}  // namespace sojourn::geo
