// Where a device is: the port Gazetteer over the maps in geodata/.
//
//   auto world = geo::open_gazetteer(geo::default_geodata_directory());
//   if (!world) return std::move(world).error();
//   auto locator = (*world)->bind({Area::circle(-23.96, -46.30, 12'000)});
//   Place place = (*locator)->locate({.at = {-23.95, -46.33}, .accuracy_m = 12});
//
// The maps and how certain an answer is: README.md beside this file.
#pragma once

#include <memory>
#include <string>

#include "engine/base/gazetteer.h"

namespace sojourn::geo {

// Reads countries.sjgeo, subdivisions.sjgeo and land.sjgeo; tens of milliseconds. Immutable; any
// thread.
Result<std::shared_ptr<const Gazetteer>> open_gazetteer(const std::string& directory);

// The environment's SOJOURN_GEODATA, else the installed folder, else the source tree's.
std::string default_geodata_directory();

// GeoJSON (RFC 7946): polygons and multipolygons become a polygon area, line strings a corridor
// whose radius the caller sets. Accepts a geometry, a Feature or a FeatureCollection of one kind.
// `name` is what messages call the area. Shapes are validated by Gazetteer::bind.
Result<Area> read_geojson_area(std::string name, std::string_view text);

}  // namespace sojourn::geo
