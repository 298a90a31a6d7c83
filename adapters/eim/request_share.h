// How often one peer may ask: so many requests a second, and some at once after a rest.
//
//   RequestShare share(20, 100);
//   std::uint32_t seconds = share.take(now_ms);   // 0: within its share; else: ask again then
//
// A peer that asks faster hears 429 or 4.29 (RFC 8516) before its request takes a place that
// another waits for. Counted as one instant, that at which all that was asked so far would have
// been asked at the steady rate (the generic cell rate algorithm): nothing is kept per request.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sojourn::eim {

// A procedure is some ten messages, one after the other; then a device is silent for minutes. Who
// asks faster than this for long keeps others waiting.
inline constexpr std::uint32_t kPeerRequestsPerSecond = 20;
inline constexpr std::uint32_t kPeerRequestsAtOnce = 100;

// Threads: none of its own; one at a time.
class RequestShare {
 public:
  // `per_second` 0: no limit. Requires: `at_once` is 1 at least, both at most a million.
  RequestShare(std::uint32_t per_second, std::uint32_t at_once)
      : interval_us_(per_second == 0 ? 0 : kSecondUs / per_second),
        ahead_us_max_(interval_us_ * (at_once - 1)) {}

  // `now_ms`: of a clock that does not go back. A request that is refused costs nothing.
  std::uint32_t take(std::int64_t now_ms) {
    std::int64_t now_us = now_ms * 1'000;
    std::int64_t steady_us = std::max(steady_us_, now_us);
    std::int64_t early_us = steady_us - now_us - ahead_us_max_;
    if (early_us > 0) return static_cast<std::uint32_t>((early_us + kSecondUs - 1) / kSecondUs);
    steady_us_ = steady_us + interval_us_;
    return 0;
  }

 private:
  static constexpr std::int64_t kSecondUs = 1'000'000;
  std::int64_t interval_us_;
  std::int64_t ahead_us_max_;
  std::int64_t steady_us_ = 0;
};

}  // namespace sojourn::eim
