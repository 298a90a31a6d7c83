// A point well inside each region.
#pragma once

#include "adapters/geo/region_map.h"

namespace sojourn::geodata {

// Sets every label's `inside`: of a raster over the boxes of its largest parts, refined twice
// around the best, the point farthest from the region's borders; on land where there is `land` and
// the region has any.
void set_inside_points(geo::RegionMap& map, const geo::RegionMap* land);

// A region of slivers, where two states draw their border a metre apart, may have its point on one
// of them: where it lies within 100 m of a border, rasters over the boxes of all of its borders
// find where the region is wider. Situations without areas rely on it.
void leave_slivers(geo::RegionMap& map);

}  // namespace sojourn::geodata
