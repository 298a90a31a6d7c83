// The analyst's questions about pairs of rules: which disagree, which take something from which.
#include <fmt/format.h>

#include <algorithm>

#include "engine/proof/analyst.h"
#include "engine/proof/effects.h"
#include "engine/proof/few_counted.h"

namespace sojourn {
namespace {

// Pairs of rules looked at before the search gives up.
constexpr std::size_t kPairsMax = 50'000'000;

// Of some rules, those of another effect than a given one. What is made for an effect of many rules
// is kept, so that asking for each rule takes no time for each pair.
class OtherEffects {
 public:
  // Requires: both outlive this.
  OtherEffects(const std::vector<std::uint32_t>& effects, const RuleBits& rules) : rules_(rules) {
    for (std::uint32_t rule = 0; rule < effects.size(); ++rule) {
      if (effects[rule] >= of_effect_.size()) of_effect_.resize(effects[rule] + 1);
      of_effect_[effects[rule]].rules.push_back(rule);
    }
  }

  // Valid until the next question.
  const RuleBits& than(std::uint32_t effect) {
    OfEffect& of = of_effect_[effect];
    if (!of.others.empty()) return of.others;
    others_ = rules_;
    for (std::uint32_t rule : of.rules) set_rule(others_, rule, false);
    if (of.rules.size() < kManyRules) return others_;
    return of.others = others_;
  }

 private:
  static constexpr std::size_t kManyRules = 64;
  struct OfEffect {
    std::vector<std::uint32_t> rules;
    RuleBits others;  // once asked, where the rules are many
  };

  const RuleBits& rules_;
  std::vector<OfEffect> of_effect_;
  RuleBits others_;
};

}  // namespace

RuleBits Analyst::with_outcome() const {
  RuleBits rules = rule_bits(rule_count());
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    if (is_live(i) && has_outcome(i)) set_rule(rules, i);
  }
  return rules;
}

bool Analyst::overrides(std::uint32_t a, std::uint32_t b) const {
  return std::binary_search(overriders_[b].begin(), overriders_[b].end(), a);
}

// For each rule those before it about which the two have to be asked, ascending: rules of one
// effect agree wherever they meet.
std::vector<std::vector<std::uint32_t>> Analyst::pairs_to_ask() const {
  std::vector<std::vector<std::uint32_t>> asked(rule_count());
  RuleBits rules = with_outcome();
  OtherEffects others(effects_, rules);
  std::size_t pair_count = 0;
  for (std::uint32_t i = 0; i < rule_count(); ++i) {
    if (stands(i) || !has_rule(rules, i)) continue;
    const RuleBits& disagreeing = others.than(effects_[i]);
    for (std::uint32_t other : index_->meeting(i, before_ ? rule_count() : i, &disagreeing)) {
      if (pair_count > kPairsMax && !asked[i].empty()) break;  // enough to be told undecided
      if (other < i) asked[i].push_back(other);
      if (other > i && stands(other)) asked[other].push_back(i);
      ++pair_count;
    }
  }
  return asked;
}

void Analyst::find_conflicts() {
  now_->pairs.resize(rule_count());
  order_ = precedence(table());
  place_.resize(rule_count());
  for (std::uint32_t i = 0; i < order_.size(); ++i) place_[order_[i]] = i;
  std::vector<std::vector<std::uint32_t>> asked = pairs_to_ask();
  for (std::uint32_t b = 0; b < rule_count(); ++b) conflicts_of(b, asked[b]);
  if (pairs_asked_ > kPairsMax || budget_.exhausted()) {
    undecided("whether further pairs of rules conflict");
  }
  list_conflicts();
}

// Those between rules that stand are kept; the others are asked for.
void Analyst::conflicts_of(std::uint32_t b, const std::vector<std::uint32_t>& asked) {
  KeptAnalysis::Pairs& pairs = now_->pairs[b];
  pairs.decided = true;
  if (stands(b) && is_live(b)) {
    const KeptAnalysis::Pairs& were = before_->pairs[*before_of_[b]];
    pairs.decided = were.decided;
    for (const KeptAnalysis::PairOfRules& pair : were.found) {
      std::optional<std::uint32_t> other = now_of_[pair.other];
      if (other && stands(*other)) pairs.found.push_back({*other, pair.witness});
    }
  }
  for (std::uint32_t a : asked) {
    if (pairs_asked_ > kPairsMax || budget_.exhausted()) pairs.decided = false;
    if (!pairs.decided || ++pairs_asked_ > kPairsMax) break;
    if (effects_[a] == effects_[b] || overrides(a, b) || overrides(b, a)) continue;
    std::optional<Witness> witness = conflict_between(a, b, pairs.decided);
    if (witness) pairs.found.push_back({a, std::move(witness)});
  }
  std::sort(pairs.found.begin(), pairs.found.end(),
            [](const auto& x, const auto& y) { return x.other < y.other; });
}

std::optional<Witness> Analyst::conflict_between(std::uint32_t a, std::uint32_t b, bool& decided) {
  std::vector<DiagramRef> covers;
  for (std::uint32_t one : {a, b}) {
    for (std::uint32_t overrider : overriders_[one]) {
      covers.push_back(model().rules().fires(overrider));
    }
  }
  for (const Together& differ : model().disagreement(a, b)) {
    SituationSearch::Answer answer = search_->uncovered(differ, covers, budget_);
    if (!answer.decided) {
      decided = false;
      undecided(
          fmt::format("whether rules `{}` and `{}` conflict", rule(a).label(), rule(b).label()));
    }
    if (!answer.witness) continue;
    auto find = [&](DiagramRef within) {
      Together plainer = differ;
      plainer.where = model().store().both(differ.where, within);
      return search_->uncovered(plainer, covers, budget_).witness;
    };
    Witness few = with_few_counted(model(), *std::move(answer.witness), find);
    return where_it_goes_on(model(), few, find).value_or(few);
  }
  return std::nullopt;
}

