// Countries and land. Sources and digests: SOURCES.md.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/geo/region_index.h"
#include "engine/base/diagnostic_code.h"
#include "geodata/claims.h"
#include "geodata/compile.h"
#include "geodata/inside_point.h"

namespace sojourn::geodata {
namespace {

constexpr std::string_view kMaritimeDigest =
    "02174f35ee0a901ac6be20d0587e44e37ec6c601069e9e8002467770a69436fb";
constexpr std::string_view kCoastlineDigest =
    "9b4ed1a017cc1743821366af7d9174465020b86a425f9a022b914b7f5ce7fcb2";
constexpr double kUnlistedOverlapMax_m2 = 5e6;
constexpr std::int32_t kUnit = 100;  // both maps have five decimals

using Features = std::vector<SourceFeature>;

// Polygons of one country overlap here and there. The inner one is either an enclave of somebody
// else, drawn as one more polygon (Lesotho in ZA), or an island inside its sea (Phu Quoc in VN): it
// is the country's own unless another one holds it. So each polygon is a region of its own while
// faces are found; whose it is, is remembered here.
struct Overlay {
  PlanarMapBuilder builder{kUnit};
  std::vector<std::string> owner;

  void add(const std::vector<Ring>& polygon, const std::string& country) {
    builder.add(static_cast<RegionId>(owner.size()), polygon);
    owner.push_back(country);
  }
  void add(const Features& features, const std::vector<std::string>& codes) {
    for (std::size_t i = 0; i < features.size(); ++i) {
      for (const auto& polygon : features[i].polygons) add(polygon, codes[i]);
    }
  }
  Claim owners(const RegionSet& regions) const {
    std::map<std::string, int> polygons;
    for (RegionId region : regions) ++polygons[owner[region]];
    Claim all, odd;
    for (const auto& [country, count] : polygons) {
      all.insert(country);
      if (count % 2 == 1) odd.insert(country);
    }
    return odd.empty() ? all : odd;
  }
};

Result<Features> read_coastline(const std::string& sources) {
  return read_features(sources + "/countries-coastline-10m.geo.json", kCoastlineDigest, {"A3"},
                       kUnit);
}
Result<Features> read_maritime(const std::string& sources) {
  return read_features(sources + "/countries-maritime-10m.geo.json", kMaritimeDigest, {"A3"},
                       kUnit);
}

// Everything south of 84 degrees is land, but the coastline map ends at the limit of the web's
// square map, with a ring that doubles back there.
void extend_to_pole(Features& features) {
  constexpr std::int32_t kNorth = -840'000'000;
  const Ring cap{{-geo::kLonMax, kNorth},
                 {-geo::kLonMax, -geo::kLatMax},
                 {geo::kLonMax, -geo::kLatMax},
                 {geo::kLonMax, kNorth},
                 {-geo::kLonMax, kNorth}};
  for (SourceFeature& feature : features) {
    if (feature.property("A3") == "ATA") feature.polygons.push_back({cap});
  }
}

// The maritime map draws Antarctica as the area of the treaty, everything south of 60 degrees, with
// a ring that doubles back near the pole. Here it is as the treaty means it, in steps short enough
// for distances to the parallel.
void redraw_antarctica(Features& features) {
  constexpr std::int32_t kTreatyLimit = -600'000'000;
  constexpr std::int32_t kStep = 2'500'000;
  Ring ring{{geo::kLonMax, kTreatyLimit}};
  while (ring.back().x > -geo::kLonMax) ring.push_back({ring.back().x - kStep, kTreatyLimit});
  ring.push_back({-geo::kLonMax, -geo::kLatMax});
  ring.push_back({geo::kLonMax, -geo::kLatMax});
  ring.push_back(ring.front());
  for (SourceFeature& feature : features) {
    if (feature.property("A3") == "ATA") feature.polygons = {{ring}};
  }
}

// Names the features' regions by alpha-2 code; every region once.
Result<std::vector<std::string>> alpha2_codes(const Features& features, const std::string& tables) {
  auto table = read_table(tables + "/alpha3.csv");
  if (!table) return std::move(table).error();
  std::vector<std::string> codes;
  for (const SourceFeature& feature : features) {
    const std::string& alpha3 = feature.property("A3");
    const auto row =
        std::find_if(table->begin(), table->end(), [&](const auto& r) { return r[0] == alpha3; });
    if (row == table->end())
      return make_diagnostic(Code::E0006, fmt::format("no code for `{}`", alpha3));
    codes.push_back((*row)[1]);
  }
  return codes;
}

Result<ClaimRules> read_rules(const std::string& tables) {
  auto territories = read_table(tables + "/territories.csv");
  if (!territories) return std::move(territories).error();
  auto disputed = read_table(tables + "/disputed.csv");
  if (!disputed) return std::move(disputed).error();
  ClaimRules rules;
  for (const auto& row : *territories) rules.sovereign_of[row[0]] = row[1];
  for (const auto& row : *disputed) {
    Claim claim;
    for (std::size_t at = 0; at < row[0].size(); at += 3) claim.insert(row[0].substr(at, 2));
    rules.disputed.insert(claim);
  }
  return rules;
}

std::string text_of(const Claim& claim) { return fmt::format("{}", fmt::join(claim, "+")); }

// Polygons of the coastline map that lie wholly where the maritime map has no country.
std::size_t add_missing_islands(const Features& coastline, const std::vector<std::string>& codes,
                                const geo::RegionMap& claims, Overlay& overlay) {
  const geo::RegionIndex index(claims);
  std::size_t added = 0;
  for (std::size_t i = 0; i < coastline.size(); ++i) {
    for (const auto& polygon : coastline[i].polygons) {
      const bool missing =
          std::all_of(polygon[0].begin(), polygon[0].end(), [&](geo::GridPoint corner) {
            return corner.x < geo::kLonMax && index.find(corner).label == 0;
          });
      if (!missing) continue;
      overlay.add(polygon, codes[i]);
      ++added;
    }
  }
  return added;
}

// One label per claim: single countries by code, then overlaps.
geo::RegionMap label_claims(const PlanarMap& planar, const std::vector<Claim>& claims) {
  std::vector<Claim> order(claims.begin(), claims.end());
  auto before = [](const Claim& a, const Claim& b) {
    return std::pair{std::min<std::size_t>(a.size(), 2), text_of(a)} <
           std::pair{std::min<std::size_t>(b.size(), 2), text_of(b)};
  };
  std::sort(order.begin(), order.end(), before);
  order.erase(std::unique(order.begin(), order.end()), order.end());
  if (!order.front().empty()) order.insert(order.begin(), Claim{});
  geo::RegionMap map;
  map.kind = geo::MapKind::countries;
  map.unit = kUnit;
  for (const Claim& claim : order) map.labels.push_back({text_of(claim), "", {}});
  std::vector<std::uint16_t> label_of_face;
  for (const Claim& claim : claims) {
    const auto at = std::lower_bound(order.begin(), order.end(), claim, before);
    label_of_face.push_back(static_cast<std::uint16_t>(at - order.begin()));
  }
  planar.write_arcs(label_of_face, map);
  return map;
}

std::vector<Claim> claims_of_faces(const PlanarMap& planar, const Overlay& overlay,
                                   const ClaimRules& rules) {
  std::vector<Claim> claims;
  for (const PlanarMap::Face& face : planar.faces()) {
    claims.push_back(resolve_claim(overlay.owners(face.regions), rules));
  }
  return claims;
}

void report_overlaps(const PlanarMap& planar, const std::vector<Claim>& claims) {
  std::map<Claim, double> area_m2;
  for (std::size_t f = 0; f < claims.size(); ++f) {
    if (claims[f].size() > 1) area_m2[claims[f]] += planar.faces()[f].area_m2;
  }
  for (const auto& [claim, area] : area_m2) {
    fmt::print(stderr, "overlap {}: {:.3f} square km\n", text_of(claim), area / 1e6);
  }
}

}  // namespace

Result<geo::RegionMap> compile_land(const std::string& sources) {
  Result<Features> features = read_coastline(sources);
  if (!features) return std::move(features).error();
  extend_to_pole(*features);
  Overlay overlay;
  for (const SourceFeature& feature : *features) {
    for (const auto& polygon : feature.polygons) overlay.add(polygon, feature.property("A3"));
  }
  const PlanarMap planar(std::move(overlay.builder));
  fmt::print(stderr, "land: {} edges, {} faces, {} edges split\n", planar.edge_count(),
             planar.faces().size(), planar.split_count());
  std::vector<Claim> claims = claims_of_faces(planar, overlay, {});
  ClaimRules any_overlap;
  for (const Claim& claim : claims) any_overlap.disputed.insert(claim);
  dissolve_slivers(planar, any_overlap, claims);
  geo::RegionMap map;
  map.kind = geo::MapKind::land;
  map.unit = kUnit;
  map.labels = {{"", "", {}}, {"land", "", {}}};
  std::vector<std::uint16_t> label_of_face;
  for (const Claim& claim : claims) label_of_face.push_back(claim.empty() ? 0 : 1);
  planar.write_arcs(label_of_face, map);
  return map;
}

Result<geo::RegionMap> compile_countries(const std::string& sources, const std::string& tables,
                                         const geo::RegionMap& land) {
  Result<Features> maritime = read_maritime(sources);
  if (!maritime) return std::move(maritime).error();
  Result<Features> coastline = read_coastline(sources);
  if (!coastline) return std::move(coastline).error();
  redraw_antarctica(*maritime);
  extend_to_pole(*coastline);
  auto codes = alpha2_codes(*maritime, tables);
  if (!codes) return std::move(codes).error();
  auto coastline_codes = alpha2_codes(*coastline, tables);
  if (!coastline_codes) return std::move(coastline_codes).error();
  Result<ClaimRules> rules = read_rules(tables);
  if (!rules) return std::move(rules).error();

  Overlay overlay;
  overlay.add(*maritime, *codes);
  {
    const PlanarMap first(overlay.builder);
    const geo::RegionMap without = label_claims(first, claims_of_faces(first, overlay, *rules));
    const std::size_t added = add_missing_islands(*coastline, *coastline_codes, without, overlay);
    fmt::print(stderr, "countries: {} polygons of land outside of every claim added\n", added);
  }
  const PlanarMap planar(std::move(overlay.builder));
  std::vector<Claim> claims = claims_of_faces(planar, overlay, *rules);
  const Dissolved dissolved = dissolve_slivers(planar, *rules, claims);
  fmt::print(stderr, "countries: {} edges, {} faces, {} edges split, {} slivers dissolved\n",
             planar.edge_count(), planar.faces().size(), planar.split_count(),
             dissolved.face_count);
  report_overlaps(planar, claims);
  if (dissolved.largest_overlap_m2 > kUnlistedOverlapMax_m2) {
    return make_diagnostic(Code::E0006,
                           fmt::format("the overlap {} is large and not in disputed.csv",
                                       text_of(dissolved.largest_overlap)));
  }
  geo::RegionMap map = label_claims(planar, claims);
  set_inside_points(map, &land);
  leave_slivers(map);
  return map;
}

}  // namespace sojourn::geodata
