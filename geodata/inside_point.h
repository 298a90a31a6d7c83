// A point well inside each region.
#pragma once

#include "adapters/geo/region_map.h"

namespace sojourn::geodata {

// Sets every label's `inside`: of a raster over the boxes of its largest parts, refined twice
// around the best, the point farthest from the region's borders; on land where there is `land` and
// the region has any.
void set_inside_points(geo::RegionMap& map, const geo::RegionMap* land);

}  // namespace sojourn::geodata
