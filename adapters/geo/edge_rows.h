// Private to the region index: which edges touch which root cell, found out a row of cells at a
// time, when the row is first asked for. Who asks about three countries pays for theirs.
//
// Any thread (a row is built under a lock, published once).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "adapters/geo/region_map.h"
#include "adapters/geo/root_grid.h"

namespace sojourn::geo {

class EdgeRows {
 public:
  // Requires: check_region_map(map); the map outlives this.
  explicit EdgeRows(const RegionMap& map);
  ~EdgeRows();
  EdgeRows(const EdgeRows&) = delete;
  EdgeRows& operator=(const EdgeRows&) = delete;

  // left ^ right of the edge's arc; 0 where there is no edge, and along the antimeridian and at the
  // poles, where edges separate nothing.
  std::uint16_t toggle(EdgeId edge) const { return toggles_[edge]; }

  // The edges that touch the cell, in order.
  std::span<const EdgeId> in_cell(std::uint32_t row, std::uint32_t column) const;
  // The columns of the row's cells that edges touch, ascending.
  std::vector<std::uint32_t> columns_with_edges(std::uint32_t row) const;
  // The label at the south-west corner of each of the row's cells.
  std::vector<std::uint16_t> corner_labels(std::uint32_t row) const;

  std::size_t memory_bytes() const;

 private:
  struct Cell {
    std::uint32_t column = 0;
    std::uint32_t first = 0;  // of Row::edges
    std::uint32_t count = 0;
  };
  struct Row {
    std::vector<Cell> cells;  // those with edges, by column
    std::vector<EdgeId> edges;
  };

  void list_chunks_by_row(const std::vector<std::uint32_t>& first_rows,
                          const std::vector<std::uint32_t>& last_rows);
  template <class Visit>
  void for_each_edge_near(std::uint32_t row, Visit visit) const;
  const Row& row(std::uint32_t row) const;
  std::unique_ptr<const Row> build(std::uint32_t row) const;

  const RegionMap& map_;
  std::vector<std::uint16_t> toggles_;  // by edge
  // Edges in chunks of consecutive ones, by the rows that the chunk reaches into:
  // row_chunks_[chunks_begin_[row]] up to chunks_begin_[row + 1].
  std::vector<std::uint32_t> chunks_begin_;
  std::vector<std::uint32_t> row_chunks_;
  mutable std::vector<std::atomic<const Row*>> rows_;
  mutable std::mutex build_lock_;
};

}  // namespace sojourn::geo
