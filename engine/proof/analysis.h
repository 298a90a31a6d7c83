// What is wrong with the rules of a policy, exactly, each with a situation that shows it.
//
//   Analysis found = analyse(table, {gazetteer.claims(), &locator->situations()});
//   for (const Diagnostic& d : findings(found, span_of_rule)) diagnostics.add(d);
//
// Conflicts: two rules fire, neither overrides the other, their effects differ. Dead rules: never
// among those that decide. Gaps: situations in which nothing fires. No rest: rules that send a
// device from profile to profile without end (rest.h). Every search has its share of a budget; what
// it did not reach is listed as undecided, never passed over.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/proof/dead_parts.h"
#include "engine/proof/promises.h"
#include "engine/proof/rest.h"
#include "engine/proof/situation_search.h"

namespace sojourn {

struct AnalysisOptions {
  std::vector<CountryClaim> claims;                    // Gazetteer::claims()
  const std::vector<Situation>* situations = nullptr;  // of the locator bound to the table's areas
  // What cycles of a device at rest are lived through with (rest.h); null: it is not asked.
  const Gazetteer* gazetteer = nullptr;
  ProofBudget budget;
  // Conflicts that are listed; rules hidden in part of which it is told in which situation.
  std::size_t pairs_shown_max = 20;
};

struct Conflict {
  std::uint32_t first = 0;  // in precedence
  std::uint32_t second = 0;
  Witness witness;
  std::uint32_t decides = 0;  // there: `first`, unless a third rule comes before it
};

struct DeadRule {
  std::uint32_t rule = 0;
  // Its condition cannot hold in any situation; else it can, but...
  bool never_holds = false;
  bool never_obtainable = false;         // ... nothing it asks for can then be had lawfully
  std::vector<std::uint32_t> hidden_by;  // ... these decide in its place
};

// Under first-match: earlier rules with another effect take situations from a later one.
struct HiddenRule {
  std::uint32_t rule = 0;
  std::uint32_t by = 0;
  std::optional<Witness> witness;  // of the first ones
};

// Values of an enum that no test of the policy tells apart.
struct IndistinctValues {
  AttributeIndex attribute = 0;
  std::vector<std::string> values;
};

// `rule` overrides `other` only through others; nobody wrote it.
struct InferredOverride {
  std::uint32_t rule = 0;
  std::uint32_t other = 0;
};

struct Analysis {
  // Every feature index of a witness is one of this table's: the given one with what choosing adds.
  RuleTable table;
  std::vector<Conflict> conflicts;
  std::size_t conflict_count = 0;  // with those not shown
  std::vector<DeadRule> dead;
  std::vector<HiddenRule> hidden;
  std::vector<DeadPart> dead_parts;  // of rules that decide
  std::optional<Witness> gap;
  std::vector<IndistinctValues> indistinct;
  std::vector<InferredOverride> inferred;
  std::size_t inferred_count = 0;  // with those not shown
  Promises promises;
  Rest rest;
  // Guards of `at most 0`, though rules that they do not except ask for a profile: these wait for
  // good, also where a device at rest is without service.
  std::vector<std::uint32_t> stopping_guards;
  // False: profiles and networks were too many to be taken together, and a situation found may be
  // one that no device comes to.
  bool identities_together = true;
  std::vector<std::string> undecided;  // "whether rule `a` can ever decide"
};

// Requires: overrides form no circle.
Analysis analyse(const RuleTable& table, const AnalysisOptions& options);

}  // namespace sojourn
