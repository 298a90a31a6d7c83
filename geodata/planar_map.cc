#include "geodata/planar_map.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <map>
#include <numbers>
#include <numeric>
#include <unordered_map>

namespace sojourn::geodata {
namespace {

using geo::GridPoint;

// Sign of the turn a, b, c: positive to the left. Longitudes span up to 3.6e9, so products are
// compared, not subtracted.
int turn(GridPoint a, GridPoint b, GridPoint c) {
  const std::int64_t left = (std::int64_t{b.x} - a.x) * (std::int64_t{c.y} - a.y);
  const std::int64_t right = (std::int64_t{b.y} - a.y) * (std::int64_t{c.x} - a.x);
  return (left > right) - (left < right);
}

bool boxes_meet(GridPoint a, GridPoint b, GridPoint c, GridPoint d) {
  return std::max(a.x, b.x) >= std::min(c.x, d.x) && std::max(c.x, d.x) >= std::min(a.x, b.x) &&
         std::max(a.y, b.y) >= std::min(c.y, d.y) && std::max(c.y, d.y) >= std::min(a.y, b.y);
}

bool in_box(GridPoint p, GridPoint a, GridPoint b) { return boxes_meet(p, p, a, b); }

GridPoint crossing_of(GridPoint a, GridPoint b, GridPoint c, GridPoint d, std::int32_t unit) {
  const double ux = double(b.x) - a.x, uy = double(b.y) - a.y;
  const double vx = double(d.x) - c.x, vy = double(d.y) - c.y;
  const double t = ((double(c.x) - a.x) * vy - (double(c.y) - a.y) * vx) / (ux * vy - uy * vx);
  auto snap = [unit](double value) {
    return static_cast<std::int32_t>(std::lround(value / unit)) * unit;
  };
  return {snap(a.x + t * ux), snap(a.y + t * uy)};
}

// Half of the directions come before the other half: from west (exclusive) over south to east,
// then from east (exclusive) over north to west (inclusive).
int half_of(GridPoint from, GridPoint to) {
  if (to.y != from.y) return to.y < from.y ? 0 : 1;
  return to.x > from.x ? 0 : 1;
}

}  // namespace

RegionSet toggled(const RegionSet& set, const RegionSet& by) {
  RegionSet out;
  std::set_symmetric_difference(set.begin(), set.end(), by.begin(), by.end(),
                                std::back_inserter(out));
  return out;
}

void PlanarMapBuilder::add(RegionId region, const std::vector<Ring>& polygon) {
  for (const Ring& ring : polygon) {
    for (std::size_t i = 1; i < ring.size(); ++i) {
      uses_.push_back({std::min(ring[i - 1], ring[i]), std::max(ring[i - 1], ring[i]), region});
    }
  }
}

PlanarMap::PlanarMap(PlanarMapBuilder builder) : unit_(builder.unit_) {
  std::vector<PlanarMapBuilder::Use>& uses = builder.uses_;
  do {
    // The same edge twice in one region separates nothing.
    std::sort(uses.begin(), uses.end());
    std::vector<PlanarMapBuilder::Use> odd;
    for (const PlanarMapBuilder::Use& use : uses) {
      if (!odd.empty() && odd.back() == use) {
        odd.pop_back();
      } else {
        odd.push_back(use);
      }
    }
    uses = std::move(odd);
  } while (split_crossings(uses));
  number_vertices(uses);
  link_half_edges();
  join_rings(walk_rings());
  label_faces();
}

// Splits every edge at its crossings with others and at others' ends that lie on it; false when
// there was nothing to split.
bool PlanarMap::split_crossings(std::vector<PlanarMapBuilder::Use>& uses) {
  std::vector<std::pair<GridPoint, GridPoint>> edges;
  for (const PlanarMapBuilder::Use& use : uses) {
    if (edges.empty() || edges.back() != std::pair{use.a, use.b}) edges.emplace_back(use.a, use.b);
  }
  constexpr std::int64_t kCell = 200'000;
  std::unordered_map<std::int64_t, std::vector<std::uint32_t>> grid;
  for (std::uint32_t i = 0; i < edges.size(); ++i) {
    const auto [a, b] = edges[i];
    for (std::int64_t x = (std::int64_t{a.x} + geo::kLonMax) / kCell;
         x <= (std::int64_t{b.x} + geo::kLonMax) / kCell; ++x) {
      const std::int64_t low = std::int64_t{std::min(a.y, b.y)} + geo::kLatMax;
      const std::int64_t high = std::int64_t{std::max(a.y, b.y)} + geo::kLatMax;
      for (std::int64_t y = low / kCell; y <= high / kCell; ++y) grid[x * 100'000 + y].push_back(i);
    }
  }
  std::map<std::uint32_t, std::vector<GridPoint>> splits;
  auto note = [&](std::uint32_t edge, GridPoint at) {
    if (at != edges[edge].first && at != edges[edge].second) splits[edge].push_back(at);
  };
  for (const auto& [key, members] : grid) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto [a, b] = edges[members[i]];
      for (std::size_t k = i + 1; k < members.size(); ++k) {
        const auto [c, d] = edges[members[k]];
        if (!boxes_meet(a, b, c, d)) continue;
        const int c_side = turn(a, b, c), d_side = turn(a, b, d);
        const int a_side = turn(c, d, a), b_side = turn(c, d, b);
        if (c_side == 0 && in_box(c, a, b)) note(members[i], c);
        if (d_side == 0 && in_box(d, a, b)) note(members[i], d);
        if (a_side == 0 && in_box(a, c, d)) note(members[k], a);
        if (b_side == 0 && in_box(b, c, d)) note(members[k], b);
        if (c_side * d_side < 0 && a_side * b_side < 0) {
          const GridPoint at = crossing_of(a, b, c, d, unit_);
          note(members[i], at);
          note(members[k], at);
        }
      }
    }
  }
  if (splits.empty()) return false;
  std::vector<PlanarMapBuilder::Use> out;
  for (std::size_t u = 0, edge = 0; u < uses.size(); ++u) {
    while (edges[edge] != std::pair{uses[u].a, uses[u].b}) ++edge;
    const auto found = splits.find(static_cast<std::uint32_t>(edge));
    if (found == splits.end()) {
      out.push_back(uses[u]);
      continue;
    }
    std::vector<GridPoint> stops = found->second;
    const GridPoint a = uses[u].a;
    auto along = [a](GridPoint p) { return std::hypot(double(p.x) - a.x, double(p.y) - a.y); };
    std::sort(stops.begin(), stops.end(), [&](GridPoint p, GridPoint q) {
      return std::pair{along(p), p} < std::pair{along(q), q};
    });
    stops.push_back(uses[u].b);
    GridPoint last = a;
    for (GridPoint stop : stops) {
      if (stop != last) out.push_back({std::min(last, stop), std::max(last, stop), uses[u].region});
      last = stop;
    }
  }
  split_count_ += splits.size();
  uses = std::move(out);
  return true;
}

