// Private to lang. CheckedPolicy -> RuleTable.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/rule_table.h"
#include "lang/checked_policy.h"

namespace sojourn::lang {

// A part of a rule's condition that must hold for the rule to fire, and where it is written.
struct Conjunct {
  ConditionIndex condition = 0;
  Span span;
};

struct Lowered {
  RuleTable table;
  std::vector<std::vector<Conjunct>> conjuncts;  // one list per rule
};

// Gives every feature its identity and the table its meaning digest (identity.h). Requires: a
// policy checked without errors.
Lowered lower(CheckedPolicy policy);

}  // namespace sojourn::lang
