// Map files: first as they are (header, checksum), then as a payload that was found sound. Whatever
// is accepted must survive writing and reading, and must be safe to index and ask.
#include <cstdint>
#include <cstdlib>

#include "adapters/geo/region_index.h"
#include "adapters/geo/region_map.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sojourn::geo;
  const sojourn::ByteView bytes(data, size);
  (void)read_region_map(bytes, MapKind::countries);
  const auto map = read_region_payload(bytes, MapKind::subdivisions);
  if (!map) return 0;
  const auto again = read_region_payload(write_region_payload(map.value()), MapKind::subdivisions);
  if (!again || again.value().vertices != map.value().vertices) std::abort();
  if (map.value().vertices.size() > 200) return 0;
  const RegionIndex index(map.value());
  for (const GridPoint corner : map.value().vertices) {
    if (corner.x >= kLonMax) continue;
    if (index.find(corner).label > 0xFFFE) std::abort();
  }
  return 0;
}
