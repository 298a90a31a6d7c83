// Two policies over one catalogue, so that both can be asked about the same situation.
//
//   JointPolicies joint = join_policies(old_table, new_table);
//   // joint.before and joint.after: the same rules, bans and choices as before, but profiles,
//   // attributes, areas, features and conditions of both have the same indices
//
// Profiles and attributes are the same when their names are, features when their identities are.
// What is declared differently and is no question about a situation (a time zone, a profile's home)
// is listed in words.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/rule_table.h"

namespace sojourn {

struct JointPolicies {
  RuleTable before;
  RuleTable after;
  // "timezone: UTC before, America/Sao_Paulo after"
  std::vector<std::string> declarations;
};

// A profile that one side alone declares is to the other one that nobody declared.
JointPolicies join_policies(const RuleTable& before, const RuleTable& after);

}  // namespace sojourn
