// The message types by name: what a caller can ask for.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "adapters/sgp32/schema.h"

namespace sojourn::sgp32 {

enum class Direction : std::uint8_t { eim_to_ipa, ipa_to_eim, signed_part, es10b };

struct CatalogueEntry {
  const Type* v1_0;  // null where 1.0 has no such type
  const Type* v1_2;
  Direction direction;
  const Type* type(Version version) const { return version == Version::v1_0 ? v1_0 : v1_2; }
  std::string_view name() const { return v1_2->name; }
};

std::span<const CatalogueEntry> catalogue();
// Null when there is no such type, or not in that version.
const Type* find_type(std::string_view name, Version version);
std::vector<std::string_view> type_names();
std::optional<Version> parse_version(std::string_view text);  // "1.0"; "1.1" to "1.3" as 1.2

}  // namespace sojourn::sgp32
