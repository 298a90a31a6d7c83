// Private to engine/proof: the pieces of witness_parts.h as reports, to live a situation through
// with the engine.
#pragma once

#include "engine/device/observation.h"
#include "engine/proof/world.h"

namespace sojourn {

// What `given_parts` says. Requires: the witness's profile is a declared one.
Observation given_report(const RuleTable& table, const Witness& witness);
// What `report_parts` says.
Observation stay_report(const RuleTable& table, const Witness& witness);

}  // namespace sojourn
