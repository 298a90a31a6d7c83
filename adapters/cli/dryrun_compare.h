// Two policies side by side on one trace: on which devices, and on how many of their days, another
// profile was enabled.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/cli/fleet_replay.h"

namespace sojourn::cli {

struct ChangedDevice {
  std::string device;
  Instant since;               // the first moment of another profile
  std::string profile, other;  // then: under the policy, and under the one compared with
  std::uint64_t day_count = 0;
};

struct ReplayComparison {
  std::uint64_t device_count = 0;      // of the trace
  std::uint64_t device_day_count = 0;  // from the first report of each to the trace's end
  std::uint64_t changed_day_count = 0;
  std::vector<ChangedDevice> changed;  // the most days first
};

// Requires: both were fed the same trace to its end, with ReplayOptions::profiles.
ReplayComparison compare_replays(FleetReplay& replay, FleetReplay& other);

}  // namespace sojourn::cli
