#include "adapters/geo/area_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "adapters/geo/border.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::geo {
namespace {

constexpr double kRadiusMax_m =
    10'000'000;  // beyond a quarter of the globe nothing is "around" a point

Diagnostic refuse(const Area& area, std::string_view why, std::string help = {}) {
  return make_diagnostic(Code::E0702, fmt::format("{} is unusable: {}", describe(area), why),
                         std::move(help));
}

// A path's longitudes, counted on across the antimeridian: a step of more than half the globe is
// taken the short way, except from -180 to 180 exactly, which is a step along the whole map.
struct Path {
  std::vector<std::int64_t> x;
  std::vector<std::int32_t> y;
};

Path unroll(const Area::Ring& ring, bool closed) {
  constexpr std::int64_t kTurn = 2 * std::int64_t{kLonMax};
  Path path;
  std::int64_t shift = 0;
  std::int64_t last = 0;
  Area::Ring corners = ring;
  if (closed && corners.front() != corners.back()) corners.push_back(corners.front());
  for (const LatLon& corner : corners) {
    const std::int64_t x = std::llround(corner.lon * kUnitsPerDegree);
    if (!path.x.empty()) {
      const std::int64_t step = x - last;
      if (step > kTurn / 2 && step < kTurn) shift -= kTurn;
      if (step < -kTurn / 2 && step > -kTurn) shift += kTurn;
    }
    last = x;
    path.x.push_back(x + shift);
    path.y.push_back(static_cast<std::int32_t>(std::llround(corner.lat * kUnitsPerDegree)));
  }
  return path;
}

struct Paths {
  std::vector<std::vector<Path>> parts;
  std::int64_t min_x = 4 * std::int64_t{kLonMax};
  std::int64_t max_x = -4 * std::int64_t{kLonMax};
  bool winds = false;  // a ring that does not come back to its own longitude goes around a pole

