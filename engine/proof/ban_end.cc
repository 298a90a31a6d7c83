#include "engine/proof/ban_end.h"

#include <algorithm>

namespace sojourn {
namespace {

// Of a conjunction the first part that ends; of anything else nobody says.
std::optional<std::int32_t> last_day_of(const RuleTable& table, ConditionIndex condition) {
  const ConditionTable& conditions = table.conditions;
  const ConditionNode& node = conditions.node(condition);
  if (node.op == ConditionOp::negation) {
    const ConditionNode& inner = conditions.node(conditions.child(node, 0));
    if (inner.op != ConditionOp::test) return std::nullopt;
    const Test& test = conditions.test_of(inner);
    bool ends = table.features[test.feature].kind == FeatureKind::date;
    return ends ? std::optional(static_cast<std::int32_t>(test.threshold - 1)) : std::nullopt;
  }
  std::optional<std::int32_t> last;
  for (std::uint32_t i = 0; i < node.count && node.op == ConditionOp::conjunction; ++i) {
    std::optional<std::int32_t> end = last_day_of(table, conditions.child(node, i));
    if (end) last = std::min(last.value_or(*end), *end);
  }
  return last;
}

}  // namespace

std::optional<std::int32_t> last_day_of(const RuleTable& table, const Ban& ban) {
  std::optional<std::int32_t> last;
  for (ConditionIndex condition : ban.violated) {
    if (condition == ConditionTable::kNever) continue;
    std::optional<std::int32_t> end = last_day_of(table, condition);
    if (!end) return std::nullopt;
    last = std::max(last.value_or(*end), *end);
  }
  return last;
}

}  // namespace sojourn
