// A stored plan as a damaged store may hold it: refused, or the very value it was written from.
#include <cstdlib>

#include "engine/device/planner.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sojourn;
  Result<PlannerState> state = planner_state_from_bytes({data, size});
  if (!state) return 0;
  if (to_bytes(*state) != Bytes(data, data + size)) std::abort();
  PlannerOptions options;
  Planner planner(*state, options);
  PlanGoal goal;
  goal.enabled = PlanProfile{"a", "smdp"};
  Plan plan = planner.next(goal, Instant{1'780'000'000'000});
  if (plan.command && !state->in_flight) std::abort();
  return 0;
}
