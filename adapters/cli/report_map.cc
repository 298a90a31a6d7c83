#include "adapters/cli/report_map.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "adapters/cli/console.h"
#include "adapters/geo/geo.h"
#include "adapters/geo/region_map.h"

namespace sojourn::cli {
namespace {

constexpr std::size_t kMapBytesMax = std::size_t{64} << 20;
// A page has some thousand pixels: details finer than this share of the window are left out.
constexpr double kDetail = 1.0 / 1'500;

Result<geo::RegionMap> read_map(const std::string& folder, const char* name, geo::MapKind kind) {
  auto bytes = read_file(folder + "/" + name, kMapBytesMax);
  if (!bytes) return std::move(bytes).error();
  return geo::read_region_map({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()},
                              kind);
}

// Arcs cut at the window's edge and thinned out.
class Thinner {
 public:
  explicit Thinner(const MapWindow& window)
      : window_(window),
        step_(std::max(window.lat_max - window.lat_min, window.lon_max - window.lon_min) *
              kDetail) {}

  void add(const geo::RegionMap& map, const geo::RegionArc& arc, std::vector<MapLine>& lines) {
    MapLine line;
    double kept_lat = 0, kept_lon = 0;
    auto end_line = [&] {
      if (line.size() >= 4) lines.push_back(line);
      line.clear();
    };
    for (std::uint32_t i = 0; i < arc.count; ++i) {
      LatLon at = geo::to_degrees(map.vertices[arc.first + i]);
      if (!holds(at)) {
        end_line();
        continue;
      }
      bool last = i + 1 == arc.count;
      bool far = std::max(std::abs(at.lat - kept_lat), std::abs(at.lon - kept_lon)) >= step_;
      if (!line.empty() && !far && !last) continue;
      line.push_back(static_cast<std::int32_t>(std::lround(at.lon * 1'000)));
      line.push_back(static_cast<std::int32_t>(std::lround(at.lat * 1'000)));
      kept_lat = at.lat;
      kept_lon = at.lon;
    }
    end_line();
  }

 private:
  bool holds(LatLon at) const {
    return at.lat >= window_.lat_min && at.lat <= window_.lat_max && at.lon >= window_.lon_min &&
           at.lon <= window_.lon_max;
  }

  MapWindow window_;
  double step_;
};

// An island smaller than the detail is no line of the map.
bool is_speck(const geo::RegionMap& map, const geo::RegionArc& arc, double size) {
  const geo::GridPoint* first = map.vertices.data() + arc.first;
  if (first[0] != first[arc.count - 1]) return false;
  auto [west, east] = std::minmax_element(first, first + arc.count,
                                          [](const auto& a, const auto& b) { return a.x < b.x; });
  auto [south, north] = std::minmax_element(first, first + arc.count,
                                            [](const auto& a, const auto& b) { return a.y < b.y; });
  double width = std::max(double(east->x) - west->x, double(north->y) - south->y);
  return width < size * geo::kUnitsPerDegree;
}

}  // namespace

Result<MapLines> map_lines(const std::string& geodata, const MapWindow& window) {
  std::string folder = geodata.empty() ? geo::default_geodata_directory() : geodata;
  auto land = read_map(folder, "land.sjgeo", geo::MapKind::land);
  if (!land) return std::move(land).error();
  auto countries = read_map(folder, "countries.sjgeo", geo::MapKind::countries);
  if (!countries) return std::move(countries).error();
  MapLines lines;
  Thinner thinner(window);
  double speck =
      4 * kDetail * std::max(window.lat_max - window.lat_min, window.lon_max - window.lon_min);
  for (const geo::RegionArc& arc : land->arcs) {
    if (!is_speck(*land, arc, speck)) thinner.add(*land, arc, lines.coasts);
  }
  // Where one side is nothing, the arc is the edge of a territorial sea.
  for (const geo::RegionArc& arc : countries->arcs) {
    if (arc.left != 0 && arc.right != 0) thinner.add(*countries, arc, lines.borders);
  }
  return lines;
}

}  // namespace sojourn::cli
