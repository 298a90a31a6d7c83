// Do the promises of a policy hold: its bans, and its assertions?
//
//   Promises found = prove_promises(model, search, budget, lived);
//
// A ban holds when in every situation in which it, or its notice, bites with the enabled profile,
// something lawful is decided. Every other outcome is lawful by the way outcomes are made
// (rule_diagrams.h); what can go wrong is that nothing lawful can be had. An assertion holds when
// in every situation in which its condition is certain, what is decided has the effect it names
// (semantics 17).
//
// These are proofs about each instant. What becomes of a ban while a switch takes a while
// (`assuming a switch completes within D`) is explored life by life (slow_switch.h, ban_time.h); a
// ban that is violated then, otherwise than by the world alone, comes with such a life. Bans are
// explored together as far as one leads to where another goes on counting (joint_bans.h).
#pragma once

#include <optional>
#include <vector>

#include "engine/proof/policy_model.h"
#include "engine/proof/remedy_conflicts.h"
#include "engine/proof/situation_search.h"
#include "engine/proof/timeline_text.h"

namespace sojourn {

class LivedPolicy;

enum class Verdict : std::uint8_t { holds, broken, undecided };

// Another ban's order led to where this one counts on.
struct JointViolation {
  std::uint32_t caller = 0;  // the other ban
  Witness there;             // where it calls, with what is enabled then
  std::string test;          // a timeline, as a `test` block
};

// What becomes of a ban while a switch takes as long as it assumes.
struct OverTime {
  Verdict verdict = Verdict::holds;
  std::size_t state_count = 0;       // of the automaton explored
  bool jumps = false;                // SlowSwitch::jumps
  std::optional<Timeline> timeline;  // broken, by its own call alone
  std::string test;                  // the same, lived through; "": not, it is to be replayed
  // Broken by a notice too short: the least that is not; absent: a guard holds the switch back.
  std::optional<std::int32_t> notice_enough;
  std::string guard;  // the guard, as written
  // Undecided: its own call alone comes too late, but no life that was tried came to a violation.
  bool comes_too_late = false;
  // ... in each of them in which a ban called at all another one called before. Holds: so it is in
  // every life, and early enough (earlier_calls.h).
  bool others_call_before = false;
  // Another ban's call may lead to this profile while this one counts on for it, and then less than
  // its notice is left; `notice_enough` is the least that is. Broken: a life came to a violation
  // so. Undecided: none that was tried did.
  std::optional<ProfileIndex> coming;
  std::optional<JointViolation> joint;
};

struct BanVerdict {
  std::uint32_t ban = 0;
  Verdict verdict = Verdict::holds;
  std::optional<Witness> witness;  // broken: nothing lawful can be had there
  bool violated = false;           // ... and the ban is violated already, not only within notice
  // Further ones, with other bans at work: of what is counted with another profile the engine knows
  // more than the prover's world, so that the witness need not come about when it is lived.
  std::vector<Witness> elsewhere;
  std::optional<Witness> stands;  // where a test of it can rather be written; need not come about
  // A situation in which it is unknown whether the ban bites (semantics 10).
  std::optional<Witness> doubt;
  bool doubt_of_notice = false;  // ... and that alone: it is not violated
  bool never_bites = false;      // with whichever profile: it holds, for it forbids nothing
  OverTime over_time;            // meaningful when the ban holds at each instant
};

struct AssertionVerdict {
  std::uint32_t assertion = 0;
  Verdict verdict = Verdict::holds;
  std::optional<Witness> witness;
  std::optional<Witness> stands;  // as above
  Leaf decided;                   // broken: what is decided there
  bool never_holds = false;       // its condition: the assertion says nothing
};

struct Promises {
  std::vector<BanVerdict> bans;
  std::vector<RemedyConflict> remedies;
  std::vector<AssertionVerdict> assertions;
};

// `lived`: what comes of bans together is lived through with it; without a gazetteer that is left
// undecided.
Promises prove_promises(PolicyModel& model, SituationSearch& search, ProofBudget& budget,
                        LivedPolicy& lived);

}  // namespace sojourn
