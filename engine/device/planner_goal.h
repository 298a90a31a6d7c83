// Between a policy's decisions and the planner: what a decision asks of the card, and what the card
// says in the words of the policy.
//
//   planner.hear(observation, names_of(*policy));
//   device.observe(observation);
//   sync_quarantine(*policy, state, device, now);
//   Plan plan = planner.next(goal_of(*policy, device, device.decide(now), now), now);
//   ...
//   if (planner.take(result)) device.observe(card_report(state, result.at));
#pragma once

#include "engine/device/device.h"
#include "engine/device/planner.h"

namespace sojourn {

// Requires: the policy outlives the result.
NameOfIccid names_of(const PreparedPolicy& policy);

// What the decision asks for, with the gates that the policy and the device's own history know:
// `requires`, the window, `forbid change`, the limit on the device's switches, and whether a ban
// presses (hold_until: of the PlannerState). Fleet guards, approval and kill switches are the
// host's to add.
PlanGoal goal_of(const PreparedPolicy& policy, Device& device, const Decision& decision,
                 Instant now, Instant hold_until = kBeginning);

// Hands the planner's quarantine on to the decisions.
void sync_quarantine(const PreparedPolicy& policy, const PlannerState& state, Device& device,
                     Instant now);

// The card's word as a report: what is enabled, what is installed, which is the fallback.
Observation card_report(const PlannerState& state, Instant at);

}  // namespace sojourn
