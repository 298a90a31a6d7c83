// Named limits of policies that consist of several files (as limits.h: everything that input can
// drive has one).
#pragma once

#include <cstddef>

namespace sojourn::limits {

// Rule files, tables, inventories and drawn regions that one policy names.
inline constexpr std::size_t kNamedFilesMax = 1'000;
inline constexpr std::size_t kNamedFilesBytesMax = std::size_t{512} << 20;
// A column is a condition, an action or an attribute; a sheet wider than this is something else.
inline constexpr std::size_t kCsvColumnsMax = 256;
// As many master data records as a rule file should ever name; a larger fleet reports them itself.
inline constexpr std::size_t kCsvRowsMax = 1'000'000;
inline constexpr std::size_t kCsvCellBytesMax = 32u << 10;
// An attribute whose inventory shows more different texts than this is text, not a choice.
inline constexpr std::size_t kInferredChoicesMax = 64;

}  // namespace sojourn::limits
