// The counts of a World: what they imply about what they count, and values that agree.
#include <algorithm>
#include <limits>
#include <set>

#include "engine/proof/day_length.h"
#include "engine/proof/world.h"

namespace sojourn {
namespace {

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

struct Interval {
  std::int64_t low = kLowest;
  std::int64_t high = kHighest;
  bool empty() const { return low > high; }
};

// The values of classes begin to end - 1.
Interval values_of(const Axis& axis, const ClassRange& range) {
  Interval values;
  if (range.begin > 0) values.low = axis.cuts[range.begin - 1];
  if (range.end <= axis.cuts.size()) values.high = axis.cuts[range.end - 1] - 1;
  return values;
}

// The least and the greatest that a count can be.
Interval limits_of(const Feature& feature) {
  std::int64_t most = kHighest;
  bool days_in_days = feature.window.unit == TimeUnit::day && feature.bucket == TimeUnit::day;
  switch (feature.kind) {
    case FeatureKind::held:
      return {-1, kHighest};
    case FeatureKind::on_a_network:
      return {0, 1};
    case FeatureKind::data_balance:
      return {kLowest, kHighest};
    case FeatureKind::window_count:
    case FeatureKind::day_share:
      if (days_in_days || feature.bucket == feature.window.unit) most = feature.window.count;
      return {0, most};
    case FeatureKind::calendar_count:
      return {0, feature.window.unit == TimeUnit::month ? 31 : 366};
    case FeatureKind::held_share:
      if (feature.window.unit == TimeUnit::millisecond) most = feature.window.count;
      if (feature.window.unit == TimeUnit::day) most = feature.window.count * kDayMs;
      return {0, most};
    default:
      return {0, kHighest};
  }
}

// Does the count say by itself whether `inner` holds now?
struct Implied {
  std::int64_t holds_from = kHighest;  // at or above: it certainly holds now
  std::int64_t fails_below = kLowest;  // below: it does not certainly hold now
  bool inverse = false;                // recency: the other way round
};

Implied implied_by(const Feature& feature) {
  switch (feature.kind) {
    case FeatureKind::held:
      if (feature.ahead_days != 0) return {};  // it may not have begun
      return {0, 0, false};
    case FeatureKind::consecutive_days:
      if (feature.ahead_days != 0) return {};  // as above
      return {feature.gap_days == 0 ? 1 : kHighest, 1, false};
    case FeatureKind::window_count:
    case FeatureKind::calendar_count:
      return {kHighest, feature.scope.any() ? kLowest : 1, false};
    case FeatureKind::recency:
      return {kHighest, 1, true};
    case FeatureKind::on_a_network:
      return {1, 1, false};
    default:
      return {};
  }
}

}  // namespace

DiagramRef World::link_of(FeatureIndex f) {
  const Feature& feature = table_.features[f];
  Implied implied = implied_by(feature);
  AxisIndex lower = *axes_.axis_of(f);
  AxisIndex upper = lower + 1;
  DiagramRef certain = conditions_.certain(feature.inner);
  std::vector<DiagramRef> all;
  // Per class: `wanted` where the class lies wholly at or above (below) the value, else free.
  auto where = [&](AxisIndex axis, auto&& applies, DiagramRef wanted) {
    std::vector<DiagramRun> runs;
    for (ClassIndex c = 0; c < axes_.axes()[axis].class_count; ++c) {
      runs.push_back({c + 1, applies(values_of(axes_.axes()[axis], {c, c + 1})) ? kYes : kNo});
    }
    DiagramRef inside = store_.node(axis, runs);
    all.push_back(store_.either(store_.opposite(inside), wanted));
  };
  DiagramRef not_certain = store_.opposite(certain);
  if (implied.inverse) {
    // `inner` held last some time ago: it does not hold now.
    where(
        lower, [](const Interval& v) { return v.low >= 1; }, not_certain);
    return store_.all_of(std::move(all));
  }
  if (feature.kind == FeatureKind::on_a_network) {
    // It is `inner` as it stands: unknown where that is.
    where(
        upper, [](const Interval& v) { return v.low >= 1; },
        store_.opposite(conditions_.refuted(feature.inner)));
    where(
        lower, [](const Interval& v) { return v.high < 1; }, not_certain);
  }
  if (implied.holds_from != kHighest) {
    std::int64_t from = implied.holds_from;
    where(
        lower, [from](const Interval& v) { return v.low >= from; }, certain);
  }
  if (implied.fails_below != kLowest) {
    std::int64_t below = implied.fails_below;
    where(
        upper, [below](const Interval& v) { return v.high < below; }, not_certain);
  }
  return store_.all_of(std::move(all));
}

// Where the profile is enabled; everywhere when no axis tells.
DiagramRef World::enabled_is(ProfileIndex profile) {
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    const Feature& feature = table_.features[axes_.axes()[axis].feature];
    if (feature.kind != FeatureKind::profile || feature.candidate) continue;
    ClassIndex value = class_at(axis, Reading::exactly(std::int64_t{profile}));
    return store_.node(axis,
                       std::vector<DiagramRun>{
                           {value, kNo}, {value + 1, kYes}, {axes_.axes()[axis].class_count, kNo}});
  }
  return kYes;
}

