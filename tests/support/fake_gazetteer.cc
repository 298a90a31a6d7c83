#include "tests/support/fake_gazetteer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "engine/base/diagnostic_code.h"

namespace sojourn::testing {
namespace {

// South-west and north-east corner in degrees.
struct Rectangle {
  std::string_view code;
  double south, north, west, east;
  bool holds(LatLon p) const {
    return p.lat >= south && p.lat < north && p.lon >= west && p.lon < east;
  }
  LatLon middle() const { return {(south + north) / 2, (west + east) / 2}; }
};

const std::vector<Rectangle>& fake_countries() {
  static const std::vector<Rectangle> rows = {{"BR", -34, 5, -54, -34},
                                              {"BR", -10, 5, -70, -54},
                                              {"PY", -27, -19, -62, -54},
                                              {"AR", -55, -27, -72, -57},
                                              {"UY", -35.5, -30, -57, -54},
                                              {"US", 25, 49, -125, -67},
                                              {"PR", 17.9, 18.6, -67.3, -65.2},
                                              {"MX", 15, 25, -117, -87},
                                              {"GP", 15.9, 16.5, -61.8, -61},
                                              {"MQ", 14.3, 15, -61.3, -60.8},
                                              {"FR", 43, 51, -4.5, 7},
                                              {"DE", 47.5, 55, 7, 15},
                                              {"CH", 46, 47.5, 7, 10.5},
                                              {"ES", 36, 43, -6, 3.3},
                                              {"PT", 37, 42, -9.5, -6},
                                              {"IT", 37, 46, 10.5, 18.5},
                                              {"GB", 51, 59, -6, 1.8},
                                              {"TR", 36, 42, 26, 45},
                                              {"MA", 21, 35.9, -17, -6},
                                              {"EH", 21, 27.6, -17, -9},
                                              {"IN", 8, 35, 68, 90},
                                              {"CN", 20, 50, 95, 125},
                                              {"SA", 17, 31, 36, 50},
                                              {"QA", 24.5, 26.2, 50.7, 51.7},
                                              {"RU", 56, 70, 30, 170},
                                              {"AU", -38, -12, 113, 154},
                                              {"ZA", -35, -22, 17, 33}};
  return rows;
}

const std::vector<Rectangle>& fake_subdivisions() {
  static const std::vector<Rectangle> rows = {
      {"BR-AM", -10, 2, -70, -56},      {"BR-RJ", -23.4, -20.7, -44.5, -41},
      {"BR-SP", -25, -20, -53, -44.5},  {"DE-BE", 52.3, 52.7, 13, 13.8},
      {"DE-BY", 47.5, 50.5, 9, 13.8},   {"US-CA", 32.5, 42, -124, -114},
      {"US-NY", 40.5, 45, -79.7, -71.8}};
  return rows;
}

// Metres between two points on a sphere; good enough for a fake world.
double fake_distance_m(LatLon a, LatLon b) {
  constexpr double kRadians = 0.017453292519943295;
  double half_lat = std::sin((b.lat - a.lat) * kRadians / 2);
  double half_lon = std::sin((b.lon - a.lon) * kRadians / 2);
  double chord = half_lat * half_lat +
                 std::cos(a.lat * kRadians) * std::cos(b.lat * kRadians) * half_lon * half_lon;
  return 2 * 6'371'008.8 * std::asin(std::sqrt(std::min(1.0, chord)));
}

// Metres from a point to the nearest edge of a rectangle.
double fake_edge_distance_m(const Rectangle& r, LatLon p) {
  double lat = std::clamp(p.lat, r.south, r.north);
  double lon = std::clamp(p.lon, r.west, r.east);
  return std::min({fake_distance_m(p, {lat, r.west}), fake_distance_m(p, {lat, r.east}),
                   fake_distance_m(p, {r.south, lon}), fake_distance_m(p, {r.north, lon})});
}

CountryClaim claim_at(LatLon at) {
  CountrySet claims;
  for (const Rectangle& row : fake_countries()) {
    if (row.holds(at)) claims.insert(*find_country(row.code));
  }
  return CountryClaim::of(claims);
}

// A point in every cell of the grid that the rectangles' edges make. Every locator looks at each.
const std::vector<std::pair<LatLon, CountryClaim>>& grid() {
  static const auto points = [] {
    std::vector<double> lats = {-89, 89}, lons = {-179, 179};
    for (const auto* rows : {&fake_countries(), &fake_subdivisions()}) {
      for (const Rectangle& row : *rows) {
        for (double edge : {row.south, row.north}) {
          lats.insert(lats.end(), {edge - .01, edge + .01});
        }
        for (double edge : {row.west, row.east}) {
          lons.insert(lons.end(), {edge - .01, edge + .01});
        }
        lats.push_back(row.middle().lat);
        lons.push_back(row.middle().lon);
      }
    }
    std::vector<std::pair<LatLon, CountryClaim>> cells;
    for (double lat : lats) {
      for (double lon : lons) cells.emplace_back(LatLon{lat, lon}, claim_at({lat, lon}));
    }
    return cells;
  }();
  return points;
}

class FakeLocator final : public Locator {
 public:
  explicit FakeLocator(std::vector<Area> areas) : areas_(std::move(areas)) { sample(); }

