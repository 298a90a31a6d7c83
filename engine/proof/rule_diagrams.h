// What a policy decides, as an ordered list of (where, what): the first row that holds decides.
//
// Overriding, alternatives, quarantine, bans and remedies all come down to the order of such rows
// (semantics 2, 18, 20):
//
//   rule r, profile = A or B     holds & A available & healthy & lawful   -> A by r
//                                holds & B available & healthy & lawful   -> B by r
//                                holds & A available & lawful             -> A by r, waits
//                                holds & B available & lawful             -> B by r, waits
//   rule r, keep                 holds & what is enabled is lawful        -> keep by r
//   otherwise                    as a rule that always holds
//   ban b with a remedy          what is enabled violates b & (as a rule) -> A by b
//   ban b                        what is enabled violates b               -> keep, b is broken
//
// Rules stand in their precedence. Whoever has only alerts and tasks has no row here; what they say
// is in `voices`.
#pragma once

#include <utility>
#include <vector>

#include "engine/graph/decision_graph.h"
#include "engine/proof/condition_diagrams.h"

namespace sojourn {

struct OutcomeRow {
  DiagramRef where = kNo;
  Leaf leaf;
};

// A rule with something to say, and where it says it: where it fires and is not overridden.
struct Voice {
  DiagramRef where = kNo;
  std::uint32_t rule = 0;
};

struct PolicyRows {
  std::vector<OutcomeRow> outcomes;  // where none holds: keep
  std::vector<Voice> voices;         // in the order written
};

// The conditions that choosing adds to a policy's own: is a profile available, healthy, enabled?
// Added to the table once, before its axes are made.
struct ChoiceConditions {
  struct OfProfile {
    ConditionIndex downloadable_or_installed = ConditionTable::kNever;
    ConditionIndex installed = ConditionTable::kNever;
    ConditionIndex healthy = ConditionTable::kNever;
    ConditionIndex enabled = ConditionTable::kNever;  // only with bans
  };
  std::vector<OfProfile> of_profile;                           // those nobody names stay `never`
  ConditionIndex undeclared_enabled = ConditionTable::kNever;  // only with bans

  ConditionIndex available(const Alternative& a) const {
    const OfProfile& p = of_profile[a.profile];
    return a.if_installed ? p.installed : p.downloadable_or_installed;
  }
};

ChoiceConditions add_choice_conditions(RuleTable& table);

// In how many rules (and bans, and choices) each test stands.
std::vector<std::uint32_t> count_test_uses(const RuleTable& table, const ChoiceConditions& choice);

PolicyRows make_rows(const RuleTable& table, const ChoiceConditions& choice,
                     ConditionDiagrams& diagrams, DiagramStore& store);

}  // namespace sojourn
