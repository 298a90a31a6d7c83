// Private to adapters/geo: the three maps, with labels turned into types.
#pragma once

#include <cassert>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "adapters/geo/region_index.h"

namespace sojourn::geo {

// A map whose names are there; its borders are read and indexed when first asked for: most policies
// ask for countries only, and borders take a twentieth of a second. Any thread.
class MapOnUse {
 public:
  MapOnUse(std::string path, PackedRegionMap packed)
      : path_(std::move(path)), packed_(std::move(packed)), names_(packed_.names) {}
  const RegionMap& names() const { return names_; }

  // Once this is ok, index() may be asked. E0701 when the borders are damaged.
  Status prepare() const;
  // Begins to prepare on a thread of its own, where one can be had.
  void prepare_ahead();
  // Requires: prepare() was ok.
  const RegionIndex& index() const { return assert(index_), *index_; }

 private:
  std::string path_;
  mutable PackedRegionMap packed_;  // empty once the borders were read
  RegionMap names_;
  mutable std::once_flag once_;
  mutable Status prepared_;
  mutable std::unique_ptr<RegionIndex> index_;
  std::future<void> ahead_;  // last: it is waited for before the others go
};

// The map of land, opened when first asked for: it is the largest, and few ask for it. Any thread.
class LandOnUse {
 public:
  explicit LandOnUse(std::string path) : path_(std::move(path)) {}
  Result<const RegionIndex*> index() const;

 private:
  std::string path_;
  mutable std::once_flag once_;
  mutable std::optional<Result<std::unique_ptr<RegionIndex>>> index_;
};

// Immutable; any thread.
struct Maps {
  std::unique_ptr<MapOnUse> countries;
  std::unique_ptr<MapOnUse> subdivisions;
  std::unique_ptr<LandOnUse> land;
  std::vector<CountryClaim> claim_of_label;     // countries' labels
  std::vector<std::uint16_t> label_of_country;  // by country index; 0 where it has no label
  // Whose a subdivision is, by subdivisions' labels: the country of its code, and the territory
  // that its code names (FR-GF is FR and GF).
  std::vector<CountrySet> owners_of_subdivision;
  std::map<std::string, std::uint16_t, std::less<>> label_of_subdivision;
};

// Reads names; borders are prepared when a policy is bound, the countries' ahead of that.
Result<std::shared_ptr<const Maps>> load_maps(const std::string& directory);

// The label that a code names, directly or as an alias; 0 when the data does not know it.
std::uint16_t subdivision_label(const Maps& maps, std::string_view code);
// The labels that make up a subdivision: itself, and its pieces.
std::vector<std::uint16_t> subdivision_pieces(const Maps& maps, std::uint16_t label);

// "EH+MA" to the claim; absent when a code is unknown.
std::optional<CountryClaim> parse_claim(std::string_view text);

}  // namespace sojourn::geo
