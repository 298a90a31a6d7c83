// Sums of data, booked to the country that stood when it was used (semantics 7, 15).
#include <algorithm>
#include <cstdlib>

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

// Amounts come from outside: what is more than can be counted stays the most that can.
constexpr std::int64_t kSumMax = kNotYet - 1;

std::int64_t plus(std::int64_t sum, std::int64_t bytes) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(sum, bytes, &result)) result = bytes > 0 ? kSumMax : -kSumMax;
  return std::clamp(result, -kSumMax, kSumMax);
}

std::int64_t sum_between(const CountQuestion& question, Instant from, Instant to) {
  const Feature& feature = question.feature;
  const StandingCountry& place = question.reader.place();
  bool balance = feature.kind == FeatureKind::data_balance;
  std::int64_t sum = 0;
  question.reader.history().usage().for_each(from, to, [&](Instant at, std::int64_t bytes) {
    std::int64_t standing = place.standing_at(at);
    if (lies_in(standing, feature.countries)) sum = plus(sum, bytes);
    if (balance && lies_in(standing, feature.other_countries)) sum = plus(sum, -bytes);
  });
  return sum;
}

}  // namespace

Curve sum_usage(const CountQuestion& question, UsageMemo& memo) {
  const UsageLog& usage = question.reader.history().usage();
  const TimeZone& zone = question.reader.policy().zone_of(question.plan);
  Instant now = question.now;
  Instant from = window_start(question, zone);
  if (memo.valid && memo.from <= from && from <= memo.to && memo.to <= now) {
    memo.sum = plus(memo.sum, sum_between(question, memo.to + milliseconds(1), now));
    memo.sum = plus(memo.sum, -sum_between(question, memo.from, from - milliseconds(1)));
  } else {
    memo.sum = sum_between(question, from, now);
  }
  memo.valid = std::abs(memo.sum) < kSumMax;  // the most goes on as an unknown amount
  memo.from = from;
  memo.to = now;
  Instant oldest = usage.next_after(from - milliseconds(1));
  Instant until = usage.next_after(now);
  if (oldest <= now) {
    bool elapsed = question.feature.window.unit == TimeUnit::millisecond;
    Instant leaves = elapsed ? oldest + milliseconds(question.feature.window.count)
                             : zone.start_of(next(zone.day_of(now), 1));
    until = std::min(until, leaves);
  }
  Curve curve = Curve::flat(now, Reading::exactly(memo.sum), until);
  curve.is_count = true;
  return curve;
}

}  // namespace sojourn
