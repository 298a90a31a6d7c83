// Counts of events, and the time since the last one (semantics 7, 8, 14).
#include <algorithm>

#include "engine/device/counters/counter.h"

namespace sojourn {
namespace {

// Calls use(instant) for every event that answers the question within [.., now], newest first,
// until it returns false.
template <class Use>
void for_each_newest_first(const CountQuestion& question, const Use& use) {
  const DeviceHistory& history = question.reader.history();
  const EventQuestion& asked = question.feature.event;
  if (asked.kind == EventKind::switches) return history.for_each_switch(question.now, use);
  const EventLog::Rows& rows = history.events().rows();
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->at > question.now || !history.events().answers(*row, asked)) continue;
    if (!use(row->at)) return;
  }
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

// Until when today's key stays as it is, if nothing is reported: a network lapses.
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

// How long after the event the period is over. Months and years end at the local midnight that
// begins the date.
Instant period_after(const Period& period, Instant event, const TimeZone& zone) {
  auto count = static_cast<std::int32_t>(period.count);
  Day day = zone.day_of(event);
  switch (period.unit) {
    case TimeUnit::millisecond:
      return event + milliseconds(period.count);
    case TimeUnit::day:
      return event + days(period.count);
    case TimeUnit::week:
      return event + days(7 * period.count);
    case TimeUnit::month:
      return zone.start_of(add_months(day, count));
    case TimeUnit::year:
      return zone.start_of(add_months(day, 12 * count));
  }
  return event;
}

}  // namespace

Curve count_events(const CountQuestion& question) {
  const Period& window = question.feature.window;
  const TimeZone& zone = question.reader.policy().zone_of(question.plan);
  bool by_days = window.unit == TimeUnit::day;
  Instant start = by_days ? zone.start_of(next(zone.day_of(question.now),
                                               1 - static_cast<std::int32_t>(window.count))) -
                                milliseconds(1)
                          : period_before(window, question.now, zone);
  std::int64_t lower = 0;
  std::int64_t upper = 0;
  Instant oldest = kNever;
  Instant left = kBeginning;  // the newest that is no longer counted
  bool scoped = question.feature.scope.any();
  ScopeKey today = scoped ? key_at(question, question.now, question.supposed) : ScopeKey{};
  for_each_newest_first(question, [&](Instant at) {
    if (at <= start) {
      left = at;
      return false;
    }
    Truth match = scoped ? key_at(question, at, {}).matches(today) : Truth::yes;
    lower += match == Truth::yes ? 1 : 0;
    upper += match != Truth::no ? 1 : 0;
    oldest = at;
    return true;
  });
  Instant until = kNever;
  if (by_days) {
    if (oldest != kNever) until = zone.start_of(next(zone.day_of(question.now), 1));
  } else {
    for (Instant moment : {left, oldest}) {
      if (moment == kBeginning || moment == kNever) continue;
      until = std::min(until, window_keeps(window, moment, question.now, zone));
    }
  }
  if (scoped) until = std::min(until, next_key_change(question));
  Curve curve = Curve::flat(question.now, Reading::between(lower, upper), until);
  curve.is_count = true;
  return curve;
}

namespace {

// When the period since the last event is over, and a notice of it begins.
std::optional<Instant> due_at(const CountQuestion& question) {
  const TimeZone& zone = question.reader.policy().zone_of(question.plan);
  bool scoped = question.feature.scope.any();
  ScopeKey today = scoped ? key_at(question, question.now, question.supposed) : ScopeKey{};
  std::optional<Instant> last;
  for_each_newest_first(question, [&](Instant at) {
    if (scoped && key_at(question, at, {}).matches(today) != Truth::yes) return true;
    last = at;
    return false;
  });
  if (!last) return std::nullopt;
  Instant due = period_after(question.feature.window, *last, zone);
  std::int32_t ahead = question.feature.ahead_days;
  if (ahead == 0) return due;
  bool elapsed = question.feature.window.unit == TimeUnit::millisecond;
  return elapsed ? due - days(ahead) : zone.start_of(next(zone.day_of(due), -ahead));
}

}  // namespace

Instant due(const CountQuestion& question) { return due_at(question).value_or(kNever); }

Curve since_event(const CountQuestion& question) {
  std::optional<Instant> due = due_at(question);
  if (!due) return Curve::flat(question.now, Reading::exactly(0), kNever);
  bool is_due = *due <= question.now;
  return Curve::flat(question.now, Reading::exactly(is_due ? 1 : 0), is_due ? kNever : *due);
}

}  // namespace sojourn
