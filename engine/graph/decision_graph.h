// DecisionGraph: a policy compiled so that a decision costs one look per tested feature, however
// many rules there are (Gouda and Liu, "Structured firewall design", 2007).
//
// An *axis* is one dimension of the graph: a feature whose values fall into numbered classes that
// no condition of the policy can tell apart. A count has two axes, its lower and its upper bound: a
// threshold is certainly reached when the lower bound reaches it, certainly not when the upper does
// not, unknown otherwise. A *node* tests one axis; a *leaf* is an outcome with its provenance.
//
//   Leaf leaf = graph.leaf(graph.evaluate([&](AxisIndex a) { return class_of(a); }));
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/graph/rule_table.h"

namespace sojourn {

using AxisIndex = std::uint32_t;
using ClassIndex = std::uint32_t;
using LeafIndex = std::uint32_t;

enum class AxisSide : std::uint8_t { value, lower, upper };

// How a reading becomes a class.
struct Axis {
  FeatureIndex feature = 0;
  AxisSide side = AxisSide::value;
  ClassIndex class_count = 0;
  // Numbers and counts: the ascending cuts; class = how many cuts are <= the value.
  std::vector<std::int64_t> cuts;
  // Symbols and flags: ascending symbols and the class of each; others are `default_class`.
  std::vector<std::pair<std::int64_t, ClassIndex>> symbol_classes;
  ClassIndex default_class = 0;
  // The class of an unknown reading (sides lower and upper have none: bounds are always known).
  ClassIndex unknown_class = 0;
};

ClassIndex class_of(const Axis& axis, const Feature& feature, const Reading& reading);

// What is decided in a situation, and why.
struct Leaf {
  Action::Kind kind = Action::Kind::keep;
  ProfileIndex profile = 0;            // kind profile
  std::int32_t rule = -1;              // the rule that decided; -1: `otherwise`
  std::vector<std::uint32_t> also;     // further rules that fire there with alerts or tasks
  std::vector<std::uint32_t> waiting;  // rules that hold but none of whose profiles can be had
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      passed_over;  // (ban, profile) left out by law
  friend bool operator==(const Leaf&, const Leaf&) = default;
};

// Immutable; evaluation allocates nothing and is safe from any number of threads. `words` is the
// flat graph: position-independent, mapped from a file as it is.
class DecisionGraph {
 public:
  // A node at word offset o: words[o] is its axis, words[o + 1 + c] the target for class c. A
  // target with the high bit set is a leaf (the other bits are its index), else a word offset.
  static constexpr std::uint32_t kLeafBit = 0x8000'0000u;

  template <class ClassOf>  // ClassIndex(AxisIndex)
  LeafIndex evaluate(const ClassOf& class_of_axis) const {
    std::uint32_t at = root_;
    while ((at & kLeafBit) == 0) at = words_[at + 1 + class_of_axis(words_[at])];
    return at & ~kLeafBit;
  }

  const RuleTable& table() const { return *table_; }
  const std::vector<Axis>& axes() const { return axes_; }
  const Leaf& leaf(LeafIndex index) const { return leaves_[index]; }
  std::size_t leaf_count() const { return leaves_.size(); }
  std::size_t node_count() const { return node_count_; }
  std::size_t byte_count() const { return words_.size_bytes(); }
  std::uint32_t root() const { return root_; }
  std::span<const std::uint32_t> words() const { return words_; }

 private:
  friend class DecisionGraphParts;  // how engine/proof and the graph file make one
  std::shared_ptr<const RuleTable> table_;
  std::vector<Axis> axes_;
  std::vector<Leaf> leaves_;
  std::shared_ptr<const void> memory_;  // owns what words_ points into
  std::span<const std::uint32_t> words_;
  std::uint32_t root_ = kLeafBit;
  std::size_t node_count_ = 0;
};

}  // namespace sojourn
