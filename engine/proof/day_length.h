// A whole day as proofs over time step through it: 24 hours, no clock changes; and a minute.
#pragma once

#include <cstdint>

#include "engine/base/instant.h"

namespace sojourn {

inline constexpr std::int64_t kDayMs = days(1).ms;
inline constexpr std::int64_t kMinuteMs = minutes(1).ms;

}  // namespace sojourn
