#include "adapters/geo/geodesic.h"

#include <GeographicLib/Geodesic.hpp>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace sojourn::geo {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr double kEquatorRadius_m = 6'378'137.0;
constexpr double kFlattening = 1 / 298.257223563;
constexpr double kEccentricity2 = kFlattening * (2 - kFlattening);
constexpr double kCurvatureRadiusLeast_m = 6'335'400.0;
constexpr double kCurvatureRadiusMost_m = 6'399'600.0;

// Length of the arc of radius r over a chord c.
double arc_over_chord(double chord, double radius) {
  return 2 * radius * std::asin(std::min(1.0, chord / (2 * radius)));
}

double distance_to_stick(const SpacePoint& p, const SpacePoint& a, const SpacePoint& b) {
  const double ux = b.x - a.x, uy = b.y - a.y, uz = b.z - a.z;
  const double vx = p.x - a.x, vy = p.y - a.y, vz = p.z - a.z;
  const double length2 = ux * ux + uy * uy + uz * uz;
  const double along =
      length2 > 0 ? std::clamp((ux * vx + uy * vy + uz * vz) / length2, 0.0, 1.0) : 0.0;
  const double dx = vx - along * ux, dy = vy - along * uy, dz = vz - along * uz;
  return std::sqrt(dx * dx + dy * dy + dz * dz);
}

struct DegreesEdge {
  LatLon a;
  LatLon b;
  LatLon at(double t) const { return {a.lat + t * (b.lat - a.lat), a.lon + t * (b.lon - a.lon)}; }
};

// Rate of change of the distance from `from` while moving along the edge at t, and the distance.
struct Slope {
  double distance_m;
  double rate;
};

Slope slope_at(LatLon from, const DegreesEdge& edge, double t) {
  const LatLon here = edge.at(t);
  double distance = 0, azimuth_from = 0, azimuth_here = 0;
  GeographicLib::Geodesic::WGS84().Inverse(from.lat, from.lon, here.lat, here.lon, distance,
                                           azimuth_from, azimuth_here);
  const double sin_lat = std::sin(here.lat * kDegree);
  const double w2 = 1 - kEccentricity2 * sin_lat * sin_lat;
  const double prime_vertical = kEquatorRadius_m / std::sqrt(w2);
  const double meridional = prime_vertical * (1 - kEccentricity2) / w2;
  const double north = meridional * (edge.b.lat - edge.a.lat) * kDegree;
  const double east =
      prime_vertical * std::cos(here.lat * kDegree) * (edge.b.lon - edge.a.lon) * kDegree;
  return {distance,
          north * std::cos(azimuth_here * kDegree) + east * std::sin(azimuth_here * kDegree)};
}

// The distance along a piece short enough for it to have one minimum: bracket the zero of its rate
// and close in by false position, halving whenever that stalls.
double piece_distance_m(LatLon from, const DegreesEdge& piece) {
  Slope low = slope_at(from, piece, 0);
  Slope high = slope_at(from, piece, 1);
  double best = std::min(low.distance_m, high.distance_m);
  if (low.rate >= 0 || high.rate <= 0) return best;
  double t_low = 0, t_high = 1;
  const double length = std::max(std::abs(low.rate), std::abs(high.rate));
  for (int round = 0; round < 60 && (t_high - t_low) * length > 1e-4; ++round) {
    double t = t_low - low.rate * (t_high - t_low) / (high.rate - low.rate);
    const double margin = (t_high - t_low) * (round % 3 == 2 ? 0.5 : 1e-3);
    t = std::clamp(t, t_low + margin, t_high - margin);
    const Slope middle = slope_at(from, piece, t);
    best = std::min(best, middle.distance_m);
    if (middle.rate < 0) {
      low = middle, t_low = t;
    } else {
      high = middle, t_high = t;
    }
  }
  return best;
}

}  // namespace

SpacePoint to_space(LatLon at) {
  const double sin_lat = std::sin(at.lat * kDegree);
  const double cos_lat = std::cos(at.lat * kDegree);
  const double n = kEquatorRadius_m / std::sqrt(1 - kEccentricity2 * sin_lat * sin_lat);
  return {n * cos_lat * std::cos(at.lon * kDegree), n * cos_lat * std::sin(at.lon * kDegree),
          n * (1 - kEccentricity2) * sin_lat};
}

DistanceBounds bound_edge_distance(const SpacePoint& from, LatLon a, LatLon b) {
  const SpacePoint space_a = to_space(a);
  const SpacePoint space_b = to_space(b);
  const double stick = distance_to_stick(from, space_a, space_b);
  // The edge's length and bend: at most this many metres from the stick. Towards the poles an edge
  // turns as fast as 1 / (R cos lat).
  const double lat_most = std::max(std::abs(a.lat), std::abs(b.lat));
  const double cos_least = std::max(1e-6, std::cos(std::min(90.0, lat_most) * kDegree));
  const double dlat = b.lat - a.lat;
  const double dlon = b.lon - a.lon;
  const double length = 111'700.0 * std::hypot(dlat, dlon);
  const double bulge =
      std::min(length, length * length / (8 * kCurvatureRadiusLeast_m * cos_least)) + 1e-3;
  return {arc_over_chord(std::max(0.0, stick - bulge), kCurvatureRadiusMost_m) - 1e-3,
          arc_over_chord(stick + bulge, kCurvatureRadiusLeast_m) + 1e-3};
}

double geodesic_distance_m(LatLon a, LatLon b) {
  double distance = 0;
  GeographicLib::Geodesic::WGS84().Inverse(a.lat, a.lon, b.lat, b.lon, distance);
  return distance;
}

double edge_distance_m(LatLon from, LatLon a, LatLon b) {
  const DegreesEdge edge{a, b};
  const double span =
      std::max(std::abs(edge.b.lat - edge.a.lat), std::abs(edge.b.lon - edge.a.lon));
  const int pieces = std::max(1, static_cast<int>(std::ceil(span / 0.5)));
  double best = 1e9;
  for (int i = 0; i < pieces; ++i) {
    const DegreesEdge piece{edge.at(double(i) / pieces), edge.at(double(i + 1) / pieces)};
    best = std::min(best, piece_distance_m(from, piece));
  }
  return best;
}

LatLon geodesic_step(LatLon from, double azimuth_degrees, double distance_m) {
  LatLon to;
  GeographicLib::Geodesic::WGS84().Direct(from.lat, from.lon, azimuth_degrees, distance_m, to.lat,
                                          to.lon);
  return to;
}

}  // namespace sojourn::geo
