#include "adapters/geo/region_cell_builder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "adapters/geo/geodesic.h"
#include "adapters/geo/region_cell.h"

namespace sojourn::geo {
namespace {

constexpr std::size_t kLeafEdgesMax = 8;
constexpr int kLeastShift = 5;  // 36 cm; where many borders meet in one point, cutting must end
// Of edges that lie upon each other by the thousand, as no border does: a leaf counts them in
// sixteen bits, and a cell is cut no further.
constexpr std::size_t kEdgesMax = 0xFFFF;
constexpr std::size_t kWordsMax = std::size_t{1} << 22;
// A cell without edges is still cut while a neighbour's border would spoil its clearance for a
// GNSS fix, but not into cells smaller than this (0.7 km).
constexpr int kCutForClearanceShift = 18;
constexpr double kClearanceWanted_m = 120;

GridBox box_of(std::uint32_t x, std::uint32_t y, int shift, std::int64_t margin) {
  auto clamped = [](std::int64_t value, std::int32_t max) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, -max, max));
  };
  const std::int64_t size = std::int64_t{1} << shift;
  return {clamped(std::int64_t{x} - kLonMax - margin, kLonMax),
          clamped(std::int64_t{y} - kLatMax - margin, kLatMax),
          clamped(std::int64_t{x} - kLonMax + size + margin, kLonMax),
          clamped(std::int64_t{y} - kLatMax + size + margin, kLatMax)};
}

double cosine_least(const GridBox& box) {
  const double lat =
      std::max(std::abs(double(box.min_y)), std::abs(double(box.max_y))) / kUnitsPerDegree;
  return std::max(0.0, std::cos(std::min(90.0, lat + 0.01) * std::numbers::pi / 180));
}

// A plane in which every length is at most the geodesic one around the box it was made for.
struct ShrinkingPlane {
  double x_scale;
  double y_scale;
  explicit ShrinkingPlane(const GridBox& box)
      : x_scale(kLonDegreeLeast_m / kUnitsPerDegree * cosine_least(box)),
        y_scale(kLatDegreeLeast_m / kUnitsPerDegree) {}
};

double distance_to_segment(double px, double py, double ax, double ay, double bx, double by) {
  const double ux = bx - ax, uy = by - ay;
  const double length2 = ux * ux + uy * uy;
  const double t =
      length2 > 0 ? std::clamp(((px - ax) * ux + (py - ay) * uy) / length2, 0.0, 1.0) : 0.0;
  return std::hypot(px - ax - t * ux, py - ay - t * uy);
}

double distance_to_box(double px, double py, double x0, double y0, double x1, double y1) {
  return std::hypot(std::max({x0 - px, 0.0, px - x1}), std::max({y0 - py, 0.0, py - y1}));
}

// Requires: the edge does not touch the box.
double box_edge_distance(const ShrinkingPlane& plane, const GridBox& box, GridPoint a,
                         GridPoint b) {
  const double x0 = box.min_x * plane.x_scale, x1 = box.max_x * plane.x_scale;
  const double y0 = box.min_y * plane.y_scale, y1 = box.max_y * plane.y_scale;
  const double ax = a.x * plane.x_scale, ay = a.y * plane.y_scale;
  const double bx = b.x * plane.x_scale, by = b.y * plane.y_scale;
  return std::min(
      {distance_to_box(ax, ay, x0, y0, x1, y1), distance_to_box(bx, by, x0, y0, x1, y1),
       distance_to_segment(x0, y0, ax, ay, bx, by), distance_to_segment(x1, y0, ax, ay, bx, by),
       distance_to_segment(x0, y1, ax, ay, bx, by), distance_to_segment(x1, y1, ax, ay, bx, by)});
}

}  // namespace

bool clearance_is_left_open(std::uint32_t row, std::uint32_t column) {
  return column == 0 || column + 2 >= kRootColumns || row < 3 || row + 3 >= kRootRows;
}

double far_clearance_m(std::uint32_t row) {
  const GridBox around = box_of(0, row << kRootShift, kRootShift, kRootSize);
  const double degrees = static_cast<double>(kRootSize) / kUnitsPerDegree;
  return 0.999 * degrees * std::min(kLatDegreeLeast_m, kLonDegreeLeast_m * cosine_least(around));
}

RootCellBuilder::RootCellBuilder(const RegionIndex& index, std::uint32_t row, std::uint32_t column,
                                 std::uint16_t corner_label)
    : index_(index), row_(row), column_(column), corner_label_(corner_label) {}

