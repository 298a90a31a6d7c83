#include "engine/proof/shared_codes.h"

#include <fmt/format.h>

#include <set>

#include "engine/base/country.h"

namespace sojourn {
namespace {

std::optional<std::string> help_of(const Test& test, const Feature& feature) {
  bool of_network = feature.kind == FeatureKind::network && test.kind == Test::Kind::in_countries;
  bool of_roaming = feature.kind == FeatureKind::roaming && test.kind != Test::Kind::known;
  if (!of_network && !of_roaming) return std::nullopt;
  const CountrySet& asked = of_network ? test.countries : feature.countries;
  std::optional<std::string> why = no_network_certain(asked);
  if (!why) return std::nullopt;
  Country first = asked.members().front();
  CountrySet all = asked;
  for (Country member : asked.members()) all |= shared_code(member, asked)->countries;
  return fmt::format("{}; ask `{} in {}`, or for the place, `{}region in {}`", *why,
                     of_network ? "network" : "roaming", countries_text(all, ", "),
                     of_network ? "" : "roaming and ", code_of(first));
}

}  // namespace

std::optional<std::string> shared_code_help(const RuleTable& table,
                                            const std::vector<ConditionIndex>& conditions) {
  std::vector<ConditionIndex> open = conditions;
  std::set<ConditionIndex> seen;
  while (!open.empty()) {
    ConditionIndex index = open.back();
    open.pop_back();
    if (!seen.insert(index).second) continue;
    const ConditionNode& node = table.conditions.node(index);
    if (node.op != ConditionOp::test) {
      for (std::uint32_t i = 0; i < node.count; ++i) {
        open.push_back(table.conditions.child(node, i));
      }
      continue;
    }
    const Test& test = table.conditions.test_of(node);
    const Feature& feature = table.features[test.feature];
    if (auto help = help_of(test, feature)) return help;
    open.push_back(feature.inner);
  }
  return std::nullopt;
}

}  // namespace sojourn
