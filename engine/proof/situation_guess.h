// A quick guess at a situation that lies in a diagram and outside many others.
//
// Axis by axis it takes the class with which the least is covered of what is left open, all classes
// of the later axes taken as equally likely (the method of conditional expectations: P. Erdős and
// J. Selfridge, "On a combinatorial game", 1973). Thousands of boxes leave a situation open in tens
// of microseconds this way. What it does not find may yet exist: a search must tell.
#pragma once

#include <optional>
#include <unordered_set>
#include <vector>

#include "engine/proof/cover_boxes.h"
#include "engine/proof/world.h"

namespace sojourn {

class SituationGuess {
 public:
  // Requires: all outlive this.
  SituationGuess(const AxisPlan& axes, DiagramStore& store, World& world)
      : axes_(axes), store_(store), world_(world), boxes_(store) {}

  // All values of the situation are known, unless `with_unknown`. Covers that are no boxes are
  // looked at in the end only.
  std::optional<Witness> guess(DiagramRef question, const std::vector<DiagramRef>& covers,
                               bool with_unknown = false);

  CoverBoxes& boxes() { return boxes_; }

 private:
  struct Open {  // a cover that has not been left yet: what it still asks for
    std::uint32_t limit = 0, end = 0;
  };

  bool gather(const std::vector<DiagramRef>& covers);
  bool choose(AxisIndex axis, bool with_unknown, DiagramRef& rest, Box& box);
  bool may_hold(DiagramRef at, const Box& box);

  const AxisPlan& axes_;
  DiagramStore& store_;
  World& world_;
  CoverBoxes boxes_;
  // Of one guess; kept for their memory.
  std::vector<Open> open_;
  std::vector<DiagramRef> others_;
  std::vector<float> covered_;  // by class
  std::vector<bool> refused_;
  std::unordered_set<DiagramRef> missed_;  // nodes that cannot hold in the box
};

}  // namespace sojourn
