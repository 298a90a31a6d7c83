// Private to engine/proof: two bans that violate one of them together, lived through with the
// engine and told as a `test` block.
//
//   test "ban long-stay is violated after the switch that ban one-network calls for"
//     given profile = one
//     every day at 12:00 from 2026-04-02 to 2026-06-07 network 724-998
//     every day at 12:00 from 2026-06-08 to 2026-06-30 network 724-999
//     expect keep
//     at 2026-07-01 00:00 network 724-999
//     expect profile = two
//     every day at 12:00 from 2026-07-01 to 2026-07-05 network 724-999
//     at 2026-07-06 00:00 profile = two, network 724-999
//     expect profile = local
//     at 2026-07-08 00:00
//     expect ban long-stay violated
//
// The device stands where both bans count, so long that the first calls on the eve of the second
// one's notice; its order stands and is carried out as late as it may be (slow_switch.h,
// `coming`). How the engine counts is not known here: a life that does not come out as it was meant
// is another one's turn.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/device/device.h"
#include "engine/proof/world.h"

namespace sojourn {

// Requires: `there` has a declared profile enabled, another one than `to`.
struct JointCase {
  std::uint32_t caller = 0;  // the ban whose order leads to `to`
  std::uint32_t ban = 0;     // that counts on for it
  ProfileIndex to = 0;
  Witness there;  // what both bans count goes on; its day is the one on which the caller calls
  // The same device where only the one ban's count goes on; those to be tried first come first.
  std::vector<Witness> ban_only, caller_only;
  // The same place with another profile, for which the ban counts and the caller does not yet: the
  // device changes it by itself.
  std::vector<Witness> other_profile;
  Duration coming;    // how long the switch to `to` may take
  Duration assuming;  // how long the one that the ban then calls for may
  Duration noon;      // another hour than midnight at which the caller may call
};

// Absent: no life that was tried ends in a violation. Requires: the policy's table begins with the
// features of the one that the witness is about.
std::optional<std::string> live_jointly(const std::shared_ptr<const PreparedPolicy>& policy,
                                        const RuleTable& table, const JointCase& joint);

}  // namespace sojourn
