// Private. A policy that runs in shadow: it sees what the one in force sees and decides beside it,
// and nothing is done about that. What it decides otherwise is kept, a row per device.
#pragma once

#include "adapters/service/live_device.h"

namespace sojourn::service {

// Into `device.shadow`: the device as it would be had the shelf's shadow policy been in force all
// the time. Errors: the store's, and E0012.
Status follow_in_shadow(const StoreSnapshot& snapshot, const DeviceShelf& shelf,
                        JournalReader& reader, const PendingEntries* pending, LiveDevice& device);

// What both decide, as JSON, when they do not decide alike; "" when they do. Alike: by what is to
// be enabled, whichever rule says so.
std::string shadow_row(const PreparedPolicy& policy, const LiveDevice& device,
                       const PreparedPolicy& shadow);

}  // namespace sojourn::service