// The first ones with the situation that shows them, told by which of the two comes first.
void Analyst::list_conflicts() {
  for (std::uint32_t later = 0; later < rule_count(); ++later) {
    for (KeptAnalysis::PairOfRules& pair : now_->pairs[later].found) {
      if (++found_.conflict_count > options_.pairs_shown_max) continue;
      std::uint32_t a = pair.other, b = later;
      if (bool decided = true; !pair.witness) pair.witness = conflict_between(a, b, decided);
      if (!pair.witness) continue;  // the budget did not reach it again
      if (place_[b] < place_[a]) std::swap(a, b);
      found_.conflicts.push_back({a, b, *pair.witness, deciding(*pair.witness).value_or(a)});
    }
  }
  std::sort(found_.conflicts.begin(), found_.conflicts.end(),
            [](const Conflict& x, const Conflict& y) {
              return std::pair(x.second, x.first) < std::pair(y.second, y.first);
            });
}

// The rule that decides in a situation.
std::optional<std::uint32_t> Analyst::deciding(const Witness& witness) {
  for (std::uint32_t i : order_) {
    if (!has_outcome(i) || !search_->holds_in(model().rules().fires(i), witness)) continue;
    if (search_->holds_in(model().rules().unsilenced(i), witness)) return i;
  }
  return std::nullopt;
}

// The first earlier rule with another effect that takes something from each rule.
void Analyst::find_hidden() {
  now_->pairs.resize(rule_count());
  bool one_effect = std::all_of(effects_.begin(), effects_.end(),
                                [&](std::uint32_t effect) { return effect == effects_.front(); });
  RuleBits rules = with_outcome();
  for (std::uint32_t later = 0; later < rule_count(); ++later) {
    KeptAnalysis::Pairs& pairs = now_->pairs[later];
    pairs.decided = true;
    if (one_effect || !has_rule(rules, later)) continue;
    std::optional<KeptAnalysis::Pairs> kept = kept_hidden_by(later);
    pairs = kept ? *std::move(kept) : hidden_by(later, rules);
  }
  list_hidden(rules);
  if (pairs_asked_ > kPairsMax || budget_.exhausted()) {
    undecided("whether further rules are hidden by earlier ones");
  }
}

// All of them, the first ones with the situation that shows them.
void Analyst::list_hidden(const RuleBits& rules) {
  for (std::uint32_t later = 0; later < rule_count(); ++later) {
    for (KeptAnalysis::PairOfRules& pair : now_->pairs[later].found) {
      bool shown = found_.hidden.size() < options_.pairs_shown_max;
      if (shown && !pair.witness) {
        std::vector<std::uint32_t> meeting = index_->meeting(later, later, &rules);
        auto at = std::lower_bound(meeting.begin(), meeting.end(), pair.other);
        pair.witness =
            taken_by(meeting, static_cast<std::size_t>(at - meeting.begin()), later).witness;
      }
      found_.hidden.push_back({later, pair.other, shown ? pair.witness : std::nullopt});
    }
  }
}

// What was found then, if it would be found now: the rule stands, or nothing changed up to the one
// that takes something from it.
std::optional<KeptAnalysis::Pairs> Analyst::kept_hidden_by(std::uint32_t later) const {
  if (!before_ || !before_of_[later]) return std::nullopt;
  KeptAnalysis::Pairs pairs = before_->pairs[*before_of_[later]];
  if (!pairs.decided || (pairs.found.empty() && !stands(later))) return std::nullopt;
  for (KeptAnalysis::PairOfRules& pair : pairs.found) {
    std::optional<std::uint32_t> other = now_of_[pair.other];
    if (!other || (!stands(later) && *other >= first_change_)) return std::nullopt;
    pair.other = *other;
  }
  return pairs;
}

KeptAnalysis::Pairs Analyst::hidden_by(std::uint32_t later, const RuleBits& rules) {
  KeptAnalysis::Pairs pairs;
  bool decided = true;
  std::vector<std::uint32_t> meeting = index_->meeting(later, later, &rules);
  for (std::size_t i = 0; i < meeting.size(); ++i) {
    std::uint32_t earlier = meeting[i];
    if (budget_.exhausted() || ++pairs_asked_ > kPairsMax) return pairs;
    if (effects_[earlier] == effects_[later]) continue;
    SituationSearch::Answer answer = taken_by(meeting, i, later);
    if (!answer.decided) {
      undecided(fmt::format("whether rule `{}` takes situations from `{}`", rule(earlier).label(),
                            rule(later).label()));
      decided = false;
    }
    if (!answer.witness) continue;
    pairs.found.push_back({earlier, std::move(answer.witness)});
    break;
  }
  pairs.decided = decided;
  return pairs;
}

// A situation of the later rule in which one of those that meet it decides otherwise.
SituationSearch::Answer Analyst::taken_by(const std::vector<std::uint32_t>& meeting,
                                          std::size_t earlier, std::uint32_t later) {
  std::uint32_t rule = meeting[earlier];
  std::vector<DiagramRef> before;
  for (std::size_t i = 0; i < earlier; ++i) {
    if (now_->reaches[meeting[i]].meets(now_->reaches[rule])) {
      before.push_back(model().rules().fires(meeting[i]));
    }
  }
  SituationSearch::Answer all;
  for (const Together& differ : model().disagreement(rule, later)) {
    SituationSearch::Answer answer = search_->uncovered(differ, before, budget_);
    if (answer.witness) return answer;
    all.decided = all.decided && answer.decided;
  }
  return all;
}

}  // namespace sojourn
