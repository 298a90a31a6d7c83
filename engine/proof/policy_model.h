// A policy made ready for exact questions: its own axes, diagrams and world.
//
// Beside what deciding needs, the axes here know what counts are counts of (so that "held for an
// hour" and "holds now" are one story) and which profile is enabled (so that effects compare).
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/proof/axis_moves.h"
#include "engine/proof/reach.h"
#include "engine/proof/rule_diagrams.h"
#include "engine/proof/together.h"
#include "engine/proof/world.h"

namespace sojourn {

// In how many rules each test stands; those that stand only inside a count, a ban's `violated`, an
// assertion or what an action requires get 1.
std::vector<std::uint32_t> count_test_uses_with_inner(const RuleTable& table,
                                                      const ChoiceConditions& choice);

// Not thread-safe; not movable, its parts refer to each other.
class PolicyModel {
 public:
  // `situations`: of the locator that the policy's areas are bound to; null when there is none.
  // `before`: a model of the policy before it was edited. Its diagrams are taken over where its
  // axes became those of this one (axis_moves.h); only `adopt` and what is known about its rules
  // may be asked of it then.
  // Requires: they outlive this.
  PolicyModel(const RuleTable& table, const std::vector<CountryClaim>& claims,
              const std::vector<Situation>* situations, PolicyModel* before = nullptr);
  PolicyModel(const PolicyModel&) = delete;
  PolicyModel& operator=(const PolicyModel&) = delete;

  // Were the diagrams of the model before taken over?
  bool continues() const { return moves_.has_value(); }
  // What became of its axes. Requires: `continues`.
  const AxisMoves& moves() const { return *moves_; }
  // A rule of that model is the same as this one. Requires: `continues`.
  void adopt(const PolicyModel& before, std::uint32_t rule_before, std::uint32_t rule);

  // The given table with what choosing adds; the given features keep their indices.
  const RuleTable& table() const { return table_; }
  const AxisPlan& axes() const { return axes_; }
  DiagramStore& store() { return store_; }
  ConditionDiagrams& conditions() { return conditions_; }
  RuleDiagrams& rules() { return rules_; }
  World& world() { return world_; }
  const World& world() const { return world_; }

  // Where both rules fire and their effects differ (semantics 17, 23): `profile = X` and `keep`
  // agree where X is enabled, as do two ways to X. Any of these.
  std::vector<Together> disagreement(std::uint32_t a, std::uint32_t b);
  // Where two bans bite with what is enabled and their remedies ask for different profiles, or for
  // the same on other terms. Any of these.
  std::vector<Together> remedy_disagreement(std::uint32_t a, std::uint32_t b);
  // Of a diagram that is asked about again and again: it is kept.
  const Reach& reach(DiagramRef ref);

 private:
  // Where the rule fires, by what it then asks for; the regions are disjoint.
  struct Region {
    Together where;
    std::optional<ProfileIndex> profile;  // absent: keep
  };
  const std::vector<Region>& regions(std::uint32_t rule);
  std::vector<Region> regions_of(const Action& action, DiagramRef holds);

  RuleTable table_;
  ChoiceConditions choice_;
  AxisPlan axes_;
  std::optional<AxisMoves> moves_;
  DiagramStore store_;
  ConditionDiagrams conditions_;
  RuleDiagrams rules_;
  World world_;
  std::vector<std::optional<std::vector<Region>>> regions_;
  std::unordered_map<DiagramRef, Reach> reaches_;
};

}  // namespace sojourn
