// The real maps, opened once per test program.
#pragma once

#include "adapters/geo/geo.h"
#include "tests/support/catch.h"

namespace sojourn {

inline const Gazetteer& world() {
  static const auto opened = geo::open_gazetteer(geo::default_geodata_directory());
  INFO((opened ? std::string() : opened.error().message));
  REQUIRE(opened);
  return **opened;
}

inline const Locator& countries_locator() {
  static const auto locator = world().bind({}).value();
  return *locator;
}

inline std::string claim_at(double lat, double lon) {
  return countries_locator().locate({.at = {lat, lon}}).country.text();
}

}  // namespace sojourn
