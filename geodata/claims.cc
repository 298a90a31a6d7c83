#include "geodata/claims.h"

#include <algorithm>

namespace sojourn::geodata {
namespace {

bool is_sliver(const PlanarMap::Face& face) {
  return 2 * face.area_m2 < kSliverWidth_m * face.perimeter_m;
}

}  // namespace

Claim resolve_claim(const Claim& holders, const ClaimRules& rules) {
  Claim claim = holders;
  for (const std::string& holder : holders) {
    const auto found = rules.sovereign_of.find(holder);
    if (found != rules.sovereign_of.end()) claim.erase(found->second);
  }
  return claim;
}

Dissolved dissolve_slivers(const PlanarMap& map, const ClaimRules& rules,
                           std::vector<Claim>& claims) {
  Dissolved dissolved;
  for (bool again = true; again;) {
    again = false;
    for (std::size_t f = 1; f < claims.size(); ++f) {  // the outermost face is no gap
      const PlanarMap::Face& face = map.faces()[f];
      const bool overlap = claims[f].size() > 1 && !rules.disputed.contains(claims[f]);
      const bool gap = claims[f].empty() && is_sliver(face);
      if (!overlap && !gap) continue;
      std::map<Claim, double> shared_m;
      for (std::uint32_t h : face.half_edges) {
        const Claim& neighbour = claims[map.face_across(h)];
        if (!neighbour.empty() && neighbour != claims[f]) shared_m[neighbour] += map.length_m(h);
      }
      if (shared_m.empty()) continue;
      // A sliver of nothing beside one country only is an inlet of the sea, not a gap in a border.
      if (claims[f].empty() && shared_m.size() < 2) continue;
      const auto longest =
          std::max_element(shared_m.begin(), shared_m.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });
      if (longest->first.size() > 1 && !rules.disputed.contains(longest->first)) continue;
      if (overlap && face.area_m2 > dissolved.largest_overlap_m2) {
        dissolved.largest_overlap_m2 = face.area_m2;
        dissolved.largest_overlap = claims[f];
      }
      claims[f] = longest->first;
      again = true;
      ++dissolved.face_count;
    }
  }
  return dissolved;
}

}  // namespace sojourn::geodata
