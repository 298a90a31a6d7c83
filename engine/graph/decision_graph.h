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

// Immutable; evaluation allocates nothing and is safe from any number of threads. `words` is the
// flat graph: position-independent, mapped from a file as it is.
class DecisionGraph {
 public:
  // A *target* with the high bit set is a leaf (the other bits are its index), else the offset o of
  // a node. A plain node: words[o] is its axis, words[o + 1 + c] the target for class c. A node of
  // runs: words[o] is kRunsBit and its axis, words[o + 1] the number n of runs, then n - 1 classes
  // at which the second and later runs begin, ascending, then n targets. A matcher: words[o] is
  // ResidualMatcher::kHead.
  static constexpr std::uint32_t kLeafBit = 0x8000'0000u;
  static constexpr std::uint32_t kRunsBit = 0x4000'0000u;

  template <class ClassOf>  // ClassIndex(AxisIndex)
  LeafIndex evaluate(const ClassOf& class_of_axis) const {
    std::uint32_t at = walk(root_, class_of_axis);
    if ((at & kLeafBit) != 0) return at & ~kLeafBit;
    ResidualMatcher matcher(words_, at);
    LeafIndex found = matcher.default_value();
    matcher.match(class_of_axis, [&](std::uint32_t target) {
      std::uint32_t end = walk(target, class_of_axis) & ~kLeafBit;
      if (end == ResidualMatcher::kNextRow) return false;
      found = end;
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
    for (std::uint32_t root : also_roots_) {
      std::uint32_t at = walk(root, class_of_axis);
      if ((at & kLeafBit) != 0) {
        visit_set(at);
        continue;
      }
      ResidualMatcher(words_, at).match(class_of_axis, [&](std::uint32_t target) {
        std::uint32_t end = walk(target, class_of_axis) & ~kLeafBit;
        if (end != ResidualMatcher::kNextRow) visit_set(end);
        return false;  // all rows that match
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

 private:
  friend struct DecisionGraphParts;

  // Down to a leaf's target or to a matcher.
  template <class ClassOf>
  std::uint32_t walk(std::uint32_t at, const ClassOf& class_of_axis) const {
    while ((at & kLeafBit) == 0) {
      std::uint32_t head = words_[at];
      if (head == ResidualMatcher::kHead) return at;
      ClassIndex value = class_of_axis(head & ~kRunsBit);
      at = (head & kRunsBit) == 0 ? words_[at + 1 + value] : run_target(at, value);
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

  // Requires: every offset, axis and class leads inside (whoever reads a file checks it first).
  std::shared_ptr<const DecisionGraph> assemble() &&;
};

}  // namespace sojourn
