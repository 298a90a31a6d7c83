// What a change of rules changes, found box by box without the product of both policies.
//
// For each pair of rows that decide on the two sides, of which one changed: a situation in which
// both decide, by subtracting the rows that come before (SituationSearch), and the largest box
// around it in which they do. Where many wildcards overlap the product of a few hundred rules has
// more parts than anybody could read; here each part costs its own search, and a list ends where it
// is long enough.
#pragma once

#include <vector>

#include "engine/proof/changed_rules.h"
#include "engine/proof/cover.h"
#include "engine/proof/outcome_pairs.h"

namespace sojourn {

struct ChangedBox {
  ClassBox box;
  Witness witness;
  std::string before, after;  // in the language's words
};

struct ChangedBoxes {
  std::vector<ChangedBox> boxes;  // disjoint
  bool more = false;              // beyond `boxes_max`
  bool decided = true;            // false: beyond the budget
};

// Requires: only rules changed, neither bans nor `otherwise`.
ChangedBoxes changed_boxes(JointModel& model, OutcomePairs& pairs, const ChangedRules& changed,
                           const CoverOptions& options, ProofBudget& budget);

}  // namespace sojourn
