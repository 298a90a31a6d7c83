#include "engine/proof/effects.h"

#include <map>

namespace sojourn {

EffectKey effect_key(const Action& a) {
  EffectKey key = {static_cast<std::int64_t>(a.kind),
                   a.hold.ms,
                   a.approval,
                   a.requires_condition,
                   a.fallback ? std::int64_t{*a.fallback} : -1,
                   a.window_ms ? a.window_ms->first : -1,
                   a.window_ms ? a.window_ms->second : -1};
  for (const Alternative& alternative : a.alternatives) {
    key.push_back(std::int64_t{alternative.profile} * 2 + alternative.if_installed);
  }
  key.push_back(-2);
  for (ProfileIndex profile : a.preload) key.push_back(profile);
  key.push_back(-2);
  for (ProfileIndex profile : a.remove) key.push_back(profile);
  key.push_back(-2);
  if (a.rollout) {
    key.push_back(a.rollout->each.ms);
    key.insert(key.end(), a.rollout->stages.begin(), a.rollout->stages.end());
  }
  return key;
}

std::vector<std::uint32_t> number_effects(const std::vector<Rule>& rules) {
  std::map<EffectKey, std::uint32_t> numbers;
  std::vector<std::uint32_t> of_rule;
  for (const Rule& rule : rules) {
    auto fresh = static_cast<std::uint32_t>(numbers.size());
    of_rule.push_back(numbers.emplace(effect_key(rule.action), fresh).first->second);
  }
  return of_rule;
}

}  // namespace sojourn
