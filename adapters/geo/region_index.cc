#include "adapters/geo/region_index.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "adapters/geo/geodesic.h"
#include "adapters/geo/region_cell.h"
#include "adapters/geo/region_cell_builder.h"

namespace sojourn::geo {

RegionIndex::RegionIndex(RegionMap map)
    : RegionIndex(std::make_shared<const RegionMap>(std::move(map))) {}

RegionIndex::RegionIndex(std::shared_ptr<const RegionMap> map)
    : map_(std::move(map)), edges_(*map_), rows_(kRootRows) {}

RegionIndex::~RegionIndex() {
  for (const std::atomic<RootRow*>& row : rows_) delete row.load(std::memory_order_relaxed);
}

RegionIndex::RootRow& RegionIndex::row_of_cells(std::uint32_t row) const {
  RootRow* built = rows_[row].load(std::memory_order_acquire);
  if (built != nullptr) return *built;
  const std::lock_guard<std::mutex> guard(rows_lock_);
  built = rows_[row].load(std::memory_order_acquire);
  if (built == nullptr) {
    built = build_row(row).release();
    rows_[row].store(built, std::memory_order_release);
  }
  return *built;
}

// A cell that no edge touches, nor any of the cells beside it, is uniform and far from all borders.
//
// A walk inside a cell's half-open square only meets edges that touch its closed square; those that
// merely end on the square's west or south side from outside are met by no moved point, so it is
// enough to know the cells of the half-open raster.
std::unique_ptr<RegionIndex::RootRow> RegionIndex::build_row(std::uint32_t row) const {
  std::vector<bool> near(kRootColumns, false);
  for (std::uint32_t r = row == 0 ? 0 : row - 1; r <= std::min(row + 1, kRootRows - 1); ++r) {
    for (std::uint32_t column : edges_.columns_with_edges(r)) {
      for (std::uint32_t step = kRootColumns - 1; step <= kRootColumns + 1; ++step)
        near[(column + step) % kRootColumns] = true;
    }
  }
  const std::vector<std::uint16_t> corners = edges_.corner_labels(row);
  const double clearance_m = far_clearance_m(row);
  auto made = std::make_unique<RootRow>(kRootColumns);
  for (std::uint32_t column = 0; column < kRootColumns; ++column) {
    const std::uint16_t label = corners[column];
    std::uint64_t root = 0;
    if (near[column]) {
      root = std::uint64_t{label} << 2 | cell::kUnbuilt;
    } else {
      root = cell::uniform(label, clearance_is_left_open(row, column) ? 0 : clearance_m);
    }
    (*made)[column].store(root, std::memory_order_relaxed);
  }
  return made;
}

std::uint16_t RegionIndex::walk(std::uint16_t label, GridPoint from, GridPoint to,
                                std::span<const EdgeId> edges) const {
  const GridPoint bend{from.x, to.y};
  for (EdgeId edge : edges) {
    const GridPoint a = map_->vertices[edge];
    const GridPoint b = map_->vertices[edge + 1];
    bool crossed = crosses_vertical(a, b, from, bend);
    crossed ^= crosses_horizontal(a, b, bend, to);
    if (crossed) label ^= edges_.toggle(edge);
  }
  return label;
}

RegionIndex::Found RegionIndex::find(GridPoint point) const {
  assert(point.x < kLonMax);
  const auto x = static_cast<std::uint32_t>(std::int64_t{point.x} + kLonMax);
  const auto y = static_cast<std::uint32_t>(std::int64_t{point.y} + kLatMax);
  const std::uint64_t root = this->root(y >> kRootShift, x >> kRootShift);
  if ((root & cell::kTagMask) == cell::kUniform) {
    const auto word = static_cast<std::uint32_t>(root);
    return {known(cell::label_of(word)), cell::clearance_of(word)};
  }
  const auto* block = reinterpret_cast<const std::uint32_t*>(root & ~std::uint64_t{cell::kTagMask});
  std::uint32_t word = block[0];
  int shift = kRootShift;
  while ((word & cell::kTagMask) == cell::kNode) {
    shift -= 2;
    word = block[(word >> 2) + ((y >> shift & 3) << 2 | (x >> shift & 3))];
  }
  if ((word & cell::kTagMask) == cell::kUniform)
    return {known(cell::label_of(word)), cell::clearance_of(word)};
  const std::uint32_t* leaf = block + (word >> 2);
  const std::uint32_t mask = (std::uint32_t{1} << shift) - 1;
  const GridPoint corner{static_cast<std::int32_t>(std::int64_t{x & ~mask} - kLonMax),
                         static_cast<std::int32_t>(std::int64_t{y & ~mask} - kLatMax)};
  const std::span<const EdgeId> edges(leaf + 1, *leaf & 0xFFFF);
  return {known(walk(static_cast<std::uint16_t>(*leaf >> 16), corner, point, edges)), 0};
}

std::uint64_t RegionIndex::root(std::uint32_t row, std::uint32_t column) const {
  std::atomic<std::uint64_t>& word = row_of_cells(row)[column];
  const std::uint64_t root = word.load(std::memory_order_acquire);
  return (root & cell::kTagMask) == cell::kUnbuilt ? build_root(row, column, word) : root;
}

std::uint64_t RegionIndex::build_root(std::uint32_t row, std::uint32_t column,
                                      std::atomic<std::uint64_t>& word) const {
  const std::lock_guard<std::mutex> guard(build_locks_[column % build_locks_.size()]);
  std::uint64_t root = word.load(std::memory_order_acquire);
  if ((root & cell::kTagMask) != cell::kUnbuilt) return root;  // another thread was faster
  const std::vector<std::uint32_t> words =
      RootCellBuilder(*this, row, column, static_cast<std::uint16_t>(root >> 2)).build();
  if (words.size() == 1) {
    root = words.front();
  } else {
    auto block = std::make_unique<std::uint32_t[]>(words.size());
    std::copy(words.begin(), words.end(), block.get());
    static_assert(alignof(std::max_align_t) > cell::kTagMask);
    root = reinterpret_cast<std::uintptr_t>(block.get()) | cell::kBlock;
    const std::lock_guard<std::mutex> keep(blocks_lock_);
    block_bytes_ += words.size() * sizeof(std::uint32_t);
    blocks_.push_back(std::move(block));
  }
  word.store(root, std::memory_order_release);
  return root;
}

void RegionIndex::build_all() const {
  for (std::uint32_t row = 0; row < kRootRows; ++row) {
    for (std::uint32_t column = 0; column < kRootColumns; ++column) root(row, column);
  }
}

void RegionIndex::collect_edges(const GridBox& box, std::vector<EdgeId>& edges) const {
  const std::uint32_t last_row = root_row(box.max_y), last_column = root_column(box.max_x);
  for (std::uint32_t row = root_row(box.min_y); row <= last_row; ++row) {
    for (std::uint32_t column = root_column(box.min_x); column <= last_column; ++column) {
      const std::uint64_t root = this->root(row, column);
      if ((root & cell::kTagMask) != cell::kBlock) continue;
      const auto* block =
          reinterpret_cast<const std::uint32_t*>(root & ~std::uint64_t{cell::kTagMask});
      const GridPoint corner = root_corner(row, column);
      struct Open {
        std::uint32_t word;
        std::int64_t x;
        std::int64_t y;
        int shift;
      };
      std::vector<Open> open{{block[0], corner.x, corner.y, kRootShift}};
      while (!open.empty()) {
        const Open here = open.back();
        open.pop_back();
        const std::int64_t size = std::int64_t{1} << here.shift;
        if (here.x > box.max_x || here.x + size < box.min_x || here.y > box.max_y ||
            here.y + size < box.min_y) {
          continue;
        }
        const std::uint32_t* content = block + (here.word >> 2);
        if ((here.word & cell::kTagMask) == cell::kLeaf) {
          edges.insert(edges.end(), content + 1, content + 1 + (*content & 0xFFFF));
        } else if ((here.word & cell::kTagMask) == cell::kNode) {
          const int shift = here.shift - 2;
          for (std::int64_t i = 0; i < 16; ++i) {
            open.push_back(
                {content[i], here.x + ((i & 3) << shift), here.y + ((i >> 2) << shift), shift});
          }
        }
      }
    }
  }
}

std::size_t RegionIndex::memory_bytes() const {
  const std::lock_guard<std::mutex> guard(blocks_lock_);
  const auto rows = std::count_if(rows_.begin(), rows_.end(),
                                  [](const auto& row) { return row.load() != nullptr; });
  return map_->vertices.capacity() * sizeof(GridPoint) + map_->arcs.capacity() * sizeof(RegionArc) +
         edges_.memory_bytes() + rows_.capacity() * sizeof(void*) +
         static_cast<std::size_t>(rows) * (sizeof(RootRow) + kRootColumns * sizeof(std::uint64_t)) +
         blocks_.capacity() * sizeof(void*) + block_bytes_;
}

}  // namespace sojourn::geo
