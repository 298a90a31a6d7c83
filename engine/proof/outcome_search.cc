#include "engine/proof/outcome_search.h"

namespace sojourn {

SituationSearch::Answer decided_by_row(PolicyModel& model, SituationSearch& search,
                                       ProofBudget& budget, const std::vector<OutcomeRow>& rows,
                                       std::size_t i, const Together& question,
                                       SituationSearch::Wanted wanted) {
  if (question.where == kNo) return {};
  Reach reach(model.store(), question.where);
  std::vector<DiagramRef> covers;
  for (std::size_t j = 0; j < i; ++j) {
    if (reach.meets(model.reach(rows[j].where))) covers.push_back(rows[j].where);
  }
  return search.uncovered(question, covers, budget, wanted);
}

}  // namespace sojourn
