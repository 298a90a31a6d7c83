#include "geodata/inside_point.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

#include "adapters/geo/region_index.h"

namespace sojourn::geodata {
namespace {

using geo::GridPoint;

constexpr std::size_t kPartsTried = 4;
constexpr std::size_t kOutlineSegments = 3'000;
constexpr int kRaster = 40;
constexpr int kOutlineRaster = 12;
constexpr double kClear_m = 100;  // what a fix may be wrong by, and a little
constexpr geo::GridBox kNowhere{geo::kLonMax, geo::kLatMax, -geo::kLonMax, -geo::kLatMax};

void extend(geo::GridBox& box, GridPoint p) {
  box = {std::min(box.min_x, p.x), std::min(box.min_y, p.y), std::max(box.max_x, p.x),
         std::max(box.max_y, p.y)};
}

// The middles of `steps` by `steps` parts of the box.
std::vector<GridPoint> raster(const geo::GridBox& box, int steps) {
  std::vector<GridPoint> points;
  for (int i = 0; i < steps * steps; ++i) {
    const double u = (i % steps + 0.5) / steps, v = (i / steps + 0.5) / steps;
    points.push_back(
        {static_cast<std::int32_t>(std::lround(box.min_x + u * (double(box.max_x) - box.min_x))),
         static_cast<std::int32_t>(std::lround(box.min_y + v * (double(box.max_y) - box.min_y)))});
  }
  return points;
}

// Arcs of one label that hang together, thinned to an outline.
struct Part {
  geo::GridBox box = kNowhere;
  std::vector<std::pair<GridPoint, GridPoint>> outline;

  double extent() const {
    const double lat = (double(box.min_y) + box.max_y) / 2 / geo::kUnitsPerDegree;
    return (double(box.max_x) - box.min_x) * (double(box.max_y) - box.min_y) *
           std::cos(lat * std::numbers::pi / 180);
  }
};

std::vector<Part> parts_of(const geo::RegionMap& map, std::uint16_t label) {
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < map.arcs.size(); ++i) {
    if (map.arcs[i].left == label || map.arcs[i].right == label) members.push_back(i);
  }
  std::vector<std::size_t> group(members.size());
  std::iota(group.begin(), group.end(), 0);
  auto root = [&](std::size_t i) {
    while (group[i] != i) i = group[i] = group[group[i]];
    return i;
  };
  std::map<GridPoint, std::size_t> first_at;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const geo::RegionArc& arc = map.arcs[members[i]];
    for (GridPoint end : {map.vertices[arc.first], map.vertices[arc.first + arc.count - 1]}) {
      group[root(i)] = root(first_at.try_emplace(end, i).first->second);
    }
  }
  std::map<std::size_t, Part> parts;
  std::map<std::size_t, std::size_t> corner_count;
  for (std::size_t i = 0; i < members.size(); ++i)
    corner_count[root(i)] += map.arcs[members[i]].count;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const geo::RegionArc& arc = map.arcs[members[i]];
    Part& part = parts[root(i)];
    const auto step = static_cast<std::uint32_t>(1 + corner_count[root(i)] / kOutlineSegments);
    const std::uint32_t last = arc.first + arc.count - 1;
    for (std::uint32_t v = arc.first; v < last; v += step) {
      part.outline.emplace_back(map.vertices[v], map.vertices[std::min(v + step, last)]);
    }
    for (std::uint32_t v = arc.first; v <= last; ++v) extend(part.box, map.vertices[v]);
  }
  std::vector<Part> out;
  for (auto& [id, part] : parts) out.push_back(std::move(part));
  std::stable_sort(out.begin(), out.end(),
                   [](const Part& a, const Part& b) { return a.extent() > b.extent(); });
  if (out.size() > kPartsTried) out.resize(kPartsTried);
  return out;
}

// Metres, on a plane around `p`.
double outline_distance_m(const Part& part, GridPoint p) {
  const double x_scale = std::cos(p.y / geo::kUnitsPerDegree * std::numbers::pi / 180);
  double least = 1e18;
  for (const auto& [a, b] : part.outline) {
    const double ax = (double(a.x) - p.x) * x_scale, ay = double(a.y) - p.y;
    const double ux = (double(b.x) - a.x) * x_scale, uy = double(b.y) - a.y;
    const double length2 = ux * ux + uy * uy;
    const double t = length2 > 0 ? std::clamp(-(ax * ux + ay * uy) / length2, 0.0, 1.0) : 0;
    least = std::min(least, (ax + t * ux) * (ax + t * ux) + (ay + t * uy) * (ay + t * uy));
  }
  return 0.0111 * std::sqrt(least);
}

