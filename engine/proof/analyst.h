// The analysis of one policy, question by question; private to `analyse` and `Recheck`.
//
// With what an earlier analysis kept, a question is asked again only where its answer may be
// another: where one of its own rules was edited, or a rule that comes before them and may hold
// where they do. An answer depends on nothing else, so what is kept is what would be found again.
// Most of these rules decide as before all the same: a situation in which a rule was seen to decide
// is kept, and shows it again unless a rule that was added holds in it.
//
// After an edit that names a threshold or a value which nobody named, what was found out stands as
// well: no answer depends on how finely classes are cut. The situation that shows it may be another
// one then, and now and then the rules that together hide one; these are asked for again, as far as
// they are told.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/proof/analysis.h"
#include "engine/proof/lived_policy.h"
#include "engine/proof/policy_digests.h"
#include "engine/proof/policy_model.h"
#include "engine/proof/reach.h"
#include "engine/proof/rule_index.h"

namespace sojourn {

// An analysis, and what it is of.
struct KeptAnalysis {
  struct Fate {
    bool decided = false;
    std::optional<DeadRule> dead;  // absent: it is among those that decide
    ClassPoint seen;               // ... in this situation; empty: not told
  };
  struct PairOfRules {
    std::uint32_t other = 0;         // the earlier one
    std::optional<Witness> witness;  // absent: it is as yet to be found again
  };
  // Of one rule with those before it: those it conflicts with; the first that takes something from
  // it, under first-match.
  struct Pairs {
    bool decided = false;
    std::vector<PairOfRules> found;
  };
  struct Gap {
    bool decided = false;
    std::optional<Witness> witness;
    std::vector<std::uint32_t> covered_by;
  };

  std::unique_ptr<PolicyModel> model;
  PolicyDigests digests;
  ProofBudget budget;
  std::vector<Reach> reaches;
  std::vector<Fate> fates;  // by rule
  std::vector<DeadParts::OfRule> parts;
  std::vector<Pairs> pairs;
  Gap gap;
};

class Analyst {
 public:
  // `before` may be null. Requires: table and options outlive this.
  Analyst(const RuleTable& table, const AnalysisOptions& options, KeptAnalysis* before);

  Analysis run();
  std::unique_ptr<KeptAnalysis> keep() && { return std::move(now_); }
  std::size_t rules_asked() const { return rules_asked_; }

 private:
  PolicyModel& model() { return *now_->model; }
  const RuleTable& table() const { return now_->model->table(); }
  const Rule& rule(std::uint32_t index) const { return table().rules[index]; }
  bool first_match() const { return table().settings.first_match; }
  bool has_outcome(std::uint32_t index) const {
    return rule(index).action.kind != Action::Kind::none;
  }
  bool is_live(std::uint32_t index) const { return has_rule(live_, index); }
  std::uint32_t rule_count() const { return static_cast<std::uint32_t>(table().rules.size()); }
  void undecided(std::string question) { found_.undecided.push_back(std::move(question)); }

  // --- what of the analysis before still stands ---
  void move_kept();
  bool hiders_stand() const;
  void find_partners();
  void find_touched();
  void touch_by_order();
  void touch_by_overriders();
  void touch_those_after(const Reach& reach, std::uint32_t first);
  void flip(std::uint32_t rule);
  bool stands(std::uint32_t rule) const { return before_ && !has_rule(touched_, rule); }
  bool still_decides(std::uint32_t rule, const KeptAnalysis::Fate& was);

  // --- single rules ---
  void find_reaches();
  std::vector<std::uint32_t> above(std::uint32_t index);
  void find_dead();
  void find_dead_parts();
  KeptAnalysis::Fate fate_of(std::uint32_t index);
  KeptAnalysis::Fate kept_fate(std::uint32_t index) const;
  std::optional<ClassPoint> decides_for_sure(std::uint32_t index) const;
  ClassPoint point_of(const Witness& witness);
  void find_inferred();
  void find_rest();
  void find_stopping_guards();
  void find_gap();
  bool gap_still_covered();
  void find_indistinct();

  // --- pairs of rules ---
  void find_conflicts();
  std::vector<std::vector<std::uint32_t>> pairs_to_ask() const;
  void conflicts_of(std::uint32_t rule, const std::vector<std::uint32_t>& asked);
  std::optional<Witness> conflict_between(std::uint32_t a, std::uint32_t b, bool& decided);
  void list_conflicts();
  std::optional<std::uint32_t> deciding(const Witness& witness);
  void find_hidden();
  std::optional<KeptAnalysis::Pairs> kept_hidden_by(std::uint32_t later) const;
  KeptAnalysis::Pairs hidden_by(std::uint32_t later, const RuleBits& rules);
  SituationSearch::Answer taken_by(const std::vector<std::uint32_t>& meeting, std::size_t earlier,
                                   std::uint32_t later);
  void list_hidden(const RuleBits& rules);
  RuleBits with_outcome() const;
  bool overrides(std::uint32_t a, std::uint32_t b) const;

  const AnalysisOptions& options_;
  KeptAnalysis* before_;  // null: nothing of it stands
  std::unique_ptr<KeptAnalysis> now_;
  std::unique_ptr<SituationSearch> search_;
  std::optional<LivedPolicy> lived_;
  ProofBudget budget_;
  std::optional<RuleIndex> index_;
  RuleBits live_;                                        // not dead, as far as known
  std::vector<std::optional<std::uint32_t>> before_of_;  // by rule: its partner before
  std::vector<std::optional<std::uint32_t>> now_of_;     // by rule before: its partner
  RuleBits touched_;                                     // whose answers may be others
  std::vector<std::uint32_t> added_;  // rules that may take something away that others had
  std::uint32_t first_change_ = 0;    // rules before it are what they were, and in their order
  std::vector<std::optional<ClassIndex>> unknown_of_;   // by axis: World::unknown_class_of_free
  std::vector<std::uint32_t> effects_;                  // by rule: number of its effect
  std::vector<std::vector<std::uint32_t>> overriders_;  // by rule, transitive; not first-match
  std::vector<std::uint32_t> order_, place_;            // precedence
  std::size_t pairs_asked_ = 0;
  std::size_t rules_asked_ = 0;
  Analysis found_;
};

}  // namespace sojourn
