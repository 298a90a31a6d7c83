#include "engine/device/planner_goal.h"

#include <algorithm>
#include <utility>

namespace sojourn {
namespace {

const Action* action_of(const RuleTable& table, const Decision& decision) {
  if (decision.rule >= 0) return &table.rules[static_cast<std::size_t>(decision.rule)].action;
  if (decision.ban < 0) return &table.otherwise;
  const std::optional<Action>& remedy = table.bans[static_cast<std::size_t>(decision.ban)].remedy;
  return remedy ? &*remedy : nullptr;
}

PlanProfile plan_profile(const RuleTable& table, ProfileIndex index) {
  const Profile& profile = table.profiles[index];
  return {profile.name, profile.download};
}

// Steps in which a deadline is looked for; a count that crosses something every day for a month.
constexpr int kDeadlineStepsMax = 64;

// The first instant from now on at which the condition certainly holds if no report comes; kNever
// beyond `horizon`. Leaves the device looking ahead.
Instant first_true(Device& device, ConditionIndex condition, Instant now, Instant horizon) {
  Instant t = now;
  for (int step = 0; step < kDeadlineStepsMax && t <= horizon; ++step) {
    Instant steady_until = kNever;
    if (device.judge(condition, t, steady_until) == Truth::yes) return t;
    if (steady_until == kNever) break;
    t = steady_until;
  }
  return kNever;
}

// Semantics 21: a ban that bites with what is enabled has a deadline, and presses when no later
// instant that hold and window allow lies `lead` before it. (A `requires` that fails now may hold
// in time.) Sets `because_of_ban` and `pressing`.
void judge_bans(const PreparedPolicy& policy, Device& device, Instant now, Instant hold_until,
                PlanGoal& goal) {
  const RuleTable& table = policy.table();
  std::optional<std::int64_t> enabled = device.enabled_profile(now);
  if (!enabled) return;
  std::size_t candidate =
      *enabled >= 0 ? static_cast<std::size_t>(*enabled) : table.profiles.size();
  for (const Ban& ban : table.bans) {
    if (ban.forbids_change || candidate >= ban.bites.size()) continue;
    Instant steady_until = kNever;
    Truth bites = device.judge(ban.bites[candidate], now, steady_until);
    goal.gates.changes_at = std::min(goal.gates.changes_at, steady_until);
    bool bitten = bites == Truth::yes || (bites == Truth::unknown && ban.in_doubt_counts);
    if (!bitten) continue;
    goal.because_of_ban = true;
    Duration lead = std::max(table.settings.lead, milliseconds(ban.assuming.ms + days(2).ms));
    Instant allowed = std::max(now, hold_until);
    // No later instant: the next one, and then the one after it, which a window may put off.
    Instant later = std::max(allowed, now + milliseconds(1));
    Instant horizon = std::max(later, goal.gates.window_opens) + lead + days(2);
    Instant deadline = first_true(device, ban.violated[candidate], now, horizon);
    if (deadline == kNever) continue;
    Instant latest = deadline - lead;
    bool has_time = later <= latest && goal.gates.window_opens <= latest;
    goal.gates.pressing = goal.gates.pressing || !has_time;
    goal.gates.changes_at = std::min(goal.gates.changes_at, std::max(latest, now + minutes(1)));
  }
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
    // Its condition stands with every profile but the enabled one; the last is nobody's.
    if (ban.forbids_change && holds(ban.bites.back())) gates.change_forbidden = true;
  }
  bool all_spare_bans = true;
  for (const Guard& guard : table.guards) {
    if (guard.kind != Guard::Kind::switches) continue;
    bool is_excepted =
        decision.rule >= 0 &&
        std::find(guard.except_rules.begin(), guard.except_rules.end(),
                  static_cast<std::uint32_t>(decision.rule)) != guard.except_rules.end();
    if (is_excepted || !holds(guard.reached)) continue;
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
  const Action* action = action_of(table, decision);
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
    goal.gates.window_opens = device.next_within(from_ms, until_ms, now);
  }
  judge_bans(policy, device, now, hold_until, goal);
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
