#include "engine/proof/situation_search.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

namespace sojourn {
namespace {

// Covers that stand for "impossible" and not for a rule.
constexpr std::uint32_t kImpossible = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kCoversPerStep = 8;
// Combinations of who and where that were looked at for a whole situation.
constexpr std::size_t kTriesPerStep = 2;
// With fewer covers a guess saves nothing, and the first situation of a walk is the plainer one.
constexpr std::size_t kGuessFrom = 64;
// What many boxes leave and a guess does not find, is seldom found with all values known: that
// gets this part of the steps.
constexpr std::size_t kAfterGuess = 40;
// A cover that leaves something in more ranges of a branch is looked at in each.
constexpr std::size_t kNarrowMax = 8;
// With any profile on any network so many; then with each by itself.
constexpr std::size_t kStepsAtFirst = 100;
// Beyond these numbers of boxes a question is walked through, a cover looked at in the end.
constexpr std::size_t kBoxesPerQuestionMax = 32;
constexpr std::size_t kBoxesPerCoverMax = 8;
// With one profile on one network nearly everything is boxes.
constexpr std::size_t kBoxesPerIdentityMax = 64;
// Diagrams into which an identity is put, for a step.
constexpr std::size_t kPutInPerStep = 8;
// What was walked is kept where no more axes than this decided it, so many times.
constexpr std::size_t kReasonsMax = 64;
constexpr std::size_t kKeptPerRestMax = 8;
// So much is kept of one walk: a hundred megabytes at most.
constexpr std::size_t kKeptAxesMax = 8'000'000;
// Branches inside branches: a situation about more axes than this is not looked for.
constexpr std::size_t kDepthMax = 2'000;

}  // namespace

// One walk: with unknown values, or without.
class SituationSearch::Walk {
 public:
  // `of`: only with this profile on this network; null: with any. `box`: what is known already.
  Walk(const SituationSearch& search, bool with_unknown, std::size_t steps_max, ProofBudget& budget,
       Box box, const World::Identity* of = nullptr)
      : search_(search),
        with_unknown_(with_unknown),
        of_(of),
        budget_(budget),
        steps_max_(std::min(budget.steps, steps_max)),
        left_(steps_max_),
        box_(std::move(box)) {}

  std::size_t steps_taken() const { return steps_max_ - left_; }

  // True when the walk is over: found, or out of budget.
  bool step(DiagramRef rest, const std::vector<Cover>& covers) {
    if (rest == kNo) return false;
    std::size_t steps = 1 + covers.size() / kCoversPerStep;
    if (left_ < steps) return answer.decided = false, true;
    spend(steps);
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
      World::Realised found = search_.world_.realise(box_, of_);
      spend(found.work / kTriesPerStep);
      answer.witness = std::move(found.witness);
      answer.decided = answer.decided && found.decided;
      depend_on(found.refused_by);
      answer.refused = answer.refused || !answer.witness;
      return answer.witness.has_value();
    }
    std::vector<DiagramRef> key = {rest};
    for (const Cover& cover : covers) key.push_back(cover.rest);
    if (was_walked(key)) return false;
    if (depth_ == kDepthMax) return answer.decided = false, true;
    AxisSet depended_on = std::exchange(depends_on_, {});
    if (branch(top, rest, covers)) return true;
    // All that the axes from this one on may be was looked at.
    depends_on_.erase(std::lower_bound(depends_on_.begin(), depends_on_.end(), top),
                      depends_on_.end());
    keep(std::move(key));
    depend_on(depended_on);
    return false;
  }

  Answer answer;

 private:
  using AxisSet = std::vector<AxisIndex>;  // ascending

  // Nothing was found with these ranges of the axes. A narrower one is another: where a value was
  // open, the world chose one.
  struct Within {
    AxisSet axes;
    std::vector<ClassRange> ranges;
  };

  void depend_on(const AxisSet& axes) {
    if (axes.empty()) return;
    AxisSet all;
    all.reserve(depends_on_.size() + axes.size());
    std::set_union(depends_on_.begin(), depends_on_.end(), axes.begin(), axes.end(),
                   std::back_inserter(all));
    depends_on_ = std::move(all);
  }

