// The situations in which stories of thresholds end, or through which they lead: asked of the
// prover. All questions are put to one model of the policy: each stands in it as an assertion, so
// that its axes know the values on both sides of every threshold.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "adapters/cli/threshold_questions.h"
#include "engine/proof/policy_model.h"
#include "engine/proof/situation_search.h"

namespace sojourn::cli {

// Not thread-safe; not movable, its parts refer to each other.
class ThresholdSituations {
 public:
  // Of the rules beside the one that is asked about: as few as can be fire, or whichever.
  enum class Others : std::uint8_t { quiet, any };

  // `probe`: the table with the conditions of all questions, as assertions. Requires: what is given
  // outlives this.
  ThresholdSituations(const RuleTable& table, const RuleTable& probe,
                      const std::vector<CountryClaim>& claims,
                      const std::vector<Situation>& situations);
  ThresholdSituations(const ThresholdSituations&) = delete;
  ThresholdSituations& operator=(const ThresholdSituations&) = delete;

  PolicyModel& model() { return model_; }
  const RuleTable& table() const { return model_.table(); }  // with what was asked
  bool holds_in(DiagramRef where, const Witness& witness) {
    return search_.holds_in(where, witness);
  }

  // Where the question's condition holds, and its owner's effect is seen as plainly as can be.
  std::optional<Witness> find(const ThresholdQuestion& question, Others others);
  // A situation in which none of `silenced` fires, and of the other rules as few as can be: its
  // story speaks of nothing else. (Of very many rules that is not asked.)
  std::optional<Witness> find_quiet(DiagramRef wanted, const std::vector<std::uint32_t>& silenced,
                                    std::optional<std::uint32_t> index, Others others);
  // One with the same profile enabled.
  std::optional<Witness> find_with_profile_of(const Witness& witness, DiagramRef where);
  // A device that need not be silent has just reported.
  void speak_now(const ThresholdQuestion& question, Witness& witness);

  // What else the condition counts, and not inside what the question is about.
  std::vector<FeatureIndex> counted_beside(const ThresholdQuestion& question) const;
  // Where what the question is about is not counted, and all the others are; each of them; none.
  std::vector<DiagramRef> where_others_go_on(const ThresholdQuestion& question,
                                             const std::vector<FeatureIndex>& others);

  // So much was asked that what is found since then may lack situations.
  bool exhausted() const { return budget_.exhausted(); }
  // What is asked until the next call counts elsewhere.
  void swap_budgets() { std::swap(budget_, spare_budget_); }

 private:
  // Where the question's condition holds, and what it counts holds now: a device that stands still
  // counts up to today. First with all of that, then with what the question is about alone, then
  // with what else is counted.
  std::vector<DiagramRef> counting(const ThresholdQuestion& question);
  // Rather where the rule would change something, lawfully, and where no rule overrides it.
  std::optional<Witness> find_for_rule(const ThresholdQuestion& question, std::uint32_t index,
                                       Others others);
  std::optional<Witness> find_for_ban(const ThresholdQuestion& question, Others others);
  // Where the device can have what the ban's remedy names first.
  DiagramRef remedy_at_hand(const ThresholdQuestion& question);

  static constexpr std::size_t kSteps = 5'000'000;  // of the prover, for all sides together

  const RuleTable& table_;
  PolicyModel model_;
  SituationSearch search_;
  ProofBudget budget_{.steps = kSteps}, spare_budget_{.steps = kSteps};
};

}  // namespace sojourn::cli
