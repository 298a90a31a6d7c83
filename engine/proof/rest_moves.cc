#include "engine/proof/rest_moves.h"

#include <algorithm>
#include <set>

#include "engine/proof/actions.h"

namespace sojourn {

bool follows_from_profile(FeatureKind kind) {
  return kind == FeatureKind::profile || kind == FeatureKind::roaming ||
         kind == FeatureKind::breakout || kind == FeatureKind::no_service ||
         kind == FeatureKind::network;
}

std::vector<bool> moving_features(const RuleTable& table) {
  std::vector<bool> moving(table.features.size(), false);
  bool sets_fallback = false;
  std::set<ProfileIndex> deleted;
  for_each_action(table, [&](const Action& action) {
    sets_fallback = sets_fallback || action.fallback.has_value();
    deleted.insert(action.remove.begin(), action.remove.end());
  });
  auto moves = [&](const Feature& feature) {
    if (follows_from_profile(feature.kind)) return true;
    if (feature.kind == FeatureKind::fallback) return sets_fallback;
    // What is downloaded stays, unless a rule deletes it.
    if (feature.kind == FeatureKind::installed) {
      return deleted.contains(static_cast<ProfileIndex>(feature.subject));
    }
    if (feature.kind == FeatureKind::silent) return true;
    bool of_ours = feature.event.kind == EventKind::switches ||
                   feature.event.kind == EventKind::commanded_switches ||
                   feature.event.kind == EventKind::alert;
    bool other_key = feature.scope.per_profile || feature.scope.same_network;
    if (feature.kind == FeatureKind::event_count || feature.kind == FeatureKind::since) {
      return of_ours || other_key;
    }
    if (other_key) return true;
    if (!is_temporal(feature.kind)) return false;
    if (feature.candidate) return true;
    for (FeatureIndex inner : table.conditions.features_of(feature.inner)) {
      if (moving[inner]) return true;
    }
    return false;
  };
  // What counts over what counts: until nothing more is found.
  for (bool changed = true; changed;) {
    changed = false;
    for (FeatureIndex f = 0; f < table.features.size(); ++f) {
      if (moving[f] || !moves(table.features[f])) continue;
      moving[f] = changed = true;
    }
  }
  return moving;
}

bool may_go_round(const RuleTable& table, const std::vector<bool>& moving) {
  std::set<ProfileIndex> asked;
  for_each_action(table, [&](const Action& action) {
    if (action.hold.ms > 0) return;
    for (const Alternative& alternative : action.alternatives) asked.insert(alternative.profile);
  });
  if (asked.size() < 2) return false;
  // Parts come before what they are parts of.
  const ConditionTable& conditions = table.conditions;
  std::vector<bool> moves(conditions.size(), false);
  for (ConditionIndex c = 0; c < conditions.size(); ++c) {
    const ConditionNode& node = conditions.node(c);
    if (node.op == ConditionOp::test) {
      moves[c] = moving[conditions.test_of(node).feature];
      continue;
    }
    for (std::uint32_t i = 0; i < node.count && !moves[c]; ++i) {
      moves[c] = moves[conditions.child(node, i)];
    }
  }
  auto looks = [&](ConditionIndex condition) { return bool{moves[condition]}; };
  auto rule_looks = [&](const Rule& rule) { return looks(rule.condition); };
  auto ban_looks = [&](const Ban& ban) {
    return std::any_of(ban.bites.begin(), ban.bites.end(), looks);
  };
  return std::any_of(table.rules.begin(), table.rules.end(), rule_looks) ||
         std::any_of(table.bans.begin(), table.bans.end(), ban_looks);
}

}  // namespace sojourn
