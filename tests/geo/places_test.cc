// Tricky places, by name.
#include <cmath>
#include <limits>

#include "tests/geo/world.h"

namespace sojourn {
namespace {

struct Row {
  const char* where;
  double lat;
  double lon;
  const char* claim;
};

constexpr Row kRows[] = {
    {"Baarle-Hertog, a piece of Belgium in the Netherlands", 51.40504, 4.89226, "BE"},
    {"Sao Paulo", -23.5505, -46.6333, "BR"},
    {"Taveuni, Fiji, west of 180", -16.85, 179.97, "FJ"},
    {"Taveuni, Fiji, east of 180", -16.80, -179.97, "FJ"},
    {"Suva, Fiji", -18.1416, 178.4419, "FJ"},
    {"Chukotka west of 180", 68.0, 179.9, "RU"},
    {"Chukotka on 180", 68.0, 180.0, "RU"},
    {"Chukotka on -180", 68.0, -180.0, "RU"},
    {"Chukotka east of 180", 68.0, -179.9, "RU"},
    {"Maseru, Lesotho", -29.3151, 27.4869, "LS"},
    {"San Marino", 43.9361, 12.4464, "SM"},
    {"Vatican", 41.9029, 12.4534, "VA"},
    {"Rome", 41.8933, 12.4829, "IT"},
    {"Buesingen, a piece of Germany in Switzerland", 47.6967, 8.6900, "DE"},
    {"Schaffhausen, beside it", 47.6960, 8.6350, "CH"},
    {"Campione, a piece of Italy in Switzerland", 45.9697, 8.9717, "IT"},
    {"Llivia, a piece of Spain in France", 42.4633, 1.9800, "ES"},
    {"Gibraltar", 36.1408, -5.3536, "GI"},
    {"La Linea, beside it", 36.1683, -5.3478, "ES"},
    {"Ceuta", 35.8883, -5.3162, "ES"},
    {"Melilla", 35.2923, -2.9381, "ES"},
    {"Simferopol, Crimea", 44.9521, 34.1024, "RU+UA"},
    {"Laayoune, Western Sahara", 27.1536, -13.2033, "EH+MA"},
    {"Phu Quoc, Viet Nam", 10.2899, 103.9840, "VN"},
    {"Diego Garcia", -7.3195, 72.4229, "IO"},
    {"San Juan, a territory", 18.4655, -66.1057, "PR"},
    {"Hong Kong", 22.3193, 114.1694, "HK"},
    {"Macao", 22.1987, 113.5439, "MO"},
    {"Cayenne", 4.9224, -52.3135, "GF"},
    {"Saint-Denis, Reunion", -20.8789, 55.4481, "RE"},
    {"Longyearbyen, Svalbard", 78.2232, 15.6267, "SJ"},
    {"Mariehamn, Aland", 60.0973, 19.9348, "AX"},
    {"Philipsburg, south of an island of two countries", 18.0260, -63.0458, "SX"},
    {"Marigot, north of it", 18.0676, -63.0825, "MF"},
    {"Pristina", 42.6629, 21.1655, "XK"},
    {"Taipei", 25.0330, 121.5654, "TW"},
    {"Singapore", 1.3521, 103.8198, "SG"},
    {"Johor Bahru, over the strait", 1.4927, 103.7414, "MY"},
    {"Istanbul, Europe", 41.0082, 28.9784, "TR"},
    {"Istanbul, Asia", 40.9900, 29.0270, "TR"},
    {"Strasbourg", 48.5734, 7.7521, "FR"},
    {"Kehl, over the Rhine", 48.5716, 7.8087, "DE"},
    {"Kinshasa", -4.3217, 15.3125, "CD"},
    {"Brazzaville, over the Congo", -4.2634, 15.2429, "CG"},
    {"Pointe-Noire", -4.7692, 11.8664, "CG"},
    {"Cabinda, a piece of Angola", -5.5560, 12.2022, "AO"},
    {"Port of Rotterdam, Maasvlakte", 51.9530, 4.0300, "NL"},
    {"Port of Santos", -23.9608, -46.3030, "BR"},
    {"Rampion, a wind farm 7 nautical miles out", 50.6670, -0.2670, "GB"},
    {"Hornsea One, a wind farm 65 nautical miles out", 53.8850, 1.7910, "no country"},
    {"Strait of Gibraltar, the middle", 35.9500, -5.6000, "ES"},
    {"the Atlantic", 0.0, -30.0, "no country"},
    {"the South Pole", -90.0, 0.0, "AQ"},
    {"the South Pole by another meridian", -90.0, 123.0, "AQ"},
    {"the South Pole on 180", -90.0, 180.0, "AQ"},
    {"the North Pole", 90.0, 0.0, "no country"},
    {"the North Pole on -180", 90.0, -180.0, "no country"},
    {"zero", 0.0, 0.0, "no country"},
};

TEST_CASE("tricky places lie in their countries") {
  for (const Row& row : kRows) {
    INFO(row.where);
    CHECK(claim_at(row.lat, row.lon) == row.claim);
  }
}

TEST_CASE("what is no position is refused by name, and locates nowhere") {
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  for (const LatLon at : {LatLon{nan, 0}, LatLon{0, nan}, LatLon{infinity, 0}, LatLon{0, -infinity},
                          LatLon{90.0000001, 0}, LatLon{0, 180.0000001}}) {
    CHECK_FALSE(check_position(at));
    const Place place = countries_locator().locate({.at = at});
    CHECK(place.country.none());
    CHECK_FALSE(place.certain);
  }
  CHECK(check_position({90, 180}));
  CHECK(check_position({-90, -180}));
}

TEST_CASE("a fix is certain from twice its radius and 30 m on") {
  // Kehl, 1,050 m from the middle of the Rhine.
  const LatLon at{48.5716, 7.8087};
  const std::int64_t border_mm = countries_locator().border_distance_mm(at);
  const double limit_m = (static_cast<double>(border_mm) / 1000 - 30) / 2;
  CHECK(countries_locator().locate({.at = at, .accuracy_m = limit_m - 0.001}).certain);
  const Place beyond = countries_locator().locate({.at = at, .accuracy_m = limit_m + 0.001});
  CHECK_FALSE(beyond.certain);
  CHECK(beyond.country.text() == "DE");
  CHECK(beyond.possible.text() == "DE+FR");
}

TEST_CASE("a missing radius is the source's default") {
  const LatLon kehl{48.5716, 7.8087};
  CHECK(countries_locator().locate({.at = kehl}).certain);
  CHECK_FALSE(countries_locator().locate({.at = kehl, .source = FixSource::cell}).certain);
}

TEST_CASE("land, territorial sea, and none") {
  CHECK(countries_locator().ground({48.5716, 7.8087}).value() == Ground::land);
  CHECK(countries_locator().ground({50.6670, -0.2670}).value() == Ground::territorial_sea);
  CHECK(countries_locator().ground({0, -30}).value() == Ground::none);
  CHECK(countries_locator().ground({-90, 0}).value() == Ground::land);
  CHECK(countries_locator().ground({-7.3195, 72.4229}).value() == Ground::land);
}

TEST_CASE("every claim has an example that is under that very claim") {
  std::size_t seen = 0;
  for (const Situation& situation : countries_locator().situations()) {
    INFO(situation.country.text());
    const Place place = countries_locator().locate({.at = situation.example});
    CHECK(place.country == situation.country);
    // A counterexample is a fix, and that says where it is only away from the borders.
    CHECK(countries_locator().locate({.at = situation.example, .accuracy_m = 20}).certain);
    ++seen;
  }
  CHECK(seen == world().claims().size() + 1);
}

}  // namespace
}  // namespace sojourn
