#include <algorithm>
#include <map>

#include "adapters/geo/border.h"
#include "adapters/geo/geodesic.h"
#include "adapters/geo/locator.h"

namespace sojourn::geo {
namespace {

// Collects combinations, each with the best of the points at which it was seen.
class Collector {
 public:
  explicit Collector(const MapLocator& locator)
      : locator_(locator), members_(locator.areas().count()) {}

  void try_point(LatLon at) {
    at.lat = std::clamp(at.lat, -90.0, 90.0);
    while (at.lon < -180) at.lon += 360;
    while (at.lon > 180) at.lon -= 360;
    Combination combination = combination_at(at);
    Example& known = found_[combination];
    for (int spare = known.spare + 1; spare <= 2; ++spare) {
      if (!is_clear(at, combination, spare == 0 ? 0 : spare == 1 ? 70 : 100)) break;
      known = {at, spare};
    }
  }

  // Is a point known from which a GNSS fix would be certain of what holds at this one?
  bool has_certain_example(LatLon at) {
    auto known = found_.find(combination_at(at));
    return known != found_.end() && known->second.spare >= 1;
  }

  std::vector<Situation> situations() const {
    std::vector<Situation> all;
    for (const auto& [combination, example] : found_) {
      all.push_back({combination.claim, combination.areas, example.at, {}});
    }
    return all;
  }

 private:
  struct Combination {
    CountryClaim claim;
    std::vector<bool> areas;
    friend auto operator<=>(const Combination&, const Combination&) = default;
  };
  struct Example {
    LatLon at;
    int spare = -1;  // 0: exactly there, 1: certain for a GNSS fix, 2: 100 m to spare
  };

  Combination combination_at(LatLon at) {
    Combination combination{locator_.locate_within(at, 0).country, {}};
    locator_.memberships_within(at, 0, members_);
    for (Membership member : members_) combination.areas.push_back(member == Membership::inside);
    return combination;
  }

  bool is_clear(LatLon at, const Combination& combination, double uncertainty_m) {
    if (uncertainty_m == 0) return true;
    if (!locator_.locate_within(at, uncertainty_m).certain) return false;
    locator_.memberships_within(at, uncertainty_m, members_);
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (members_[i] != (combination.areas[i] ? Membership::inside : Membership::outside))
        return false;
    }
    return true;
  }

