// Private to engine/proof: a life that ends in a violation, looked for day by day with the engine.
//
// Where several bans are about one device the plain lives (a stay, by turns or interrupted) often
// end with the call of another ban. Here each day the world takes the device to one of a few
// situations, and of the many lives those are kept that bring the ban near its violation and leave
// the other bans far from their calls: one for each pair of distances, so many of them at most. As
// soon as a ban calls it is asked whether the switch may come too late. What is found is lived
// through; what is not found may be.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/device/device.h"
#include "engine/proof/world.h"

namespace sojourn {

struct LifeQuestion {
  std::uint32_t ban = 0;
  Witness there;                 // what the ban counts goes on; a declared profile is enabled
  std::vector<Witness> stays{};  // of the same device, with the same profile
  // Whether another ban's switch leads to this profile, for which the ban counts on; absent:
  // whether the ban is violated with the profile that is enabled.
  std::optional<ProfileIndex> coming{};
  std::int32_t days = 0;  // that the stay itself takes to violate the ban
};

struct FoundLife {
  std::uint32_t caller = 0;  // the ban that called first
  std::string test;
};

struct LifeSearched {
  std::optional<FoundLife> found;
  bool any_called = false;  // in a life that was tried some ban called
  bool own_called = false;  // ... and in one it was the ban itself that called first
};

LifeSearched search_life(const std::shared_ptr<const PreparedPolicy>& policy,
                         const RuleTable& table, const LifeQuestion& question);

}  // namespace sojourn
