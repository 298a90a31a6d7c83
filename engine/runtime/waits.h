// What keeps a decision from being carried out now, as far as one device goes (semantics 20, 21):
// quarantine, approval, guards about switches, hold, window, `requires`; and what a pressing ban
// passes. What needs the fleet (shares, stages, kill switches) its host adds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/device/device.h"

namespace sojourn {

struct Waits {
  std::optional<std::string> suppressed;  // what is waited for; absent: nothing
  // What would have stopped it, and which ban went over it.
  std::vector<std::string> overridden;
  std::vector<std::string> alerts;  // of a ban that is held back
  Instant look_again = kNever;      // when time alone may change this
};

// Requires: the decision is the device's at `now`. `hold_until`: the end of the last switch's hold.
Waits find_waits(Device& device, const PreparedPolicy& policy, const Decision& decision,
                 Instant hold_until, Instant now);

// What the decision asks for beside its profile; null: a ban that nothing can be done about.
const Action* action_behind(const RuleTable& table, const Decision& decision);

}  // namespace sojourn
