// Private. What would be decided otherwise under another policy, as JSON.
#pragma once

#include <string>

#include "engine/base/gazetteer.h"
#include "engine/device/device.h"

namespace sojourn::service {

// The situations that differ, disjoint, with an example each (engine/proof/difference.h).
Result<std::string> difference_json(const PreparedPolicy& before, const PreparedPolicy& after,
                                    const Gazetteer& world);

}  // namespace sojourn::service
