#include "adapters/geo/edge_rows.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "adapters/geo/large_pages.h"

namespace sojourn::geo {
namespace {

constexpr std::uint32_t kChunkShift = 6;  // 64 edges a chunk

bool lies_on_seam(GridPoint a, GridPoint b) {
  return (a.x == b.x && std::abs(a.x) == kLonMax) || (a.y == b.y && std::abs(a.y) == kLatMax);
}

// Calls visit(column) for every cell of the row that the edge touches. Requires: the edge reaches
// into the row.
template <class Visit>
void for_each_column_touched(GridPoint a, GridPoint b, std::uint32_t row, Visit visit) {
  const std::uint32_t first = root_column(std::min(a.x, b.x));
  const std::uint32_t last = root_column(std::max(a.x, b.x));
  if (first == last && root_row(a.y) == root_row(b.y)) {  // almost every edge
    visit(first);
    return;
  }
  // An edge that begins on a cell's west or south side touches the neighbour's closed box as well.
  for (std::uint32_t column = first; column <= last; ++column) {
    if (edge_touches(a, b, root_box(row, column))) visit(column);
  }
}

// The first corner of the row's line to the east of the edge, which crosses that line.
std::uint32_t first_corner_east(GridPoint a, GridPoint b, std::uint32_t row) {
  auto is_east = [&](std::int64_t column) {
    const GridPoint corner = root_corner(row, static_cast<std::uint32_t>(column));
    return is_left(a, b, corner) == (b.y < a.y);
  };
  // Guess, then settle exactly.
  const double share = static_cast<double>(root_corner(row, 0).y - std::int64_t{a.y}) /
                       (static_cast<double>(b.y) - a.y);
  const double x = a.x + share * (static_cast<double>(b.x) - a.x) + kLonMax;
  auto column = std::clamp<std::int64_t>(static_cast<std::int64_t>(x / kRootSize), 0, kRootColumns);
  while (column > 0 && is_east(column - 1)) --column;
  while (column < kRootColumns && !is_east(column)) ++column;
  return static_cast<std::uint32_t>(column);
}

}  // namespace

EdgeRows::EdgeRows(const RegionMap& map) : map_(map), rows_(kRootRows) {
  toggles_.reserve(map.vertices.size());
  use_large_pages(toggles_.data(), map.vertices.size() * sizeof(toggles_[0]));
  toggles_.assign(map.vertices.size(), 0);
  const std::size_t chunks = (map.vertices.size() >> kChunkShift) + 1;
  std::vector<std::uint32_t> first_rows(chunks, kRootRows);
  std::vector<std::uint32_t> last_rows(chunks, 0);
  for (const RegionArc& arc : map.arcs) {
    const auto toggle = static_cast<std::uint16_t>(arc.left ^ arc.right);
    const EdgeId end = arc.first + arc.count - 1;
    for (EdgeId edge = arc.first; edge < end;) {
      const std::uint32_t chunk = edge >> kChunkShift;
      const EdgeId chunk_end = std::min(end, (chunk + 1) << kChunkShift);
      std::int32_t south = map.vertices[edge].y;
      std::int32_t north = south;
      for (; edge < chunk_end; ++edge) {
        const GridPoint a = map.vertices[edge];
        const GridPoint b = map.vertices[edge + 1];
        toggles_[edge] = lies_on_seam(a, b) ? std::uint16_t{0} : toggle;
        south = std::min(south, b.y);
        north = std::max(north, b.y);
      }
      first_rows[chunk] = std::min(first_rows[chunk], root_row(south));
      last_rows[chunk] = std::max(last_rows[chunk], root_row(north));
    }
  }
  list_chunks_by_row(first_rows, last_rows);
}

EdgeRows::~EdgeRows() {
  for (const std::atomic<const Row*>& row : rows_) delete row.load(std::memory_order_relaxed);
}

void EdgeRows::list_chunks_by_row(const std::vector<std::uint32_t>& first_rows,
                                  const std::vector<std::uint32_t>& last_rows) {
  chunks_begin_.assign(kRootRows + 1, 0);
  for (std::size_t chunk = 0; chunk < first_rows.size(); ++chunk) {
    for (std::uint32_t row = first_rows[chunk]; row <= last_rows[chunk]; ++row)
      ++chunks_begin_[row + 1];
  }
  for (std::uint32_t row = 0; row < kRootRows; ++row) chunks_begin_[row + 1] += chunks_begin_[row];
  row_chunks_.resize(chunks_begin_.back());
  std::vector<std::uint32_t> next(chunks_begin_.begin(), chunks_begin_.end() - 1);
  for (std::uint32_t chunk = 0; chunk < first_rows.size(); ++chunk) {
    for (std::uint32_t row = first_rows[chunk]; row <= last_rows[chunk]; ++row)
      row_chunks_[next[row]++] = chunk;
  }
}

// Calls visit(edge) for every edge that reaches into the row, in order. Among them is what merely
// lies between two arcs, and others.
template <class Visit>
void EdgeRows::for_each_edge_near(std::uint32_t row, Visit visit) const {
  const auto edges = static_cast<EdgeId>(toggles_.size());
  for (std::uint32_t i = chunks_begin_[row]; i < chunks_begin_[row + 1]; ++i) {
    const EdgeId first = row_chunks_[i] << kChunkShift;
    const EdgeId end = std::min(first + (1u << kChunkShift), edges);
    for (EdgeId edge = first; edge < end; ++edge) visit(edge);
  }
}

const EdgeRows::Row& EdgeRows::row(std::uint32_t row) const {
  const Row* built = rows_[row].load(std::memory_order_acquire);
  if (built != nullptr) return *built;
  const std::lock_guard<std::mutex> guard(build_lock_);
  built = rows_[row].load(std::memory_order_acquire);
  if (built == nullptr) {
    built = build(row).release();
    rows_[row].store(built, std::memory_order_release);
  }
  return *built;
}

std::unique_ptr<const EdgeRows::Row> EdgeRows::build(std::uint32_t row) const {
  // Neighbours on an arc nearly always touch the same cell, so there are far fewer runs than edges.
  struct Run {
    std::uint32_t column = 0;
    EdgeId first = 0;
    std::uint32_t count = 0;
  };
  std::vector<Run> runs;
  for_each_edge_near(row, [&](EdgeId edge) {
    if (toggles_[edge] == 0) return;
    const GridPoint a = map_.vertices[edge];
    const GridPoint b = map_.vertices[edge + 1];
    if (root_row(std::min(a.y, b.y)) > row || root_row(std::max(a.y, b.y)) < row) return;
    for_each_column_touched(a, b, row, [&](std::uint32_t column) {
      if (!runs.empty() && runs.back().column == column &&
          runs.back().first + runs.back().count == edge) {
        ++runs.back().count;
      } else {
        runs.push_back({column, edge, 1});
      }
    });
  });
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
    return std::tie(a.column, a.first) < std::tie(b.column, b.first);
  });
  auto made = std::make_unique<Row>();
  for (const Run& run : runs) {
    if (made->cells.empty() || made->cells.back().column != run.column) {
      made->cells.push_back({run.column, static_cast<std::uint32_t>(made->edges.size()), 0});
    }
    for (std::uint32_t i = 0; i < run.count; ++i) made->edges.push_back(run.first + i);
    made->cells.back().count += run.count;
  }
  made->cells.shrink_to_fit();
  made->edges.shrink_to_fit();
  return made;
}

