// Moments and lengths of time, in whole milliseconds.
//
// All time in Sojourn is event time and an argument; nothing here reads a clock.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace sojourn {

// An elapsed time. May be negative.
struct Duration {
  std::int64_t ms = 0;
  friend auto operator<=>(Duration, Duration) = default;
};

// A moment: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
struct Instant {
  std::int64_t ms = 0;
  friend auto operator<=>(Instant, Instant) = default;
};

inline constexpr Duration milliseconds(std::int64_t n) { return {n}; }
inline constexpr Duration seconds(std::int64_t n) { return {n * 1000}; }
inline constexpr Duration minutes(std::int64_t n) { return {n * 60'000}; }
inline constexpr Duration hours(std::int64_t n) { return {n * 3'600'000}; }
inline constexpr Duration days(std::int64_t n) { return {n * 86'400'000}; }

// Before and after everything that can be reported. Arithmetic that meets them stays there.
inline constexpr Instant kBeginning{std::numeric_limits<std::int64_t>::min()};
inline constexpr Instant kNever{std::numeric_limits<std::int64_t>::max()};

inline constexpr Instant operator+(Instant t, Duration d) {
  if (t == kBeginning || t == kNever) return t;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(t.ms, d.ms, &sum)) return d.ms > 0 ? kNever : kBeginning;
  return {sum};
}
inline constexpr Instant operator-(Instant t, Duration d) {
  return t + Duration{d.ms == std::numeric_limits<std::int64_t>::min()
                          ? std::numeric_limits<std::int64_t>::max()
                          : -d.ms};
}
// Saturates.
inline constexpr Duration operator-(Instant a, Instant b) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(a.ms, b.ms, &difference)) {
    return {a.ms > b.ms ? std::numeric_limits<std::int64_t>::max()
                        : std::numeric_limits<std::int64_t>::min()};
  }
  return {difference};
}

// RFC 3339 with any offset ("2026-01-01T10:00:00Z", "2026-01-01 10:00:00.250-03:00"). Years 0000 to
// 9999, up to nine fractional digits (cut to milliseconds), "T" or one blank between date and time,
// second 60 read as the next minute's first. Absent for anything else.
std::optional<Instant> parse_rfc3339(std::string_view text);

// "2026-01-01T10:00:00Z", or with ".250" when there are milliseconds. The ends of time are "never".
// Years beyond 9999 get the digits they need (up to a Day's last year), which is not RFC 3339 then.
std::string to_rfc3339(Instant t);

// Telemetry writes seconds or milliseconds; numbers of 100,000,000,000 and more are milliseconds.
inline constexpr Instant from_epoch_number(std::int64_t n) {
  return Instant{n >= 100'000'000'000 || n <= -100'000'000'000 ? n : n * 1000};
}

// "30 minutes", "2 days 3 hours": the largest units first, zero parts left out.
std::string describe(Duration d);

}  // namespace sojourn
