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
    std::vector<FeatureIndex> of_events, of_data;
    for (FeatureIndex f : counts_) {
      if (feature(f).kind == FeatureKind::event_count) of_events.push_back(f);
      if (feature(f).kind == FeatureKind::data_sum) of_data.push_back(f);
    }
    relate_all(of_events, of_events);
    relate_all(of_data, of_data);
    for_each_pair([&](const auto& narrow, const auto& wide, bool certainly) {
      certainly_ = certainly;
      relate_all(narrow, wide);
    });
    return std::move(found_);
  }

  std::vector<CountBar> bars() {
    for_each_pair([&](const auto& narrow, const auto& wide, bool certainly) {
      if (certainly || std::max(narrow.size(), wide.size()) > kAlikeMax) return;
      for (FeatureIndex count : narrow) {
        for (FeatureIndex since : wide) bar_before(count, since);
      }
    });
    std::vector<FeatureIndex> switches, enabled;
    for (FeatureIndex f : counts_) {
      if (counts_switches(feature(f))) switches.push_back(f);
      if (feature(f).kind == FeatureKind::held && names_a_profile(feature(f).inner)) {
        enabled.push_back(f);
      }
    }
    for (FeatureIndex count : switches) {
      for (FeatureIndex held : enabled) {
        bar(count, held, 0, elapsed_of(count).most, std::numeric_limits<std::int64_t>::max());
      }
    }
    return std::move(bars_);
  }

 private:
  const Feature& feature(FeatureIndex f) const { return table_.features[f]; }

  // Counts of one thing, and of another that holds wherever it does.
  // `certainly`: it certainly holds wherever the other one does, but may be false where that is
  // unknown.
  template <class Pair>  // void(std::vector<FeatureIndex> narrow, wide, bool certainly)
  void for_each_pair(const Pair& pair) const {
    std::map<ConditionIndex, std::vector<FeatureIndex>> of_inner;
    for (FeatureIndex f : counts_) {
      bool inner = is_temporal(feature(f).kind) && feature(f).kind != FeatureKind::on_a_network;
      if (inner) of_inner[feature(f).inner].push_back(f);
    }
    bool few = of_inner.size() <= kInnersMax;
    for (const auto& [narrow, counted] : of_inner) {
      for (const auto& [wide, counted_of_more] : of_inner) {
        bool truer = narrow != wide && !(few && is_never_truer(table_, narrow, wide));
        if (truer && !(few && is_never_surer(table_, narrow, wide))) continue;
        pair(counted, counted_of_more, truer);
      }
    }
  }

  static bool counts_switches(const Feature& feature) {
    return feature.kind == FeatureKind::event_count &&
           (feature.event.kind == EventKind::switches ||
            feature.event.kind == EventKind::commanded_switches);
  }

  // Does it hold with one profile alone?
  bool names_a_profile(ConditionIndex condition) const {
    const ConditionNode& node = table_.conditions.node(condition);
    if (node.op == ConditionOp::test) {
      const Test& test = table_.conditions.test_of(node);
      return feature(test.feature).kind == FeatureKind::profile && test.symbols.size() == 1 &&
             test.kind == Test::Kind::one_of;
    }
    bool any = false;
    for (std::uint32_t i = 0; node.op == ConditionOp::conjunction && i < node.count; ++i) {
      any = any || names_a_profile(table_.conditions.child(node, i));
    }
    return any;
  }

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
    // How long ago something held is read of what may have held.
    if (certainly_ && feature(below).kind == FeatureKind::recency) return;
    order.certain = order.certain || certainly_;
    bool plain = order.slack == 0 && !order.today && !order.converts;
    if (with_slack_ || plain) found_.push_back(order);
  }

  bool holds(CountOrder& order) {
    const Feature &a = feature(order.below), &b = feature(order.above);
    if (a.kind == FeatureKind::event_count) return events(order);
    if (a.kind == FeatureKind::data_sum) return data(order);
    if (a.kind == FeatureKind::recency) return b.kind == a.kind && recency(order);
    if (!is_narrower(a.scope, b.scope)) return false;
    bool by_days = counts_days(a) && counts_days(b);
    if (by_days && zone_of(a) == zone_of(b) && (a.gap_days == 0 || b.kind == a.kind)) {
      return days(order);
    }
    if (a.kind != b.kind || a.bucket != b.bucket) return converts(order);
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
    bool calendar = a.kind == FeatureKind::calendar_count;
    contained = contained || (a.kind == b.kind && calendar && a.window.unit == TimeUnit::month);
    // The year so far lies in twelve months.
    contained = contained || (calendar && b.kind == FeatureKind::window_count &&
                              in_months(b.window) && months_of(b.window) >= months_of(a.window));
    // Days of the one that the other may not reach back to; a calendar that begins today tells
    // nothing of those before.
    if (!contained && b.kind == FeatureKind::calendar_count) return false;
    if (!contained) order.slack += minus(days_of(order.below).most, days_of(order.above).least);
    return order.slack < days_of(order.below).most;
  }

  // Counts of different kinds: so many days of a stay are a week, a month; or the other way round.
  bool converts(CountOrder& order) {
    const Feature &a = feature(order.below), &b = feature(order.above);
    if (a.ahead_days != 0 || b.ahead_days != 0) return false;
    // Another profile is supposed on other networks for one form than for another (9a).
    if (a.candidate || b.candidate) {
      order.enabled = a.candidate ? a.candidate : b.candidate;
      order.served = true;
    }
    order.converts = true;
    order.certain = is_share(a.kind) || is_share(b.kind);
    order.whole = is_share(b.kind);
    order.as_far_as = capacity(order.above);
    if (a.kind == FeatureKind::held) return stay_in(order);
    if (a.kind == FeatureKind::held_share) return share_in(order);
    if (zone_of(a) != zone_of(b)) return false;
    bool runs = a.kind == FeatureKind::consecutive_days;
    if (runs && a.gap_days > 0) return gapped_run_in(order);
    if (!counts_by_buckets(a)) return days_in(order);
    if (b.kind != FeatureKind::window_count || b.bucket != TimeUnit::day) return false;
    // Of weeks that reach further back than the days some may be missing.
    std::int64_t reach = days_of_buckets(a, a.window.count).most;
    std::int64_t shortest = a.bucket == TimeUnit::week ? 7 : 28;
    order.slack = (minus(reach, days_of(order.above).least) + shortest - 1) / shortest;
    return true;
  }

  // How much a form counts at most, whatever the day; of a run, any number.
  std::int64_t capacity(FeatureIndex f) {
    const Feature& counted = feature(f);
    if (counted.kind == FeatureKind::consecutive_days) {
      return std::numeric_limits<std::int64_t>::max();
    }
    if (counts_by_buckets(counted)) return counted.window.count;
    return counted.kind == FeatureKind::held_share ? elapsed_of(f).least : days_of(f).least;
  }

  static bool counts_by_buckets(const Feature& feature) {
    return feature.kind == FeatureKind::window_count && feature.bucket != TimeUnit::day;
  }
  // So many weeks or months that follow on each other.
  static WindowLength days_of_buckets(const Feature& feature, std::int64_t count) {
    if (feature.bucket == TimeUnit::week) return {7 * count, 7 * count};
    std::int64_t months = feature.bucket == TimeUnit::year ? 12 * count : count;
    return count == 0 ? WindowLength{} : length_of_months(static_cast<std::int32_t>(months));
  }
  static std::int64_t longest_bucket(const Feature& feature) {
    return feature.bucket == TimeUnit::week ? 7 : feature.bucket == TimeUnit::month ? 31 : 366;
  }

  // A time that goes on until now lies in as many days as it has, begun ones counting.
  bool stay_in(CountOrder& order) {
    const Feature& b = feature(order.above);
    if (b.kind == FeatureKind::held_share) {
      order.as_far_as = b.window.count;
      return b.window.unit == TimeUnit::millisecond;
    }
    bool counts_days = b.kind == FeatureKind::consecutive_days ||
                       b.kind == FeatureKind::day_share || b.kind == FeatureKind::window_count;
    order.per = kDayMs * (counts_by_buckets(b) ? longest_bucket(b) : 1);
    order.slack = clock_changes(zone_of(b)) - 1;
    return counts_days;
  }

  // A share of a window lies in as many days as it has.
  bool share_in(CountOrder& order) {
    const Feature& b = feature(order.above);
    if (b.kind != FeatureKind::window_count || b.bucket != TimeUnit::day) return false;
    std::int64_t change = clock_changes(zone_of(b)), reach = elapsed_of(order.below).most;
    std::int64_t changes = change * (2 + reach / (365 * kDayMs));
    order.per = kDayMs;
    order.slack = changes + minus(reach, (days_of(order.above).least - 1) * kDayMs - change);
    return true;
  }

  // Of each so many days of a run with gaps one counts; a gap may lie before today.
  bool gapped_run_in(CountOrder& order) {
    const Feature &a = feature(order.below), &b = feature(order.above);
    if (b.kind != FeatureKind::window_count || b.bucket != TimeUnit::day) return false;
    order.per = a.gap_days + std::int64_t{1};
    order.slack = 1;
    order.as_far_as = (days_of(order.above).least - 1) / order.per;
    return true;
  }

  // Days, in a row or in a window, in windows of weeks and months and in shares of days.
  bool days_in(CountOrder& order) {
    const Feature &a = feature(order.below), &b = feature(order.above);
    bool runs = a.kind == FeatureKind::consecutive_days;
    if (b.kind == FeatureKind::day_share) return runs;
    if (b.kind != FeatureKind::window_count) return false;
    std::int64_t covered = days_of(order.above).least;
    if (counts_by_buckets(b)) {
      order.per = longest_bucket(b);
      covered = days_of_buckets(b, b.window.count - 1).least + 1;
    }
    bool all = runs || (counts_by_buckets(b) && is_calendar_within(a, b));
    if (!all) order.slack = minus(days_of(order.below).most, covered);
    return true;
  }

  // This month, or this year, lies in the last months.
  static bool is_calendar_within(const Feature& a, const Feature& b) {
    if (a.kind != FeatureKind::calendar_count || b.bucket == TimeUnit::week) return false;
    std::int64_t months = b.window.count * (b.bucket == TimeUnit::year ? 12 : 1);
    return a.window.unit == TimeUnit::month || months >= 12;
  }

  // Bytes of a narrower window, or of some of the countries.
  bool data(const CountOrder& order) {
    const Feature &a = feature(order.below), &b = feature(order.above);
    bool fewer =
        b.countries.empty() || (!a.countries.empty() && a.countries.subset_of(b.countries));
    bool same_zone = a.window.unit == TimeUnit::millisecond || zone_of(a) == zone_of(b);
    return fewer && same_zone && is_narrower(a.scope, b.scope) && a.window.unit == b.window.unit &&
           a.window.count <= b.window.count && a.ahead_days == 0 && b.ahead_days == 0;
  }

  // Something is counted in its window, and held so long ago that it lies before it.
  void bar_before(FeatureIndex count, FeatureIndex since) {
    const Feature &counted = feature(count), &last = feature(since);
    if (last.kind != FeatureKind::recency || !is_narrower(counted.scope, last.scope)) return;
    std::int64_t change = clock_changes(zone_of(counted));
    std::int64_t longest =
        last.window.count == 0 ? std::numeric_limits<std::int64_t>::max() : elapsed_of(since).least;
    switch (counted.kind) {
      case FeatureKind::window_count:
        if (counts_by_buckets(counted)) {
          std::int64_t reach = days_of_buckets(counted, counted.window.count).most;
          return bar(count, since, 0, reach * kDayMs + change, longest);
        }
        [[fallthrough]];
      case FeatureKind::calendar_count:
      case FeatureKind::day_share:
        return bar(count, since, kDayMs, days_of(count).most * kDayMs + change, longest);
      case FeatureKind::held_share:
        // The last instant that held lies a millisecond before it held no longer.
        return bar(count, since, 1, elapsed_of(count).most + 1, longest);
      case FeatureKind::consecutive_days:
        return bar(count, since, 0, (counted.gap_days + std::int64_t{2}) * kDayMs + change,
                   longest);
      default:
        return;
    }
  }

  void bar(FeatureIndex count, FeatureIndex since, std::int64_t each, std::int64_t limit,
           std::int64_t longest) {
    const Feature &counted = feature(count), &last = feature(since);
    if (counted.ahead_days != 0 || last.ahead_days != 0) return;
    CountBar bar{count, since, each, limit, longest, {}, false};
    if (counted.candidate && last.candidate && counted.candidate != last.candidate) return;
    if (counted.candidate || last.candidate) {
      bar.enabled = counted.candidate ? counted.candidate : last.candidate;
      bar.served = true;
    }
    bars_.push_back(bar);
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
    bool ours =
        a.event.kind == EventKind::commanded_switches && b.event.kind == EventKind::switches;
    bool same = a.event.kind == b.event.kind && a.event.name == b.event.name;
    if (!(same || ours) || !is_narrower(a.scope, b.scope)) return false;
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
  bool certainly_ = false;
  std::map<FeatureIndex, WindowLength> days_, elapsed_;
  std::vector<CountOrder> found_;
  std::vector<CountBar> bars_;
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

std::int64_t CountOrder::least_above(std::int64_t value, bool open_today) const {
  constexpr std::int64_t kNothing = std::numeric_limits<std::int64_t>::min();
  if (value == kNothing) return kNothing;
  if (value < kNotYet) value -= slack + (today && open_today ? 1 : 0);
  if (value < kNotYet && per != 1) value = value / per + (value % per > 0 ? 1 : 0);
  if (whole && value < as_far_as) return kNothing;
  return std::min(value, as_far_as);
}

bool CountBar::rules_out(std::int64_t count_value, std::int64_t since_value) const {
  if (count_value < 1) return false;
  std::int64_t left = limit - std::min(since_value, longest);
  return left <= 0 || (each > 0 && count_value - 1 >= (left + each - 1) / each);
}

std::vector<CountBar> count_bars(const RuleTable& table, const std::vector<FeatureIndex>& counts) {
  return Orders(table, counts).bars();
}

std::vector<CountOrder> count_orders(const RuleTable& table,
                                     const std::vector<FeatureIndex>& counts) {
  return Orders(table, counts).find();
}

}  // namespace sojourn
