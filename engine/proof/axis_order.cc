#include "engine/proof/axis_order.h"

#include <algorithm>
#include <map>
#include <optional>

#include "engine/proof/product.h"

namespace sojourn {
namespace {

// What a trial costs beside the rows that its product looks at.
constexpr std::size_t kTrialWork = 2'000;

class Sifter {
 public:
  Sifter(const RuleTable& table, const ChoiceConditions& choice,
         const std::vector<CountryClaim>& claims, std::size_t work_max)
      : table_(table),
        choice_(choice),
        claims_(claims),
        uses_(count_test_uses(table, choice)),
        left_(work_max) {}

  SiftedOrder run() {
    // A first try that takes more than its share is not repeated a hundred times.
    std::optional<Trial> first = build({}, left_ / 8);
    if (!first) return {};
    SiftedOrder best;
    best.order = first->order;
    best.nodes_before = best.nodes_after = first->nodes;
    std::vector<FeatureIndex> features = first->order;
    std::stable_sort(features.begin(), features.end(), [&](FeatureIndex a, FeatureIndex b) {
      return first->nodes_of[a] > first->nodes_of[b];
    });
    for (FeatureIndex feature : features) {
      if (!move(feature, best)) break;
    }
    best.tried_count = tried_;
    return best;
  }

 private:
  struct Trial {
    std::vector<FeatureIndex> order;
    std::size_t nodes = 0;
    std::map<FeatureIndex, std::size_t> nodes_of;
  };

  // Tries the feature at every place; false when the budget is spent.
  bool move(FeatureIndex feature, SiftedOrder& best) {
    std::vector<FeatureIndex> others = best.order;
    std::erase(others, feature);
    for (std::size_t place = 0; place <= others.size(); ++place) {
      std::vector<FeatureIndex> order = others;
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(place), feature);
      if (order == best.order) continue;
      if (left_ <= kTrialWork) return false;
      std::optional<Trial> trial = build(order, left_);
      if (!trial || trial->nodes >= best.nodes_after) continue;
      best.nodes_after = trial->nodes;
      best.order = order;
    }
    return true;
  }

  std::optional<Trial> build(const std::vector<FeatureIndex>& order, std::size_t work_max) {
    ++tried_;
    AxisPlan plan(table_, uses_, {claims_, {.asked = order}});
    DiagramStore store(plan.class_counts());
    ConditionDiagrams diagrams(table_.conditions, plan, store);
    RuleDiagrams rules(table_, choice_, diagrams, store);
    std::vector<ProductRow> rows;
    for (const OutcomeRow& row : outcome_rows(rules, kYes, Silencing::as_rows)) {
      auto value = static_cast<std::uint32_t>(rows.size());
      rows.push_back({row.where, value, !row.silences, group_of(row), row.silences});
    }
    rows.push_back({kYes, static_cast<std::uint32_t>(rows.size()), true});
    ProductLimits limits;
    limits.work_max = limits.nodes_max = work_max;
    auto first = [](const std::vector<std::uint32_t>& held) { return held.front(); };
    std::optional<ProductResult> result = product(store, rows, first, limits);
    std::size_t cost = kTrialWork + store.node_count() + (result ? result->work : work_max);
    left_ -= std::min(left_, cost);
    if (!result) return std::nullopt;
    return count_nodes(plan, store, result->root);
  }

  static Trial count_nodes(const AxisPlan& plan, const DiagramStore& store, DiagramRef root) {
    Trial trial;
    for (const Axis& axis : plan.axes()) {
      bool again = !trial.order.empty() && trial.order.back() == axis.feature;
      if (!again) trial.order.push_back(axis.feature);
    }
    std::vector<bool> seen(store.node_count(), false);
    std::vector<DiagramRef> open = {root};
    while (!open.empty()) {
      DiagramRef at = open.back();
      open.pop_back();
      if (is_terminal(at) || seen[at]) continue;
      seen[at] = true;
      ++trial.nodes;
      ++trial.nodes_of[plan.axes()[store.axis(at)].feature];
      for (const DiagramRun& run : store.runs(at)) open.push_back(run.target);
    }
    return trial;
  }

  const RuleTable& table_;
  const ChoiceConditions& choice_;
  const std::vector<CountryClaim>& claims_;
  std::vector<std::uint32_t> uses_;
  std::size_t left_;
  std::size_t tried_ = 0;
};

}  // namespace

SiftedOrder sift_order(const RuleTable& table, const ChoiceConditions& choice,
                       const std::vector<CountryClaim>& claims, std::size_t work_max) {
  return Sifter(table, choice, claims, work_max).run();
}

}  // namespace sojourn
