// Decision diagrams under construction: hash-consed, ordered, reduced.
//
// A diagram is a function from the classes of all axes to a terminal. Axes are tested in ascending
// order; no node has all its children equal; equal diagrams are one reference, so equality of
// functions is equality of integers. A node's children are kept as runs of neighbouring classes,
// because a threshold on an axis of a thousand cuts has two children and not a thousand.
//
//   DiagramStore store(class_counts);
//   DiagramRef warm = store.node(0, {{3, kNo}, {5, kYes}});    // classes 3 and 4 of axis 0
//   DiagramRef both = store.both(warm, other);
//
// (R. Bryant, "Graph-based algorithms for Boolean function manipulation", 1986, with many-valued
// nodes.)
#pragma once

#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

#include "engine/graph/decision_graph.h"

namespace sojourn {

class AxisMoves;

// A terminal (high bit set, the other bits its value) or the index of a node.
using DiagramRef = std::uint32_t;

inline constexpr DiagramRef kTerminalBit = 0x8000'0000u;
inline constexpr DiagramRef terminal(std::uint32_t value) { return kTerminalBit | value; }
inline constexpr bool is_terminal(DiagramRef ref) { return (ref & kTerminalBit) != 0; }
// The terminals of truth-valued diagrams.
inline constexpr DiagramRef kNo = terminal(0);
inline constexpr DiagramRef kYes = terminal(1);

// Classes up to but not including `end`, from the run before.
struct DiagramRun {
  ClassIndex end = 0;
  DiagramRef target = 0;
  friend bool operator==(const DiagramRun&, const DiagramRun&) = default;
};

// Not thread-safe. References stay valid as long as the store lives.
class DiagramStore {
 public:
  explicit DiagramStore(std::vector<ClassIndex> class_counts);

  // The diagram that tests `axis` and goes on as the runs say; neighbours with one target are
  // merged, a single target is the diagram itself.
  // Requires: ends ascending, the last one the axis's class count; targets test later axes only.
  DiagramRef node(AxisIndex axis, std::span<const DiagramRun> runs);

  // Of truth-valued diagrams.
  DiagramRef both(DiagramRef a, DiagramRef b);
  DiagramRef either(DiagramRef a, DiagramRef b);
  DiagramRef opposite(DiagramRef a) { return with_terminals(a, kYes, kNo); }
  // The truth-valued diagram with other terminals in place of kNo and kYes.
  DiagramRef with_terminals(DiagramRef a, DiagramRef for_no, DiagramRef for_yes);
  DiagramRef all_of(std::vector<DiagramRef> parts);
  DiagramRef any_of(std::vector<DiagramRef> parts);

  // Can both of the truth-valued diagrams hold? False is certain; true where telling took too long.
  // Makes no nodes.
  bool may_meet(DiagramRef a, DiagramRef b) const;
  // Does b hold wherever a does? True is certain; false where telling took too long. Makes no
  // nodes.
  bool is_within(DiagramRef a, DiagramRef b) const;

  // Requires: not a terminal.
  AxisIndex axis(DiagramRef ref) const { return nodes_[ref].axis; }
  std::span<const DiagramRun> runs(DiagramRef ref) const {
    return {&runs_[nodes_[ref].first], nodes_[ref].count};
  }
  // Below every axis for terminals, so that comparisons need no special case.
  AxisIndex level(DiagramRef ref) const { return is_terminal(ref) ? kTerminalBit : axis(ref); }
  DiagramRef child(DiagramRef ref, ClassIndex value) const;

  // The axes become others (axis_moves.h). References stay what they were, but of those that tell
  // apart what is one class now, or test what is no axis any more, nothing may be asked.
  void move_axes(const AxisMoves& moves, std::vector<ClassIndex> class_counts);

  ClassIndex class_count(AxisIndex axis) const { return class_counts_[axis]; }
  std::size_t axis_count() const { return class_counts_.size(); }
  std::size_t node_count() const { return nodes_.size(); }
  std::size_t byte_count() const;

 private:
  struct Node {
    AxisIndex axis = 0;
    std::uint32_t count = 0;
    std::size_t first = 0;  // into runs_
  };
  enum class Op : std::uint8_t { both, either };
  struct CacheRow {
    DiagramRef a = 0, b = 0, result = 0;
    std::uint32_t op = 0;  // 0 = empty row
  };

  DiagramRef apply(Op op, DiagramRef a, DiagramRef b);
  bool meet(DiagramRef a, DiagramRef b, std::size_t& looks) const;
  bool within(DiagramRef a, DiagramRef b, std::unordered_set<std::uint64_t>& seen,
              std::size_t depth) const;
  DiagramRef fold(Op op, std::vector<DiagramRef> parts);
  bool tests_one_axis(DiagramRef ref) const;
  DiagramRef in_pairs(Op op, std::vector<DiagramRef> parts);
  void grow();
  void enter(DiagramRef node);

  std::vector<ClassIndex> class_counts_;
  std::vector<Node> nodes_;
  std::vector<DiagramRun> runs_;
  std::vector<std::uint32_t> buckets_;  // open addressing: node index + 1, 0 = free
  std::size_t entered_ = 0;             // buckets that are not free
  std::vector<CacheRow> cache_;         // direct mapped; a lost row costs time only
};

}  // namespace sojourn
