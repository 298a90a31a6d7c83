// Counters: the families of counting features, from condition histories and logs to readings.
//
// A counter answers with a Curve: what the count is now, how it goes on with no report, and until
// when that holds. So a reading that is asked for again costs a subtraction, and the instant at
// which a threshold is reached is known beforehand.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/device/condition_history.h"

namespace sojourn {

struct Curve {
  Instant at = kBeginning;
  std::int64_t lower = 0;
  std::int64_t upper = 0;
  std::int8_t lower_slope = 0;  // per millisecond: -1, 0 or 1
  std::int8_t upper_slope = 0;
  bool known = false;  // symbols, flags and numbers
  bool is_count = false;
  Instant until = kBeginning;  // the curve holds within [at, until)
  // No threshold is crossed before this though the curve may end; at least `until`.
  Instant class_until = kBeginning;

  bool covers(Instant t) const { return at <= t && t < until; }
  // Requires: covers(t).
  Reading reading(Instant t) const;
  static Curve flat(Instant at, const Reading& reading, Instant until);
};

// The first instant after `t` at which one of the bounds crosses one of the ascending cuts; at most
// `class_until`. Requires: covers(t).
Instant next_crossing(const Curve& curve, const std::vector<std::int64_t>& cuts, Instant t);

// The situation in which something is counted.
struct CountQuestion {
  const Feature& feature;
  const FeaturePlan& plan;
  const FeatureReader& reader;
  Instant now;
  Supposition supposed;
};

// The key of what is recorded at an instant (semantics 12), with what is supposed of it.
ScopeKey key_at(const CountQuestion& question, Instant t, const Supposition& supposed);
// Until when today's key stays as it is, if nothing is reported: a network lapses.
Instant next_key_change(const CountQuestion& question);

// A condition's history seen from today: its truth and key now, with what is supposed.
struct HistoryView {
  HistoryView(const ConditionHistory& past, const CountQuestion& question);

  const ConditionHistory& history;
  ScopeKey key;  // today's
  bool key_known = true;
  Truth now = Truth::unknown;
  bool supposed = false;
  bool begun = false;  // the history has begun

  // How surely does the condition hold on the run, as far as today's key goes?
  Truth truth_of_run(std::size_t index) const;
};

// How surely the condition holds from the date on which it begins (HistorySpec::counts_from), if
// all else of it stays as it is now.
Truth truth_from_date(const HistoryView& view, const CountQuestion& question);

Curve count_days(const ConditionHistory& history, const CountQuestion& question);
Curve count_elapsed(const ConditionHistory& history, const CountQuestion& question);
// What is counted within a window comes to, at the least and at the most: bytes, or events.
struct WindowSum {
  std::int64_t lower = 0, upper = 0;
};
// What it came to over [from, to] for a key, so that the next sum only adds and takes away.
struct WindowMemo {
  bool valid = false;
  Instant from;
  Instant to;
  ScopeKey key;
  WindowSum sum;
};
// Of today's key, what comes within [from, to].
using SumBetween = std::function<WindowSum(const ScopeKey& today, Instant from, Instant to)>;
// Of [from, now]. Sums beyond what can be counted stay the most that can.
WindowSum remembered_sum(const CountQuestion& question, Instant from, const SumBetween& sum_between,
                         WindowMemo& memo);
std::int64_t plus(std::int64_t sum, std::int64_t more);  // as above

Curve count_events(const CountQuestion& question, WindowMemo& memo);
Curve since_event(const CountQuestion& question);
Curve sum_usage(const CountQuestion& question, WindowMemo& memo);

using IsMet = std::function<bool(Truth)>;

// What a test comes to in time, if all goes on as it is: a truth from each instant on.
class TruthSteps {
 public:
  TruthSteps(Instant now, Truth truth) : steps_{{now, truth}} {}

  // Steps follow each other; one that is past is how it is now, and kNever is none.
  void add(Instant from, Truth truth) { steps_.push_back({from, truth}); }
  Instant first(Instant from, const IsMet& is_met) const;

 private:
  struct Step {
    Instant from;
    Truth truth;
  };
  std::vector<Step> steps_;
};

// Whether a count reaches the threshold, if its condition lasts. Requires: `held`, `held_share`.
TruthSteps elapsed_if_lasting(const ConditionHistory& history, const CountQuestion& question,
                              std::int64_t threshold);
// The first instant at or after `from` at which whether a count of days reaches the threshold is
// as sought, if its condition lasts: days come, leave the window, and calendars begin anew.
// kNever: not within two years of it. `of_ban`: whether the condition holds is asked beside it.
Instant first_day_if_lasting(const ConditionHistory& history, const CountQuestion& question,
                             std::int64_t threshold, Instant from, const IsMet& is_met,
                             bool of_ban);
// When the period since the last event is over; kNever before any. Of events whose key nobody
// knows the last one may be one or none: at the earliest, and for sure.
struct Due {
  Instant possible = kNever;
  Instant certain = kNever;
};
Due due(const CountQuestion& question);
// By how much the last instant of the condition lies before the window, negative: within it. Absent
// where there is none. Requires: a `recency` within a window.
std::optional<Duration> left_window_by(const ConditionHistory& history,
                                       const CountQuestion& question);

// The first instant that a count looks at, for showing the rows behind it.
Instant counted_from(const ConditionHistory& history, const CountQuestion& question);

// The instant that lies the period before `now`: elapsed time, or calendar arithmetic on local
// dates at the same time of day.
Instant period_before(const Period& period, Instant now, const TimeZone& zone);
// Until when that instant goes on as time does; over a calendar window it jumps.
Instant window_steady_until(const Period& period, Instant now, const TimeZone& zone);
// Until when it is sure whether the moment lies within the window that ends now.
Instant window_keeps(const Period& period, Instant moment, Instant now, const TimeZone& zone);

}  // namespace sojourn
