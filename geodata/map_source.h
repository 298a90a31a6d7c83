// Reading the published maps: GeoJSON FeatureCollections of polygons.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "adapters/geo/grid_point.h"
#include "engine/base/bytes.h"

namespace sojourn::geodata {

using Ring = std::vector<geo::GridPoint>;  // closed: the last corner equals the first

struct SourceFeature {
  std::vector<std::pair<std::string, std::string>> properties;  // those asked for, in that order
  std::vector<std::vector<Ring>> polygons;                      // an outer ring and its holes each

  const std::string& property(std::string_view name) const;
};

// Coordinates are rounded to `unit` (in 1e-7 degrees); rings that are not closed are closed.
// Refuses a file whose SHA-256 is not `sha256_hex`.
Result<std::vector<SourceFeature>> read_features(const std::string& path,
                                                 std::string_view sha256_hex,
                                                 const std::vector<std::string>& properties,
                                                 std::int32_t unit);

Result<std::string> read_text_file(const std::string& path);

// Rows of a small comma-separated file without its header; '#' begins a comment line.
Result<std::vector<std::vector<std::string>>> read_table(const std::string& path);

}  // namespace sojourn::geodata
