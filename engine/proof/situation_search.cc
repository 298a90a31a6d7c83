#include "engine/proof/situation_search.h"

#include <algorithm>
#include <limits>
#include <map>

namespace sojourn {
namespace {

// Covers that stand for "impossible" and not for a rule.
constexpr std::uint32_t kImpossible = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kCoversPerStep = 8;
// With fewer covers a guess saves nothing, and the first situation of a walk is the plainer one.
constexpr std::size_t kGuessFrom = 64;
// What many covers leave and a guess does not find, a walk seldom finds either: it gets this part
// of the steps.
constexpr std::size_t kAfterGuess = 40;

}  // namespace

// One walk: with unknown values, or without.
class SituationSearch::Walk {
 public:
  Walk(const SituationSearch& search, bool with_unknown, bool after_guess, ProofBudget& budget)
      : search_(search),
        with_unknown_(with_unknown),
        budget_(budget),
        left_(std::min(budget.steps, budget.steps_per_question / (after_guess ? kAfterGuess : 1))),
        box_(search.world_.whole()) {}

  // True when the walk is over: found, or out of budget.
  bool step(DiagramRef rest, const std::vector<Cover>& covers) {
    if (rest == kNo) return false;
    std::size_t steps = 1 + covers.size() / kCoversPerStep;
    if (left_ < steps) return answer.decided = false, true;
    left_ -= steps, budget_.steps -= steps;
    DiagramStore& store = search_.store_;
    AxisIndex top = store.level(rest);
    for (const Cover& cover : covers) {
      if (cover.rest == kYes) {
        if (cover.index != kImpossible) answer.covered_by.insert(cover.index);
        return false;
      }
      top = std::min(top, store.level(cover.rest));
    }
    if (top == kTerminalBit) {
      answer.witness = search_.world_.realise(box_);
      pure_ = pure_ && answer.witness.has_value();
      return answer.witness.has_value();
    }
    std::vector<DiagramRef> key = {rest};
    for (const Cover& cover : covers) key.push_back(cover.rest);
    if (nothing_left_.contains(key)) return false;
    bool pure_before = pure_;
    pure_ = true;
    if (branch(top, rest, covers)) return true;
    // Covered whatever the box: the same remainder need not be walked again.
    if (pure_) nothing_left_.insert(std::move(key));
    pure_ = pure_ && pure_before;
    return false;
  }

  Answer answer;

 private:
  bool branch(AxisIndex top, DiagramRef rest, const std::vector<Cover>& covers) {
    ClassRange whole = box_[top];
    for (const ClassRange& range : pieces(top, rest, covers)) {
      box_[top] = range;
      if (!search_.world_.allows(box_, top)) {
        pure_ = false;
        continue;
      }
      std::vector<Cover> below;
      for (const Cover& cover : covers) {
        DiagramRef child = inside(cover.rest, top, range);
        if (child != kNo) below.push_back({child, cover.index});
      }
      if (step(inside(rest, top, range), below)) return true;
    }
    box_[top] = whole;
    return false;
  }

  DiagramRef inside(DiagramRef ref, AxisIndex axis, const ClassRange& range) const {
    return search_.store_.level(ref) == axis ? search_.store_.child(ref, range.begin) : ref;
  }

  // Ranges of classes that are alike for all; unknown values apart and last.
  std::vector<ClassRange> pieces(AxisIndex axis, DiagramRef rest,
                                 const std::vector<Cover>& covers) {
    const Axis& at = search_.axes_.axes()[axis];
    std::vector<ClassIndex> bounds = {0, at.class_count};
    auto add = [&](DiagramRef ref) {
      if (search_.store_.level(ref) != axis) return;
      for (const DiagramRun& run : search_.store_.runs(ref)) bounds.push_back(run.end);
    };
    add(rest);
    for (const Cover& cover : covers) add(cover.rest);
    bool has_unknown = at.side == AxisSide::value;
    if (has_unknown) bounds.insert(bounds.end(), {at.unknown_class, at.unknown_class + 1});
    std::sort(bounds.begin(), bounds.end());
    bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
    std::vector<ClassRange> pieces;
    std::optional<ClassRange> unknown;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
      ClassRange range{bounds[i], bounds[i + 1]};
      if (has_unknown && range.begin == at.unknown_class) {
        unknown = range;
      } else {
        pieces.push_back(range);
      }
    }
    if (unknown && with_unknown_) pieces.push_back(*unknown);
    return pieces;
  }

  const SituationSearch& search_;
  bool with_unknown_;
  ProofBudget& budget_;
  std::size_t left_;  // of this walk
  Box box_;
  bool pure_ = true;  // what was not found was covered, and not merely impossible
  std::set<std::vector<DiagramRef>> nothing_left_;
};

SituationSearch::Answer SituationSearch::find(DiagramRef question, ProofBudget& budget) {
  return uncovered(question, {}, budget);
}

SituationSearch::Answer SituationSearch::uncovered(DiagramRef question,
                                                   const std::vector<DiagramRef>& covers,
                                                   ProofBudget& budget) {
  if (question == kNo) return {};
  std::vector<Cover> state;
  for (std::uint32_t i = 0; i < covers.size(); ++i) {
    if (covers[i] != kNo) state.push_back({covers[i], i});
  }
  // What counts imply: situations against it are covered by nobody.
  std::vector<DiagramRef> links = {world_.links(question)};
  for (DiagramRef cover : covers) links.push_back(world_.links(cover));
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
  for (DiagramRef link : links) {
    if (link == kYes) continue;
    if (link == kNo) return {};
    state.push_back({store_.opposite(link), kImpossible});
  }
  if (state.size() >= kGuessFrom && budget.steps_per_question > 0) {
    std::vector<DiagramRef> all;
    for (const Cover& cover : state) all.push_back(cover.rest);
    if (std::optional<Witness> guessed = guess_.guess(question, all)) {
      return {std::move(guessed), true, {}};
    }
    // What is covered is most often covered by one alone.
    for (const Cover& cover : state) {
      if (store_.both(question, cover.rest) != question) continue;
      Answer answer;
      if (cover.index != kImpossible) answer.covered_by.insert(cover.index);
      return answer;
    }
  }
  bool guessed_in_vain = state.size() >= kGuessFrom;
  Walk known(*this, false, guessed_in_vain, budget);
  known.step(question, state);
  if (known.answer.witness) return std::move(known.answer);
  Walk all(*this, true, guessed_in_vain, budget);
  all.step(question, state);
  all.answer.covered_by.merge(known.answer.covered_by);
  return std::move(all.answer);
}

bool SituationSearch::holds_in(DiagramRef at, const Witness& witness) const {
  while (!is_terminal(at)) {
    AxisIndex axis = store_.axis(at);
    const Axis& of = axes_.axes()[axis];
    const Reading& reading = witness.readings[of.feature];
    at = store_.child(at, class_of(of, table_.features[of.feature], reading));
  }
  return at == kYes;
}

}  // namespace sojourn
