#include "engine/proof/remedy_conflicts.h"

#include <algorithm>

#include "engine/proof/few_counted.h"

namespace sojourn {
namespace {

Leaf decided_in(const SituationSearch& search, const std::vector<OutcomeRow>& rows,
                const Witness& witness) {
  auto decides = std::find_if(rows.begin(), rows.end(), [&](const OutcomeRow& row) {
    return search.holds_in(row.where, witness);
  });
  return decides == rows.end() ? Leaf{} : decides->leaf;
}

}  // namespace

std::vector<RemedyConflict> find_remedy_conflicts(PolicyModel& model, SituationSearch& search,
                                                  ProofBudget& budget,
                                                  const std::vector<OutcomeRow>& rows) {
  auto of_ban = [](const OutcomeRow& row) { return row.leaf.ban >= 0; };
  auto first_remedy =
      static_cast<std::size_t>(std::find_if(rows.begin(), rows.end(), of_ban) - rows.begin());
  auto find = [&](const Together& where) {
    return decided_by_row(model, search, budget, rows, first_remedy, where);
  };
  std::vector<RemedyConflict> found;
  auto ban_count = static_cast<std::uint32_t>(model.table().bans.size());
  for (std::uint32_t second = 1; second < ban_count; ++second) {
    for (std::uint32_t first = 0; first < second; ++first) {
      RemedyConflict conflict{first, second, {}, {}};
      bool decided = true;
      for (const Together& differ : model.remedy_disagreement(first, second)) {
        // Most bans never bite together, whatever the rules do: that is soon seen.
        SituationSearch::Answer answer =
            search.find(differ.where, budget, SituationSearch::Wanted::any);
        if (answer.decided && !answer.witness) continue;
        answer = find(differ);
        decided = decided && answer.decided;
        if (!answer.witness) continue;
        auto within = [&](DiagramRef also) {
          return find({model.store().both(differ.where, also), differ.also}).witness;
        };
        conflict.witness = with_few_counted(model, *std::move(answer.witness), within);
        conflict.decided = decided_in(search, rows, *conflict.witness);
        break;
      }
      if (conflict.witness || !decided) found.push_back(std::move(conflict));
    }
  }
  return found;
}

}  // namespace sojourn
