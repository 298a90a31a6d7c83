#include "rules-examples/fleet/atlas.h"

#include <array>
#include <cassert>
#include <cstdlib>

namespace sojourn::fleet {
namespace {

using Codes = std::array<std::string_view, 3>;

struct LandRow {
  std::string_view code;
  Codes networks;
};

// In the order of Land.
constexpr std::array<LandRow, 9> kLands = {{
    {"DE", {"262-01", "262-02", "262-03"}},
    {"CH", {"228-01", "228-02", "228-03"}},
    {"FR", {"208-01", "208-10", "208-20"}},
    {"ES", {"214-07", "214-01", "214-03"}},
    {"MA", {"604-01", "604-00", "604-02"}},
    {"BR", {"724-05", "724-06", "724-10"}},
    {"AR", {"722-07", "722-34", "722-310"}},
    {"TR", {"286-01", "286-02", "286-03"}},
    {"US", {"310-260", "310-410", "311-480"}},
}};

constexpr Place inland(std::string_view name, std::int64_t lat, std::int64_t lon, Land land) {
  return {name, {lat, lon}, land, land};
}

constexpr Place border(std::string_view name, std::int64_t lat, std::int64_t lon, Land land,
                       Land across) {
  return {name, {lat, lon}, land, across};
}

constexpr Place kPlaces[] = {
    inland("Hamburg", 5355100, 999300, Land::DE),
    inland("Berlin", 5252000, 1340500, Land::DE),
    inland("Frankfurt", 5011000, 868200, Land::DE),
    inland("Munich", 4813700, 1157500, Land::DE),
    inland("Stuttgart", 4877500, 918200, Land::DE),
    inland("Karlsruhe", 4900700, 840400, Land::DE),
    inland("Freiburg", 4799900, 784200, Land::DE),
    border("Weil am Rhein", 4759400, 762500, Land::DE, Land::CH),
    border("Kehl", 4857300, 781800, Land::DE, Land::FR),
    border("Basel", 4755000, 759500, Land::CH, Land::DE),
    inland("Olten", 4735000, 790300, Land::CH),
    inland("Bern", 4694800, 744700, Land::CH),
    inland("Lausanne", 4653500, 664000, Land::CH),
    inland("Nyon", 4639000, 623500, Land::CH),
    border("Geneva", 4620000, 613500, Land::CH, Land::FR),
    border("Strasbourg", 4857800, 775200, Land::FR, Land::DE),
    border("Saint-Julien", 4613000, 607500, Land::FR, Land::CH),
    border("Viry", 4611000, 603500, Land::FR, Land::CH),
    inland("Bellegarde", 4610800, 582600, Land::FR),
    inland("Nancy", 4869200, 618400, Land::FR),
    inland("Paris", 4885700, 235200, Land::FR),
    inland("Lyon", 4576400, 483500, Land::FR),
    inland("Valence", 4493300, 489200, Land::FR),
    inland("Nimes", 4383700, 436000, Land::FR),
    inland("Narbonne", 4318400, 300400, Land::FR),
    inland("Perpignan", 4269900, 289500, Land::FR),
    border("Le Perthus", 4247500, 286500, Land::FR, Land::ES),
    border("La Jonquera", 4241900, 287400, Land::ES, Land::FR),
    inland("Girona", 4197900, 282100, Land::ES),
    inland("Barcelona", 4138500, 217300, Land::ES),
    inland("Tarragona", 4111900, 124500, Land::ES),
    inland("Tortosa", 4081000, 52000, Land::ES),
    inland("Castellon", 3998600, -3700, Land::ES),
    inland("Valencia", 3947000, -37600, Land::ES),
    inland("Albacete", 3899400, -185800, Land::ES),
    inland("Granada", 3717700, -359900, Land::ES),
    inland("Antequera", 3701900, -456100, Land::ES),
    inland("Algeciras", 3614000, -545600, Land::ES),
    inland("Tangier", 3575000, -583000, Land::MA),
    inland("Larache", 3517500, -613500, Land::MA),
    inland("Rabat", 3400000, -683000, Land::MA),
    inland("Casablanca", 3357300, -758900, Land::MA),
    inland("Marrakesh", 3162900, -798100, Land::MA),
    inland("Sao Paulo", -2355050, -4663330, Land::BR),
    inland("Rio de Janeiro", -2290680, -4325000, Land::BR),
    inland("Belo Horizonte", -1992000, -4394000, Land::BR),
    inland("Brasilia", -1579400, -4788200, Land::BR),
    inland("Recife", -804700, -3490000, Land::BR),
    inland("Manaus", -311900, -6002170, Land::BR),
    inland("Curitiba", -2542840, -4927330, Land::BR),
    inland("Porto Alegre", -3003460, -5121770, Land::BR),
    inland("Alegrete", -2978300, -5579200, Land::BR),
    border("Uruguaiana", -2975500, -5708000, Land::BR, Land::AR),
    border("Paso de los Libres", -2971000, -5710500, Land::AR, Land::BR),
    inland("Mercedes", -2918400, -5807400, Land::AR),
    inland("Parana", -3174000, -6051000, Land::AR),
    inland("Rosario", -3295000, -6070000, Land::AR),
    inland("Buenos Aires", -3462000, -5845000, Land::AR),
    inland("Cordoba", -3142000, -6418800, Land::AR),
    inland("Istanbul", 4106000, 2895000, Land::TR),
    inland("Izmit", 4077000, 2995000, Land::TR),
    inland("Bolu", 4073500, 3160600, Land::TR),
    inland("Ankara", 3993300, 3286000, Land::TR),
    inland("Konya", 3787100, 3248500, Land::TR),
    inland("Izmir", 3842300, 2720000, Land::TR),
    inland("New York", 4075000, -7395000, Land::US),
    inland("Chicago", 4187000, -8770000, Land::US),
    inland("St. Louis", 3862700, -9019900, Land::US),
    inland("Dallas", 3277700, -9679700, Land::US),
    inland("Atlanta", 3374900, -8438800, Land::US),
};

struct Road {
  std::string_view name;
  std::array<std::string_view, 11> stops;
  std::size_t stop_count;
};

constexpr Road kRoads[] = {
    {"Rhine", {"Karlsruhe", "Freiburg", "Weil am Rhein", "Basel", "Olten", "Bern"}, 6},
    {"Basel commute", {"Freiburg", "Weil am Rhein", "Basel"}, 3},
    {"Strasbourg run", {"Stuttgart", "Kehl", "Strasbourg", "Nancy", "Paris"}, 5},
    {"Alps to sea",
     {"Bern", "Lausanne", "Nyon", "Geneva", "Saint-Julien", "Viry", "Bellegarde", "Lyon", "Valence",
      "Nimes"},
     10},
    {"Spain",
     {"Nimes", "Narbonne", "Perpignan", "Le Perthus", "La Jonquera", "Girona", "Barcelona"},
     7},
    {"Levante",
     {"Barcelona", "Tarragona", "Tortosa", "Castellon", "Valencia", "Albacete", "Granada",
      "Antequera", "Algeciras"},
     9},
    {"Atlantic", {"Tangier", "Larache", "Rabat", "Casablanca", "Marrakesh"}, 5},
    {"Southern Brazil", {"Sao Paulo", "Curitiba", "Porto Alegre", "Alegrete", "Uruguaiana"}, 5},
    {"Mesopotamia",
     {"Uruguaiana", "Paso de los Libres", "Mercedes", "Parana", "Rosario", "Buenos Aires"},
     6},
    {"Minas", {"Sao Paulo", "Belo Horizonte", "Brasilia"}, 3},
    {"Anatolia", {"Istanbul", "Izmit", "Bolu", "Ankara", "Konya"}, 5},
    {"Midwest", {"Chicago", "St. Louis", "Dallas"}, 3},
};

// cos of 0, 10, ... 80 degrees, in hundredths.
constexpr std::array<std::int64_t, 9> kCosine = {100, 98, 94, 87, 77, 64, 50, 34, 17};

std::int64_t whole_root(std::int64_t square) {
  std::int64_t root = 0;
  for (std::int64_t bit = std::int64_t{1} << 31; bit > 0; bit >>= 1) {
    if ((root + bit) * (root + bit) <= square) root += bit;
  }
  return root;
}

}  // namespace

std::span<const std::string_view> networks_of(Land land) {
  return kLands[static_cast<std::size_t>(land)].networks;
}

std::string_view code_of(Land land) { return kLands[static_cast<std::size_t>(land)].code; }

const Place& place(std::string_view name) {
  for (const Place& candidate : kPlaces) {
    if (candidate.name == name) return candidate;
  }
  assert(false && "not in the table of places");
  std::abort();
}

std::span<const std::string_view> road(std::string_view name) {
  for (const Road& candidate : kRoads) {
    if (candidate.name == name) return {candidate.stops.data(), candidate.stop_count};
  }
  assert(false && "not in the table of roads");
  std::abort();
}

std::int64_t km_between(Point a, Point b) {
  // In tens of metres: a degree of latitude is 11,132 of them.
  std::int64_t middle = std::abs(a.lat + b.lat) / 2 / 1'000'000;
  std::int64_t north = (a.lat - b.lat) * 11'132 / 100'000;
  std::int64_t east = (a.lon - b.lon) * 11'132 / 100'000 *
                      kCosine[static_cast<std::size_t>(middle < 8 ? middle : 8)] / 100;
  return whole_root(north * north + east * east) / 100;
}

}  // namespace sojourn::fleet
