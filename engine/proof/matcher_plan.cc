#include "engine/proof/matcher_plan.h"

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_set>

namespace sojourn {
namespace {

constexpr std::size_t kBoxesPerRowMax = 8;
// Bits of one axis's vectors before its classes are taken in groups: 16 MB.
constexpr std::size_t kBitsPerAxisMax = std::size_t{1} << 27;

struct Band {  // classes of an axis
  AxisIndex axis = 0;
  std::vector<bool> classes;
};
using MatchBox = std::vector<Band>;  // by axis, ascending

// The paths to `yes`, children of one target taken together; false when there are too many.
bool collect_boxes(const DiagramStore& store, DiagramRef ref, MatchBox& path,
                   std::vector<MatchBox>& boxes) {
  if (ref == kNo) return true;
  if (ref == kYes) {
    boxes.push_back(path);
    return boxes.size() <= kBoxesPerRowMax;
  }
  std::map<DiagramRef, std::vector<bool>> classes_to;
  ClassIndex begin = 0;
  for (const DiagramRun& run : store.runs(ref)) {
    if (run.target != kNo) {
      std::vector<bool>& classes = classes_to[run.target];
      classes.resize(store.class_count(store.axis(ref)), false);
      std::fill(classes.begin() + begin, classes.begin() + run.end, true);
    }
    begin = run.end;
  }
  for (auto& [target, classes] : classes_to) {
    path.push_back({store.axis(ref), std::move(classes)});
    bool few = collect_boxes(store, target, path, boxes);
    path.pop_back();
    if (!few) return false;
  }
  return true;
}

// The smallest box around a diagram. Every node leads to `yes` somewhere, for diagrams are reduced:
// so an axis is limited where no way skips it, to all classes that go on from any of its nodes.
MatchBox hull_of(const DiagramStore& store, DiagramRef root) {
  std::vector<std::vector<bool>> classes(store.axis_count());
  std::vector<std::int32_t> skipping(store.axis_count() + 1, 0);  // begins of skips less their ends
  auto skip = [&](std::size_t begin, DiagramRef to) {
    ++skipping[begin];
    --skipping[std::min<std::size_t>(store.level(to), store.axis_count())];
  };
  skip(0, root);
  std::unordered_set<DiagramRef> seen;
  std::vector<DiagramRef> open = {root};
  while (!open.empty()) {
    DiagramRef at = open.back();
    open.pop_back();
    if (is_terminal(at) || !seen.insert(at).second) continue;
    std::vector<bool>& here = classes[store.axis(at)];
    here.resize(store.class_count(store.axis(at)), false);
    ClassIndex begin = 0;
    for (const DiagramRun& run : store.runs(at)) {
      if (run.target != kNo) {
        std::fill(here.begin() + begin, here.begin() + run.end, true);
        skip(store.axis(at) + 1, run.target);
        open.push_back(run.target);
      }
      begin = run.end;
    }
  }
  MatchBox box;
  std::int32_t skips = 0;
  for (AxisIndex axis = 0; axis < classes.size(); ++axis) {
    skips += skipping[axis];
    if (skips == 0) box.push_back({axis, std::move(classes[axis])});
  }
  return box;
}

// Where a node leads to one further diagram, and to `no`: that one, and with which classes.
DiagramRef only_target(const DiagramStore& store, DiagramRef at, std::vector<bool>& classes) {
  classes.assign(store.class_count(store.axis(at)), false);
  DiagramRef only = kNo;
  ClassIndex begin = 0;
  for (const DiagramRun& run : store.runs(at)) {
    if (run.target != kNo) {
      if (only != kNo && only != run.target) return kNo;
      only = run.target;
      std::fill(classes.begin() + begin, classes.begin() + run.end, true);
    }
    begin = run.end;
  }
  return only;
}

struct PlannedRow {
  MatchBox box;
  const ProductRow* row = nullptr;
  bool exact = true;  // the box says it all
};

class Planner {
 public:
  Planner(const DiagramStore& store, const MakeTerminal& make_terminal)
      : store_(store), make_terminal_(make_terminal) {}

  MatcherPlan plan(const std::vector<ProductRow>& rows) {
    bool has_last = ends_with_default(rows);
    std::vector<std::uint32_t> in_default;
    if (has_last) in_default.push_back(rows.back().value);
    plan_.default_value = make_terminal_(in_default);
    for (std::size_t i = 0; i + (has_last ? 1 : 0) < rows.size(); ++i) add_row(rows[i]);
    choose_axes();
    for (MatcherPlan::OnAxis& on : plan_.axes) make_vectors(on);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const ProductRow& row = *rows_[i].row;
      std::uint32_t value = row.skips ? after_group(i) : make_terminal_({row.value});
      plan_.rows.push_back({value, row.skips, rows_[i].exact ? kYes : row.where});
    }
    return std::move(plan_);
  }

 private:
  // Does the last row decide whatever the situation?
  static bool ends_with_default(const std::vector<ProductRow>& rows) {
    if (rows.empty() || !rows.back().decides || rows.back().skips) return false;
    const ProductRow& last = rows.back();
    bool may_be_skipped = last.group != 0 && rows.size() > 1 && rows[rows.size() - 2].skips;
    return last.where == kYes && !may_be_skipped;
  }

