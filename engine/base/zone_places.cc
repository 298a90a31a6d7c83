// Reads the system's zone.tab: which zones a country has, and where each one's reference place is.
#include <algorithm>
#include <array>
#include <string>

#include "engine/base/country.h"
#include "engine/base/zone_files.h"

namespace sojourn {
namespace {

// An angle of ISO 6709, "+DDMM" or "+DDDMMSS" with `degree_digits` digits of degrees; absent when
// malformed.
std::optional<double> parse_angle(std::string_view text, std::size_t degree_digits) {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  std::string_view digits = text.substr(1);
  if (digits.size() != degree_digits + 2 && digits.size() != degree_digits + 4) return std::nullopt;
  int parts[3] = {0, 0, 0};  // degrees, minutes, seconds
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] < '0' || digits[i] > '9') return std::nullopt;
    int& part = parts[i < degree_digits ? 0 : 1 + (i - degree_digits) / 2];
    part = part * 10 + (digits[i] - '0');
  }
  double degrees = parts[0] + parts[1] / 60.0 + parts[2] / 3600.0;
  return text[0] == '-' ? -degrees : degrees;
}

struct StoredPlace {
  std::string zone;
  double lat;
  double lon;
};

struct ZoneTab {
  std::array<std::vector<StoredPlace>, 256> by_country;

  ZoneTab() {
    std::string text = read_zone_file("zone.tab").value_or("");
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = std::min(text.find('\n', begin), text.size());
      read_line(std::string_view(text).substr(begin, end - begin));
      begin = end + 1;
    }
  }

  // "BR<tab>-2332-04637<tab>America/Sao_Paulo<tab>comment"; what is not such a line is passed over.
  void read_line(std::string_view line) {
    std::size_t first = line.find('\t');
    std::size_t second = first == line.npos ? line.npos : line.find('\t', first + 1);
    if (second == line.npos) return;
    std::optional<Country> country = find_country(line.substr(0, first));
    std::string_view place = line.substr(first + 1, second - first - 1);
    std::string_view zone = line.substr(second + 1);
    zone = zone.substr(0, zone.find('\t'));
    std::size_t split = place.find_first_of("+-", 1);
    if (!country || zone.empty() || split == place.npos) return;
    std::optional<double> lat = parse_angle(place.substr(0, split), 2);
    std::optional<double> lon = parse_angle(place.substr(split), 3);
    if (lat && lon) by_country[country->index].push_back({std::string(zone), *lat, *lon});
  }
};

}  // namespace

std::vector<ZonePlace> zone_places(Country country) {
  static const ZoneTab tab;  // read once, on first use
  std::vector<ZonePlace> places;
  for (const StoredPlace& place : tab.by_country[country.index]) {
    places.push_back({place.zone, place.lat, place.lon});
  }
  return places;
}

std::string_view zone_by_network(Country country, std::string_view zone) {
  std::vector<ZonePlace> places = zone_places(country);
  bool is_own = std::any_of(places.begin(), places.end(),
                            [&](const ZonePlace& place) { return place.zone == zone; });
  std::string_view populous = most_populous_zone(country);
  return is_own || populous.empty() ? zone : populous;
}

}  // namespace sojourn
