// An explanation as people read it.
#pragma once

#include <string>

#include "engine/device/decision.h"

namespace sojourn::cli {

std::string explanation_text(const Explanation& explanation);

// One condition on one line, with its value, source and age: "no      battery >= 30%: 12%, by
// report, since 2026-01-01T10:00:00Z, reported 2 hours ago".
std::string evidence_line(const ConditionEvidence& evidence, Instant now);

}  // namespace sojourn::cli
