#include "engine/proof/shared_codes.h"

#include <fmt/format.h>

#include "engine/base/country.h"
#include "engine/graph/asked.h"

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
  for (std::uint32_t index : tests_asked(table, conditions)) {
    const Test& test = table.conditions.tests()[index];
    if (auto help = help_of(test, table.features[test.feature])) return help;
  }
  return std::nullopt;
}

}  // namespace sojourn
