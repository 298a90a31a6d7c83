// Private to engine/proof: bans whose remedies contradict each other.
//
// Where several bans bite with what is enabled and no rule finds better, the remedy of one of them
// decides. Asked for different profiles there, the order in which the bans are written would say
// which: as with two rules, somebody has to (language.md, Choosing 1).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/proof/outcome_search.h"

namespace sojourn {

struct RemedyConflict {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  // Where both bite, both remedies can be had, and nothing decides before them; absent: the budget
  // did not reach to say whether there is such a situation.
  std::optional<Witness> witness;
  Leaf decided;  // there
};

// Of each pair of bans one; `rows` are all that decide (outcome_rows).
std::vector<RemedyConflict> find_remedy_conflicts(PolicyModel& model, SituationSearch& search,
                                                  ProofBudget& budget,
                                                  const std::vector<OutcomeRow>& rows);

}  // namespace sojourn
