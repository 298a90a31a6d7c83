#include "engine/proof/flatten.h"

#include <map>

namespace sojourn {
namespace {

// Searching runs costs several dependent steps where a table costs one; worth it only for nodes
// that would otherwise fill many cache lines.
constexpr std::size_t kTableWordsMax = 64;
constexpr std::size_t kRunsMustSave = 4;  // times smaller than the table

}  // namespace

bool Flattener::as_runs(DiagramRef ref) const {
  std::size_t classes = store_.class_count(store_.axis(ref));
  std::size_t runs = store_.runs(ref).size();
  return options_.runs && classes > kTableWordsMax && 2 * runs + 1 <= (classes + 1) / kRunsMustSave;
}

std::size_t Flattener::word_count(DiagramRef ref) const {
  return as_runs(ref) ? 1 + 2 * store_.runs(ref).size() : 1 + store_.class_count(store_.axis(ref));
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
    for (const MatcherPlan::OnRow& row : plan.rows) place(row.guard);
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
    return targets_.node(static_cast<std::uint32_t>(offsets_[ref] - 1),
                         axis_number_[store_.axis(ref)], as_runs(ref));
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
  if (as_runs(ref)) {
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
  auto rows = static_cast<std::uint32_t>(plan.rows.size());
  auto axes = static_cast<std::uint32_t>(plan.axes.size());
  words.insert(words.end(),
               {ResidualMatcher::kHead, 0, axes, rows, plan.default_value, 0, 0, 0, 0});
  std::vector<VectorsOfAxis> of_axis;
  std::uint32_t chunk_words = 0;
  for (const MatcherPlan::OnAxis& on : plan.axes) {
    of_axis.push_back(vectors_of(on));
    words.insert(words.end(), {axis_number_[on.axis], chunk_words, 0});
    chunk_words +=
        ResidualMatcher::kChunkWords * static_cast<std::uint32_t>(of_axis.back().vectors.size());
  }
  for (const MatcherPlan::OnRow& row : plan.rows) {
    words.push_back(row.skips ? row.value : DecisionGraph::kLeafBit | row.value);
  }
  if (plan.has_guards()) {
    words[begin + 8] = here();
    for (const MatcherPlan::OnRow& row : plan.rows) words.push_back(target(row.guard));
  }
  for (std::uint32_t i = 0; i < axes; ++i) {
    const std::vector<std::uint32_t>& table = of_axis[i].number_of_class;
    if (table.empty()) continue;
    words[begin + ResidualMatcher::kHeaderWords + ResidualMatcher::kAxisWords * i + 2] = here();
    words.insert(words.end(), table.begin(), table.end());
  }
  while (here() % ResidualMatcher::kChunkWords != 0) words.push_back(0);
  words[begin + 5] = chunk_words;
  words[begin + 6] = here();
  write_vectors(plan, of_axis, begin);
  words[begin + 1] = here();
  ++made_.node_count;
  return begin;
}

// Which vectors of a plan an axis needs, and which of them each class selects.
Flattener::VectorsOfAxis Flattener::vectors_of(const MatcherPlan::OnAxis& on) const {
  constexpr std::size_t kFewClasses = 16;
  if (!options_.share) return {on.vector_of_class, {}};
  VectorsOfAxis found;
  std::map<std::uint32_t, std::uint32_t> numbers;
  for (std::uint32_t vector : on.vector_of_class) {
    auto fresh = static_cast<std::uint32_t>(found.vectors.size());
    auto [known, inserted] = numbers.try_emplace(vector, fresh);
    if (inserted) found.vectors.push_back(vector);
    found.number_of_class.push_back(known->second);
  }
  // A vector for every class saves a look at the table.
  std::size_t classes = on.vector_of_class.size();
  if (classes > kFewClasses && classes > 2 * found.vectors.size()) return found;
  return {on.vector_of_class, {}};
}

void Flattener::write_vectors(const MatcherPlan& plan, const std::vector<VectorsOfAxis>& of_axis,
                              std::size_t begin) {
  constexpr std::size_t kBlocks = ResidualMatcher::kChunkRows / 64;
  std::vector<std::uint32_t>& words = made_.words;
  std::size_t chunks =
      (plan.rows.size() + ResidualMatcher::kChunkRows - 1) / ResidualMatcher::kChunkRows;
  auto block_of = [&](std::uint32_t vector, std::size_t b) {
    const std::vector<std::uint64_t>& blocks = plan.vectors[vector];
    return b < blocks.size() ? blocks[b] : 0;
  };
  auto push = [&](std::uint64_t block) {
    words.push_back(static_cast<std::uint32_t>(block));
    words.push_back(static_cast<std::uint32_t>(block >> 32));
  };
  auto for_each_vector = [&](const auto& visit) {
    for (const VectorsOfAxis& of : of_axis) {
      for (std::uint32_t vector : of.vectors) visit(vector);
    }
  };
  auto filled = [&](std::uint32_t vector, std::size_t chunk) {
    std::uint64_t any = 0;
    for (std::size_t b = 0; b < kBlocks; ++b) any |= block_of(vector, chunk * kBlocks + b);
    return any != 0;
  };
  for (std::size_t first = 0; first < chunks; first += 64) {
    for_each_vector([&](std::uint32_t vector) {
      std::uint64_t summary = 0;
      for (std::size_t c = first; c < chunks && c < first + 64; ++c) {
        if (filled(vector, c)) summary |= std::uint64_t{1} << (c - first);
      }
      push(summary);
    });
  }
  while ((words.size() - begin) % ResidualMatcher::kChunkWords != 0) words.push_back(0);
  words[begin + 7] = static_cast<std::uint32_t>(words.size() - begin);
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    for_each_vector([&](std::uint32_t vector) {
      for (std::size_t b = 0; b < kBlocks; ++b) push(block_of(vector, chunk * kBlocks + b));
    });
  }
}

}  // namespace sojourn
