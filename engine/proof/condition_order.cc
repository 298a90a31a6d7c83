#include "engine/proof/condition_order.h"

#include <algorithm>

namespace sojourn {
namespace {

// Conditions inside conditions: nobody writes more of them, and each may be looked at again for
// each part of the other one.
constexpr std::size_t kNestedConditionsMax = 8;

// Holds about each country of its own, and so about no fewer the more are asked about. (`roaming`
// in no country that is named is roaming anywhere.)
bool asks_of_countries(FeatureKind kind) {
  return kind == FeatureKind::roaming || kind == FeatureKind::breakout;
}

bool is_never_truer(const Test& one, const Feature& of_one, const Test& other,
                    const Feature& of_other) {
  if (one.kind != other.kind) return false;
  if (one.feature != other.feature) {
    bool flags = one.kind == Test::Kind::holds && of_one.kind == of_other.kind &&
                 of_one.candidate == of_other.candidate && asks_of_countries(of_one.kind);
    if (!flags) return false;
    bool anywhere = of_one.kind == FeatureKind::roaming && of_other.countries.empty();
    return anywhere ||
           (!of_one.countries.empty() && of_one.countries.subset_of(of_other.countries));
  }
  switch (one.kind) {
    case Test::Kind::holds:
      return true;
    case Test::Kind::at_least:
      return one.threshold >= other.threshold;
    case Test::Kind::one_of:
      return std::includes(other.symbols.begin(), other.symbols.end(), one.symbols.begin(),
                           one.symbols.end());
    case Test::Kind::in_countries:
      return one.countries.subset_of(other.countries);
    case Test::Kind::known:
      return true;
  }
  return false;
}

bool is_never_truer(const RuleTable& table, ConditionIndex one, ConditionIndex other,
                    std::size_t depth) {
  if (one == other) return true;
  if (depth == kNestedConditionsMax) return false;
  const ConditionTable& conditions = table.conditions;
  const ConditionNode &a = conditions.node(one), &b = conditions.node(other);
  auto any_part = [&](const ConditionNode& node, const auto& follows) {
    for (std::uint32_t i = 0; i < node.count; ++i) {
      if (follows(conditions.child(node, i))) return true;
    }
    return false;
  };
  auto every_part = [&](const ConditionNode& node, const auto& follows) {
    return !any_part(node, [&](ConditionIndex part) { return !follows(part); });
  };
  auto from = [&](ConditionIndex part) { return is_never_truer(table, part, other, depth + 1); };
  auto to = [&](ConditionIndex part) { return is_never_truer(table, one, part, depth + 1); };
  if (a.op == ConditionOp::never || b.op == ConditionOp::always) return true;
  if (a.op == ConditionOp::disjunction) return every_part(a, from);
  if (b.op == ConditionOp::conjunction) return every_part(b, to);
  if (a.op == ConditionOp::negation && b.op == ConditionOp::negation) {
    return is_never_truer(table, conditions.child(b, 0), conditions.child(a, 0), depth + 1);
  }
  if (a.op == ConditionOp::conjunction && any_part(a, from)) return true;
  if (b.op == ConditionOp::disjunction) return any_part(b, to);
  if (a.op != ConditionOp::test || b.op != ConditionOp::test) return false;
  const Test &of_a = conditions.test_of(a), &of_b = conditions.test_of(b);
  return is_never_truer(of_a, table.features[of_a.feature], of_b, table.features[of_b.feature]);
}

}  // namespace

bool is_never_truer(const RuleTable& table, ConditionIndex one, ConditionIndex other) {
  return is_never_truer(table, one, other, 0);
}

}  // namespace sojourn
