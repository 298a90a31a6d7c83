#include "engine/proof/count_orders.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "engine/proof/condition_order.h"
#include "engine/proof/day_length.h"

namespace sojourn {
namespace {

// Every key of `b` is one of `a`.
bool is_narrower(const Scope& a, const Scope& b) {
  return (a.same_network || !b.same_network) && (a.per_imei || !b.per_imei) &&
         (a.per_profile || !b.per_profile);
}

std::int32_t months_of(const Period& window) {
  return static_cast<std::int32_t>(window.count) * (window.unit == TimeUnit::year ? 12 : 1);
}

bool in_months(const Period& window) {
  return window.unit == TimeUnit::month || window.unit == TimeUnit::year;
}

// In days. Two days more and less allow for the years of 365 days that four years seldom lack.
WindowLength length_of_months(std::int32_t months) {
  WindowLength length{std::numeric_limits<std::int64_t>::max(), 0};
  Day first = from_civil({2024, 1, 1});
  for (std::int32_t d = 0; d < 4 * 366; ++d) {
    Day day = next(first, d);
    std::int64_t days = day.number - add_months(day, -months).number;
    length = {std::min(length.least, days), std::max(length.most, days)};
  }
  bool exact = months <= 12;
  return exact ? length : WindowLength{length.least - 2, length.most + 2};
}

// By how much the clocks of the zone are changed at most.
std::int64_t clock_changes(const std::string& zone_name) {
  Result<TimeZone> zone = TimeZone::find(zone_name);
  if (!zone) return kDayMs;
  std::int64_t least_ms = zone->offset_at(kBeginning).ms, most_ms = least_ms;
  for (Instant t = zone->next_transition(Instant{}); t != kNever; t = zone->next_transition(t)) {
    least_ms = std::min(least_ms, zone->offset_at(t).ms);
    most_ms = std::max(most_ms, zone->offset_at(t).ms);
  }
  return most_ms - least_ms;
}

// Among more counts of one thing only those are put in order of which one is never above the other.
constexpr std::size_t kAlikeMax = 64;
// Of more conditions only the counts of one and the same are put in order.
constexpr std::size_t kInnersMax = 256;

// How long after the event `since` becomes true, or how long an event stays in the window of a
// count of it, in milliseconds.
struct TimeAfter {
  std::int64_t least = 0;
  std::int64_t most = 0;
};
TimeAfter time_after(const RuleTable& table, const Feature& feature) {
  const Period& window = feature.window;
  std::int64_t ahead = std::int64_t{feature.ahead_days} * kDayMs;
  if (window.unit == TimeUnit::millisecond) return {window.count - ahead, window.count - ahead};
  WindowLength length = elapsed_length(table, feature);
  // From midnight, or to it; and of months before a day and after it the one may be longer.
  constexpr std::int64_t kLonger = 4 * kDayMs;
  return {length.least - ahead - kLonger, length.most - ahead + kLonger};
}

std::int64_t minus(std::int64_t a, std::int64_t b) { return std::max<std::int64_t>(a - b, 0); }

class Orders {
 public:
  Orders(const RuleTable& table, const std::vector<FeatureIndex>& counts)
      : table_(table), counts_(counts) {}

  std::vector<CountOrder> find() {
    std::map<ConditionIndex, std::vector<FeatureIndex>> of_inner;
    std::vector<FeatureIndex> of_events;
    for (FeatureIndex f : counts_) {
      const Feature& feature = table_.features[f];
      bool inner = is_temporal(feature.kind) && feature.kind != FeatureKind::on_a_network;
      if (inner) of_inner[feature.inner].push_back(f);
      if (feature.kind == FeatureKind::event_count) of_events.push_back(f);
    }
    relate_all(of_events, of_events);
    bool few = of_inner.size() <= kInnersMax;
    for (const auto& [narrow, counted] : of_inner) {
      for (const auto& [wide, counted_of_more] : of_inner) {
        if (narrow != wide && !(few && is_never_truer(table_, narrow, wide))) continue;
        relate_all(counted, counted_of_more);
      }
    }
    return std::move(found_);
  }

 private:
  const Feature& feature(FeatureIndex f) const { return table_.features[f]; }
  const WindowLength& days_of(FeatureIndex f) {
    auto [kept, fresh] = days_.try_emplace(f);
    if (fresh) kept->second = length_in_days(feature(f));
    return kept->second;
  }
  const WindowLength& elapsed_of(FeatureIndex f) {
    auto [kept, fresh] = elapsed_.try_emplace(f);
    if (fresh) kept->second = elapsed_length(table_, feature(f));
    return kept->second;
  }

  const std::string& zone_of(const Feature& feature) const {
    return feature.zone.empty() ? table_.settings.zone : feature.zone;
  }

