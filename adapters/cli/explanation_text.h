// An explanation as people read it.
#pragma once

#include <string>

#include "engine/device/decision.h"

namespace sojourn::cli {

std::string explanation_text(const Explanation& explanation);

// One condition on one line: "roaming in BR ... on at least 80 consecutive days: true, 80
// (history)".
std::string evidence_line(const ConditionEvidence& evidence);

}  // namespace sojourn::cli
