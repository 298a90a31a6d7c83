// A region of situations as a short list of disjoint boxes, for people to read.
//
// Greedy: find a situation, take the path of the diagram that it lies on as a box, drop and widen
// the box's limits while it takes in nothing of the outside that can be in life, take it away,
// begin again. What cannot be in life is free to be taken in, which is what keeps boxes plain:
//
//   region BR, network 724-05, roaming unknown or yes ...   ->   region in BR, type = meter
//
// Where bans are asked about several profiles a box of features is one corner of what they say
// together, and there are many. So a box may also be inside or outside of some facts, which have
// names of their own ("`vivo-local` is lawful"):
//
//   not roaming in BR on more than 90 days ..., or with ...   ->   type = meter, `vivo` is lawful
//
// (Espresso's expand step, R. Brayton and others, 1984, with disjointness instead of overlap.)
#pragma once

#include <vector>

#include "engine/proof/situation_search.h"

namespace sojourn {

// Some classes of some axes; all of the others.
struct ClassBox {
  struct Limit {
    AxisIndex axis = 0;
    std::vector<DiagramRun> runs;  // truth-valued: kYes where the class is in
  };
  std::vector<Limit> limits;  // ascending by axis

  DiagramRef diagram(DiagramStore& store) const;
};

// Where something holds or does not; beside the limits of a box.
struct FactLimit {
  std::size_t fact = 0;  // of CoverOptions::facts
  bool holds = false;
};

struct CoverOptions {
  std::size_t boxes_max = 20;
  // Axes whose limits are given up last: those that a reader asked about.
  std::vector<bool> kept_axes;
  // Classes of one axis tried one by one when a limit cannot be dropped whole.
  std::size_t classes_tried_max = 48;
  // What has a name: used where the list is shorter with it.
  std::vector<DiagramRef> facts;
};

struct Cover {
  struct Item {
    ClassBox box;
    std::vector<FactLimit> facts;  // the box is cut by
    Witness witness;               // inside it
  };
  std::vector<Item> items;  // disjoint, in the order found
  DiagramRef rest = kNo;    // of the region, in no box
  bool complete = true;     // nothing possible is left in `rest`
  bool decided = true;      // false: whether something is left was not decided within the budget
};

Cover cover_region(const AxisPlan& axes, const RuleTable& table, DiagramStore& store,
                   SituationSearch& search, DiagramRef region, const CoverOptions& options,
                   ProofBudget& budget);

}  // namespace sojourn