  // Whose count, of whichever profile is enabled or would be?
  bool same_candidate(CountOrder& order) {
    const Feature &a = feature(order.below), &b = feature(order.above);
    if (a.candidate == b.candidate) return true;
    if (a.candidate && b.candidate) return false;
    const Feature& supposed = a.candidate ? a : b;
    order.enabled = supposed.candidate;
    order.served = asks_network(table_, supposed);
    return true;
  }

  // What the first ones count is never truer than what the others do.
  void relate_all(const std::vector<FeatureIndex>& narrow, const std::vector<FeatureIndex>& wide) {
    with_slack_ = std::max(narrow.size(), wide.size()) <= kAlikeMax;
    for (FeatureIndex one : narrow) {
      for (FeatureIndex other : wide) {
        if (one == other) continue;
        // The more is asked about, the less long ago it held.
        bool how_long_ago = feature(other).kind == FeatureKind::recency;
        relate(how_long_ago ? other : one, how_long_ago ? one : other);
      }
    }
  }

  void relate(FeatureIndex below, FeatureIndex above) {
    CountOrder order;
    order.below = below;
    order.above = above;
    if (!same_candidate(order) || !holds(order)) return;
    if (with_slack_ || (order.slack == 0 && !order.today)) found_.push_back(order);
  }

  bool holds(CountOrder& order) {
    const Feature &a = feature(order.below), &b = feature(order.above);
    if (a.kind == FeatureKind::event_count) return events(order);
    if (a.kind == FeatureKind::recency) return b.kind == a.kind && recency(order);
    if (!is_narrower(a.scope, b.scope)) return false;
    bool by_days = counts_days(a) && counts_days(b);
    if (by_days && zone_of(a) == zone_of(b)) return days(order);
    bool same = a.kind == b.kind && a.bucket == b.bucket && a.gap_days == b.gap_days &&
                a.window.unit == b.window.unit && zone_of(a) == zone_of(b);
    // What is still open of a share depends on its window.
    bool grows = a.kind == FeatureKind::window_count && a.window.count <= b.window.count;
    bool later = !is_share(a.kind) && a.ahead_days == 0 && b.ahead_days > 0;
    return same && (grows || a.window.count == b.window.count) &&
           (later || a.ahead_days == b.ahead_days);
  }

  static bool is_share(FeatureKind kind) {
    return kind == FeatureKind::held_share || kind == FeatureKind::day_share;
  }

  static bool counts_days(const Feature& feature) {
    return feature.kind == FeatureKind::consecutive_days ||
           feature.kind == FeatureKind::calendar_count ||
           (feature.kind == FeatureKind::window_count && feature.bucket == TimeUnit::day);
  }

  bool days(CountOrder& order) {
    const Feature &a = feature(order.below), &b = feature(order.above);
    bool runs = a.kind == FeatureKind::consecutive_days;
    if (!ahead(order, !runs)) return false;
    if (runs && b.kind == a.kind) return a.gap_days <= b.gap_days && order.slack == 0;
    if (b.kind == FeatureKind::consecutive_days) return false;
    if (runs) {
      // Each day of a run lies in the window, or before it. (Another profile is supposed on more
      // networks for a run than for a window, semantics 9a.)
      order.as_far_as = days_of(order.above).least;
      if (a.candidate) order.enabled = a.candidate;
      order.served = order.enabled.has_value();
      return a.gap_days == 0 && order.slack == 0 && a.ahead_days == 0;
    }
    bool contained =
        a.kind == b.kind && a.window.unit == b.window.unit && a.window.count <= b.window.count;
    contained = contained ||
                (in_months(a.window) && in_months(b.window) && a.kind == b.kind &&
                 a.kind == FeatureKind::window_count && months_of(a.window) <= months_of(b.window));
    contained = contained || (a.kind == b.kind && a.kind == FeatureKind::calendar_count &&
                              a.window.unit == TimeUnit::month);
    // Days of the one that the other may not reach back to; a calendar that begins today tells
    // nothing of those before.
    if (!contained && b.kind == FeatureKind::calendar_count) return false;
    if (!contained) order.slack += minus(days_of(order.below).most, days_of(order.above).least);
    return order.slack < days_of(order.below).most;
  }

  // The most of several days to come is no less than today's, and a day adds one at most.
  bool ahead(CountOrder& order, bool may_have_slack) {
    std::int32_t of_a = feature(order.below).ahead_days, of_b = feature(order.above).ahead_days;
    if (of_a == of_b || (of_a == 0 && of_b > 0)) return true;
    if (!may_have_slack || of_b != 0) return false;
    order.slack = std::abs(of_a);
    order.today = true;
    return true;
  }

