// The port through which the rest of Sojourn asks about places: names, containment, overlap.
//
// adapters/geo implements it over geodata/; tests implement it over a few squares.
//
//   const Gazetteer& world = ...;
//   auto locator = world.bind({Area::circle(-23.96, -46.30, 12'000), Area::subdivision("BR-SP")});
//   Place place = (*locator)->locate(fix);          // the country, certain or not
//   (*locator)->memberships(fix, members);          // one answer per area
//
// Positions are WGS84 degrees. Edges of polygons are straight in longitude and latitude; distances
// are geodesic, in metres, rounded to whole millimetres before anything is compared.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/country.h"
#include "engine/base/result.h"

namespace sojourn {

struct LatLon {
  double lat = 0;  // -90 to 90
  double lon = 0;  // -180 to 180
  friend bool operator==(const LatLon&, const LatLon&) = default;
};

enum class FixSource : std::uint8_t { gnss, cell };

// A reported position.
struct Fix {
  LatLon at;
  // 68% radius in metres; absent: the source's default (GNSS 20 m, cell 5 km).
  std::optional<double> accuracy_m{};
  std::optional<double> altitude_m{};
  std::optional<double> speed_mps{};
  FixSource source = FixSource::gnss;
};

// The countries that claim a point: none (the high seas), one, or up to four where claims overlap
// (MA and EH). A territory wins over its sovereign, so PR is PR and not US+PR.
class CountryClaim {
 public:
  CountryClaim() = default;  // no country
  static CountryClaim of(Country country) { return CountryClaim(country.index + 1u); }
  // The first four members, in the order of codes.
  static CountryClaim of(const CountrySet& countries);
  // Of a value that `packed` gave. In others, as damaged files hold, bytes of no country are
  // ignored.
  static CountryClaim from_packed(std::uint32_t packed) { return CountryClaim(packed); }

  bool none() const { return packed_ == 0; }
  CountrySet set() const;
  bool intersects(const CountrySet& countries) const;
  // The first country by code; absent when there is none.
  std::optional<Country> first() const;
  std::uint32_t packed() const { return packed_; }
  std::string text() const;  // "BR", "EH+MA", "no country"
  friend auto operator<=>(CountryClaim, CountryClaim) = default;

 private:
  explicit CountryClaim(std::uint32_t packed) : packed_(packed) {}
  std::uint32_t packed_ = 0;  // a byte per member: country index plus one; lowest byte first
};

enum class Ground : std::uint8_t { land, territorial_sea, none };

// Where a fix is, as far as countries go.
struct Place {
  CountryClaim country;  // the claim at the point itself
  bool certain = false;  // the whole disc (2r + 30 m, geo.md) lies under that one claim
  CountrySet possible;   // countries that the disc meets; only filled when not certain
};

enum class Membership : std::uint8_t { outside, uncertain, inside };

// Something drawn or named that a position can be in, other than a country.
struct Area {
  enum class Kind : std::uint8_t { subdivision, circle, polygon, corridor };
  using Ring = std::vector<LatLon>;

  Kind kind = Kind::circle;
  std::string name;     // subdivision: ISO 3166-2 code; others: for messages
  LatLon centre;        // circle
  double radius_m = 0;  // circle: radius; corridor: greatest distance from the line
  // polygon: parts, each an outer ring and its holes; corridor: lines, each in element 0
  std::vector<std::vector<Ring>> parts;

  static Area subdivision(std::string code);
  static Area circle(double lat, double lon, double radius_m);
};

// One combination of answers that exists on Earth: a point at which exactly this claim holds and
// exactly these areas hold it.
struct Situation {
  CountryClaim country;
  std::vector<bool> areas;  // one per bound area
  LatLon example;           // strictly inside all of it, where possible with 100 m to spare
  std::string_view zone;    // of a device's own clock at the example; empty: the policy's
};

// A gazetteer bound to the areas of one policy. Immutable; any thread.
class Locator {
 public:
  virtual ~Locator() = default;
  virtual Place locate(const Fix& fix) const = 0;
  // Requires: members has one element per bound area.
  virtual void memberships(const Fix& fix, std::span<Membership> members) const = 0;
  // Geodesic distance to the nearest edge of the claim that holds the point, in millimetres.
  virtual std::int64_t border_distance_mm(LatLon at) const = 0;
  // E0001 or E0701 when the map of land cannot be read.
  virtual Result<Ground> ground(LatLon at) const = 0;
  // Every combination that exists, each with an example. The first call may take seconds for
  // thousands of areas.
  virtual const std::vector<Situation>& situations() const = 0;
};

// Immutable; any thread.
class Gazetteer {
 public:
  virtual ~Gazetteer() = default;
  // Does the data know this ISO 3166-2 code (old codes are aliases)? The canonical code, or "".
  virtual std::string_view find_subdivision(std::string_view code) const = 0;
  virtual std::string_view subdivision_name(std::string_view code) const = 0;
  virtual std::vector<std::string_view> subdivisions_of(Country country) const = 0;
  // Every claim that occurs in the data, in a fixed order: single countries first.
  virtual std::vector<CountryClaim> claims() const = 0;
  // What a locator without areas tells: each claim once, with an example. Unlike `bind` it needs no
  // borders.
  virtual std::vector<Situation> situations() const = 0;
  // A point of land well inside the country.
  virtual LatLon representative_point(Country country) const = 0;
  // The zone of the device's own clock: of its country's zones the one whose place is nearest.
  virtual std::string_view zone_at(LatLon at, Country country) const = 0;
  // Names the offending area when it is unusable (crossing edges, fewer than three corners, ...).
  virtual Result<std::unique_ptr<Locator>> bind(std::vector<Area> areas) const = 0;
};

// NaN, infinities, latitudes beyond 90 and longitudes beyond 180 degrees are refused by name.
Status check_position(LatLon at);

}  // namespace sojourn
