// Diagrams as the flat words of a DecisionGraph: nodes in the order of a walk from the root, each
// in the smaller of its two layouts, the next node of the walk behind it in memory; matchers behind
// all nodes.
//
//   Flattener flat(store);
//   flat.add(deciding, matchers);
//   std::optional<FlatGraph> made = std::move(flat).finish(plan.axes());
#pragma once

#include <optional>
#include <vector>

#include "engine/proof/matcher_plan.h"

namespace sojourn {

struct FlatGraph {
  std::vector<std::uint32_t> words;
  std::vector<std::uint32_t> roots;  // a target per diagram added
  std::vector<Axis> axes;            // that some node or matcher tests
  std::size_t node_count = 0;        // with matchers
};

struct FlattenOptions {
  bool runs = true;   // Pass::runs
  bool share = true;  // Pass::share
};

// Writes diagrams one after the other into one array; shared nodes are written once.
class Flattener {
 public:
  explicit Flattener(const DiagramStore& store, const FlattenOptions& options = {})
      : store_(store), options_(options) {}

  // Closed terminals name the matchers, counted over all calls.
  void add(DiagramRef root, std::vector<MatcherPlan> matchers);

  // Absent when the nodes are more than targets can lead to.
  // Requires: the axes of the store.
  std::optional<FlatGraph> finish(const std::vector<Axis>& axes) &&;

 private:
  bool as_runs(DiagramRef ref) const;
  std::size_t word_count(DiagramRef ref) const;
  std::uint32_t target(DiagramRef ref) const;
  void place(DiagramRef root);
  void choose_axes(const std::vector<Axis>& axes);
  void write(DiagramRef ref);
  std::size_t write_matcher(const MatcherPlan& plan);
  struct VectorsOfAxis {
    std::vector<std::uint32_t> vectors;          // of the plan
    std::vector<std::uint32_t> number_of_class;  // into `vectors`; empty: a class is its number
  };
  VectorsOfAxis vectors_of(const MatcherPlan::OnAxis& on) const;
  void write_vectors(const MatcherPlan& plan, const std::vector<VectorsOfAxis>& of_axis,
                     std::size_t begin);

  const DiagramStore& store_;
  FlattenOptions options_;
  std::vector<DiagramRef> roots_;
  std::vector<MatcherPlan> matchers_;
  std::vector<DiagramRef> order_;     // nodes as they lie in memory
  std::vector<std::size_t> offsets_;  // by node; 0 = not placed (offset + 1 otherwise)
  std::size_t size_ = 0;              // of all nodes, in words
  // From `finish` on.
  FlatGraph made_;
  GraphTargets targets_;
  std::vector<AxisIndex> axis_number_;   // by axis of the store
  std::vector<std::size_t> matcher_at_;  // by the index of the closed state
};

}  // namespace sojourn