  // The first planned row behind the group that the i-th one skips.
  std::uint32_t after_group(std::size_t i) const {
    std::uint32_t group = rows_[i].row->group;
    while (i < rows_.size() && rows_[i].row->group == group) ++i;
    return static_cast<std::uint32_t>(i);
  }

  void add_row(const ProductRow& row) {
    std::vector<MatchBox> boxes;
    MatchBox path;
    bool few = collect_boxes(store_, row.where, path, boxes);
    // One row may be several boxes, but collecting rows must be met once.
    bool once = !row.decides && !row.skips;
    if (!few || (once && boxes.size() > 1)) {
      rows_.push_back({hull(row.where), &row, false});
      return;
    }
    for (MatchBox& box : boxes) rows_.push_back({std::move(box), &row, true});
  }

  // Many rows are a box of their own before what they share, as what bans allow a profile.
  MatchBox hull(DiagramRef where) {
    MatchBox box;
    std::vector<bool> classes;
    while (!is_terminal(where)) {
      DiagramRef next = only_target(store_, where, classes);
      if (next == kNo) break;
      box.push_back({store_.axis(where), std::move(classes)});
      where = next;
    }
    if (is_terminal(where)) return box;
    auto [kept, fresh] = hulls_.try_emplace(where);
    if (fresh) kept->second = hull_of(store_, where);
    box.insert(box.end(), kept->second.begin(), kept->second.end());
    return box;
  }

  // Those that most rows limit; rows that limit another must be looked at closely.
  void choose_axes() {
    std::map<AxisIndex, std::size_t> uses;
    for (const PlannedRow& row : rows_) {
      for (const Band& band : row.box) ++uses[band.axis];
    }
    std::vector<std::pair<std::size_t, AxisIndex>> by_use;
    for (auto [axis, count] : uses) by_use.push_back({count, axis});
    std::sort(by_use.begin(), by_use.end(), std::greater<>());
    if (by_use.size() > ResidualMatcher::kAxesMax) by_use.resize(ResidualMatcher::kAxesMax);
    for (auto [count, axis] : by_use) plan_.axes.push_back({axis, {}});
    std::sort(plan_.axes.begin(), plan_.axes.end(),
              [](const auto& a, const auto& b) { return a.axis < b.axis; });
    auto is_tested = [&](AxisIndex axis) {
      return std::any_of(plan_.axes.begin(), plan_.axes.end(),
                         [&](const auto& on) { return on.axis == axis; });
    };
    for (PlannedRow& row : rows_) {
      for (const Band& band : row.box) row.exact = row.exact && is_tested(band.axis);
    }
  }

  void make_vectors(MatcherPlan::OnAxis& on) {
    std::size_t classes = store_.class_count(on.axis);
    std::size_t groups = std::clamp<std::size_t>(kBitsPerAxisMax / (rows_.size() + 1), 1, classes);
    std::size_t blocks = (rows_.size() + 63) / 64;
    auto group_of = [&](std::size_t c) { return c * groups / classes; };
    std::vector<std::vector<std::uint64_t>> of_group(groups, std::vector<std::uint64_t>(blocks, 0));
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      std::uint64_t bit = std::uint64_t{1} << (r % 64);
      auto band = std::find_if(rows_[r].box.begin(), rows_[r].box.end(),
                               [&](const Band& b) { return b.axis == on.axis; });
      if (band == rows_[r].box.end()) {
        for (auto& vector : of_group) vector[r / 64] |= bit;
        continue;
      }
      for (std::size_t c = 0; c < classes; ++c) {
        if (band->classes[c]) of_group[group_of(c)][r / 64] |= bit;
        // A group that the row takes only in part.
        bool divided =
            c > 0 && group_of(c) == group_of(c - 1) && band->classes[c] != band->classes[c - 1];
        if (divided) rows_[r].exact = false;
      }
    }
    std::vector<std::uint32_t> numbers;
    for (auto& vector : of_group) {
      auto fresh = static_cast<std::uint32_t>(plan_.vectors.size());
      auto [row, inserted] = vector_numbers_.emplace(std::move(vector), fresh);
      if (inserted) plan_.vectors.push_back(row->first);
      numbers.push_back(row->second);
    }
    for (std::size_t c = 0; c < classes; ++c) on.vector_of_class.push_back(numbers[group_of(c)]);
  }

  const DiagramStore& store_;
  const MakeTerminal& make_terminal_;
  MatcherPlan plan_;
  std::vector<PlannedRow> rows_;
  std::map<DiagramRef, MatchBox> hulls_;
  std::map<std::vector<std::uint64_t>, std::uint32_t> vector_numbers_;
};

}  // namespace

bool MatcherPlan::has_guards() const {
  return std::any_of(rows.begin(), rows.end(), [](const OnRow& row) { return row.guard != kYes; });
}

MatcherPlan plan_matcher(const DiagramStore& store, const std::vector<ProductRow>& rows,
                         const MakeTerminal& make_terminal) {
  return Planner(store, make_terminal).plan(rows);
}

}  // namespace sojourn
