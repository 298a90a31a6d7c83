#include "engine/proof/reach.h"

#include <algorithm>
#include <map>

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

Axes reach_of(const DiagramStore& store, DiagramRef ref, std::map<DiagramRef, Axes>& known) {
  if (is_terminal(ref)) return {};
  if (auto found = known.find(ref); found != known.end()) return found->second;
  Reach::OnAxis here;
  here.axis = store.axis(ref);
  Axes below;
  bool first = true;
  ClassIndex begin = 0;
  for (const DiagramRun& run : store.runs(ref)) {
    if (run.target != kNo) {
      if (first) here.first = begin;
      here.last = run.end - 1;
      for (ClassIndex c = begin; c < run.end && c < Reach::kExactClasses; ++c) here.classes.set(c);
      Axes child = reach_of(store, run.target, known);
      below = first ? child : united(below, child);
      first = false;
    }
    begin = run.end;
  }
  below.insert(below.begin(), here);
  known.emplace(ref, below);
  return below;
}

}  // namespace

Reach::Reach(const DiagramStore& store, DiagramRef ref) {
  std::map<DiagramRef, Axes> known;
  axes_ = reach_of(store, ref, known);
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

}  // namespace sojourn