// Where a network serves that is known; nowhere when no axis tells.
DiagramRef World::served() {
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    const Axis& of = axes_.axes()[axis];
    if (table_.features[of.feature].kind != FeatureKind::network) continue;
    std::vector<DiagramRun> runs;
    ClassIndex none = class_at(axis, Reading::exactly(kNoSymbol));
    for (ClassIndex c = 0; c < of.class_count; ++c) {
      runs.push_back({c + 1, c == none || c == of.unknown_class ? kNo : kYes});
    }
    return store_.node(axis, runs);
  }
  return kNo;
}

DiagramRef World::links(DiagramRef question) {
  if (!any_counts_ || is_terminal(question)) return kYes;
  auto kept = links_.find(question);
  if (kept == links_.end()) kept = links_.emplace(question, find_links(question)).first;
  return kept->second;
}

DiagramRef World::find_links(DiagramRef question) {
  std::set<FeatureIndex> linked;
  DiagramRef all = kYes;
  // What a link tests may count again.
  std::vector<DiagramRef> open = {question};
  std::set<DiagramRef> seen;
  while (!open.empty()) {
    DiagramRef at = open.back();
    open.pop_back();
    if (is_terminal(at) || !seen.insert(at).second) continue;
    FeatureIndex f = axes_.axes()[store_.axis(at)].feature;
    for (const DiagramRun& run : store_.runs(at)) open.push_back(run.target);
    if (!is_temporal(table_.features[f].kind) || !linked.insert(f).second) continue;
    DiagramRef link = link_of(f);
    // With a candidate the count is of `inner` as it would be; only for the enabled one is it as
    // it is.
    const std::optional<ProfileIndex>& candidate = table_.features[f].candidate;
    if (candidate) {
      DiagramRef as_it_is = enabled_is(*candidate);
      if (stands_in_.contains(f)) as_it_is = store_.both(as_it_is, served());
      link = store_.either(store_.opposite(as_it_is), link);
    }
    open.push_back(link);
    all = store_.both(all, link);
  }
  return all;
}

