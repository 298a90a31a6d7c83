// What would be decided otherwise under another policy: found, and as JSON. The service and the
// command tell it in the same form.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/gazetteer.h"
#include "engine/base/result.h"
#include "engine/proof/difference.h"

namespace sojourn::service {

// Empty when both mean the same (their digests are equal).
Result<Difference> find_difference(const RuleTable& before, const RuleTable& after,
                                   const Gazetteer& world);

struct TouchedCount {
  std::uint64_t device_count = 0;
  std::uint64_t device_day_count = 0;  // days on which it was so at any moment
};

// A device that is decided differently at some moment.
struct TouchedDevice {
  std::string device;
  Instant since;              // the first such moment
  std::size_t situation = 0;  // in which it is then; beyond the list, one more than the last
  std::uint64_t day_count = 0;
};

// What a trace says of a difference.
struct RecordedDifference {
  TouchedCount all;                      // in the trace: a device's days run from its first
                                         // report to its last
  TouchedCount touched;                  // decided differently
  std::vector<TouchedCount> situations;  // by index of Difference::situations; the last one counts
                                         // what lies beyond the list
  std::vector<TouchedDevice> devices;    // in the order of the trace
  // Of a situation; null where none was counted (alerts and tasks are not).
  const TouchedCount* of(std::size_t situation) const {
    return situation + 1 < situations.size() ? &situations[situation] : nullptr;
  }
};

// The situations that differ, disjoint, with an example each. `recorded` may be null; `indent`: -1
// for one line.
std::string difference_json(const Difference& difference, const RecordedDifference* recorded,
                            int indent);

}  // namespace sojourn::service
