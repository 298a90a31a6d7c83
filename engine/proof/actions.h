// Every action that a policy can take: its rules', its bans' remedies, and `otherwise`.
#pragma once

#include "engine/graph/rule_table.h"

namespace sojourn {

template <class Visit>  // void(const Action&)
void for_each_action(const RuleTable& table, const Visit& visit) {
  for (const Rule& rule : table.rules) visit(rule.action);
  for (const Ban& ban : table.bans) {
    if (ban.remedy) visit(*ban.remedy);
  }
  visit(table.otherwise);
}

}  // namespace sojourn
