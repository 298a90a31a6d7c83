// Counts of events, and the time since the last one (semantics 7, 8, 12, 14).
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

// When the period since an event is over, and a notice of it begins.
Instant due_after(const CountQuestion& question, Instant event) {
  const TimeZone& zone = question.reader.policy().zone_of(question.plan);
  Instant due = period_after(question.feature.window, event, zone);
  std::int32_t ahead = question.feature.ahead_days;
  if (ahead == 0) return due;
  bool elapsed = question.feature.window.unit == TimeUnit::millisecond;
  return elapsed ? due - days(ahead) : zone.start_of(next(zone.day_of(due), -ahead));
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

Due due(const CountQuestion& question) {
  bool scoped = question.feature.scope.any();
  ScopeKey today = scoped ? key_at(question, question.now, question.supposed) : ScopeKey{};
  std::optional<Instant> newest;    // that may be of today's key
  std::optional<Instant> earliest;  // that may be the last one of it
  bool certain = false;
  for_each_newest_first(question, [&](Instant at) {
    Truth match = scoped ? key_at(question, at, {}).matches(today) : Truth::yes;
    if (match == Truth::no) return true;
    if (!newest) newest = at;
    earliest = at;
    certain = match == Truth::yes;
    return !certain;
  });
  Due due;
  if (earliest) due.possible = due_after(question, *earliest);
  if (certain) due.certain = due_after(question, *newest);
  return due;
}

Curve since_event(const CountQuestion& question) {
  const Due due = sojourn::due(question);
  Instant until = question.feature.scope.any() ? next_key_change(question) : kNever;
  for (Instant changes : {due.possible, due.certain}) {
    if (changes > question.now) until = std::min(until, changes);
  }
  Reading reading = Reading::unknown();
  if (due.certain <= question.now) reading = Reading::exactly(1);
  if (due.possible > question.now) reading = Reading::exactly(0);
  return Curve::flat(question.now, reading, until);
}

}  // namespace sojourn
