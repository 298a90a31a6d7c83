#include "engine/proof/matcher_plan.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

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

// The smallest box around a diagram: per axis, every class through which `yes` can be reached.
class Hull {
 public:
  explicit Hull(const DiagramStore& store) : store_(store) {}

  MatchBox of(DiagramRef ref) {
    if (is_terminal(ref)) return {};
    if (auto found = known_.find(ref); found != known_.end()) return found->second;
    Band here{store_.axis(ref), std::vector<bool>(store_.class_count(store_.axis(ref)), false)};
    std::optional<MatchBox> below;
    ClassIndex begin = 0;
    for (const DiagramRun& run : store_.runs(ref)) {
      if (run.target != kNo) {
        std::fill(here.classes.begin() + begin, here.classes.begin() + run.end, true);
        MatchBox child = of(run.target);
        below = below ? united(*below, child) : child;
      }
      begin = run.end;
    }
    MatchBox box = {std::move(here)};
    if (below) box.insert(box.end(), below->begin(), below->end());
    known_.emplace(ref, box);
    return box;
  }

 private:
  static MatchBox united(const MatchBox& a, const MatchBox& b) {
    MatchBox both;
    for (const Band& one : a) {
      for (const Band& other : b) {
        if (one.axis != other.axis) continue;
        Band band = one;
        for (std::size_t c = 0; c < band.classes.size(); ++c) {
          if (other.classes[c]) band.classes[c] = true;
        }
        both.push_back(std::move(band));
      }
    }
    return both;
  }

  const DiagramStore& store_;
  std::map<DiagramRef, MatchBox> known_;
};

struct PlannedRow {
  MatchBox box;
  DiagramRef rest = kNo;  // the whole of what must hold
  std::uint32_t value = 0;
  bool exact = true;  // the box says it all
};

class Planner {
 public:
  Planner(DiagramStore& store, const MakeTerminal& make_terminal)
      : store_(store), make_terminal_(make_terminal) {}

  MatcherPlan plan(const std::vector<ProductRow>& rows) {
    bool has_last = !rows.empty() && rows.back().decides && rows.back().where == kYes;
    if (!has_last) plan_.default_value = make_terminal_({});
    for (const ProductRow& row : rows) {
      bool last = row.decides && row.where == kYes;
      if (last) {
        plan_.default_value = make_terminal_({row.value});
      } else {
        add_row(row);
      }
    }
    choose_axes();
    for (MatcherPlan::OnAxis& on : plan_.axes) make_vectors(on);
    for (const PlannedRow& row : rows_) {
      DiagramRef value = terminal(make_terminal_({row.value}));
      DiagramRef next = terminal(ResidualMatcher::kNextRow);
      plan_.targets.push_back(row.exact ? value : store_.with_terminals(row.rest, next, value));
    }
    return std::move(plan_);
  }

 private:
  void add_row(const ProductRow& row) {
    std::vector<MatchBox> boxes;
    MatchBox path;
    if (collect_boxes(store_, row.where, path, boxes)) {
      for (MatchBox& box : boxes) rows_.push_back({std::move(box), row.where, row.value, true});
      // One row may be several boxes, but collecting rows must be met once.
      if (!row.decides && boxes.size() > 1) {
        rows_.resize(rows_.size() - boxes.size());
        rows_.push_back({Hull(store_).of(row.where), row.where, row.value, false});
      }
    } else {
      rows_.push_back({Hull(store_).of(row.where), row.where, row.value, false});
    }
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

  DiagramStore& store_;
  const MakeTerminal& make_terminal_;
  MatcherPlan plan_;
  std::vector<PlannedRow> rows_;
  std::map<std::vector<std::uint64_t>, std::uint32_t> vector_numbers_;
};

}  // namespace

MatcherPlan plan_matcher(DiagramStore& store, const std::vector<ProductRow>& rows,
                         const MakeTerminal& make_terminal) {
  return Planner(store, make_terminal).plan(rows);
}

}  // namespace sojourn
