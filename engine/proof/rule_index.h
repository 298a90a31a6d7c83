// Which rules may hold together with a rule, without looking at every pair: by bit vectors, as a
// residual matcher finds the rules of a situation. For each axis and class, the rules that may hold
// in it; a rule meets those that it shares a class with on every axis.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/proof/reach.h"

namespace sojourn {

// A bit for each rule.
using RuleBits = std::vector<std::uint64_t>;
inline RuleBits rule_bits(std::size_t rule_count) { return RuleBits((rule_count + 63) / 64, 0); }
inline void set_rule(RuleBits& bits, std::size_t rule, bool value = true) {
  std::uint64_t bit = std::uint64_t{1} << (rule % 64);
  bits[rule / 64] = value ? bits[rule / 64] | bit : bits[rule / 64] & ~bit;
}
inline bool has_rule(const RuleBits& bits, std::size_t rule) {
  return (bits[rule / 64] >> (rule % 64) & 1) != 0;
}

class RuleIndex {
 public:
  // Requires: the reaches outlive this.
  explicit RuleIndex(const std::vector<Reach>& reaches);

  // The rules below `end` whose reach meets the given one, ascending; of these only, if `among` is
  // given.
  std::vector<std::uint32_t> meeting(const Reach& reach, std::uint32_t end,
                                     const RuleBits* among = nullptr) const;
  std::vector<std::uint32_t> meeting(std::uint32_t rule, std::uint32_t end,
                                     const RuleBits* among = nullptr) const {
    return meeting(reaches_[rule], end, among);
  }

  // A situation in the rule's box in which none of `among` below it can hold. Looked for where the
  // axes that the rule does not limit are unknown, and not for long: absent says nothing.
  // `unknown_of`: by axis, the class of an unknown value; absent where it depends on other axes
  // whether it can be: there every class will do.
  // Requires: the rule's reach is a box over axes that have such a class.
  std::optional<ClassPoint> stands_out(
      std::uint32_t rule, const RuleBits& among,
      const std::vector<std::optional<ClassIndex>>& unknown_of) const;

 private:
  using Bits = RuleBits;
  struct OnAxis {
    Bits unlimited;           // rules that the axis does not limit
    std::vector<Bits> alive;  // by class: of those that it limits
    bool exact = true;        // false: too many classes; the axis tells nothing here
  };

  static void keep(Bits& alive, const OnAxis& axis, ClassIndex value);
  bool finds_way_out(std::span<const Reach::OnAxis> axes, const std::vector<std::uint32_t>& rivals,
                     std::size_t& tries, ClassPoint& where) const;

  const std::vector<Reach>& reaches_;
  std::map<AxisIndex, OnAxis> axes_;
};

}  // namespace sojourn