  // How long ago it held: no longer in a wider scope, and the same in each window in which it is.
  bool recency(CountOrder& order) {
    const Feature &a = feature(order.below), &b = feature(order.above);
    if (!is_narrower(b.scope, a.scope)) return false;
    if (a.window == b.window && zone_of(a) == zone_of(b)) return true;
    WindowLength of_a = elapsed_of(order.below), of_b = elapsed_of(order.above);
    bool months = zone_of(a) == zone_of(b) && in_months(a.window) && in_months(b.window);
    bool wider = of_a.least >= of_b.most || (months && months_of(a.window) >= months_of(b.window));
    wider = a.window.count == 0 || (wider && b.window.count > 0);
    // What lies in the shorter window as well is as long ago.
    if (!wider) order.as_far_as = of_a.least;
    return true;
  }

  // Fewer causes, in a shorter window.
  bool events(const CountOrder& order) {
    const Feature &a = feature(order.below), &b = feature(order.above);
    bool same = a.event.kind == b.event.kind && a.event.name == b.event.name;
    if (!same || !is_narrower(a.scope, b.scope)) return false;
    const std::vector<std::uint16_t>&of_a = a.event.causes, &of_b = b.event.causes;
    bool fewer = std::all_of(of_a.begin(), of_a.end(), [&](std::uint16_t cause) {
      return std::find(of_b.begin(), of_b.end(), cause) != of_b.end();
    });
    if (!of_b.empty() && (of_a.empty() || !fewer)) return false;
    if (a.window.unit == b.window.unit) {
      bool elapsed = a.window.unit == TimeUnit::millisecond;
      return (elapsed || zone_of(a) == zone_of(b)) && a.window.count <= b.window.count;
    }
    bool by_days = a.window.unit == TimeUnit::day || b.window.unit == TimeUnit::day;
    return !by_days && elapsed_of(order.below).most <= elapsed_of(order.above).least;
  }

  const RuleTable& table_;
  const std::vector<FeatureIndex>& counts_;
  bool with_slack_ = true;
  std::map<FeatureIndex, WindowLength> days_, elapsed_;
  std::vector<CountOrder> found_;
};

}  // namespace

WindowLength length_in_days(const Feature& feature) {
  const Period& window = feature.window;
  if (feature.kind == FeatureKind::calendar_count) {
    return {1, window.unit == TimeUnit::year ? 366 : 31};
  }
  if (in_months(window)) return length_of_months(months_of(window));
  std::int64_t days = window.count;
  if (window.unit == TimeUnit::week) days *= 7;
  if (window.unit == TimeUnit::millisecond) days /= kDayMs;
  return {days, days};
}

std::int64_t length_on(const Feature& feature, Day today) {
  const Period& window = feature.window;
  bool years = window.unit == TimeUnit::year;
  if (feature.kind == FeatureKind::calendar_count) {
    Day first =
        years ? first_day_of_year(year_number(today)) : first_day_of_month(month_number(today));
    return today.number - first.number + 1;
  }
  if (in_months(window)) return today.number - add_months(today, -months_of(window)).number;
  return length_in_days(feature).most;
}

WindowLength elapsed_length(const RuleTable& table, const Feature& feature) {
  const Period& window = feature.window;
  if (window.unit == TimeUnit::millisecond) return {window.count, window.count};
  WindowLength days = length_in_days(feature);
  std::int64_t change = clock_changes(feature.zone.empty() ? table.settings.zone : feature.zone);
  return {days.least * kDayMs - change, days.most * kDayMs + change};
}

bool is_due_first(const RuleTable& table, const Feature& one, const Feature& other) {
  if (one.window.count == 0) return true;  // it happened at all
  if (other.window.count == 0) return false;
  bool months = one.zone == other.zone && in_months(one.window) && in_months(other.window);
  if (months && months_of(one.window) <= months_of(other.window)) {
    return one.ahead_days >= other.ahead_days;
  }
  return time_after(table, one).most <= time_after(table, other).least;
}

bool is_over_before(const RuleTable& table, const Feature& count, const Feature& since) {
  bool months = count.zone == since.zone && in_months(count.window) && in_months(since.window);
  // `since` is true from midnight on, the window looks back to the same hour.
  if (months) return months_of(count.window) < months_of(since.window) && since.ahead_days == 0;
  return time_after(table, count).most <= time_after(table, since).least;
}

bool asks_network(const RuleTable& table, const Feature& feature) {
  if (feature.scope.same_network || feature.kind == FeatureKind::network ||
      feature.kind == FeatureKind::roaming || feature.kind == FeatureKind::no_service) {
    return true;
  }
  if (!is_temporal(feature.kind)) return false;
  std::vector<FeatureIndex> inner = table.conditions.features_of(feature.inner);
  return std::any_of(inner.begin(), inner.end(),
                     [&](FeatureIndex f) { return asks_network(table, table.features[f]); });
}

std::vector<CountOrder> count_orders(const RuleTable& table,
                                     const std::vector<FeatureIndex>& counts) {
  return Orders(table, counts).find();
}

}  // namespace sojourn
