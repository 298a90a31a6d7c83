// Circumstances that nobody wishes for, around a program under test: a wall clock that is set, a
// disk that is full or does not answer. A library is loaded into the program before all others and
// stands between it and the system; the test turns its knobs while the program runs.
//
//   Circumstances around(folder + "/knobs");
//   service.set_environment(around.preload());
//   service.set_environment(around.knobs());
//   ... service.start(); around.shift_clock(days(365)); around.fill_disk(true);
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "engine/base/instant.h"

namespace sojourn::testing {

// What both sides see, in a file.
struct Knobs {
  std::atomic<std::int64_t> clock_shift_ms;
  std::atomic<std::int64_t> clock_stands_ms;  // 0: it goes
  std::atomic<std::int64_t> disk_is_full;
  std::atomic<std::int64_t> shared_index_is_full;
  std::atomic<std::int64_t> disk_stands_still;
};
inline constexpr const char* kKnobsVariable = "SOJOURN_TEST_KNOBS";

class Circumstances {
 public:
  explicit Circumstances(std::string path);
  ~Circumstances();
  Circumstances(const Circumstances&) = delete;
  Circumstances& operator=(const Circumstances&) = delete;

  // Variables of the program's environment.
  std::string preload() const;
  std::string knobs() const { return std::string(kKnobsVariable) + "=" + path_; }

  // The wall clock is so far ahead of the real one; clocks that measure time go on as they do.
  void shift_clock(Duration ahead) { knobs_->clock_shift_ms = ahead.ms; }
  // It shows this and nothing later, until it is set again. Requires: after 1970.
  void stop_clock(Instant at) { knobs_->clock_stands_ms = at.ms; }
  // Writes to the store's files find no room.
  void fill_disk(bool full) { knobs_->disk_is_full = full ? 1 : 0; }
  // Writes to the store's files do not come back while it does.
  void stop_disk(bool stands_still) { knobs_->disk_stands_still = stands_still ? 1 : 0; }
  // Only those to the index of SQLite's log (`-shm`) do.
  void fill_shared_index(bool full) { knobs_->shared_index_is_full = full ? 1 : 0; }

 private:
  std::string path_;
  Knobs* knobs_ = nullptr;
};

}  // namespace sojourn::testing
