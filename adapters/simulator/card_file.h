// A simulated eUICC's memory as JSON, so that a device switched off and on again is the same one:
// its profiles, its eIMs with their counters, and what it still owes.
#pragma once

#include <string>
#include <string_view>

#include "adapters/simulator/euicc.h"

namespace sojourn::simulator {

std::string card_to_json(const Euicc& card);
// E0872 for anything that card_to_json does not write.
Result<Euicc> card_from_json(std::string_view json_text, EuiccIdentity identity,
                             ProfileTableOptions table, EuiccOptions options);

}  // namespace sojourn::simulator
