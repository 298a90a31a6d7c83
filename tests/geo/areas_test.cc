// Drawn areas, subdivisions, and what is refused.
#include <random>

#include "adapters/geo/area_shape.h"
#include "engine/base/diagnostic_code.h"
#include "tests/geo/world.h"

namespace sojourn {
namespace {

std::unique_ptr<Locator> bind(std::vector<Area> areas) {
  auto locator = world().bind(std::move(areas));
  INFO((locator ? std::string() : locator.error().message));
  REQUIRE(locator);
  return std::move(locator).value();
}

Membership in_first(const Locator& locator, double lat, double lon, double accuracy_m = 20) {
  std::vector<Membership> members(1);
  locator.memberships({.at = {lat, lon}, .accuracy_m = accuracy_m}, members);
  return members[0];
}

Area polygon(std::vector<Area::Ring> rings) {
  Area area;
  area.kind = Area::Kind::polygon;
  area.name = "drawn";
  area.parts.push_back(std::move(rings));
  return area;
}

std::string refusal(Area area) {
  auto locator = world().bind({std::move(area)});
  REQUIRE_FALSE(locator);
  return locator.error().message;
}

TEST_CASE("a circle is inside at 2r + 30 m from its edge") {
  const LatLon centre{-23.96, -46.30};
  const auto locator = bind({Area::circle(centre.lat, centre.lon, 12'000)});
  struct Row {
    double distance_m;
    Membership expected;
  };
  for (const Row& row :
       {Row{0, Membership::inside}, Row{11'929.9, Membership::inside},
        Row{11'930.1, Membership::uncertain}, Row{12'000, Membership::uncertain},
        Row{12'069.9, Membership::uncertain}, Row{12'070.1, Membership::outside}}) {
    for (double azimuth : {0.0, 77.0, 180.0, 271.0}) {
      const LatLon at = geo::geodesic_step(centre, azimuth, row.distance_m);
      INFO(row.distance_m << " m at " << azimuth);
      CHECK(in_first(*locator, at.lat, at.lon) == row.expected);
    }
  }
}

TEST_CASE("a circle over the antimeridian and one over a pole") {
  const auto date_line = bind({Area::circle(-17, 179.95, 20'000)});
  CHECK(in_first(*date_line, -17, -179.95) == Membership::inside);
  CHECK(in_first(*date_line, -17, 180) == Membership::inside);
  CHECK(in_first(*date_line, -17, -179.7) == Membership::outside);
  const auto pole = bind({Area::circle(89.9, 0, 50'000)});
  CHECK(in_first(*pole, 89.9, 180) == Membership::inside);
  CHECK(in_first(*pole, 90, 0) == Membership::inside);
  CHECK(in_first(*pole, 89, 180) == Membership::outside);
}

TEST_CASE("a polygon with a hole") {
  const auto locator = bind({polygon(
      {{{0, 0}, {0, 1}, {1, 1}, {1, 0}}, {{0.4, 0.4}, {0.4, 0.6}, {0.6, 0.6}, {0.6, 0.4}}})});
  CHECK(in_first(*locator, 0.2, 0.2) == Membership::inside);
  CHECK(in_first(*locator, 0.5, 0.5) == Membership::outside);
  CHECK(in_first(*locator, 0.4001, 0.5) == Membership::uncertain);
  CHECK(in_first(*locator, 1.5, 0.5) == Membership::outside);
}

TEST_CASE("a polygon over the antimeridian, either way of writing it") {
  Area split = polygon({{{-18, 179}, {-18, 180}, {-16, 180}, {-16, 179}}});
  split.parts.push_back({{{-18, -180}, {-18, -179}, {-16, -179}, {-16, -180}}});
  for (const Area& area : {polygon({{{-18, 179}, {-18, -179}, {-16, -179}, {-16, 179}}}), split}) {
    const auto locator = bind({area});
    for (double lon : {179.5, -179.5, 180.0, -179.9999})
      CHECK(in_first(*locator, -17, lon) == Membership::inside);
    for (double lon : {178.9, -178.9, 0.0})
      CHECK(in_first(*locator, -17, lon) == Membership::outside);
  }
}

TEST_CASE("a corridor is a distance to a line") {
  Area area;
  area.kind = Area::Kind::corridor;
  area.radius_m = 15'000;
  area.parts = {{{{-22.9, -43.2}, {-23.5, -46.6}}}};
  const auto locator = bind({area});
  CHECK(in_first(*locator, -23.2, -44.9) == Membership::inside);
  CHECK(in_first(*locator, -23.5, -44.9) == Membership::outside);
  CHECK(in_first(*locator, -22.9, -43.2 + 0.14) == Membership::inside);
  CHECK(in_first(*locator, -22.9, -43.2 + 0.15) == Membership::outside);
}

TEST_CASE("subdivisions reach to their country's border and over its ports") {
  const auto locator = bind({Area::subdivision("BR-SP")});
  CHECK(in_first(*locator, -23.5505, -46.6333) == Membership::inside);   // Sao Paulo
  CHECK(in_first(*locator, -23.9870, -46.3000) == Membership::inside);   // the bay of Santos
  CHECK(in_first(*locator, -22.9068, -43.1729) == Membership::outside);  // Rio de Janeiro
  CHECK(in_first(*locator, -34.9011, -56.1645) == Membership::outside);  // Montevideo
  const auto england = bind({Area::subdivision("GB-ENG")});
  CHECK(in_first(*england, 51.5074, -0.1278) == Membership::inside);
  CHECK(in_first(*england, 55.9533, -3.1883) == Membership::outside);
  CHECK(in_first(*england, 51.5153, -0.0920) == Membership::inside);  // between two of its pieces
}

TEST_CASE("codes that ISO replaced are aliases") {
  CHECK(world().find_subdivision("BR-SP") == "BR-SP");
  CHECK(world().find_subdivision("CN-11") == "CN-BJ");
  CHECK(world().find_subdivision("ZA-NL") == "ZA-KZN");
  CHECK(world().find_subdivision("IN-MM") == "IN-MH");
  CHECK(world().find_subdivision("IT-25") == "IT-25");
  CHECK(world().subdivision_name("IT-25") == "Lombardia");
  CHECK(world().find_subdivision("BR-XX").empty());
  CHECK(world().find_subdivision("").empty());
  CHECK(world().subdivisions_of(*find_country("BR")).size() == 27);
}

TEST_CASE("what is no area is refused by name") {
  CHECK(refusal(Area::subdivision("BR-XX")) == "unknown subdivision `BR-XX`");
  CHECK(refusal(Area::circle(0, 0, 0)) == "circle is unusable: a radius of 0 m");
  CHECK(refusal(Area::circle(0, 0, -1)) == "circle is unusable: a radius of -1 m");
  CHECK(refusal(Area::circle(91, 0, 5)) == "circle is unusable: latitude 91 is not on Earth");
  CHECK(refusal(polygon({{{0, 0}, {0, 1}}})) ==
        "polygon `drawn` is unusable: it has fewer than three corners");
  CHECK(refusal(polygon({{{0, 0}, {1, 1}, {0, 1}, {1, 0}}})) ==
        "polygon `drawn` is unusable: its edges cross");
  CHECK(refusal(polygon({{{0, 0}, {0, 1}, {1, 1}}, {{5, 5}, {5, 6}, {6, 6}}})) ==
        "polygon `drawn` is unusable: a hole lies outside of it");
  CHECK(refusal(polygon({{{80, 0}, {80, 120}, {80, -120}}})) ==
        "polygon `drawn` is unusable: it goes around a pole or more than once around the Earth");
}

TEST_CASE("parts that overlap are refused, parts that touch are not") {
  Area area = polygon({{{0, 0}, {0, 1}, {1, 1}, {1, 0}}});
  area.parts.push_back({{{0, 1}, {0, 2}, {1, 2}, {1, 1}}});
  CHECK(in_first(*bind({area}), 0.5, 1.0) == Membership::inside);
  area.parts.push_back({{{0.5, 0.5}, {0.5, 3}, {0.6, 3}}});
  CHECK(refusal(area) == "polygon `drawn` is unusable: its parts overlap");
}

TEST_CASE("GeoJSON polygons, features, lines, and what is refused") {
  const auto square = geo::read_geojson_area(
      "square.geojson",
      R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":null,"geometry":
         {"type":"Polygon","coordinates":[[[10,0],[11,0],[11,1],[10,1],[10,0]]]}}]})");
  REQUIRE(square);
  CHECK(in_first(*bind({square.value()}), 0.5, 10.5) == Membership::inside);
  const auto line =
      geo::read_geojson_area("road", R"({"type":"LineString","coordinates":[[10,0],[11,0]]})");
  REQUIRE(line);
  CHECK(line.value().kind == Area::Kind::corridor);
  const char* const kBad[] = {"",
                              "{",
                              "[]",
                              "{}",
                              R"({"type":"Point","coordinates":[1,2]})",
                              R"({"type":"Polygon"})",
                              R"({"type":"Polygon","coordinates":[[["a",1]]]})",
                              R"({"type":"Polygon","coordinates":[[[1]]]})",
                              R"({"type":7})",
                              R"({"type":"FeatureCollection","features":[]})"};
  for (const char* text : kBad) {
    INFO(text);
    const auto area = geo::read_geojson_area("bad", text);
    REQUIRE_FALSE(area);
    CHECK(area.error().code == Code::E0703);
  }
  const std::string deep(100'000, '[');
  CHECK_FALSE(geo::read_geojson_area("deep", deep));
}

TEST_CASE("polygons by bands are polygons by counting") {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> unit(0, 1);
  Area::Ring star;
  for (int i = 0; i < 2'000; ++i) {
    const double reach = 0.2 + 0.8 * unit(random);
    star.push_back({50 + reach * std::sin(i * 0.00314159), 10 + reach * std::cos(i * 0.00314159)});
  }
  const auto shape = geo::AreaShape::make(polygon({star}));
  REQUIRE(shape);
  for (int i = 0; i < 2'000; ++i) {
    const LatLon at{49 + 2 * unit(random), 9 + 2 * unit(random)};
    const geo::GridPoint point = geo::to_grid(at);
    bool inside = false;
    for (std::size_t k = 0; k < star.size(); ++k) {
      const geo::GridPoint a = geo::to_grid(star[k]), b = geo::to_grid(star[(k + 1) % star.size()]);
      if ((a.y <= point.y) != (b.y <= point.y)) inside ^= geo::is_left(a, b, point) == (b.y < a.y);
    }
    REQUIRE(shape.value().holds(at) == inside);
  }
}

}  // namespace
}  // namespace sojourn
