// From "which source regions hold this face" to one label per face: territories win over their
// sovereigns, slivers along borders that were simplified apart disappear, and what is left of
// overlaps is disputed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "geodata/planar_map.h"

namespace sojourn::geodata {

using Claim = std::set<std::string>;  // alpha-2 codes

struct ClaimRules {
  std::map<std::string, std::string> sovereign_of;  // territory, sovereign
  std::set<Claim> disputed;                         // overlaps that are answers
};

Claim resolve_claim(const Claim& holders, const ClaimRules& rules);

// A gap narrower than this is not a place: the published borders are simplified to 10 m, so two
// copies of one border lie at most twice that apart.
inline constexpr double kSliverWidth_m = 60;

// Gives each gap between countries that is a sliver, and each overlap that is not listed as
// disputed, the claim of the neighbour with which it shares the longest border. Returns how many
// faces changed, and the largest overlap among them.
struct Dissolved {
  std::size_t face_count = 0;
  double largest_overlap_m2 = 0;
  Claim largest_overlap;
};
Dissolved dissolve_slivers(const PlanarMap& map, const ClaimRules& rules,
                           std::vector<Claim>& claims);

}  // namespace sojourn::geodata
