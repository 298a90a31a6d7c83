// The days on which a trace reports. A clock that is years wrong stretches the trace to where it
// points, and every device is followed up to there: that is told before it is done.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "engine/device/observation.h"

namespace sojourn::cli {

class ReportedDays {
 public:
  void add(const Observation& report);

  // Empty where no years without a report lie within the trace.
  std::string told() const;

 private:
  std::map<std::int32_t, DeviceNames> days_;  // who reported first on it
  std::int32_t last_added_ = std::numeric_limits<std::int32_t>::min();
};

}  // namespace sojourn::cli
