// Two policies made ready for exact questions about both: one set of axes and diagrams, one world.
#pragma once

#include <vector>

#include "engine/proof/joint_policies.h"
#include "engine/proof/rule_diagrams.h"
#include "engine/proof/situation_search.h"

namespace sojourn {

// Not thread-safe; not movable, its parts refer to each other.
class JointModel {
 public:
  // `situations`: of the locator bound to the joint policies' areas; null when there is none.
  // Requires: they outlive this.
  JointModel(JointPolicies joint, const std::vector<CountryClaim>& claims,
             const std::vector<Situation>* situations);
  JointModel(const JointModel&) = delete;
  JointModel& operator=(const JointModel&) = delete;

  struct Side {
    RuleTable table;
    ChoiceConditions choice;
    Side(RuleTable of, ChoiceConditions added) : table(std::move(of)), choice(std::move(added)) {}
  };
  const RuleTable& before() const { return before_.table; }
  const RuleTable& after() const { return after_.table; }
  const ChoiceConditions& choice_before() const { return before_.choice; }
  const ChoiceConditions& choice_after() const { return after_.choice; }
  RuleDiagrams& rules_before() { return rules_before_; }
  RuleDiagrams& rules_after() { return rules_after_; }
  const AxisPlan& axes() const { return axes_; }
  DiagramStore& store() { return store_; }
  ConditionDiagrams& conditions() { return conditions_; }
  World& world() { return world_; }
  SituationSearch& search() { return search_; }

  // Where the ban bites with some profile enabled.
  DiagramRef bites_anywhere(const Ban& ban);

 private:
  Side before_, after_;
  AxisPlan axes_;
  DiagramStore store_;
  ConditionDiagrams conditions_;
  RuleDiagrams rules_before_, rules_after_;
  World world_;
  SituationSearch search_;
};

}  // namespace sojourn
