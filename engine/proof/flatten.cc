#include "engine/proof/flatten.h"

#include <cassert>

namespace sojourn {
namespace {

// Searching runs costs several dependent steps where a table costs one; worth it only for nodes
// that would otherwise fill many cache lines.
constexpr std::size_t kTableWordsMax = 64;
constexpr std::size_t kRunsMustSave = 4;  // times smaller than the table

bool as_runs(std::size_t class_count, std::size_t run_count) {
  return class_count > kTableWordsMax && 2 * run_count + 1 <= (class_count + 1) / kRunsMustSave;
}

}  // namespace

std::size_t Flattener::word_count(DiagramRef ref) const {
  std::size_t classes = store_.class_count(store_.axis(ref));
  std::size_t runs = store_.runs(ref).size();
  return as_runs(classes, runs) ? 1 + 2 * runs : 1 + classes;
}

std::uint32_t Flattener::add(DiagramRef root) {
  if (is_terminal(root)) return DecisionGraph::kLeafBit | (root & ~kTerminalBit);
  offsets_.resize(store_.node_count(), 0);
  std::vector<DiagramRef> order;
  std::vector<DiagramRef> open = {root};
  while (!open.empty()) {  // every offset first, then the words
    DiagramRef at = open.back();
    open.pop_back();
    if (offsets_[at] != 0) continue;
    std::size_t offset = words_.size();
    assert(offset + word_count(at) < DecisionGraph::kRunsBit);
    words_.resize(offset + word_count(at));
    offsets_[at] = static_cast<std::uint32_t>(offset) + 1;
    order.push_back(at);
    std::span<const DiagramRun> runs = store_.runs(at);
    for (std::size_t i = runs.size(); i-- > 0;) {
      if (!is_terminal(runs[i].target)) open.push_back(runs[i].target);
    }
  }
  for (DiagramRef ref : order) write(ref);
  return offsets_[root] - 1;
}

void Flattener::write(DiagramRef ref) {
  std::span<const DiagramRun> runs = store_.runs(ref);
  std::size_t classes = store_.class_count(store_.axis(ref));
  std::uint32_t offset = offsets_[ref] - 1;
  std::uint32_t* at = &words_[offset];
  heads_.push_back(offset);
  ++node_count_;
  auto target = [&](const DiagramRun& run) {
    return is_terminal(run.target) ? DecisionGraph::kLeafBit | (run.target & ~kTerminalBit)
                                   : offsets_[run.target] - 1;
  };
  if (as_runs(classes, runs.size())) {
    *at++ = DecisionGraph::kRunsBit | store_.axis(ref);
    *at++ = static_cast<std::uint32_t>(runs.size());
    for (std::size_t i = 0; i + 1 < runs.size(); ++i) *at++ = runs[i].end;
    for (const DiagramRun& run : runs) *at++ = target(run);
    return;
  }
  *at++ = store_.axis(ref);
  ClassIndex value = 0;
  for (const DiagramRun& run : runs) {
    for (; value < run.end; ++value) *at++ = target(run);
  }
}

std::vector<bool> Flattener::tested_axes() const {
  std::vector<bool> tested(store_.axis_count(), false);
  for (std::uint32_t head : heads_) tested[words_[head] & ~DecisionGraph::kRunsBit] = true;
  return tested;
}

void Flattener::renumber(const std::vector<AxisIndex>& numbers) {
  for (std::uint32_t head : heads_) {
    std::uint32_t& word = words_[head];
    word = (word & DecisionGraph::kRunsBit) | numbers[word & ~DecisionGraph::kRunsBit];
  }
}

}  // namespace sojourn
