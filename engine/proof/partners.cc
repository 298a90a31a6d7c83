#include "engine/proof/partners.h"

#include <algorithm>

namespace sojourn {
namespace {

using Places = std::vector<std::optional<std::uint32_t>>;

// Each of `before` takes the first equal one of `after` that is free.
Places first_free(const std::vector<std::uint32_t>& before,
                  const std::vector<std::uint32_t>& after) {
  constexpr std::uint32_t kNone = 0xFFFF'FFFFu;
  std::uint32_t highest = 0;
  for (std::uint32_t number : after) highest = std::max(highest, number);
  std::vector<std::uint32_t> first(std::size_t{highest} + 1, kNone), next(after.size(), kNone);
  for (auto j = static_cast<std::uint32_t>(after.size()); j-- > 0;) {
    next[j] = first[after[j]];
    first[after[j]] = j;
  }
  Places places(before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] > highest || first[before[i]] == kNone) continue;
    places[i] = first[before[i]];
    first[before[i]] = next[*places[i]];
  }
  return places;
}

}  // namespace

Places partners(const std::vector<std::uint32_t>& before, const std::vector<std::uint32_t>& after) {
  Places partner = first_free(before, after);
  // `ends` holds, by length, the element at which an ascending run may end lowest.
  std::vector<std::uint32_t> ends;
  Places came_from(before.size());
  for (std::uint32_t i = 0; i < before.size(); ++i) {
    if (!partner[i]) continue;
    auto lower = [&](std::uint32_t a, std::uint32_t b) { return *partner[a] < *partner[b]; };
    auto at = std::lower_bound(ends.begin(), ends.end(), i, lower);
    if (at != ends.begin()) came_from[i] = *(at - 1);
    if (at == ends.end()) {
      ends.push_back(i);
    } else {
      *at = i;
    }
  }
  Places kept(before.size());
  std::optional<std::uint32_t> at;
  if (!ends.empty()) at = ends.back();
  for (; at; at = came_from[*at]) kept[*at] = partner[*at];
  return kept;
}

}  // namespace sojourn
