#include "engine/proof/rule_diagrams.h"

#include <algorithm>
#include <set>

#include "engine/proof/actions.h"
#include "engine/proof/count_orders.h"
#include "engine/proof/together.h"

namespace sojourn {
namespace {

bool has_voice(const Rule& rule) {
  return rule.action.kind == Action::Kind::none || !rule.action.alerts.empty() ||
         !rule.action.tasks.empty();
}

// Adds the rows of an action that holds there.
void add_action(RuleDiagrams& rules, std::vector<OutcomeRow>& rows, DiagramRef holds,
                const Action& action, std::int32_t rule, std::int32_t ban) {
  DiagramStore& store = rules.store();
  auto add = [&](DiagramRef where, const Leaf& leaf) {
    if (where != kNo) rows.push_back({where, leaf, false});
  };
  if (action.kind == Action::Kind::keep && ban < 0) {
    add(store.both(holds, rules.keep_is_lawful()), {Action::Kind::keep, 0, rule, -1, false});
  }
  if (action.kind != Action::Kind::profile) return;
  for (const Alternative& alternative : action.alternatives) {
    add(store.all_of({holds, rules.can_have(alternative), rules.healthy(alternative.profile)}),
        {Action::Kind::profile, alternative.profile, rule, ban, false});
  }
  for (const Alternative& alternative : action.alternatives) {
    add(store.both(holds, rules.can_have(alternative)),
        {Action::Kind::profile, alternative.profile, rule, ban, true});
  }
}

}  // namespace

RuleDiagrams::RuleDiagrams(const RuleTable& table, const ChoiceConditions& choice,
                           ConditionDiagrams& diagrams, DiagramStore& store)
    : table_(table),
      choice_(choice),
      diagrams_(diagrams),
      store_(store),
      fires_(table.rules.size()),
      overriders_(table.rules.size()) {
  for (std::uint32_t i = 0; i < table.rules.size(); ++i) {
    for (std::uint32_t overridden : table.rules[i].overrides) overriders_[overridden].push_back(i);
  }
  find_lawful();
  find_broken();
}

// Where the ban bites with the candidate whose place in Ban::bites is given.
DiagramRef RuleDiagrams::bites(const Ban& ban, std::size_t candidate) {
  ConditionIndex condition = ban.bites[candidate];
  return ban.in_doubt_counts ? store_.opposite(diagrams_.refuted(condition))
                             : diagrams_.certain(condition);
}

void RuleDiagrams::find_lawful() {
  for (ProfileIndex profile = 0; profile < table_.profiles.size(); ++profile) {
    std::vector<DiagramRef> allowed;
    for (const Ban& ban : table_.bans) allowed.push_back(store_.opposite(bites(ban, profile)));
    lawful_.push_back(store_.all_of(std::move(allowed)));
  }
}

void RuleDiagrams::find_broken() {
  for (const Ban& ban : table_.bans) {
    std::vector<DiagramRef> cases = {store_.both(diagrams_.certain(choice_.undeclared_enabled),
                                                 bites(ban, table_.profiles.size()))};
    for (ProfileIndex p = 0; p < table_.profiles.size(); ++p) {
      cases.push_back(store_.both(enabled(p), bites(ban, p)));
    }
    broken_.push_back(store_.any_of(std::move(cases)));
  }
  keep_is_lawful_ = store_.opposite(store_.any_of(broken_));
}

DiagramRef RuleDiagrams::can_have(const Alternative& alternative) {
  return store_.both(diagrams_.certain(choice_.available(alternative)),
                     lawful_[alternative.profile]);
}

DiagramRef RuleDiagrams::fires(std::uint32_t index) {
  if (fires_[index]) return *fires_[index];
  const Action& action = table_.rules[index].action;
  DiagramRef where = holds(index);
  if (action.kind == Action::Kind::keep) where = store_.both(where, keep_is_lawful_);
  if (action.kind == Action::Kind::profile) {
    std::vector<DiagramRef> any;
    for (const Alternative& alternative : action.alternatives) any.push_back(can_have(alternative));
    where = store_.both(where, store_.any_of(std::move(any)));
  }
  fires_[index] = where;
  return where;
}

std::vector<std::uint32_t> RuleDiagrams::all_overriders(std::uint32_t rule) const {
  std::set<std::uint32_t> met;
  std::vector<std::uint32_t> open = overriders_[rule];
  while (!open.empty()) {
    std::uint32_t at = open.back();
    open.pop_back();
    if (met.insert(at).second)
      open.insert(open.end(), overriders_[at].begin(), overriders_[at].end());
  }
  return {met.begin(), met.end()};
}

std::vector<std::uint32_t> RuleDiagrams::silencers(std::uint32_t rule) const {
  std::vector<std::uint32_t> found = all_overriders(rule);
  std::erase_if(found, [&](std::uint32_t overrider) {
    return table_.rules[overrider].action.kind != Action::Kind::none;
  });
  return found;
}

DiagramRef RuleDiagrams::unsilenced(std::uint32_t rule) {
  std::vector<DiagramRef> any;
  for (std::uint32_t silencer : silencers(rule)) any.push_back(fires(silencer));
  return store_.opposite(store_.any_of(std::move(any)));
}

std::vector<DiagramRef> where_silenced(RuleDiagrams& rules,
                                       const std::vector<std::uint32_t>& indices,
                                       DiagramRef region) {
  DiagramStore& store = rules.store();
  std::vector<DiagramRef> parts;
  for (std::uint32_t index : indices) {
    DiagramRef fires = rules.fires(index);
    if (fires == kNo || !store.may_meet(fires, region)) continue;
    if (!parts.empty() && is_small(store, parts.back()) && is_small(store, fires)) {
      DiagramRef both = store.either(parts.back(), fires);
      if (is_small(store, both)) {
        parts.back() = both;
        continue;
      }
    }
    parts.push_back(fires);
  }
  return parts;
}

std::vector<OutcomeRow> outcome_rows(RuleDiagrams& rules, DiagramRef within, Silencing silencing) {
  const RuleTable& table = rules.table();
  std::vector<OutcomeRow> rows;
  ConditionGlance glance = rules.glance(within);
  for (std::uint32_t index : precedence(table)) {
    if (!glance.may_hold(table.rules[index].condition)) continue;
    if (!rules.store().may_meet(rules.holds(index), within)) continue;
    DiagramRef holds = rules.store().both(rules.holds(index), within);
    if (holds == kNo) continue;
    auto rule = static_cast<std::int32_t>(index);
    if (silencing == Silencing::drawn) {
      holds = rules.store().both(holds, rules.unsilenced(index));
    } else if (table.rules[index].action.kind != Action::Kind::none) {
      for (DiagramRef silenced : where_silenced(rules, rules.silencers(index), holds)) {
        rows.push_back({silenced, {Action::Kind::keep, 0, rule, -1, false}, true});
      }
    }
    add_action(rules, rows, holds, table.rules[index].action, rule, -1);
  }
  add_action(rules, rows, within, table.otherwise, -1, -1);
  for (std::size_t b = 0; b < table.bans.size(); ++b) {
    const std::optional<Action>& remedy = table.bans[b].remedy;
    if (!remedy) continue;
    DiagramRef broken = rules.store().both(rules.broken(b), within);
    add_action(rules, rows, broken, *remedy, -1, static_cast<std::int32_t>(b));
  }
  for (std::size_t b = 0; b < table.bans.size(); ++b) {
    DiagramRef broken = rules.store().both(rules.broken(b), within);
    if (broken == kNo) continue;
    Leaf leaf{Action::Kind::keep, 0, -1, static_cast<std::int32_t>(b), false};
    rows.push_back({broken, leaf, false});
  }
  return rows;
}

std::vector<Voice> voices(RuleDiagrams& rules) {
  const RuleTable& table = rules.table();
  bool first_match = table.settings.first_match;
  auto has_outcome = [&](const Rule& rule) { return rule.action.kind != Action::Kind::none; };
  // Under first-match a rule with an outcome speaks where it decides, which its leaf tells, and no
  // rule after it is heard.
  auto speaks_here = [&](const Rule& rule) {
    return has_voice(rule) && !(first_match && has_outcome(rule));
  };
  auto last = std::find_if(table.rules.rbegin(), table.rules.rend(), speaks_here);
  auto count = static_cast<std::uint32_t>(table.rules.rend() - last);
  std::vector<Voice> found;
  for (std::uint32_t i = 0; i < count; ++i) {
    bool silences = first_match && has_outcome(table.rules[i]);
    if (!silences && !speaks_here(table.rules[i])) continue;
    DiagramRef where = rules.fires(i);
    if (where == kNo) continue;
    if (!first_match) {
      for (DiagramRef silenced : where_silenced(rules, rules.all_overriders(i), where)) {
        found.push_back({silenced, i, Voice::Kind::silences_rule});
      }
    }
    found.push_back({where, i, silences ? Voice::Kind::silences_rest : Voice::Kind::speaks});
  }
  return found;
}

// The policy's own feature of the name, or a new one.
FeatureIndex own_feature(RuleTable& table, FeatureKind kind, std::string name) {
  Feature feature;
  feature.kind = kind;
  feature.identity = std::move(name);
  for (const Feature& own : table.features) {
    if (own.kind == kind && !own.candidate) feature.identity = own.identity;
  }
  return table.intern_feature(std::move(feature));
}

ConditionIndex on_no_network(RuleTable& table) {
  Test test;
  test.feature = own_feature(table, FeatureKind::network, "network");
  test.kind = Test::Kind::one_of;
  test.symbols = {kNoSymbol};
  test.text = "no network";
  return table.conditions.test(std::move(test));
}

ChoiceConditions add_choice_conditions(RuleTable& table, AskEnabled ask) {
  ChoiceConditions choice;
  choice.of_profile.resize(table.profiles.size());
  for_each_action(table, [&](const Action& action) {
    for (const Alternative& alternative : action.alternatives) {
      ChoiceConditions::OfProfile& of = choice.of_profile[alternative.profile];
      of.healthy = healthy(table, alternative.profile);
      ConditionIndex& kind = alternative.if_installed ? of.installed : of.downloadable_or_installed;
      kind = available(table, alternative);
    }
  });
  if (ask == AskEnabled::with_bans && table.bans.empty()) return choice;
  FeatureIndex enabled = own_feature(table, FeatureKind::profile, "profile");
  auto is_enabled = [&](std::int64_t symbol, const std::string& name) {
    Test test;
    test.feature = enabled;
    test.kind = Test::Kind::one_of;
    test.symbols = {symbol};
    test.text = "profile = " + name;
    return table.conditions.test(std::move(test));
  };
  for (ProfileIndex p = 0; p < table.profiles.size(); ++p) {
    choice.of_profile[p].enabled = is_enabled(p, table.profiles[p].name);
  }
  choice.undeclared_enabled = is_enabled(kOtherSymbol, "undeclared");
  bool counts_networks =
      std::any_of(table.features.begin(), table.features.end(), [&](const Feature& one) {
        return one.candidate && is_temporal(one.kind) && asks_network(table, one);
      });
  if (ask == AskEnabled::always && counts_networks) choice.on_no_network = on_no_network(table);
  return choice;
}

std::vector<std::uint32_t> count_test_uses(const RuleTable& table, const ChoiceConditions& choice) {
  const ConditionTable& conditions = table.conditions;
  std::vector<std::uint32_t> uses(conditions.tests().size(), 0);
  std::vector<std::uint32_t> seen(conditions.size(), 0);  // in which round a condition was met
  std::uint32_t round = 0;
  std::vector<ConditionIndex> open;
  auto count = [&](ConditionIndex root) {
    ++round;
    open.assign(1, root);
    while (!open.empty()) {
      ConditionIndex at = open.back();
      open.pop_back();
      if (seen[at] == round) continue;
      seen[at] = round;
      const ConditionNode& node = conditions.node(at);
      if (node.op == ConditionOp::test) ++uses[node.first];
      if (node.op == ConditionOp::test) continue;
      for (std::uint32_t i = 0; i < node.count; ++i) open.push_back(conditions.child(node, i));
    }
  };
  for (const Rule& rule : table.rules) count(rule.condition);
  for_each_action(table, [&](const Action& action) {
    for (const Alternative& alternative : action.alternatives) {
      count(choice.available(alternative));
      count(choice.of_profile[alternative.profile].healthy);
    }
  });
  for (const Ban& ban : table.bans) {
    for (ConditionIndex bites : ban.bites) count(bites);
  }
  for (const ChoiceConditions::OfProfile& of : choice.of_profile) count(of.enabled);
  count(choice.undeclared_enabled);
  return uses;
}

}  // namespace sojourn
