#include "engine/proof/cover.h"

#include <algorithm>

namespace sojourn {
namespace {

// So many boxes need no names.
constexpr std::size_t kPlainMax = 1;

class Coverer {
 public:
  Coverer(const AxisPlan& axes, const RuleTable& table, DiagramStore& store,
          SituationSearch& search, const CoverOptions& options, ProofBudget& budget)
      : axes_(axes),
        table_(table),
        store_(store),
        search_(search),
        options_(options),
        budget_(budget) {}

  Cover run(DiagramRef region, bool with_facts) {
    Cover cover;
    cover.rest = region;
    while (true) {
      SituationSearch::Answer answer = search_.find(cover.rest, budget_);
      if (!answer.witness) {
        cover.decided = answer.decided;
        cover.complete = answer.decided;
        return cover;
      }
      if (cover.items.size() >= options_.boxes_max) {
        cover.complete = false;
        return cover;
      }
      outside_ = store_.opposite(cover.rest);
      ClassBox box = path_of(cover.rest, *answer.witness);
      facts_.clear();
      for (std::size_t i = 0; with_facts && i < options_.facts.size(); ++i) {
        facts_.push_back({i, search_.holds_in(options_.facts[i], *answer.witness)});
      }
      join_facts();
      drop_limits(box);
      widen_limits(box);
      drop_facts(box);
      DiagramRef taken = store_.both(box.diagram(store_), by_facts_);
      cover.rest = store_.both(cover.rest, store_.opposite(taken));
      cover.items.push_back({std::move(box), facts_, *std::move(answer.witness)});
    }
  }

 private:
  // The path through the diagram on which the situation lies.
  ClassBox path_of(DiagramRef at, const Witness& witness) const {
    ClassBox box;
    while (!is_terminal(at)) {
      AxisIndex axis = store_.axis(at);
      const Axis& of = axes_.axes()[axis];
      ClassIndex here = class_of(of, table_.features[of.feature], witness.readings[of.feature]);
      DiagramRef below = store_.child(at, here);
      ClassBox::Limit limit{axis, {}};
      for (const DiagramRun& run : store_.runs(at)) {
        limit.runs.push_back({run.end, run.target == below ? kYes : kNo});
      }
      box.limits.push_back(std::move(limit));
      at = below;
    }
    return box;
  }

  // Nothing in the box that can be lies outside the region.
  bool fits(const ClassBox& box) {
    SituationSearch::Answer answer =
        search_.find(store_.all_of({box.diagram(store_), by_facts_, outside_}), budget_);
    return answer.decided && !answer.witness;
  }

  bool is_kept(AxisIndex axis) const {
    return axis < options_.kept_axes.size() && options_.kept_axes[axis];
  }

  void drop_limits(ClassBox& box) {
    for (bool kept : {false, true}) {
      // From the last axis up: those that are dearest to compute are given up first.
      for (std::size_t i = box.limits.size(); i-- > 0;) {
        if (is_kept(box.limits[i].axis) != kept) continue;
        ClassBox without = box;
        without.limits.erase(without.limits.begin() + static_cast<std::ptrdiff_t>(i));
        if (fits(without)) box = std::move(without);
      }
    }
  }

  void join_facts() {
    std::vector<DiagramRef> all;
    for (const FactLimit& limit : facts_) {
      DiagramRef fact = options_.facts[limit.fact];
      all.push_back(limit.holds ? fact : store_.opposite(fact));
    }
    by_facts_ = store_.all_of(std::move(all));
  }

  void drop_facts(const ClassBox& box) {
    for (std::size_t i = facts_.size(); i-- > 0;) {
      FactLimit limit = facts_[i];
      facts_.erase(facts_.begin() + static_cast<std::ptrdiff_t>(i));
      join_facts();
      if (!fits(box)) facts_.insert(facts_.begin() + static_cast<std::ptrdiff_t>(i), limit);
    }
    join_facts();
  }

  void widen_limits(ClassBox& box) {
    for (ClassBox::Limit& limit : box.limits) {
      ClassIndex count = axes_.axes()[limit.axis].class_count;
      std::vector<bool> in;
      for (const DiagramRun& run : limit.runs) in.resize(run.end, run.target == kYes);
      std::size_t tried = 0;
      for (ClassIndex c = 0; c < count && tried < options_.classes_tried_max; ++c) {
        if (in[c]) continue;
        ++tried;
        std::vector<DiagramRun> before = limit.runs;
        in[c] = true;
        limit.runs = runs_of(in);
        if (fits(box)) continue;
        in[c] = false;
        limit.runs = std::move(before);
      }
    }
  }

  static std::vector<DiagramRun> runs_of(const std::vector<bool>& in) {
    std::vector<DiagramRun> runs;
    for (std::size_t c = 0; c < in.size(); ++c) {
      DiagramRun run{static_cast<ClassIndex>(c + 1), in[c] ? kYes : kNo};
      if (!runs.empty() && runs.back().target == run.target) runs.pop_back();
      runs.push_back(run);
    }
    return runs;
  }

  const AxisPlan& axes_;
  const RuleTable& table_;
  DiagramStore& store_;
  SituationSearch& search_;
  const CoverOptions& options_;
  ProofBudget& budget_;
  DiagramRef outside_ = kNo;
  std::vector<FactLimit> facts_;  // of the box under way,
  DiagramRef by_facts_ = kYes;    // ... and where they are so
};

}  // namespace

DiagramRef ClassBox::diagram(DiagramStore& store) const {
  DiagramRef below = kYes;
  for (auto limit = limits.rbegin(); limit != limits.rend(); ++limit) {
    std::vector<DiagramRun> runs = limit->runs;
    for (DiagramRun& run : runs) run.target = run.target == kYes ? below : kNo;
    below = store.node(limit->axis, runs);
  }
  return below;
}

Cover cover_region(const AxisPlan& axes, const RuleTable& table, DiagramStore& store,
                   SituationSearch& search, DiagramRef region, const CoverOptions& options,
                   ProofBudget& budget) {
  Coverer coverer(axes, table, store, search, options, budget);
  Cover plain = coverer.run(region, false);
  if (options.facts.empty() || plain.items.size() <= kPlainMax) return plain;
  Cover named = coverer.run(region, true);
  bool better = named.decided >= plain.decided && named.complete >= plain.complete &&
                named.items.size() < plain.items.size();
  return better ? named : plain;
}

}  // namespace sojourn
