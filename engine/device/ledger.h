// The residency ledger: where a device was, on which network, with which profile and IMEI, and how
// that is known. It is not kept but read off the timelines; a device that does not move is one row.
#pragma once

#include <vector>

#include "engine/device/standing_country.h"

namespace sojourn {

// The rows of [from, to], oldest first; the newest is open when it still holds at `to`.
std::vector<EvidenceRow> residency(const StandingCountry& place, const DeviceHistory& history,
                                   Stretch stretch);

}  // namespace sojourn
