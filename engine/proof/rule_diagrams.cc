#include "engine/proof/rule_diagrams.h"

#include <algorithm>

namespace sojourn {
namespace {

template <class Visit>  // void(const Action&)
void for_each_action(const RuleTable& table, const Visit& visit) {
  for (const Rule& rule : table.rules) visit(rule.action);
  for (const Ban& ban : table.bans) {
    if (ban.remedy) visit(*ban.remedy);
  }
  visit(table.otherwise);
}

bool has_voice(const Rule& rule) {
  return rule.action.kind == Action::Kind::none || !rule.action.alerts.empty() ||
         !rule.action.tasks.empty();
}

// Builds the rows of one policy.
class RowMaker {
 public:
  RowMaker(const RuleTable& table, const ChoiceConditions& choice, ConditionDiagrams& diagrams,
           DiagramStore& store)
      : table_(table), choice_(choice), diagrams_(diagrams), store_(store) {
    for (ProfileIndex p = 0; p < table.profiles.size(); ++p) find_lawful(p);
    find_bitten();
  }

  PolicyRows make() {
    for (std::uint32_t index : precedence(table_)) {
      const Rule& rule = table_.rules[index];
      add_action(diagrams_.certain(rule.condition), rule.action, static_cast<std::int32_t>(index),
                 -1);
    }
    add_action(kYes, table_.otherwise, -1, -1);
    for (std::size_t b = 0; b < bitten_.size(); ++b) {
      const std::optional<Action>& remedy = table_.bans[b].remedy;
      if (remedy) add_action(bitten_[b], *remedy, -1, static_cast<std::int32_t>(b));
    }
    for (std::size_t b = 0; b < bitten_.size(); ++b) {
      add(bitten_[b], Leaf{Action::Kind::keep, 0, -1, static_cast<std::int32_t>(b), false});
    }
    add_voices();
    return std::move(rows_);
  }

 private:
  // Where ban `b` bites with the candidate whose place in Ban::bites is given.
  DiagramRef bites(const Ban& ban, std::size_t candidate) {
    ConditionIndex condition = ban.bites[candidate];
    return ban.in_doubt_counts ? store_.opposite(diagrams_.refuted(condition))
                               : diagrams_.certain(condition);
  }

  void find_lawful(ProfileIndex profile) {
    std::vector<DiagramRef> allowed;
    for (const Ban& ban : table_.bans) allowed.push_back(store_.opposite(bites(ban, profile)));
    lawful_.push_back(store_.all_of(std::move(allowed)));
  }

  // Where each ban bites with what is enabled. While that is unknown, it does not.
  void find_bitten() {
    for (const Ban& ban : table_.bans) {
      std::vector<DiagramRef> cases = {store_.both(diagrams_.certain(choice_.undeclared_enabled),
                                                   bites(ban, table_.profiles.size()))};
      for (ProfileIndex p = 0; p < table_.profiles.size(); ++p) {
        DiagramRef enabled = diagrams_.certain(choice_.of_profile[p].enabled);
        cases.push_back(store_.both(enabled, bites(ban, p)));
      }
      bitten_.push_back(store_.any_of(std::move(cases)));
    }
    keep_lawful_ = store_.opposite(store_.any_of(bitten_));
  }

  DiagramRef can_have(const Alternative& alternative) {
    return store_.both(diagrams_.certain(choice_.available(alternative)),
                       lawful_[alternative.profile]);
  }

  void add(DiagramRef where, const Leaf& leaf) {
    if (where != kNo) rows_.outcomes.push_back({where, leaf});
  }

  void add_action(DiagramRef holds, const Action& action, std::int32_t rule, std::int32_t ban) {
    if (action.kind == Action::Kind::keep && ban < 0) {
      add(store_.both(holds, keep_lawful_), Leaf{Action::Kind::keep, 0, rule, -1, false});
    }
    if (action.kind != Action::Kind::profile) return;
    for (const Alternative& alternative : action.alternatives) {
      DiagramRef healthy = diagrams_.certain(choice_.of_profile[alternative.profile].healthy);
      add(store_.all_of({holds, can_have(alternative), healthy}),
          Leaf{Action::Kind::profile, alternative.profile, rule, ban, false});
    }
    for (const Alternative& alternative : action.alternatives) {
      add(store_.both(holds, can_have(alternative)),
          Leaf{Action::Kind::profile, alternative.profile, rule, ban, true});
    }
  }

