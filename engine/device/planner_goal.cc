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

}  // namespace

NameOfIccid names_of(const PreparedPolicy& policy) {
  return [&policy](std::string_view iccid) {
    std::optional<ProfileIndex> found = policy.profile_of_iccid(iccid);
    return found ? policy.table().profiles[*found].name : std::string();
  };
}

PlanGoal goal_of(const PreparedPolicy& policy, Device& device, const Decision& decision,
                 Instant now) {
  const RuleTable& table = policy.table();
  PlanGoal goal;
  if (decision.kind == Action::Kind::profile) {
    goal.enabled = plan_profile(table, decision.profile);
  }
  goal.because_of_ban = decision.ban >= 0;
  const Action* action = action_of(table, decision);
  if (action == nullptr) return goal;
  for (ProfileIndex index : action->preload) goal.preload.push_back(plan_profile(table, index));
  for (ProfileIndex index : action->remove) goal.remove.push_back(table.profiles[index].name);
  if (action->fallback) goal.fallback = table.profiles[*action->fallback].name;
  goal.hold = action->hold;
  goal.gates.approval_missing = action->approval;
  Instant steady_until = kNever;
  goal.gates.required = device.judge(action->requires_condition, now, steady_until) == Truth::yes;
  goal.gates.changes_at = steady_until;
  if (action->window_ms) {
    const auto& [from_ms, until_ms] = *action->window_ms;
    goal.gates.window_opens = device.next_within(from_ms, until_ms, now);
  }
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
