#include "engine/proof/witness_report.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "engine/proof/witness_parts.h"

namespace sojourn {
namespace {

// A set's member as a report names it.
std::string member_name(const Attribute& attribute, std::int64_t symbol) {
  if (attribute.type == AttributeType::set_of_country) {
    return std::string(code_of(Country{static_cast<std::uint8_t>(symbol)}));
  }
  return attribute.values[static_cast<std::size_t>(symbol)];
}

// What a report says of an attribute with one value; absent where it says nothing.
std::optional<AttributeReport> attribute_value(const RuleTable& table, const Feature& feature,
                                               const Reading& reading) {
  AttributeReport value;
  value.type = AttributeReport::Type::text;
  switch (feature.kind) {
    case FeatureKind::attribute_choice: {
      const std::vector<std::string>& values = table.attributes[feature.subject].values;
      bool listed = reading.lower >= 0 && reading.lower < std::int64_t(values.size());
      value.text = listed ? values[static_cast<std::size_t>(reading.lower)] : "something else";
      break;
    }
    case FeatureKind::attribute_country:
      if (reading.lower < 0) return std::nullopt;
      value.text = code_of(Country{static_cast<std::uint8_t>(reading.lower)});
      break;
    case FeatureKind::attribute_number:
      value.type = AttributeReport::Type::number;
      value.number_millionths = reading.lower;
      break;
    case FeatureKind::attribute_flag:
      value.type = AttributeReport::Type::flag;
      value.flag = reading.lower != 0;
      break;
    default:
      return std::nullopt;
  }
  value.name = table.attributes[feature.subject].name;
  return value;
}

}  // namespace

Observation given_report(const RuleTable& table, const Witness& witness) {
  Observation report;
  report.standing = true;
  std::map<AttributeIndex, std::vector<std::string>> sets;
  std::vector<std::string> installed;
  bool installed_known = false;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    const Reading& reading = witness.readings[f];
    if (!reading.known) continue;
    if (feature.kind == FeatureKind::attribute_has) {
      std::vector<std::string>& members = sets[feature.subject];
      const Attribute& attribute = table.attributes[feature.subject];
      if (reading.lower != 0) members.push_back(member_name(attribute, feature.symbol));
    } else if (feature.kind == FeatureKind::installed) {
      installed_known = true;
      if (reading.lower != 0) installed.push_back(table.profiles[feature.subject].name);
    } else if (feature.kind == FeatureKind::fallback) {
      if (reading.lower < 0) continue;
      report.fallback.give(table.profiles[static_cast<std::size_t>(reading.lower)].name);
    } else if (auto value = attribute_value(table, feature, reading)) {
      report.attributes.push_back(*std::move(value));
    }
  }
  for (auto& [attribute, members] : sets) {
    AttributeReport value;
    value.type = AttributeReport::Type::list;
    value.name = table.attributes[attribute].name;
    value.list = std::move(members);
    report.attributes.push_back(std::move(value));
  }
  const std::string& enabled = table.profiles[static_cast<std::size_t>(witness.profile.lower)].name;
  if (std::find(installed.begin(), installed.end(), enabled) == installed.end()) {
    installed.push_back(enabled);
  }
  report.profile.give(enabled);
  if (installed_known) report.installed.give(std::move(installed));
  bool per_imei = std::any_of(table.features.begin(), table.features.end(),
                              [](const Feature& feature) { return feature.scope.per_imei; });
  if (per_imei) report.names.imei = "356938035643809";
  return report;
}

Observation stay_report(const RuleTable& table, const Witness& witness) {
  Observation report;
  bool none = witness.network.known && witness.network.lower == kNoSymbol;
  Reading network = told_network(table, witness);
  if (network.known && !none) {
    report.network.give(unpack_plmn(static_cast<std::uint32_t>(network.lower)));
  }
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Reading& reading = witness.readings[f];
    if (!reading.known) continue;
    if (table.features[f].kind == FeatureKind::rat && reading.lower >= 0 &&
        reading.lower < std::int64_t{kRatCount}) {
      report.rat.give(static_cast<Rat>(reading.lower));
    }
    if (table.features[f].kind == FeatureKind::no_service) {
      report.registration.give(reading.lower != 0 ? Registration::none : Registration::roaming);
    }
  }
  if (none) report.registration.give(Registration::none);
  if (witness.position) report.position.give(Fix{.at = *witness.position, .accuracy_m = 20});
  return report;
}

}  // namespace sojourn
