// Which recorded devices a difference touches, and on how many of their days.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/cli/console.h"
#include "engine/base/gazetteer.h"
#include "engine/proof/difference.h"

namespace sojourn::cli {

struct TouchedCount {
  std::uint64_t device_count = 0;
  std::uint64_t device_day_count = 0;  // days on which it was so at any moment
};

struct DiffTrace {
  TouchedCount all;                      // in the trace: a device's days run from its first
                                         // report to its last
  TouchedCount touched;                  // decided differently
  std::vector<TouchedCount> situations;  // by index of Difference::situations; the last one counts
                                         // what lies beyond the list
};

// Follows every device of the traces open-loop: what is reported stands, nothing is switched.
Result<DiffTrace> replay_difference(const Difference& difference, const Gazetteer& world,
                                    const std::vector<std::string>& traces, Console& console);

}  // namespace sojourn::cli
