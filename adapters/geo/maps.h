// Private to adapters/geo: the three maps, loaded and indexed, with labels turned into types.
#pragma once

#include <memory>
#include <vector>

#include "adapters/geo/region_index.h"

namespace sojourn::geo {

// Immutable; any thread.
struct Maps {
  std::unique_ptr<RegionIndex> countries;
  std::unique_ptr<RegionIndex> land;
  std::unique_ptr<RegionIndex> subdivisions;
  std::vector<CountryClaim> claim_of_label;     // countries' labels
  std::vector<std::uint16_t> label_of_country;  // by country index; 0 where it has no label
  std::vector<std::optional<Country>> country_of_subdivision;  // subdivisions' labels
};

Result<std::shared_ptr<const Maps>> load_maps(const std::string& directory);

// "EH+MA" to the claim; absent when a code is unknown.
std::optional<CountryClaim> parse_claim(std::string_view text);

}  // namespace sojourn::geo
