#include "adapters/service/watched_clock.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace sojourn::service {
namespace {

// Beyond what keeping a clock right takes, and within the hour that a wrong zone makes.
constexpr Duration kLeapMin = minutes(10);

Instant read(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return {time.tv_sec * std::int64_t{1'000} + time.tv_nsec / 1'000'000};
}

}  // namespace

Instant wall_clock() { return read(CLOCK_REALTIME); }
Instant steady_clock() { return read(CLOCK_BOOTTIME); }

WatchedClock::WatchedClock(Clock wall, Clock steady, Duration lasts, Tell tell)
    : wall_(std::move(wall)),
      steady_(std::move(steady)),
      lasts_(lasts),
      tell_(std::move(tell)),
      shown_(wall_() - steady_()),
      highest_(shown_) {}

bool WatchedClock::is_believed(Duration ahead) const {
  return ahead.ms <= highest_.ms + kLeapMin.ms;
}

Instant WatchedClock::now() {
  std::lock_guard lock(mutex_);
  return look();
}

Duration WatchedClock::doubted() {
  std::lock_guard lock(mutex_);
  look();
  return leap_ ? Duration{leap_->to.ms - shown_.ms} : Duration{};
}

std::uint64_t WatchedClock::believed_count() {
  std::lock_guard lock(mutex_);
  look();
  return believed_count_;
}

Instant WatchedClock::look() {
  const Instant steady = steady_();
  const Duration ahead = wall_() - steady;
  if (!is_believed(ahead)) {
    const Duration leapt{ahead.ms - shown_.ms};
    bool another = !leap_ || std::abs(ahead.ms - leap_->to.ms) > kLeapMin.ms;
    if (another) {
      leap_ = Leap{ahead, steady};
      tell_("the wall clock leapt ahead", leapt);
    }
    if (steady - leap_->since < lasts_) return steady + shown_;
    tell_("the wall clock is believed", leapt);
    ++believed_count_;
  } else if (leap_) {
    tell_("the wall clock is back", Duration{ahead.ms - shown_.ms});
  } else if (ahead.ms < shown_.ms - kLeapMin.ms) {
    tell_("the wall clock was set back", Duration{ahead.ms - shown_.ms});
  }
  leap_.reset();
  shown_ = ahead;
  highest_ = std::max(highest_, ahead);
  return steady + shown_;
}

}  // namespace sojourn::service
