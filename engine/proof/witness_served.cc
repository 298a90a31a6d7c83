// Semantics 9a in stories: without a network the enabled profile is judged on those of the country
// in which the device stands. What is counted with it then is told by a device that was on one of
// them, and lost it.
#include <algorithm>
#include <set>

#include "engine/device/candidates.h"
#include "engine/proof/count_orders.h"
#include "engine/proof/witness_parts.h"

namespace sojourn {
namespace {

// What is counted with the enabled profile and looks at networks, and is more than nothing.
std::vector<FeatureIndex> counted_by_network(const RuleTable& table, const Witness& witness) {
  std::vector<FeatureIndex> counted;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    bool of_enabled = feature.candidate && witness.profile.known &&
                      std::int64_t{*feature.candidate} == witness.profile.lower;
    bool asked = of_enabled && is_temporal(feature.kind) && asks_network(table, feature);
    bool held = feature.kind == FeatureKind::recency ? witness.readings[f].upper != kNotYet
                                                     : witness.readings[f].lower > 0;
    if (asked && held) counted.push_back(f);
  }
  return counted;
}

// Those of the countries that the policy names anywhere, one each.
std::set<std::int64_t> networks_of(const RuleTable& table) {
  CountrySet countries;
  for (const Feature& feature : table.features) {
    if (feature.kind == FeatureKind::roaming) countries |= feature.countries;
  }
  for (const Test& test : table.conditions.tests()) countries |= test.countries;
  std::set<std::int64_t> networks;
  for (Country country : countries.members()) {
    if (auto network = unseen_network(country, {})) networks.insert(*network);
  }
  return networks;
}

Witness served_by(const RuleTable& table, Witness witness, std::int64_t network) {
  witness.network = Reading::exactly(network);
  const Profile& enabled = table.profiles[static_cast<std::size_t>(witness.profile.lower)];
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    if (feature.kind == FeatureKind::network) witness.readings[f] = witness.network;
    if (feature.kind == FeatureKind::no_service) witness.readings[f] = Reading::exactly(0);
    if (feature.kind == FeatureKind::roaming && !feature.candidate) {
      witness.readings[f] = roaming_reading(network, enabled.home, feature.countries);
    }
  }
  return witness;
}

}  // namespace

std::optional<Witness> before_network_was_lost(const RuleTable& table, const Witness& witness) {
  bool served = witness.network.known && witness.network.lower >= 0;
  bool declared = witness.profile.known && witness.profile.lower >= 0;
  if (served || !declared) return std::nullopt;
  const std::vector<FeatureIndex> counted = counted_by_network(table, witness);
  if (counted.empty()) return std::nullopt;
  for (std::int64_t network : networks_of(table)) {
    Witness before = served_by(table, witness, network);
    bool all = std::all_of(counted.begin(), counted.end(), [&](FeatureIndex f) {
      return table.conditions.judge(table.features[f].inner, [&](const Test& test) {
        return judge(test, table.features[test.feature], before.readings[test.feature]);
      }) == Truth::yes;
    });
    if (all) return before;
  }
  return std::nullopt;
}

}  // namespace sojourn
