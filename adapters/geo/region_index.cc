#include "adapters/geo/region_index.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "adapters/geo/geodesic.h"
#include "adapters/geo/region_cell.h"
#include "adapters/geo/region_cell_builder.h"

namespace sojourn::geo {
namespace {

constexpr std::uint32_t kCells = RegionIndex::kColumns * RegionIndex::kRows;
constexpr std::int64_t kRootSize = std::int64_t{1} << RegionIndex::kRootShift;

std::uint32_t column_of(std::int32_t x) {
  return static_cast<std::uint32_t>(std::int64_t{x} + kLonMax) >> RegionIndex::kRootShift;
}
std::uint32_t row_of(std::int32_t y) {
  return static_cast<std::uint32_t>(std::int64_t{y} + kLatMax) >> RegionIndex::kRootShift;
}
GridPoint root_corner(std::uint32_t column, std::uint32_t row) {
  return {static_cast<std::int32_t>(std::int64_t{column} * kRootSize - kLonMax),
          static_cast<std::int32_t>(std::int64_t{row} * kRootSize - kLatMax)};
}

bool lies_on_seam(GridPoint a, GridPoint b) {
  return (a.x == b.x && std::abs(a.x) == kLonMax) || (a.y == b.y && std::abs(a.y) == kLatMax);
}

// Calls visit(cell) for every root cell that the edge touches.
template <class Visit>
void for_each_root_cell(GridPoint a, GridPoint b, Visit visit) {
  const std::uint32_t first_column = column_of(std::min(a.x, b.x));
  const std::uint32_t last_column = column_of(std::max(a.x, b.x));
  const std::uint32_t first_row = row_of(std::min(a.y, b.y));
  const std::uint32_t last_row = row_of(std::max(a.y, b.y));
  if (first_column == last_column && first_row == last_row) {  // almost every edge
    visit(first_row * RegionIndex::kColumns + first_column);
    return;
  }
  // An edge that begins on a cell's west or south side touches the neighbour's closed box as well.
  for (std::uint32_t row = first_row; row <= last_row; ++row) {
    for (std::uint32_t column = first_column; column <= last_column; ++column) {
      const GridPoint corner = root_corner(column, row);
      const GridBox box{
          corner.x, corner.y,
          static_cast<std::int32_t>(std::min<std::int64_t>(corner.x + kRootSize, kLonMax)),
          static_cast<std::int32_t>(std::min<std::int64_t>(corner.y + kRootSize, kLatMax))};
      if (edge_touches(a, b, box)) visit(row * RegionIndex::kColumns + column);
    }
  }
}

// The cell and those beside it, across the antimeridian too.
void mark_around(std::vector<bool>& cells, std::uint32_t cell) {
  constexpr std::uint32_t columns = RegionIndex::kColumns;
  const std::uint32_t row = cell / columns, column = cell % columns;
  for (std::uint32_t r = row == 0 ? 0 : row - 1; r <= std::min(row + 1, RegionIndex::kRows - 1);
       ++r) {
    for (std::uint32_t step = columns - 1; step <= columns + 1; ++step) {
      cells[r * columns + (column + step) % columns] = true;
    }
  }
}

}  // namespace

RegionIndex::RegionIndex(RegionMap map)
    : RegionIndex(std::make_shared<const RegionMap>(std::move(map))) {}

RegionIndex::RegionIndex(std::shared_ptr<const RegionMap> map)
    : map_(std::move(map)), roots_(kCells) {
  toggles_.assign(map_->vertices.size(), 0);
  for (const RegionArc& arc : map_->arcs) {
    for (EdgeId edge = arc.first; edge + 1 < arc.first + arc.count; ++edge) {
      if (lies_on_seam(edge_begin(edge), edge_end(edge))) continue;
      toggles_[edge] = static_cast<std::uint16_t>(arc.left ^ arc.right);
    }
  }
  sort_edges_into_buckets();
}

RegionIndex::~RegionIndex() = default;

const RegionArc& RegionIndex::arc_of(EdgeId edge) const {
  const auto after =
      std::upper_bound(map_->arcs.begin(), map_->arcs.end(), edge,
                       [](EdgeId id, const RegionArc& arc) { return id < arc.first; });
  return *(after - 1);
}

std::span<const EdgeId> RegionIndex::edges_of(const Bucket& bucket) const {
  return {bucket_edges_.data() + bucket.first, bucket.count};
}

const RegionIndex::Bucket* RegionIndex::bucket_of(std::uint32_t cell) const {
  const auto found =
      std::lower_bound(buckets_.begin(), buckets_.end(), cell,
                       [](const Bucket& bucket, std::uint32_t id) { return bucket.cell < id; });
  return found != buckets_.end() && found->cell == cell ? &*found : nullptr;
}

// A walk inside a cell's half-open square only meets edges that touch its closed square; those that
// merely end on the square's west or south side from outside are met by no moved point, so it is
// enough to know the cells of the half-open raster.
void RegionIndex::sort_edges_into_buckets() {
  const std::vector<EdgeRun> runs = edge_runs();
  std::vector<bool> near(kCells, false);
  for (std::uint32_t last = kCells; const EdgeRun& run : runs) {
    if (run.cell != last) mark_around(near, run.cell);
    last = run.cell;
  }
  const std::vector<std::uint16_t> corners = corner_labels();
  auto run = runs.begin();
  for (std::uint32_t row = 0; row < kRows; ++row) {
    const double clearance = far_clearance_m(row);
    std::uint16_t label = corners[row * kColumns];
    std::uint64_t far = cell::uniform(label, clearance);
    for (std::uint32_t column = 0; column < kColumns; ++column) {
      const std::uint32_t cell = row * kColumns + column;
      std::uint64_t root;
      if (near[cell]) {
        root = std::uint64_t{buckets_.size()} << 2 | cell::kUnbuilt;
        const auto first = static_cast<std::uint32_t>(bucket_edges_.size());
        for (; run != runs.end() && run->cell == cell; ++run) {
          for (std::uint32_t i = 0; i < run->count; ++i) bucket_edges_.push_back(run->first + i);
        }
        const auto count = static_cast<std::uint32_t>(bucket_edges_.size()) - first;
        buckets_.push_back({cell, first, count, corners[cell]});
      } else if (clearance_is_left_open(row, column)) {
        root = cell::uniform(corners[cell], 0);
      } else {
        if (corners[cell] != label) {
          label = corners[cell];
          far = cell::uniform(label, clearance);
        }
        root = far;
      }
      roots_[cell].store(root, std::memory_order_relaxed);
    }
  }
}

// Neighbours on an arc nearly always touch the same cell, so there are far fewer runs than edges.
std::vector<RegionIndex::EdgeRun> RegionIndex::edge_runs() const {
  std::vector<EdgeRun> runs;
  const auto edge_count = static_cast<EdgeId>(toggles_.size());
  for (EdgeId edge = 0; edge < edge_count; ++edge) {
    if (toggles_[edge] == 0) continue;
    for_each_root_cell(edge_begin(edge), edge_end(edge), [&](std::uint32_t cell) {
      if (!runs.empty() && runs.back().cell == cell &&
          runs.back().first + runs.back().count == edge) {
        ++runs.back().count;
      } else {
        runs.push_back({cell, edge, 1});
      }
    });
  }
  std::sort(runs.begin(), runs.end(), [](const EdgeRun& a, const EdgeRun& b) {
    return a.cell != b.cell ? a.cell < b.cell : a.first < b.first;
  });
  return runs;
}

// The label at every root cell's corner: along each row of corners, from west to east, what the
// edges that cross the row toggle. Edges along the western seam are crossed before the first
// corner.
std::vector<std::uint16_t> RegionIndex::corner_labels() const {
  std::vector<std::uint16_t> labels(kCells, 0);
  for (const RegionArc& arc : map_->arcs) {
    const auto toggle = static_cast<std::uint16_t>(arc.left ^ arc.right);
    for (EdgeId edge = arc.first; edge + 1 < arc.first + arc.count; ++edge) {
      const GridPoint a = edge_begin(edge);
      const GridPoint b = edge_end(edge);
      // Rows whose corners' y lies in [min, max): those the moved row line crosses the edge at.
      const std::int64_t low = std::int64_t{std::min(a.y, b.y)} + kLatMax;
      const std::int64_t high = std::int64_t{std::max(a.y, b.y)} + kLatMax;
      for (std::int64_t row = (low + kRootSize - 1) / kRootSize; row * kRootSize < high; ++row) {
        // The first corner to the east of the edge: guess, then settle exactly.
        const double share =
            static_cast<double>(row * kRootSize - kLatMax - a.y) / (double(b.y) - a.y);
        const double x = a.x + share * (double(b.x) - a.x) + kLonMax;
        auto column =
            std::clamp<std::int64_t>(static_cast<std::int64_t>(x / kRootSize), 0, kColumns);
        auto is_east = [&](std::int64_t c) {
          const GridPoint corner =
              root_corner(static_cast<std::uint32_t>(c), static_cast<std::uint32_t>(row));
          return is_left(a, b, corner) == (b.y < a.y);
        };
        while (column > 0 && is_east(column - 1)) --column;
        while (column < kColumns && !is_east(column)) ++column;
        if (column < kColumns) labels[static_cast<std::size_t>(row * kColumns + column)] ^= toggle;
      }
    }
  }
  for (std::uint32_t row = 0; row < kRows; ++row) {
    for (std::uint32_t column = 1; column < kColumns; ++column) {
      labels[row * kColumns + column] ^= labels[row * kColumns + column - 1];
    }
  }
  return labels;
}

std::uint16_t RegionIndex::walk(std::uint16_t label, GridPoint from, GridPoint to,
                                std::span<const EdgeId> edges) const {
  const GridPoint bend{from.x, to.y};
  for (EdgeId edge : edges) {
    const GridPoint a = map_->vertices[edge];
    const GridPoint b = map_->vertices[edge + 1];
    bool crossed = crosses_vertical(a, b, from, bend);
    crossed ^= crosses_horizontal(a, b, bend, to);
    if (crossed) label ^= toggles_[edge];
  }
  return label;
}

RegionIndex::Found RegionIndex::find(GridPoint point) const {
  assert(point.x < kLonMax);
  const auto x = static_cast<std::uint32_t>(std::int64_t{point.x} + kLonMax);
  const auto y = static_cast<std::uint32_t>(std::int64_t{point.y} + kLatMax);
  const std::uint32_t cell = (y >> kRootShift) * kColumns + (x >> kRootShift);
  std::uint64_t root = roots_[cell].load(std::memory_order_acquire);
  if ((root & cell::kTagMask) == cell::kUnbuilt) root = build_root(cell);
  if ((root & cell::kTagMask) == cell::kUniform) {
    const auto word = static_cast<std::uint32_t>(root);
    return {cell::label_of(word), cell::clearance_of(word)};
  }
  const auto* block = reinterpret_cast<const std::uint32_t*>(root & ~std::uint64_t{cell::kTagMask});
  std::uint32_t word = block[1];
  int shift = kRootShift;
  while ((word & cell::kTagMask) == cell::kNode) {
    shift -= 2;
    word = block[(word >> 2) + ((y >> shift & 3) << 2 | (x >> shift & 3))];
  }
  if ((word & cell::kTagMask) == cell::kUniform)
    return {cell::label_of(word), cell::clearance_of(word)};
  const std::uint32_t* leaf = block + (word >> 2);
  const std::uint32_t mask = (std::uint32_t{1} << shift) - 1;
  const GridPoint corner{static_cast<std::int32_t>(std::int64_t{x & ~mask} - kLonMax),
                         static_cast<std::int32_t>(std::int64_t{y & ~mask} - kLatMax)};
  const std::span<const EdgeId> edges(leaf + 1, *leaf & 0xFFFF);
  return {walk(static_cast<std::uint16_t>(*leaf >> 16), corner, point, edges), 0};
}

std::uint64_t RegionIndex::build_root(std::uint32_t cell) const {
  const std::lock_guard<std::mutex> guard(build_locks_[cell % build_locks_.size()]);
  std::uint64_t root = roots_[cell].load(std::memory_order_acquire);
  if ((root & cell::kTagMask) != cell::kUnbuilt) return root;  // another thread was faster
  const std::vector<std::uint32_t> words =
      RootCellBuilder(*this, static_cast<std::uint32_t>(root >> 2)).build();
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
  roots_[cell].store(root, std::memory_order_release);
  return root;
}

void RegionIndex::build_all() const {
  for (const Bucket& bucket : buckets_) {
    const std::uint64_t root = roots_[bucket.cell].load(std::memory_order_acquire);
    if ((root & cell::kTagMask) == cell::kUnbuilt) build_root(bucket.cell);
  }
}

void RegionIndex::collect_edges(const GridBox& box, std::vector<EdgeId>& edges) const {
  for (std::uint32_t row = row_of(box.min_y); row <= row_of(box.max_y); ++row) {
    for (std::uint32_t column = column_of(box.min_x); column <= column_of(box.max_x); ++column) {
      const std::uint32_t cell = row * kColumns + column;
      std::uint64_t root = roots_[cell].load(std::memory_order_acquire);
      if ((root & cell::kTagMask) == cell::kUnbuilt) root = build_root(cell);
      if ((root & cell::kTagMask) != cell::kBlock) continue;
      const auto* block =
          reinterpret_cast<const std::uint32_t*>(root & ~std::uint64_t{cell::kTagMask});
      const GridPoint corner = root_corner(column, row);
      struct Open {
        std::uint32_t word;
        std::int64_t x;
        std::int64_t y;
        int shift;
      };
      std::vector<Open> open{{block[1], corner.x, corner.y, kRootShift}};
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
  return map_->vertices.capacity() * sizeof(GridPoint) + map_->arcs.capacity() * sizeof(RegionArc) +
         toggles_.capacity() * sizeof(std::uint16_t) + bucket_edges_.capacity() * sizeof(EdgeId) +
         buckets_.capacity() * sizeof(Bucket) + roots_.capacity() * sizeof(std::uint64_t) +
         blocks_.capacity() * sizeof(void*) + block_bytes_;
}

}  // namespace sojourn::geo