// Each count gets bounds inside its classes, the least that all orders between counts allow; exact
// where both bounds may be one value.
bool World::read_counts(const Box& box, Witness& witness) const {
  std::vector<FeatureIndex> counts;
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    if (domain_of(table_.features[f].kind) == ValueDomain::count) counts.push_back(f);
  }
  std::vector<Interval> lower(table_.features.size()), upper(table_.features.size());
  bool counted = false;  // the counts have values
  bool served = witness.network.known && witness.network.lower >= 0;
  auto bound = [&](FeatureIndex f, bool exactly) {
    const Feature& feature = table_.features[f];
    Interval possible = limits_of(feature);
    lower[f] = upper[f] = possible;
    std::optional<AxisIndex> axis = axes_.axis_of(f);
    if (!served && knows_identities() && stands_in_.contains(f)) {  // was read with the place
      const Reading& stand = witness.readings[f];
      lower[f] = {stand.lower, stand.lower};
      upper[f] = {stand.upper, stand.upper};
      return;
    }
    if (axis) {
      Interval low = values_of(axes_.axes()[*axis], box[*axis]);
      Interval high = values_of(axes_.axes()[*axis + 1], box[*axis + 1]);
      lower[f] = {std::max(possible.low, low.low), std::min(possible.high, low.high)};
      upper[f] = {std::max(possible.low, high.low), std::min(possible.high, high.high)};
    }
    // What holds with another candidate does not say how it stands; nor do counts without a value.
    bool another = !witness.profile.known || feature.candidate != witness.profile.lower;
    bool declared = feature.candidate && is_declared(*feature.candidate);
    bool open = (feature.kind == FeatureKind::on_a_network && (!counted || another)) ||
                (declared && another);
    bool unbroken =
        feature.kind == FeatureKind::held || feature.kind == FeatureKind::consecutive_days;
    open = open || (unbroken && feature.ahead_days != 0);
    // As far as what it counts is decided now, so is the count.
    if (is_temporal(feature.kind) && !open) {
      Truth now = table_.conditions.judge(feature.inner, [&](const Test& test) {
        return judge(test, table_.features[test.feature], witness.readings[test.feature]);
      });
      if (now == Truth::yes && feature.kind == FeatureKind::recency) {
        lower[f].high = upper[f].high = 0;
      } else if (now == Truth::yes) {
        std::int64_t least = feature.kind == FeatureKind::held ? 0 : 1;
        bool counts_now = feature.kind == FeatureKind::held ||
                          feature.kind == FeatureKind::consecutive_days ||
                          feature.kind == FeatureKind::on_a_network ||
                          feature.kind == FeatureKind::window_count ||
                          feature.kind == FeatureKind::calendar_count;
        if (counts_now && !feature.scope.any()) lower[f].low = std::max(lower[f].low, least);
      } else if (feature.kind == FeatureKind::recency) {
        if (upper[f].high == kHighest && lower[f].high == kHighest) lower[f].low = kNotYet;
        if (now == Truth::no) lower[f].low = std::max<std::int64_t>(lower[f].low, 1);
      } else if (now == Truth::no && feature.kind == FeatureKind::on_a_network) {
        lower[f].high = upper[f].high = 0;
      } else if (now == Truth::no && feature.kind == FeatureKind::held) {
        lower[f].high = upper[f].high = -1;
      } else if (now == Truth::no && feature.kind == FeatureKind::consecutive_days &&
                 feature.gap_days == 0) {
        lower[f].high = upper[f].high = std::min<std::int64_t>(upper[f].high, 0);
      }
    }
    if (exactly) {
      Interval shared = {std::max(lower[f].low, upper[f].low),
                         std::min(lower[f].high, upper[f].high)};
      if (!shared.empty()) lower[f] = upper[f] = shared;
    }
  };
  auto settle = [&](bool exactly) {
    for (FeatureIndex f : counts) {
      bound(f, exactly);
      upper[f].low = std::max(upper[f].low, lower[f].low);
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (const Order& order : orders_) {
        for (std::vector<Interval>* side : {&lower, &upper}) {
          Interval &below = (*side)[order.below], &above = (*side)[order.above];
          if (above.low < below.low) above.low = below.low, changed = true;
        }
        Interval& above = upper[order.above];
        if (above.low < lower[order.above].low) above.low = lower[order.above].low, changed = true;
      }
    }
    return std::none_of(counts.begin(), counts.end(),
                        [&](FeatureIndex f) { return lower[f].empty() || upper[f].empty(); });
  };
  // Inner conditions may read counts (`for` inside `within`): twice settles them.
  for (int round = 0; round < 2; ++round) {
    if (!settle(true) && !settle(false)) return false;
    for (FeatureIndex f : counts) {
      std::int64_t low =
          lower[f].low == kLowest ? std::min<std::int64_t>(0, lower[f].high) : lower[f].low;
      std::int64_t high = std::max(upper[f].low == kLowest ? low : upper[f].low, low);
      witness.readings[f] = Reading::between(low, high);
    }
    counted = true;
  }
  return true;
}

}  // namespace sojourn
