// Private to the region index: cuts one root cell into its block of words.
#pragma once

#include <cstdint>
#include <vector>

#include "adapters/geo/region_index.h"

namespace sojourn::geo {

class RootCellBuilder {
 public:
  RootCellBuilder(const RegionIndex& index, std::uint32_t row, std::uint32_t column,
                  std::uint16_t corner_label);

  // The block's words, or a single uniform word when no edge touches the cell.
  std::vector<std::uint32_t> build();

 private:
  struct Cell {  // [x, x + size) x [y, y + size), in grid units from (-180, -90)
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    int shift = 0;
    std::uint16_t corner = 0;
  };

  std::uint32_t build_cell(const Cell& cell, const std::vector<EdgeId>& edges,
                           const std::vector<EdgeId>& near);
  std::uint32_t build_node(const Cell& cell, const std::vector<EdgeId>& edges,
                           const std::vector<EdgeId>& near);
  std::uint32_t build_leaf(const Cell& cell, const std::vector<EdgeId>& edges);
  double clearance_m(const Cell& cell, const std::vector<EdgeId>& near) const;
  std::vector<EdgeId> edges_nearby() const;

  const RegionIndex& index_;
  std::uint32_t row_;
  std::uint32_t column_;
  std::uint16_t corner_label_;
  std::vector<std::uint32_t> words_;
};

// Beside the antimeridian the neighbours lie at the other end of the grid; there, and at the poles,
// clearance is left to exact distances.
bool clearance_is_left_open(std::uint32_t row, std::uint32_t column);

// The clearance of a root cell of this row none of whose eight neighbours has an edge, where it is
// not left open.
double far_clearance_m(std::uint32_t row);

}  // namespace sojourn::geo
