// Private to engine/proof: what a ban counts with one profile, and with another one.
//
//   ban  never roaming in BR on more than 90 consecutive days     profiles of FR and of ES
//
// Where the one of them has roamed for 85 days so would the other have: the device's past is one,
// and only today's roaming is asked anew. So a ban that leads away from the one does not lead to
// the other. What is counted `per profile` says nothing about another profile.
#pragma once

#include <cstdint>

#include "engine/proof/policy_model.h"

namespace sojourn {

// With the candidate the ban counts no less than with what is enabled: where that is so, of all
// that it counts alike with both. (One that is not enabled is judged on the network of the enabled
// one and on others, semantics 9a; so it may count more.) Requires: what it says is asked where
// the profile is enabled. `enabled`: one beyond the declared ones is any undeclared one.
DiagramRef counts_no_less(PolicyModel& model, std::uint32_t ban, std::size_t enabled,
                          ProfileIndex candidate);

}  // namespace sojourn