void PlanarMap::number_vertices(std::vector<PlanarMapBuilder::Use>& uses) {
  for (const PlanarMapBuilder::Use& use : uses) {
    points_.push_back(use.a);
    points_.push_back(use.b);
  }
  std::sort(points_.begin(), points_.end());
  points_.erase(std::unique(points_.begin(), points_.end()), points_.end());
  auto vertex_of = [&](GridPoint point) {
    return static_cast<std::uint32_t>(std::lower_bound(points_.begin(), points_.end(), point) -
                                      points_.begin());
  };
  std::map<RegionSet, std::uint32_t> set_ids;
  for (std::size_t i = 0; i < uses.size();) {
    const GridPoint a = uses[i].a, b = uses[i].b;
    RegionSet regions;
    for (; i < uses.size() && uses[i].a == a && uses[i].b == b; ++i)
      regions.push_back(uses[i].region);
    const auto id = set_ids.try_emplace(regions, static_cast<std::uint32_t>(sets_.size()));
    if (id.second) sets_.push_back(regions);
    edges_.push_back({vertex_of(a), vertex_of(b), id.first->second});
  }
}

void PlanarMap::link_half_edges() {
  const auto half_count = static_cast<std::uint32_t>(edges_.size() * 2);
  around_begin_.assign(points_.size() + 1, 0);
  for (std::uint32_t h = 0; h < half_count; ++h) ++around_begin_[origin(h) + 1];
  std::partial_sum(around_begin_.begin(), around_begin_.end(), around_begin_.begin());
  around_.resize(half_count);
  std::vector<std::uint32_t> fill(around_begin_.begin(), around_begin_.end() - 1);
  for (std::uint32_t h = 0; h < half_count; ++h) around_[fill[origin(h)]++] = h;
  next_.resize(half_count);
  for (std::uint32_t v = 0; v < points_.size(); ++v) {
    const auto begin = around_.begin() + around_begin_[v];
    const auto end = around_.begin() + around_begin_[v + 1];
    std::sort(begin, end, [&](std::uint32_t g, std::uint32_t h) {
      const GridPoint from = points_[v], p = points_[origin(g ^ 1)], q = points_[origin(h ^ 1)];
      const int p_half = half_of(from, p), q_half = half_of(from, q);
      return p_half != q_half ? p_half < q_half : turn(from, p, q) > 0;
    });
    // Arriving along g's twin with its face on the left, the face goes on along the half-edge that
    // comes just before g, clockwise.
    const auto degree = end - begin;
    for (std::ptrdiff_t i = 0; i < degree; ++i)
      next_[begin[i] ^ 1] = begin[(i + degree - 1) % degree];
  }
}

