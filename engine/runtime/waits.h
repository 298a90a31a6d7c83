// What keeps a decision from being carried out now, as far as one device goes (semantics 20, 21):
// quarantine, approval, guards about switches, hold, window, `requires`; the guards about the fleet
// as its last minute said (fleet_minutes.h); and what a pressing ban passes. Kill switches are the
// host's to add.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/device/device.h"
#include "engine/runtime/fleet_minutes.h"

namespace sojourn {

struct Waits {
  std::optional<std::string> suppressed;  // what is waited for; absent: nothing
  // What would have stopped it, and which ban went over it.
  std::vector<std::string> overridden;
  std::vector<std::string> alerts;  // of a ban that is held back
  Instant look_again = kNever;      // when time alone may change this
};

// What the device's own history does not tell.
struct WaitTerms {
  Instant hold_until = kBeginning;   // the end of the last switch's hold
  bool approved = false;             // what asks for `approval` has it
  const FleetWord* fleet = nullptr;  // null: there is no fleet, and nobody to ask
};

// Requires: the decision is the device's at `now`.
Waits find_waits(Device& device, const PreparedPolicy& policy, const Decision& decision,
                 const WaitTerms& terms, Instant now);

// What the device asks of the fleet: absent when it wants no switch, or waits for something of its
// own. `terms.fleet` is not looked at.
std::optional<FleetRequest> fleet_request(Device& device, const PreparedPolicy& policy,
                                          const Decision& decision, const WaitTerms& terms,
                                          Instant now);

}  // namespace sojourn
