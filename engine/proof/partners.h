// Which elements of two lists are the same, when one is an edit of the other: the longest common
// part that stands in the same order in both, found among each element's first free equal.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace sojourn {

// Elements are equal when their numbers are. For each of `before` its partner in `after`, or none;
// partners ascend. (Patience sorting: O(n log n).)
std::vector<std::optional<std::uint32_t>> partners(const std::vector<std::uint32_t>& before,
                                                   const std::vector<std::uint32_t>& after);

}  // namespace sojourn
