#include "engine/proof/reach.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "engine/proof/axis_moves.h"

namespace sojourn {
namespace {

using OnAxis = Reach::OnAxis;
using Axes = std::vector<OnAxis>;

// What one node lets through, and where to; several targets that are not `no`: kNo.
std::pair<OnAxis, DiagramRef> through(const DiagramStore& store, DiagramRef ref) {
  OnAxis here;
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

// Of any diagram. An axis is limited where every way to `yes` comes by it: to what its nodes let
// through.
class ReachOfNodes {
 public:
  explicit ReachOfNodes(const DiagramStore& store)
      : store_(store), words_((store.axis_count() + 63) / 64), passed_(words_, 0) {}

  Axes of(DiagramRef ref) {
    const std::size_t always = passed(ref, 0);
    Axes axes;
    for (const auto& [axis, reached] : reached_) {
      if (passed_[always + axis / 64] >> (axis % 64) & 1) axes.push_back(reached);
    }
    return axes;
  }

 private:
  // Where in `passed_` it stands which axes every way from here comes by.
  std::size_t passed(DiagramRef ref, std::size_t depth) {
    if (is_terminal(ref) || depth == kReachDepthMax) return kNone;
    if (auto found = known_.find(ref); found != known_.end()) return found->second;
    std::vector<std::uint64_t> always(words_, ~std::uint64_t{0});
    for (const DiagramRun& run : store_.runs(ref)) {
      if (run.target == kNo) continue;
      std::size_t below = passed(run.target, depth + 1);
      for (std::size_t word = 0; word < words_; ++word) always[word] &= passed_[below + word];
    }
    OnAxis here = through(store_, ref).first;
    always[here.axis / 64] |= std::uint64_t{1} << (here.axis % 64);
    auto [reached, fresh] = reached_.try_emplace(here.axis, here);
    if (!fresh) {
      reached->second.first = std::min(reached->second.first, here.first);
      reached->second.last = std::max(reached->second.last, here.last);
      reached->second.classes |= here.classes;
    }
    std::size_t place = passed_.size();
    passed_.insert(passed_.end(), always.begin(), always.end());
    known_.emplace(ref, place);
    return place;
  }

  static constexpr std::size_t kNone = 0;  // a set of no axis

  const DiagramStore& store_;
  std::size_t words_;
  std::vector<std::uint64_t> passed_;
  std::unordered_map<DiagramRef, std::size_t> known_;
  std::map<AxisIndex, OnAxis> reached_;
};

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
  axes_ = ReachOfNodes(store).of(ref);
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