double PlanarMap::length_m(std::uint32_t half_edge) const {
  const GridPoint a = points_[origin(half_edge)], b = points_[origin(half_edge ^ 1)];
  const double lat = (double(a.y) + b.y) / 2 / geo::kUnitsPerDegree;
  const double dx = (double(b.x) - a.x) * std::cos(lat * std::numbers::pi / 180);
  return 0.0111319 * std::hypot(dx, double(b.y) - a.y);
}

// The closed walks along half-edges with one face on the left. face_of_ tells the ring, for now.
std::vector<PlanarMap::Face> PlanarMap::walk_rings() {
  std::vector<Face> rings;
  constexpr std::uint32_t kNone = ~std::uint32_t{0};
  face_of_.assign(next_.size(), kNone);
  for (std::uint32_t start = 0; start < next_.size(); ++start) {
    if (face_of_[start] != kNone) continue;
    Face face;
    const GridPoint base = points_[origin(start)];
    double twice_area = 0;
    for (std::uint32_t h = start; face_of_[h] == kNone; h = next_[h]) {
      face_of_[h] = static_cast<std::uint32_t>(rings.size());
      face.half_edges.push_back(h);
      face.perimeter_m += length_m(h);
      const GridPoint a = points_[origin(h)], b = points_[origin(h ^ 1)];
      twice_area += (double(a.x) - base.x) * (double(b.y) - base.y) -
                    (double(a.y) - base.y) * (double(b.x) - base.x);
    }
    const double lat = base.y / geo::kUnitsPerDegree * std::numbers::pi / 180;
    face.area_m2 = twice_area / 2 * 0.0111319 * 0.0111319 * std::cos(lat);
    rings.push_back(std::move(face));
  }
  return rings;
}

namespace {

// Edges by the rows of latitude they reach into.
class RowsOfEdges {
 public:
  void add(GridPoint a, GridPoint b, std::uint32_t edge) {
    const auto last = row_of(std::max(a.y, b.y));
    for (auto row = row_of(std::min(a.y, b.y)); row <= last; ++row) rows_[row].push_back(edge);
  }
  const std::vector<std::uint32_t>& at(GridPoint point) const { return rows_[row_of(point.y)]; }

 private:
  static constexpr std::int64_t kRow = 200'000;
  static std::size_t row_of(std::int32_t y) {
    return static_cast<std::size_t>((std::int64_t{y} + geo::kLatMax) / kRow);
  }
  std::vector<std::vector<std::uint32_t>> rows_ =
      std::vector<std::vector<std::uint32_t>>(2 * std::size_t{geo::kLatMax} / kRow + 1);
};

}  // namespace

std::optional<std::uint32_t> PlanarMap::half_edge_west_of(
    GridPoint point, const std::vector<std::uint32_t>& edges) const {
  std::optional<std::uint32_t> nearest;
  std::pair<double, double> best;  // where the edge meets the parallel, and how it leans east
  for (std::uint32_t id : edges) {
    const GridPoint a = points_[edges_[id].a], b = points_[edges_[id].b];
    if ((a.y <= point.y) == (b.y <= point.y)) continue;
    const int side = turn(a, b, point);
    if (side == 0 || (side > 0) == (b.y > a.y)) continue;
    const double lean = (double(b.x) - a.x) / (double(b.y) - a.y);
    const std::pair<double, double> meets{a.x + lean * (double(point.y) - a.y), lean};
    if (nearest && meets < best) continue;
    best = meets;
    nearest = b.y > a.y ? 2 * id + 1 : 2 * id;  // the half that goes south has the east on its left
  }
  return nearest;
}

