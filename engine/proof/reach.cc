#include "engine/proof/reach.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "engine/proof/axis_moves.h"

namespace sojourn {
namespace {

using Axes = std::vector<Reach::OnAxis>;

// Both reaches together: what only one of them limits is not limited.
Axes united(const Axes& a, const Axes& b) {
  Axes both;
  for (const Reach::OnAxis& one : a) {
    auto other = std::find_if(b.begin(), b.end(),
                              [&](const Reach::OnAxis& o) { return o.axis == one.axis; });
    if (other == b.end()) continue;
    both.push_back({one.axis, std::min(one.first, other->first), std::max(one.last, other->last),
                    one.classes | other->classes});
  }
  return both;
}

// What one node lets through, and where to; several targets that are not `no`: kNo.
std::pair<Reach::OnAxis, DiagramRef> through(const DiagramStore& store, DiagramRef ref) {
  Reach::OnAxis here;
  here.axis = store.axis(ref);
  DiagramRef next = kNo;
  bool one = true;
  ClassIndex begin = 0;
  for (const DiagramRun& run : store.runs(ref)) {
    if (run.target != kNo) {
      if (next == kNo) here.first = begin;
      one = one && (next == kNo || next == run.target);
      next = run.target;
      here.last = run.end - 1;
      for (ClassIndex c = begin; c < run.end && c < Reach::kExactClasses; ++c) here.classes.set(c);
    }
    begin = run.end;
  }
  return {here, one ? next : kNo};
}

// Of a chain of nodes, as most rules are; absent: it is none.
std::optional<Axes> reach_of_chain(const DiagramStore& store, DiagramRef ref) {
  Axes axes;
  while (!is_terminal(ref)) {
    auto [here, next] = through(store, ref);
    if (next == kNo) return std::nullopt;
    axes.push_back(here);
    ref = next;
  }
  return axes;
}

// Below so many nodes on one way nothing is limited.
constexpr std::size_t kReachDepthMax = 1'000;

Axes reach_of(const DiagramStore& store, DiagramRef ref, std::map<DiagramRef, Axes>& known,
              std::size_t depth = 0) {
  if (is_terminal(ref) || depth == kReachDepthMax) return {};
  if (auto found = known.find(ref); found != known.end()) return found->second;
  Axes below;
  bool first = true;
  for (const DiagramRun& run : store.runs(ref)) {
    if (run.target == kNo) continue;
    Axes child = reach_of(store, run.target, known, depth + 1);
    below = first ? child : united(below, child);
    first = false;
  }
  below.insert(below.begin(), through(store, ref).first);
  known.emplace(ref, below);
  return below;
}

}  // namespace

bool may_hold_at(const DiagramStore& store, DiagramRef at, const ClassPoint& point) {
  while (!is_terminal(at)) {
    ClassIndex value = point[store.axis(at)];
    if (value == kAnyClass) {
      std::span<const DiagramRun> runs = store.runs(at);
      return std::any_of(runs.begin(), runs.end(), [&](const DiagramRun& run) {
        return may_hold_at(store, run.target, point);
      });
    }
    at = store.child(at, value);
  }
  return at == kYes;
}

Reach::Reach(const DiagramStore& store, DiagramRef ref) {
  if (std::optional<Axes> chain = reach_of_chain(store, ref)) {
    axes_ = *std::move(chain);
    is_box_ = ref != kNo && std::all_of(axes_.begin(), axes_.end(),
                                        [](const OnAxis& on) { return on.last < kExactClasses; });
    return;
  }
  std::map<DiagramRef, Axes> known;
  axes_ = reach_of(store, ref, known);
}

void Reach::move_axes(const AxisMoves& moves) {
  std::size_t kept = 0;
  for (const OnAxis& was : axes_) {
    const AxisMoves::OfAxis& of = moves.of(was.axis);
    if (!of.to) continue;
    OnAxis is = was;
    is.axis = *of.to;
    if (of.classes) {
      is.first = of.classes->now(was.first).front();
      is.last = 0;
      is.classes.reset();
      bool exact = was.last < kExactClasses;
      for (ClassIndex c = was.first; c <= was.last; ++c) {
        if (exact && !was.classes.test(c)) continue;
        for (ClassIndex own : of.classes->now(c)) {
          is.first = std::min(is.first, own);
          is.last = std::max(is.last, own);
          if (own < kExactClasses) is.classes.set(own);
        }
      }
      is_box_ = is_box_ && is.last < kExactClasses;
    }
    axes_[kept++] = is;
  }
  axes_.resize(kept);
}

bool Reach::may_hold(AxisIndex axis, ClassIndex value) const {
  for (const OnAxis& on : axes_) {
    if (on.axis != axis) continue;
    if (value < on.first || value > on.last) return false;
    return on.last >= kExactClasses || on.classes.test(value);
  }
  return true;
}

bool Reach::meets(const Reach& other) const {
  auto a = axes_.begin();
  auto b = other.axes_.begin();
  while (a != axes_.end() && b != other.axes_.end()) {
    if (a->axis != b->axis) {
      ++(a->axis < b->axis ? a : b);
      continue;
    }
    if (a->last < b->first || b->last < a->first) return false;
    bool exact = std::max(a->last, b->last) < kExactClasses;
    if (exact && (a->classes & b->classes).none()) return false;
    ++a, ++b;
  }
  return true;
}

bool Reach::covers(const Reach& other) const {
  auto of_other = other.axes_.begin();
  for (const OnAxis& on : axes_) {
    while (of_other != other.axes_.end() && of_other->axis < on.axis) ++of_other;
    if (of_other == other.axes_.end() || of_other->axis != on.axis) return false;
    if (of_other->last >= kExactClasses || (of_other->classes & ~on.classes).any()) return false;
  }
  return true;
}

}  // namespace sojourn
