// When a ban leaves no time, and what is behind a decision: what the planner's goals and a loop's
// waits both go by (semantics 21).
#pragma once

#include <optional>

#include "engine/device/device.h"

namespace sojourn {

// What the decision asks for beside its profile. Null: a ban that nothing can be done about, or a
// remedy or an `otherwise` whose profiles cannot be had.
const Action* action_behind(const RuleTable& table, const Decision& decision);

// Is the rule that decided named by the guard's `except for`?
bool is_excepted(const Guard& guard, const Decision& decision);

// Does this `forbid change` stand now? It does with every profile but the one that is enabled.
// `steady_until` is lowered to until when that stays so.
bool forbids_change(const Ban& ban, Device& device, Instant now, Instant& steady_until);

// The ban that calls and that what is enabled will violate first.
struct CallingBan {
  std::size_t ban = 0;
  Instant deadline = kNever;  // the first instant of a violation; never kNever
  Instant begin_by = kNever;  // a switch that obeys it begins by then: `lead` before

  // Does no instant allow the switch in time? `allowed`: the next that hold and window allow.
  bool presses(Instant allowed, Instant now) const { return begin_by <= now || allowed > begin_by; }
};

struct CallingBans {
  bool any = false;  // a ban calls, whether or not it has a deadline
  std::optional<CallingBan> first;
};
CallingBans calling_bans(Device& device, const RuleTable& table, Instant now);

}  // namespace sojourn