  // The same remainder need not be walked again where what decided it is the same.
  bool was_walked(const std::vector<DiagramRef>& key) {
    auto kept = nothing_left_.find(key);
    if (kept == nothing_left_.end()) return false;
    for (const Within& within : kept->second) {
      bool same = true;
      for (std::size_t i = 0; i < within.axes.size() && same; ++i) {
        const ClassRange &now = box_[within.axes[i]], &then = within.ranges[i];
        same = then.begin == now.begin && then.end == now.end;
      }
      if (!same) continue;
      depend_on(within.axes);
      return true;
    }
    return false;
  }

  void keep(std::vector<DiagramRef> key) {
    if (depends_on_.size() > kReasonsMax || kept_axes_ > kKeptAxesMax) return;
    kept_axes_ += key.size() + depends_on_.size();
    std::vector<Within>& kept = nothing_left_[std::move(key)];
    if (kept.size() == kKeptPerRestMax) return;
    Within within{depends_on_, {}};
    for (AxisIndex axis : depends_on_) within.ranges.push_back(box_[axis]);
    kept.push_back(std::move(within));
  }

  void spend(std::size_t steps) {
    steps *= search_.world_.weight();
    left_ -= std::min(left_, steps);
    budget_.steps -= std::min(budget_.steps, steps);
  }

  bool branch(AxisIndex top, DiagramRef rest, const std::vector<Cover>& covers) {
    ClassRange whole = box_[top];
    auto own = of_ ? search_.world_.choice_of(*of_, top) : std::nullopt;
    bool ours = own && !own->any;
    std::vector<ClassRange> ranges = ours ? pieces_of(top, *own) : pieces(top, rest, covers);
    Shares shares = share(top, ranges, covers);
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      box_[top] = ranges[i];
      if (!ours && !search_.world_.allows(box_, top)) {
        depend_on(search_.world_.refused_by(box_, top));
        answer.refused = true;
        continue;
      }
      ++depth_;
      bool over = step(inside(rest, top, ranges[i]), left_in(i, top, ranges[i], shares));
      --depth_;
      if (over) return true;
    }
    box_[top] = whole;
    return false;
  }

  // The classes that the identity may have.
  std::vector<ClassRange> pieces_of(AxisIndex axis, const OptionTable::Choice& own) const {
    const Axis& at = search_.axes_.axes()[axis];
    std::vector<ClassRange> pieces;
    auto add = [&](ClassIndex value) {
      bool unknown = at.side == AxisSide::value && value == at.unknown_class;
      if (!unknown || with_unknown_) pieces.push_back({value, value + 1});
    };
    add(own.usual);
    if (own.other != own.usual) add(own.other);
    return pieces;
  }

  DiagramRef inside(DiagramRef ref, AxisIndex axis, const ClassRange& range) const {
    return search_.store_.level(ref) == axis ? search_.store_.child(ref, range.begin) : ref;
  }

  // Covers at a branch: most leave something in a few ranges at most, and are found there; the
  // others are looked at in each.
  struct Shares {
    std::vector<Cover> wide;
    std::vector<std::vector<Cover>> narrow;  // by range: what is left of them
  };
  Shares share(AxisIndex axis, const std::vector<ClassRange>& ranges,
               const std::vector<Cover>& covers) const {
    std::vector<std::size_t> order(ranges.size());  // those with unknown values come last
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return ranges[a].begin < ranges[b].begin; });
    Shares shares;
    shares.narrow.resize(ranges.size());
    std::vector<std::pair<std::size_t, DiagramRef>> left;  // in which range, and what
    for (const Cover& cover : covers) {
      if (search_.store_.level(cover.rest) != axis || !is_narrow(cover, ranges, order, left)) {
        shares.wide.push_back(cover);
        continue;
      }
      for (auto [range, rest] : left) {
        shares.narrow[range].push_back({rest, cover.index, cover.place});
      }
    }
    return shares;
  }

  // Does the cover leave something in a few ranges only? Those are told.
  bool is_narrow(const Cover& cover, const std::vector<ClassRange>& ranges,
                 const std::vector<std::size_t>& order,
                 std::vector<std::pair<std::size_t, DiagramRef>>& left) const {
    left.clear();
    ClassIndex begin = 0;
    for (const DiagramRun& run : search_.store_.runs(cover.rest)) {
      ClassIndex from = std::exchange(begin, run.end);
      if (run.target == kNo) continue;
      auto in = std::lower_bound(
          order.begin(), order.end(), from,
          [&](std::size_t range, ClassIndex value) { return ranges[range].begin < value; });
      for (; in != order.end() && ranges[*in].begin < run.end; ++in) {
        if (left.size() == kNarrowMax) return false;
        left.push_back({*in, run.target});
      }
    }
    return true;
  }

  // What is left of all covers in a range, in their order.
  std::vector<Cover> left_in(std::size_t range_index, AxisIndex axis, const ClassRange& range,
                             const Shares& shares) const {
    const std::vector<Cover>& narrow = shares.narrow[range_index];
    std::vector<Cover> left;
    left.reserve(shares.wide.size() + narrow.size());
    auto next = narrow.begin();
    for (const Cover& cover : shares.wide) {
      while (next != narrow.end() && next->place < cover.place) left.push_back(*next++);
      DiagramRef child = inside(cover.rest, axis, range);
      if (child != kNo) left.push_back({child, cover.index, cover.place});
    }
    left.insert(left.end(), next, narrow.end());
    return left;
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
  const World::Identity* of_;
  ProofBudget& budget_;
  std::size_t steps_max_;
  std::size_t left_;  // of this walk
  Box box_;
  // Where nothing was found that is not covered: the axes on which the world decided that.
  AxisSet depends_on_;
  std::size_t depth_ = 0;
  std::map<std::vector<DiagramRef>, std::vector<Within>> nothing_left_;
  std::size_t kept_axes_ = 0;  // and covers
};

