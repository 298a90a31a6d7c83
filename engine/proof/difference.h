// What changes from one policy to another, exactly: a short list of disjoint situations with the
// outcome before and after.
//
//   JointPolicies joint = join_policies(old_table, new_table);
//   auto locator = gazetteer.bind(joint.before.areas);
//   Difference d = difference(joint, {gazetteer.claims(), &(*locator)->situations()});
//   for (const ChangedSituation& s : d.situations) print(s.when, s.before, s.after);
//
// Outcomes are compared by effect (semantics 17, 23): `profile = X` and `keep` agree where X is
// enabled; which rule decides does not matter, so renaming, reordering and rewriting without a
// change of meaning are no difference. Alerts and tasks are compared text by text.
//
// (The change-impact analysis of Margrave: K. Fisler and others, "Verification and change-impact
// analysis of access-control policies", 2005.)
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/proof/cover.h"
#include "engine/proof/joint_policies.h"

namespace sojourn {

struct DifferenceOptions {
  std::vector<CountryClaim> claims;                    // Gazetteer::claims()
  const std::vector<Situation>* situations = nullptr;  // of the locator bound to the joint areas
  ProofBudget budget;
  std::size_t situations_max = 40;
  // Limits of the product of both policies around what changed; beyond, it is searched box by box.
  std::size_t work_max = 1'000'000;
  std::size_t nodes_max = 100'000;
};

struct ChangedSituation {
  std::vector<std::string> conditions;  // in the language's words; all hold
  std::string when;                     // the same, joined by `and`; "always" when there are none
  std::string before, after;            // "profile = vivo-local, hold 1 day"; `alert "low"`
  // The rule that decides in the example: its name, "line 42", "otherwise", "ban NAME".
  std::string before_by, after_by;
  Witness witness;      // one such situation; features are those of Difference::table
  std::string example;  // the same in words
};

struct Difference {
  // Of both policies (RuleTable::meaning_digest). Equal: they mean the same, and nothing else was
  // looked at. Different: they may still decide alike.
  Sha256Digest meaning_before{}, meaning_after{};
  // What is declared differently, and is no question about a situation.
  std::vector<std::string> declarations;
  // Disjoint as far as profiles go; alerts and tasks have situations of their own. Largest first.
  std::vector<ChangedSituation> situations;
  // Situations decided differently lie beyond those listed.
  bool more = false;
  std::vector<std::string> undecided;  // "whether more changes around rule `a`"

  RuleTable table;  // the catalogue of both
  // Tells, in any situation, which of `situations` it lies in: its leaf's `rule`; one more than the
  // last for those beyond the list, -1 where nothing changes. Alerts and tasks are left out.
  std::shared_ptr<const DecisionGraph> graph;

  bool same() const { return situations.empty() && declarations.empty() && undecided.empty(); }
};

// Requires: overrides form no circle.
Difference difference(JointPolicies joint, const DifferenceOptions& options);

}  // namespace sojourn
