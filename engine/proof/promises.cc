#include "engine/proof/promises.h"

#include <algorithm>

#include "engine/proof/reach.h"

namespace sojourn {
namespace {

// A calendar day is shorter than 24 hours by no more than this when clocks go forward.
constexpr Duration kClockChange = hours(2);

class Prover {
 public:
  Prover(PolicyModel& model, SituationSearch& search, ProofBudget& budget)
      : model_(model), search_(search), budget_(budget) {}

  BanVerdict prove_ban(std::uint32_t index) {
    const Ban& ban = model_.table().bans[index];
    BanVerdict verdict;
    verdict.ban = index;
    DiagramRef broken = model_.rules().broken(index);
    std::vector<OutcomeRow> rows = outcome_rows(model_.rules(), broken);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      bool nothing_lawful = rows[i].leaf.kind == Action::Kind::keep && rows[i].leaf.ban >= 0;
      if (!nothing_lawful) continue;
      // Rather one in which it is too late already.
      DiagramRef violated = model_.store().both(rows[i].where, violated_now(ban));
      SituationSearch::Answer answer = before(rows, i, violated);
      verdict.violated = answer.witness.has_value();
      if (!answer.witness) answer = before(rows, i, rows[i].where);
      settle(verdict.verdict, answer);
      if (!answer.witness) continue;
      verdict.witness = std::move(answer.witness);
      break;
    }
    verdict.over_time = over_time(ban);
    if (!ban.in_doubt_counts) {
      SituationSearch::Answer answer = search_.find(in_doubt(ban), budget_);
      verdict.doubt = std::move(answer.witness);
    }
    return verdict;
  }

  AssertionVerdict prove_assertion(std::uint32_t index) {
    const Assertion& assertion = model_.table().assertions[index];
    AssertionVerdict verdict;
    verdict.assertion = index;
    DiagramRef asked = model_.conditions().certain(assertion.condition);
    std::vector<OutcomeRow> rows = outcome_rows(model_.rules(), asked);
    rows.push_back({asked, Leaf{}});
    for (std::size_t i = 0; i < rows.size(); ++i) {
      DiagramRef against = model_.store().both(rows[i].where, misses(assertion, rows[i].leaf));
      if (against == kNo) continue;
      SituationSearch::Answer answer = before(rows, i, against);
      settle(verdict.verdict, answer);
      if (!answer.witness) continue;
      verdict.witness = std::move(answer.witness);
      verdict.decided = rows[i].leaf;
      break;
    }
    return verdict;
  }

 private:
  OverTime over_time(const Ban& ban) const {
    const RuleTable& table = model_.table();
    if (ban.assuming.ms == 0) return OverTime::at_once;
    auto counts = [&](ConditionIndex condition) {
      std::vector<FeatureIndex> features = table.conditions.features_of(condition);
      return std::any_of(features.begin(), features.end(), [&](FeatureIndex f) {
        FeatureKind kind = table.features[f].kind;
        return domain_of(kind) == ValueDomain::count || kind == FeatureKind::since;
      });
    };
    if (std::none_of(ban.violated.begin(), ban.violated.end(), counts)) {
      return OverTime::counts_nothing;
    }
    return ban.assuming.ms + kClockChange.ms <= days(ban.notice_days).ms ? OverTime::within_notice
                                                                         : OverTime::undecided;
  }

  static void settle(Verdict& verdict, const SituationSearch::Answer& answer) {
    if (answer.witness) verdict = Verdict::broken;
    if (!answer.decided && verdict == Verdict::holds) verdict = Verdict::undecided;
  }

  // A situation of `question` in which no row before the i-th decides.
  SituationSearch::Answer before(const std::vector<OutcomeRow>& rows, std::size_t i,
                                 DiagramRef question) {
    if (question == kNo) return {};
    Reach reach(model_.store(), question);
    std::vector<DiagramRef> covers;
    for (std::size_t j = 0; j < i; ++j) {
      if (reach.meets(Reach(model_.store(), rows[j].where))) covers.push_back(rows[j].where);
    }
    return search_.uncovered(question, covers, budget_);
  }

  // The ban's conditions by candidate, each where that is enabled.
  template <class Where>  // DiagramRef(ConditionIndex)
  DiagramRef with_enabled(const std::vector<ConditionIndex>& of_candidate, const Where& where) {
    DiagramStore& store = model_.store();
    std::vector<DiagramRef> cases;
    for (ProfileIndex p = 0; p + 1 < of_candidate.size(); ++p) {
      cases.push_back(store.both(model_.rules().enabled(p), where(of_candidate[p])));
    }
    return store.any_of(std::move(cases));
  }

  DiagramRef violated_now(const Ban& ban) {
    return with_enabled(ban.violated, [&](ConditionIndex condition) {
      return model_.conditions().certain(condition);
    });
  }

  DiagramRef in_doubt(const Ban& ban) {
    return with_enabled(ban.bites, [&](ConditionIndex condition) {
      DiagramStore& store = model_.store();
      return store.both(store.opposite(model_.conditions().certain(condition)),
                        store.opposite(model_.conditions().refuted(condition)));
    });
  }

  // Where the outcome does not have the effect that the assertion names.
  DiagramRef misses(const Assertion& assertion, const Leaf& leaf) {
    DiagramStore& store = model_.store();
    const Action& wanted = assertion.outcome;
    if (wanted.kind != Action::Kind::profile) {
      return leaf.kind == Action::Kind::keep ? kNo
                                             : store.opposite(model_.rules().enabled(leaf.profile));
    }
    DiagramRef misses = kYes;
    for (const Alternative& alternative : wanted.alternatives) {
      if (leaf.kind == Action::Kind::profile) {
        if (alternative.profile == leaf.profile) return kNo;
        continue;
      }
      misses = store.both(misses, store.opposite(model_.rules().enabled(alternative.profile)));
    }
    return misses;
  }

  PolicyModel& model_;
  SituationSearch& search_;
  ProofBudget& budget_;
};

}  // namespace

Promises prove_promises(PolicyModel& model, SituationSearch& search, ProofBudget& budget) {
  Promises promises;
  Prover prover(model, search, budget);
  for (std::uint32_t b = 0; b < model.table().bans.size(); ++b) {
    // Whatever is enabled may stay under `forbid change`: it cannot be broken by a decision.
    if (!model.table().bans[b].forbids_change) promises.bans.push_back(prover.prove_ban(b));
  }
  for (std::uint32_t a = 0; a < model.table().assertions.size(); ++a) {
    promises.assertions.push_back(prover.prove_assertion(a));
  }
  return promises;
}

}  // namespace sojourn
