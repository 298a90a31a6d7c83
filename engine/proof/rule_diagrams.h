// What a policy decides, as an ordered list of (where, what): the first row that holds decides.
//
// Overriding, alternatives, quarantine, bans and remedies all come down to the order of such rows
// (semantics 2, 18, 20):
//
//   rule r, profile = A or B     holds & A available & healthy & lawful   -> A by r
//                                holds & B available & healthy & lawful   -> B by r
//                                holds & A available & lawful             -> A by r, waits
//                                holds & B available & lawful             -> B by r, waits
//   rule r, keep                 holds & what is enabled is lawful        -> keep by r
//   rule r, overridden by a rule of alerts only: the same where that one does not fire
//   otherwise                    as a rule that always holds
//   ban b with a remedy          what is enabled violates b & (as a rule) -> A by b
//   ban b                        what is enabled violates b               -> keep, b is broken
//
// Rules stand in their precedence. Whoever has only alerts and tasks has no row; what they say is
// in `voices`.
#pragma once

#include <optional>
#include <vector>

#include "engine/graph/decision_graph.h"
#include "engine/proof/condition_diagrams.h"

namespace sojourn {

// The conditions that choosing adds to a policy's own: is a profile available, healthy, enabled?
// Added to the table once, before its axes are made.
struct ChoiceConditions {
  struct OfProfile {
    ConditionIndex downloadable_or_installed = ConditionTable::kNever;
    ConditionIndex installed = ConditionTable::kNever;
    ConditionIndex healthy = ConditionTable::kNever;
    ConditionIndex enabled = ConditionTable::kNever;  // only when asked for
  };
  std::vector<OfProfile> of_profile;                           // those nobody names stay `never`
  ConditionIndex undeclared_enabled = ConditionTable::kNever;  // only when asked for
  // Where counts of candidates look at networks: is the device on none? Only when asked for.
  ConditionIndex on_no_network = ConditionTable::kNever;

  ConditionIndex available(const Alternative& a) const {
    const OfProfile& p = of_profile[a.profile];
    return a.if_installed ? p.installed : p.downloadable_or_installed;
  }
};

// Which profile is enabled is asked for by bans, and by whoever compares effects.
enum class AskEnabled : std::uint8_t { with_bans, always };
ChoiceConditions add_choice_conditions(RuleTable& table, AskEnabled ask = AskEnabled::with_bans);

// In how many rules (and bans, and choices) each test stands.
std::vector<std::uint32_t> count_test_uses(const RuleTable& table, const ChoiceConditions& choice);

// Where each rule holds and fires, where each profile is lawful. Made on demand, kept.
class RuleDiagrams {
 public:
  // Requires: all four outlive this.
  RuleDiagrams(const RuleTable& table, const ChoiceConditions& choice, ConditionDiagrams& diagrams,
               DiagramStore& store);

  DiagramRef holds(std::uint32_t rule) { return diagrams_.certain(table_.rules[rule].condition); }
  // The rule holds and one of its alternatives can be had (`keep`: what is enabled is lawful).
  DiagramRef fires(std::uint32_t rule);
  // What is known already, and what somebody else knows about an equal rule and the same store.
  std::optional<DiagramRef> known_fires(std::uint32_t rule) const { return fires_[rule]; }
  void adopt_fires(std::uint32_t rule, DiagramRef ref) { fires_[rule] = ref; }
  // Rules without an outcome that override this one, directly or through others. (One with an
  // outcome comes before it.)
  std::vector<std::uint32_t> silencers(std::uint32_t rule) const;
  // None of them fires.
  DiagramRef unsilenced(std::uint32_t rule);
  // Installed or downloadable, and no ban bites with it.
  DiagramRef can_have(const Alternative& alternative);
  DiagramRef healthy(ProfileIndex profile) {
    return diagrams_.certain(choice_.of_profile[profile].healthy);
  }
  DiagramRef enabled(ProfileIndex profile) {
    return diagrams_.certain(choice_.of_profile[profile].enabled);
  }
  // The ban bites with what is enabled; while that is unknown, it does not.
  DiagramRef broken(std::size_t ban) const { return broken_[ban]; }
  DiagramRef keep_is_lawful() const { return keep_is_lawful_; }
  // No ban bites with the profile.
  DiagramRef lawful(ProfileIndex profile) const { return lawful_[profile]; }

  // Rules that override each rule directly, ascending.
  const std::vector<std::vector<std::uint32_t>>& overriders() const { return overriders_; }
  // Directly or through others, ascending.
  std::vector<std::uint32_t> all_overriders(std::uint32_t rule) const;

  const RuleTable& table() const { return table_; }
  DiagramStore& store() { return store_; }
  ConditionGlance glance(DiagramRef region) const { return diagrams_.glance(region); }

 private:
  DiagramRef bites(const Ban& ban, std::size_t candidate);
  void find_lawful();
  void find_broken();

  const RuleTable& table_;
  const ChoiceConditions& choice_;
  ConditionDiagrams& diagrams_;
  DiagramStore& store_;
  std::vector<DiagramRef> lawful_;  // by profile
  std::vector<DiagramRef> broken_;  // by ban
  DiagramRef keep_is_lawful_ = kYes;
  std::vector<std::optional<DiagramRef>> fires_;
  std::vector<std::vector<std::uint32_t>> overriders_;
};

// Where any of the rules fires, as far as it may meet the region: diagrams of which each is small
// or one rule's own. Thousands of thresholds come down to one, and what would explode stays apart.
std::vector<DiagramRef> where_silenced(RuleDiagrams& rules,
                                       const std::vector<std::uint32_t>& indices,
                                       DiagramRef region);

struct OutcomeRow {
  DiagramRef where = kNo;
  Leaf leaf;
  // Where it holds, the rows of the leaf's rule, which stand right behind it, do not count; it is
  // no outcome itself.
  bool silences = false;
};
// Where rules without an outcome silence one that they override.
enum class Silencing : std::uint8_t {
  drawn,    // taken out of the rule's own rows
  as_rows,  // said by rows of its own: as one diagram it may be as large as all situations
};
// Where none holds: keep. Only what lies inside `within` is told.
std::vector<OutcomeRow> outcome_rows(RuleDiagrams& rules, DiagramRef within = kYes,
                                     Silencing silencing = Silencing::drawn);
// The group of the row's rule in a product (ProductRow::group); 0: the row is of no rule.
inline std::uint32_t group_of(const OutcomeRow& row) {
  return static_cast<std::uint32_t>(row.leaf.rule + 1);
}

// A rule with something to say, where it fires; or one that says nothing here and silences, where
// it fires, all that come after it, or one rule alone. What is left to a rule is not drawn: it may
// be as large as all situations.
struct Voice {
  enum class Kind : std::uint8_t {
    speaks,
    silences_rest,
    silences_rule,  // stands right before `rule` speaks
  };
  DiagramRef where = kNo;
  std::uint32_t rule = 0;
  Kind kind = Kind::speaks;
};
// In the order written. None: no rule has anything to say.
std::vector<Voice> voices(RuleDiagrams& rules);

}  // namespace sojourn
