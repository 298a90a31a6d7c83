// Does a device at rest come to rest, or do the rules send it from profile to profile without end?
//
//   Rest found = prove_rest(model, search, budget, lived);
//   for (const RestCycle& cycle : found.cycles) ...        // "vivo, then bootstrap, then vivo"
//
// At rest a device stands still: place, telemetry, clock and the network that serves it (one of the
// country in which the device is, where that is known) stay, and each profile either has service
// there or has not. What changes is the enabled profile, by the decisions themselves, and what
// follows from it: `profile`, `roaming`, `network` and `no service`, the fallback attribute and
// what is installed where rules set or delete it, and what counts any of these while time passes.
// Where the place or the radio technology is known by the network alone, it stays too. A *cycle*
// leads from profile to profile and back with no `hold` on its way; a guard, an approval or a
// window delays it and does not end it.
//
// The proof: for every network that the policy tells apart, and every profile with service and
// without, the policy's rows are looked at with all that follows from the two put in. What moves
// while time passes is taken to be anything that its own condition allows, what does not is shared
// by all stays of a cycle. An edge leads to each profile that some row without a `hold` may then
// decide (roughly: that it asks for where it holds; exactly, where these lead round: that nothing
// before it decides otherwise), in parts where it is too much at once (rest_cells.h). No cycle of
// such edges that a common situation allows is a proof that there is none in life. A cycle that is
// left may still be one that no history brings about: it is lived through with the engine
// (rest_story.h), by devices of several pasts. Only what went round there is shown; the rest is not
// decided, for another past might lead round.
//
// What counts over a condition that does not change itself (`region in BR on at least 60 days`)
// comes to rest too and stands still here, but for a calendar's new year.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/proof/policy_model.h"
#include "engine/proof/situation_search.h"

namespace sojourn {

class LivedPolicy;

// The device is on this profile, with service or without, until a rule or a ban's remedy moves it.
struct RestStay {
  ProfileIndex profile = 0;
  bool service = true;
  std::int32_t rule = -1;  // that decides the next profile; -1: `otherwise`, or a ban's remedy
  std::int32_t ban = -1;
};

struct RestCycle {
  std::vector<RestStay> stays;  // each once; from the last one back to the first
  Witness there;                // on the first stay
  std::string test;             // a timeline, as a `test` block
};

struct Rest {
  std::vector<RestCycle> cycles;
  bool decided = true;
  std::string undecided;  // which profiles it is not decided about; empty: any
};

// Requires: `lived` has a gazetteer.
Rest prove_rest(PolicyModel& model, SituationSearch& search, ProofBudget& budget,
                LivedPolicy& lived);

}  // namespace sojourn