  // Where the rule fires: it holds and one of its alternatives can be had.
  DiagramRef fires(std::uint32_t index) {
    if (fires_.empty()) fires_.resize(table_.rules.size());
    if (fires_[index]) return *fires_[index];
    const Rule& rule = table_.rules[index];
    DiagramRef holds = diagrams_.certain(rule.condition);
    if (rule.action.kind == Action::Kind::keep) holds = store_.both(holds, keep_lawful_);
    if (rule.action.kind == Action::Kind::profile) {
      std::vector<DiagramRef> any;
      for (const Alternative& alternative : rule.action.alternatives) {
        any.push_back(can_have(alternative));
      }
      holds = store_.both(holds, store_.any_of(std::move(any)));
    }
    fires_[index] = holds;
    return holds;
  }

  void add_voices() {
    std::vector<std::vector<std::uint32_t>> overriders(table_.rules.size());
    for (std::uint32_t i = 0; i < table_.rules.size(); ++i) {
      for (std::uint32_t overridden : table_.rules[i].overrides) {
        overriders[overridden].push_back(i);
      }
    }
    DiagramRef silenced = kNo;  // under first-match: where a rule with an outcome came before
    for (std::uint32_t i = 0; i < table_.rules.size(); ++i) {
      const Rule& rule = table_.rules[i];
      bool outcome = rule.action.kind != Action::Kind::none;
      // Under first-match a rule with an outcome speaks where it decides, which its leaf tells.
      if (has_voice(rule) && !(table_.settings.first_match && outcome)) {
        DiagramRef unheard = table_.settings.first_match ? silenced : overridden(overriders, i);
        DiagramRef where = store_.both(fires(i), store_.opposite(unheard));
        if (where != kNo) rows_.voices.push_back({where, i});
      }
      if (table_.settings.first_match && outcome && more_voices_after(i)) {
        silenced = store_.either(silenced, fires(i));
      }
    }
  }

  // Is there a rule without an outcome after this one?
  bool more_voices_after(std::uint32_t index) {
    if (!last_without_outcome_) {
      std::uint32_t last = 0;
      for (std::uint32_t i = 0; i < table_.rules.size(); ++i) {
        if (table_.rules[i].action.kind == Action::Kind::none) last = i;
      }
      last_without_outcome_ = last;
    }
    return index < *last_without_outcome_;
  }

  // Where a rule that overrides this one, directly or through others, fires.
  DiagramRef overridden(const std::vector<std::vector<std::uint32_t>>& overriders,
                        std::uint32_t index) {
    std::vector<std::uint32_t> open = overriders[index];
    std::vector<std::uint32_t> met;
    std::vector<DiagramRef> parts;
    while (!open.empty()) {
      std::uint32_t at = open.back();
      open.pop_back();
      if (std::find(met.begin(), met.end(), at) != met.end()) continue;
      met.push_back(at);
      parts.push_back(fires(at));
      open.insert(open.end(), overriders[at].begin(), overriders[at].end());
    }
    return store_.any_of(std::move(parts));
  }

  const RuleTable& table_;
  const ChoiceConditions& choice_;
  ConditionDiagrams& diagrams_;
  DiagramStore& store_;
  PolicyRows rows_;
  std::vector<DiagramRef> lawful_;  // by profile: where no ban bites with it
  std::vector<DiagramRef> bitten_;  // by ban: where it bites with what is enabled
  DiagramRef keep_lawful_ = kYes;
  std::vector<std::optional<DiagramRef>> fires_;
  std::optional<std::uint32_t> last_without_outcome_;
};

}  // namespace

ChoiceConditions add_choice_conditions(RuleTable& table) {
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
  if (table.bans.empty()) return choice;
  Feature feature;
  feature.kind = FeatureKind::profile;
  feature.identity = "profile";
  for (const Feature& own : table.features) {
    if (own.kind == FeatureKind::profile && !own.candidate) feature.identity = own.identity;
  }
  FeatureIndex enabled = table.intern_feature(std::move(feature));
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

PolicyRows make_rows(const RuleTable& table, const ChoiceConditions& choice,
                     ConditionDiagrams& diagrams, DiagramStore& store) {
  return RowMaker(table, choice, diagrams, store).make();
}

}  // namespace sojourn
