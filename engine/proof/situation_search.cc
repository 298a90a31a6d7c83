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
// What many covers leave and a guess does not find, is seldom found with all values known: that
// gets this part of the steps.
constexpr std::size_t kAfterGuess = 40;
// Beyond these numbers of boxes a question is walked through, a cover looked at in the end.
constexpr std::size_t kBoxesPerQuestionMax = 32;
constexpr std::size_t kBoxesPerCoverMax = 8;

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
                                                   ProofBudget& budget, Wanted wanted) {
  if (question == kNo) return {};
  std::vector<Cover> state;
  for (std::uint32_t i = 0; i < covers.size(); ++i) {
    if (covers[i] != kNo) state.push_back({covers[i], i});
  }
  // What counts imply: situations against it are covered by nobody.
  std::vector<DiagramRef> links;
  auto add_link = [&](DiagramRef link) {
    if (link != kYes) links.push_back(link);
  };
  add_link(world_.links(question));
  for (DiagramRef cover : covers) add_link(world_.links(cover));
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
  for (DiagramRef link : links) {
    if (link == kNo) return {};
    state.push_back({store_.opposite(link), kImpossible});
  }
  bool many = state.size() >= kGuessFrom && budget.steps_per_question > 0;
  if (many) {
    if (std::optional<Answer> answer = among_many(question, state, budget, wanted)) {
      return *std::move(answer);
    }
  }
  Walk known(*this, false, many, budget);
  known.step(question, state);
  if (known.answer.witness) return std::move(known.answer);
  Walk all(*this, true, many, budget);
  all.step(question, state);
  all.answer.covered_by.merge(known.answer.covered_by);
  return std::move(all.answer);
}

// Absent: the question is too far from a box.
std::optional<SituationSearch::Answer> SituationSearch::among_many(DiagramRef question,
                                                                   const std::vector<Cover>& state,
                                                                   ProofBudget& budget,
                                                                   Wanted wanted) {
  std::vector<DiagramRef> all;
  for (const Cover& cover : state) all.push_back(cover.rest);
  if (std::optional<Witness> guessed = guess_.guess(question, all, wanted == Wanted::any)) {
    return Answer{std::move(guessed), true, {}};
  }
  // What is covered is most often covered by one alone.
  for (const Cover& cover : state) {
    if (store_.both(question, cover.rest) != question) continue;
    Answer answer;
    if (cover.index != kImpossible) answer.covered_by.insert(cover.index);
    return answer;
  }
  std::optional<ManyCovers> many = as_boxes(question, state);
  if (!many) return std::nullopt;
  if (wanted == Wanted::plain) {
    Answer known = search_boxes(*many, budget.steps_per_question / kAfterGuess, budget);
    if (known.witness) return known;
  }
  many->problem.with_unknown = true;
  return search_boxes(*many, budget.steps_per_question, budget);
}

std::optional<SituationSearch::ManyCovers> SituationSearch::as_boxes(
    DiagramRef question, const std::vector<Cover>& state) {
  ManyCovers many;
  CoverBoxes& boxes = guess_.boxes();
  auto chains = chains_of(store_, question, kBoxesPerQuestionMax);
  if (!chains) return std::nullopt;
  for (DiagramRef chain : *chains) {
    const CoverBoxes::Box* box = boxes.find(chain);
    if (!box) return std::nullopt;
    many.questions.push_back(*box);
  }
  for (const Cover& cover : state) {
    std::vector<CoverBoxes::Box> parts;
    if (const CoverBoxes::Box* box = boxes.find(cover.rest)) {
      parts.push_back(*box);
    } else if (auto split = chains_of(store_, cover.rest, kBoxesPerCoverMax)) {
      for (DiagramRef chain : *split) {
        if (const CoverBoxes::Box* part = boxes.find(chain)) parts.push_back(*part);
      }
      if (parts.size() < split->size()) parts.clear();
    }
    if (parts.empty()) many.others.push_back(cover);
    many.problem.covers.insert(many.problem.covers.end(), parts.begin(), parts.end());
    many.cover_of_box.insert(many.cover_of_box.end(), parts.size(), cover.index);
  }
  return many;
}

SituationSearch::Answer SituationSearch::search_boxes(ManyCovers& many, std::size_t steps_max,
                                                      ProofBudget& budget) {
  Answer answer;
  std::size_t steps = std::min(budget.steps, steps_max);
  for (const CoverBoxes::Box& question : many.questions) {
    many.problem.question = question;
    std::size_t before = steps;
    BoxSearch::Answer found = box_search_.run(many.problem, steps, [&](const auto& left) {
      return look_inside(left, many, budget, answer);
    });
    budget.steps -= std::min(budget.steps, before - steps);
    if (found == BoxSearch::Answer::found) return answer;
    if (found == BoxSearch::Answer::undecided) answer.decided = false;
    for (std::uint32_t box : box_search_.used()) {
      std::uint32_t cover = many.cover_of_box[box];
      if (cover != kImpossible) answer.covered_by.insert(cover);
    }
  }
  return answer;
}

// Where every box is missed: are the other covers as well, and can the world be so?
BoxSearch::Answer SituationSearch::look_inside(const std::vector<BoxSearch::Left>& left,
                                               const ManyCovers& many, ProofBudget& budget,
                                               Answer& answer) {
  // The plainest corner first: of each axis the lowest classes that lie together.
  Box box = world_.whole();
  DiagramRef inside = kYes;
  for (auto axis = left.rbegin(); axis != left.rend(); ++axis) {
    std::vector<DiagramRun> runs;
    ClassRange lowest;
    for (ClassIndex c = 0; c < store_.class_count(axis->axis); ++c) {
      bool in = axis->classes.test(c);
      if (in && lowest.end == 0) lowest = {c, c + 1};
      if (in && lowest.end == c) lowest.end = c + 1;
      runs.push_back({c + 1, in ? inside : kNo});
    }
    box[axis->axis] = lowest;
    inside = store_.node(axis->axis, runs);
  }
  std::optional<Witness> witness = world_.realise(box);
  bool free = witness && std::none_of(many.others.begin(), many.others.end(),
                                      [&](const Cover& o) { return holds_in(o.rest, *witness); });
  if (free) {
    answer.witness = std::move(witness);
    return BoxSearch::Answer::found;
  }
  Walk walk(*this, many.problem.with_unknown, true, budget);
  walk.step(inside, many.others);
  answer.covered_by.merge(walk.answer.covered_by);
  if (walk.answer.witness) {
    answer.witness = std::move(walk.answer.witness);
    return BoxSearch::Answer::found;
  }
  return walk.answer.decided ? BoxSearch::Answer::none : BoxSearch::Answer::undecided;
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