  const MapLocator& locator_;
  std::vector<Membership> members_;
  std::map<Combination, Example> found_;
};

struct Segment {
  LatLon a;
  LatLon b;
  std::uint32_t area;
};

// Boxes of a segment whose longitudes may run past 180.
std::vector<GridBox> boxes_of(const Segment& segment) {
  std::vector<GridBox> boxes;
  auto grid = [](double degrees, std::int32_t max) {
    return static_cast<std::int32_t>(
        std::clamp<double>(std::round(degrees * kUnitsPerDegree), -max, max));
  };
  const double west = std::min(segment.a.lon, segment.b.lon),
               east = std::max(segment.a.lon, segment.b.lon);
  for (double turn : {-360.0, 0.0, 360.0}) {
    if (east + turn < -180 || west + turn > 180) continue;
    boxes.push_back(
        {grid(west + turn, kLonMax), grid(std::min(segment.a.lat, segment.b.lat), kLatMax),
         grid(east + turn, kLonMax), grid(std::max(segment.a.lat, segment.b.lat), kLatMax)});
  }
  return boxes;
}

std::optional<LatLon> crossing_of(const Segment& s, LatLon c, LatLon d) {
  // Bring the second edge onto the first one's count of longitudes.
  const double middle = (s.a.lon + s.b.lon) / 2;
  const double turn = 360 * std::round((middle - (c.lon + d.lon) / 2) / 360);
  c.lon += turn, d.lon += turn;
  const double ux = s.b.lon - s.a.lon, uy = s.b.lat - s.a.lat;
  const double vx = d.lon - c.lon, vy = d.lat - c.lat;
  const double wx = c.lon - s.a.lon, wy = c.lat - s.a.lat;
  const double cross = ux * vy - uy * vx;
  if (cross == 0) return std::nullopt;
  const double t = (wx * vy - wy * vx) / cross;
  const double u = (wx * uy - wy * ux) / cross;
  if (t < -1e-9 || t > 1 + 1e-9 || u < -1e-9 || u > 1 + 1e-9) return std::nullopt;
  return LatLon{s.a.lat + t * uy, s.a.lon + t * ux};
}

// Every face beside a crossing is met by a small circle around it.
void try_around(Collector& collector, LatLon at) {
  for (double distance_m : {150.0, 1'500.0, 20.0, 2.0}) {
    for (int step = 0; step < 16; ++step) {
      collector.try_point(geodesic_step(at, step * 22.5 + 3, distance_m));
    }
  }
}

// Both sides of a boundary.
void try_beside(Collector& collector, const Segment& segment) {
  const LatLon middle{(segment.a.lat + segment.b.lat) / 2, (segment.a.lon + segment.b.lon) / 2};
  for (double distance_m : {150.0, 3.0}) {
    for (double azimuth : {2.0, 92.0, 182.0, 272.0}) {
      collector.try_point(geodesic_step(middle, azimuth, distance_m));
    }
  }
}

void try_raster(Collector& collector, const GridBox& box) {
  constexpr int kSteps = 12;
  const LatLon low = to_degrees({box.min_x, box.min_y}), high = to_degrees({box.max_x, box.max_y});
  for (int i = 0; i < kSteps * kSteps; ++i) {
    const double u = (i % kSteps + 0.5) / kSteps, v = (i / kSteps + 0.5) / kSteps;
    collector.try_point({low.lat + v * (high.lat - low.lat), low.lon + u * (high.lon - low.lon)});
  }
}

// A label's own point may lie on a sliver of it, where two states draw their border a metre apart;
// rasters over each of its outlines find where it is wider.
void try_outlines(const RegionMap& map, std::uint16_t label, Collector& collector) {
  for (const RegionArc& arc : map.arcs) {
    if (arc.left != label && arc.right != label) continue;
    GridPoint first = map.vertices[arc.first];
    GridBox box{first.x, first.y, first.x, first.y};
    for (std::uint32_t v = arc.first; v < arc.first + arc.count; ++v) {
      GridPoint at = map.vertices[v];
      box.min_x = std::min(box.min_x, at.x);
      box.min_y = std::min(box.min_y, at.y);
      box.max_x = std::max(box.max_x, at.x);
      box.max_y = std::max(box.max_y, at.y);
    }
    try_raster(collector, box);
  }
}

// Outlines of all areas as segments. Subdivisions give the arcs that are borders of them, thinned
// only when walking beside them.
std::vector<Segment> segments_of(const MapLocator& locator) {
  std::vector<Segment> segments;
  for (std::uint32_t id = 0; id < locator.areas().count(); ++id) {
    const BoundAreas::Bound& area = locator.areas().areas()[id];
    if (area.shape) {
      for (const std::vector<LatLon>& line : area.shape->outlines()) {
        for (std::size_t i = 1; i < line.size(); ++i) {
          LatLon b = line[i];
          b.lon += 360 * std::round((line[i - 1].lon - b.lon) / 360);
          segments.push_back({line[i - 1], b, id});
        }
      }
      continue;
    }
    const RegionMap& map = locator.maps().subdivisions->index().map();
    for (const RegionArc& arc : map.arcs) {
      if (area.holds_label[arc.left] == area.holds_label[arc.right]) continue;
      for (std::uint32_t v = arc.first; v + 1 < arc.first + arc.count; ++v) {
        segments.push_back({to_degrees(map.vertices[v]), to_degrees(map.vertices[v + 1]), id});
      }
    }
  }
  return segments;
}

void try_crossings(const MapLocator& locator, const std::vector<Segment>& segments,
                   Collector& collector) {
  std::vector<BoxTree::Entry> entries;
  for (std::uint32_t i = 0; i < segments.size(); ++i) {
    for (const GridBox& box : boxes_of(segments[i])) entries.push_back({box, i});
  }
  const BoxTree tree(entries);
  const RegionIndex& countries = locator.maps().countries->index();
  std::vector<std::uint32_t> others;
  std::vector<EdgeId> edges;
  for (std::uint32_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    for (const GridBox& box : boxes_of(segment)) {
      others.clear();
      tree.find(box, others);
      for (std::uint32_t k : others) {
        if (k <= i || segments[k].area == segment.area) continue;
        if (const auto at = crossing_of(segment, segments[k].a, segments[k].b))
          try_around(collector, *at);
      }
      edges.clear();
      countries.collect_edges(box, edges);
      std::sort(edges.begin(), edges.end());
      edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
      for (EdgeId edge : edges) {
        const auto at = crossing_of(segment, to_degrees(countries.edge_begin(edge)),
                                    to_degrees(countries.edge_end(edge)));
        if (at) try_around(collector, *at);
      }
    }
  }
}

void name_zones(std::vector<Situation>& situations) {
  for (Situation& one : situations) {
    if (!one.country.none()) one.zone = nearest_zone(one.example, *one.country.first());
  }
}

}  // namespace

std::string_view nearest_zone(LatLon at, Country country) {
  std::string_view nearest;
  double least_m = 1e9;
  for (const ZonePlace& place : zone_places(country)) {
    const double distance_m = geodesic_distance_m(at, {place.lat, place.lon});
    if (distance_m < least_m) least_m = distance_m, nearest = place.zone;
  }
  return nearest;
}

// Without areas there is one situation for each label, whose own point is clear of its borders
// where any is (geodata/inside_point.cc): borders need not be there yet.
std::vector<Situation> claims_alone(const Maps& maps) {
  std::vector<Situation> all;
  const std::vector<RegionLabel>& labels = maps.countries->names().labels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    all.push_back({maps.claim_of_label[i], {}, to_degrees(labels[i].inside), {}});
  }
  name_zones(all);
  std::sort(all.begin(), all.end(),
            [](const Situation& a, const Situation& b) { return a.country < b.country; });
  return all;
}

