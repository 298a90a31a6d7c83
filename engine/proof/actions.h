// The actions that a policy can take: its rules', its bans' remedies, and `otherwise`.
#pragma once

#include "engine/graph/rule_table.h"

namespace sojourn {

// Of the rule that decided, else of the ban whose remedy did, else of `otherwise` (both -1). Of a
// ban without a remedy, where nothing lawful is to be had: none.
inline const Action& action_of(const RuleTable& table, std::int32_t rule, std::int32_t ban) {
  static const Action none;
  if (rule >= 0) return table.rules[static_cast<std::size_t>(rule)].action;
  if (ban < 0) return table.otherwise;
  const std::optional<Action>& remedy = table.bans[static_cast<std::size_t>(ban)].remedy;
  return remedy ? *remedy : none;
}

template <class Visit>  // void(const Action&)
void for_each_action(const RuleTable& table, const Visit& visit) {
  for (const Rule& rule : table.rules) visit(rule.action);
  for (const Ban& ban : table.bans) {
    if (ban.remedy) visit(*ban.remedy);
  }
  visit(table.otherwise);
}

}  // namespace sojourn
