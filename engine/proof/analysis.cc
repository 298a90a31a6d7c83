#include "engine/proof/analysis.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "engine/proof/effects.h"
#include "engine/proof/policy_model.h"
#include "engine/proof/reach.h"
#include "engine/proof/rule_index.h"

namespace sojourn {
namespace {

// Pairs of rules looked at before the search for conflicts gives up.
constexpr std::size_t kPairsMax = 50'000'000;

// Visits pairs of these rules that may fire together, each once; false when there were too many.
template <class Visit>  // bool(std::uint32_t a, std::uint32_t b), a < b: go on?
bool for_each_pair(const RuleIndex& index, const std::vector<std::uint32_t>& rules,
                   const Visit& visit) {
  std::size_t pairs = 0;
  for (std::uint32_t b : rules) {
    for (std::uint32_t a : index.meeting(b, b)) {
      if (!std::binary_search(rules.begin(), rules.end(), a)) continue;
      if (++pairs > kPairsMax) return false;
      if (!visit(a, b)) return true;
    }
  }
  return true;
}

class Analyst {
 public:
  Analyst(const RuleTable& table, const AnalysisOptions& options)
      : options_(options),
        model_(table, options.claims, options.situations),
        search_(model_.table(), model_.axes(), model_.store(), model_.world()),
        budget_(options.budget) {}

  Analysis run() {
    find_reaches();
    find_dead();
    if (model_.table().settings.first_match) {
      find_hidden();
    } else {
      find_conflicts();
      find_inferred();
    }
    found_.promises = prove_promises(model_, search_, budget_);
    find_rest();
    find_gap();
    find_indistinct();
    found_.table = model_.table();
    return std::move(found_);
  }

 private:
  const Rule& rule(std::uint32_t index) const { return model_.table().rules[index]; }
  bool has_outcome(std::uint32_t index) const {
    return rule(index).action.kind != Action::Kind::none;
  }
  std::uint32_t rule_count() const {
    return static_cast<std::uint32_t>(model_.table().rules.size());
  }

  void find_reaches() {
    for (std::uint32_t i = 0; i < rule_count(); ++i) {
      reaches_.emplace_back(model_.store(), model_.rules().fires(i));
    }
    index_.emplace(reaches_);
    live_.assign(rule_count(), true);
  }

  // Those that decide in a rule's place where they fire; under first-match, that may.
  std::vector<std::uint32_t> above(std::uint32_t index) const {
    std::vector<std::uint32_t> rules;
    if (model_.table().settings.first_match) {
      for (std::uint32_t i : index_->meeting(index, index)) {
        if (has_outcome(i)) rules.push_back(i);
      }
    } else {
      rules = const_cast<PolicyModel&>(model_).rules().all_overriders(index);
    }
    return rules;
  }

  void find_dead() {
    for (std::uint32_t i = 0; i < rule_count(); ++i) {
      DiagramRef fires = model_.rules().fires(i);
      std::vector<std::uint32_t> rivals;
      std::vector<DiagramRef> covers;
      for (std::uint32_t other : above(i)) {
        // Under first-match those above are the ones that meet it.
        bool meets = model_.table().settings.first_match || reaches_[i].meets(reaches_[other]);
        if (!meets || !live_[other]) continue;
        rivals.push_back(other);
        covers.push_back(model_.rules().fires(other));
      }
      SituationSearch::Answer answer = search_.uncovered(fires, covers, budget_);
      if (answer.witness) continue;
      if (!answer.decided) {
        undecided(fmt::format("whether rule `{}` can ever decide", rule(i).label()));
        continue;
      }
      live_[i] = false;
      DeadRule dead;
      dead.rule = i;
      dead.never_holds = !search_.find(model_.rules().holds(i), budget_).witness;
      dead.never_obtainable = !dead.never_holds && !search_.find(fires, budget_).witness;
      for (std::uint32_t cover : answer.covered_by) dead.hidden_by.push_back(rivals[cover]);
      found_.dead.push_back(std::move(dead));
    }
  }

  std::vector<std::uint32_t> rules_with_outcome() const {
    std::vector<std::uint32_t> rules;
    for (std::uint32_t i = 0; i < rule_count(); ++i) {
      if (live_[i] && has_outcome(i)) rules.push_back(i);
    }
    return rules;
  }

  void find_conflicts() {
    std::vector<std::uint32_t> effects = number_effects(model_.table().rules);
    std::vector<std::vector<std::uint32_t>> above_of(rule_count());
    for (std::uint32_t i = 0; i < rule_count(); ++i) above_of[i] = above(i);
    std::vector<std::uint32_t> place(rule_count());
    std::vector<std::uint32_t> order = precedence(model_.table());
    for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    auto overrides = [&](std::uint32_t a, std::uint32_t b) {
      return std::binary_search(above_of[b].begin(), above_of[b].end(), a);
    };
    bool all = for_each_pair(*index_, rules_with_outcome(), [&](std::uint32_t a, std::uint32_t b) {
      if (effects[a] == effects[b] || overrides(a, b) || overrides(b, a)) return true;
      DiagramRef differ = model_.disagreement(a, b);
      if (differ == kNo) return true;
      std::vector<DiagramRef> covers;
      for (std::uint32_t one : {a, b}) {
        for (std::uint32_t overrider : above_of[one]) {
          covers.push_back(model_.rules().fires(overrider));
        }
      }
      SituationSearch::Answer answer = search_.uncovered(differ, covers, budget_);
      if (!answer.decided) {
        undecided(
            fmt::format("whether rules `{}` and `{}` conflict", rule(a).label(), rule(b).label()));
      }
      if (!answer.witness) return !budget_.exhausted();
      if (place[b] < place[a]) std::swap(a, b);
      if (++found_.conflict_count <= options_.conflicts_shown_max) {
        std::uint32_t decides = deciding(order, *answer.witness).value_or(a);
        found_.conflicts.push_back({a, b, *std::move(answer.witness), decides});
      }
      return true;
    });
    if (!all || budget_.exhausted()) undecided("whether further pairs of rules conflict");
    std::sort(found_.conflicts.begin(), found_.conflicts.end(),
              [](const Conflict& x, const Conflict& y) {
                return std::pair(x.second, x.first) < std::pair(y.second, y.first);
              });
  }

