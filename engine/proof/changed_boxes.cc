#include "engine/proof/changed_boxes.h"

#include <algorithm>

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
    allowed_.assign(axes.size(), {});
    std::vector<std::vector<DiagramRef>> covers_of(axes.size());
    std::vector<bool> tested(axes.size(), false);
    note_axes(region, tested);
    for (DiagramRef cover : covers) {
      std::vector<bool> by_cover(axes.size(), false);
      note_axes(cover, by_cover);
      for (AxisIndex axis = 0; axis < axes.size(); ++axis) {
        if (by_cover[axis]) covers_of[axis].push_back(cover), tested[axis] = true;
      }
    }
    for (AxisIndex axis = 0; axis < axes.size(); ++axis) {
      if (!tested[axis]) continue;
      const Axis& of = axes[axis];
      allowed_[axis].assign(of.class_count, false);
      const Feature& feature = model_.after().features[of.feature];
      allowed_[axis][class_of(of, feature, witness.readings[of.feature])] = true;
    }
    auto fits = [&](AxisIndex axis) {
      return all_lead_to(kYes, region) &&
             std::all_of(covers_of[axis].begin(), covers_of[axis].end(),
                         [&](DiagramRef cover) { return all_lead_to(kNo, cover); });
    };
    for (bool kept : {false, true}) {
      for (AxisIndex axis = static_cast<AxisIndex>(axes.size()); axis-- > 0;) {
        bool is_kept = axis < options_.kept_axes.size() && options_.kept_axes[axis];
        if (allowed_[axis].empty() || is_kept != kept) continue;
        std::vector<bool> before = std::exchange(allowed_[axis], {});
        if (!fits(axis)) allowed_[axis] = std::move(before);
      }
    }
    for (AxisIndex axis = 0; axis < axes.size(); ++axis) {
      std::size_t tried = 0;
      for (std::size_t c = 0; c < allowed_[axis].size(); ++c) {
        if (allowed_[axis][c] || tried++ >= options_.classes_tried_max) continue;
        allowed_[axis][c] = true;
        if (!fits(axis)) allowed_[axis][c] = false;
      }
    }
    return box();
  }

 private:
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
};

// The rows of one side that meet what changed, in the order in which they decide.
struct Side {
  const RuleTable& table;
  std::vector<OutcomeRow> rows;
  std::vector<Reach> reaches;
  std::vector<bool> changed;
};

class Finder {
 public:
  Finder(JointModel& model, OutcomePairs& pairs, const ChangedRules& changed,
         const CoverOptions& options, ProofBudget& budget)
      : model_(model),
        pairs_(pairs),
        options_(options),
        budget_(budget),
        grower_(model, options),
        before_(side(model.rules_before(), changed.where, changed.before)),
        after_(side(model.rules_after(), changed.where, changed.after)) {}

  ChangedBoxes run() {
    for (std::size_t i = 0; i < before_.rows.size(); ++i) {
      for (std::size_t j = 0; j < after_.rows.size() && !found_.more; ++j) {
        // Where rules that both sides have decide on both, they decide alike.
        if (before_.changed[i] || after_.changed[j]) compare(i, j);
      }
    }
    return std::move(found_);
  }

 private:
  Side side(RuleDiagrams& rules, DiagramRef within, const std::vector<std::uint32_t>& changed) {
    Side side{rules.table(), outcome_rows(rules, within), {}, {}};
    side.rows.push_back({within, Leaf{}});
    for (const OutcomeRow& row : side.rows) {
      side.reaches.emplace_back(model_.store(), row.where);
      side.changed.push_back(row.leaf.rule >= 0 &&
                             std::binary_search(changed.begin(), changed.end(),
                                                static_cast<std::uint32_t>(row.leaf.rule)));
    }
    return side;
  }

  void compare(std::size_t i, std::size_t j) {
    const OutcomeRow &was = before_.rows[i], &is = after_.rows[j];
    if (!before_.reaches[i].meets(after_.reaches[j])) return;
    DiagramRef region = pairs_.differing(before_.table, was.leaf, after_.table, is.leaf,
                                         model_.store().both(was.where, is.where));
    if (region == kNo) return;
    Reach reach(model_.store(), region);
    std::vector<DiagramRef> covers;
    add_covers(before_, i, reach, covers);
    add_covers(after_, j, reach, covers);
    std::sort(covers.begin(), covers.end());
    covers.erase(std::unique(covers.begin(), covers.end()), covers.end());
    // Most pairs lie behind one row that takes all of them.
    for (DiagramRef cover : covers) {
      if (model_.store().both(region, cover) == region) return;
    }
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
      auto [before, after] = pairs_.words(before_.table, was.leaf, after_.table, is.leaf);
      found_.boxes.push_back(
          {std::move(box), *std::move(answer.witness), std::move(before), std::move(after)});
    }
  }

  static void add_covers(const Side& side, std::size_t end, const Reach& reach,
                         std::vector<DiagramRef>& covers) {
    for (std::size_t k = 0; k < end; ++k) {
      if (side.reaches[k].meets(reach)) covers.push_back(side.rows[k].where);
    }
  }

  JointModel& model_;
  OutcomePairs& pairs_;
  const CoverOptions& options_;
  ProofBudget& budget_;
  BoxGrower grower_;
  Side before_, after_;
  ChangedBoxes found_;
};

}  // namespace

ChangedBoxes changed_boxes(JointModel& model, OutcomePairs& pairs, const ChangedRules& changed,
                           const CoverOptions& options, ProofBudget& budget) {
  return Finder(model, pairs, changed, options, budget).run();
}

}  // namespace sojourn
