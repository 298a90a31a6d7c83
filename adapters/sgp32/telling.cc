#include "adapters/sgp32/telling.h"

#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/value.h"

namespace sojourn::sgp32 {
namespace {

std::size_t unknown_count(const Value& value) {
  std::size_t count = value.type == nullptr ? 1 : 0;
  for (const Value& child : value.children) count += unknown_count(child);
  return count;
}

// How badly a message fits a version: the number of members it does not know; absent when refused.
std::optional<std::size_t> misfit(std::string_view type_name, ByteView message, Version version) {
  const Type* type = find_type(type_name, version);
  if (type == nullptr) return std::nullopt;
  PartlyDecoded partly = decode_as_far_as_possible(*type, message, version, Reading::tolerant);
  if (partly.refusal) return std::nullopt;
  return unknown_count(partly.value);
}

}  // namespace

std::optional<Version> version_spoken(std::string_view type_name, ByteView message) {
  std::optional<std::size_t> by_1_0 = misfit(type_name, message, Version::v1_0);
  std::optional<std::size_t> by_1_2 = misfit(type_name, message, Version::v1_2);
  if (!by_1_0 && !by_1_2) return std::nullopt;
  if (!by_1_0) return Version::v1_2;
  if (!by_1_2) return Version::v1_0;
  if (*by_1_0 == *by_1_2) return std::nullopt;
  return *by_1_0 < *by_1_2 ? Version::v1_0 : Version::v1_2;
}

}  // namespace sojourn::sgp32
