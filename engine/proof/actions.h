// The actions that a policy can take: its rules', its bans' remedies, and `otherwise`.
#pragma once

#include "engine/graph/rule_table.h"

namespace sojourn {

// Of the rule that decided, else of the ban whose remedy did, else of `otherwise` (both -1).
inline const Action& action_of(const RuleTable& table, std::int32_t rule, std::int32_t ban) {
  if (rule >= 0) return table.rules[static_cast<std::size_t>(rule)].action;
  if (ban >= 0) return *table.bans[static_cast<std::size_t>(ban)].remedy;
  return table.otherwise;
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
