// Which recorded devices a difference touches, and on how many of their days.
#pragma once

#include "adapters/cli/console.h"
#include "adapters/service/master_data.h"
#include "adapters/service/policy_difference.h"
#include "adapters/telemetry/trace_reader.h"

namespace sojourn::cli {

// Follows every device of the traces open-loop: what is reported stands, nothing is switched.
// `known`: what the fleet's inventories say of devices before they report.
Result<service::RecordedDifference> replay_difference(const Difference& difference,
                                                      const Gazetteer& world,
                                                      const service::MasterData& known,
                                                      const telemetry::TraceOptions& reading,
                                                      Console& console);

}  // namespace sojourn::cli