// Makes faces of rings. Every connected set of edges has one ring that surrounds it from outside,
// met at its westernmost corner; the face it belongs to is that of the next edge to the west. That
// edge's own set reaches further west, so going from west to east its face is known already.
void PlanarMap::join_rings(std::vector<Face> rings) {
  constexpr std::uint32_t kNone = ~std::uint32_t{0};
  RowsOfEdges rows;
  for (std::uint32_t e = 0; e < edges_.size(); ++e)
    rows.add(points_[edges_[e].a], points_[edges_[e].b], e);
  std::vector<std::uint32_t> face_of_ring(rings.size(), kNone);
  faces_.assign(1, {});
  for (std::uint32_t v = 0; v < points_.size(); ++v) {
    // The last half-edge around a vertex is the first one clockwise from west.
    const std::uint32_t outer = face_of_[around_[around_begin_[v + 1] - 1]];
    if (face_of_ring[outer] != kNone) continue;
    const auto west = half_edge_west_of(points_[v], rows.at(points_[v]));
    face_of_ring[outer] = west ? face_of_ring[face_of_[*west]] : 0;
    assert(face_of_ring[outer] != kNone);
    std::vector<std::uint32_t> open{outer};
    while (!open.empty()) {
      const std::uint32_t ring = open.back();
      open.pop_back();
      for (std::uint32_t h : rings[ring].half_edges) {
        const std::uint32_t other = face_of_[h ^ 1];
        if (face_of_ring[other] != kNone) continue;
        face_of_ring[other] = static_cast<std::uint32_t>(faces_.size());
        faces_.emplace_back();
        open.push_back(other);
      }
    }
  }
  for (std::size_t ring = 0; ring < rings.size(); ++ring) {
    Face& face = faces_[face_of_ring[ring]];
    face.area_m2 += rings[ring].area_m2;
    face.perimeter_m += rings[ring].perimeter_m;
    face.half_edges.insert(face.half_edges.end(), rings[ring].half_edges.begin(),
                           rings[ring].half_edges.end());
  }
  for (std::uint32_t& face : face_of_) face = face_of_ring[face];
}

// Nothing holds the outermost face; every edge toggles the regions that have it as border.
void PlanarMap::label_faces() {
  std::vector<bool> known(faces_.size(), false);
  known[0] = true;
  std::vector<std::uint32_t> open{0};
  while (!open.empty()) {
    const std::uint32_t face = open.back();
    open.pop_back();
    for (std::uint32_t h : faces_[face].half_edges) {
      const std::uint32_t other = face_across(h);
      if (known[other]) continue;
      known[other] = true;
      faces_[other].regions = toggled(faces_[face].regions, sets_[edges_[h >> 1].regions]);
      open.push_back(other);
    }
  }
}

void PlanarMap::write_arcs(const std::vector<std::uint16_t>& label_of_face,
                           geo::RegionMap& map) const {
  auto left = [&](std::uint32_t h) { return label_of_face[face_of_[h]]; };
  auto is_border = [&](std::uint32_t h) { return left(h) != left(h ^ 1); };
  // The one half-edge that carries on with the same labels, where exactly two borders meet.
  auto continuation = [&](std::uint32_t h) -> std::optional<std::uint32_t> {
    const std::uint32_t v = origin(h ^ 1);
    std::optional<std::uint32_t> onward;
    int borders = 0;
    for (std::uint32_t i = around_begin_[v]; i < around_begin_[v + 1]; ++i) {
      if (!is_border(around_[i])) continue;
      ++borders;
      if (around_[i] != (h ^ 1)) onward = around_[i];
    }
    if (borders != 2 || left(*onward) != left(h) || left(*onward ^ 1) != left(h ^ 1))
      return std::nullopt;
    return onward;
  };
  std::vector<bool> written(edges_.size(), false);
  for (std::uint32_t e = 0; e < edges_.size(); ++e) {
    if (written[e] || !is_border(2 * e)) continue;
    std::uint32_t start = 2 * e;  // go back to where the arc begins, or once around
    while (const auto before = continuation(start ^ 1)) {
      if ((*before >> 1) == e) break;
      start = *before ^ 1;
    }
    geo::RegionArc arc{static_cast<std::uint32_t>(map.vertices.size()), 1, left(start),
                       left(start ^ 1)};
    map.vertices.push_back(points_[origin(start)]);
    for (std::optional<std::uint32_t> h = start; h && !written[*h >> 1]; h = continuation(*h)) {
      written[*h >> 1] = true;
      map.vertices.push_back(points_[origin(*h ^ 1)]);
      ++arc.count;
    }
    map.arcs.push_back(arc);
  }
}

}  // namespace sojourn::geodata
