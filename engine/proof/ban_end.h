// Private to engine/proof. The day on which a ban ends, for findings about it: they hold until
// then.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/graph/rule_table.h"

namespace sojourn {

// The last day (Day::number) on which the ban is in force with any profile. Absent: it does not
// end.
std::optional<std::int32_t> last_day_of(const RuleTable& table, const Ban& ban);

}  // namespace sojourn