SituationSearch::Answer SituationSearch::find(DiagramRef question, ProofBudget& budget,
                                              Wanted wanted) {
  return uncovered(question, {}, budget, wanted);
}

// To be shown is rather a device that has a network, where one is.
SituationSearch::Answer SituationSearch::uncovered(const Together& asked,
                                                   const std::vector<DiagramRef>& covers,
                                                   ProofBudget& budget, Wanted wanted) {
  Answer found = search(asked, covers, budget, wanted);
  bool lost = found.witness && found.witness->network == Reading::exactly(kNoSymbol);
  if (wanted != Wanted::plain || !lost) return found;
  Together with_service = asked;
  with_service.where = store_.both(asked.where, world_.not_without_service());
  Answer better = search(with_service, covers, budget, wanted);
  if (better.witness) found.witness = std::move(better.witness);
  return found;
}

SituationSearch::Answer SituationSearch::search(const Together& asked,
                                                const std::vector<DiagramRef>& covers,
                                                ProofBudget& budget, Wanted wanted) {
  DiagramRef question = asked.where;
  if (question == kNo) return {};
  std::vector<Cover> state;
  for (std::uint32_t i = 0; i < covers.size(); ++i) {
    if (covers[i] != kNo) state.push_back({covers[i], i, static_cast<std::uint32_t>(state.size())});
  }
  // What counts imply: situations against it are covered by nobody.
  std::vector<DiagramRef> links;
  auto add_links = [&](DiagramRef of) {
    const std::vector<DiagramRef>& its = world_.links(of);
    links.insert(links.end(), its.begin(), its.end());
  };
  add_links(question);
  for (DiagramRef part : asked.also) add_links(part);
  for (DiagramRef cover : covers) add_links(cover);
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
  links.insert(links.end(), asked.also.begin(), asked.also.end());
  for (DiagramRef link : links) {
    if (link == kNo) return {};
    state.push_back({opposite(link), kImpossible, static_cast<std::uint32_t>(state.size())});
  }
  if (wanted == Wanted::served) {
    std::vector<World::Identity> served = possible_identities(question);
    std::erase_if(served, [&](const World::Identity& one) { return !world_.is_served(one); });
    return walk_identities(question, state, served, budget.steps_per_question, budget);
  }
  bool many = state.size() >= kGuessFrom && budget.steps_per_question > 0;
  if (many) {
    if (std::optional<Answer> answer = among_many(question, state, budget, wanted)) {
      return *std::move(answer);
    }
  }
  std::size_t steps_max = budget.steps_per_question;
  if (!world_.knows_identities()) return walk(question, state, steps_max, budget);
  Answer found = walk(question, state, std::min(steps_max, kStepsAtFirst), budget);
  if (found.witness || found.decided) return found;
  // Who is enabled on which network leaves little open of all that is asked about candidates.
  Answer one_by_one =
      walk_identities(question, state, possible_identities(question), steps_max, budget);
  one_by_one.covered_by.merge(found.covered_by);
  if (one_by_one.witness || one_by_one.decided) return one_by_one;
  return walk(question, state, steps_max / 4, budget);
}

