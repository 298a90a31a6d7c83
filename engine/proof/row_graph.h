// From ordered rows to the parts of a decision graph: one diagram where that fits its limits; else
// what of it fits, and a residual matcher for each state that was closed.
#pragma once

#include <vector>

#include "engine/proof/matcher_plan.h"

namespace sojourn {

struct RowGraph {
  DiagramRef root = kNo;
  std::vector<MatcherPlan> matchers;  // of the closed terminals, counted from `closed_first`
};

struct RowGraphLimits {
  // Of a pure graph: ProductLimits.
  std::size_t work_max = 0;
  std::size_t nodes_max = 0;
  // False: one matcher, without a try.
  bool grow = true;
  // How many matchers the same graph has already.
  std::size_t closed_first = 0;
};

RowGraph row_graph(DiagramStore& store, const std::vector<ProductRow>& rows,
                   const MakeTerminal& make_terminal, const RowGraphLimits& limits);

}  // namespace sojourn
