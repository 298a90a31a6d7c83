// What it depends on that the world does not allow a situation: with the same ranges of these axes
// it does not allow one, whatever the box is on the others.
#include <algorithm>
#include <numeric>

#include "engine/proof/world.h"

namespace sojourn {
namespace {

bool is_count(const Feature& feature) { return domain_of(feature.kind) == ValueDomain::count; }

// Sets of counts, joined two by two.
class CountSets {
 public:
  explicit CountSets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), FeatureIndex{0});
  }
  FeatureIndex of(FeatureIndex f) {
    while (parent_[f] != f) f = parent_[f] = parent_[parent_[f]];
    return f;
  }
  void join(FeatureIndex a, FeatureIndex b) { parent_[of(a)] = of(b); }

 private:
  std::vector<FeatureIndex> parent_;
};

}  // namespace

// Counts between which there is an order, and what they count.
void World::make_behind_counts() {
  CountSets sets(table_.features.size());
  for (const auto& [enabled, orders] : orders_) {
    for (const CountOrder& order : orders) sets.join(order.below, order.above);
  }
  for (const CountBar& bar : bars_) sets.join(bar.count, bar.since);
  auto counted_by = [&](FeatureIndex f) -> std::vector<FeatureIndex> {
    const Feature& feature = table_.features[f];
    if (!is_temporal(feature.kind)) return {};
    return table_.conditions.features_of(feature.inner);
  };
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    if (!is_count(table_.features[f])) continue;
    for (FeatureIndex counted : counted_by(f)) {
      if (is_count(table_.features[counted])) sets.join(f, counted);
    }
  }
  std::map<FeatureIndex, std::vector<AxisIndex>> axes_of_set;
  auto add = [&](std::vector<AxisIndex>& axes, FeatureIndex f) {
    std::optional<AxisIndex> axis = axes_.axis_of(f);
    if (!axis) return;
    axes.push_back(*axis);
    if (is_count(table_.features[f])) axes.push_back(*axis + 1);
  };
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    if (!is_count(table_.features[f])) continue;
    std::vector<AxisIndex>& axes = axes_of_set[sets.of(f)];
    add(axes, f);
    for (FeatureIndex counted : counted_by(f)) add(axes, counted);
  }
  for (auto& [set, axes] : axes_of_set) {
    std::sort(axes.begin(), axes.end());
    axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  }
  behind_counts_.resize(table_.features.size());
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    if (is_count(table_.features[f])) behind_counts_[f] = axes_of_set[sets.of(f)];
  }
}

void World::name_reasons(FeatureIndex f, AxisSet& reasons) const {
  for (AxisIndex axis : behind_counts_[f]) reasons[axis] = true;
  if (std::optional<AxisIndex> axis = axes_.axis_of(f)) reasons[*axis] = true;
}

std::vector<AxisIndex> World::refused_by(const Box& box, AxisIndex axis) const {
  const Axis& at = axes_.axes()[axis];
  if (is_count(table_.features[at.feature])) {
    AxisIndex lower = at.side == AxisSide::lower ? axis : axis - 1;
    return {lower, lower + 1};
  }
  std::vector<AxisIndex> axes = {axis};
  if (const Group* group = group_of_axis_[axis]) {
    for (AxisIndex of_group : group->table.axes()) {
      if (of_group != axis && is_limited(box, of_group)) axes.push_back(of_group);
    }
  }
  std::sort(axes.begin(), axes.end());
  return axes;
}

// Who and where was tried is what the box allows of them.
std::vector<AxisIndex> World::refused_by(const Box& box, const Identity* of,
                                         AxisSet reasons) const {
  auto add_limited = [&](AxisIndex axis) {
    if (is_limited(box, axis)) reasons[axis] = true;
  };
  for (AxisIndex axis : place_.table.axes()) add_limited(axis);
  for (AxisIndex axis : clock_.table.axes()) add_limited(axis);
  for (AxisIndex axis : identity_.table.axes()) {
    auto given = of ? choice_of(*of, axis) : std::nullopt;
    // Of who and where is given, only what has two answers is still to be chosen.
    if (!given || (!given->any && given->usual != given->other)) add_limited(axis);
  }
  std::vector<AxisIndex> axes;
  for (AxisIndex axis = 0; axis < box.size(); ++axis) {
    if (reasons[axis]) axes.push_back(axis);
  }
  return axes;
}

bool World::is_limited(const Box& box, AxisIndex axis) const {
  return box[axis].begin != 0 || box[axis].end != axes_.axes()[axis].class_count;
}

}  // namespace sojourn
