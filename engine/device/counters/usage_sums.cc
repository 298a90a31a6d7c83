// Sums of data, booked to the country that stood when it was used (semantics 7, 15).
#include <algorithm>

#include "engine/device/counters/counter.h"

namespace sojourn {
namespace {

bool lies_in(std::int64_t standing, const CountrySet& countries) {
  if (countries.empty()) return true;
  if (standing == kUnknownValue) return false;
  return CountryClaim::from_packed(static_cast<std::uint32_t>(standing)).intersects(countries);
}

}  // namespace

Curve sum_usage(const CountQuestion& question) {
  const Feature& feature = question.feature;
  const TimeZone& zone = question.reader.policy().zone_of(question.plan);
  const FeatureReader& reader = question.reader;
  Instant now = question.now;
  bool elapsed = feature.window.unit == TimeUnit::millisecond;
  std::int64_t day_count = feature.window.count;
  Day today = zone.day_of(now);
  Instant from;
  if (elapsed) {
    from = now - milliseconds(feature.window.count - 1);  // half-open: (now - D, now]
  } else {
    Day first = next(today, 1);
    auto count = static_cast<std::int32_t>(day_count);
    if (feature.window.unit == TimeUnit::day) first = next(first, -count);
    if (feature.window.unit == TimeUnit::week) first = next(first, -7 * count);
    if (feature.window.unit == TimeUnit::month) first = next(add_months(today, -count), 1);
    if (feature.window.unit == TimeUnit::year) first = next(add_months(today, -12 * count), 1);
    from = zone.start_of(first);
  }
  std::int64_t sum = 0;
  Instant oldest = kNever;
  reader.history().usage().for_each(from, now, [&](Instant at, std::int64_t bytes) {
    std::int64_t standing = reader.place().standing_at(at);
    if (lies_in(standing, feature.countries)) sum += bytes;
    if (feature.kind == FeatureKind::data_balance && lies_in(standing, feature.other_countries)) {
      sum -= bytes;
    }
    oldest = std::min(oldest, at);
  });
  Instant until = reader.history().usage().next_after(now);
  if (oldest != kNever) {
    Instant leaves =
        elapsed ? oldest + milliseconds(feature.window.count) : zone.start_of(next(today, 1));
    until = std::min(until, leaves);
  }
  Curve curve = Curve::flat(now, Reading::exactly(sum), until);
  curve.is_count = true;
  return curve;
}

}  // namespace sojourn
