// Private to adapters/geo: distances on WGS84, exact by GeographicLib, and cheap bounds for them.
//
// A chord through the Earth bounds the geodesic between its ends from both sides, because normal
// curvature on WGS84 stays between 1/6,399.6 km and 1/6,335.4 km (Schur's comparison of arcs with
// chords). For an edge that is straight in longitude and latitude, the chord bounds of a straight
// stick in space are widened by how far the edge can bulge from that stick.
#pragma once

#include <cstdint>

#include "adapters/geo/grid_point.h"

namespace sojourn::geo {

// Earth-centred coordinates in metres.
struct SpacePoint {
  double x = 0;
  double y = 0;
  double z = 0;
};

SpacePoint to_space(LatLon at);

struct DistanceBounds {
  double least_m = 0;
  double most_m = 0;
};

// Bounds of the geodesic distance from `from` to the edge a to b. Cheap (two sines an end).
DistanceBounds bound_edge_distance(const SpacePoint& from, LatLon a, LatLon b);

// Metres; accurate to a few nanometres.
double geodesic_distance_m(LatLon a, LatLon b);

// Geodesic distance to the nearest point of an edge that is straight in longitude and latitude;
// accurate to well under a millimetre. Some microseconds. Longitudes may run past 180, as long as
// those of a and b are on the same count.
double edge_distance_m(LatLon from, LatLon a, LatLon b);

// The point `distance_m` away in the direction `azimuth_degrees`, clockwise from north.
LatLon geodesic_step(LatLon from, double azimuth_degrees, double distance_m);

inline std::int64_t to_millimetres(double metres) {
  return static_cast<std::int64_t>(std::llround(metres * 1000));
}

// Lower bounds of the length of a degree on WGS84: of latitude anywhere; of longitude on the
// equator (times the cosine of the latitude elsewhere).
inline constexpr double kLatDegreeLeast_m = 110'574.0;
inline constexpr double kLonDegreeLeast_m = 111'319.0;

}  // namespace sojourn::geo
