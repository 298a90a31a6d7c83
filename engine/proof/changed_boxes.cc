#include "engine/proof/changed_boxes.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "engine/proof/reach.h"

namespace sojourn {
namespace {

// Per axis the classes that are in; none named: all.
using Allowed = std::vector<std::vector<bool>>;

class BoxGrower {
 public:
  BoxGrower(JointModel& model, const CoverOptions& options) : model_(model), options_(options) {}

  // The largest box around the situation, found greedily, that lies in the region and meets none of
  // the covers.
  ClassBox grow(DiagramRef region, const std::vector<DiagramRef>& covers, const Witness& witness) {
    const std::vector<Axis>& axes = model_.axes().axes();
    gather(region, covers);
    for (AxisIndex axis = 0; axis < axes.size(); ++axis) {
      if (!tested_[axis]) continue;
      const Axis& of = axes[axis];
      allowed_[axis].assign(of.class_count, false);
      const Feature& feature = model_.after().features[of.feature];
      allowed_[axis][class_of(of, feature, witness.readings[of.feature])] = true;
    }
    for (AxisIndex axis = 0; axis < axes.size(); ++axis) {
      for (Block& block : blocks_of_[axis]) {
        block.holds_off = !meets(axis, limit(block));
        if (block.holds_off) ++held_off_by_[block.box];
      }
    }
    for (bool kept : {false, true}) {
      for (AxisIndex axis = static_cast<AxisIndex>(axes.size()); axis-- > 0;) {
        bool is_kept = axis < options_.kept_axes.size() && options_.kept_axes[axis];
        if (allowed_[axis].empty() || is_kept != kept) continue;
        std::vector<bool> before = std::exchange(allowed_[axis], {});
        if (others_fit(region, axis) && boxes_fit(axis, [](const ClassMask&) { return true; })) {
          continue;
        }
        allowed_[axis] = std::move(before);
      }
    }
    for (AxisIndex axis = 0; axis < axes.size(); ++axis) {
      std::size_t tried = 0;
      for (ClassIndex c = 0; c < allowed_[axis].size(); ++c) {
        if (allowed_[axis][c] || tried++ >= options_.classes_tried_max) continue;
        allowed_[axis][c] = true;
        bool fits = others_fit(region, axis) &&
                    boxes_fit(axis, [&](const ClassMask& classes) { return classes.test(c); });
        if (!fits) allowed_[axis][c] = false;
      }
    }
    return box();
  }

 private:
  // One axis of a cover that is a box: does it keep the two apart?
  struct Block {
    std::uint32_t box = 0;
    std::uint32_t limit = 0;
    bool holds_off = false;
  };

  void gather(DiagramRef region, const std::vector<DiagramRef>& covers) {
    std::size_t axes = model_.axes().axes().size();
    allowed_.assign(axes, {});
    tested_.assign(axes, false);
    others_of_.assign(axes, {});
    blocks_of_.assign(axes, {});
    held_off_by_.clear();
    note_axes(region, tested_);
    for (DiagramRef cover : covers) {
      if (const CoverBoxes::Box* box = model_.search().boxes().find(cover)) {
        auto number = static_cast<std::uint32_t>(held_off_by_.size());
        held_off_by_.push_back(0);
        for (std::uint32_t i = box->first; i < box->first + box->count; ++i) {
          AxisIndex axis = model_.search().boxes().limit(i).axis;
          blocks_of_[axis].push_back({number, i, false});
          tested_[axis] = true;
        }
        continue;
      }
      std::vector<bool> by_cover(axes, false);
      note_axes(cover, by_cover);
      for (AxisIndex axis = 0; axis < axes; ++axis) {
        if (by_cover[axis]) others_of_[axis].push_back(cover), tested_[axis] = true;
      }
    }
  }

  const ClassMask& limit(const Block& block) {
    return model_.search().boxes().limit(block.limit).classes;
  }
  bool meets(AxisIndex axis, const ClassMask& classes) const {
    bool any = false;
    classes.for_each([&](ClassIndex c) { any = any || allowed_[axis][c]; });
    return any;
  }

  // The axis has more classes now: `meets_more`, of a cover's classes, whether it meets those. Is
  // every cover still held off by some axis?
  template <class MeetsMore>  // bool(const ClassMask&)
  bool boxes_fit(AxisIndex axis, const MeetsMore& meets_more) {
    std::vector<Block>& blocks = blocks_of_[axis];
    bool fit = std::all_of(blocks.begin(), blocks.end(), [&](const Block& block) {
      return !block.holds_off || held_off_by_[block.box] > 1 || !meets_more(limit(block));
    });
    if (!fit) return false;
    for (Block& block : blocks) {
      if (!block.holds_off || !meets_more(limit(block))) continue;
      block.holds_off = false;
      --held_off_by_[block.box];
    }
    return true;
  }
  bool others_fit(DiagramRef region, AxisIndex axis) const {
    return all_lead_to(kYes, region) &&
           std::all_of(others_of_[axis].begin(), others_of_[axis].end(),
                       [&](DiagramRef cover) { return all_lead_to(kNo, cover); });
  }

