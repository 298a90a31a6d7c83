// The reach of a diagram: for each axis, which classes it can still hold in. Two diagrams whose
// reaches miss each other on some axis never hold together, which rejects most pairs of rules in a
// few instructions.
#pragma once

#include <bitset>
#include <vector>

#include "engine/proof/diagram.h"

namespace sojourn {

class AxisMoves;

// A class of each axis, or any of it.
using ClassPoint = std::vector<ClassIndex>;
inline constexpr ClassIndex kAnyClass = 0xFFFF'FFFFu;
// Can the truth-valued diagram hold there?
bool may_hold_at(const DiagramStore& store, DiagramRef at, const ClassPoint& point);

class Reach {
 public:
  // Exact for axes of up to kExactClasses classes, an interval for others.
  static constexpr std::size_t kExactClasses = 256;

  Reach(const DiagramStore& store, DiagramRef ref);
  bool meets(const Reach& other) const;
  // Does it hold wherever the other can? Requires: this is a box.
  bool covers(const Reach& other) const;
  // Can it hold somewhere in the class of the axis?
  bool may_hold(AxisIndex axis, ClassIndex value) const;

  struct OnAxis {
    AxisIndex axis = 0;
    ClassIndex first = 0, last = 0;
    std::bitset<kExactClasses> classes;  // when the axis has few enough
  };
  // What it reaches when the axes have become others: no less, and exactly that for a diagram that
  // stays what it was.
  void move_axes(const AxisMoves& moves);
  // It holds in all of what it reaches, and every axis has few enough classes to tell.
  bool is_box() const { return is_box_; }
  // Axes on which it does not hold everywhere, ascending.
  const std::vector<OnAxis>& axes() const { return axes_; }

 private:
  std::vector<OnAxis> axes_;
  bool is_box_ = false;
};

}  // namespace sojourn
