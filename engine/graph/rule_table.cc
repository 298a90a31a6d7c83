#include "engine/graph/rule_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace sojourn {

std::string Origin::text() const { return fmt::format("{}:{}", path, line); }

std::string Rule::label() const {
  return name.empty() ? fmt::format("line {}", origin.line) : name;
}

bool Action::same_effect(const Action& other) const {
  return kind == other.kind && alternatives == other.alternatives && preload == other.preload &&
         remove == other.remove && fallback == other.fallback && hold == other.hold &&
         approval == other.approval && requires_condition == other.requires_condition &&
         window_ms == other.window_ms;
}

std::optional<ProfileIndex> RuleTable::find_profile(std::string_view name) const {
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    if (profiles[i].name == name) return static_cast<ProfileIndex>(i);
  }
  return std::nullopt;
}

std::optional<AttributeIndex> RuleTable::find_attribute(std::string_view name) const {
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (attributes[i].name == name) return static_cast<AttributeIndex>(i);
  }
  return std::nullopt;
}

FeatureIndex RuleTable::intern_feature(Feature feature) {
  auto same = [&](const Feature& f) { return f.identity == feature.identity; };
  auto found = std::find_if(features.begin(), features.end(), same);
  if (found != features.end()) return static_cast<FeatureIndex>(found - features.begin());
  features.push_back(std::move(feature));
  return static_cast<FeatureIndex>(features.size() - 1);
}

std::vector<std::vector<bool>> override_closure(const RuleTable& table) {
  std::size_t count = table.rules.size();
  std::vector<std::vector<bool>> closure(count);
  std::vector<std::uint32_t> open;
  for (std::size_t i = 0; i < count; ++i) {
    if (table.rules[i].overrides.empty()) continue;  // an empty row overrides nothing
    closure[i].resize(count);
    open.assign(table.rules[i].overrides.begin(), table.rules[i].overrides.end());
    while (!open.empty()) {
      std::uint32_t at = open.back();
      open.pop_back();
      if (closure[i][at]) continue;
      closure[i][at] = true;
      open.insert(open.end(), table.rules[at].overrides.begin(), table.rules[at].overrides.end());
    }
  }
  return closure;
}

ConditionIndex obtainable(RuleTable& table, const Alternative& alternative) {
  const Profile& profile = table.profiles[alternative.profile];
  Feature installed;
  installed.kind = FeatureKind::installed;
  installed.subject = alternative.profile;
  installed.identity = fmt::format("installed {}", profile.name);
  Feature quarantined;
  quarantined.kind = FeatureKind::quarantined;
  quarantined.subject = alternative.profile;
  quarantined.identity = fmt::format("quarantined {}", profile.name);
  Test is_installed;
  is_installed.feature = table.intern_feature(installed);
  is_installed.text = installed.identity;
  Test is_quarantined;
  is_quarantined.feature = table.intern_feature(quarantined);
  is_quarantined.text = quarantined.identity;
  ConditionTable& conditions = table.conditions;
  ConditionIndex healthy = conditions.negate(conditions.test(is_quarantined));
  if (!alternative.if_installed && !profile.download.empty()) return healthy;
  return conditions.all_of({conditions.test(is_installed), healthy});
}

}  // namespace sojourn
