// geodata_compile: makes the .sjgeo files from the published maps. See geodata/rebuild.sh.
//
//   geodata_compile SOURCES TABLES OUT
//
// SOURCES holds the unpacked maps, TABLES is the geodata folder of the source tree, OUT receives
// countries.sjgeo, land.sjgeo and subdivisions.sjgeo. The same input gives the same bytes.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "engine/base/diagnostic.h"
#include "engine/base/diagnostic_code.h"
#include "geodata/compile.h"

namespace {

using namespace sojourn;

Status write_file(const std::string& path, const geo::RegionMap& map) {
  const Bytes bytes = geo::write_region_map(map);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  if (!file.flush())
    return make_diagnostic(Code::E0002, fmt::format("`{}` cannot be written", path));
  fmt::print(stderr, "{}: {} labels, {} arcs, {} corners, {} bytes\n", path, map.labels.size(),
             map.arcs.size(), map.vertices.size(), bytes.size());
  return {};
}

Status run(const std::string& sources, const std::string& tables, const std::string& out) {
  Result<geo::RegionMap> subdivisions = geodata::compile_subdivisions(sources, tables);
  if (!subdivisions) return std::move(subdivisions).error();
  if (Status done = write_file(out + "/subdivisions.sjgeo", *subdivisions); !done) return done;
  Result<geo::RegionMap> land = geodata::compile_land(sources);
  if (!land) return std::move(land).error();
  if (Status done = write_file(out + "/land.sjgeo", *land); !done) return done;
  Result<geo::RegionMap> countries = geodata::compile_countries(sources, tables, *land);
  if (!countries) return std::move(countries).error();
  return write_file(out + "/countries.sjgeo", *countries);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: geodata_compile SOURCES TABLES OUT\n");
    return 2;
  }
  if (const Status done = run(argv[1], argv[2], argv[3]); !done) {
    fmt::print(stderr, "{}\n", done.error().message);
    return 1;
  }
  return 0;
}
