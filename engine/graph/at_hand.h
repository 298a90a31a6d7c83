// Deciding for whoever has the class of every axis at hand: as many dependent loads as a decision
// has axes, and not one branch that depends on the device.
//
//   AtHand table(graph);                             // once per graph; takes as long as copying
//   LeafIndex decided = table.evaluate(classes);     // classes[a]: the class of axis a
//   table.evaluate(classes, stride, found);          // of many devices: found.size()
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
// Of many devices, eight go down the levels side by side, so that none waits for another's words.
// A table of rules is gone through by many devices together (matcher_at_hand.h). A graph with both,
// or one that would grow too much, is asked as it is.
//
// Immutable; evaluation allocates nothing and is safe from any number of threads.
#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/graph/matcher_at_hand.h"

namespace sojourn {

class AtHand {
 public:
  explicit AtHand(std::shared_ptr<const DecisionGraph> graph,
                  std::uint32_t register_bits_max = 512);

  template <class Class>  // std::uint8_t, std::uint16_t
  LeafIndex evaluate(const Class* classes) const {
    if (!levels_.empty()) return on_levels(classes);
    LeafIndex found = 0;
    evaluate(classes, 0, {&found, 1});
    return found;
  }

  // Of as many devices as `found` has room for: the classes of device d are at classes + d *
  // stride.
  template <class Class>
  void evaluate(const Class* classes, std::size_t stride, std::span<LeafIndex> found) const {
    if (matcher_) return matcher_->decide(classes, stride, found);
    std::size_t done = 0;
    for (; !levels_.empty() && found.size() - done >= kSideBySide; done += kSideBySide) {
      on_levels_together(classes + done * stride, stride, found.data() + done);
    }
    for (; done < found.size(); ++done) {
      const Class* own = classes + done * stride;
      found[done] = levels_.empty() ? as_it_is(own) : on_levels(own);
    }
  }

  // DecisionGraph::leaf(leaf).rule, from a table a fifth as large.
  std::int32_t rule(LeafIndex leaf) const { return rules_[leaf]; }

  // Both false: the graph is asked as it is.
  bool is_levelled() const { return !levels_.empty(); }
  bool is_table() const { return matcher_.has_value(); }
  std::size_t byte_count() const {
    return is_levelled() ? words_.size() * sizeof(std::uint32_t) : graph_->byte_count();
  }
  std::size_t level_count() const { return levels_.size(); }

 private:
  static constexpr std::size_t kSideBySide = 8;

  template <class Class>
  LeafIndex on_levels(const Class* classes) const {
    std::uint32_t at = 0;
    for (AxisIndex axis : levels_) at = words_[at + classes[axis]];
    return at;
  }
  template <class Class>
  void on_levels_together(const Class* classes, std::size_t stride, LeafIndex* found) const {
    const std::uint32_t* words = words_.data();
    std::uint32_t at[kSideBySide] = {};
    for (AxisIndex axis : levels_) {
      const Class* own = classes + axis;
      for (std::uint32_t& place : at) {
        place = words[place + *own];
        own += stride;
      }
    }
    std::copy(std::begin(at), std::end(at), found);
  }
  template <class Class>
  LeafIndex as_it_is(const Class* classes) const {
    return graph_->evaluate([&](AxisIndex axis) -> ClassIndex { return classes[axis]; });
  }
  void write_out();

  std::shared_ptr<const DecisionGraph> graph_;
  std::vector<AxisIndex> levels_;
  std::vector<std::uint32_t> words_;
  std::optional<MatcherAtHand> matcher_;
  std::vector<std::int32_t> rules_;  // by leaf
};

}  // namespace sojourn
