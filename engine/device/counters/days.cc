// Counts of calendar days and of weeks and months with a day in them: `consecutive_days`,
// `window_count`, `calendar_count`, `day_share` (semantics 7, 9 to 12).
#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

#include "engine/device/counters/counter.h"

namespace sojourn {
namespace {

// The days of a condition's history that count for today's key.
struct DayView {
  DayBits yes;    // certainly a day with the condition
  DayBits maybe;  // possibly one
  std::int32_t today = 0;
  Truth now = Truth::no;       // of the condition, on that day
  std::int32_t begin_day = 0;  // before it nothing is known ...
  bool open_before = false;    // ... and may have been anything ...
  std::int32_t open_from = std::numeric_limits<std::int32_t>::min();  // ... from this day on

  // How many of the days from `first` on, before the history began, may have been one.
  std::int32_t open_days(std::int32_t first) const {
    return open_before ? std::max(begin_day - std::max(first, open_from), 0) : 0;
  }
  bool endless() const {
    return open_before && open_from == std::numeric_limits<std::int32_t>::min();
  }
};

DayView look(const HistoryView& view, Instant now) {
  DayView days;
  const TimeZone& zone = view.history.zone();
  days.today = zone.day_of(now).number;
  days.now = view.now;
  for (const ConditionHistory::KeyDays& row : view.history.keys()) {
    Truth match = row.key.matches(view.key);
    if (match == Truth::yes) days.yes.merge(row.yes);
    if (match != Truth::no) days.maybe.merge(row.maybe);
  }
  if (view.now != Truth::no) days.maybe.set(days.today, days.today);
  if (view.now == Truth::yes) days.yes.set(days.today, days.today);
  days.begin_day = zone.day_of(view.history.begin()).number;
  days.open_before = view.history.before() == Truth::unknown;
  if (view.history.unknown_from() != kBeginning) {
    days.open_from = zone.day_of(view.history.unknown_from()).number;
  }
  bool partly = zone.start_of({days.begin_day}) < view.history.begin();
  if (days.open_before && partly) days.maybe.set(days.begin_day, days.begin_day);
  return days;
}

bool any_maybe(const DayView& days, std::int32_t first, std::int32_t last) {
  if (last < first) return false;
  return days.maybe.count(first, last) > 0 || (days.open_days(first) > 0 && last >= days.open_from);
}

Reading count_between(const DayView& days, std::int32_t first) {
  std::int64_t lower = days.yes.count(first, days.today);
  std::int64_t upper = days.maybe.count(std::max(first, days.begin_day), days.today);
  upper += days.open_days(first);
  return Reading::between(lower, upper);
}

Reading consecutive(const DayView& days) {
  if (days.now == Truth::no) return Reading::exactly(0);
  std::int64_t lower = days.now == Truth::yes ? days.yes.run_length_back(days.today) : 0;
  std::int64_t upper = days.maybe.run_length_back(days.today);
  if (days.open_before && days.today - upper < days.begin_day) {
    upper = days.endless() ? kNotYet : upper + days.open_days(days.open_from);
  }
  return Reading::between(lower, upper);
}

// The run's length with gaps: from its first day to today. Days within a gap count. `open_before`:
// every day before the history began may have been one with the condition.
std::int64_t run_with_gaps(const DayBits& bits, const DayView& days, std::int32_t gap,
                           bool open_before) {
  std::int32_t first = days.today;
  std::optional<std::int32_t> before = bits.last_at_or_before(days.today);
  bool any = false;
  while (before && first - *before - 1 <= gap) {
    any = true;
    first = *before - bits.run_length_back(*before) + 1;
    before = bits.last_at_or_before(first - 1);
  }
  if (open_before && first - days.begin_day <= gap) {
    if (days.endless()) return kNotYet;
    if (days.open_days(days.open_from) > 0) return days.today - days.open_from + 1;
  }
  return any ? days.today - first + 1 : 0;
}

Reading consecutive_with_gaps(const DayView& days, std::int32_t gap) {
  return Reading::between(run_with_gaps(days.yes, days, gap, false),
                          run_with_gaps(days.maybe, days, gap, days.open_before));
}

std::int32_t bucket_of(TimeUnit unit, std::int32_t day) {
  if (unit == TimeUnit::week) return week_number({day});
  if (unit == TimeUnit::month) return month_number({day});
  return year_number({day});
}

std::int32_t first_day_of_bucket(TimeUnit unit, std::int32_t bucket) {
  if (unit == TimeUnit::week) return first_day_of_week(bucket).number;
  if (unit == TimeUnit::month) return first_day_of_month(bucket).number;
  return first_day_of_year(bucket).number;
}

Reading bucket_count(const DayView& days, TimeUnit unit, std::int64_t window) {
  Reading counted = Reading::exactly(0);
  std::int32_t newest = bucket_of(unit, days.today);
  for (std::int32_t b = newest; b > newest - window; --b) {
    std::int32_t first = first_day_of_bucket(unit, b);
    std::int32_t last = std::min(first_day_of_bucket(unit, b + 1) - 1, days.today);
    counted.lower += days.yes.count(first, last) > 0 ? 1 : 0;
    counted.upper += any_maybe(days, first, last) ? 1 : 0;
  }
  return Reading::between(counted.lower, counted.upper);
}

// The first day of a window of days, weeks, months or years that ends with today.
std::int32_t first_day_of_window(const Period& window, std::int32_t today) {
  auto count = static_cast<std::int32_t>(window.count);
  switch (window.unit) {
    case TimeUnit::month:
      return add_months({today}, -count).number + 1;
    case TimeUnit::year:
      return add_months({today}, -12 * count).number + 1;
    case TimeUnit::week:
      return today - 7 * count + 1;
    case TimeUnit::day:
      return today - count + 1;
    case TimeUnit::millisecond:
      return today - static_cast<std::int32_t>(window.count / days(1).ms) + 1;
  }
  return today;
}

Reading day_share(const DayView& days, const Period& window) {
  std::int32_t first = first_day_of_window(window, days.today);
  if (days.open_days(first) > 0) {
    return Reading::between(0, days.today - first + 1);
  }
  return Reading::exactly(days.yes.count(first, days.today));
}

Reading read(const Feature& feature, const DayView& days) {
  switch (feature.kind) {
    case FeatureKind::consecutive_days:
      return feature.gap_days > 0 ? consecutive_with_gaps(days, feature.gap_days)
                                  : consecutive(days);
    case FeatureKind::window_count:
      if (feature.bucket != TimeUnit::day) {
        return bucket_count(days, feature.bucket, feature.window.count);
      }
      return count_between(days, first_day_of_window(feature.window, days.today));
    case FeatureKind::calendar_count: {
      std::int32_t bucket = bucket_of(feature.window.unit, days.today);
      return count_between(days, first_day_of_bucket(feature.window.unit, bucket));
    }
    default:
      return day_share(days, feature.window);
  }
}

// Today and the days to come, on each of which the condition holds. One that begins with a date
// holds from that date on.
struct DaysAhead {
  Truth truth = Truth::unknown;
  std::int32_t begin_day = std::numeric_limits<std::int32_t>::min();

