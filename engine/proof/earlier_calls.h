// Private to engine/proof: another ban that calls before one whose own call comes too late.
//
//   ban long   never roaming in BR on more than 20 consecutive days            notice 4 days
//   ban often  never roaming in BR, AR on at least 16 days within 34 days      notice 7 days
//
// Whoever has roamed in BR for so many days has roamed so often: on the 16th day of the run at the
// latest `often` is violated, and a week before it calls. So whatever `long` is about is called
// away 12 days before the 21st.
//
// It is told from how the conditions are written and from what one count says about another one
// (count_orders.h), for one enabled profile; and of runs without gaps and unbroken times, `per
// profile`, only: a device that comes with days of a window behind it may come after the other
// ban's call, and with the whole notice of this one.
#pragma once

#include <optional>

#include "engine/graph/rule_table.h"
#include "engine/proof/slow_switch.h"

namespace sojourn {

// The question about the ban as it is while the other one, which always has a lawful way out, calls
// as well. Absent: it is not known to call before.
std::optional<SlowSwitch> called_before(const RuleTable& table, std::uint32_t ban,
                                        std::uint32_t other, std::size_t enabled);

}  // namespace sojourn