struct Candidate {
  GridPoint at;
  double score_m = -1;
};

void search_box(const geo::RegionIndex& index, const geo::RegionIndex* land, std::uint16_t label,
                const Part& part, const geo::GridBox& box, Candidate& best) {
  for (const GridPoint at : raster(box, kRaster)) {
    if (at.x >= geo::kLonMax || index.find(at).label != label) continue;
    double score = 0;
    if (land != nullptr) {
      const auto ground = land->find(at);
      if (ground.label == 0) continue;
      score = 10.0 * ground.clearance_m;
      if (score <= best.score_m) continue;
      score = std::min(score, outline_distance_m(part, at));
    } else {
      score = outline_distance_m(part, at);
    }
    if (score > best.score_m) best = {at, score};
  }
}

Candidate search_label(const geo::RegionIndex& index, const geo::RegionIndex* land,
                       std::uint16_t label) {
  Candidate best;
  for (const Part& part : parts_of(index.map(), label)) {
    Candidate here = best;
    search_box(index, land, label, part, part.box, here);
    geo::GridBox box = part.box;
    for (int round = 0; round < 2 && here.score_m > best.score_m; ++round) {
      const auto half_x = static_cast<std::int32_t>((std::int64_t{box.max_x} - box.min_x) / 20);
      const auto half_y = static_cast<std::int32_t>((std::int64_t{box.max_y} - box.min_y) / 20);
      box = {std::max(here.at.x, half_x - geo::kLonMax) - half_x,
             std::max(here.at.y, half_y - geo::kLatMax) - half_y,
             std::min(here.at.x, geo::kLonMax - half_x) + half_x,
             std::min(here.at.y, geo::kLatMax - half_y) + half_y};
      search_box(index, land, label, part, box, here);
    }
    if (here.score_m > best.score_m) best = here;
  }
  return best;
}

double border_distance_m(const geo::RegionIndex& index, std::uint16_t label, GridPoint at) {
  if (at.x >= geo::kLonMax || index.find(at).label != label) return -1;
  const auto nearest = index.nearest_edge(geo::to_degrees(at), label);
  return nearest ? nearest->distance_m : 0;
}

void leave_sliver(const geo::RegionIndex& index, std::uint16_t label, GridPoint& inside) {
  double best_m = border_distance_m(index, label, inside);
  if (best_m > kClear_m) return;
  const geo::RegionMap& map = index.map();
  for (const geo::RegionArc& arc : map.arcs) {
    if (arc.left != label && arc.right != label) continue;
    geo::GridBox box = kNowhere;
    for (std::uint32_t v = arc.first; v < arc.first + arc.count; ++v) extend(box, map.vertices[v]);
    for (const GridPoint at : raster(box, kOutlineRaster)) {
      const double distance_m = border_distance_m(index, label, at);
      if (distance_m > best_m) best_m = distance_m, inside = at;
    }
  }
}

}  // namespace

void set_inside_points(geo::RegionMap& map, const geo::RegionMap* land) {
  const geo::RegionIndex index(map);
  std::unique_ptr<geo::RegionIndex> land_index;
  if (land != nullptr) land_index = std::make_unique<geo::RegionIndex>(*land);
  for (std::size_t i = 0; i < map.labels.size(); ++i) {
    const auto label = static_cast<std::uint16_t>(i);
    Candidate best;
    if (land_index && label != 0) best = search_label(index, land_index.get(), label);
    if (best.score_m < 0) best = search_label(index, nullptr, label);
    map.labels[i].inside = best.at;
  }
}

void leave_slivers(geo::RegionMap& map) {
  const geo::RegionIndex index(map);
  for (std::size_t i = 0; i < map.labels.size(); ++i) {
    leave_sliver(index, static_cast<std::uint16_t>(i), map.labels[i].inside);
  }
}

}  // namespace sojourn::geodata
