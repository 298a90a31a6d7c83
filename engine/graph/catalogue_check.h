// Checks of what a graph file says before anything relies on it: every index inside its list, every
// recursion shallow. What passes can be run with no further check; what a hostile file could still
// do is decide wrongly, and its digest stands in every record.
#pragma once

#include "engine/base/result.h"
#include "engine/graph/decision_graph.h"

namespace sojourn {

// All E0004.
Status check_table(const RuleTable& table);
// Axes, leaves and sets of rules.
Status check_parts(const RuleTable& table, const DecisionGraphParts& parts);
// The words: every node's axis exists, every target is a leaf that exists or the start of a later
// axis's node or of a matcher (so every walk ends), every run begins inside the axis, every vector
// lies inside its matcher. Requires: checked parts.
Status check_words(const DecisionGraphParts& parts);

}  // namespace sojourn
