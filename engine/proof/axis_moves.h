// What became of the axes of a policy that was edited: so that what is known about their classes
// can be said about those of now.
//
//   battery >= 20, >= 80              (.., 20)  [20, 80)            [80, ..)  unknown
//   and a rule that names >= 73       (.., 20)  [20, 73)  [73, 80)  [80, ..)  unknown
//
// A class before has become those classes of now with which it has a value in common. What told
// nothing apart that is one class now holds as it held, however finely the classes are cut; what
// did is of rules that are no longer there.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/proof/axes.h"
#include "engine/proof/reach.h"

namespace sojourn {

// Of one axis.
class ClassMoves {
 public:
  // `shared`: a class before and a class now that have a value in common.
  // `in_order_of_values`: the classes of both stand in the order of the first value of each, and
  // are few enough for a box (cover_boxes.h).
  // Requires: every class of either is in one pair at least.
  ClassMoves(std::vector<std::pair<ClassIndex, ClassIndex>> shared, bool in_order_of_values);

  // What became of the class, ascending.
  std::span<const ClassIndex> now(ClassIndex before) const {
    return std::span(now_).subspan(first_[before], first_[before + 1] - first_[before]);
  }
  // Puts the runs of a node, as they are now, behind `moved`. False: the node leads apart what is
  // one class now; `moved` may have any runs behind it then.
  bool move(std::span<const DiagramRun> runs, std::vector<DiagramRun>& moved) const;
  bool in_order_of_values() const { return in_order_of_values_; }

 private:
  bool move_in_order(std::span<const DiagramRun> runs, std::vector<DiagramRun>& moved) const;
  bool leads_together(std::span<const DiagramRun> runs) const;

  std::vector<ClassIndex> now_;     // those of one class before after those of the other
  std::vector<std::size_t> first_;  // into now_, by class before; and the end
  std::vector<std::vector<ClassIndex>> merged_;  // classes before that are one in part now
  ClassIndex now_count_ = 0;
  bool in_order_of_values_ = false;
  bool in_order_ = true;  // what comes first came first, and nothing lies in between
};

class AxisMoves {
 public:
  struct OfAxis {
    std::optional<AxisIndex> to;        // absent: nothing tests it any more
    std::optional<ClassMoves> classes;  // absent: they are what they were
  };

  // Absent: the axes stand in another order, or others than before are of counts or of what a ban
  // asks about a candidate; what can be at the same time may then be something else.
  static std::optional<AxisMoves> between(const AxisPlan& before, const AxisPlan& now);

  // False: axes, classes, features and the numbers of texts are what they were.
  bool any() const { return any_; }
  const OfAxis& of(AxisIndex before) const { return of_axes_[before]; }
  // A situation inside the point, and where `free_at` gives a class (the one of an unknown value)
  // the axis may be in any.
  ClassPoint moved(const ClassPoint& before,
                   const std::vector<std::optional<ClassIndex>>& free_at) const;

 private:
  std::vector<OfAxis> of_axes_;
  bool any_ = false;
};

}  // namespace sojourn