  void note_axes(DiagramRef ref, std::vector<bool>& tested) const {
    std::vector<DiagramRef> open = {ref};
    std::vector<DiagramRef> seen;
    while (!open.empty()) {
      DiagramRef at = open.back();
      open.pop_back();
      if (is_terminal(at) || std::find(seen.begin(), seen.end(), at) != seen.end()) continue;
      seen.push_back(at);
      tested[model_.store().axis(at)] = true;
      for (const DiagramRun& run : model_.store().runs(at)) open.push_back(run.target);
    }
  }

  bool all_lead_to(DiagramRef end, DiagramRef at) const {
    if (is_terminal(at)) return at == end;
    const std::vector<bool>& in = allowed_[model_.store().axis(at)];
    ClassIndex begin = 0;
    for (const DiagramRun& run : model_.store().runs(at)) {
      bool meets = in.empty() || std::find(in.begin() + begin, in.begin() + run.end, true) !=
                                     in.begin() + run.end;
      if (meets && !all_lead_to(end, run.target)) return false;
      begin = run.end;
    }
    return true;
  }

  ClassBox box() const {
    ClassBox box;
    for (AxisIndex axis = 0; axis < allowed_.size(); ++axis) {
      if (allowed_[axis].empty()) continue;
      ClassBox::Limit limit{axis, {}};
      for (std::size_t c = 0; c < allowed_[axis].size(); ++c) {
        DiagramRun run{static_cast<ClassIndex>(c + 1), allowed_[axis][c] ? kYes : kNo};
        if (!limit.runs.empty() && limit.runs.back().target == run.target) limit.runs.pop_back();
        limit.runs.push_back(run);
      }
      box.limits.push_back(std::move(limit));
    }
    return box;
  }

  JointModel& model_;
  const CoverOptions& options_;
  Allowed allowed_;
  std::vector<bool> tested_;                        // by axis
  std::vector<std::vector<DiagramRef>> others_of_;  // covers that are no boxes, by axis they test
  std::vector<std::vector<Block>> blocks_of_;       // by axis
  std::vector<std::uint32_t> held_off_by_;          // by box: how many axes do
};

// The rows of one side, with what they can reach.
struct Side {
  const std::vector<OrderedSides::Row>& rows;
  std::vector<Reach> reaches;
  std::unordered_map<DiagramRef, std::size_t> first_place;  // of each `where` among the rows
};

// Both sides, and the pairs of their rows that can decide one and the same situation differently.
class TwoSides {
 public:
  TwoSides(JointModel& model, const OrderedSides& sides)
      : model_(model),
        differing_(sides.differing),
        before_(side(sides.before)),
        after_(side(sides.after)) {}

  const Side& before() const { return before_; }
  const Side& after() const { return after_; }

  // Each pair of which one changed, by the row before, then by the row after. What an earlier row
  // takes whole needs no further look. Ends when a visit returns false. `done_with` is told when a
  // row before has met all of them.
  template <class Visit, class DoneWith>  // bool(std::size_t i, std::size_t j); bool(std::size_t i)
  void for_each_pair(const Visit& visit, const DoneWith& done_with) {
    std::vector<std::size_t> changed_after;
    for (std::size_t j = 0; j < after_.rows.size(); ++j) {
      if (after_.rows[j].changed) changed_after.push_back(j);
    }
    for (std::size_t i = 0; i < before_.rows.size(); ++i) {
      if (before_.rows[i].changed) {
        for (std::size_t j = 0; j < after_.rows.size(); ++j) {
          if (!visit(i, j)) return;
          if (contains(after_, j, before_, i)) break;
        }
      } else {
        for (std::size_t& j : changed_after) {
          if (j == kTaken) continue;
          if (!visit(i, j)) return;
          if (contains(before_, i, after_, j)) j = kTaken;
        }
      }
      if (!done_with(i)) return;
    }
  }

  // False: nowhere do the two decide, for they do not meet or an earlier row takes all of one.
  bool may_decide(std::size_t i, std::size_t j) const {
    return !comes_before(before_, after_.rows[j].where, i) &&
           !comes_before(after_, before_.rows[i].where, j) &&
           before_.reaches[i].meets(after_.reaches[j]);
  }
  // Where both hold, and where it makes a difference there which of them decides.
  DiagramRef region(std::size_t i, std::size_t j) {
    return model_.store().both(before_.rows[i].where, after_.rows[j].where);
  }
  DiagramRef differing(std::size_t i, std::size_t j, DiagramRef region) const {
    return region == kNo ? kNo : differing_(i, j, region);
  }