DiagramRef SituationSearch::opposite(DiagramRef ref) {
  auto [kept, fresh] = opposites_.try_emplace(ref, kNo);
  if (fresh) kept->second = store_.opposite(ref);
  return kept->second;
}

// With all values known, then with those as well that are not.
SituationSearch::Answer SituationSearch::walk(DiagramRef question, const std::vector<Cover>& state,
                                              std::size_t steps_max, ProofBudget& budget) {
  Walk known(*this, false, steps_max, budget, world_.whole());
  known.step(question, state);
  if (known.answer.witness) return std::move(known.answer);
  Walk all(*this, true, steps_max, budget, world_.whole());
  all.step(question, state);
  all.answer.covered_by.merge(known.answer.covered_by);
  return std::move(all.answer);
}

// With which identities can the question hold?
std::vector<World::Identity> SituationSearch::possible_identities(DiagramRef question) const {
  std::vector<World::Identity> identities = world_.identities();
  std::erase_if(identities, [&](const World::Identity& identity) {
    std::set<DiagramRef> never;
    return !may_hold(question, identity, never);
  });
  return identities;
}

SituationSearch::Answer SituationSearch::walk_identities(
    DiagramRef question, const std::vector<Cover>& state,
    const std::vector<World::Identity>& identities, std::size_t steps_max, ProofBudget& budget) {
  std::vector<bool> tested = tested_axes(question, state);
  Answer all = walk_identities(question, state, identities, tested, true, steps_max, budget);
  if (!all.witness && all.decided) return all;
  // Rather one with all values known.
  Answer known = walk_identities(question, state, identities, tested, false, steps_max, budget);
  if (!known.witness) return all;
  known.covered_by.merge(all.covered_by);
  return known;
}

SituationSearch::Answer SituationSearch::walk_identities(
    DiagramRef question, const std::vector<Cover>& state,
    const std::vector<World::Identity>& identities, const std::vector<bool>& tested,
    bool with_unknown, std::size_t steps_max, ProofBudget& budget) {
  Answer answer;
  std::size_t left = steps_max;
  std::set<std::vector<std::uint32_t>> all_covered;  // questions, each with its covers
  for (const World::Identity& identity : identities) {
    std::size_t before = budget.steps;
    const OfIdentity& known = of(identity);
    WithIdentity asked = with(known, question, state, tested);
    budget.steps -= std::min(budget.steps, asked.work);
    std::vector<std::uint32_t> same = {asked.question};
    for (const Cover& cover : asked.covers) same.insert(same.end(), {cover.rest, cover.index});
    Answer one;
    if (asked.question != kNo && !all_covered.contains(same)) {
      one = search_identity(identity, asked, tested, with_unknown, left, budget);
    }
    left -= std::min(left, before - budget.steps);
    answer.covered_by.merge(one.covered_by);
    answer.decided = answer.decided && one.decided;
    answer.refused = answer.refused || one.refused;
    answer.witness = std::move(one.witness);
    if (answer.witness || left == 0 || budget.exhausted()) break;
    if (one.decided && !one.refused) all_covered.insert(std::move(same));
  }
  answer.decided = answer.decided && left > 0;
  return answer;
}

std::vector<bool> SituationSearch::tested_axes(DiagramRef question,
                                               const std::vector<Cover>& state) {
  std::vector<bool> tested(store_.axis_count());
  auto add = [&](DiagramRef of) {
    if (is_terminal(of)) return;
    for (AxisIndex axis : kept_.axes_tested_by(of)) tested[axis] = true;
  };
  add(question);
  for (const Cover& cover : state) add(cover.rest);
  return tested;
}

