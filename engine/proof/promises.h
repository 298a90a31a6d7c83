// Do the promises of a policy hold: its bans, and its assertions?
//
//   Promises found = prove_promises(model, search, budget);
//
// A ban holds when in every situation in which it, or its notice, bites with the enabled profile,
// something lawful is decided. Every other outcome is lawful by the way outcomes are made
// (rule_diagrams.h); what can go wrong is that nothing lawful can be had. An assertion holds when
// in every situation in which its condition is certain, what is decided has the effect it names
// (semantics 17).
//
// These are proofs about each instant. What they say about a ban over time, where a switch takes a
// while (`assuming a switch completes within D`), is an argument and no exploration:
//
//   A ban that counts nothing becomes violated by the world alone (arrival, entry into force), for
//   what we switch to is lawful; and wherever it is violated something lawful is decided, so that
//   the violation ends within D.
//   A ban that counts bites `notice` days before its first violation at the earliest, unless the
//   world alone brings it nearer. From then on something lawful is decided at each instant, so that
//   with D below the notice the switch is complete before. What is switched to is not within
//   its own notice.
//
// A ban that counts, with D not below its notice, is not decided. D runs from when hold, windows,
// `requires`, rollout and device guards let a switch go.
#pragma once

#include <optional>
#include <vector>

#include "engine/proof/policy_model.h"
#include "engine/proof/situation_search.h"

namespace sojourn {

enum class Verdict : std::uint8_t { holds, broken, undecided };

// What holds of a ban while a switch takes as long as it assumes.
enum class OverTime : std::uint8_t {
  at_once,         // it assumes that switches complete at once: the instants say it all
  counts_nothing,  // proved: only the world violates it, and not for longer than assumed
  within_notice,   // proved: its notice is longer than a switch takes
  undecided,       // it counts, and its notice may be too short for a switch
};

struct BanVerdict {
  std::uint32_t ban = 0;
  Verdict verdict = Verdict::holds;
  std::optional<Witness> witness;  // broken: nothing lawful can be had there
  bool violated = false;           // ... and the ban is violated already, not only within notice
  // A situation in which it is unknown whether the ban bites (semantics 10).
  std::optional<Witness> doubt;
  OverTime over_time = OverTime::at_once;  // meaningful when the ban holds
};

struct AssertionVerdict {
  std::uint32_t assertion = 0;
  Verdict verdict = Verdict::holds;
  std::optional<Witness> witness;
  Leaf decided;  // broken: what is decided there
};

struct Promises {
  std::vector<BanVerdict> bans;
  std::vector<AssertionVerdict> assertions;
};

Promises prove_promises(PolicyModel& model, SituationSearch& search, ProofBudget& budget);

}  // namespace sojourn