  void note(const Path& path) {
    for (std::int64_t x : path.x) min_x = std::min(min_x, x), max_x = std::max(max_x, x);
  }
};

// All parts on one count of longitudes: a part a whole turn away from the first is brought near it.
Paths unroll_all(const Area& area, bool closed) {
  constexpr std::int64_t kTurn = 2 * std::int64_t{kLonMax};
  Paths paths;
  for (const auto& rings : area.parts) {
    std::vector<Path> part;
    for (const Area::Ring& ring : rings) {
      Path path = unroll(ring, closed);
      paths.winds |= closed && path.x.front() != path.x.back();
      const std::int64_t anchor = paths.parts.empty() && part.empty() ? path.x.front()
                                  : part.empty() ? (paths.min_x + paths.max_x) / 2
                                                 : part.front().x.front();
      const std::int64_t turns = std::llround(double(anchor - path.x.front()) / double(kTurn));
      for (std::int64_t& x : path.x) x += turns * kTurn;
      paths.note(path);
      part.push_back(std::move(path));
    }
    paths.parts.push_back(std::move(part));
  }
  return paths;
}

Status check_corners(const Area& area) {
  std::size_t corner_count = 0;
  for (const auto& part : area.parts) {
    for (const Area::Ring& ring : part) {
      corner_count += ring.size();
      for (const LatLon& corner : ring) {
        if (Status on_earth = check_position(corner); !on_earth) {
          return refuse(area, on_earth.error().message, on_earth.error().help);
        }
      }
    }
  }
  if (corner_count > limits::kAreaCornersMax) {
    return make_diagnostic(
        Code::E0901, fmt::format("{} has {} corners; {} are allowed", describe(area), corner_count,
                                 limits::kAreaCornersMax));
  }
  return {};
}

Status check_radius(const Area& area) {
  if (std::isfinite(area.radius_m) && area.radius_m > 0 && area.radius_m <= kRadiusMax_m) return {};
  return refuse(area, fmt::format("a radius of {} m", area.radius_m),
                "a radius is more than 0 m and at most 10,000 km");
}

// An edge between two parts is no boundary.
void drop_shared(std::vector<EdgeBands::Edge>& edges) {
  auto key = [](const EdgeBands::Edge& edge) { return std::minmax(edge.a, edge.b); };
  std::sort(edges.begin(), edges.end(),
            [&](const auto& e, const auto& f) { return std::pair(key(e)) < std::pair(key(f)); });
  std::vector<EdgeBands::Edge> kept;
  for (const EdgeBands::Edge& edge : edges) {
    if (!kept.empty() && std::pair(key(kept.back())) == std::pair(key(edge))) {
      kept.pop_back();
    } else {
      kept.push_back(edge);
    }
  }
  edges = std::move(kept);
}

Result<EdgeBands> make_edges(const Area& area, bool closed) {
  if (Status sound = check_corners(area); !sound) return std::move(sound).error();
  if (area.parts.empty()) return refuse(area, "it has no part");
  for (const auto& part : area.parts) {
    const std::size_t least = closed ? 3 : 1;
    if (part.empty() || std::any_of(part.begin(), part.end(),
                                    [&](const Area::Ring& ring) { return ring.size() < least; })) {
      return refuse(area, closed ? "it has fewer than three corners" : "its line has no point");
    }
  }
  const Paths paths = unroll_all(area, closed);
  if (paths.winds || paths.max_x - paths.min_x > 2 * std::int64_t{kLonMax}) {
    return refuse(area, "it goes around a pole or more than once around the Earth",
                  "cut it along the antimeridian, from -180 to 180 degrees");
  }
  const auto origin = static_cast<std::int32_t>(
      std::clamp<std::int64_t>((paths.min_x + paths.max_x) / 2, -kLonMax, kLonMax - 1));
  auto point = [&](const Path& path, std::size_t i) {
    return GridPoint{
        static_cast<std::int32_t>(std::clamp<std::int64_t>(path.x[i] - origin, -kLonMax, kLonMax)),
        path.y[i]};
  };
  std::vector<EdgeBands::Edge> edges;
  std::vector<std::vector<std::vector<GridPoint>>> rings;
  for (const auto& part : paths.parts) {
    rings.emplace_back();
    for (const Path& path : part) {
      std::vector<GridPoint> ring;
      for (std::size_t i = 0; i < path.x.size(); ++i) {
        if (ring.empty() || ring.back() != point(path, i)) ring.push_back(point(path, i));
      }
      for (std::size_t i = 1; i < ring.size(); ++i) edges.push_back({ring[i - 1], ring[i]});
      if (!closed && ring.size() == 1) edges.push_back({ring[0], ring[0]});
      rings.back().push_back(std::move(ring));
    }
  }
  if (closed) {
    if (const std::string fault = polygon_fault(rings); !fault.empty()) return refuse(area, fault);
    drop_shared(edges);
  }
  return EdgeBands(origin, std::move(edges));
}

}  // namespace

std::string describe(const Area& area) {
  static constexpr const char* kKinds[] = {"subdivision", "circle", "polygon", "corridor"};
  const char* kind = kKinds[static_cast<int>(area.kind)];
  return area.name.empty() ? kind : fmt::format("{} `{}`", kind, area.name);
}

Result<AreaShape> AreaShape::make(const Area& area) {
  AreaShape shape;
  shape.kind_ = area.kind;
  if (area.kind == Area::Kind::circle || area.kind == Area::Kind::corridor) {
    if (Status sound = check_radius(area); !sound) return std::move(sound).error();
    shape.radius_m_ = area.radius_m;
  }
  if (area.kind == Area::Kind::circle) {
    if (Status on_earth = check_position(area.centre); !on_earth) {
      return refuse(area, on_earth.error().message, on_earth.error().help);
    }
    shape.centre_ = area.centre;
    return shape;
  }
  Result<EdgeBands> edges = make_edges(area, area.kind == Area::Kind::polygon);
  if (!edges) return std::move(edges).error();
  shape.edges_ = std::move(edges).value();
  return shape;
}

bool AreaShape::holds(LatLon at) const {
  if (kind_ == Area::Kind::polygon) return edges_.holds(at);
  if (kind_ == Area::Kind::corridor) return edges_.any_within(at, radius_m_);
  return to_millimetres(geodesic_distance_m(at, centre_)) <= to_millimetres(radius_m_);
}