std::span<const EdgeId> EdgeRows::in_cell(std::uint32_t row, std::uint32_t column) const {
  const Row& built = this->row(row);
  const auto found =
      std::lower_bound(built.cells.begin(), built.cells.end(), column,
                       [](const Cell& cell, std::uint32_t wanted) { return cell.column < wanted; });
  if (found == built.cells.end() || found->column != column) return {};
  return std::span(built.edges).subspan(found->first, found->count);
}

std::vector<std::uint32_t> EdgeRows::columns_with_edges(std::uint32_t row) const {
  std::vector<std::uint32_t> columns;
  for (const Cell& cell : this->row(row).cells) columns.push_back(cell.column);
  return columns;
}

// Along the row's line of corners, from west to east: what the edges that cross it toggle. Edges
// along the western seam are crossed before the first corner.
std::vector<std::uint16_t> EdgeRows::corner_labels(std::uint32_t row) const {
  std::vector<std::uint16_t> labels(kRootColumns + 1, 0);
  const std::int32_t line = root_corner(row, 0).y;
  for_each_edge_near(row, [&](EdgeId edge) {
    if (edge + 1 == map_.vertices.size()) return;
    const GridPoint a = map_.vertices[edge];
    const GridPoint b = map_.vertices[edge + 1];
    if ((a.y <= line) == (b.y <= line)) return;
    std::uint16_t toggle = toggles_[edge];
    if (toggle == 0 && lies_on_seam(a, b)) {
      const RegionArc& arc = map_.arc_of(edge);
      if (edge + 1 < arc.first + arc.count)
        toggle = static_cast<std::uint16_t>(arc.left ^ arc.right);
    }
    if (toggle != 0) labels[first_corner_east(a, b, row)] ^= toggle;
  });
  labels.pop_back();  // toggled beyond the last corner
  for (std::uint32_t column = 1; column < kRootColumns; ++column)
    labels[column] ^= labels[column - 1];
  return labels;
}

std::size_t EdgeRows::memory_bytes() const {
  std::size_t bytes = toggles_.capacity() * sizeof(std::uint16_t) +
                      (chunks_begin_.capacity() + row_chunks_.capacity()) * sizeof(std::uint32_t) +
                      rows_.capacity() * sizeof(void*);
  for (const std::atomic<const Row*>& built : rows_) {
    const Row* row = built.load(std::memory_order_acquire);
    if (row == nullptr) continue;
    bytes +=
        sizeof(Row) + row->cells.capacity() * sizeof(Cell) + row->edges.capacity() * sizeof(EdgeId);
  }
  return bytes;
}

}  // namespace sojourn::geo
