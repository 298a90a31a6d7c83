// Private to adapters/geo: the three maps, loaded and indexed, with labels turned into types.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "adapters/geo/region_index.h"

namespace sojourn::geo {

// A map that was read and checked, whose index is built when something is first looked up in it:
// most policies ask for countries only, and an index takes a tenth of a second. Any thread.
class MapOnUse {
 public:
  explicit MapOnUse(RegionMap map) : map_(std::make_shared<const RegionMap>(std::move(map))) {}
  const RegionMap& map() const { return *map_; }
  const RegionIndex& index() const {
    std::call_once(once_, [this] { index_ = std::make_unique<RegionIndex>(map_); });
    return *index_;
  }

 private:
  std::shared_ptr<const RegionMap> map_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<RegionIndex> index_;
};

// Immutable; any thread.
struct Maps {
  std::unique_ptr<RegionIndex> countries;
  std::unique_ptr<MapOnUse> land;
  std::unique_ptr<MapOnUse> subdivisions;
  std::vector<CountryClaim> claim_of_label;     // countries' labels
  std::vector<std::uint16_t> label_of_country;  // by country index; 0 where it has no label
  // Whose a subdivision is, by subdivisions' labels: the country of its code, and the territory
  // that its code names (FR-GF is FR and GF).
  std::vector<CountrySet> owners_of_subdivision;
  std::map<std::string, std::uint16_t, std::less<>> label_of_subdivision;
};

Result<std::shared_ptr<const Maps>> load_maps(const std::string& directory);

// The label that a code names, directly or as an alias; 0 when the data does not know it.
std::uint16_t subdivision_label(const Maps& maps, std::string_view code);
// The labels that make up a subdivision: itself, and its pieces.
std::vector<std::uint16_t> subdivision_pieces(const Maps& maps, std::uint16_t label);

// "EH+MA" to the claim; absent when a code is unknown.
std::optional<CountryClaim> parse_claim(std::string_view text);

}  // namespace sojourn::geo
