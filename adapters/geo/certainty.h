// Private to adapters/geo: how far from a border a fix must lie.
#pragma once

#include "engine/base/gazetteer.h"

namespace sojourn::geo {

inline constexpr double kGnssRadius_m = 20;
inline constexpr double kCellRadius_m = 5'000;
inline constexpr double kDataError_m = 30;

// The distance within which the fix and the map cannot tell: twice the 68% radius (that is, three
// sigma) and the map's own error. A radius that is not a number of metres counts as missing.
inline double uncertainty_m(const Fix& fix) {
  const double missing = fix.source == FixSource::cell ? kCellRadius_m : kGnssRadius_m;
  const double radius = fix.accuracy_m.value_or(missing);
  return 2 * (radius >= 0 && radius < 1e8 ? radius : missing) + kDataError_m;
}

}  // namespace sojourn::geo
