// Byte strings and their written forms.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sojourn {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string to_hex(ByteView bytes);  // lower case
// Either case; absent for an odd count or anything that is not a hex digit.
std::optional<Bytes> from_hex(std::string_view text);

std::string to_base64(ByteView bytes);  // RFC 4648 section 4, with padding
// Strict: padding required, no white space, no stray bits.
std::optional<Bytes> from_base64(std::string_view text);

using Sha256Digest = std::array<std::uint8_t, 32>;

// FIPS 180-4, by OpenSSL.
Sha256Digest sha256(ByteView bytes);

}  // namespace sojourn
