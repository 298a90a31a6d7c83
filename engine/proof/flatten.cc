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
void Flattener::place(DiagramRef root) {
  offsets_.resize(store_.node_count(), 0);
  std::vector<DiagramRef> open = {root};
  while (!open.empty()) {
    DiagramRef at = open.back();
    open.pop_back();
    if (is_terminal(at) || offsets_[at] != 0) continue;
    offsets_[at] = size_ + 1;
    size_ += word_count(at);
    order_.push_back(at);
    std::span<const DiagramRun> runs = store_.runs(at);
    for (std::size_t i = runs.size(); i-- > 0;) open.push_back(runs[i].target);
  }
}

void Flattener::add(DiagramRef root, std::vector<MatcherPlan> matchers) {
  roots_.push_back(root);
  place(root);
  for (MatcherPlan& plan : matchers) {
    for (DiagramRef checked : plan.targets) place(checked);
    matchers_.push_back(std::move(plan));
  }
}

void Flattener::choose_axes(const std::vector<Axis>& axes) {
  std::vector<bool> tested(axes.size(), false);
  for (DiagramRef ref : order_) tested[store_.axis(ref)] = true;
  for (const MatcherPlan& plan : matchers_) {
    for (const MatcherPlan::OnAxis& on : plan.axes) tested[on.axis] = true;
  }
  axis_number_.resize(axes.size(), 0);
  for (AxisIndex i = 0; i < axes.size(); ++i) {
    if (!tested[i]) continue;
    axis_number_[i] = static_cast<AxisIndex>(made_.axes.size());
    made_.axes.push_back(axes[i]);
  }
}

std::optional<FlatGraph> Flattener::finish(const std::vector<Axis>& axes) && {
  choose_axes(axes);
  targets_ = GraphTargets(made_.axes.size());
  if (size_ > targets_.offsets_max()) return std::nullopt;
  made_.words.resize(size_);
  made_.node_count = order_.size();
  for (const MatcherPlan& plan : matchers_) matcher_at_.push_back(write_matcher(plan));
  std::size_t reach = targets_.offsets_max() * GraphTargets::kMatcherUnit;
  if (!matcher_at_.empty() && matcher_at_.back() >= reach) return std::nullopt;
  for (DiagramRef ref : order_) write(ref);
  for (DiagramRef root : roots_) made_.roots.push_back(target(root));
  return std::move(made_);
}

std::uint32_t Flattener::target(DiagramRef ref) const {
  if (!is_terminal(ref)) {
    bool runs = as_runs(store_.class_count(store_.axis(ref)), store_.runs(ref).size());
    return targets_.node(static_cast<std::uint32_t>(offsets_[ref] - 1),
                         axis_number_[store_.axis(ref)], runs);
  }
  std::uint32_t value = ref & ~kTerminalBit;
  bool closed = (value & kClosedBit) != 0;
  return closed ? targets_.matcher(matcher_at_[value & ~kClosedBit])
                : DecisionGraph::kLeafBit | value;
}

void Flattener::write(DiagramRef ref) {
  std::span<const DiagramRun> runs = store_.runs(ref);
  std::uint32_t* at = &made_.words[offsets_[ref] - 1];
  AxisIndex axis = axis_number_[store_.axis(ref)];
  if (as_runs(store_.class_count(store_.axis(ref)), runs.size())) {
    *at++ = DecisionGraph::kRunsBit | axis;
    *at++ = static_cast<std::uint32_t>(runs.size());
    for (std::size_t i = 0; i + 1 < runs.size(); ++i) *at++ = runs[i].end;
    for (const DiagramRun& run : runs) *at++ = target(run.target);
    return;
  }
  *at++ = axis;
  ClassIndex value = 0;
  for (const DiagramRun& run : runs) {
    for (; value < run.end; ++value) *at++ = target(run.target);
  }
}

std::size_t Flattener::write_matcher(const MatcherPlan& plan) {
  std::vector<std::uint32_t>& words = made_.words;
  while (words.size() % GraphTargets::kMatcherUnit != 0) words.push_back(DecisionGraph::kPadding);
  std::size_t begin = words.size();
  auto here = [&] { return static_cast<std::uint32_t>(words.size() - begin); };
  auto rows = static_cast<std::uint32_t>(plan.targets.size());
  words.insert(words.end(),
               {ResidualMatcher::kHead, 0, static_cast<std::uint32_t>(plan.axes.size()), rows,
                plan.default_value});
  std::size_t axes_at = words.size();
  for (const MatcherPlan::OnAxis& on : plan.axes) {
    words.insert(words.end(), {axis_number_[on.axis], 0});
  }
  for (DiagramRef row_target : plan.targets) words.push_back(target(row_target));
  std::vector<std::size_t> tables;
  for (std::size_t i = 0; i < plan.axes.size(); ++i) {
    words[axes_at + ResidualMatcher::kAxisWords * i + 1] = here();
    tables.push_back(words.size());
    words.resize(words.size() + plan.axes[i].vector_of_class.size());
  }
  auto push_block = [&](std::uint64_t block) {
    words.push_back(static_cast<std::uint32_t>(block));
    words.push_back(static_cast<std::uint32_t>(block >> 32));
  };
  std::size_t chunks =
      (plan.targets.size() + ResidualMatcher::kChunkRows - 1) / ResidualMatcher::kChunkRows;
  constexpr std::size_t kBlocks = ResidualMatcher::kChunkRows / 64;
  std::vector<std::uint32_t> vector_at;
  for (const std::vector<std::uint64_t>& blocks : plan.vectors) {
    vector_at.push_back(here());
    auto block = [&](std::size_t b) { return b < blocks.size() ? blocks[b] : 0; };
    for (std::size_t first = 0; first < chunks; first += 64) {
      std::uint64_t summary = 0;
      for (std::size_t c = first; c < chunks && c < first + 64; ++c) {
        bool filled = false;
        for (std::size_t b = 0; b < kBlocks; ++b) filled = filled || block(c * kBlocks + b) != 0;
        if (filled) summary |= std::uint64_t{1} << (c - first);
      }
      push_block(summary);
    }
    for (std::size_t b = 0; b < chunks * kBlocks; ++b) push_block(block(b));
  }
  for (std::size_t i = 0; i < plan.axes.size(); ++i) {
    for (std::size_t c = 0; c < plan.axes[i].vector_of_class.size(); ++c) {
      words[tables[i] + c] = vector_at[plan.axes[i].vector_of_class[c]];
    }
  }
  words[begin + 1] = here();
  ++made_.node_count;
  return begin;
}

}  // namespace sojourn
