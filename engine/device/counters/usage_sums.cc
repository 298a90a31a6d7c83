// Sums of data, booked to the country that stood when it was used (semantics 7, 12, 15).
#include <algorithm>

#include "engine/device/counters/counter.h"

namespace sojourn {
namespace {

bool lies_in(std::int64_t standing, const CountrySet& countries) {
  if (countries.empty()) return true;
  if (standing == kUnknownValue) return false;
  return CountryClaim::from_packed(static_cast<std::uint32_t>(standing)).intersects(countries);
}

// The first instant whose data counts.
Instant window_start(const CountQuestion& question, const TimeZone& zone) {
  const Period& window = question.feature.window;
  auto count = static_cast<std::int32_t>(window.count);
  Day today = zone.day_of(question.now);
  switch (window.unit) {
    case TimeUnit::millisecond:
      return question.now - milliseconds(window.count - 1);  // half-open: (now - D, now]
    case TimeUnit::day:
      return zone.start_of(next(today, 1 - count));
    case TimeUnit::week:
      return zone.start_of(next(today, 1 - 7 * count));
    case TimeUnit::month:
      return zone.start_of(next(add_months(today, -count), 1));
    case TimeUnit::year:
      return zone.start_of(next(add_months(today, -12 * count), 1));
  }
  return question.now;
}

// Calls use(instant, bytes) for what was used within [from, to]; what was used in the other
// countries of a balance is taken away.
template <class Use>
void for_each_amount(const CountQuestion& question, Instant from, Instant to, const Use& use) {
  const Feature& feature = question.feature;
  const StandingCountry& place = question.reader.place();
  bool balance = feature.kind == FeatureKind::data_balance;
  question.reader.history().usage().for_each(from, to, [&](Instant at, std::int64_t bytes) {
    std::int64_t standing = place.standing_at(at);
    std::int64_t counted = lies_in(standing, feature.countries) ? bytes : 0;
    if (balance && lies_in(standing, feature.other_countries)) counted = plus(counted, -bytes);
    if (counted != 0) use(at, counted);
  });
}

// Of today's key; what was used under a key that nobody knows may be of it (semantics 12).
WindowSum sum_between(const CountQuestion& question, const ScopeKey& today, Instant from,
                      Instant to) {
  bool scoped = question.feature.scope.any();
  WindowSum sum;
  for_each_amount(question, from, to, [&](Instant at, std::int64_t bytes) {
    Truth match = scoped ? key_at(question, at, {}).matches(today) : Truth::yes;
    if (match == Truth::no) return;
    if (match == Truth::yes || bytes < 0) sum.lower = plus(sum.lower, bytes);
    if (match == Truth::yes || bytes > 0) sum.upper = plus(sum.upper, bytes);
  });
  return sum;
}

}  // namespace

Curve sum_usage(const CountQuestion& question, WindowMemo& memo) {
  const UsageLog& usage = question.reader.history().usage();
  const TimeZone& zone = question.reader.policy().zone_of(question.plan);
  Instant now = question.now;
  Instant from = window_start(question, zone);
  auto between = [&](const ScopeKey& today, Instant first, Instant last) {
    return sum_between(question, today, first, last);
  };
  WindowSum sum = remembered_sum(question, from, between, memo);
  Instant oldest = usage.next_after(from - milliseconds(1));
  Instant until = usage.next_after(now);
  if (oldest <= now) {
    bool elapsed = question.feature.window.unit == TimeUnit::millisecond;
    Instant leaves = elapsed ? oldest + milliseconds(question.feature.window.count)
                             : zone.start_of(next(zone.day_of(now), 1));
    until = std::min(until, leaves);
  }
  until = std::min(until, next_key_change(question));
  // A country that is believed later books what was used since its first sign.
  bool by_country =
      !question.feature.countries.empty() || !question.feature.other_countries.empty();
  if (by_country) until = std::min(until, question.reader.place().next_change(now));
  Curve curve = Curve::flat(now, Reading::between(sum.lower, sum.upper), until);
  curve.is_count = true;
  return curve;
}

}  // namespace sojourn
