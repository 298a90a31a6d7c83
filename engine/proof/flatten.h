// Diagrams as the flat words of a DecisionGraph: nodes in the order of a walk from the root, each
// in the smaller of its two layouts, the next node of the walk behind it in memory; matchers behind
// the nodes that lead to them.
#pragma once

#include <vector>

#include "engine/proof/matcher_plan.h"

namespace sojourn {

// Writes diagrams one after the other into one array; shared nodes are written once.
class Flattener {
 public:
  explicit Flattener(const DiagramStore& store) : store_(store) {}

  // The target (offset, or leaf bit and terminal value) of the diagram. Its closed terminals name
  // the matchers, counted over all calls.
  std::uint32_t add(DiagramRef root, const std::vector<MatcherPlan>& matchers);

  std::vector<std::uint32_t>& words() { return words_; }
  std::size_t node_count() const { return heads_.size() + matcher_count_; }
  // The axes that some node or matcher tests; the words are numbered by these from then on.
  // Requires: the axes of the store.
  std::vector<Axis> keep_tested(const std::vector<Axis>& axes);

 private:
  std::vector<bool> tested_axes() const;
  void renumber(const std::vector<AxisIndex>& numbers);
  std::size_t word_count(DiagramRef ref) const;
  std::uint32_t target(DiagramRef ref) const;
  void place(DiagramRef root, std::vector<DiagramRef>& order);
  void write(DiagramRef ref);
  std::uint32_t write_matcher(const MatcherPlan& plan);

  const DiagramStore& store_;
  std::vector<std::uint32_t> words_;
  std::vector<std::uint32_t> offsets_;     // by node; 0 = not written (offset + 1 otherwise)
  std::vector<std::uint32_t> heads_;       // offsets of the words of nodes that name an axis
  std::vector<std::uint32_t> axis_words_;  // of the words of matchers that do
  std::vector<std::uint32_t> matcher_at_;  // by the index of the closed state
  std::size_t matcher_count_ = 0;
};

}  // namespace sojourn
