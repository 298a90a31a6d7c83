// Private. Pages of rows for the REST interface.
#pragma once

#include <charconv>
#include <optional>

#include "adapters/service/rest.h"

namespace sojourn::service {

inline constexpr std::size_t kPageDefault = 100;
inline constexpr std::size_t kPageMax = 10'000;

inline std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Does a query's name ask for a whole number?
inline bool takes_number(std::string_view name) {
  return name == "limit" || name == "before" || name == "from" || name == "wait";
}

inline std::size_t page_size(const RestCall& call, std::size_t usual = kPageDefault) {
  std::size_t asked = number_in(call.value("limit")).value_or(usual);
  return std::clamp<std::size_t>(asked, 1, kPageMax);
}

inline std::string_view text_in(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace sojourn::service
