// Circumstances (tests/support/circumstances.h) around a service under test.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "tests/service/demo_folder.h"
#include "tests/service/served.h"
#include "tests/support/circumstances.h"

namespace sojourn::testing {

class ServiceCircumstances : public Circumstances {
 public:
  // Requires: the service is not started yet. It believes its clock at once, whatever is done to
  // it, unless `watches_clock`.
  explicit ServiceCircumstances(Served& service, bool watches_clock = false)
      : Circumstances(service.folder() + "/knobs") {
    service.set_environment(preload());
    service.set_environment(knobs());
    if (!watches_clock) set_limits(service.folder(), "\"clock_leap_seconds\": 0");
  }

  // The service's wall clock goes ahead by so much more.
  void pass(Duration more) {
    ahead_.ms += more.ms;
    shift_clock(ahead_);
  }
  // Lets one minute pass after the other until it holds. A minute takes what the service needs to
  // notice it, at most two seconds: its naps are of one.
  bool minutes_until(const std::function<bool()>& holds) {
    constexpr int kMinutesMax = 60;
    for (int minute = 0; minute < kMinutesMax; ++minute) {
      pass(minutes(1));
      auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
      while (std::chrono::steady_clock::now() < end) {
        if (holds()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
    return false;
  }

 private:
  Duration ahead_{};
};

// Waits until it does; false after a minute.
inline bool becomes(const std::function<bool()>& true_at_last) {
  for (int i = 0; i < 600; ++i) {
    if (true_at_last()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

}  // namespace sojourn::testing
