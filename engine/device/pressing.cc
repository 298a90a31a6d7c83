#include "engine/device/pressing.h"

#include <algorithm>

#include "engine/device/bans.h"

namespace sojourn {

const Action* action_behind(const RuleTable& table, const Decision& decision) {
  const Action* action = &table.otherwise;
  if (decision.rule >= 0) {
    action = &table.rules[static_cast<std::size_t>(decision.rule)].action;
  } else if (decision.ban >= 0) {
    const Ban& ban = table.bans[static_cast<std::size_t>(decision.ban)];
    action = ban.remedy ? &*ban.remedy : nullptr;
  }
  if (action == nullptr) return nullptr;
  // A profile that cannot be had: then nothing else of it is asked for either.
  bool cannot_be_had = action->kind == Action::Kind::profile && decision.kind == Action::Kind::keep;
  return cannot_be_had ? nullptr : action;
}

bool is_excepted(const Guard& guard, const Decision& decision) {
  return decision.rule >= 0 &&
         std::find(guard.except_rules.begin(), guard.except_rules.end(),
                   static_cast<std::uint32_t>(decision.rule)) != guard.except_rules.end();
}

bool forbids_change(const Ban& ban, Device& device, Instant now, Instant& steady_until) {
  if (!ban.forbids_change) return false;
  Truth least = ban.in_doubt_counts ? Truth::unknown : Truth::yes;
  bool forbids = false;
  for (ConditionIndex bites : ban.bites) {
    Instant steady = kNever;
    forbids = device.judge(bites, now, steady) >= least || forbids;
    steady_until = std::min(steady_until, steady);
  }
  return forbids;
}

CallingBans calling_bans(Device& device, const RuleTable& table, Instant now) {
  CallingBans found;
  for (std::size_t i = 0; i < table.bans.size(); ++i) {
    const Ban& ban = table.bans[i];
    if (!calls(ban, device.standing(i, now))) continue;
    found.any = true;
    Instant deadline = device.deadline(i, now);
    if (deadline == kNever) continue;
    // Never less than what a switch may take, and two days (semantics 21).
    Duration lead = std::max(table.settings.lead, milliseconds(ban.assuming.ms + days(2).ms));
    Instant begin_by = deadline - lead;
    if (found.first && begin_by >= found.first->begin_by) continue;
    found.first = CallingBan{i, deadline, begin_by};
  }
  return found;
}

}  // namespace sojourn
