// From the rows of a closed state to a residual matcher: boxes, bit vectors, targets.
//
// A row's diagram becomes one box for each of its paths to `yes`, exactly, while these are few;
// else the smallest box around it, and the diagram itself is the guard that decides inside the box
// whether the row holds: no copy of it is made, so that rows share what their diagrams share. The
// same is done where an axis is too fine for its vectors (its classes are taken in groups) or
// beyond the axes that a matcher can test.
#pragma once

#include <vector>

#include "engine/proof/product.h"

namespace sojourn {

struct MatcherPlan {
  struct OnAxis {
    AxisIndex axis = 0;
    std::vector<std::uint32_t> vector_of_class;
  };
  std::vector<OnAxis> axes;
  // Blocks of 64 rows, without the summary; by number, as `vector_of_class` says.
  std::vector<std::vector<std::uint64_t>> vectors;
  struct OnRow {
    std::uint32_t value = 0;  // of a terminal; where the row skips, the row to go on with
    bool skips = false;
    DiagramRef guard = kYes;
  };
  std::vector<OnRow> rows;
  bool has_guards() const;
  std::uint32_t default_value = 0;
};

// Makes no nodes. Requires: the rows of one closed state.
MatcherPlan plan_matcher(const DiagramStore& store, const std::vector<ProductRow>& rows,
                         const MakeTerminal& make_terminal);

}  // namespace sojourn
