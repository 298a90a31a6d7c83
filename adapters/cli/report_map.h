// Coasts and borders for a drawn map: as few points as a page needs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace sojourn::cli {

struct MapWindow {
  double lat_min = 0, lat_max = 0, lon_min = 0, lon_max = 0;
};

// Thousandths of a degree: lon, lat, lon, lat, ...
using MapLine = std::vector<std::int32_t>;

struct MapLines {
  std::vector<MapLine> coasts, borders;
};

// Those within the window, rough enough to look smooth at its size. `geodata`: the folder of maps,
// "" where it was installed.
Result<MapLines> map_lines(const std::string& geodata, const MapWindow& window);

}  // namespace sojourn::cli
