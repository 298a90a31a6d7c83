#include "engine/proof/ban_end.h"

#include <algorithm>
#include <limits>

namespace sojourn {
namespace {

// Of a conjunction the first part that ends; of anything else nobody says.
std::optional<std::int32_t> last_day_of(const RuleTable& table, ConditionIndex condition) {
  const ConditionTable& conditions = table.conditions;
  const ConditionNode& node = conditions.node(condition);
  if (node.op == ConditionOp::test) {
    const Test& test = conditions.test_of(node);
    const Feature& feature = table.features[test.feature];
    bool ends = feature.kind == FeatureKind::date &&
                feature.until_day != std::numeric_limits<std::int32_t>::max() &&
                judge(test, feature, Reading::exactly(0)) == Truth::no;
    return ends ? std::optional(feature.until_day) : std::nullopt;
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
