// Private to the region index: how a cell is written down.
//
// A cell is a 32-bit word. The low two bits tell what it is:
//   kUniform: bits 2-15 clearance in units of 2 m, bits 16-31 the label; no edge touches the cell
//   kLeaf:    bits 2-31 offset in the block of a leaf: label << 16 | edge count, then the edges
//   kNode:    bits 2-31 offset in the block of its 16 children, row by row from the south-west
// A root cell is a 64-bit word: a uniform cell, or kBlock and the address of its block (word 0 the
// cell), or kUnbuilt and, from bit 2, the label at its south-west corner.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sojourn::geo::cell {

inline constexpr std::uint32_t kTagMask = 3;
inline constexpr std::uint32_t kUniform = 0;
inline constexpr std::uint32_t kLeaf = 1;
inline constexpr std::uint32_t kNode = 2;
inline constexpr std::uint64_t kBlock = 1;
inline constexpr std::uint64_t kUnbuilt = 3;

inline constexpr std::uint32_t kClearanceUnit_m = 2;
inline constexpr std::uint32_t kClearanceMax_m = 0x3FFF * kClearanceUnit_m;

inline std::uint32_t uniform(std::uint16_t label, double clearance_m) {
  const double capped = std::clamp(clearance_m, 0.0, double{kClearanceMax_m});
  const auto units = static_cast<std::uint32_t>(capped / kClearanceUnit_m);
  return std::uint32_t{label} << 16 | units << 2 | kUniform;
}
inline std::uint16_t label_of(std::uint32_t word) { return static_cast<std::uint16_t>(word >> 16); }
inline std::uint32_t clearance_of(std::uint32_t word) {
  return ((word >> 2) & 0x3FFF) * kClearanceUnit_m;
}

}  // namespace sojourn::geo::cell
