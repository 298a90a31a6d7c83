// Counts of events, and the time since the last one (semantics 7, 8, 12, 14).
#include <algorithm>

#include "engine/device/counters/counter.h"

namespace sojourn {
namespace {

// The first row that is later.
EventLog::Rows::const_iterator after(const EventLog::Rows& rows, Instant t) {
  return std::upper_bound(rows.begin(), rows.end(), t,
                          [](Instant at, const EventLog::Row& row) { return at < row.at; });
}

// Calls use(instant) for every event that answers the question within [.., to], newest first, until
// it returns false.
template <class Use>
void for_each_newest_first(const CountQuestion& question, Instant to, const Use& use) {
  const DeviceHistory& history = question.reader.history();
  const EventQuestion& asked = question.feature.event;
  if (asked.kind == EventKind::switches) return history.for_each_switch(to, use);
  const EventLog::Rows& rows = history.events().rows();
  for (auto row = after(rows, to); row != rows.begin();) {
    --row;
    if (history.events().answers(*row, asked) && !use(row->at)) return;
  }
}

// The first event after t that answers the question, at most now; else kNever.
Instant first_after(const CountQuestion& question, Instant t) {
  const DeviceHistory& history = question.reader.history();
  const EventQuestion& asked = question.feature.event;
  Instant first = kNever;
  if (asked.kind == EventKind::switches) {
    history.for_each_switch(question.now, [&](Instant at) {
      if (at > t) first = at;
      return at > t;
    });
    return first;
  }
  const EventLog::Rows& rows = history.events().rows();
  for (auto row = after(rows, t); row != rows.end() && row->at <= question.now; ++row) {
    if (history.events().answers(*row, asked)) return row->at;
  }
  return kNever;
}

// The last one up to t; else kBeginning.
Instant last_until(const CountQuestion& question, Instant t) {
  Instant last = kBeginning;
  for_each_newest_first(question, t, [&](Instant at) {
    last = at;
    return false;
  });
  return last;
}

// Of today's key; what happened under a key that nobody knows may be of it (semantics 12).
WindowSum count_between(const CountQuestion& question, const ScopeKey& today, Instant from,
                        Instant to) {
  bool scoped = question.feature.scope.any();
  WindowSum count;
  for_each_newest_first(question, to, [&](Instant at) {
    if (at < from) return false;
    Truth match = scoped ? key_at(question, at, {}).matches(today) : Truth::yes;
    count.lower += match == Truth::yes ? 1 : 0;
    count.upper += match != Truth::no ? 1 : 0;
    return true;
  });
  return count;
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

Curve count_events(const CountQuestion& question, WindowMemo& memo) {
  const Period& window = question.feature.window;
  const TimeZone& zone = question.reader.policy().zone_of(question.plan);
  const Instant now = question.now;
  bool by_days = window.unit == TimeUnit::day;
  Day first_day = next(zone.day_of(now), 1 - static_cast<std::int32_t>(window.count));
  Instant start =
      by_days ? zone.start_of(first_day) - milliseconds(1) : period_before(window, now, zone);
  // Switches are changes of the profile's timeline: few, and not remembered.
  if (question.feature.event.kind == EventKind::switches) memo.valid = false;
  auto between = [&](const ScopeKey& today, Instant from, Instant to) {
    return count_between(question, today, from, to);
  };
  WindowSum count = remembered_sum(question, start + milliseconds(1), between, memo);
  Instant oldest = first_after(question, start);
  Instant until = kNever;
  if (by_days) {
    if (oldest != kNever) until = zone.start_of(next(zone.day_of(now), 1));
  } else {
    for (Instant moment : {last_until(question, start), oldest}) {
      if (moment == kBeginning || moment == kNever) continue;
      until = std::min(until, window_keeps(window, moment, now, zone));
    }
  }
  if (question.feature.scope.any()) until = std::min(until, next_key_change(question));
  Curve curve = Curve::flat(now, Reading::between(count.lower, count.upper), until);
  curve.is_count = true;
  return curve;
}

Due due(const CountQuestion& question) {
  bool scoped = question.feature.scope.any();
  ScopeKey today = scoped ? key_at(question, question.now, question.supposed) : ScopeKey{};
  std::optional<Instant> newest;    // that may be of today's key
  std::optional<Instant> earliest;  // that may be the last one of it
  bool certain = false;
  for_each_newest_first(question, question.now, [&](Instant at) {
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
