// The counts of a World: what they imply about what they count, and values that agree.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <set>

#include "engine/proof/day_length.h"
#include "engine/proof/together.h"
#include "engine/proof/world.h"

namespace sojourn {

namespace {

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int32_t kLastDay = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
// What counts imply is joined up to so many nodes: of many bans it is every combination of theirs.
constexpr std::size_t kLinkNodesMax = 1'000;

// The values of classes begin to end - 1.
CountRange values_of(const Axis& axis, const ClassRange& range) {
  CountRange values;
  if (range.begin > 0) values.low = axis.cuts[range.begin - 1];
  if (range.end <= axis.cuts.size()) values.high = axis.cuts[range.end - 1] - 1;
  return values;
}

// The least and the greatest that a count can be.
CountRange limits_of(const Feature& feature) {
  std::int64_t most = kHighest;
  switch (feature.kind) {
    case FeatureKind::held:
      return {-1, kHighest};
    case FeatureKind::on_a_network:
      return {0, 1};
    case FeatureKind::data_balance:
      return {kLowest, kHighest};
    case FeatureKind::window_count:
    case FeatureKind::day_share:
      most = feature.bucket == TimeUnit::day ? length_in_days(feature).most : feature.window.count;
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

// The dates from which on alone something is counted (`counting from`), where they stand beside
// what is.
std::vector<ConditionIndex> dates_counted_from(const RuleTable& table, const Feature& feature) {
  std::vector<ConditionIndex> dates;
  if (!is_temporal(feature.kind)) return dates;
  const ConditionTable& conditions = table.conditions;
  auto look = [&](ConditionIndex part) {
    if (conditions.node(part).op != ConditionOp::test) return;
    const Test& test = conditions.test_of(conditions.node(part));
    if (table.features[test.feature].kind == FeatureKind::date) dates.push_back(part);
  };
  const ConditionNode& node = conditions.node(feature.inner);
  look(feature.inner);
  bool all = node.op == ConditionOp::conjunction;
  for (std::uint32_t i = 0; all && i < node.count; ++i) look(conditions.child(node, i));
  return dates;
}

// On which day so much can have been counted at the earliest.
std::int32_t day_counted(const Feature& feature, std::int64_t from_day, std::int64_t count) {
  bool elapsed = feature.kind == FeatureKind::held || feature.kind == FeatureKind::held_share;
  std::int64_t days = elapsed                             ? (count + kDayMs - 1) / kDayMs
                      : feature.bucket == TimeUnit::month ? 31 * (count - 1)
                      : feature.bucket == TimeUnit::week  ? 7 * (count - 1)
                                                          : count - 1;
  return static_cast<std::int32_t>(std::min<std::int64_t>(from_day + days, kLastDay));
}

// Of more features about events nothing is said.
constexpr std::size_t kSincesMax = 64;

bool is_about_same_event(const Feature& a, const Feature& b) {
  return a.event == b.event && a.scope == b.scope && a.candidate == b.candidate;
}

// What `D since E` implies: a shorter time has gone by as well, and within it E did not happen.
class SinceLinks {
 public:
  SinceLinks(const RuleTable& table, const AxisPlan& axes, DiagramStore& store)
      : table_(table), axes_(axes), store_(store) {
    for (FeatureIndex f = 0; f < table.features.size(); ++f) {
      FeatureKind kind = table.features[f].kind;
      bool asked = kind == FeatureKind::since || kind == FeatureKind::event_count;
      if (asked && axes.axis_of(f)) events_.push_back(f);
    }
  }

  DiagramRef of(FeatureIndex since) {
    std::vector<DiagramRef> all;
    if (events_.size() > kSincesMax) return kYes;
    for (FeatureIndex other : events_) {
      const Feature &one = table_.features[since], &another = table_.features[other];
      if (other == since || !is_about_same_event(one, another)) continue;
      if (another.kind == FeatureKind::event_count) {
        if (is_over_before(table_, another, one)) all.push_back(not_both(since, happened(other)));
        if (one.window.count == 0) all.push_back(store_.either(not_counted(other), due(since)));
        continue;
      }
      if (is_due_first(table_, another, one)) all.push_back(not_both(since, not_due(other)));
      if (is_due_first(table_, one, another)) all.push_back(not_both(other, not_due(since)));
    }
    return store_.all_of(std::move(all));
  }

 private:
  DiagramRef not_both(FeatureIndex since, DiagramRef other) {
    return store_.either(not_due(since), store_.opposite(other));
  }
  DiagramRef not_due(FeatureIndex since) {
    AxisIndex axis = *axes_.axis_of(since);
    const Axis& of = axes_.axes()[axis];
    ClassIndex due = class_of(of, table_.features[since], Reading::exactly(1));
    return where(axis, [&](ClassIndex c) { return c != due; });
  }
  DiagramRef due(FeatureIndex since) { return store_.opposite(not_due(since)); }
  DiagramRef not_counted(FeatureIndex count) {
    AxisIndex axis = *axes_.axis_of(count);
    return where(axis, [&](ClassIndex c) {
      return values_of(axes_.axes()[axis], {c, c + 1}).low < 1;
    });
  }
  // Without a scope it is known whether it did.
  DiagramRef happened(FeatureIndex count) {
    AxisIndex axis = *axes_.axis_of(count) + (table_.features[count].scope.any() ? 0 : 1);
    return where(axis, [&](ClassIndex c) {
      return values_of(axes_.axes()[axis], {c, c + 1}).low >= 1;
    });
  }
  template <class Holds>  // bool(ClassIndex)
  DiagramRef where(AxisIndex axis, const Holds& holds) {
    std::vector<DiagramRun> runs;
    for (ClassIndex c = 0; c < axes_.axes()[axis].class_count; ++c) {
      runs.push_back({c + 1, holds(c) ? kYes : kNo});
    }
    return store_.node(axis, runs);
  }

  const RuleTable& table_;
  const AxisPlan& axes_;
  DiagramStore& store_;
  std::vector<FeatureIndex> events_;
};

}  // namespace

DiagramRef World::link_of(FeatureIndex f) {
  const Feature& feature = table_.features[f];
  if (feature.kind == FeatureKind::since) return SinceLinks(table_, axes_, store_).of(f);
  if (!feature.candidate) return link_as_it_is(f, {});
  // With a candidate the count is of `inner` as it would be; only for the enabled one is it as it
  // is, and while no network serves, as it would be on those of the country that stands.
  DiagramRef link = link_as_it_is(f, {});
  if (asks_network(table_, feature)) {
    if (axes_of_networks_.empty()) axes_of_networks_ = axes_of_networks();
    DiagramRef on_any = link_as_it_is(f, axes_of_networks_);
    link = store_.both(store_.either(store_.opposite(served()), link), on_any);
  }
  return store_.either(store_.opposite(enabled_is(*feature.candidate)), link);
}

// By axis: does what it is about depend on the network?
std::vector<bool> World::axes_of_networks() const {
  std::vector<bool> of_networks;
  for (const Axis& axis : axes_.axes()) {
    of_networks.push_back(asks_network(table_, table_.features[axis.feature]));
  }
  return of_networks;
}

// Where it holds for some classes of the axes.
DiagramRef World::whatever(DiagramRef at, const std::vector<bool>& axes,
                           std::map<DiagramRef, DiagramRef>& known) {
  if (is_terminal(at) || axes.empty()) return at;
  auto found = known.find(at);
  if (found != known.end()) return found->second;
  std::vector<DiagramRun> runs(store_.runs(at).begin(), store_.runs(at).end());
  std::vector<DiagramRef> cases;
  for (DiagramRun& run : runs) {
    run.target = whatever(run.target, axes, known);
    cases.push_back(run.target);
  }
  AxisIndex axis = store_.axis(at);
  DiagramRef result = axes[axis] ? store_.any_of(std::move(cases)) : store_.node(axis, runs);
  known.emplace(at, result);
  return result;
}

DiagramRef World::link_as_it_is(FeatureIndex f, const std::vector<bool>& whatever_on) {
  const Feature& feature = table_.features[f];
  Implied implied = implied_by(feature);
  AxisIndex lower = *axes_.axis_of(f);
  AxisIndex upper = lower + 1;
  std::map<DiagramRef, DiagramRef> known;
  auto free = [&](DiagramRef where) { return whatever(where, whatever_on, known); };
  DiagramRef certain = free(conditions_.certain(feature.inner));
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
  DiagramRef not_certain = free(store_.opposite(conditions_.certain(feature.inner)));
  DiagramRef not_refuted = free(store_.opposite(conditions_.refuted(feature.inner)));
  // Before the date from which it counts nothing was counted, and none of it is in doubt.
  for (ConditionIndex date : dates_counted_from(table_, feature)) {
    if (feature.ahead_days != 0) break;
    DiagramRef begun = conditions_.certain(date);
    std::int64_t least = feature.kind == FeatureKind::held ? 0 : 1;
    bool how_long_ago = feature.kind == FeatureKind::recency;
    where(
        how_long_ago ? lower : upper,
        [&](const CountRange& v) { return how_long_ago ? v.high != kHighest : v.low >= least; },
        begun);
  }
  if (implied.inverse) {
    // `inner` held last some time ago: it does not hold now. It holds now: not some time ago.
    where(
        upper, [](const CountRange& v) { return v.low >= 1; }, not_certain);
    where(
        lower, [](const CountRange& v) { return v.high < 1; }, not_refuted);
    return store_.all_of(std::move(all));
  }
  if (feature.kind == FeatureKind::on_a_network) {
    // It is `inner` as it stands: unknown where that is.
    where(
        lower, [](const CountRange& v) { return v.high < 1; }, not_certain);
  }
  if (implied.holds_from != kHighest) {
    std::int64_t from = implied.holds_from;
    where(
        lower, [from](const CountRange& v) { return v.low >= from; }, certain);
    // What does not hold has not for so long, whatever nobody knows of the time before.
    where(
        upper, [from](const CountRange& v) { return v.low >= from; }, not_refuted);
  }
  if (implied.fails_below != kLowest) {
    std::int64_t below = implied.fails_below;
    where(
        upper, [below](const CountRange& v) { return v.high < below; }, not_certain);
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

DiagramRef World::not_without_service() {
  DiagramRef result = kYes;
  for (AxisIndex axis = 0; axis < axes_.axes().size(); ++axis) {
    const Axis& of = axes_.axes()[axis];
    FeatureKind kind = table_.features[of.feature].kind;
    if (kind != FeatureKind::network && kind != FeatureKind::no_service) continue;
    ClassIndex none =
        class_at(axis, Reading::exactly(kind == FeatureKind::network ? kNoSymbol : 1));
    std::vector<DiagramRun> runs;
    for (ClassIndex c = 0; c < of.class_count; ++c) runs.push_back({c + 1, c == none ? kNo : kYes});
    result = store_.both(result, store_.node(axis, runs));
  }
  return result;
}

const std::vector<DiagramRef>& World::links(DiagramRef question) {
  static const std::vector<DiagramRef> none;
  if (!any_counts_ || is_terminal(question)) return none;
  auto kept = links_.find(question);
  if (kept == links_.end()) kept = links_.emplace(question, find_links(question)).first;
  return kept->second;
}

std::vector<DiagramRef> World::find_links(DiagramRef question) {
  std::set<FeatureIndex> linked;
  std::vector<DiagramRef> links;
  // What a link tests may count again.
  std::vector<DiagramRef> open = {question};
  std::set<DiagramRef> seen;
  while (!open.empty()) {
    DiagramRef at = open.back();
    open.pop_back();
    if (is_terminal(at) || !seen.insert(at).second) continue;
    FeatureIndex f = axes_.axes()[store_.axis(at)].feature;
    for (const DiagramRun& run : store_.runs(at)) open.push_back(run.target);
    FeatureKind kind = table_.features[f].kind;
    bool implies = is_temporal(kind) || kind == FeatureKind::since;
    if (!implies || !linked.insert(f).second) continue;
    DiagramRef link = link_of(f);
    open.push_back(link);
    DiagramRef joined = links.empty() ? link : store_.both(links.back(), link);
    if (!links.empty() && is_small(store_, joined, kLinkNodesMax)) {
      links.back() = joined;
    } else {
      links.push_back(link);
    }
  }
  std::erase(links, kYes);
  return links;
}

// Each count gets bounds inside its classes, the least that all orders between counts allow; exact
// where both bounds may be one value.
class World::CountReader {
 public:
  CountReader(const World& world, const Box& box, Witness& witness)
      : world_(world),
        table_(world.table_),
        box_(box),
        witness_(witness),
        served_(witness.network.known && witness.network.lower >= 0),
        lower_(table_.features.size()),
        upper_(table_.features.size()) {
    for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
      if (domain_of(table_.features[f].kind) == ValueDomain::count) counts_.push_back(f);
    }
    take_orders(std::nullopt);
    if (witness.profile.known) {
      bool declared = witness.profile.lower >= 0;
      take_orders(static_cast<ProfileIndex>(
          declared ? static_cast<std::size_t>(witness.profile.lower) : table_.profiles.size()));
    }
  }

  // False: no counts are as the box wants them.
  bool read(AxisSet& reasons) {
    // Inner conditions may read counts (`for` inside `within`): twice settles them.
    for (int round = 0; round < 2; ++round) {
      if (!settle_somehow()) {
        name_reason(reasons);
        return false;
      }
      for (FeatureIndex f : counts_) {
        std::int64_t low =
            lower_[f].low == kLowest ? std::min<std::int64_t>(0, lower_[f].high) : lower_[f].low;
        std::int64_t high = std::max(upper_[f].low == kLowest ? low : upper_[f].low, low);
        witness_.readings[f] = Reading::between(low, high);
      }
      counted_ = true;
    }
    choose_day();
    return true;
  }

 private:
  void take_orders(std::optional<ProfileIndex> enabled) {
    auto orders = world_.orders_.find(enabled);
    if (orders == world_.orders_.end()) return;
    for (const CountOrder& order : orders->second) {
      if (served_ || !order.served) orders_.push_back(&order);
    }
  }

  // What is preferred where the box leaves it open: both bounds of a count one value, and what may
  // never have held not to have.
  struct Plain {
    bool exactly = false;
    bool never = false;
  };
  bool settle_somehow() {
    return settle({true, true}) || settle({false, true}) || settle({true, false}) ||
           settle({false, false});
  }

  bool settle(const Plain& plain) {
    for (FeatureIndex f : counts_) {
      bound(f, plain);
      upper_[f].low = std::max(upper_[f].low, lower_[f].low);
      close_gap(f);
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (const CountOrder* order : orders_) changed = raise(*order) || changed;
    }
    barred_ = nullptr;
    if (std::any_of(counts_.begin(), counts_.end(),
                    [&](FeatureIndex f) { return has_no_value(f); })) {
      return false;
    }
    for (const CountBar& bar : world_.bars_) {
      bool of_enabled = !bar.enabled || is_enabled(*bar.enabled);
      if (!of_enabled || (bar.served && !served_)) continue;
      if (!bar.rules_out(lower_[bar.count].low, lower_[bar.since].low)) continue;
      barred_ = &bar;
      return false;
    }
    return true;
  }
  bool has_no_value(FeatureIndex f) const { return lower_[f].empty() || upper_[f].empty(); }

  // One that has no value is enough, unless it looked at others in how they were settled before.
  void name_reason(AxisSet& reasons) const {
    if (barred_ != nullptr) {
      world_.name_reasons(barred_->count, reasons);
      world_.name_reasons(barred_->since, reasons);
    }
    for (FeatureIndex f : counts_) {
      if (counted_ || has_no_value(f)) world_.name_reasons(f, reasons);
      if (!counted_ && has_no_value(f)) return;
    }
  }

  bool raise(const CountOrder& order) {
    const bool open_today = order.today && !holds_now(order.below);
    std::int64_t low = lower_[order.above].low, high = upper_[order.above].low;
    for (std::vector<CountRange>* side : {&lower_, &upper_}) {
      if (order.certain && side == &upper_) continue;
      CountRange& above = (*side)[order.above];
      above.low = std::max(above.low, order.least_above((*side)[order.below].low, open_today));
    }
    upper_[order.above].low = std::max(upper_[order.above].low, lower_[order.above].low);
    close_gap(order.above);
    return lower_[order.above].low != low || upper_[order.above].low != high;
  }

  // What held before its window begins is taken never to have.
  void close_gap(FeatureIndex f) {
    auto most = world_.reaches_back_.find(f);
    if (most == world_.reaches_back_.end()) return;
    for (std::vector<CountRange>* side : {&lower_, &upper_}) {
      CountRange& bound = (*side)[f];
      if (bound.low >= most->second) bound.low = kNotYet;
    }
  }

  bool is_enabled(ProfileIndex candidate) const {
    std::int64_t value = world_.is_declared(candidate) ? std::int64_t{candidate} : kOtherSymbol;
    return witness_.profile.known && witness_.profile.lower == value;
  }

  // Rather a day on which months and calendars are as long as the counts need.
  void choose_day() {
    std::vector<FeatureIndex> dated;
    for (FeatureIndex f : counts_) {
      const Feature& feature = table_.features[f];
      const Reading& count = witness_.readings[f];
      bool later = feature.ahead_days == 0 && count.upper > 0 &&
                   !dates_counted_from(table_, feature).empty();
      if (later || (counts_in_window(feature) && count.lower > 0)) dated.push_back(f);
    }
    if (dated.empty()) return;
    constexpr std::int32_t kDaysAhead = 4 * 366;
    for (std::int32_t day = witness_.day; day < witness_.day + kDaysAhead; ++day) {
      if (!asks_alike(day) || !suits(Day{day}, dated)) continue;
      move_to_day(table_, witness_, day);
      return;
    }
  }
  static bool counts_in_window(const Feature& feature) {
    return feature.ahead_days == 0 &&
           (feature.kind == FeatureKind::calendar_count ||
            (feature.kind == FeatureKind::window_count && feature.bucket == TimeUnit::day));
  }
  // Every test of a date answers on that day as on the witness's.
  bool asks_alike(std::int32_t day) const {
    const std::vector<Test>& tests = table_.conditions.tests();
    return std::all_of(tests.begin(), tests.end(), [&](const Test& test) {
      bool dated = table_.features[test.feature].kind == FeatureKind::date;
      return !dated || (day >= test.threshold) == (witness_.day >= test.threshold);
    });
  }
  bool suits(Day day, const std::vector<FeatureIndex>& dated) const {
    for (FeatureIndex f : dated) {
      const Feature& feature = table_.features[f];
      const Reading& count = witness_.readings[f];
      if (counts_in_window(feature) && count.lower > length_on(feature, day)) return false;
      if (feature.kind == FeatureKind::recency || count.upper == kNotYet) continue;
      for (ConditionIndex date : dates_counted_from(table_, feature)) {
        const Test& test = table_.conditions.test_of(table_.conditions.node(date));
        if (day.number < day_counted(feature, test.threshold, count.upper)) return false;
      }
    }
    return std::all_of(orders_.begin(), orders_.end(), [&](const CountOrder* order) {
      const Feature &below = table_.features[order->below], &above = table_.features[order->above];
      if (!counts_in_window(below) || !counts_in_window(above)) return true;
      std::int64_t longer = length_on(below, day) - length_on(above, day);
      return witness_.readings[order->above].lower >=
             witness_.readings[order->below].lower - std::max<std::int64_t>(longer, 0);
    });
  }

  // Does what it counts hold now, of a count that today's profile and network decide?
  bool holds_now(FeatureIndex f) const {
    const Feature& feature = table_.features[f];
    bool own = !feature.candidate || (served_ && is_enabled(*feature.candidate));
    return own && inner_now(feature) == Truth::yes;
  }
  Truth inner_now(const Feature& feature) const {
    return table_.conditions.judge(feature.inner, [&](const Test& test) {
      return judge(test, table_.features[test.feature], witness_.readings[test.feature]);
    });
  }

  void bound(FeatureIndex f, const Plain& plain) {
    const Feature& feature = table_.features[f];
    CountRange possible = world_.limits_[f];
    possible.high = std::min(possible.high, most_since_dates(f));
    CountRange &lower = lower_[f], &upper = upper_[f];
    lower = upper = possible;
    std::optional<AxisIndex> axis = world_.axes_.axis_of(f);
    if (!served_ && world_.knows_identities() && world_.stands_in_.contains(f)) {
      const Reading& stand = witness_.readings[f];  // was read with the place
      lower = {stand.lower, stand.lower};
      upper = {stand.upper, stand.upper};
      return;
    }
    if (axis) {
      const std::vector<Axis>& axes = world_.axes_.axes();
      CountRange low = values_of(axes[*axis], box_[*axis]);
      CountRange high = values_of(axes[*axis + 1], box_[*axis + 1]);
      lower = {std::max(possible.low, low.low), std::min(possible.high, low.high)};
      upper = {std::max(possible.low, high.low), std::min(possible.high, high.high)};
    }
    // As far as what it counts is decided now, so is the count.
    if (is_temporal(feature.kind) && !is_open(feature)) bound_by_now(f, plain);
    if (plain.exactly) {
      CountRange shared = {std::max(lower.low, upper.low), std::min(lower.high, upper.high)};
      if (!shared.empty()) lower = upper = shared;
    }
  }

  // What is counted from a date on comes to no more than there are days since, on the last day that
  // the situation leaves open.
  std::int64_t most_since_dates(FeatureIndex f) const {
    const Feature& feature = table_.features[f];
    auto dates = world_.counted_from_.find(f);
    std::int64_t most = kHighest;
    for (std::size_t i = 0; dates != world_.counted_from_.end() && i < dates->second.size(); ++i) {
      auto [axis, from_day] = dates->second[i];
      const std::vector<std::int64_t>& cuts = world_.axes_.axes()[axis].cuts;
      ClassIndex end = box_[axis].end;
      if (end > cuts.size()) continue;
      std::int64_t days = std::max<std::int64_t>(cuts[end - 1] - from_day, 0);
      days += std::abs(feature.ahead_days);
      constexpr std::int64_t kClockChangeMs = 3 * 3'600'000;
      bool elapsed = feature.kind == FeatureKind::held;
      most = std::min(most, elapsed ? days * kDayMs + kClockChangeMs : days);
    }
    return most;
  }

  // What holds with another candidate does not say how it stands; nor do counts without a value,
  // nor runs that are judged on networks that do not serve.
  bool is_open(const Feature& feature) const {
    bool another = !witness_.profile.known || feature.candidate != witness_.profile.lower;
    bool declared = feature.candidate && world_.is_declared(*feature.candidate);
    bool unbroken =
        feature.kind == FeatureKind::held || feature.kind == FeatureKind::consecutive_days;
    bool elsewhere = feature.kind == FeatureKind::consecutive_days && feature.candidate &&
                     !served_ && asks_network(table_, feature);
    return elsewhere || (feature.kind == FeatureKind::on_a_network && (!counted_ || another)) ||
           (declared && another) || (unbroken && feature.ahead_days != 0);
  }

  void bound_by_now(FeatureIndex f, const Plain& plain) {
    const Feature& feature = table_.features[f];
    CountRange &lower = lower_[f], &upper = upper_[f];
    Truth now = inner_now(feature);
    if (feature.kind == FeatureKind::recency) {
      if (now == Truth::yes) {
        lower.high = upper.high = 0;
        return;
      }
      bool may_never = upper.high == kHighest && lower.high == kHighest;
      if (may_never && plain.never) lower.low = kNotYet;
      if (now == Truth::no) lower.low = std::max<std::int64_t>(lower.low, 1);
    } else if (now == Truth::yes) {
      std::int64_t least = feature.kind == FeatureKind::held ? 0 : 1;
      bool counts_now =
          feature.kind == FeatureKind::held || feature.kind == FeatureKind::consecutive_days ||
          feature.kind == FeatureKind::on_a_network || feature.kind == FeatureKind::window_count ||
          feature.kind == FeatureKind::calendar_count;
      if (counts_now && !feature.scope.any()) lower.low = std::max(lower.low, least);
    } else if (now == Truth::no && feature.kind == FeatureKind::on_a_network) {
      lower.high = upper.high = 0;
    } else if (now == Truth::no && feature.kind == FeatureKind::held) {
      lower.high = upper.high = -1;
    } else if (now == Truth::no && feature.kind == FeatureKind::consecutive_days &&
               feature.gap_days == 0) {
      lower.high = upper.high = std::min<std::int64_t>(upper.high, 0);
    }
  }

  const World& world_;
  const RuleTable& table_;
  const Box& box_;
  Witness& witness_;
  bool served_;
  bool counted_ = false;  // the counts have values
  std::vector<FeatureIndex> counts_;
  std::vector<const CountOrder*> orders_;
  const CountBar* barred_ = nullptr;  // by which the counts had no values the last time
  std::vector<CountRange> lower_, upper_;
};

void World::make_limits() {
  for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
    const Feature& feature = table_.features[f];
    limits_.push_back(limits_of(feature));
    bool in_days = feature.kind == FeatureKind::window_count ||
                   feature.kind == FeatureKind::calendar_count ||
                   feature.kind == FeatureKind::consecutive_days;
    if (!in_days && feature.kind != FeatureKind::held) continue;
    for (ConditionIndex date : dates_counted_from(table_, feature)) {
      const Test& test = table_.conditions.test_of(table_.conditions.node(date));
      if (auto axis = axes_.axis_of(test.feature)) {
        counted_from_[f].push_back({*axis, test.threshold});
      }
    }
  }
}

bool World::read_counts(const Box& box, Witness& witness, AxisSet& reasons) const {
  return CountReader(*this, box, witness).read(reasons);
}

}  // namespace sojourn
