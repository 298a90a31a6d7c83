#include "engine/proof/rest_cells.h"

#include <algorithm>
#include <unordered_set>

#include "engine/proof/restriction.h"

namespace sojourn {
namespace {

// Axes split one inside the other.
constexpr std::size_t kDepthMax = 1'000;
// More rows are split before anything is asked about them.
constexpr std::size_t kRowsAtOnce = 64;

// Without those that cannot decide.
void add_row(std::vector<ProductRow>& rows, const ProductRow& row) {
  bool ends = !rows.empty() && rows.back().where == kYes;
  if (!ends && row.where != kNo) rows.push_back(row);
}

}  // namespace

DiagramRef in_range(DiagramStore& store, AxisIndex axis, CellRange range) {
  std::vector<DiagramRun> runs;
  if (range.begin > 0) runs.push_back({range.begin, kNo});
  runs.push_back({range.end, kYes});
  if (range.end < store.class_count(axis)) runs.push_back({store.class_count(axis), kNo});
  return store.node(axis, runs);
}

bool RestCells::for_each(const std::vector<ProductRow>& rows, const Look& look) {
  stopped_ = false;
  look_into(rows, look);
  return !stopped_;
}

InCell RestCells::look_into(const Rows& rows, const Look& look) {
  if (work_left_ == 0 || where_.size() == kDepthMax) stopped_ = true;
  if (stopped_) return InCell::enough;
  if (!may_go_round(rows)) return InCell::nothing;
  decltype(nothing_)::value_type key{surroundings_(where_), {}};
  for (const ProductRow& row : rows) key.second.emplace_back(row.where, row.value);
  if (nothing_.contains(key)) return InCell::nothing;
  std::optional<AxisIndex> axis = axis_to_split(rows);
  InCell found = InCell::too_much;
  if (!axis || rows.size() <= kRowsAtOnce) found = look({where_, rows, axis.has_value()});
  if (found == InCell::too_much && axis) {
    found = InCell::nothing;
    for (const Part& part : split(rows, *axis)) {
      where_[*axis] = part.range;
      found = std::max(found, look_into(part.rows, look));
      if (found == InCell::enough) break;
    }
    where_.erase(*axis);
  }
  if (found == InCell::nothing) nothing_.insert(std::move(key));
  return found;
}

const RestCells::Tests& RestCells::tests_of(DiagramRef ref) {
  auto kept = tests_.find(ref);
  if (kept != tests_.end()) return kept->second;
  Tests tests;
  std::unordered_set<DiagramRef> seen;
  std::set<AxisIndex> axes;
  std::vector<DiagramRef> open = {ref};
  while (!open.empty()) {
    DiagramRef at = open.back();
    open.pop_back();
    if (is_terminal(at) || !seen.insert(at).second) continue;
    axes.insert(store_.axis(at));
    for (const DiagramRun& run : store_.runs(at)) open.push_back(run.target);
  }
  for (AxisIndex axis : axes) {
    if (stays_[axis]) {
      tests.what_stays.push_back(axis);
    } else {
      tests.what_moves = true;
    }
  }
  return tests_.emplace(ref, std::move(tests)).first->second;
}

// A row that looks at what moves, and a later one that leads to another profile?
bool RestCells::may_go_round(const Rows& rows) {
  std::optional<std::uint32_t> first;  // where such rows lead
  bool several = false;
  for (const ProductRow& row : rows) {
    if (row.value == 0) continue;
    if (first && (several || row.value != *first)) return true;
    if (!tests_of(row.where).what_moves) continue;
    several = several || (first && row.value != *first);
    first = row.value;
  }
  return false;
}

// The one that most rows test.
std::optional<AxisIndex> RestCells::axis_to_split(const Rows& rows) {
  std::map<AxisIndex, std::size_t> rows_of;
  for (const ProductRow& row : rows) {
    for (AxisIndex axis : tests_of(row.where).what_stays) ++rows_of[axis];
  }
  auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
  auto most = std::max_element(rows_of.begin(), rows_of.end(), fewer);
  return most == rows_of.end() ? std::nullopt : std::optional(most->first);
}

DiagramRef RestCells::in_class(DiagramRef ref, AxisIndex axis, ClassIndex value) {
  std::vector<ClassIndex> put_in(store_.axis_count(), Restriction::kFree);
  put_in[axis] = value;
  std::vector<bool> forgotten(store_.axis_count(), false);
  return Restriction(store_, put_in, forgotten).where(ref, 1);
}

// What is left of a diagram, by class of the axis.
std::vector<DiagramRun> RestCells::on_axis(DiagramRef ref, AxisIndex axis) {
  const std::vector<AxisIndex>& tested = tests_of(ref).what_stays;
  if (!std::binary_search(tested.begin(), tested.end(), axis)) {
    return {{store_.class_count(axis), ref}};
  }
  if (store_.level(ref) == axis) return {store_.runs(ref).begin(), store_.runs(ref).end()};
  std::set<ClassIndex> ends;
  std::unordered_set<DiagramRef> seen;
  std::vector<DiagramRef> open = {ref};
  while (!open.empty()) {
    DiagramRef at = open.back();
    open.pop_back();
    if (store_.level(at) > axis || !seen.insert(at).second) continue;
    for (const DiagramRun& run : store_.runs(at)) {
      if (store_.axis(at) == axis) ends.insert(run.end);
      open.push_back(run.target);
    }
  }
  std::vector<DiagramRun> runs;
  for (ClassIndex end : ends) runs.push_back({end, in_class(ref, axis, end - 1)});
  return runs;
}

// The rows by what they leave of the classes of the axis; the unknown class comes last.
std::vector<RestCells::Part> RestCells::split(const Rows& rows, AxisIndex axis) {
  std::vector<std::vector<DiagramRun>> left;
  for (const ProductRow& row : rows) left.push_back(on_axis(row.where, axis));
  std::vector<Part> parts = parts_of(axis, left);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto part = parts.begin();
    for (const DiagramRun& run : left[i]) {
      auto behind =
          std::lower_bound(part, parts.end(), run.end,
                           [](const Part& one, ClassIndex end) { return one.range.begin < end; });
      if (run.target == kNo) part = behind;
      for (; part != behind; ++part) {
        if (work_left_ == 0) return parts;
        --work_left_;
        add_row(part->rows, {run.target, rows[i].value, true});
      }
    }
  }
  const Axis& at = plan_.axes()[axis];
  if (at.side != AxisSide::value) return parts;
  auto unknown = std::find_if(parts.begin(), parts.end(), [&](const Part& part) {
    return part.range.begin == at.unknown_class;
  });
  std::rotate(unknown, unknown + 1, parts.end());
  return parts;
}

// Where all of the runs go on as they are, and the unknown class by itself.
std::vector<RestCells::Part> RestCells::parts_of(
    AxisIndex axis, const std::vector<std::vector<DiagramRun>>& runs) const {
  const Axis& at = plan_.axes()[axis];
  std::set<ClassIndex> ends = {at.class_count};
  for (const std::vector<DiagramRun>& some : runs) {
    for (const DiagramRun& run : some) ends.insert(run.end);
  }
  if (at.side == AxisSide::value) ends.insert({at.unknown_class, at.unknown_class + 1});
  ends.erase(0);
  std::vector<Part> parts;
  ClassIndex begin = 0;
  for (ClassIndex end : ends) parts.push_back({{std::exchange(begin, end), end}, {}});
  return parts;
}

}  // namespace sojourn
