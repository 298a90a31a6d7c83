// Deciding for whoever has the class of every axis at hand: as many dependent loads as a decision
// has axes, and not one branch that depends on the device.
//
//   AtHand table(graph);                                  // once per graph; takes as long as
//   copying LeafIndex decided = table.evaluate(classes);          // classes[a]: the class of axis
//   a
//
// DecisionGraph::evaluate asks for one class after the other and stops as early as it can, which is
// what a device needs whose features cost something; but where each way ends is a guess that the
// processor often makes wrongly, at the price of ten loads. Here all ways have the same length: the
// graph is written out level by level, nodes that a way skips put in again, leaves carried to the
// last level:
//
//   level 0, axis type          level 1, axis country
//   at  0:  2  6                at 2:  leaf  leaf  leaf  leaf
//                               at 6:  leaf  leaf  leaf  leaf  (one and the same: country is
//                               skipped)
//
//   next = words[at + class of the level's axis]
//
// A graph with matchers, or one that would grow too much, is asked as it is.
//
// Immutable; evaluation allocates nothing and is safe from any number of threads.
#pragma once

#include <memory>
#include <vector>

#include "engine/graph/decision_graph.h"

namespace sojourn {

class AtHand {
 public:
  explicit AtHand(std::shared_ptr<const DecisionGraph> graph);

  template <class Class>  // an unsigned integer
  LeafIndex evaluate(const Class* classes) const {
    if (levels_.empty()) {
      return graph_->evaluate([&](AxisIndex axis) -> ClassIndex { return classes[axis]; });
    }
    std::uint32_t at = 0;
    for (AxisIndex axis : levels_) at = words_[at + classes[axis]];
    return at;
  }

  // False: the graph is asked as it is.
  bool is_levelled() const { return !levels_.empty(); }
  std::size_t byte_count() const {
    return is_levelled() ? words_.size() * sizeof(std::uint32_t) : graph_->byte_count();
  }
  std::size_t level_count() const { return levels_.size(); }

 private:
  void write_out();

  std::shared_ptr<const DecisionGraph> graph_;
  std::vector<AxisIndex> levels_;
  std::vector<std::uint32_t> words_;
};

}  // namespace sojourn
