#include "engine/base/gazetteer.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/base/diagnostic_code.h"

namespace sojourn {
namespace {

// The country of one byte of a packed claim; absent for none and for bytes that name none.
std::optional<Country> member_of(std::uint32_t byte) {
  if (byte == 0 || byte > country_count()) return std::nullopt;
  return Country{static_cast<std::uint8_t>(byte - 1)};
}

}  // namespace

CountryClaim CountryClaim::of(const CountrySet& countries) {
  std::uint32_t packed = 0;
  int shift = 0;
  for (Country member : countries.members()) {
    if (shift == 32) break;
    packed |= (member.index + 1u) << shift;
    shift += 8;
  }
  return CountryClaim(packed);
}

CountrySet CountryClaim::set() const {
  CountrySet members;
  for (std::uint32_t rest = packed_; rest != 0; rest >>= 8) {
    if (auto member = member_of(rest & 0xFF)) members.insert(*member);
  }
  return members;
}

bool CountryClaim::intersects(const CountrySet& countries) const {
  for (std::uint32_t rest = packed_; rest != 0; rest >>= 8) {
    auto member = member_of(rest & 0xFF);
    if (member && countries.contains(*member)) return true;
  }
  return false;
}

std::optional<Country> CountryClaim::first() const { return member_of(packed_ & 0xFF); }

std::string CountryClaim::text() const { return none() ? "no country" : set().text(); }

Area Area::subdivision(std::string code) {
  Area area;
  area.kind = Kind::subdivision;
  area.name = std::move(code);
  return area;
}

Area Area::circle(double lat, double lon, double radius_m) {
  Area area;
  area.kind = Kind::circle;
  area.centre = {lat, lon};
  area.radius_m = radius_m;
  return area;
}

Status check_position(LatLon at) {
  auto refuse = [](std::string_view what, double value) {
    return make_diagnostic(Code::E0006, fmt::format("{} {} is not on Earth", what, value),
                           "latitudes lie in -90 to 90 degrees, longitudes in -180 to 180");
  };
  if (!std::isfinite(at.lat) || at.lat < -90 || at.lat > 90) return refuse("latitude", at.lat);
  if (!std::isfinite(at.lon) || at.lon < -180 || at.lon > 180) return refuse("longitude", at.lon);
  return {};
}

}  // namespace sojourn
