// Parts of a rule that can never be so: one side of an `or` that no device can come to, what an
// action requires where that never is so while the rule fires. The rule itself may decide; whoever
// wrote the part thought that it says something.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/proof/policy_model.h"
#include "engine/proof/situation_search.h"

namespace sojourn {

struct DeadPart {
  std::uint32_t rule = 0;
  bool is_required = false;  // by the action: what it orders waits for good
  std::string words;         // the part, as its tests were written
};

class DeadParts {
 public:
  // Requires: all outlive this.
  DeadParts(PolicyModel& model, SituationSearch& search, ProofBudget& budget)
      : model_(model), search_(search), budget_(budget) {}

  struct OfRule {
    std::vector<DeadPart> found;
    bool decided = true;
  };
  OfRule of(std::uint32_t rule);

 private:
  struct Answer {
    bool may_hold = true;
    bool decided = true;
  };
  void look_into(ConditionIndex condition, std::uint32_t rule, OfRule& parts);
  Answer ask(DiagramRef where);
  bool is_free(DiagramRef where) const;

  PolicyModel& model_;
  SituationSearch& search_;
  ProofBudget& budget_;
  std::map<ConditionIndex, Answer> known_;  // of sides of an `or`
};

}  // namespace sojourn
