// Private to engine/proof: in which situations a row of what a policy decides is the one that does.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/proof/policy_model.h"
#include "engine/proof/situation_search.h"

namespace sojourn {

// A situation of `question`, as it is wanted, in which no row before the i-th decides.
SituationSearch::Answer decided_by_row(
    PolicyModel& model, SituationSearch& search, ProofBudget& budget,
    const std::vector<OutcomeRow>& rows, std::size_t i, const Together& question,
    SituationSearch::Wanted wanted = SituationSearch::Wanted::plain);

}  // namespace sojourn
