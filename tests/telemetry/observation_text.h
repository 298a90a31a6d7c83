// An Observation as one line of text, for comparing with what is expected.
#pragma once

#include <string>

#include "engine/device/observation.h"

namespace sojourn::telemetry {

// Only what was reported, in a fixed order: "2026-01-01T10:00:00Z device=d1 network=724-05".
std::string text_of(const Observation& observation);

}  // namespace sojourn::telemetry
