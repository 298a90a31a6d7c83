// The time that a service goes by: the wall clock, watched by one that nobody sets. What a leap
// ahead brings about (a law that begins, an hour without service) cannot be taken back, so a leap
// is believed only when it lasts.
//
//   WatchedClock clock(wall, steady, seconds(600), tell);
//   Instant now = clock.now();
//
// A wall clock that is set back is followed at once, and so is its way back to where it was: time
// never passes twice for a device. A start believes the clock that it finds.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string_view>

#include "engine/base/instant.h"

namespace sojourn::service {

// Any thread.
class WatchedClock {
 public:
  using Clock = std::function<Instant()>;
  // What happened, and how far ahead the wall clock is of the time that is gone by.
  using Tell = std::function<void(std::string_view what, Duration ahead)>;

  // `wall`: since 1970. `steady`: since any instant, and while the machine sleeps, too. `lasts`:
  // how long a leap has to last; 0: it is believed at once.
  WatchedClock(Clock wall, Clock steady, Duration lasts, Tell tell);

  Instant now();
  // How far ahead the wall clock is while that is not believed; else none.
  Duration doubted();
  // Leaps that were believed so far: what they brought about cannot be taken back.
  std::uint64_t believed_count();

 private:
  struct Leap {
    Duration to;    // ahead of the steady clock
    Instant since;  // by the steady clock
  };
  bool is_believed(Duration ahead) const;
  Instant look();  // with the lock

  const Clock wall_, steady_;
  const Duration lasts_;
  const Tell tell_;
  std::mutex mutex_;
  Duration shown_;    // ahead of the steady clock: the time that is gone by
  Duration highest_;  // ... at most, so far
  std::optional<Leap> leap_;
  std::uint64_t believed_count_ = 0;
};

Instant wall_clock();
Instant steady_clock();  // goes on while the machine sleeps

}  // namespace sojourn::service
