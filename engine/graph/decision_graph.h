// DecisionGraph: a policy compiled so that a decision costs one look per tested feature, however
// many rules there are (Gouda and Liu, "Structured firewall design", 2007).
//
// An *axis* is one dimension of the graph: a feature whose values fall into numbered classes that
// no condition of the policy can tell apart. A count has two axes, its lower and its upper bound: a
// threshold is certainly reached when the lower bound reaches it, certainly not when the upper does
// not, unknown otherwise. A *node* tests one axis; a *leaf* is an outcome with its provenance.
//
//   auto class_of_axis = [&](AxisIndex a) { return class_of(axis(a), feature(a), reading(a)); };
//   const Leaf& leaf = graph.leaf(graph.evaluate(class_of_axis));
//   graph.also(class_of_axis, [&](std::uint32_t rule) { tell(alerts of rule); });
//
// Who decides: rules stand in their *precedence* (rule_table.h): the first that fires. What a rule
// that did not decide has to say (alerts, tasks) comes from graphs of its own beside the deciding
// one, so that independent alerts do not multiply the decisions.
//
// Where a graph would grow beyond its budget, a *residual matcher* stands in place of a sub-graph:
// a table of the rules still alive there (residual_matcher.h).
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/graph/residual_matcher.h"
#include "engine/graph/rule_table.h"

namespace sojourn {

enum class AxisSide : std::uint8_t { value, lower, upper };

// How a reading becomes a class.
struct Axis {
  FeatureIndex feature = 0;
  AxisSide side = AxisSide::value;
  ClassIndex class_count = 0;
  // Numbers and counts: the ascending cuts; class = how many cuts are <= the value.
  std::vector<std::int64_t> cuts;
  // Symbols and flags: ascending symbols and the class of each; others are `default_class`. A
  // network that is not listed is looked up once more by network_key_of_mcc.
  std::vector<std::pair<std::int64_t, ClassIndex>> symbol_classes;
  ClassIndex default_class = 0;
  // The class of an unknown reading (sides lower and upper have none: bounds are always known).
  ClassIndex unknown_class = 0;
};

// The key under which a network axis lists what holds for every network of an MCC that is not
// listed itself; apart from all packed codes, kNoSymbol and kOtherSymbol.
inline constexpr std::int64_t network_key_of_mcc(std::uint16_t mcc) { return -1000 - mcc; }

// Requires: the axis is about the feature.
ClassIndex class_of(const Axis& axis, const Feature& feature, const Reading& reading);

// What is decided in a situation, and by what.
struct Leaf {
  Action::Kind kind = Action::Kind::keep;  // profile or keep
  ProfileIndex profile = 0;                // kind profile
  std::int32_t rule = -1;                  // the rule that decided; -1: `otherwise` or a ban
  // The ban that decided: its remedy's profile; or, with kind keep, the ban that what is enabled
  // violates while nothing better can be had. -1: none.
  std::int32_t ban = -1;
  // Every profile the action could take is quarantined: it has fired and waits (semantics 18).
  bool quarantined = false;
  friend bool operator==(const Leaf&, const Leaf&) = default;
};

// The 32 bits that lead to the next node. They name its axis as well as its place, so that a walk
// needs one dependent load per node: the class of the axis is found while nothing is waited for.
//
//   bit 31        a leaf; the other bits are its index
//   bit 30        the node is one of runs
//   lowest bits   the axis, in as many bits as the number of axes takes; all ones for a matcher
//   between       the node's offset; for a matcher, in units of kMatcherUnit words
class GraphTargets {
 public:
  static constexpr std::uint32_t kLeafBit = ResidualMatcher::kLeafBit;
  static constexpr std::uint32_t kRunsBit = 0x4000'0000u;
  static constexpr std::uint32_t kMatcherUnit = 64;

  GraphTargets() = default;
  explicit GraphTargets(std::size_t axis_count)
      : axis_bits_(static_cast<std::uint32_t>(std::bit_width(axis_count))),
        axis_mask_((std::uint32_t{1} << axis_bits_) - 1) {}

  // Offsets below this can be led to.
  std::size_t offsets_max() const { return std::size_t{kRunsBit} >> axis_bits_; }
  std::uint32_t node(std::uint32_t offset, AxisIndex axis, bool runs) const {
    return (runs ? kRunsBit : 0) | (offset << axis_bits_) | axis;
  }
  std::uint32_t matcher(std::size_t offset) const {
    return (static_cast<std::uint32_t>(offset / kMatcherUnit) << axis_bits_) | axis_mask_;
  }

  static bool is_leaf(std::uint32_t target) { return (target & kLeafBit) != 0; }
  static bool has_runs(std::uint32_t target) { return (target & kRunsBit) != 0; }
  bool is_matcher(std::uint32_t target) const { return axis(target) == axis_mask_; }
  AxisIndex axis(std::uint32_t target) const { return target & axis_mask_; }
  std::uint32_t offset(std::uint32_t target) const { return (target & ~kRunsBit) >> axis_bits_; }
  std::uint32_t matcher_offset(std::uint32_t target) const { return offset(target) * kMatcherUnit; }

