#include "engine/proof/policy_model.h"

#include <algorithm>
#include <set>

#include "engine/proof/actions.h"

namespace sojourn {
namespace {

// Diagrams of rules that are no longer there stay in the store: beyond so many it is begun anew.
constexpr std::size_t kNodesKeptMax = 4'000'000;

std::optional<AxisMoves> moves_from(const PolicyModel* before, std::size_t node_count,
                                    const AxisPlan& axes) {
  if (!before || node_count > kNodesKeptMax) return std::nullopt;
  return AxisMoves::between(before->axes(), axes);
}

DiagramStore moved(DiagramStore&& store, const AxisMoves& moves, const AxisPlan& axes) {
  if (moves.any()) store.move_axes(moves, axes.class_counts());
  return std::move(store);
}

}  // namespace

std::vector<std::uint32_t> count_test_uses_with_inner(const RuleTable& table,
                                                      const ChoiceConditions& choice) {
  std::vector<std::uint32_t> uses = count_test_uses(table, choice);
  const ConditionTable& conditions = table.conditions;
  std::vector<ConditionIndex> open = {choice.on_no_network};
  for (const Ban& ban : table.bans) {
    open.insert(open.end(), ban.violated.begin(), ban.violated.end());
  }
  for (const Assertion& assertion : table.assertions) open.push_back(assertion.condition);
  for_each_action(table, [&](const Action& action) { open.push_back(action.requires_condition); });
  std::set<ConditionIndex> seen;
  auto open_inner = [&](const Test& test) {
    const Feature& feature = table.features[test.feature];
    if (is_temporal(feature.kind)) open.push_back(feature.inner);
  };
  for (std::size_t i = 0; i < uses.size(); ++i) {
    if (uses[i] > 0) open_inner(conditions.tests()[i]);
  }
  while (!open.empty()) {
    ConditionIndex at = open.back();
    open.pop_back();
    if (!seen.insert(at).second) continue;
    const ConditionNode& node = conditions.node(at);
    if (node.op == ConditionOp::test) {
      if (uses[node.first] == 0) uses[node.first] = 1;
      open_inner(conditions.test_of(node));
      continue;
    }
    for (std::uint32_t i = 0; i < node.count; ++i) open.push_back(conditions.child(node, i));
  }
  return uses;
}

PolicyModel::PolicyModel(const RuleTable& table, const std::vector<CountryClaim>& claims,
                         const std::vector<Situation>* situations, PolicyModel* before)
    : table_(table),
      choice_(add_choice_conditions(table_, AskEnabled::always)),
      axes_(table_, count_test_uses_with_inner(table_, choice_), {claims, {{}, true}}),
      moves_(moves_from(before, before ? before->store_.node_count() : 0, axes_)),
      store_(moves_ ? moved(std::move(before->store_), *moves_, axes_)
                    : DiagramStore(axes_.class_counts())),
      conditions_(table_.conditions, axes_, store_),
      rules_(table_, choice_, conditions_, store_),
      world_(table_, axes_, store_, conditions_, situations),
      regions_(table_.rules.size()) {}

void PolicyModel::adopt(const PolicyModel& before, std::uint32_t rule_before, std::uint32_t rule) {
  ConditionIndex condition = before.table_.rules[rule_before].condition;
  if (auto known = before.conditions_.known_certain(condition)) {
    conditions_.adopt_certain(table_.rules[rule].condition, *known);
  }
  if (auto known = before.rules_.known_fires(rule_before)) rules_.adopt_fires(rule, *known);
}

const std::vector<PolicyModel::Region>& PolicyModel::regions(std::uint32_t rule) {
  if (!regions_[rule]) {
    regions_[rule] = regions_of(table_.rules[rule].action, rules_.holds(rule));
  }
  return *regions_[rule];
}

std::vector<PolicyModel::Region> PolicyModel::regions_of(const Action& action, DiagramRef holds) {
  std::vector<Region> regions;
  if (action.kind == Action::Kind::keep) {
    regions.push_back({together(store_, holds, {rules_.keep_is_lawful()}), std::nullopt});
  }
  if (action.kind == Action::Kind::profile) {
    bool one = action.alternatives.size() == 1;
    std::vector<DiagramRef> none_before;
    for (bool quarantined : {false, true}) {
      for (const Alternative& alternative : action.alternatives) {
        // With one alternative quarantine changes nothing about what is asked for.
        if (one && quarantined) break;
        DiagramRef healthy = one || quarantined ? kYes : rules_.healthy(alternative.profile);
        DiagramRef can_have = rules_.can_have(alternative);
        std::vector<DiagramRef> parts = none_before;
        parts.insert(parts.end(), {can_have, healthy});
        Together here = together(store_, holds, parts);
        if (here.where == kNo) continue;
        regions.push_back({std::move(here), alternative.profile});
        if (!one) none_before.push_back(store_.opposite(store_.both(can_have, healthy)));
      }
    }
  }
  return regions;
}

std::vector<Together> PolicyModel::disagreement(std::uint32_t a, std::uint32_t b) {
  const Action &of_a = table_.rules[a].action, &of_b = table_.rules[b].action;
  if (of_a.same_effect(of_b)) return {};
  // With the profile already enabled nothing is switched: `hold`, windows and the like are moot.
  bool same_rest =
      of_a.preload == of_b.preload && of_a.remove == of_b.remove && of_a.fallback == of_b.fallback;
  std::vector<Together> all;
  std::vector<DiagramRef> whole;
  for (const Region& one : regions(a)) {
    for (const Region& other : regions(b)) {
      Together here = together(store_, one.where, other.where);
      if (here.where == kNo) continue;
      bool both_keep = !one.profile && !other.profile;
      bool two_profiles = one.profile && other.profile && *one.profile != *other.profile;
      if (same_rest && both_keep) continue;
      if (same_rest && !two_profiles) {
        ProfileIndex wanted = one.profile ? *one.profile : *other.profile;
        here.where = store_.both(here.where, store_.opposite(rules_.enabled(wanted)));
      }
      if (here.also.empty()) {
        whole.push_back(here.where);
      } else {
        all.push_back(std::move(here));
      }
    }
  }
  if (!whole.empty()) all.push_back({store_.any_of(std::move(whole)), {}});
  return all;
}

std::vector<Together> PolicyModel::remedy_disagreement(std::uint32_t a, std::uint32_t b) {
  const std::optional<Action>&of_a = table_.bans[a].remedy, &of_b = table_.bans[b].remedy;
  if (!of_a || !of_b || of_a->same_effect(*of_b)) return {};
  DiagramRef both = store_.both(rules_.broken(a), rules_.broken(b));
  if (both == kNo) return {};
  Action terms_of_a = *of_a;
  terms_of_a.alternatives = of_b->alternatives;
  bool same_terms = terms_of_a.same_effect(*of_b);
  std::vector<Together> all;
  std::vector<Region> regions_of_b = regions_of(*of_b, both);
  for (const Region& one : regions_of(*of_a, both)) {
    for (const Region& other : regions_of_b) {
      if (same_terms && one.profile == other.profile) continue;
      Together here = together(store_, one.where, other.where);
      if (here.where != kNo) all.push_back(std::move(here));
    }
  }
  return all;
}

const Reach& PolicyModel::reach(DiagramRef ref) {
  auto kept = reaches_.find(ref);
  if (kept == reaches_.end()) kept = reaches_.try_emplace(ref, store_, ref).first;
  return kept->second;
}

}  // namespace sojourn