 private:
  static constexpr std::size_t kTaken = std::numeric_limits<std::size_t>::max();

  static bool comes_before(const Side& side, DiagramRef where, std::size_t place) {
    auto found = side.first_place.find(where);
    return found != side.first_place.end() && found->second < place;
  }

  // Does row `whole` hold wherever row `part` does?
  bool contains(const Side& of_whole, std::size_t whole, const Side& of_part, std::size_t part) {
    const Reach& reach = of_whole.reaches[whole];
    if (reach.is_box()) return reach.covers(of_part.reaches[part]);
    DiagramRef where = of_part.rows[part].where;
    return model_.store().both(of_whole.rows[whole].where, where) == where;
  }

  Side side(const std::vector<OrderedSides::Row>& rows) {
    Side side{rows, {}, {}};
    for (const OrderedSides::Row& row : rows) {
      side.first_place.try_emplace(row.where, side.reaches.size());
      side.reaches.emplace_back(model_.store(), row.where);
    }
    return side;
  }

  JointModel& model_;
  const std::function<DiagramRef(std::size_t, std::size_t, DiagramRef)>& differing_;
  Side before_, after_;
};

class Finder {
 public:
  Finder(JointModel& model, const OrderedSides& sides, const CoverOptions& options,
         ProofBudget& budget)
      : model_(model),
        options_(options),
        budget_(budget),
        grower_(model, options),
        sides_(model, sides) {}

  ChangedBoxes run() {
    auto go_on = [&](std::size_t) { return !found_.more; };
    sides_.for_each_pair(
        [&](std::size_t i, std::size_t j) {
          compare(i, j);
          return !found_.more;
        },
        go_on);
    return std::move(found_);
  }

 private:
  void compare(std::size_t i, std::size_t j) {
    const Side &before = sides_.before(), &after = sides_.after();
    if (!sides_.may_decide(i, j)) return;
    DiagramRef region = sides_.differing(i, j, sides_.region(i, j));
    if (region == kNo) return;
    Reach reach(model_.store(), region);
    std::vector<DiagramRef> covers;
    // Most pairs lie behind one row that takes all of them.
    if (!add_covers(before, i, reach, covers) || !add_covers(after, j, reach, covers)) return;
    std::sort(covers.begin(), covers.end());
    covers.erase(std::unique(covers.begin(), covers.end()), covers.end());
    while (true) {
      SituationSearch::Answer answer = model_.search().uncovered(region, covers, budget_);
      if (!answer.decided) found_.decided = false;
      if (!answer.witness) return;
      if (found_.boxes.size() >= options_.boxes_max) {
        found_.more = true;
        return;
      }
      ClassBox box = grower_.grow(region, covers, *answer.witness);
      covers.push_back(box.diagram(model_.store()));
      found_.boxes.push_back({std::move(box), *std::move(answer.witness), i, j});
    }
  }

  // The rows before `end` that meet the region; false when one of them covers it.
  static bool add_covers(const Side& side, std::size_t end, const Reach& region,
                         std::vector<DiagramRef>& covers) {
    for (std::size_t k = 0; k < end; ++k) {
      const Reach& reach = side.reaches[k];
      if (!reach.meets(region)) continue;
      if (reach.is_box() && reach.covers(region)) return false;
      covers.push_back(side.rows[k].where);
    }
    return true;
  }

  JointModel& model_;
  const CoverOptions& options_;
  ProofBudget& budget_;
  BoxGrower grower_;
  TwoSides sides_;
  ChangedBoxes found_;
};

}  // namespace

ChangedBoxes changed_boxes(JointModel& model, const OrderedSides& sides,
                           const CoverOptions& options, ProofBudget& budget) {
  return Finder(model, sides, options, budget).run();
}

// Ordered by the row before, then by the row after: of the pairs that hold in a situation, the
// first is that of the rows that decide there, for each side's other rows that hold come later. A
// row that both sides have and that decides before holds after as well: what decides after is this
// row or a changed one ahead of it.
std::optional<std::vector<DifferingRow>> differing_rows(JointModel& model,
                                                        const OrderedSides& ordered,
                                                        std::size_t rows_max) {
  TwoSides sides(model, ordered);
  std::vector<DifferingRow> rows;
  auto add = [&](DiagramRef where, bool differs) {
    if (where != kNo) rows.push_back({where, differs});
    return rows.size() <= rows_max;
  };
  sides.for_each_pair(
      [&](std::size_t i, std::size_t j) {
        if (!sides.may_decide(i, j)) return true;
        DiagramRef region = sides.region(i, j);
        DiagramRef differing = sides.differing(i, j, region);
        return add(differing, true) && (differing == region || add(region, false));
      },
      [&](std::size_t i) {
        return sides.before().rows[i].changed || add(sides.before().rows[i].where, false);
      });
  if (rows.size() > rows_max) return std::nullopt;
  return rows;
}

}  // namespace sojourn
