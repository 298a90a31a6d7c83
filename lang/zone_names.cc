#include "lang/zone_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/base/country.h"
#include "engine/base/diagnostic_code.h"

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

}  // namespace

bool is_zone(const ast::Name& zone, DiagnosticList& diagnostics) {
  if (TimeZone::find(zone.text)) return true;
  std::string_view meant = zone_meant(zone.text);
  diagnostics.add(make_diagnostic(
      Code::E0210, zone.span, fmt::format("unknown time zone `{}`", zone.text),
      meant.empty()
          ? "time zones are named as in the IANA database, such as `America/Sao_Paulo` or `UTC`"
          : fmt::format("did you mean `{}`?", meant)));
  return false;
}

}  // namespace sojourn::lang
