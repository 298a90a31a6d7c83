#include "engine/graph/at_hand.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace sojourn {
namespace {

// Written out it may be so many times larger; what fits the nearest cache always may.
constexpr std::size_t kGrowthMax = 2;
constexpr std::size_t kSmallWords = 8 * 1024;

// The axes that decisions look at, ascending; empty: none, or a matcher is among the nodes.
std::vector<AxisIndex> axes_from_root(const DecisionGraph& graph) {
  std::set<AxisIndex> axes;
  std::set<std::uint32_t> seen;
  std::vector<std::uint32_t> open = {graph.root()};
  while (!open.empty()) {
    std::uint32_t at = open.back();
    open.pop_back();
    if (GraphTargets::is_leaf(at) || !seen.insert(at).second) continue;
    if (graph.targets().is_matcher(at)) return {};
    AxisIndex axis = graph.targets().axis(at);
    axes.insert(axis);
    ClassIndex classes = graph.axes()[axis].class_count;
    for (ClassIndex c = 0; c < classes; ++c) open.push_back(graph.next(at, c));
  }
  return {axes.begin(), axes.end()};
}

}  // namespace

AtHand::AtHand(std::shared_ptr<const DecisionGraph> graph, std::uint32_t register_bits_max)
    : graph_(std::move(graph)) {
  for (LeafIndex leaf = 0; leaf < graph_->leaf_count(); ++leaf) {
    rules_.push_back(graph_->leaf(leaf).rule);
  }
  if (MatcherAtHand::fits(*graph_)) {
    matcher_.emplace(*graph_, register_bits_max);
  } else {
    write_out();
  }
}

void AtHand::write_out() {
  std::vector<AxisIndex> levels = axes_from_root(*graph_);
  std::size_t most = std::max(kSmallWords, kGrowthMax * graph_->words().size());
  std::vector<std::uint32_t> words;
  // What the nodes of the level stand for: a node of its axis, or what skips it.
  std::vector<std::uint32_t> here = {graph_->root()}, below;
  for (AxisIndex axis : levels) {
    std::size_t classes = graph_->axes()[axis].class_count;
    std::size_t next_class_count = 0;
    bool last = axis == levels.back();
    if (!last) {
      next_class_count =
          graph_->axes()[*std::upper_bound(levels.begin(), levels.end(), axis)].class_count;
    }
    std::size_t next_begin = words.size() + here.size() * classes;
    if (next_begin > most) return;
    std::unordered_map<std::uint32_t, std::uint32_t> number_below;
    below.clear();
    for (std::uint32_t at : here) {
      bool own = !GraphTargets::is_leaf(at) && graph_->targets().axis(at) == axis;
      for (ClassIndex c = 0; c < classes; ++c) {
        std::uint32_t to = own ? graph_->next(at, c) : at;
        if (last) {
          words.push_back(to & ~DecisionGraph::kLeafBit);
          continue;
        }
        auto [known, fresh] =
            number_below.try_emplace(to, static_cast<std::uint32_t>(below.size()));
        if (fresh) below.push_back(to);
        words.push_back(static_cast<std::uint32_t>(next_begin + known->second * next_class_count));
      }
    }
    here.swap(below);
  }
  levels_ = std::move(levels);
  words_ = std::move(words);
}

}  // namespace sojourn
