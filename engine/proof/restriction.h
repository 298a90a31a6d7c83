// Diagrams with some axes put in and others forgotten.
//
//   Restriction put(store, classes, forgotten);   // by axis: a class, or Restriction::kFree
//   DiagramRef where = put.where(diagram, 1);     // where its terminal is 1 then
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/proof/diagram.h"

namespace sojourn {

class Restriction {
 public:
  static constexpr ClassIndex kFree = std::numeric_limits<ClassIndex>::max();

  // `forgotten`: axes of which it does not matter in which class they are; a class that is put in
  // goes before. Requires: all outlive this, and none of them is changed.
  Restriction(DiagramStore& store, const std::vector<ClassIndex>& put_in,
              const std::vector<bool>& forgotten)
      : store_(store), put_in_(put_in), forgotten_(forgotten), met_(put_in.size(), false) {}

  // Where the terminal is `wanted` (for some classes of the forgotten axes).
  DiagramRef where(DiagramRef at, std::uint32_t wanted);
  // Was the axis tested by what was asked about?
  bool met(AxisIndex axis) const { return met_[axis]; }
  // How many diagrams were looked at.
  std::size_t work() const { return known_.size(); }

 private:
  static std::uint64_t key(DiagramRef at, std::uint32_t wanted) {
    return std::uint64_t{wanted} << 32 | at;
  }
  std::optional<DiagramRef> known(DiagramRef at, std::uint32_t wanted) const;
  void open_below(DiagramRef at, std::uint32_t wanted, std::vector<DiagramRef>& open) const;
  // Requires: all below is known.
  DiagramRef put_together(DiagramRef at, std::uint32_t wanted);

  DiagramStore& store_;
  const std::vector<ClassIndex>& put_in_;
  const std::vector<bool>& forgotten_;
  std::vector<bool> met_;                                // by axis
  std::unordered_map<std::uint64_t, DiagramRef> known_;  // by terminal and diagram
};

}  // namespace sojourn
