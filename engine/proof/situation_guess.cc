#include "engine/proof/situation_guess.h"

#include <algorithm>

namespace sojourn {

std::optional<Witness> SituationGuess::guess(DiagramRef question,
                                             const std::vector<DiagramRef>& covers,
                                             bool with_unknown) {
  if (question == kNo || !gather(covers)) return std::nullopt;
  Box box = world_.whole();
  DiagramRef rest = question;
  for (AxisIndex axis = 0; axis < box.size(); ++axis) {
    bool asked = store_.level(rest) == axis;
    bool limited = std::any_of(open_.begin(), open_.end(), [&](const Open& one) {
      return boxes_.limit(one.limit).axis == axis;
    });
    if ((asked || limited) && !choose(axis, with_unknown, rest, box)) return std::nullopt;
  }
  missed_.clear();
  for (DiagramRef other : others_) {
    if (may_hold(other, box)) return std::nullopt;
  }
  return world_.realise(box).witness;
}

// False when one of them covers everything.
bool SituationGuess::gather(const std::vector<DiagramRef>& covers) {
  open_.clear();
  others_.clear();
  for (DiagramRef cover : covers) {
    if (cover == kYes) return false;
    if (cover == kNo) continue;
    if (const CoverBoxes::Box* found = boxes_.find(cover)) {
      open_.push_back({found->first, found->first + found->count});
    } else {
      others_.push_back(cover);
    }
  }
  return true;
}

// The class of the axis with the least covered beyond it, among those that the question and the
// world allow and that no cover ends in. False: there is none.
bool SituationGuess::choose(AxisIndex axis, bool with_unknown, DiagramRef& rest, Box& box) {
  const Axis& of = axes_.axes()[axis];
  covered_.assign(of.class_count, 0);
  refused_.assign(of.class_count, false);
  if (of.side == AxisSide::value && !with_unknown) refused_[of.unknown_class] = true;
  if (store_.level(rest) == axis) {
    ClassIndex begin = 0;
    for (const DiagramRun& run : store_.runs(rest)) {
      for (ClassIndex c = begin; run.target == kNo && c < run.end; ++c) refused_[c] = true;
      begin = run.end;
    }
  }
  for (const Open& one : open_) {
    const CoverBoxes::Limit& limit = boxes_.limit(one.limit);
    if (limit.axis != axis) continue;
    bool last = one.limit + 1 == one.end;
    limit.classes.for_each([&](ClassIndex c) {
      covered_[c] += limit.share_below;
      if (last) refused_[c] = true;
    });
  }
  std::optional<ClassIndex> best;
  while (true) {
    best.reset();
    for (ClassIndex c = 0; c < of.class_count; ++c) {
      if (!refused_[c] && (!best || covered_[c] < covered_[*best])) best = c;
    }
    if (!best) return false;
    box[axis] = {*best, *best + 1};
    if (world_.allows(box, axis)) break;
    refused_[*best] = true;
  }
  if (store_.level(rest) == axis) rest = store_.child(rest, *best);
  std::size_t kept = 0;
  for (Open one : open_) {
    const CoverBoxes::Limit& limit = boxes_.limit(one.limit);
    if (limit.axis == axis) {
      if (!limit.classes.test(*best)) continue;
      ++one.limit;
    }
    open_[kept++] = one;
  }
  open_.resize(kept);
  return true;
}

// Can the diagram hold somewhere in the box? Nodes that cannot are looked at once: very many ways
// may lead to each.
bool SituationGuess::may_hold(DiagramRef at, const Box& box) {
  if (is_terminal(at)) return at == kYes;
  if (!missed_.insert(at).second) return false;
  const ClassRange& in = box[store_.axis(at)];
  ClassIndex begin = 0;
  for (const DiagramRun& run : store_.runs(at)) {
    bool meets = begin < in.end && in.begin < run.end;
    if (meets && may_hold(run.target, box)) return true;
    begin = run.end;
  }
  return false;
}

}  // namespace sojourn
