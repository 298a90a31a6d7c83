// The most that a device at rest (Device::rest) can take up under a policy: derived from what the
// policy asks about, before any device was heard of.
//
//   StateBound bound = state_bound(policy);
//   bound.standing                                    // however long a device says the same
//   bound.of({.reports = 20, .values = 7})            // bytes; device.byte_count() is not above it
//
// Counting forms keep nothing of their own at rest: they are counted anew from the timelines of the
// signals that they look at. So a form costs what its signals cost, once, however many forms look
// at the same ones; what grows with a device's life are the rows of its timelines and logs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/device/device.h"

namespace sojourn {

// What a device was told.
struct Heard {
  std::uint64_t reports = 0;  // within the lateness: those that a late one may still contradict
  // Values that differ from the one that stood, or came when that had lapsed: of each signal that a
  // report speaks about (StateBound::values_per_fix, ...); where the policy asks about silence, the
  // report itself is one. So is a list of what is installed after another profile was enabled.
  std::uint64_t values = 0;
  std::uint64_t late_values = 0;  // ... in reports older than the newest
  std::uint64_t events = 0;       // named, rejects, commanded switches, alerts
  std::uint64_t amounts = 0;      // of data
  // IMEIs, undeclared names, sets and zones that are new, and the bytes of their texts (a set's
  // member: 16).
  std::uint64_t names = 0;
  std::uint64_t name_bytes = 0;
  std::uint64_t quarantines = 0;
};

struct StateBound {
  // One value of everything that a report can say, once.
  std::size_t standing = 0;
  std::size_t per_report = 0;
  std::size_t per_value = 0;
  std::size_t per_late_value = 0;
  std::size_t per_event = 0;
  std::size_t per_amount = 0;
  std::size_t per_name = 0;
  std::size_t per_quarantine = 0;
  // How many signals a report speaks about: with a position; with a network or a registration.
  std::size_t values_per_fix = 0;
  std::size_t values_per_network = 0;

  std::size_t of(const Heard& heard) const;
};

StateBound state_bound(const std::shared_ptr<const PreparedPolicy>& policy);

}  // namespace sojourn
