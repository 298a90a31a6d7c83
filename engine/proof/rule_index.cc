#include "engine/proof/rule_index.h"

#include <algorithm>
#include <bit>

namespace sojourn {

RuleIndex::RuleIndex(const std::vector<Reach>& reaches) : reaches_(reaches) {
  std::size_t blocks = (reaches.size() + 63) / 64;
  for (std::uint32_t rule = 0; rule < reaches.size(); ++rule) {
    for (const Reach::OnAxis& on : reaches[rule].axes()) {
      OnAxis& axis = axes_[on.axis];
      if (axis.unlimited.empty()) axis.unlimited.assign(blocks, ~std::uint64_t{0});
      if (on.last >= Reach::kExactClasses) axis.exact = false;
      if (!axis.exact) continue;
      std::uint64_t bit = std::uint64_t{1} << (rule % 64);
      axis.unlimited[rule / 64] &= ~bit;
      if (axis.alive.size() <= on.last) axis.alive.resize(on.last + 1, Bits(blocks, 0));
      for (ClassIndex c = on.first; c <= on.last; ++c) {
        if (on.classes.test(c)) axis.alive[c][rule / 64] |= bit;
      }
    }
  }
}

std::vector<std::uint32_t> RuleIndex::meeting(std::uint32_t rule, std::uint32_t end) const {
  std::size_t blocks = (end + 63) / 64;
  Bits meets(blocks, ~std::uint64_t{0});
  bool all_exact = true;
  for (const Reach::OnAxis& on : reaches_[rule].axes()) {
    const OnAxis& axis = axes_.at(on.axis);
    all_exact = all_exact && axis.exact;
    if (!axis.exact) continue;
    Bits here(axis.unlimited.begin(), axis.unlimited.begin() + static_cast<std::ptrdiff_t>(blocks));
    for (ClassIndex c = on.first; c <= on.last; ++c) {
      if (!on.classes.test(c)) continue;
      for (std::size_t b = 0; b < blocks; ++b) here[b] |= axis.alive[c][b];
    }
    for (std::size_t b = 0; b < blocks; ++b) meets[b] &= here[b];
  }
  std::vector<std::uint32_t> found;
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::uint64_t bits = meets[b]; bits != 0; bits &= bits - 1) {
      auto other =
          static_cast<std::uint32_t>(b * 64) + static_cast<std::uint32_t>(std::countr_zero(bits));
      if (other >= end) break;
      if (all_exact || reaches_[rule].meets(reaches_[other])) found.push_back(other);
    }
  }
  return found;
}

}  // namespace sojourn
