// What the planner yields: the next command, or why there is none.
//
// The order of the questions is the order of importance: what the card has, what should be enabled,
// and only then what can wait (preloaded profiles, the fallback attribute, deletions).
#include <algorithm>
#include <utility>

#include "engine/device/planner.h"

namespace sojourn {
namespace {

// The first reason stays: it is about the more important question.
void wait_for(Plan& plan, WaitReason reason, Instant until) {
  if (plan.waits_for == WaitReason::none) plan.waits_for = reason;
  plan.ask_again = std::min(plan.ask_again, until);
}

}  // namespace

Plan Planner::next(const PlanGoal& goal, Instant now) {
  Plan plan;
  forget_old(now);
  if (state_.in_flight) {
    plan.waits_for = WaitReason::in_flight;
    if (is_unwanted(*state_.in_flight, goal)) plan.withdraw = state_.in_flight->command.number;
    return plan;
  }
  const CardProfile* on = enabled();
  bool is_reached = goal.enabled && on != nullptr && on->profile == goal.enabled->name;
  state_.reached = is_reached ? goal.enabled->name : std::string();
  if (plan_list(goal, now, plan)) return plan;
  if (plan.waits_for != WaitReason::none) return plan;  // without the card's word nothing is done
  if (goal.enabled && !is_reached) {
    plan_switch(goal, now, plan);
    return plan;
  }
  plan_rest(goal, now, plan);
  return plan;
}

void Planner::forget_old(Instant now) {
  std::erase_if(state_.quarantine, [&](const QuarantineRow& row) { return row.until <= now; });
  // A setback is remembered for as long again, so that delays grow.
  std::erase_if(state_.setbacks, [&](const PlannerState::Setback& row) {
    return row.not_before + options_.retry_longest < now;
  });
}

// Semantics 21, "who wins", first to last.
WaitReason Planner::stopped_by(const PlanGoal& goal, bool is_switch, Instant now,
                               Instant& until) const {
  const PlanGates& gates = goal.gates;
  until = gates.changes_at;
  if (!state_.emergency_iccid.empty()) return WaitReason::emergency;
  if (gates.change_forbidden && is_switch) return WaitReason::change_forbidden;
  if (gates.killed) return WaitReason::killed;
  if (gates.approval_missing) return WaitReason::approval;
  if (gates.guard_stops && !(gates.pressing && gates.guard_spares_bans)) return WaitReason::guard;
  if (gates.pressing) return WaitReason::none;
  if (!gates.required) return WaitReason::requirement;
  if (is_switch && now < state_.hold_until) {
    until = std::min(until, state_.hold_until);
    return WaitReason::hold;
  }
  if (now < gates.window_opens) {
    until = std::min(until, gates.window_opens);
    return WaitReason::window;
  }
  return gates.in_rollout ? WaitReason::none : WaitReason::rollout;
}

// Has the mind changed since the command was given?
bool Planner::is_unwanted(const PlannerState::InFlight& flight, const PlanGoal& goal) const {
  const ProfileCommand& command = flight.command;
  if (command.kind == Kind::list) return false;
  bool is_switch = command.kind == Kind::enable || command.kind == Kind::disable;
  if (goal.gates.killed || (goal.gates.change_forbidden && is_switch)) return true;
  auto names = [&](const auto& profile) { return profile.name == command.profile; };
  switch (command.kind) {
    case Kind::enable:
      return !flight.because_of_ban && !(goal.enabled && names(*goal.enabled));
    case Kind::download:
      return !flight.because_of_ban && !(goal.enabled && names(*goal.enabled)) &&
             std::none_of(goal.preload.begin(), goal.preload.end(), names);
    case Kind::set_fallback:
      return goal.fallback != command.profile;
    case Kind::disable:
    case Kind::remove:
      return std::find(goal.remove.begin(), goal.remove.end(), command.profile) ==
             goal.remove.end();
    case Kind::list:
      break;
  }
  return false;
}

bool Planner::plan_list(const PlanGoal& goal, Instant now, Plan& plan) {
  if (!state_.list_due && state_.listed_at != kBeginning) return false;
  if (goal.gates.killed) {
    wait_for(plan, WaitReason::killed, goal.gates.changes_at);
    return false;
  }
  const PlannerState::Setback* row = setback(Kind::list, {});
  if (row != nullptr && now < row->not_before) {
    bool in_emergency = !state_.emergency_iccid.empty();
    wait_for(plan, in_emergency ? WaitReason::emergency : WaitReason::retry, row->not_before);
    return false;
  }
  ProfileCommand command;
  command.kind = Kind::list;
  command.number = ++state_.last_number;
  state_.in_flight = {command, now, {}, false};
  plan.command = std::move(command);
  plan.waits_for = WaitReason::in_flight;
  return true;
}

bool Planner::plan_switch(const PlanGoal& goal, Instant now, Plan& plan) {
  const std::string& wanted = goal.enabled->name;
  if (in_quarantine(wanted, now)) {
    for (const QuarantineRow& row : state_.quarantine) {
      if (row.profile == wanted) wait_for(plan, WaitReason::quarantine, row.until);
    }
    return false;
  }
  const CardProfile* profile = find(wanted);
  if (profile == nullptr) return plan_download(*goal.enabled, goal, now, plan);
  return issue(Kind::enable, *profile, goal, now, plan);
}

bool Planner::plan_download(const PlanProfile& profile, const PlanGoal& goal, Instant now,
                            Plan& plan) {
  if (profile.download.empty()) {
    wait_for(plan, WaitReason::not_obtainable, kNever);
    return false;
  }
  ProfileCommand command;
  command.kind = Kind::download;
  command.profile = profile.name;
  command.download = profile.download;
  return issue(std::move(command), goal, now, plan);
}

bool Planner::plan_rest(const PlanGoal& goal, Instant now, Plan& plan) {
  auto is_to_go = [&](const PlanProfile& profile) {
    return std::find(goal.remove.begin(), goal.remove.end(), profile.name) != goal.remove.end();
  };
  for (const PlanProfile& profile : goal.preload) {
    // Else it would be bought and deleted in turns.
    if (find(profile.name) != nullptr || is_to_go(profile)) continue;
    if (plan_download(profile, goal, now, plan)) return true;
  }
  if (plan_fallback(goal, now, plan)) return true;
  return std::any_of(goal.remove.begin(), goal.remove.end(), [&](const std::string& profile) {
    return plan_removal(profile, goal, now, plan);
  });
}

// The card refuses to move the attribute while its holder is enabled (fallbackProfileEnabled): then
// it rests like every refusal.
bool Planner::plan_fallback(const PlanGoal& goal, Instant now, Plan& plan) {
  if (!goal.fallback) return false;
  const CardProfile* profile = find(*goal.fallback);
  if (profile == nullptr) {
    wait_for(plan, WaitReason::not_obtainable, kNever);
    return false;
  }
  return !profile->fallback && issue(Kind::set_fallback, *profile, goal, now, plan);
}

bool Planner::plan_removal(const std::string& profile, const PlanGoal& goal, Instant now,
                           Plan& plan) {
  const CardProfile* on = enabled();
  auto doomed = std::find_if(state_.card.begin(), state_.card.end(), [&](const CardProfile& row) {
    return row.profile == profile && &row != on && !row.fallback;
  });
  if (doomed == state_.card.end() || on == nullptr) return false;
  if (goal.enabled && on->profile != goal.enabled->name) return false;
  if (state_.heard_at <= state_.enabled_since) {
    wait_for(plan, WaitReason::report, kNever);
    return false;
  }
  return issue(doomed->enabled ? Kind::disable : Kind::remove, *doomed, goal, now, plan);
}

bool Planner::issue(Kind kind, const CardProfile& profile, const PlanGoal& goal, Instant now,
                    Plan& plan) {
  ProfileCommand command;
  command.kind = kind;
  command.profile = profile.profile;
  command.iccid = profile.iccid;
  return issue(std::move(command), goal, now, plan);
}

bool Planner::issue(ProfileCommand command, const PlanGoal& goal, Instant now, Plan& plan) {
  bool is_switch = command.kind == Kind::enable || command.kind == Kind::disable;
  Instant until = kNever;
  WaitReason stopped = stopped_by(goal, is_switch, now, until);
  if (stopped != WaitReason::none) {
    wait_for(plan, stopped, until);
    return false;
  }
  const PlannerState::Setback* row = setback(command.kind, command.profile);
  if (row != nullptr && now < row->not_before) {
    wait_for(plan, WaitReason::retry, row->not_before);
    return false;
  }
  command.number = ++state_.last_number;
  state_.in_flight = {command, now, goal.hold, goal.because_of_ban};
  plan = {};
  plan.command = std::move(command);
  plan.waits_for = WaitReason::in_flight;
  return true;
}

}  // namespace sojourn
