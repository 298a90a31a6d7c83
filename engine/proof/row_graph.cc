#include "engine/proof/row_graph.h"

#include <optional>

namespace sojourn {

RowGraph row_graph(DiagramStore& store, const std::vector<ProductRow>& rows,
                   const MakeTerminal& make_terminal, const RowGraphLimits& limits) {
  ProductLimits walk;
  walk.closed_first = limits.closed_first;
  walk.work_max = limits.work_max;
  walk.nodes_max = limits.nodes_max;
  std::optional<ProductResult> result;
  if (limits.grow) result = product(store, rows, make_terminal, walk);
  if (!result) {
    walk.may_close = true;
    if (!limits.grow) walk.closed_rows = rows.size();
    result = product(store, rows, make_terminal, walk);
  }
  RowGraph made{result->root, {}};
  for (const std::vector<ProductRow>& closed : result->closed) {
    made.matchers.push_back(plan_matcher(store, closed, make_terminal));
  }
  return made;
}

}  // namespace sojourn
