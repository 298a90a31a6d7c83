// Where the made-up fleet can be: countries with real network codes, places near real cities, and
// roads between them with their border crossings.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sojourn::fleet {

enum class Land : std::uint8_t { DE, CH, FR, ES, MA, BR, AR, TR, US };

// The codes of the land's large networks, as ITU-T E.212 lists them.
std::span<const std::string_view> networks_of(Land land);
std::string_view code_of(Land land);

// WGS84 degrees times 100,000: about a metre, and whole numbers everywhere.
struct Point {
  std::int64_t lat = 0;
  std::int64_t lon = 0;
};

struct Place {
  std::string_view name;
  Point at;
  Land land = Land::DE;
  // Within a few kilometres of this neighbour, whose towers are heard; the same land: far from any.
  Land across = Land::DE;
  bool near_border() const { return across != land; }
};

const Place& place(std::string_view name);  // Requires: it is in the table.

// A road: places in order. Between two of them it stays in the land of the second; a crossing
// belongs to the land before it.
std::span<const std::string_view> road(std::string_view name);

// Kilometres between two points, good to a few per cent, in whole numbers.
std::int64_t km_between(Point a, Point b);

}  // namespace sojourn::fleet
