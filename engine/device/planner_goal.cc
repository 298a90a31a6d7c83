#include "engine/device/planner_goal.h"

#include <algorithm>
#include <utility>

#include "engine/device/pressing.h"

namespace sojourn {
namespace {

PlanProfile plan_profile(const RuleTable& table, ProfileIndex index) {
  const Profile& profile = table.profiles[index];
  return {profile.name, profile.download};
}

// Sets `because_of_ban` and `pressing`. A `requires` that fails now may hold in time.
void judge_bans(const PreparedPolicy& policy, Device& device, const Action& action, Instant now,
                Instant hold_until, PlanGoal& goal) {
  const RuleTable& table = policy.table();
  std::optional<std::int64_t> enabled = device.enabled_profile(now);
  if (!enabled) return;
  std::size_t candidate =
      *enabled >= 0 ? static_cast<std::size_t>(*enabled) : table.profiles.size();
  for (const Ban& ban : table.bans) {
    if (ban.forbids_change || candidate >= ban.bites.size()) continue;
    Instant steady_until = kNever;
    device.judge(ban.bites[candidate], now, steady_until);
    goal.gates.changes_at = std::min(goal.gates.changes_at, steady_until);
  }
  CallingBans bans = calling_bans(device, table, now);
  goal.because_of_ban = goal.because_of_ban || bans.any;
  if (!bans.first) return;
  Instant allowed = std::max(now, hold_until);
  if (action.window_ms) {
    const auto& [from_ms, until_ms] = *action.window_ms;
    allowed = device.next_within(from_ms, until_ms, allowed, now);
  }
  goal.gates.pressing = bans.first->presses(allowed, now);
  Instant latest = std::max(bans.first->begin_by, now + minutes(1));
  goal.gates.changes_at = std::min(goal.gates.changes_at, latest);
}

// `forbid change` and the guards that a device answers for alone.
void judge_guards(const PreparedPolicy& policy, Device& device, const Decision& decision,
                  Instant now, PlanGates& gates) {
  const RuleTable& table = policy.table();
  auto holds = [&](ConditionIndex condition) {
    Instant steady_until = kNever;
    bool yes = device.judge(condition, now, steady_until) == Truth::yes;
    gates.changes_at = std::min(gates.changes_at, steady_until);
    return yes;
  };
  for (const Ban& ban : table.bans) {
    if (forbids_change(ban, device, now, gates.changes_at)) gates.change_forbidden = true;
  }
  bool all_spare_bans = true;
  for (const Guard& guard : table.guards) {
    if (guard.kind != Guard::Kind::switches) continue;
    if (is_excepted(guard, decision) || !holds(guard.reached)) continue;
    gates.guard_stops = true;
    all_spare_bans = all_spare_bans && guard.except_bans;
  }
  gates.guard_spares_bans = gates.guard_stops && all_spare_bans;
}

}  // namespace

NameOfIccid names_of(const PreparedPolicy& policy) {
  return [&policy](std::string_view iccid) {
    std::optional<ProfileIndex> found = policy.profile_of_iccid(iccid);
    return found ? policy.table().profiles[*found].name : std::string();
  };
}

PlanGoal goal_of(const PreparedPolicy& policy, Device& device, const Decision& decision,
                 Instant now, Instant hold_until) {
  const RuleTable& table = policy.table();
  PlanGoal goal;
  if (decision.kind == Action::Kind::profile) {
    goal.enabled = plan_profile(table, decision.profile);
  }
  goal.because_of_ban = decision.ban >= 0;
  judge_guards(policy, device, decision, now, goal.gates);
  const Action* action = action_behind(table, decision);
  if (action == nullptr) return goal;
  for (ProfileIndex index : action->preload) goal.preload.push_back(plan_profile(table, index));
  for (ProfileIndex index : action->remove) goal.remove.push_back(table.profiles[index].name);
  if (action->fallback) goal.fallback = table.profiles[*action->fallback].name;
  goal.hold = action->hold;
  goal.gates.approval_missing = action->approval;
  Instant steady_until = kNever;
  goal.gates.required = device.judge(action->requires_condition, now, steady_until) == Truth::yes;
  goal.gates.changes_at = std::min(goal.gates.changes_at, steady_until);
  if (action->window_ms) {
    const auto& [from_ms, until_ms] = *action->window_ms;
    goal.gates.window_opens = device.next_within(from_ms, until_ms, now, now);
  }
  judge_bans(policy, device, *action, now, hold_until, goal);
  return goal;
}

void sync_quarantine(const PreparedPolicy& policy, const PlannerState& state, Device& device,
                     Instant now) {
  std::vector<QuarantinedProfile> all;
  for (const QuarantineRow& row : state.quarantine) {
    std::optional<ProfileIndex> index = policy.table().find_profile(row.profile);
    if (index) all.push_back({*index, row.from, row.until});
  }
  device.set_quarantine(all, now);
}

Observation card_report(const PlannerState& state, Instant at) {
  Observation report;
  report.at = at;
  report.installed.give({});
  for (const CardProfile& row : state.card) {
    bool declared = !row.profile.empty();
    report.installed.value.push_back(declared ? row.profile : row.iccid);
    if (row.enabled && declared) report.profile.give(row.profile);
    if (row.enabled) report.iccid.give(row.iccid);
    if (row.fallback) report.fallback.give(declared ? row.profile : row.iccid);
  }
  return report;
}

}  // namespace sojourn
