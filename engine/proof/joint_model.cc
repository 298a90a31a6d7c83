#include "engine/proof/joint_model.h"

#include "engine/proof/policy_model.h"

namespace sojourn {
namespace {

JointModel::Side with_choices(RuleTable table) {
  ChoiceConditions choice = add_choice_conditions(table, AskEnabled::always);
  return {std::move(table), std::move(choice)};
}

// The side that comes second has the catalogue of the first, and a little more: handed on, for it
// is large. `uses_of_both` gives it back.
JointModel::Side with_choices_after(RuleTable& first, RuleTable table) {
  table.features = std::move(first.features);
  table.conditions = std::move(first.conditions);
  return with_choices(std::move(table));
}

// Evens the catalogues out, then counts.
std::vector<std::uint32_t> uses_of_both(JointModel::Side& a, const JointModel::Side& b) {
  a.table.features = b.table.features;
  a.table.conditions = b.table.conditions;
  std::vector<std::uint32_t> uses = count_test_uses_with_inner(a.table, a.choice);
  std::vector<std::uint32_t> more = count_test_uses_with_inner(b.table, b.choice);
  for (std::size_t i = 0; i < uses.size(); ++i) uses[i] += more[i];
  return uses;
}

}  // namespace

JointModel::JointModel(JointPolicies joint, const std::vector<CountryClaim>& claims,
                       const std::vector<Situation>* situations)
    : before_(with_choices(std::move(joint.before))),
      after_(with_choices_after(before_.table, std::move(joint.after))),
      axes_(before_.table, uses_of_both(before_, after_), {claims, {}}),
      store_(axes_.class_counts()),
      conditions_(before_.table.conditions, axes_, store_),
      rules_before_(before_.table, before_.choice, conditions_, store_),
      rules_after_(after_.table, after_.choice, conditions_, store_),
      world_(after_.table, axes_, store_, conditions_, situations),
      search_(after_.table, axes_, store_, world_) {}

DiagramRef JointModel::bites_anywhere(const Ban& ban) {
  std::vector<DiagramRef> cases;
  for (ConditionIndex bites : ban.bites) {
    cases.push_back(ban.in_doubt_counts ? store_.opposite(conditions_.refuted(bites))
                                        : conditions_.certain(bites));
  }
  return store_.any_of(std::move(cases));
}

}  // namespace sojourn
