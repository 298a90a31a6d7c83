// A cycle of a device at rest, lived through with the engine and told as a `test` block.
//
//   test "a device at rest goes from vivo-local to bootstrap and back without end"
//     given type = meter, profile = vivo-local
//     at 2026-07-01 12:00 profile = vivo-local, registration none, position ...
//     at 2026-07-01 12:10
//     expect profile = bootstrap by lost
//     at 2026-07-01 12:11 profile = bootstrap, network 724-05, registration roaming, position ...
//     expect profile = vivo-local by meters
//     ...
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/device/device.h"
#include "engine/proof/rest.h"

namespace sojourn {

// The device was on this profile there, whatever the rules say.
struct RestPast {
  ProfileIndex profile = 0;
  bool service = true;
  bool is_long = false;  // as long as anything is counted; else for a few minutes
};

// What may have been before a cycle's first stay, and is counted by what moves: it was on one
// profile for long, on the way or off it, and perhaps on one of the way a while ago.
// `way`, `services`: the cycle's profiles, and which of them have service.
std::vector<std::vector<RestPast>> pasts_before(const std::vector<ProfileIndex>& way,
                                                const std::vector<bool>& services,
                                                std::size_t profile_count);

// Where a device rests: the witness's readings hold but for what follows from the profile.
struct RestPlace {
  Witness there;
  std::optional<Plmn> network;    // that serves it, whichever profile is enabled; absent: unknown
  ProfileIndex first = 0;         // enabled in the beginning
  std::vector<bool> has_service;  // by profile
  std::vector<RestPast> past;     // before the first
};

// The cycle into which the device comes when every decision is carried out a minute after it was
// taken; absent: it comes to rest, or to a `hold`.
// `reports_left`: the device reports each day; a life that would take more than these has no end.
// Requires: the policy's table begins with the features of the one that the witness is about.
std::optional<RestCycle> live_at_rest(const std::shared_ptr<const PreparedPolicy>& policy,
                                      const RuleTable& table, const RestPlace& place,
                                      std::size_t& reports_left);

}  // namespace sojourn
