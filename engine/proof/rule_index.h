// Which rules may hold together with a rule, without looking at every pair: by bit vectors, as a
// residual matcher finds the rules of a situation. For each axis and class, the rules that may hold
// in it; a rule meets those that it shares a class with on every axis.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/proof/reach.h"

namespace sojourn {

class RuleIndex {
 public:
  // Requires: the reaches outlive this.
  explicit RuleIndex(const std::vector<Reach>& reaches);

  // The rules below `end` whose reach meets the rule's (itself among them), ascending.
  std::vector<std::uint32_t> meeting(std::uint32_t rule, std::uint32_t end) const;

 private:
  using Bits = std::vector<std::uint64_t>;
  struct OnAxis {
    Bits unlimited;           // rules that the axis does not limit
    std::vector<Bits> alive;  // by class: of those that it limits
    bool exact = true;        // false: too many classes; the axis tells nothing here
  };

  const std::vector<Reach>& reaches_;
  std::map<AxisIndex, OnAxis> axes_;
};

}  // namespace sojourn