const SituationSearch::OfIdentity& SituationSearch::of(const World::Identity& identity) {
  auto [kept, fresh] = of_identity_.try_emplace({identity.row, identity.column});
  OfIdentity& made = kept->second;
  if (!fresh) return made;
  made.number = of_identity_.size() - 1;
  auto axis_count = static_cast<AxisIndex>(store_.axis_count());
  made.classes.assign(axis_count, Restriction::kFree);
  for (AxisIndex axis = 0; axis < axis_count; ++axis) {
    std::optional<OptionTable::Choice> own = world_.choice_of(identity, axis);
    bool is_country = table_.features[axes_.axes()[axis].feature].kind == FeatureKind::country;
    if (is_country && world_.tells_country(identity)) made.countries.push_back(axis);
    if (!own || own->any) continue;
    if (own->usual == own->other) {
      made.classes[axis] = own->usual;
    } else {
      made.of_two.push_back({axis, *own});
    }
  }
  return made;
}

SituationSearch::WithIdentity SituationSearch::with(const OfIdentity& known, DiagramRef question,
                                                    const std::vector<Cover>& state,
                                                    const std::vector<bool>& tested) {
  kept_.begin(known.number, known.classes);
  WithIdentity asked;
  asked.question = kept_.where(question);
  for (const auto& [axis, own] : known.of_two) {
    if (tested[axis]) asked.question = store_.both(asked.question, is_one_of(axis, own));
  }
  for (AxisIndex axis : known.countries) {
    if (tested[axis]) asked.question = store_.both(asked.question, is_known(axis));
  }
  for (const Cover& cover : state) {
    if (asked.question == kNo) break;
    DiagramRef rest = kept_.where(cover.rest);
    if (rest == kNo) continue;
    if (rest == kYes) asked.covers.clear();
    asked.covers.push_back({rest, cover.index, cover.place});
    if (rest == kYes) break;
  }
  leave_one_of_each(asked.covers);
  asked.work = 1 + kept_.work() / kPutInPerStep;
  return asked;
}

// Absent: there is no such situation with all values known.
std::optional<Box> SituationSearch::box_of(const OfIdentity& known, const std::vector<bool>& tested,
                                           bool with_unknown) const {
  Box box = world_.whole();
  for (AxisIndex axis = 0; axis < tested.size(); ++axis) {
    if (known.classes[axis] == Restriction::kFree || !tested[axis]) continue;
    box[axis] = {known.classes[axis], known.classes[axis] + 1};
    const Axis& of = axes_.axes()[axis];
    bool unknown = of.side == AxisSide::value && known.classes[axis] == of.unknown_class;
    if (unknown && !with_unknown) return std::nullopt;
  }
  return box;
}

void SituationSearch::leave_one_of_each(std::vector<Cover>& covers) {
  std::sort(covers.begin(), covers.end(), [](const Cover& a, const Cover& b) {
    return std::pair(a.rest, a.place) < std::pair(b.rest, b.place);
  });
  auto same = [](const Cover& a, const Cover& b) { return a.rest == b.rest; };
  covers.erase(std::unique(covers.begin(), covers.end(), same), covers.end());
  std::sort(covers.begin(), covers.end(),
            [](const Cover& a, const Cover& b) { return a.place < b.place; });
}

DiagramRef SituationSearch::is_one_of(AxisIndex axis, const OptionTable::Choice& two) {
  std::vector<DiagramRun> runs;
  for (ClassIndex c = 0; c < store_.class_count(axis); ++c) {
    runs.push_back({c + 1, c == two.usual || c == two.other ? kYes : kNo});
  }
  return store_.node(axis, runs);
}

DiagramRef SituationSearch::is_known(AxisIndex axis) {
  std::vector<DiagramRun> runs;
  for (ClassIndex c = 0; c < store_.class_count(axis); ++c) {
    runs.push_back({c + 1, c == axes_.axes()[axis].unknown_class ? kNo : kYes});
  }
  return store_.node(axis, runs);
}