  Place locate(const Fix& fix) const override {
    Place place;
    place.country = claim_at(fix.at);
    double reach = 2 * fix.accuracy_m.value_or(fix.source == FixSource::gnss ? 20 : 5'000) + 30;
    place.certain = true;
    const double far_degrees = reach / 110'000;
    for (const Rectangle& row : fake_countries()) {
      if (fix.at.lat < row.south - far_degrees || fix.at.lat > row.north + far_degrees) continue;
      if (fake_edge_distance_m(row, fix.at) > reach) continue;
      place.certain = false;
      place.possible.insert(*find_country(row.code));
    }
    if (!place.certain) place.possible |= place.country.set();
    return place;
  }

  void memberships(const Fix& fix, std::span<Membership> members) const override {
    double reach = 2 * fix.accuracy_m.value_or(fix.source == FixSource::gnss ? 20 : 5'000) + 30;
    for (std::size_t i = 0; i < areas_.size(); ++i) {
      double depth = depth_m(areas_[i], fix.at);
      members[i] = std::abs(depth) <= reach ? Membership::uncertain
                   : depth > 0              ? Membership::inside
                                            : Membership::outside;
    }
  }

  std::int64_t border_distance_mm(LatLon at) const override {
    double nearest = 20'000'000;
    for (const Rectangle& row : fake_countries()) {
      if (row.holds(at)) nearest = std::min(nearest, fake_edge_distance_m(row, at));
    }
    return static_cast<std::int64_t>(std::llround(nearest * 1000));
  }

  Result<Ground> ground(LatLon at) const override {
    return claim_at(at).none() ? Ground::none : Ground::land;
  }
  const std::vector<Situation>& situations() const override { return situations_; }

 private:
  // How far inside the area a point lies, in metres; negative outside.
  static double depth_m(const Area& area, LatLon at) {
    switch (area.kind) {
      case Area::Kind::subdivision: {
        double best = -20'000'000;
        for (const Rectangle& row : fake_subdivisions()) {
          if (row.code != area.name) continue;
          double edge = fake_edge_distance_m(row, at);
          best = std::max(best, row.holds(at) ? edge : -edge);
        }
        return best;
      }
      case Area::Kind::circle:
        return area.radius_m - fake_distance_m(area.centre, at);
      case Area::Kind::polygon: {
        double edge = 20'000'000;
        for (const auto& part : area.parts) {
          for (const Area::Ring& ring : part) {
            for (std::size_t i = 0; i < ring.size(); ++i) {
              edge = std::min(edge, segment_distance_m(ring[i], ring[(i + 1) % ring.size()], at));
            }
          }
        }
        return is_inside(area, at) ? edge : -edge;
      }
      case Area::Kind::corridor: {
        double edge = 20'000'000;
        for (const auto& part : area.parts) {
          for (std::size_t i = 0; !part.empty() && i + 1 < part[0].size(); ++i) {
            edge = std::min(edge, segment_distance_m(part[0][i], part[0][i + 1], at));
          }
        }
        return area.radius_m - edge;
      }
    }
    return -20'000'000;
  }

  static double segment_distance_m(LatLon a, LatLon b, LatLon p) {
    double dx = b.lon - a.lon, dy = b.lat - a.lat;
    double length = dx * dx + dy * dy;
    double t = length > 0 ? ((p.lon - a.lon) * dx + (p.lat - a.lat) * dy) / length : 0;
    t = std::clamp(t, 0.0, 1.0);
    return fake_distance_m({a.lat + t * dy, a.lon + t * dx}, p);
  }

  void sample() {
    for (const auto& [at, claim] : grid()) consider(at, claim);
    for (const Area& area : areas_) sample_around(area);
    for (auto& [key, example] : found_) situations_.push_back({key.first, key.second, example, {}});
  }

  void sample_around(const Area& area) {
    auto ring_around = [&](LatLon centre, double radius_m) {
      constexpr double kMetresPerDegree = 111'195;
      for (double share : {0.0, 0.3, 0.6, 0.9, 1.1, 1.5}) {
        for (int step = 0; step < 24; ++step) {
          double angle = step * 0.2617993877991494;
          double across = kMetresPerDegree * std::cos(centre.lat * 0.017453292519943295);
          consider({centre.lat + share * radius_m * std::cos(angle) / kMetresPerDegree,
                    centre.lon + share * radius_m * std::sin(angle) / across});
        }
      }
    };
    if (area.kind == Area::Kind::circle) ring_around(area.centre, area.radius_m);
    for (const auto& part : area.parts) {
      if (part.empty() || part[0].empty()) continue;
      LatLon middle;
      for (LatLon corner : part[0]) {
        ring_around(corner, std::max(area.radius_m, 1'000.0));
        middle.lat += corner.lat / static_cast<double>(part[0].size());
        middle.lon += corner.lon / static_cast<double>(part[0].size());
      }
      consider(middle);
    }
  }

  void consider(LatLon at) {
    if (std::abs(at.lat) <= 90 && std::abs(at.lon) <= 180) consider(at, claim_at(at));
  }

  // As depth_m() > 0, without a distance where that tells: it is asked of thousands of points.
  static bool holds(const Area& area, LatLon at) {
    constexpr double kMetresPerDegreeMin = 110'000;
    switch (area.kind) {
      case Area::Kind::subdivision:
        return std::any_of(
            fake_subdivisions().begin(), fake_subdivisions().end(),
            [&](const Rectangle& row) { return row.code == area.name && row.holds(at); });
      case Area::Kind::polygon:
        return is_inside(area, at);
      case Area::Kind::circle:
        return std::abs(at.lat - area.centre.lat) * kMetresPerDegreeMin < area.radius_m &&
               depth_m(area, at) > 0;
      case Area::Kind::corridor:
        return depth_m(area, at) > 0;
    }
    return false;
  }

  // An odd number of edges east of the point.
  static bool is_inside(const Area& polygon, LatLon at) {
    bool inside = false;
    for (const auto& part : polygon.parts) {
      for (const Area::Ring& ring : part) {
        for (std::size_t i = 0; i < ring.size(); ++i) {
          LatLon a = ring[i], b = ring[(i + 1) % ring.size()];
          bool crossed = (a.lat > at.lat) != (b.lat > at.lat) &&
                         at.lon < (b.lon - a.lon) * (at.lat - a.lat) / (b.lat - a.lat) + a.lon;
          inside = inside != crossed;
        }
      }
    }
    return inside;
  }

  void consider(LatLon at, CountryClaim claim) {
    std::vector<bool> inside;
    for (const Area& area : areas_) inside.push_back(holds(area, at));
    found_.emplace(std::pair(claim, std::move(inside)), at);
  }

  std::vector<Area> areas_;
  std::map<std::pair<CountryClaim, std::vector<bool>>, LatLon> found_;
  std::vector<Situation> situations_;
};

}  // namespace

std::string_view FakeGazetteer::find_subdivision(std::string_view code) const {
  for (const Rectangle& row : fake_subdivisions()) {
    if (row.code == code) return row.code;
  }
  return {};
}

std::vector<std::string_view> FakeGazetteer::subdivisions_of(Country country) const {
  std::vector<std::string_view> codes;
  for (const Rectangle& row : fake_subdivisions()) {
    if (row.code.substr(0, 2) == code_of(country)) codes.push_back(row.code);
  }
  return codes;
}

std::vector<Situation> FakeGazetteer::situations() const { return FakeLocator({}).situations(); }

std::vector<CountryClaim> FakeGazetteer::claims() const {
  std::vector<CountryClaim> all;
  for (const Situation& situation : situations()) {
    if (!situation.country.none()) all.push_back(situation.country);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](CountryClaim a, CountryClaim b) { return a.set().size() < b.set().size(); });
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

LatLon FakeGazetteer::representative_point(Country country) const {
  for (const Rectangle& row : fake_countries()) {
    if (row.code == code_of(country)) return row.middle();
  }
  return {};
}

Result<std::unique_ptr<Locator>> FakeGazetteer::bind(std::vector<Area> areas) const {
  for (const Area& area : areas) {
    if (area.kind == Area::Kind::subdivision && find_subdivision(area.name).empty()) {
      return make_diagnostic(Code::E0006, "unknown subdivision `" + area.name + "`");
    }
  }
  return std::unique_ptr<Locator>(std::make_unique<FakeLocator>(std::move(areas)));
}

}  // namespace sojourn::testing
