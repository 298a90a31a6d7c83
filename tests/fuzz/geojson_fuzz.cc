// GeoJSON: refused with a diagnostic, or an area whose shape is made or refused.
#include <cstdint>

#include "adapters/geo/area_shape.h"
#include "adapters/geo/geo.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sojourn;
  auto area = geo::read_geojson_area("fuzz", {reinterpret_cast<const char*>(data), size});
  if (!area) return 0;
  area.value().radius_m = 100;
  const auto shape = geo::AreaShape::make(area.value());
  if (shape) (void)shape.value().membership({0.5, 10.5}, 70);
  return 0;
}
