#include "lang/drawn_regions.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/diagnostic_code.h"
#include "lang/print.h"
#include "lang/units.h"

namespace sojourn::lang {

void DrawnRegions::error(Code code, Span span, std::string message, std::string help) {
  diagnostics_.add(make_diagnostic(code, span, std::move(message), std::move(help)));
}

std::optional<Area> DrawnRegions::read(const ast::RegionMember& member) {
  std::string path = NamedFiles::path_of(sources_.path(member.name.span.source), member.name.text);
  std::optional<std::string> text = files_.read(path, member.name.span);
  if (!text) return std::nullopt;
  if (request_.read_area == nullptr) {
    error(Code::E0703, member.name.span,
          fmt::format("`{}` cannot be read: drawings are not understood here", path),
          "use countries, subdivisions or `circle(LAT, LON, 12 km)`");
    return std::nullopt;
  }
  Result<Area> read = request_.read_area(member.name.text, *text);
  if (read) return std::move(read).value();
  error(read.error().code, member.name.span, read.error().message, read.error().help);
  return std::nullopt;
}

bool DrawnRegions::is_wanted(const ast::RegionMember& member, Area& area) {
  bool wants_line = member.kind == ast::RegionMember::Kind::corridor;
  if (wants_line != (area.kind == Area::Kind::corridor)) {
    error(Code::E0703, member.name.span,
          fmt::format("`{}` holds {}, and {}", member.name.text, wants_line ? "polygons" : "lines",
                      wants_line ? "a corridor runs along lines" : "a region needs polygons"),
          wants_line
              ? fmt::format("for the polygons themselves write `geojson {}`",
                            print_text(member.name.text))
              : fmt::format("for the surroundings of the line write `corridor(15 km) along {}`",
                            print_text(member.name.text)));
    return false;
  }
  if (!wants_line) return true;
  std::optional<double> width = reach_metres(member.length);
  if (!width) {
    error(Code::E0214, member.length.span,
          fmt::format("`{}` is not a corridor's width", print(member.length)),
          "the width to either side is a length above zero, in m, km or nmi");
    return false;
  }
  area.radius_m = *width;
  return true;
}

bool DrawnRegions::is_off_earth(const Area& area) {
  for (const std::vector<Area::Ring>& part : area.parts) {
    for (const Area::Ring& ring : part) {
      bool off = std::any_of(ring.begin(), ring.end(),
                             [](const LatLon& corner) { return !check_position(corner); });
      if (off) return true;
    }
  }
  return false;
}

std::optional<Area> DrawnRegions::area(const ast::RegionMember& member) {
  std::optional<Area> drawn = read(member);
  if (!drawn || !is_wanted(member, *drawn)) return std::nullopt;
  Result<std::unique_ptr<Locator>> bound = request_.gazetteer->bind({*drawn});
  if (bound) return drawn;
  // What most often puts a drawing where no place is.
  constexpr std::string_view kOrder =
      "GeoJSON gives degrees, and the longitude before the latitude: `[-46.3, -23.9]` is Santos";
  error(bound.error().code, member.name.span, bound.error().message,
        is_off_earth(*drawn) ? fmt::format("{}; {}", bound.error().help, kOrder)
                             : bound.error().help);
  return std::nullopt;
}

}  // namespace sojourn::lang
