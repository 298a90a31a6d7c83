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
// Construction sorts edges into root cells only (tens of milliseconds for a million edges). A root
// cell is cut up when the first query falls into it; a fleet that lives in three countries pays,
// in time and memory, for three countries.
//
// Immutable as seen from outside; any thread (a root cell is built under a lock, published once).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "adapters/geo/region_map.h"

namespace sojourn::geo {

using EdgeId = std::uint32_t;  // the edge from vertex i to vertex i + 1

// Closed; min_x <= max_x.
struct GridBox {
  std::int32_t min_x = 0;
  std::int32_t min_y = 0;
  std::int32_t max_x = 0;
  std::int32_t max_y = 0;
};

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
  const RegionArc& arc_of(EdgeId edge) const;

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

  // Root cells, for those who walk over them.
  static constexpr int kRootShift = 21;
  static constexpr std::uint32_t kColumns = (3'600'000'000u >> kRootShift) + 1;
  static constexpr std::uint32_t kRows = (1'800'000'000u >> kRootShift) + 1;

 private:
  friend class RootCellBuilder;
  struct Bucket {  // the edges that touch one root cell, or none where a neighbour has some
    std::uint32_t cell = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::uint16_t corner = 0;
  };

  struct EdgeRun {  // edges one after the other that touch one root cell
    std::uint32_t cell = 0;
    EdgeId first = 0;
    std::uint32_t count = 0;
  };

  void sort_edges_into_buckets();
  std::vector<EdgeRun> edge_runs() const;  // by cell, then edge
  std::vector<std::uint16_t> corner_labels() const;
  std::uint64_t build_root(std::uint32_t cell) const;
  const Bucket* bucket_of(std::uint32_t cell) const;
  std::span<const EdgeId> edges_of(const Bucket& bucket) const;
  std::uint16_t walk(std::uint16_t label, GridPoint from, GridPoint to,
                     std::span<const EdgeId> edges) const;

  std::shared_ptr<const RegionMap> map_;
  std::vector<std::uint16_t> toggles_;  // per edge, left ^ right; 0: no edge, or one along a seam
  std::vector<EdgeId> bucket_edges_;
  std::vector<Bucket> buckets_;
  mutable std::vector<std::atomic<std::uint64_t>> roots_;
  mutable std::array<std::mutex, 64> build_locks_;
  mutable std::mutex blocks_lock_;
  mutable std::vector<std::unique_ptr<std::uint32_t[]>> blocks_;
  mutable std::size_t block_bytes_ = 0;
};

}  // namespace sojourn::geo