Membership AreaShape::membership(LatLon at, double uncertainty_m) const {
  if (kind_ == Area::Kind::polygon) {
    if (edges_.any_within(at, uncertainty_m)) return Membership::uncertain;
    return edges_.holds(at) ? Membership::inside : Membership::outside;
  }
  const double reach_m = radius_m_ + uncertainty_m;
  const double distance_m = kind_ == Area::Kind::circle ? geodesic_distance_m(at, centre_)
                                                        : edges_.distance_m(at, reach_m);
  if (to_millimetres(distance_m) > to_millimetres(reach_m)) return Membership::outside;
  return to_millimetres(distance_m) <= to_millimetres(radius_m_ - uncertainty_m)
             ? Membership::inside
             : Membership::uncertain;
}

std::vector<GridBox> AreaShape::boxes() const {
  if (kind_ == Area::Kind::circle) return boxes_around(centre_, radius_m_);
  std::vector<GridBox> boxes;
  double south = 90, north = -90, west = 1e9, east = -1e9;
  for (const EdgeBands::Edge& edge : edges_.edges()) {
    for (GridPoint end : {edge.a, edge.b}) {
      const LatLon at = edges_.degrees(end);
      south = std::min(south, at.lat), north = std::max(north, at.lat);
      west = std::min(west, at.lon), east = std::max(east, at.lon);
    }
  }
  const double margin = radius_m_ * 1.001 / kLatDegreeLeast_m + 2e-7;
  south = std::max(-90.0, south - margin), north = std::min(90.0, north + margin);
  const double cosine =
      std::cos(std::max(std::abs(south), std::abs(north)) * std::numbers::pi / 180);
  const double sideways = cosine > 1e-6 ? margin / cosine : 360;
  west -= sideways, east += sideways;
  auto grid = [](double degrees, std::int32_t max) {
    return static_cast<std::int32_t>(
        std::clamp<double>(std::round(degrees * kUnitsPerDegree), -max, max));
  };
  if (east - west >= 360) return {{-kLonMax, grid(south, kLatMax), kLonMax, grid(north, kLatMax)}};
  for (double turn : {-360.0, 0.0, 360.0}) {
    if (east + turn < -180 || west + turn > 180) continue;
    boxes.push_back({grid(west + turn, kLonMax), grid(south, kLatMax), grid(east + turn, kLonMax),
                     grid(north, kLatMax)});
  }
  return boxes;
}

std::vector<std::vector<LatLon>> AreaShape::outlines() const {
  constexpr int kCircleSteps = 180;
  std::vector<std::vector<LatLon>> lines;
  auto add_circle = [&](LatLon centre) {
    lines.emplace_back();
    for (int i = 0; i <= kCircleSteps; ++i) {
      lines.back().push_back(geodesic_step(centre, 360.0 * i / kCircleSteps, radius_m_));
    }
  };
  if (kind_ == Area::Kind::circle) add_circle(centre_);
  for (const EdgeBands::Edge& edge : edges_.edges()) {
    const LatLon a = edges_.degrees(edge.a), b = edges_.degrees(edge.b);
    if (kind_ == Area::Kind::polygon) {
      lines.push_back({a, b});
      continue;
    }
    // A corridor's outline: circles around the line's corners, and both sides in between.
    add_circle(a);
    add_circle(b);
    const double north = (b.lat - a.lat);
    const double east = (b.lon - a.lon) * std::cos((a.lat + b.lat) / 2 * std::numbers::pi / 180);
    const double azimuth = std::atan2(east, north) * 180 / std::numbers::pi;
    for (double side : {90.0, -90.0}) {
      lines.emplace_back();
      for (int i = 0; i <= 32; ++i) {
        const LatLon on{a.lat + (b.lat - a.lat) * i / 32, a.lon + (b.lon - a.lon) * i / 32};
        lines.back().push_back(geodesic_step(on, azimuth + side, radius_m_));
      }
    }
  }
  return lines;
}

}  // namespace sojourn::geo
