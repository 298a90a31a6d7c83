#include "engine/proof/flatten.h"

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

// Every offset first, then the words.
void Flattener::place(DiagramRef root, std::vector<DiagramRef>& order) {
  offsets_.resize(store_.node_count(), 0);
  std::vector<DiagramRef> open = {root};
  while (!open.empty()) {
    DiagramRef at = open.back();
    open.pop_back();
    if (is_terminal(at) || offsets_[at] != 0) continue;
    std::size_t offset = words_.size();
    words_.resize(offset + word_count(at));
    offsets_[at] = static_cast<std::uint32_t>(offset) + 1;
    order.push_back(at);
    std::span<const DiagramRun> runs = store_.runs(at);
    for (std::size_t i = runs.size(); i-- > 0;) open.push_back(runs[i].target);
  }
}

std::uint32_t Flattener::add(DiagramRef root, const std::vector<MatcherPlan>& matchers) {
  std::vector<DiagramRef> order;
  place(root, order);
  for (const MatcherPlan& plan : matchers) {
    std::vector<DiagramRef> inner;
    for (DiagramRef checked : plan.targets) place(checked, inner);
    for (DiagramRef ref : inner) write(ref);
  }
  for (const MatcherPlan& plan : matchers) matcher_at_.push_back(write_matcher(plan));
  for (DiagramRef ref : order) write(ref);
  return target(root);
}

std::uint32_t Flattener::target(DiagramRef ref) const {
  if (!is_terminal(ref)) return offsets_[ref] - 1;
  std::uint32_t value = ref & ~kTerminalBit;
  bool closed = (value & kClosedBit) != 0;
  return closed ? matcher_at_[value & ~kClosedBit] : DecisionGraph::kLeafBit | value;
}

void Flattener::write(DiagramRef ref) {
  std::span<const DiagramRun> runs = store_.runs(ref);
  std::size_t classes = store_.class_count(store_.axis(ref));
  std::uint32_t offset = offsets_[ref] - 1;
  std::uint32_t* at = &words_[offset];
  heads_.push_back(offset);
  if (as_runs(classes, runs.size())) {
    *at++ = DecisionGraph::kRunsBit | store_.axis(ref);
    *at++ = static_cast<std::uint32_t>(runs.size());
    for (std::size_t i = 0; i + 1 < runs.size(); ++i) *at++ = runs[i].end;
    for (const DiagramRun& run : runs) *at++ = target(run.target);
    return;
  }
  *at++ = store_.axis(ref);
  ClassIndex value = 0;
  for (const DiagramRun& run : runs) {
    for (; value < run.end; ++value) *at++ = target(run.target);
  }
}

std::uint32_t Flattener::write_matcher(const MatcherPlan& plan) {
  auto begin = static_cast<std::uint32_t>(words_.size());
  auto here = [&] { return static_cast<std::uint32_t>(words_.size()) - begin; };
  auto rows = static_cast<std::uint32_t>(plan.targets.size());
  words_.insert(words_.end(),
                {ResidualMatcher::kHead, 0, static_cast<std::uint32_t>(plan.axes.size()), rows,
                 plan.default_value});
  std::size_t axes_at = words_.size();
  for (const MatcherPlan::OnAxis& on : plan.axes) {
    axis_words_.push_back(static_cast<std::uint32_t>(words_.size()));
    words_.insert(words_.end(), {on.axis, 0});
  }
  for (DiagramRef row_target : plan.targets) words_.push_back(target(row_target));
  std::vector<std::size_t> tables;
  for (std::size_t i = 0; i < plan.axes.size(); ++i) {
    words_[axes_at + 2 * i + 1] = here();
    tables.push_back(words_.size());
    words_.resize(words_.size() + plan.axes[i].vector_of_class.size());
  }
  auto push_block = [&](std::uint64_t block) {
    words_.push_back(static_cast<std::uint32_t>(block));
    words_.push_back(static_cast<std::uint32_t>(block >> 32));
  };
  std::vector<std::uint32_t> vector_at;
  for (const std::vector<std::uint64_t>& blocks : plan.vectors) {
    vector_at.push_back(here());
    for (std::size_t first = 0; first < blocks.size(); first += 64) {
      std::uint64_t summary = 0;
      for (std::size_t b = first; b < blocks.size() && b < first + 64; ++b) {
        if (blocks[b] != 0) summary |= std::uint64_t{1} << (b - first);
      }
      push_block(summary);
    }
    for (std::uint64_t block : blocks) push_block(block);
  }
  for (std::size_t i = 0; i < plan.axes.size(); ++i) {
    for (std::size_t c = 0; c < plan.axes[i].vector_of_class.size(); ++c) {
      words_[tables[i] + c] = vector_at[plan.axes[i].vector_of_class[c]];
    }
  }
  words_[begin + 1] = here();
  ++matcher_count_;
  return begin;
}

std::vector<bool> Flattener::tested_axes() const {
  std::vector<bool> tested(store_.axis_count(), false);
  for (std::uint32_t head : heads_) tested[words_[head] & ~DecisionGraph::kRunsBit] = true;
  for (std::uint32_t at : axis_words_) tested[words_[at]] = true;
  return tested;
}

void Flattener::renumber(const std::vector<AxisIndex>& numbers) {
  for (std::uint32_t head : heads_) {
    std::uint32_t& word = words_[head];
    word = (word & DecisionGraph::kRunsBit) | numbers[word & ~DecisionGraph::kRunsBit];
  }
  for (std::uint32_t at : axis_words_) words_[at] = numbers[words_[at]];
}

std::vector<Axis> Flattener::keep_tested(const std::vector<Axis>& axes) {
  std::vector<bool> tested = tested_axes();
  std::vector<AxisIndex> numbers(axes.size(), 0);
  std::vector<Axis> kept;
  for (AxisIndex i = 0; i < axes.size(); ++i) {
    if (!tested[i]) continue;
    numbers[i] = static_cast<AxisIndex>(kept.size());
    kept.push_back(axes[i]);
  }
  renumber(numbers);
  return kept;
}

}  // namespace sojourn