  // The days from `first` to the one that is today.
  void add(DayView& days, std::int32_t first) const {
    if (days.today < begin_day) return;
    days.now = truth;
    first = std::max(first, begin_day);
    if (truth != Truth::no) days.maybe.set(first, days.today);
    if (truth == Truth::yes) days.yes.set(first, days.today);
  }
  void add(DayView& days) const { add(days, days.today); }
};

// As certain as it can be told that they will be of today's key. Whether the condition holds now is
// asked beside the count (lang/lower_ban.cc).
DaysAhead days_ahead(const HistoryView& view, const CountQuestion& question) {
  DaysAhead ahead{view.key_known ? Truth::yes : Truth::unknown};
  Instant begins = view.history.unknown_from();
  if (begins > question.now) ahead.begin_day = view.history.zone().day_of(begins).number;
  return ahead;
}

// How surely the condition lasts: as it holds now, or from the date on with which it begins.
Truth lasting(const HistoryView& view, const CountQuestion& question) {
  bool dated = view.history.unknown_from() > question.now;
  return dated ? truth_from_date(view, question) : view.now;
}

// The profile that is judged: a declared one's index, else less than none or beyond the last.
std::int64_t judged_profile(const CountQuestion& question) {
  if (question.feature.candidate) return *question.feature.candidate;
  if (question.supposed.profile) return *question.supposed.profile;
  return question.reader.history().value(kProfile, question.now);
}

// Is it at home in all countries of a test for roaming, and so known not to roam there?
bool is_at_home(const CountQuestion& question) {
  const RuleTable& table = question.reader.policy().table();
  const std::int64_t profile = judged_profile(question);
  if (profile < 0 || static_cast<std::size_t>(profile) >= table.profiles.size()) return false;
  const CountrySet& home = table.profiles[static_cast<std::size_t>(profile)].home;
  const ConditionTable& conditions = table.conditions;
  std::vector<ConditionIndex> left{question.feature.inner};
  while (!left.empty()) {
    const ConditionNode& node = conditions.node(left.back());
    left.pop_back();
    for (std::uint32_t i = 0; i < node.count; ++i) left.push_back(conditions.child(node, i));
    if (node.op != ConditionOp::test) continue;
    const Test& test = conditions.test_of(node);
    const Feature& asked = table.features[test.feature];
    if (asked.kind != FeatureKind::roaming || test.kind == Test::Kind::known) continue;
    if (!asked.countries.empty() && asked.countries.subset_of(home)) return true;
  }
  return false;
}

// The same as surely as the condition lasts, for a count that is asked alone: not a ban's, unless
// it is a run without gaps, which holds only while its condition does (lang/lower_ban.cc). Of a
// share only certain days count: those to come are as certain as their key.
DaysAhead days_if_it_lasts(const HistoryView& view, const CountQuestion& question, bool of_ban) {
  DaysAhead ahead = days_ahead(view, question);
  const Feature& feature = question.feature;
  bool in_a_row = feature.kind == FeatureKind::consecutive_days && feature.gap_days == 0;
  bool asked_beside = of_ban && (!in_a_row || is_at_home(question));
  bool alone = !asked_beside && feature.kind != FeatureKind::day_share;
  Truth lasts = lasting(view, question);
  if (alone || lasts == Truth::no) ahead.truth = lasts;
  return ahead;
}

// In the notice of a ban: the most that the count comes to on one of the days ahead, or what it
// comes to on the last of them, if the condition holds on every day from now. Days leave windows
// and calendars begin anew meanwhile.
Reading read_ahead(const HistoryView& view, const CountQuestion& question, DayView days) {
  const Feature& feature = question.feature;
  Reading found = read(feature, days);
  if (feature.ahead_days == 0) return found;
  DaysAhead ahead = days_ahead(view, question);
  ahead.add(days);
  std::int32_t today = days.today;
  for (std::int32_t k = 1; k <= std::abs(feature.ahead_days); ++k) {
    days.today = today + k;
    ahead.add(days);
    Reading then = read(feature, days);
    found = feature.ahead_days < 0 ? then
                                   : Reading::between(std::max(found.lower, then.lower),
                                                      std::max(found.upper, then.upper));
  }
  return found;
}

// A count of days moves by at most one a day, so no threshold is crossed for as many midnights as
// lie between it and the nearest. At a month's end up to three more leave a window of months.
std::int64_t days_to_nearest_cut(const Feature& feature, const FeaturePlan& plan,
                                 const Reading& reading) {
  bool of_months =
      feature.kind == FeatureKind::window_count &&
      (feature.window.unit == TimeUnit::month || feature.window.unit == TimeUnit::year);
  std::int64_t nearest = kNotYet;
  for (std::int64_t bound : {reading.lower, reading.upper}) {
    if (bound == kNotYet) continue;
    for (std::int64_t cut : plan.cuts) {
      nearest = std::min(nearest, cut > bound ? cut - bound : bound - cut + 1);
    }
  }
  return of_months ? std::max<std::int64_t>(nearest - 3, 1) : nearest;
}

Instant class_until(const CountQuestion& question, const HistoryView& view, const DayView& days,
                    const Reading& reading, Instant midnight) {
  const Feature& feature = question.feature;
  std::int64_t quiet = days_to_nearest_cut(feature, question.plan, reading);
  bool jumps = view.supposed || feature.ahead_days != 0 || feature.kind == FeatureKind::day_share ||
               feature.gap_days > 0 ||
               (feature.kind == FeatureKind::window_count && feature.bucket != TimeUnit::day);
  bool idle =
      reading.upper == 0 && view.now == Truth::no && !view.supposed && feature.ahead_days == 0;
  if (idle) return view.history.stable_until();  // nothing to count, and nothing begins
  if (jumps) return std::min(midnight, view.history.stable_until());
  Instant until = kNever;
  if (quiet < 4 * 366) {
    auto ahead = static_cast<std::int32_t>(quiet);
    until = view.history.zone().start_of({days.today + ahead});
  }
  if (feature.kind == FeatureKind::calendar_count) {
    TimeUnit unit = feature.window.unit;
    std::int32_t next_first = first_day_of_bucket(unit, bucket_of(unit, days.today) + 1);
    until = std::min(until, view.history.zone().start_of({next_first}));
  }
  return std::min(until, view.history.stable_until());
}

}  // namespace

Instant counted_from(const ConditionHistory& history, const CountQuestion& question) {
  const Feature& feature = question.feature;
  const TimeZone& zone = history.zone();
  std::int32_t today = zone.day_of(question.now).number;
  HistoryView view(history, question);
  if (!view.begun) return question.now;
  switch (feature.kind) {
    case FeatureKind::held:
      return kBeginning;
    case FeatureKind::recency:
      if (feature.window.count == 0) return kBeginning;
      [[fallthrough]];
    case FeatureKind::held_share:
      return period_before(feature.window, question.now, zone);
    case FeatureKind::consecutive_days: {
      std::int64_t length = read(feature, look(view, question.now)).lower;
      return zone.start_of({today - static_cast<std::int32_t>(length) + 1});
    }
    case FeatureKind::calendar_count: {
      TimeUnit unit = feature.window.unit;
      return zone.start_of({first_day_of_bucket(unit, bucket_of(unit, today))});
    }
    case FeatureKind::window_count:
      if (feature.bucket != TimeUnit::day) {
        std::int32_t oldest =
            bucket_of(feature.bucket, today) - static_cast<std::int32_t>(feature.window.count) + 1;
        return zone.start_of({first_day_of_bucket(feature.bucket, oldest)});
      }
      [[fallthrough]];
    default:
      return zone.start_of({first_day_of_window(feature.window, today)});
  }
}

Instant first_day_if_lasting(const ConditionHistory& history, const CountQuestion& question,
                             std::int64_t threshold, Instant from, const IsMet& is_met,
                             bool of_ban) {
  // Beyond two years every window has passed and every calendar come round.
  constexpr std::int32_t kDaysAhead = 800;
  HistoryView view(history, question);
  if (!view.begun) return is_met(Truth::unknown) ? from : kNever;
  DaysAhead ahead = days_if_it_lasts(view, question, of_ban);
  DayView days = look(view, question.now);
  std::int32_t unseen = days.today;
  std::int32_t first = history.zone().day_of(from).number;
  for (days.today = first; days.today <= first + kDaysAhead; ++days.today) {
    ahead.add(days, unseen);
    unseen = days.today + 1;
    Reading reading = read(question.feature, days);
    if (is_met(reading.reaches(threshold))) {
      return std::max(from, history.zone().start_of({days.today}));
    }
    bool idle = ahead.truth == Truth::no && reading.upper == 0;
    if (idle) return kNever;  // nothing is left that could leave
  }
  return kNever;
}

Curve count_days(const ConditionHistory& history, const CountQuestion& question) {
  HistoryView view(history, question);
  if (!view.begun) {
    Curve curve = Curve::flat(question.now, Reading::between(0, kNotYet), history.begin());
    curve.is_count = true;
    return curve;
  }
  DayView days = look(view, question.now);
  Reading reading = read_ahead(view, question, days);
  Instant midnight = history.zone().start_of({days.today + 1});
  Curve curve = Curve::flat(question.now, reading, std::min(midnight, history.stable_until()));
  curve.is_count = true;
  curve.class_until = class_until(question, view, days, reading, midnight);
  return curve;
}

}  // namespace sojourn
