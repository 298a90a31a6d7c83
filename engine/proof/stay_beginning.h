// Private to engine/proof: when a stay begins, so that a ban's count of it is full on a given day.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/rule_table.h"

namespace sojourn {

struct StayBeginning {
  std::int32_t day = 0;             // Day::number, in the policy's zone
  std::int64_t ms = -1;             // of that day; -1: with that day's report
  std::vector<std::string> events;  // by name, with the first report
  bool possible = true;             // false: no stay alone brings it about
};

// So that `last` is the first day on which the condition holds. All of a conjunction's counts must
// be reached, the quickest of a disjunction's is. Absent: it counts nothing.
std::optional<StayBeginning> stay_beginning(const RuleTable& table, ConditionIndex condition,
                                            std::int32_t last);

}  // namespace sojourn
