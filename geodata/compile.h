// The three maps that geodata/ holds, each compiled from the published sources.
#pragma once

#include <string>

#include "adapters/geo/region_map.h"

namespace sojourn::geodata {

// Land or not, from the coastline map.
Result<geo::RegionMap> compile_land(const std::string& sources);

// Who claims what, from the maritime map; islands it lacks come from the coastline map.
Result<geo::RegionMap> compile_countries(const std::string& sources, const std::string& tables,
                                         const geo::RegionMap& land);

// The parts of countries with their ISO 3166-2 codes, from the subdivisions map. Codes that ISO has
// replaced become aliases; regions that the source has in pieces become groups.
Result<geo::RegionMap> compile_subdivisions(const std::string& sources, const std::string& tables);

}  // namespace sojourn::geodata
