// Private to adapters/geo: the three maps, with labels turned into types.
#pragma once

#include <atomic>
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
//
//   names() -> read(): borders, which may be damaged -> index(): takes longest and cannot fail
class MapOnUse {
 public:
  MapOnUse(std::string path, PackedRegionMap packed)
      : path_(std::move(path)), names_(packed.names), packed_(std::move(packed)) {}
  const RegionMap& names() const { return names_; }

  // Begins to read and index on a thread of its own, where one can be had.
  void begin();
  // E0701 when the borders are damaged.
  Status read() const;
  // Requires: read() was ok.
  const RegionIndex& index() const {
    const RegionIndex* ready = ready_.load(std::memory_order_acquire);
    return ready != nullptr ? *ready : build_index();
  }

 private:
  const RegionIndex& build_index() const;

  std::string path_;
  RegionMap names_;
  mutable PackedRegionMap packed_;  // empty once the borders were read
  mutable std::once_flag read_once_;
  mutable std::optional<Result<std::shared_ptr<const RegionMap>>> borders_;
  mutable std::once_flag index_once_;
  mutable std::unique_ptr<const RegionIndex> index_;
  mutable std::atomic<const RegionIndex*> ready_{nullptr};
  std::future<void> begun_;  // last: it is waited for before the others go
};

// The map of land, opened when first asked for: it is the largest, and few ask for it. Any thread.
class LandOnUse {
 public:
  explicit LandOnUse(std::string path) : path_(std::move(path)) {}
  Result<const RegionIndex*> index() const;

 private:
  std::string path_;
  mutable std::once_flag once_;
  mutable std::optional<Result<std::unique_ptr<const RegionIndex>>> index_;
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

// Reads names; borders are read when a policy is bound, those of countries meanwhile.
Result<std::shared_ptr<const Maps>> load_maps(const std::string& directory);

// The label that a code names, directly or as an alias; 0 when the data does not know it.
std::uint16_t subdivision_label(const Maps& maps, std::string_view code);
// The labels that make up a subdivision: itself, and its pieces.
std::vector<std::uint16_t> subdivision_pieces(const Maps& maps, std::uint16_t label);

// "EH+MA" to the claim; absent when a code is unknown.
std::optional<CountryClaim> parse_claim(std::string_view text);

}  // namespace sojourn::geo
