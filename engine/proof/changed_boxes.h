// What a change of rules changes, found box by box without the product of both policies.
//
// For each pair of rows that decide on the two sides, of which one changed: a situation in which
// both decide, by subtracting the rows that come before (SituationSearch), and the largest box
// around it in which they do. Where many wildcards overlap the product of a few hundred rules has
// more parts than anybody could read; here each part costs its own search, and a list ends where it
// is long enough.
#pragma once

#include <optional>
#include <vector>

#include "engine/proof/changed_rules.h"
#include "engine/proof/cover.h"
#include "engine/proof/outcome_pairs.h"

namespace sojourn {

struct ChangedBox {
  ClassBox box;
  Witness witness;
  std::string before, after;        // in the language's words
  std::string before_by, after_by;  // who decides: OutcomePairs::decider
};

// Of rows in order, the first that holds says whether a situation is decided differently.
struct DifferingRow {
  DiagramRef where = kNo;
  bool differs = false;
};

struct ChangedBoxes {
  std::vector<ChangedBox> boxes;  // disjoint
  bool more = false;              // beyond `boxes_max`
  bool decided = true;            // false: beyond the budget
};

// Requires: only rules changed, neither bans nor `otherwise`.
ChangedBoxes changed_boxes(JointModel& model, OutcomePairs& pairs, const ChangedRules& changed,
                           const CoverOptions& options, ProofBudget& budget);

// The same without an end: enough to tell of any situation, one row after the other, whether it is
// decided differently; where no row holds, it is not. Absent: more than `rows_max`.
// Requires: only rules changed, neither bans nor `otherwise`.
std::optional<std::vector<DifferingRow>> differing_rows(JointModel& model, OutcomePairs& pairs,
                                                        const ChangedRules& changed,
                                                        std::size_t rows_max);

}  // namespace sojourn
