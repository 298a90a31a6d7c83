// Conditions as diagrams: every condition twice, where it is certainly true and where it is
// certainly false. What lies between the two is unknown (Kleene).
//
//   certain(a and b) = certain(a) & certain(b)      refuted(a and b) = refuted(a) | refuted(b)
//   certain(not a)   = refuted(a)                   refuted(not a)   = certain(a)
#pragma once

#include <optional>
#include <vector>

#include "engine/proof/axes.h"
#include "engine/proof/diagram.h"

namespace sojourn {

class ConditionDiagrams {
 public:
  // Requires: all three outlive this.
  ConditionDiagrams(const ConditionTable& conditions, const AxisPlan& axes, DiagramStore& store);

  // Requires: every test below the condition is in use in the plan.
  DiagramRef certain(ConditionIndex condition) { return both_of(condition).certain; }
  DiagramRef refuted(ConditionIndex condition) { return both_of(condition).refuted; }

 private:
  struct Pair {
    DiagramRef certain = kNo;
    DiagramRef refuted = kNo;
  };
  Pair both_of(ConditionIndex condition);
  Pair combine(const ConditionNode& node) const;

  const ConditionTable& conditions_;
  const AxisPlan& axes_;
  DiagramStore& store_;
  std::vector<std::optional<Pair>> pairs_;  // by condition
};

}  // namespace sojourn
