// What a change of rows changes, found box by box without the product of both sides.
//
// Each side is a list of rows of which the first that holds decides. For each pair of rows that
// decide on the two sides, of which one changed: a situation in which
// both decide, by subtracting the rows that come before (SituationSearch), and the largest box
// around it in which they do. Where many wildcards overlap the product of a few hundred rules has
// more parts than anybody could read; here each part costs its own search, and a list ends where it
// is long enough.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/proof/cover.h"
#include "engine/proof/joint_model.h"

namespace sojourn {

// Invariant: rows that did not change stand in the same order on both sides; where one of them
// decides on both, nothing differs. The last row of each holds wherever anything is asked.
struct OrderedSides {
  struct Row {
    DiagramRef where = kNo;
    bool changed = false;
  };
  std::vector<Row> before, after;
  // Where within `where` it makes a difference that row `i` decides before and row `j` after.
  std::function<DiagramRef(std::size_t i, std::size_t j, DiagramRef where)> differing;
};

struct ChangedBox {
  ClassBox box;
  Witness witness;
  std::size_t before = 0, after = 0;  // the rows that decide
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

ChangedBoxes changed_boxes(JointModel& model, const OrderedSides& sides,
                           const CoverOptions& options, ProofBudget& budget);

// The same without an end: enough to tell of any situation, one row after the other, whether it is
// decided differently; where no row holds, it is not. Absent: more than `rows_max`.
std::optional<std::vector<DifferingRow>> differing_rows(JointModel& model,
                                                        const OrderedSides& sides,
                                                        std::size_t rows_max);

}  // namespace sojourn
