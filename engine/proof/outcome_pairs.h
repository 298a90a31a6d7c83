// The product of two policies: for each pair of different outcomes, where one became the other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/proof/changed_boxes.h"
#include "engine/proof/changed_rules.h"
#include "engine/proof/joint_model.h"

namespace sojourn {

class OutcomePairs {
 public:
  struct Limits {
    std::size_t work_max = 0;
    std::size_t nodes_max = 0;
  };
  OutcomePairs(JointModel& model, const Limits& limits) : model_(model), limits_(limits) {}

  // Compares what both decide inside a region; false (and nothing added) beyond the limits.
  bool compare(DiagramRef within);

  struct Pair {
    std::string before, after;  // in the language's words
    DiagramRef where = kNo;
  };
  // Disjoint, and each where it is a difference of effect: `keep` and X agree where X is enabled.
  std::vector<Pair> pairs();

  // Where within `where` it makes a difference that the one is decided before and the other after.
  DiagramRef differing(const RuleTable& table_before, const Leaf& before,
                       const RuleTable& table_after, const Leaf& after, DiagramRef where);
  // What a side decides inside a region, row by row; kept for who asks about the same region again.
  const std::vector<OutcomeRow>& rows_of(RuleDiagrams& rules, DiagramRef within);
  // Both sides' rows inside of what changed, in the order in which they decide.
  // Requires: only rules changed, neither bans nor `otherwise`. This outlives the result.
  OrderedSides sides(const ChangedRules& changed);
  // The row's outcome. Requires: `sides` were asked for last.
  const Leaf& leaf_before(std::size_t row) const { return leaf(before_, row); }
  const Leaf& leaf_after(std::size_t row) const { return leaf(after_, row); }
  // Both in the language's words.
  std::pair<std::string, std::string> words(const RuleTable& table_before, const Leaf& before,
                                            const RuleTable& table_after, const Leaf& after);

  // Who decides: a rule's label, "otherwise", "ban NAME".
  static std::string decider(const RuleTable& table, const Leaf& leaf);
  std::string decided_by_before(const Witness& witness);
  std::string decided_by_after(const Witness& witness);

 private:
  // An outcome by its effect. Waiting for a profile in quarantine is asking for it (semantics 18).
  struct Outcome {
    Action action;           // `alternatives`: the profile that was chosen
    std::string broken_ban;  // `keep`, because nothing lawful can be had
  };
  using PairKey = std::pair<std::uint32_t, std::uint32_t>;

  std::uint32_t number_of(const RuleTable& table, const Leaf& leaf);
  std::optional<DiagramRef> outcomes(RuleDiagrams& rules, DiagramRef within);
  DiagramRef where_it_matters(const Outcome& before, const Outcome& after, DiagramRef where);
  std::string words_of(const RuleTable& table, const Outcome& outcome) const;
  std::string decided_by(RuleDiagrams& rules, const Witness& witness);

  // Of one side; kept.
  struct Side {
    DiagramRef within = kNo;
    std::vector<OutcomeRow> rows;
    std::vector<std::uint32_t> order;  // precedence
  };
  static const Leaf& leaf(const Side& side, std::size_t row) {
    static const Leaf kNothing;
    return row < side.rows.size() ? side.rows[row].leaf : kNothing;
  }
  Side& side_of(RuleDiagrams& rules) { return &rules == &model_.rules_before() ? before_ : after_; }

  JointModel& model_;
  Limits limits_;
  Side before_, after_;
  std::map<std::vector<std::int64_t>, std::uint32_t> numbers_;
  std::vector<Outcome> outcomes_;  // by number
  std::map<PairKey, std::vector<DiagramRef>> where_;
};

}  // namespace sojourn
