// Diagrams as the flat words of a DecisionGraph: nodes in the order of a walk from the root, each
// in the smaller of its two layouts, the next node of the walk behind it in memory.
#pragma once

#include <vector>

#include "engine/proof/diagram.h"

namespace sojourn {

// Writes diagrams one after the other into one array; shared nodes are written once.
class Flattener {
 public:
  explicit Flattener(const DiagramStore& store) : store_(store) {}

  // The target (offset, or leaf bit and terminal value) of the diagram.
  std::uint32_t add(DiagramRef root);

  std::vector<std::uint32_t>& words() { return words_; }
  std::size_t node_count() const { return node_count_; }
  // Which axes any node tests; the others can be left out (`renumber`).
  std::vector<bool> tested_axes() const;
  // Replaces the axis numbers in all nodes. Requires: one number per axis of the store.
  void renumber(const std::vector<AxisIndex>& numbers);

 private:
  std::size_t word_count(DiagramRef ref) const;
  void write(DiagramRef ref);

  const DiagramStore& store_;
  std::vector<std::uint32_t> words_;
  std::vector<std::uint32_t> offsets_;  // by node; 0 = not written (offset + 1 otherwise)
  std::vector<std::uint32_t> heads_;    // offsets of all nodes written
  std::size_t node_count_ = 0;
};

}  // namespace sojourn
