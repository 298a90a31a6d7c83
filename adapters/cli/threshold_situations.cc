#include "adapters/cli/threshold_situations.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/graph/asked.h"

namespace sojourn::cli {

using Question = ThresholdQuestion;

ThresholdSituations::ThresholdSituations(const RuleTable& table, const RuleTable& probe,
                                         const std::vector<CountryClaim>& claims,
                                         const std::vector<Situation>& situations)
    : table_(table),
      model_(probe, claims, &situations),
      search_(model_.table(), model_.axes(), model_.store(), model_.world()) {}

void ThresholdSituations::speak_now(const Question& question, Witness& witness) {
  DiagramRef asked = model_.conditions().certain(question.condition);
  const std::vector<Feature>& features = model_.table().features;
  for (FeatureIndex f = 0; f < features.size(); ++f) {
    if (features[f].kind != FeatureKind::silent || f == question.feature) continue;
    Reading before = std::exchange(witness.readings[f], Reading::exactly(0));
    if (!search_.holds_in(asked, witness)) witness.readings[f] = before;
  }
}

std::optional<Witness> ThresholdSituations::find(const Question& question, Others others) {
  return question.rule ? find_for_rule(question, *question.rule, others)
                       : find_for_ban(question, others);
}

std::vector<FeatureIndex> ThresholdSituations::counted_beside(const Question& question) const {
  std::vector<FeatureIndex> others;
  const RuleTable& table = model_.table();
  std::vector<FeatureIndex> inside;
  if (is_temporal(table.features[question.feature].kind)) {
    inside = features_asked(table, {table.features[question.feature].inner});
  }
  for (FeatureIndex f : table.conditions.features_of(question.condition)) {
    if (f == question.feature || !is_temporal(table.features[f].kind)) continue;
    if (std::find(inside.begin(), inside.end(), f) == inside.end()) others.push_back(f);
  }
  return others;
}

std::vector<DiagramRef> ThresholdSituations::where_others_go_on(
    const Question& question, const std::vector<FeatureIndex>& others) {
  DiagramRef left = model_.conditions().certain(question.fails);
  DiagramRef all = left;
  std::vector<DiagramRef> places;
  for (FeatureIndex f : others) {
    DiagramRef goes_on = model_.conditions().certain(model_.table().features[f].inner);
    all = model_.store().both(all, goes_on);
    places.push_back(model_.store().both(left, goes_on));
  }
  if (places.size() > 1) places.insert(places.begin(), all);
  places.push_back(left);
  return places;
}

std::optional<Witness> ThresholdSituations::find_with_profile_of(const Witness& witness,
                                                                 DiagramRef where) {
  if (witness.profile.known && witness.profile.lower >= 0) {
    auto enabled = static_cast<ProfileIndex>(witness.profile.lower);
    where = model_.store().both(where, model_.rules().enabled(enabled));
  }
  return find_quiet(where, {}, {}, Others::quiet);
}

std::vector<DiagramRef> ThresholdSituations::counting(const Question& question) {
  DiagramRef holds = model_.conditions().certain(question.condition);
  auto and_now = [&](DiagramRef where, FeatureIndex counted) {
    ConditionIndex inner = model_.table().features[counted].inner;
    return model_.store().both(where, model_.conditions().certain(inner));
  };
  std::vector<DiagramRef> now = {holds};
  if (is_temporal(model_.table().features[question.feature].kind)) {
    now[0] = and_now(holds, question.feature);
  }
  std::vector<FeatureIndex> others = counted_beside(question);
  if (others.empty()) return now;
  auto with_others = [&](DiagramRef where) {
    return std::accumulate(others.begin(), others.end(), where, and_now);
  };
  return {with_others(now[0]), now[0], with_others(holds)};
}

std::optional<Witness> ThresholdSituations::find_for_rule(const Question& question,
                                                          std::uint32_t index, Others others) {
  DiagramStore& store = model_.store();
  DiagramRef holds = model_.conditions().certain(question.condition);
  std::vector<DiagramRef> elsewhere, known;
  for (ProfileIndex p = 0; p < table_.profiles.size(); ++p) {
    const std::vector<Alternative>& wanted = table_.rules[index].action.alternatives;
    bool is_wanted = std::any_of(wanted.begin(), wanted.end(),
                                 [&](const Alternative& one) { return one.profile == p; });
    known.push_back(model_.rules().enabled(p));
    if (!is_wanted) elsewhere.push_back(model_.rules().enabled(p));
  }
  std::vector<std::uint32_t> overriders = model_.rules().all_overriders(index);
  DiagramRef can_have = kYes;
  const Action& action = table_.rules[index].action;
  if (!action.alternatives.empty()) can_have = model_.rules().can_have(action.alternatives[0]);
  DiagramRef changes = store.any_of(elsewhere);
  for (DiagramRef where : {store.both(changes, can_have), changes, store.any_of(known), kYes}) {
    DiagramRef wanted = store.both(holds, where);
    std::optional<Witness> witness;
    for (DiagramRef now : counting(question)) {
      if (!witness) witness = find_quiet(store.both(now, where), overriders, index, others);
    }
    if (!witness) witness = find_quiet(wanted, overriders, index, others);
    if (!witness) witness = find_quiet(wanted, {}, index, others);
    if (witness) return witness;
  }
  return std::nullopt;
}

std::optional<Witness> ThresholdSituations::find_quiet(DiagramRef wanted,
                                                       const std::vector<std::uint32_t>& silenced,
                                                       std::optional<std::uint32_t> index,
                                                       Others others) {
  constexpr std::size_t kRulesMax = 60;
  std::vector<DiagramRef> covers;
  for (std::uint32_t rule : silenced) covers.push_back(model_.rules().fires(rule));
  std::optional<Witness> found = search_.uncovered(wanted, covers, budget_).witness;
  if (!found || others == Others::any || table_.rules.size() > kRulesMax) return found;
  for (std::uint32_t rule = 0; rule < table_.rules.size(); ++rule) {
    DiagramRef fires = model_.rules().fires(rule);
    if (index == rule || !search_.holds_in(fires, *found)) continue;
    covers.push_back(fires);
    SituationSearch::Answer quieter = search_.uncovered(wanted, covers, budget_);
    if (quieter.witness) {
      found = *std::move(quieter.witness);
    } else {
      covers.pop_back();
    }
  }
  return found;
}

std::optional<Witness> ThresholdSituations::find_for_ban(const Question& question, Others others) {
  DiagramRef holds = model_.conditions().certain(question.condition);
  DiagramRef enabled = question.enabled ? model_.rules().enabled(*question.enabled) : kYes;
  std::optional<Witness> witness;
  // Rather where the remedy can be enabled, and the device goes on with what is counted.
  for (DiagramRef with : {remedy_at_hand(question), kYes}) {
    for (DiagramRef now : counting(question)) {
      DiagramRef where = model_.store().all_of({now, enabled, with});
      if (!witness) witness = find_quiet(where, {}, {}, others);
    }
    DiagramRef wanted = model_.store().all_of({holds, enabled, with});
    if (!witness) witness = find_quiet(wanted, {}, {}, others);
  }
  if (witness && question.enabled) witness->profile = Reading::exactly(*question.enabled);
  return witness;
}

DiagramRef ThresholdSituations::remedy_at_hand(const Question& question) {
  if (!question.ban || !table_.bans[*question.ban].remedy) return kYes;
  const Action& remedy = *table_.bans[*question.ban].remedy;
  return remedy.alternatives.empty() ? kYes : model_.rules().can_have(remedy.alternatives[0]);
}

}  // namespace sojourn::cli