  // The first earlier rule with another effect that takes something from each rule.
  void find_hidden() {
    std::vector<std::uint32_t> effects = number_effects(model_.table().rules);
    std::vector<std::optional<HiddenRule>> hidden(rule_count());
    bool all = for_each_pair(
        *index_, rules_with_outcome(), [&](std::uint32_t earlier, std::uint32_t later) {
          if (effects[earlier] == effects[later]) return true;
          if (hidden[later] && hidden[later]->by < earlier) return true;
          std::vector<DiagramRef> before;
          for (std::uint32_t i : above(earlier)) before.push_back(model_.rules().fires(i));
          DiagramRef differ = model_.disagreement(earlier, later);
          SituationSearch::Answer answer = search_.uncovered(differ, before, budget_);
          if (!answer.decided) {
            undecided(fmt::format("whether rule `{}` takes situations from `{}`",
                                  rule(earlier).label(), rule(later).label()));
          }
          if (answer.witness) hidden[later] = HiddenRule{later, earlier, *answer.witness};
          return !budget_.exhausted();
        });
    if (!all || budget_.exhausted()) undecided("whether further rules are hidden by earlier ones");
    for (std::optional<HiddenRule>& one : hidden) {
      if (one) found_.hidden.push_back(*std::move(one));
    }
  }

  // The rule that decides in a situation, in the given order.
  std::optional<std::uint32_t> deciding(const std::vector<std::uint32_t>& order,
                                        const Witness& witness) {
    for (std::uint32_t i : order) {
      DiagramRef at = model_.rules().fires(i);
      if (!has_outcome(i)) continue;
      at = model_.store().both(at, model_.rules().unsilenced(i));
      if (search_.holds_in(at, witness)) return i;
    }
    return std::nullopt;
  }

  void find_inferred() {
    for (std::uint32_t i = 0; i < rule_count(); ++i) {
      for (std::uint32_t over : above(i)) {
        const std::vector<std::uint32_t>& written = rule(over).overrides;
        bool direct = std::find(written.begin(), written.end(), i) != written.end();
        if (!direct && reaches_[i].meets(reaches_[over])) found_.inferred.push_back({over, i});
      }
    }
  }

  void find_rest() {
    if (!options_.gazetteer) return;
    found_.rest = prove_rest(model_, search_, budget_, {&options_.claims, options_.gazetteer});
    if (found_.rest.decided) return;
    const std::string& on = found_.rest.undecided;
    undecided("whether a device at rest comes to rest" + (on.empty() ? "" : " on one of " + on));
  }

  void find_gap() {
    std::vector<DiagramRef> covers;
    for (std::uint32_t i : rules_with_outcome()) {
      DiagramRef heard = model_.rules().unsilenced(i);
      covers.push_back(model_.store().both(model_.rules().fires(i), heard));
    }
    SituationSearch::Answer answer = search_.uncovered(kYes, covers, budget_);
    if (!answer.decided) undecided("whether some situation is covered by no rule");
    found_.gap = std::move(answer.witness);
  }

  void find_indistinct() {
    const RuleTable& table = model_.table();
    for (FeatureIndex f = 0; f < table.features.size(); ++f) {
      const Feature& feature = table.features[f];
      if (feature.kind != FeatureKind::attribute_choice) continue;
      const Attribute& attribute = table.attributes[feature.subject];
      if (attribute.type != AttributeType::choice) continue;
      std::map<std::vector<Truth>, std::vector<std::string>> alike;  // by how all tests answer
      for (std::size_t v = 0; v < attribute.values.size(); ++v) {
        std::vector<Truth> answers;
        for (const Test& test : table.conditions.tests()) {
          if (test.feature != f) continue;
          answers.push_back(judge(test, feature, Reading::exactly(static_cast<std::int64_t>(v))));
        }
        alike[answers].push_back(attribute.values[v]);
      }
      for (auto& [answers, values] : alike) {
        if (values.size() > 1) found_.indistinct.push_back({feature.subject, std::move(values)});
      }
    }
  }

  void undecided(std::string question) { found_.undecided.push_back(std::move(question)); }

  const AnalysisOptions& options_;
  PolicyModel model_;
  SituationSearch search_;
  ProofBudget budget_;
  std::vector<Reach> reaches_;
  std::optional<RuleIndex> index_;
  std::vector<bool> live_;
  Analysis found_;
};

}  // namespace

Analysis analyse(const RuleTable& table, const AnalysisOptions& options) {
  return Analyst(table, options).run();
}

}  // namespace sojourn
