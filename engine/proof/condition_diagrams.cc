#include "engine/proof/condition_diagrams.h"

namespace sojourn {

ConditionDiagrams::ConditionDiagrams(const ConditionTable& conditions, const AxisPlan& axes,
                                     DiagramStore& store)
    : conditions_(conditions), axes_(axes), store_(store), pairs_(conditions.size()) {}

ConditionDiagrams::Pair ConditionDiagrams::both_of(ConditionIndex condition) {
  std::vector<ConditionIndex> open = {condition};
  while (!open.empty()) {
    ConditionIndex at = open.back();
    const ConditionNode& node = conditions_.node(at);
    std::size_t before = open.size();
    if (!pairs_[at] && node.op != ConditionOp::test) {
      for (std::uint32_t i = 0; i < node.count; ++i) {
        if (!pairs_[conditions_.child(node, i)]) open.push_back(conditions_.child(node, i));
      }
    }
    if (open.size() > before) continue;  // parts first
    open.pop_back();
    if (!pairs_[at]) pairs_[at] = combine(node);
  }
  return *pairs_[condition];
}

ConditionDiagrams::Pair ConditionDiagrams::combine(const ConditionNode& node) const {
  std::vector<DiagramRef> certain, refuted;
  if (node.op != ConditionOp::test) {
    for (std::uint32_t i = 0; i < node.count; ++i) {
      const Pair& part = *pairs_[conditions_.child(node, i)];
      certain.push_back(part.certain);
      refuted.push_back(part.refuted);
    }
  }
  switch (node.op) {
    case ConditionOp::always:
      return {kYes, kNo};
    case ConditionOp::never:
      return {kNo, kYes};
    case ConditionOp::test: {
      AxisPlan::Split yes = axes_.certain(node.first);
      AxisPlan::Split no = axes_.refuted(node.first);
      return {store_.node(yes.axis, yes.runs), store_.node(no.axis, no.runs)};
    }
    case ConditionOp::negation:
      return {refuted[0], certain[0]};
    case ConditionOp::conjunction:
      return {store_.all_of(std::move(certain)), store_.any_of(std::move(refuted))};
    case ConditionOp::disjunction:
      return {store_.any_of(std::move(certain)), store_.all_of(std::move(refuted))};
  }
  return {};
}

}  // namespace sojourn
