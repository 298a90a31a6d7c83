#include "engine/device/counters/counter.h"

#include <algorithm>

namespace sojourn {
namespace {

std::int64_t moved(std::int64_t value, std::int8_t slope, Duration by) {
  return slope == 0 ? value : value + slope * by.ms;
}

// When a bound crosses a cut: upwards it reaches one, downwards it falls below one. No time reaches
// kNotYet.
Instant crossing(std::int64_t value, std::int8_t slope, const std::vector<std::int64_t>& cuts,
                 Instant t) {
  if (slope == 0) return kNever;
  auto above = std::upper_bound(cuts.begin(), cuts.end(), value);
  if (slope > 0) {
    bool reached = above != cuts.end() && *above != kNotYet;
    return reached ? t + milliseconds(*above - value) : kNever;
  }
  if (above == cuts.begin()) return kNever;
  return t + milliseconds(value - *std::prev(above) + 1);
}

// With what is supposed; a `for` inside what is counted has held so long with it.
Reading read_supposed(FeatureIndex index, Instant t, const CountQuestion& question) {
  const FeatureReader& reader = question.reader;
  const Feature& feature = reader.policy().feature(index);
  bool supposed = question.supposed.profile || question.supposed.network;
  if (feature.kind != FeatureKind::held || !supposed)
    return reader.read(index, t, question.supposed);
  CountQuestion inner{feature, reader.policy().features[index], reader, t, question.supposed};
  return count_elapsed(reader.condition_history(index), inner).reading(t);
}

}  // namespace

Reading Curve::reading(Instant t) const {
  if (!is_count) return known ? Reading::exactly(moved(lower, lower_slope, t - at)) : Reading{};
  return Reading::between(moved(lower, lower_slope, t - at), moved(upper, upper_slope, t - at));
}

Curve Curve::flat(Instant at, const Reading& reading, Instant until) {
  Curve curve;
  curve.at = at;
  curve.lower = reading.lower;
  curve.upper = reading.upper;
  curve.known = reading.known;
  curve.until = until;
  curve.class_until = until;
  return curve;
}

Instant next_crossing(const Curve& curve, const std::vector<std::int64_t>& cuts, Instant t) {
  Instant next = std::max(curve.until, curve.class_until);
  if (!curve.is_count && !curve.known) return next;
  next = std::min(next, crossing(moved(curve.lower, curve.lower_slope, t - curve.at),
                                 curve.lower_slope, cuts, t));
  if (!curve.is_count) return next;
  return std::min(next, crossing(moved(curve.upper, curve.upper_slope, t - curve.at),
                                 curve.upper_slope, cuts, t));
}

HistoryView::HistoryView(const ConditionHistory& past, const CountQuestion& question)
    : history(past) {
  begun = !past.runs().empty();
  if (!begun) return;
  supposed = question.supposed.profile || question.supposed.network;
  if (supposed) {
    key = past.key_at(question.reader, question.now, question.supposed);
    const Prepared& policy = question.reader.policy();
    now = policy.table().conditions.judge(past.spec().condition, [&](const Test& test) {
      return judge(test, policy.feature(test.feature),
                   read_supposed(test.feature, question.now, question));
    });
  } else {
    key = past.keys()[past.runs().back().key].key;
    now = past.runs().back().truth;
  }
  key_known = key.matches(key) == Truth::yes;
  if (!key_known) now = both(now, Truth::unknown);
}

Truth HistoryView::truth_of_run(std::size_t index) const {
  const ConditionHistory::Run& run = history.runs()[index];
  return both(run.truth, history.keys()[run.key].key.matches(key));
}

Truth truth_from_date(const HistoryView& view, const CountQuestion& question) {
  const FeatureReader& reader = question.reader;
  Instant begins = view.history.unknown_from();
  Truth truth = reader.policy().table().conditions.judge(
      view.history.spec().condition, [&](const Test& test) {
        const Feature& feature = reader.policy().feature(test.feature);
        Instant at = feature.kind == FeatureKind::date ? begins : question.now;
        return judge(test, feature, read_supposed(test.feature, at, question));
      });
  return both(truth, view.key_known ? Truth::yes : Truth::unknown);
}

Instant period_before(const Period& period, Instant now, const TimeZone& zone) {
  auto count = static_cast<std::int32_t>(period.count);
  Day today = zone.day_of(now);
  std::int64_t wall = zone.wall_ms_of_day(now);
  switch (period.unit) {
    case TimeUnit::millisecond:
      return now - milliseconds(period.count);
    case TimeUnit::day:
      return zone.at_wall_time(next(today, -count), wall);
    case TimeUnit::week:
      return zone.at_wall_time(next(today, -7 * count), wall);
    case TimeUnit::month:
      return zone.at_wall_time(add_months(today, -count), wall);
    case TimeUnit::year:
      return zone.at_wall_time(add_months(today, -12 * count), wall);
  }
  return now;
}

Instant window_steady_until(const Period& period, Instant now, const TimeZone& zone) {
  if (period.unit == TimeUnit::millisecond) return kNever;
  Instant start = period_before(period, now, zone);
  Instant midnight = zone.start_of(next(zone.day_of(now), 1));
  Instant jump = now + (zone.next_transition(start) - start);
  return std::min({midnight, zone.next_transition(now), jump});
}

// What has left a window of months may come back: a month before 12:00 is 12:00 on 28 February from
// 28 to 31 March, so the window begins earlier at the midnights between them than just before.
Instant window_keeps(const Period& period, Instant moment, Instant now, const TimeZone& zone) {
  Instant start = period_before(period, now, zone);
  Instant leaves = moment > start ? now + (moment - start) : kNever;
  bool calendar = period.unit != TimeUnit::millisecond;
  bool near = leaves != kNever || start - moment < days(2);
  return calendar && near ? std::min(leaves, window_steady_until(period, now, zone)) : leaves;
}

Instant TruthSteps::first(Instant from, const IsMet& is_met) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    Instant until = i + 1 < steps_.size() ? steps_[i + 1].from : kNever;
    Instant at = std::max(from, steps_[i].from);
    bool last = i + 1 == steps_.size();
    if ((at < until || last) && at != kNever && is_met(steps_[i].truth)) return at;
  }
  return kNever;
}

ScopeKey key_at(const CountQuestion& question, Instant t, const Supposition& supposed) {
  ScopeKey key;
  const Scope& scope = question.feature.scope;
  const FeatureReader& reader = question.reader;
  if (scope.same_network) key.network = reader.network_at(t, supposed);
  if (scope.per_imei) key.imei = reader.history().value(kImei, t);
  if (scope.per_profile) key.profile = reader.profile_at(t, supposed);
  return key;
}

Instant next_key_change(const CountQuestion& question) {
  const Scope& scope = question.feature.scope;
  const DeviceHistory& history = question.reader.history();
  Instant next = kNever;
  if (scope.same_network) next = std::min(next, history.next_network_change(question.now));
  if (scope.per_imei) next = std::min(next, history.timeline(kImei).next_change(question.now));
  if (scope.per_profile) {
    next = std::min(next, history.timeline(kProfile).next_change(question.now));
  }
  return next;
}

}  // namespace sojourn
