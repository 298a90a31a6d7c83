// Private to engine/proof: what a pass has made, as a form that decides, so that it can be compared
// with the rules before the next pass goes on (validate.h). Each is read in the plainest way.
#pragma once

#include <vector>

#include "engine/proof/row_graph.h"
#include "engine/proof/rule_diagrams.h"
#include "engine/proof/validate.h"

namespace sojourn {

// All of a form's references must outlive it.

// The first row that holds decides; none: keep.
PolicyForm form_of_rows(const std::vector<OutcomeRow>& rows, const AxisPlan& plan,
                        const DiagramStore& store);
// Nodes, then in a closed state the first row whose bits are set on every axis. `leaves`: what its
// values stand for.
PolicyForm form_of_graph(const RowGraph& graph, const std::vector<Leaf>& leaves,
                         const AxisPlan& plan, const DiagramStore& store);

}  // namespace sojourn
