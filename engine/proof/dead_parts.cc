#include "engine/proof/dead_parts.h"

#include <set>

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

// Nothing is asked but what can be whatever else is?
bool DeadParts::is_free(DiagramRef where) const {
  const DiagramStore& store = model_.store();
  if (!is_small(store, where)) return false;
  std::set<DiagramRef> met;
  std::vector<DiagramRef> open = {where};
  while (!open.empty()) {
    DiagramRef at = open.back();
    open.pop_back();
    if (is_terminal(at) || !met.insert(at).second) continue;
    if (!model_.world().is_free(store.axis(at))) return false;
    for (const DiagramRun& run : store.runs(at)) open.push_back(run.target);
  }
  return true;
}

DeadParts::Answer DeadParts::ask(DiagramRef where) {
  if (where != kNo && is_free(where)) return {};
  SituationSearch::Answer answer = search_.find(where, budget_, SituationSearch::Wanted::any);
  return {answer.witness || !answer.decided, answer.witness || answer.decided};
}

}  // namespace sojourn
