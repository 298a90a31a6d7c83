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
#include "engine/proof/reach.h"

namespace sojourn {

// Whether conditions can hold inside a region, told from their tests and without their diagrams:
// among thousands of rules few meet one that was edited.
class ConditionGlance {
 public:
  // Requires: both outlive this.
  ConditionGlance(const ConditionTable& conditions, const AxisPlan& axes, Reach region);

  // False is certain.
  bool may_hold(ConditionIndex condition);

 private:
  bool test_may_hold(std::uint32_t test) const;

  enum class Known : std::uint8_t { no, may_hold, misses };
  const ConditionTable& conditions_;
  const AxisPlan& axes_;
  Reach region_;
  std::vector<Known> known_;  // by test
};

class ConditionDiagrams {
 public:
  // Requires: all three outlive this.
  ConditionDiagrams(const ConditionTable& conditions, const AxisPlan& axes, DiagramStore& store);

  // Requires: every test below the condition is in use in the plan.
  DiagramRef certain(ConditionIndex condition) { return find(condition, kCertain); }
  DiagramRef refuted(ConditionIndex condition) { return find(condition, kRefuted); }
  ConditionGlance glance(DiagramRef region) const {
    return {conditions_, axes_, Reach(store_, region)};
  }
  // What is known already, and what somebody else knows about the same store.
  std::optional<DiagramRef> known_certain(ConditionIndex condition) const {
    return found_[kCertain][condition];
  }
  void adopt_certain(ConditionIndex condition, DiagramRef ref) {
    found_[kCertain][condition] = ref;
  }

 private:
  // Each is made when it is first asked for: most conditions are never asked where they are
  // refuted.
  enum Side : std::size_t { kCertain, kRefuted };
  static Side other(Side side) { return side == kCertain ? kRefuted : kCertain; }

  DiagramRef find(ConditionIndex condition, Side side);
  DiagramRef combine(const ConditionNode& node, Side side) const;

  const ConditionTable& conditions_;
  const AxisPlan& axes_;
  DiagramStore& store_;
  std::vector<std::optional<DiagramRef>> found_[2];  // by side, by condition
};

}  // namespace sojourn
