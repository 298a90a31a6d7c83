// Private to adapters/geo: which subdivisions hold a fix.
//
// The subdivisions' map is drawn to about a kilometre, the countries' map to ten metres, and only
// the latter reaches out to sea. So a country decides first: within its claim, a place that the
// subdivisions' map gives to nobody, or to another country, belongs to the country's nearest
// subdivision, if that is within 50 km. A port is in its state; a state ends where its country
// does.
#pragma once

#include <vector>

#include "adapters/geo/maps.h"

namespace sojourn::geo {

struct SubdivisionAnswer {
  std::vector<std::uint16_t> possible;  // labels, sorted; certainly that one if there is one
  bool nowhere_possible = false;        // the fix may also lie in no subdivision
};

// `place` is where the fix is by country, at the same uncertainty. 0 metres: the exact answer.
SubdivisionAnswer find_subdivisions(const Maps& maps, LatLon at, double uncertainty_m,
                                    const Place& place);

inline constexpr double kSubdivisionReach_m = 50'000;

}  // namespace sojourn::geo
