#include "engine/graph/rule_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace sojourn {

std::string Origin::text() const { return fmt::format("{}:{}", path, line); }

std::string DisputedView::text() const {
  std::vector<std::string_view> codes;
  for (Country member : claimants.members()) codes.push_back(code_of(member));
  return fmt::format("{} as {}", fmt::join(codes, "-"), code_of(as));
}

std::string Rule::label() const {
  return name.empty() ? fmt::format("line {}", origin.line) : name;
}

std::string Ban::label() const { return name.empty() ? fmt::format("line {}", origin.line) : name; }

std::string Ban::alert() const {
  return fmt::format("ban {}: nothing lawful can be enabled", label());
}

bool Action::same_effect(const Action& other) const {
  return kind == other.kind && alternatives == other.alternatives && preload == other.preload &&
         remove == other.remove && fallback == other.fallback && hold == other.hold &&
         approval == other.approval && requires_condition == other.requires_condition &&
         window_ms == other.window_ms && rollout == other.rollout;
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

std::vector<std::uint32_t> precedence(const RuleTable& table) {
  auto count = static_cast<std::uint32_t>(table.rules.size());
  std::vector<std::vector<std::uint32_t>> overriders(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::uint32_t overridden : table.rules[i].overrides) overriders[overridden].push_back(i);
  }
  std::vector<std::uint32_t> order;
  order.reserve(count);
  std::vector<bool> entered(count, false);
  // A rule on the stack, and how many of its overriders have been placed before it.
  std::vector<std::pair<std::uint32_t, std::size_t>> open;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (entered[i]) continue;
    entered[i] = true;
    open.push_back({i, 0});
    while (!open.empty()) {
      auto& [rule, placed] = open.back();
      if (placed == overriders[rule].size()) {
        order.push_back(rule);
        open.pop_back();
        continue;
      }
      std::uint32_t before = overriders[rule][placed++];
      if (entered[before]) continue;
      entered[before] = true;
      open.push_back({before, 0});
    }
  }
  return order;
}

namespace {

ConditionIndex flag_about(RuleTable& table, FeatureKind kind, std::string_view word,
                          ProfileIndex profile) {
  Test test;
  test.text = fmt::format("{} {}", word, table.profiles[profile].name);
  auto same = [&](const Feature& f) {
    return f.kind == kind && f.subject == profile && !f.candidate;
  };
  auto found = std::find_if(table.features.begin(), table.features.end(), same);
  if (found != table.features.end()) {
    test.feature = static_cast<FeatureIndex>(found - table.features.begin());
  } else {
    Feature feature;
    feature.kind = kind;
    feature.subject = profile;
    feature.identity = test.text;
    test.feature = table.intern_feature(std::move(feature));
  }
  return table.conditions.test(std::move(test));
}

}  // namespace

ConditionIndex available(RuleTable& table, const Alternative& alternative) {
  bool downloadable = !table.profiles[alternative.profile].download.empty();
  if (downloadable && !alternative.if_installed) return ConditionTable::kAlways;
  return flag_about(table, FeatureKind::installed, "installed", alternative.profile);
}

ConditionIndex healthy(RuleTable& table, ProfileIndex profile) {
  return table.conditions.negate(
      flag_about(table, FeatureKind::quarantined, "quarantined", profile));
}

ConditionIndex obtainable(RuleTable& table, const Alternative& alternative) {
  return table.conditions.all_of(
      {available(table, alternative), healthy(table, alternative.profile)});
}

}  // namespace sojourn
