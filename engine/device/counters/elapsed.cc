// Elapsed time with a condition: `held`, `recency`, `held_share` (semantics 7, 8, 10 to 12).
#include <algorithm>

#include "engine/device/counters/counter.h"

namespace sojourn {
namespace {

constexpr Duration kInstant = milliseconds(1);

// Since when the condition has been at least `least` without a break; absent: it is not now.
// kBeginning: since before the history began, nobody knows when.
std::optional<Instant> unbroken_since(const HistoryView& view, Truth least, Instant now) {
  if (view.now < least) return std::nullopt;
  std::size_t i = view.history.runs().size();
  Instant since = now;
  while (i > 0 && view.truth_of_run(i - 1) >= least) since = view.history.runs()[--i].from;
  bool open = least == Truth::unknown && view.history.before() == Truth::unknown;
  return i == 0 && open ? view.history.unknown_from() : since;
}

// A supposed condition that the past does not bear out has held for this instant only, whenever
// one asks.
bool goes_on(const HistoryView& view, Truth least) {
  return view.truth_of_run(view.history.runs().size() - 1) >= least;
}

void read_held(Curve& curve, const HistoryView& view, Instant now) {
  auto set = [&](std::int64_t& bound, std::int8_t& slope, Truth least) {
    std::optional<Instant> since = unbroken_since(view, least, now);
    bound = !since ? -1 : *since == kBeginning ? kNotYet : (now - *since).ms;
    slope = bound >= 0 && bound != kNotYet && goes_on(view, least) ? 1 : 0;
  };
  set(curve.lower, curve.lower_slope, Truth::yes);
  set(curve.upper, curve.upper_slope, Truth::unknown);
}

// The last instant, up to now, at which the condition was at least `least`; absent: none.
std::optional<Instant> last_instant(const HistoryView& view, Truth least, Instant now) {
  if (view.now >= least) return now;
  for (std::size_t i = view.history.runs().size(); i > 0; --i) {
    if (view.truth_of_run(i - 1) < least) continue;
    return std::min(view.history.run_end(i - 1), now) - kInstant;
  }
  bool open = least == Truth::unknown && view.history.before() == Truth::unknown;
  if (open) return view.history.runs()[0].from - kInstant;
  return std::nullopt;
}

void read_recency(Curve& curve, const HistoryView& view, const CountQuestion& question) {
  Instant now = question.now;
  const Period& window = question.feature.window;
  const TimeZone& zone = view.history.zone();
  bool windowed = window.count > 0;
  Instant start = windowed ? period_before(window, now, zone) : kBeginning;
  auto set = [&](std::int64_t& bound, std::int8_t& slope, Truth least) {
    std::optional<Instant> last = last_instant(view, least, now);
    if (windowed && last && *last != now) {
      curve.until = std::min(curve.until, window_keeps(window, *last, now, zone));
      if (*last <= start) last.reset();
    }
    bound = last ? (now - *last).ms : kNotYet;
    slope = last && *last != now && !goes_on(view, least) ? 1 : 0;
  };
  set(curve.lower, curve.lower_slope, Truth::unknown);
  set(curve.upper, curve.upper_slope, Truth::yes);
}

}  // namespace

std::optional<Duration> left_window_by(const ConditionHistory& history,
                                       const CountQuestion& question) {
  HistoryView view(history, question);
  if (!view.begun) return std::nullopt;
  std::optional<Instant> last = last_instant(view, Truth::unknown, question.now);
  if (!last) return std::nullopt;
  return period_before(question.feature.window, question.now, history.zone()) - *last;
}

namespace {

// Does what nobody knows lie within a window that begins at `start`?
bool is_open(const ConditionHistory& history, Instant start) {
  Instant unknown_from = std::max(start, history.unknown_from());
  return history.before() == Truth::unknown && unknown_from < history.begin();
}

void read_share(Curve& curve, const HistoryView& view, const CountQuestion& question) {
  Instant now = question.now;
  const ConditionHistory& history = view.history;
  Instant start = period_before(question.feature.window, now, history.zone());
  curve.until =
      std::min(curve.until, window_steady_until(question.feature.window, now, history.zone()));
  if (is_open(history, start)) {
    curve.lower = 0;
    curve.upper = (now - start).ms;
    curve.until = std::min(curve.until, now + (history.begin() - start));
    return;
  }
  Duration total;
  Truth at_start = Truth::no;
  for (std::size_t i = history.runs().size(); i > 0; --i) {
    Instant from = history.runs()[i - 1].from;
    Instant to = std::min(history.run_end(i - 1), now);
    if (to <= start && i < history.runs().size()) break;
    Truth truth = view.truth_of_run(i - 1);
    if (truth == Truth::yes) total.ms += (to - std::max(from, start)).ms;
    if (from <= start) {
      at_start = truth;
      curve.until = std::min(curve.until, now + (history.run_end(i - 1) - start));
      break;
    }
    curve.until = std::min(curve.until, now + (from - start));
  }
  curve.lower = curve.upper = total.ms;
  int slope = (view.truth_of_run(history.runs().size() - 1) == Truth::yes ? 1 : 0) -
              (at_start == Truth::yes ? 1 : 0);
  curve.lower_slope = curve.upper_slope = static_cast<std::int8_t>(slope);
}

// In the notice of a ban that counts from a date: how long the condition will have held so many
// days from now, if it goes on. Before that date nothing is counted.
void read_held_ahead(Curve& curve, const HistoryView& view, const CountQuestion& question) {
  Duration ahead = days(question.feature.ahead_days);
  Instant begins = view.history.unknown_from();
  if (begins <= question.now) {
    read_held(curve, view, question.now);
    for (std::int64_t* bound : {&curve.lower, &curve.upper}) {
      if (*bound >= 0 && *bound != kNotYet) *bound += ahead.ms;
    }
    return;
  }
  curve.lower = curve.upper = -1;
  if (question.now + ahead < begins) {
    curve.until = std::min(curve.until, begins - ahead);
    return;
  }
  Truth truth = truth_from_date(view, question);
  auto set = [&](std::int64_t& bound, std::int8_t& slope, Truth least) {
    if (truth < least) return;
    bound = (question.now + ahead - begins).ms;
    slope = 1;
  };
  set(curve.lower, curve.lower_slope, Truth::yes);
  set(curve.upper, curve.upper_slope, Truth::unknown);
}

// The same of a share: the window will reach less far back, and all of what lies ahead counts if it
// is sure to be of today's key.
void read_share_ahead(Curve& curve, const HistoryView& view, const CountQuestion& question) {
  std::int64_t window = question.feature.window.count;
  Duration ahead = days(question.feature.ahead_days);
  Instant begins = view.history.unknown_from();
  if (begins <= question.now) {
    ahead.ms = std::min(ahead.ms, window);
    Feature shorter = question.feature;
    shorter.window.count -= ahead.ms;
    read_share(curve, view,
               {shorter, question.plan, question.reader, question.now, question.supposed});
    if (is_open(view.history, question.now - milliseconds(shorter.window.count))) {
      curve.upper =
          window;  // and the lower one is none: a share is unknown until its window is full
      return;
    }
    if (!view.key_known) return;
    curve.lower += ahead.ms;
    curve.upper += ahead.ms;
    return;
  }
  std::int64_t counted = view.key_known ? (question.now + ahead - begins).ms : 0;
  curve.lower = curve.upper = std::clamp<std::int64_t>(counted, 0, window);
  Instant begins_to_grow = begins - ahead;
  Instant is_full = begins_to_grow + milliseconds(window);
  if (!view.key_known) return;
  if (counted < 0) {
    curve.until = std::min(curve.until, begins_to_grow);
  } else if (counted < window) {
    curve.lower_slope = curve.upper_slope = 1;
    curve.until = std::min(curve.until, is_full);
  }
}

// When it will have held so long, as surely as `least`, if it goes on; kNever: it does not hold.
Instant held_long_at(const HistoryView& view, const CountQuestion& question, std::int64_t threshold,
                     Truth least) {
  Instant begins = view.history.unknown_from();
  if (begins > question.now) {
    bool lasts = truth_from_date(view, question) >= least;
    return lasts ? begins + milliseconds(threshold) : kNever;
  }
  if (view.now < least) return kNever;
  Reading held = count_elapsed(view.history, question).reading(question.now);
  std::int64_t bound = least == Truth::yes ? held.lower : held.upper;
  return bound >= threshold ? question.now : question.now + milliseconds(threshold - bound);
}

void add_held(TruthSteps& steps, const HistoryView& view, const CountQuestion& question,
              std::int64_t threshold) {
  Instant certain = held_long_at(view, question, threshold, Truth::yes);
  Instant possible = held_long_at(view, question, threshold, Truth::unknown);
  steps.add(std::min(certain, possible), Truth::unknown);
  steps.add(certain, Truth::yes);
}

// In s milliseconds the share is that of a window shorter by s, and s if the condition lasts: it
// only grows, or only falls. It is known once the window is full.
void add_share(TruthSteps& steps, const HistoryView& view, const CountQuestion& question,
               std::int64_t threshold) {
  if (question.feature.window.unit != TimeUnit::millisecond) return;
  const ConditionHistory& history = view.history;
  Instant now = question.now;
  Instant begins = history.unknown_from();
  bool dated = begins > now;
  Truth lasts = dated ? truth_from_date(view, question) : view.now;
  bool grows = lasts != Truth::no && view.key_known;
  std::int64_t window = question.feature.window.count;
  if (dated) {
    if (grows && threshold <= window) steps.add(begins + milliseconds(threshold), Truth::yes);
    return;
  }
  auto is_reached = [&](std::int64_t ahead) {
    Feature shorter = question.feature;
    shorter.window.count -= ahead;
    CountQuestion asked{shorter, question.plan, question.reader, now, question.supposed};
    std::int64_t counted = count_elapsed(history, asked).reading(now).lower;
    return counted + (grows ? ahead : 0) >= threshold;
  };
  Instant start = now - milliseconds(window);
  std::int64_t full = is_open(history, start) ? (history.begin() - start).ms : 0;
  std::int64_t low = full;
  std::int64_t high = window;
  while (low < high) {
    std::int64_t ahead = low + (high - low) / 2;
    if (is_reached(ahead) == grows) {
      high = ahead;
    } else {
      low = ahead + 1;
    }
  }
  if (full > 0) steps.add(now + milliseconds(full), truth_of(!grows));
  bool ever = !grows || threshold <= window;
  if (low > 0 && ever) steps.add(now + milliseconds(low), truth_of(grows));
}

}  // namespace

TruthSteps elapsed_if_lasting(const ConditionHistory& history, const CountQuestion& question,
                              std::int64_t threshold) {
  TruthSteps steps(question.now,
                   count_elapsed(history, question).reading(question.now).reaches(threshold));
  HistoryView view(history, question);
  if (!view.begun) return steps;
  bool is_share = question.feature.kind == FeatureKind::held_share;
  (is_share ? add_share : add_held)(steps, view, question, threshold);
  return steps;
}

Curve count_elapsed(const ConditionHistory& history, const CountQuestion& question) {
  HistoryView view(history, question);
  Curve curve;
  curve.at = question.now;
  curve.is_count = true;
  curve.until = history.stable_until();
  if (!view.begun) {
    curve.lower = question.feature.kind == FeatureKind::held ? -1 : 0;
    curve.upper = kNotYet;
    curve.until = history.begin();
  } else if (question.feature.ahead_days != 0) {
    bool is_share = question.feature.kind == FeatureKind::held_share;
    (is_share ? read_share_ahead : read_held_ahead)(curve, view, question);
  } else if (question.feature.kind == FeatureKind::held) {
    read_held(curve, view, question.now);
  } else if (question.feature.kind == FeatureKind::recency) {
    read_recency(curve, view, question);
  } else {
    read_share(curve, view, question);
  }
  curve.class_until = curve.until;
  return curve;
}

}  // namespace sojourn
