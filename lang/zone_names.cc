#include "lang/zone_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/base/country.h"
#include "engine/base/diagnostic_code.h"
#include "lang/country_names.h"

namespace sojourn::lang {
namespace {

// Those that people live in: of places.
std::vector<std::string_view> zones_of_places() {
  std::vector<std::string_view> zones = {"UTC"};
  for (std::size_t i = 0; i < country_count(); ++i) {
    for (const ZonePlace& place : zone_places(Country{static_cast<std::uint8_t>(i)})) {
      zones.push_back(place.zone);
    }
  }
  return zones;
}

std::string_view place_of(std::string_view zone) { return zone.substr(zone.rfind('/') + 1); }

// As in a name: "Sao Paulo" is "sao_paulo".
std::string as_letters(std::string_view name) {
  std::string letters(name);
  for (char& c : letters) {
    if (c == ' ') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return letters;
}

// `europe/berlin`, `Berlin`, `Europe/Instanbul`, `Instanbul`; empty: none is near.
std::string_view zone_meant(std::string_view name) {
  std::vector<std::string_view> zones = zones_of_places();
  std::string letters = as_letters(name);
  for (std::string_view zone : zones) {
    std::string known = as_letters(zone);
    if (known == letters || place_of(known) == letters) return zone;
  }
  // `CEST` and `UTC+3` are misspelt places of nowhere.
  auto small = [](char c) { return c >= 'a' && c <= 'z'; };
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (std::none_of(name.begin(), name.end(), small) ||
      std::any_of(name.begin(), name.end(), digit)) {
    return {};
  }
  if (std::string_view near = nearest_spelling(name, zones); !near.empty()) return near;
  std::vector<std::string_view> places;
  for (std::string_view zone : zones) places.push_back(place_of(zone));
  std::string_view near = nearest_spelling(place_of(name), places);
  auto at = std::find(places.begin(), places.end(), near);
  return near.empty() ? near : zones[static_cast<std::size_t>(at - places.begin())];
}

// `Brazil` and `BR`: the zones of the country, a few of them; empty: it is no country.
std::string zones_of_country(std::string_view name) {
  constexpr std::size_t kTold = 8;
  std::optional<Country> country = country_named(name);
  if (!country) country = find_country(name);
  if (!country) return {};
  std::vector<std::string> zones;
  for (const ZonePlace& place : zone_places(*country)) {
    std::string zone = fmt::format("`{}`", place.zone);
    if (std::find(zones.begin(), zones.end(), zone) == zones.end()) zones.push_back(zone);
  }
  bool more = zones.size() > kTold;
  zones.resize(std::min(zones.size(), kTold));
  return fmt::format("{}{}", fmt::join(zones, ", "), more ? ", ..." : "");
}

// `GMT-3` and `UTC+5`: the zone of so many hours, whose sign the database turns round.
std::string zone_of_offset(std::string_view name) {
  for (std::string_view base : {"GMT", "UTC", "Z", ""}) {
    if (!name.starts_with(base)) continue;
    std::string_view offset = name.substr(base.size());
    if (offset.size() < 2 || offset.size() > 3 || (offset[0] != '-' && offset[0] != '+')) continue;
    std::string_view hours = offset.substr(offset[1] == '0' ? 2 : 1);
    std::string zone = fmt::format("Etc/GMT{}{}", offset[0] == '-' ? '+' : '-', hours);
    if (TimeZone::find(zone)) return zone;
  }
  return {};
}

std::string zone_help(std::string_view name) {
  if (std::string_view meant = zone_meant(name); !meant.empty()) {
    return fmt::format("did you mean `{}`?", meant);
  }
  if (std::string zones = zones_of_country(name); !zones.empty()) {
    return fmt::format("write a zone of that country: {}", zones);
  }
  if (std::string zone = zone_of_offset(name); !zone.empty()) {
    return fmt::format(
        "write a place's zone, which knows when its clocks change, or `{}` for that offset all "
        "year",
        zone);
  }
  return "time zones are named as in the IANA database, such as `America/Sao_Paulo` or `UTC`";
}

}  // namespace

bool is_zone(const ast::Name& zone, DiagnosticList& diagnostics) {
  if (TimeZone::find(zone.text)) return true;
  diagnostics.add(make_diagnostic(Code::E0210, zone.span,
                                  fmt::format("unknown time zone `{}`", zone.text),
                                  zone_help(zone.text)));
  return false;
}

}  // namespace sojourn::lang