std::vector<std::uint32_t> RootCellBuilder::build() {
  const auto all = index_.edges_.in_cell(row_, column_);
  const std::vector<EdgeId> edges(
      all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kEdgesMax)));
  const Cell root{column_ << kRootShift, row_ << kRootShift, kRootShift, corner_label_};
  words_ = {0};
  const std::uint32_t word = build_cell(root, edges, edges_nearby());
  if ((word & cell::kTagMask) == cell::kUniform) return {word};
  words_[0] = word;
  return std::move(words_);
}

std::vector<EdgeId> RootCellBuilder::edges_nearby() const {
  std::vector<EdgeId> near;
  if (clearance_is_left_open(row_, column_)) return near;
  for (std::uint32_t row = row_ - 1; row <= row_ + 1; ++row) {
    for (std::uint32_t column = column_ - 1; column <= column_ + 1; ++column) {
      const auto edges = index_.edges_.in_cell(row, column);
      near.insert(near.end(), edges.begin(), edges.end());
    }
  }
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  near.resize(std::min(near.size(), kEdgesMax));
  return near;
}

std::uint32_t RootCellBuilder::build_cell(const Cell& cell, const std::vector<EdgeId>& edges,
                                          const std::vector<EdgeId>& near) {
  if (edges.empty()) {
    const double clearance = clearance_m(cell, near);
    const bool spoilt = clearance < kClearanceWanted_m && !near.empty();
    if (!spoilt || cell.shift < kCutForClearanceShift) return cell::uniform(cell.corner, clearance);
  } else if (edges.size() <= kLeafEdgesMax || cell.shift - 2 < kLeastShift ||
             words_.size() > kWordsMax) {
    return build_leaf(cell, edges);
  }
  return build_node(cell, edges, near);
}

std::uint32_t RootCellBuilder::build_leaf(const Cell& cell, const std::vector<EdgeId>& edges) {
  const auto offset = static_cast<std::uint32_t>(words_.size());
  words_.push_back(std::uint32_t{cell.corner} << 16 | static_cast<std::uint32_t>(edges.size()));
  words_.insert(words_.end(), edges.begin(), edges.end());
  return offset << 2 | cell::kLeaf;
}

std::uint32_t RootCellBuilder::build_node(const Cell& cell, const std::vector<EdgeId>& edges,
                                          const std::vector<EdgeId>& near) {
  const std::size_t offset = words_.size();
  words_.resize(offset + 16);
  const int shift = cell.shift - 2;
  const std::int64_t size = std::int64_t{1} << shift;
  const GridPoint corner{static_cast<std::int32_t>(std::int64_t{cell.x} - kLonMax),
                         static_cast<std::int32_t>(std::int64_t{cell.y} - kLatMax)};
  std::vector<EdgeId> child_edges;
  std::vector<EdgeId> child_near;
  for (std::uint32_t i = 0; i < 16; ++i) {
    Cell child{cell.x + ((i & 3) << shift), cell.y + ((i >> 2) << shift), shift, 0};
    // Beyond the 180th meridian or the pole there is nothing to ask for.
    if (child.x >= 3'600'000'000u || child.y > 1'800'000'000u) continue;
    const GridPoint child_corner{static_cast<std::int32_t>(std::int64_t{child.x} - kLonMax),
                                 static_cast<std::int32_t>(std::int64_t{child.y} - kLatMax)};
    child.corner = index_.walk(cell.corner, corner, child_corner, edges);
    const GridBox box = box_of(child.x, child.y, shift, 0);
    const GridBox around = box_of(child.x, child.y, shift, size);
    child_edges.clear();
    child_near.clear();
    for (EdgeId edge : edges) {
      if (edge_touches(index_.edge_begin(edge), index_.edge_end(edge), box))
        child_edges.push_back(edge);
    }
    for (EdgeId edge : near) {
      if (edge_touches(index_.edge_begin(edge), index_.edge_end(edge), around))
        child_near.push_back(edge);
    }
    const std::uint32_t word = build_cell(child, child_edges, child_near);
    words_[offset + i] = word;
  }
  return static_cast<std::uint32_t>(offset) << 2 | cell::kNode;
}

double RootCellBuilder::clearance_m(const Cell& cell, const std::vector<EdgeId>& near) const {
  if (clearance_is_left_open(row_, column_)) return 0;
  const GridBox box = box_of(cell.x, cell.y, cell.shift, 0);
  const std::int64_t size = std::int64_t{1} << cell.shift;
  // Edges beyond one cell's size away were left out on the way down.
  const ShrinkingPlane plane(box_of(cell.x, cell.y, cell.shift, size));
  double least = static_cast<double>(size) * std::min(plane.x_scale, plane.y_scale);
  for (EdgeId edge : near) {
    least = std::min(least,
                     box_edge_distance(plane, box, index_.edge_begin(edge), index_.edge_end(edge)));
  }
  return 0.999 * least;
}

}  // namespace sojourn::geo
