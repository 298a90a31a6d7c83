#include "engine/proof/rule_index.h"

#include <algorithm>
#include <bit>

namespace sojourn {
namespace {

// Classes tried for one rule before the glance is over.
constexpr std::size_t kTriesMax = 300;

}  // namespace

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

std::vector<std::uint32_t> RuleIndex::meeting(const Reach& reach, std::uint32_t end,
                                              const RuleBits* among) const {
  std::size_t blocks = (end + 63) / 64;
  Bits meets(blocks, ~std::uint64_t{0});
  if (among) std::copy_n(among->begin(), blocks, meets.begin());
  bool all_exact = true;
  Bits here(blocks);
  for (const Reach::OnAxis& on : reach.axes()) {
    auto found = axes_.find(on.axis);
    if (found == axes_.end()) continue;  // no rule limits it
    const OnAxis& axis = found->second;
    all_exact = all_exact && axis.exact && on.last < Reach::kExactClasses;
    if (!axis.exact || on.last >= Reach::kExactClasses) continue;
    std::copy_n(axis.unlimited.begin(), blocks, here.begin());
    for (ClassIndex c = on.first; c <= on.last && c < axis.alive.size(); ++c) {
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
      if (all_exact || reach.meets(reaches_[other])) found.push_back(other);
    }
  }
  return found;
}

// Takes out what does not reach the class. What an axis cannot tell stays in.
void RuleIndex::keep(Bits& alive, const OnAxis& axis, ClassIndex value) {
  if (!axis.exact) return;
  bool any = value < axis.alive.size();
  for (std::size_t b = 0; b < alive.size(); ++b) {
    alive[b] &= any ? axis.unlimited[b] | axis.alive[value][b] : axis.unlimited[b];
  }
}

std::optional<ClassPoint> RuleIndex::stands_out(
    std::uint32_t rule, const RuleBits& among,
    const std::vector<std::optional<ClassIndex>>& unknown_of) const {
  // Where every axis is limited nothing is gained by values that are unknown.
  if (reaches_[rule].axes().size() == axes_.size()) return std::nullopt;
  Bits alive(among.begin(), among.begin() + static_cast<std::ptrdiff_t>(rule / 64 + 1));
  alive.back() &= (std::uint64_t{1} << (rule % 64)) - 1;
  const std::vector<Reach::OnAxis>& limited = reaches_[rule].axes();
  for (const auto& [number, axis] : axes_) {
    bool limits = std::any_of(limited.begin(), limited.end(),
                              [number = number](const auto& on) { return on.axis == number; });
    if (!limits && unknown_of[number]) keep(alive, axis, *unknown_of[number]);
  }
  // Few are left, as a rule: those that limit nothing beyond what this one does.
  std::vector<std::uint32_t> rivals;
  for (std::size_t b = 0; b < alive.size(); ++b) {
    for (std::uint64_t bits = alive[b]; bits != 0; bits &= bits - 1) {
      rivals.push_back(static_cast<std::uint32_t>(b * 64) +
                       static_cast<std::uint32_t>(std::countr_zero(bits)));
    }
  }
  ClassPoint where;
  for (const std::optional<ClassIndex>& unknown : unknown_of) {
    where.push_back(unknown.value_or(kAnyClass));
  }
  std::size_t tries = kTriesMax;
  if (!finds_way_out(limited, rivals, tries, where)) return std::nullopt;
  return where;
}

// Is there a class on each of the axes so that every rival is missed on one of them? Then `where`
// has them.
bool RuleIndex::finds_way_out(std::span<const Reach::OnAxis> axes,
                              const std::vector<std::uint32_t>& rivals, std::size_t& tries,
                              ClassPoint& where) const {
  if (rivals.empty()) {
    for (const Reach::OnAxis& on : axes) where[on.axis] = on.first;
    return true;
  }
  if (axes.empty()) return false;
  const Reach::OnAxis& on = axes.front();
  struct Left {
    ClassIndex value = 0;
    std::vector<std::uint32_t> rivals;
  };
  std::vector<Left> left;
  for (ClassIndex c = on.first; c <= on.last; ++c) {
    if (!on.classes.test(c)) continue;
    left.push_back({c, {}});
    for (std::uint32_t rival : rivals) {
      if (reaches_[rival].may_hold(on.axis, c)) left.back().rivals.push_back(rival);
    }
  }
  std::stable_sort(left.begin(), left.end(),
                   [](const Left& a, const Left& b) { return a.rivals.size() < b.rivals.size(); });
  for (const Left& one : left) {
    if (tries == 0 || --tries == 0) return false;
    where[on.axis] = one.value;
    if (finds_way_out(axes.subspan(1), one.rivals, tries, where)) return true;
  }
  return false;
}

}  // namespace sojourn