// A face of the arrangement of all boundaries touches a crossing, or a whole closed curve, or is a
// claim without any area: so points around every crossing, beside every outline, and inside every
// claim see every face wider than a few metres. A raster over each area finds better examples.
std::vector<Situation> find_situations(const MapLocator& locator) {
  if (locator.areas().count() == 0) return claims_alone(locator.maps());
  Collector collector(locator);
  const RegionMap& countries = locator.maps().countries->index().map();
  for (std::size_t i = 0; i < countries.labels.size(); ++i) {
    const LatLon inside = to_degrees(countries.labels[i].inside);
    collector.try_point(inside);
    if (collector.has_certain_example(inside)) continue;
    try_outlines(countries, static_cast<std::uint16_t>(i), collector);
  }
  const RegionMap& subdivisions = locator.maps().subdivisions->names();
  for (const BoundAreas::Bound& area : locator.areas().areas()) {
    for (std::uint16_t piece : area.pieces)
      collector.try_point(to_degrees(subdivisions.labels[piece].inside));
    if (!area.shape) continue;
    for (const GridBox& box : area.shape->boxes()) try_raster(collector, box);
  }
  const std::vector<Segment> segments = segments_of(locator);
  constexpr std::size_t kBesideMax = 200'000;
  const std::size_t step = 1 + segments.size() / kBesideMax;
  for (std::size_t i = 0; i < segments.size(); i += step) try_beside(collector, segments[i]);
  try_crossings(locator, segments, collector);
  std::vector<Situation> found = collector.situations();
  name_zones(found);
  return found;
}

}  // namespace sojourn::geo
