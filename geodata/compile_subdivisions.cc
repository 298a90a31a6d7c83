// Subdivisions. Source and digest: SOURCES.md.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "geodata/claims.h"
#include "geodata/compile.h"
#include "geodata/inside_point.h"

namespace sojourn::geodata {
namespace {

constexpr std::string_view kDigest =
    "b2eaff7bae9cedfbf4c576ec8b20009f965ba7e0bdd8075eb6ab5cc9d91ae0df";
constexpr std::int32_t kUnit = 100;  // 1 m; the source is drawn to about a kilometre

struct Tables {
  std::map<std::string, std::string> code_of_source;
  std::vector<std::vector<std::string>> groups;   // group, name, member
  std::vector<std::vector<std::string>> aliases;  // alias, code

  std::string current(const std::string& source) const {
    const auto found = code_of_source.find(source);
    return found == code_of_source.end() ? source : found->second;
  }
};

Result<Tables> read_tables(const std::string& folder) {
  auto codes = read_table(folder + "/subdivision_codes.csv");
  if (!codes) return std::move(codes).error();
  auto groups = read_table(folder + "/subdivision_groups.csv");
  if (!groups) return std::move(groups).error();
  auto aliases = read_table(folder + "/subdivision_aliases.csv");
  if (!aliases) return std::move(aliases).error();
  Tables tables{{}, std::move(groups).value(), std::move(aliases).value()};
  for (const auto& row : *codes) tables.code_of_source[row[0]] = row[1];
  return tables;
}

// The source marks places without a code by one of its own with a tilde.
bool is_iso_code(const std::string& code) {
  return code.size() >= 4 && code[2] == '-' && code.find('~') == std::string::npos &&
         code[0] != '-';
}

geo::RegionMap label_faces(const PlanarMap& planar, const std::vector<Claim>& codes_of_face,
                           const std::map<std::string, std::string>& name_of_code) {
  geo::RegionMap map;
  map.kind = geo::MapKind::subdivisions;
  map.unit = kUnit;
  map.labels.push_back({});
  std::map<std::string, std::uint16_t> label_of_code;
  for (const auto& [code, name] : name_of_code) {
    label_of_code[code] = static_cast<std::uint16_t>(map.labels.size());
    map.labels.push_back({code, name, {}});
  }
  std::vector<std::uint16_t> label_of_face;
  for (const Claim& codes : codes_of_face) {
    label_of_face.push_back(codes.empty() ? std::uint16_t{0} : label_of_code.at(*codes.begin()));
  }
  planar.write_arcs(label_of_face, map);
  return map;
}

void add_codes(const Tables& tables, geo::RegionMap& map) {
  for (const auto& [source, code] : tables.code_of_source) map.aliases.emplace_back(source, code);
  for (const auto& row : tables.aliases) map.aliases.emplace_back(row[0], row[1]);
  for (const auto& row : tables.groups) {
    const std::string member = tables.current(row[2]);
    const auto piece =
        std::find_if(map.labels.begin(), map.labels.end(),
                     [&](const geo::RegionLabel& label) { return label.code == member; });
    if (piece == map.labels.end()) continue;
    const geo::GridPoint inside = piece->inside;
    map.aliases.emplace_back(row[0], member);
    if (map.labels.back().code != row[0]) map.labels.push_back({row[0], row[1], inside});
  }
}

}  // namespace

Result<geo::RegionMap> compile_subdivisions(const std::string& sources,
                                            const std::string& tables_folder) {
  Result<Tables> tables = read_tables(tables_folder);
  if (!tables) return std::move(tables).error();
  auto features =
      read_features(sources + "/subdivisions.geo.json", kDigest, {"iso_3166_2", "name"}, kUnit);
  if (!features) return std::move(features).error();
  PlanarMapBuilder builder(kUnit);
  std::vector<std::string> code_of_region;
  std::map<std::string, std::string> name_of_code;
  for (const SourceFeature& feature : *features) {
    if (!is_iso_code(feature.property("iso_3166_2"))) continue;
    const std::string code = tables->current(feature.property("iso_3166_2"));
    name_of_code.try_emplace(code, feature.property("name"));
    for (const auto& polygon : feature.polygons) {
      builder.add(static_cast<RegionId>(code_of_region.size()), polygon);
    }
    code_of_region.push_back(code);
  }
  const PlanarMap planar(std::move(builder));
  std::vector<Claim> codes_of_face;
  for (const PlanarMap::Face& face : planar.faces()) {
    Claim codes;
    for (RegionId region : face.regions) codes.insert(code_of_region[region]);
    codes_of_face.push_back(std::move(codes));
  }
  const Dissolved dissolved = dissolve_slivers(planar, {}, codes_of_face);
  fmt::print(stderr,
             "subdivisions: {} edges, {} faces, {} edges split, {} slivers dissolved, the largest "
             "{:.3f} square km\n",
             planar.edge_count(), planar.faces().size(), planar.split_count(), dissolved.face_count,
             dissolved.largest_overlap_m2 / 1e6);
  geo::RegionMap map = label_faces(planar, codes_of_face, name_of_code);
  set_inside_points(map, nullptr);
  add_codes(*tables, map);
  return map;
}

}  // namespace sojourn::geodata
