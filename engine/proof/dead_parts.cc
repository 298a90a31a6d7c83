#include "engine/proof/dead_parts.h"

#include "engine/proof/situation_words.h"

namespace sojourn {

DeadParts::OfRule DeadParts::of(std::uint32_t index) {
  OfRule parts;
  const Rule& rule = model_.table().rules[index];
  look_into(rule.condition, index, parts);
  ConditionIndex required = rule.action.requires_condition;
  if (required == ConditionTable::kAlways) return parts;
  Answer answer =
      ask(model_.store().both(model_.rules().fires(index), model_.conditions().certain(required)));
  parts.decided = parts.decided && answer.decided;
  if (!answer.may_hold) {
    parts.found.push_back({index, true, condition_words(model_.table(), required)});
  }
  return parts;
}

// Under `not` a part that never holds takes nothing away.
void DeadParts::look_into(ConditionIndex condition, std::uint32_t rule, OfRule& parts) {
  const ConditionTable& conditions = model_.table().conditions;
  const ConditionNode& node = conditions.node(condition);
  if (node.op != ConditionOp::conjunction && node.op != ConditionOp::disjunction) return;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    ConditionIndex part = conditions.child(node, i);
    if (node.op == ConditionOp::disjunction) {
      auto [known, fresh] = known_.try_emplace(part);
      if (fresh) known->second = ask(model_.conditions().certain(part));
      parts.decided = parts.decided && known->second.decided;
      if (!known->second.may_hold) {
        parts.found.push_back({rule, false, condition_words(model_.table(), part)});
        continue;
      }
    }
    look_into(part, rule, parts);
  }
}

DeadParts::Answer DeadParts::ask(DiagramRef where) {
  SituationSearch::Answer answer = search_.find(where, budget_, SituationSearch::Wanted::any);
  return {answer.witness || !answer.decided, answer.witness || answer.decided};
}

}  // namespace sojourn