 private:
  std::uint32_t axis_bits_ = 0;
  std::uint32_t axis_mask_ = 0;
};

// Immutable; evaluation allocates nothing and is safe from any number of threads. `words` is the
// flat graph: position-independent, mapped from a file as it is.
class DecisionGraph {
 public:
  // A *target* is a leaf, or leads to a node at offset o (GraphTargets). A plain node: words[o] is
  // its axis, words[o + 1 + c] the target for class c. A node of runs: words[o] is kRunsBit and its
  // axis, words[o + 1] the number n of runs, then n - 1 classes at which the second and later runs
  // begin, ascending, then n targets. A matcher: words[o] is ResidualMatcher::kHead. Words of
  // kPadding lie before matchers. A walk needs no node's first word; whoever checks a file does.
  static constexpr std::uint32_t kLeafBit = GraphTargets::kLeafBit;
  static constexpr std::uint32_t kRunsBit = GraphTargets::kRunsBit;
  static constexpr std::uint32_t kPadding = 0x3FFF'FFFEu;

  template <class ClassOf>  // ClassIndex(AxisIndex)
  LeafIndex evaluate(const ClassOf& class_of_axis) const {
    std::uint32_t at = walk(root_, class_of_axis);
    if ((at & kLeafBit) != 0) return at & ~kLeafBit;
    ResidualMatcher matcher(words_, targets_.matcher_offset(at));
    LeafIndex found = matcher.default_value();
    auto ends_at = [&](std::uint32_t guard) { return walk(guard, class_of_axis) & ~kLeafBit; };
    matcher.for_each_row(class_of_axis, ends_at, [&](LeafIndex leaf) {
      found = leaf;
      return true;
    });
    return found;
  }

  // Every rule with alerts or tasks that fires and is not overridden; the deciding one may be among
  // them.
  template <class ClassOf, class Visit>  // ClassIndex(AxisIndex); void(std::uint32_t rule)
  void also(const ClassOf& class_of_axis, const Visit& visit) const {
    auto visit_set = [&](std::uint32_t leaf) {
      for (std::uint32_t rule : also_sets_[leaf & ~kLeafBit]) visit(rule);
    };
    auto ends_at = [&](std::uint32_t guard) { return walk(guard, class_of_axis) & ~kLeafBit; };
    for (std::uint32_t root : also_roots_) {
      std::uint32_t at = walk(root, class_of_axis);
      if ((at & kLeafBit) != 0) {
        visit_set(at);
        continue;
      }
      ResidualMatcher(words_, targets_.matcher_offset(at))
          .for_each_row(class_of_axis, ends_at, [&](std::uint32_t set) {
            visit_set(set);
            return also_sets_[set].empty();  // a row that says nothing silences those after it
          });
    }
  }

  const RuleTable& table() const { return *table_; }
  std::shared_ptr<const RuleTable> shared_table() const { return table_; }
  const std::vector<Axis>& axes() const { return axes_; }
  const Leaf& leaf(LeafIndex index) const { return leaves_[index]; }
  std::size_t leaf_count() const { return leaves_.size(); }
  const std::vector<std::uint32_t>& also_roots() const { return also_roots_; }
  const std::vector<std::vector<std::uint32_t>>& also_sets() const { return also_sets_; }
  // With matchers, each of which is one node.
  std::size_t node_count() const { return node_count_; }
  std::size_t byte_count() const { return words_.size_bytes(); }
  std::uint32_t root() const { return root_; }
  std::span<const std::uint32_t> words() const { return words_; }
  const GraphTargets& targets() const { return targets_; }
  // Where the walk goes on from the node that the target leads to. Requires: a node.
  std::uint32_t next(std::uint32_t target, ClassIndex value) const {
    std::uint32_t at = targets_.offset(target);
    return GraphTargets::has_runs(target) ? run_target(at, value) : words_[at + 1 + value];
  }

 private:
  friend struct DecisionGraphParts;

  // Down to a leaf's target or to a matcher.
  template <class ClassOf>
  std::uint32_t walk(std::uint32_t at, const ClassOf& class_of_axis) const {
    while ((at & kLeafBit) == 0 && !targets_.is_matcher(at)) {
      at = next(at, class_of_axis(targets_.axis(at)));
    }
    return at;
  }
  std::uint32_t run_target(std::uint32_t at, ClassIndex value) const {
    std::uint32_t count = words_[at + 1];
    const std::uint32_t* begins = &words_[at + 2];
    std::uint32_t run = 0;  // how many later runs begin at or before `value`
    for (std::uint32_t left = count - 1; left > 0;) {
      std::uint32_t half = (left + 1) / 2;
      run += begins[run + half - 1] <= value ? half : 0;
      left -= half;
    }
    return begins[count - 1 + run];
  }

  std::shared_ptr<const RuleTable> table_;
  std::vector<Axis> axes_;
  std::vector<Leaf> leaves_;
  std::vector<std::uint32_t> also_roots_;
  std::vector<std::vector<std::uint32_t>> also_sets_;
  std::shared_ptr<const void> memory_;  // owns what words_ points into
  std::span<const std::uint32_t> words_;
  GraphTargets targets_;
  std::uint32_t root_ = kLeafBit;
  std::size_t node_count_ = 0;
};

// How engine/proof and the graph file make a graph.
struct DecisionGraphParts {
  std::shared_ptr<const RuleTable> table;
  std::vector<Axis> axes;
  std::vector<Leaf> leaves;
  std::vector<std::uint32_t> also_roots;
  std::vector<std::vector<std::uint32_t>> also_sets;
  std::shared_ptr<const void> memory;
  std::span<const std::uint32_t> words;
  std::uint32_t root = DecisionGraph::kLeafBit;
  std::size_t node_count = 0;

  // Keeps a copy of the words, from a cache line's boundary on.
  void own(std::span<const std::uint32_t> copied);
  // Requires: every offset, axis and class leads inside (whoever reads a file checks it first).
  std::shared_ptr<const DecisionGraph> assemble() &&;
};

}  // namespace sojourn
