#include "engine/proof/condition_diagrams.h"

#include <utility>

namespace sojourn {

ConditionGlance::ConditionGlance(const ConditionTable& conditions, const AxisPlan& axes,
                                 Reach region)
    : conditions_(conditions),
      axes_(axes),
      region_(std::move(region)),
      known_(conditions.tests().size(), Known::no) {}

bool ConditionGlance::may_hold(ConditionIndex condition) {
  const ConditionNode& node = conditions_.node(condition);
  if (node.op == ConditionOp::never) return false;
  if (node.op == ConditionOp::test) {
    Known& known = known_[node.first];
    if (known == Known::no) known = test_may_hold(node.first) ? Known::may_hold : Known::misses;
    return known == Known::may_hold;
  }
  if (node.op != ConditionOp::conjunction) return true;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    if (!may_hold(conditions_.child(node, i))) return false;
  }
  return true;
}

bool ConditionGlance::test_may_hold(std::uint32_t test) const {
  AxisPlan::Split split = axes_.certain(test);
  ClassIndex begin = 0;
  for (const DiagramRun& run : split.runs) {
    for (ClassIndex c = begin; run.target == kYes && c < run.end; ++c) {
      if (region_.may_hold(split.axis, c)) return true;
    }
    begin = run.end;
  }
  return false;
}

ConditionDiagrams::ConditionDiagrams(const ConditionTable& conditions, const AxisPlan& axes,
                                     DiagramStore& store)
    : conditions_(conditions), axes_(axes), store_(store) {
  for (auto& side : found_) side.resize(conditions.size());
}

DiagramRef ConditionDiagrams::find(ConditionIndex condition, Side side) {
  if (found_[side][condition]) return *found_[side][condition];
  std::vector<std::pair<ConditionIndex, Side>> open = {{condition, side}};
  while (!open.empty()) {
    auto [at, of] = open.back();
    const ConditionNode& node = conditions_.node(at);
    std::size_t before = open.size();
    if (!found_[of][at] && node.op != ConditionOp::test) {
      Side below = node.op == ConditionOp::negation ? other(of) : of;
      for (std::uint32_t i = 0; i < node.count; ++i) {
        ConditionIndex child = conditions_.child(node, i);
        if (!found_[below][child]) open.emplace_back(child, below);
      }
    }
    if (open.size() > before) continue;  // parts first
    open.pop_back();
    if (!found_[of][at]) found_[of][at] = combine(node, of);
  }
  return *found_[side][condition];
}

DiagramRef ConditionDiagrams::combine(const ConditionNode& node, Side side) const {
  switch (node.op) {
    case ConditionOp::always:
      return side == kCertain ? kYes : kNo;
    case ConditionOp::never:
      return side == kCertain ? kNo : kYes;
    case ConditionOp::test: {
      AxisPlan::Split split =
          side == kCertain ? axes_.certain(node.first) : axes_.refuted(node.first);
      return store_.node(split.axis, split.runs);
    }
    case ConditionOp::negation:
      return *found_[other(side)][conditions_.child(node, 0)];
    case ConditionOp::conjunction:
    case ConditionOp::disjunction:
      break;
  }
  std::vector<DiagramRef> parts;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    parts.push_back(*found_[side][conditions_.child(node, i)]);
  }
  bool all = (node.op == ConditionOp::conjunction) == (side == kCertain);
  return all ? store_.all_of(std::move(parts)) : store_.any_of(std::move(parts));
}

}  // namespace sojourn