SituationSearch::Answer SituationSearch::search_identity(const World::Identity& identity,
                                                         const WithIdentity& asked,
                                                         const std::vector<bool>& tested,
                                                         bool with_unknown, std::size_t steps_max,
                                                         ProofBudget& budget) {
  Answer covered;
  if (!asked.covers.empty() && asked.covers.front().rest == kYes) {
    std::uint32_t cover = asked.covers.front().index;
    if (cover != kImpossible) covered.covered_by.insert(cover);
    return covered;
  }
  std::optional<Box> box = box_of(of(identity), tested, with_unknown);
  covered.refused = !box;  // another identity may have it known
  if (!box) return covered;
  BoxLimits limits{kBoxesPerIdentityMax, kBoxesPerIdentityMax};
  if (std::optional<ManyCovers> many = as_boxes(asked.question, asked.covers, limits)) {
    many->of = &identity;
    many->box = *std::move(box);
    many->problem.with_unknown = with_unknown;
    return search_boxes(*many, steps_max, budget);
  }
  Walk walk(*this, with_unknown, steps_max, budget, *std::move(box), &identity);
  walk.step(asked.question, asked.covers);
  return std::move(walk.answer);
}

// Can the diagram hold with the identity, as far as the axes about identities are concerned?
// `never`: what was seen not to.
bool SituationSearch::may_hold(DiagramRef at, const World::Identity& identity,
                               std::set<DiagramRef>& never, std::size_t depth) const {
  if (is_terminal(at)) return at == kYes;
  if (never.contains(at)) return false;
  if (depth == kDepthMax) return true;
  std::optional<OptionTable::Choice> own = world_.choice_of(identity, store_.axis(at));
  bool holds = false;
  if (own && !own->any) {
    holds = may_hold(store_.child(at, own->usual), identity, never, depth + 1) ||
            may_hold(store_.child(at, own->other), identity, never, depth + 1);
  } else {
    for (const DiagramRun& run : store_.runs(at)) {
      holds = holds || may_hold(run.target, identity, never, depth + 1);
    }
  }
  if (!holds) never.insert(at);
  return holds;
}

// Absent: the question is too far from a box, or most covers are.
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
    if (!store_.is_within(question, cover.rest)) continue;
    Answer answer;
    if (cover.index != kImpossible) answer.covered_by.insert(cover.index);
    return answer;
  }
  std::optional<ManyCovers> many =
      as_boxes(question, state, {kBoxesPerQuestionMax, kBoxesPerCoverMax});
  if (!many) return std::nullopt;
  if (wanted == Wanted::plain) {
    Answer known = search_boxes(*many, budget.steps_per_question / kAfterGuess, budget);
    if (known.witness) return known;
  }
  many->problem.with_unknown = true;
  return search_boxes(*many, budget.steps_per_question, budget);
}

std::optional<SituationSearch::ManyCovers> SituationSearch::as_boxes(
    DiagramRef question, const std::vector<Cover>& state, const BoxLimits& limits) {
  ManyCovers many;
  many.box = world_.whole();
  CoverBoxes& boxes = guess_.boxes();
  const std::vector<CoverBoxes::Box>* asked = boxes.parts(question, limits.per_question);
  if (!asked) return std::nullopt;
  many.questions = *asked;
  for (const Cover& cover : state) {
    const std::vector<CoverBoxes::Box>* parts = boxes.parts(cover.rest, limits.per_cover);
    if (!parts) {
      many.others.push_back(cover);
      continue;
    }
    many.problem.covers.insert(many.problem.covers.end(), parts->begin(), parts->end());
    many.cover_of_box.insert(many.cover_of_box.end(), parts->size(), cover.index);
  }
  // What is mostly no boxes is walked through.
  if (many.others.size() > many.problem.covers.size()) return std::nullopt;
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
  Box box = many.box;
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
  std::optional<Witness> witness = world_.realise(box, many.of).witness;
  bool free = witness && std::none_of(many.others.begin(), many.others.end(),
                                      [&](const Cover& o) { return holds_in(o.rest, *witness); });
  if (free) {
    answer.witness = std::move(witness);
    return BoxSearch::Answer::found;
  }
  Walk walk(*this, many.problem.with_unknown, budget.steps_per_question / kAfterGuess, budget,
            many.box, many.of);
  walk.step(inside, many.others);
  answer.covered_by.merge(walk.answer.covered_by);
  answer.refused = answer.refused || walk.answer.refused;
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
