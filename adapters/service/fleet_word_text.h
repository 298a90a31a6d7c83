// Private. What the fleet said to a device, as text for its journal: by names, so that another
// policy finds in it what it still has.
//
//   {"counts":{"apn":501},"released":["move"],"granted":true}
//   {"waits":"guard approval when more than 100 devices","spares_bans":false}
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/runtime/fleet_minutes.h"

namespace sojourn::service {

std::string fleet_word_text(const FleetWord& word, const RuleTable& table);

// `like`: any word of this policy; the one that is read says something on the same. E0012.
Result<FleetWord> fleet_word_from(std::string_view text, const FleetWord& like,
                                  const RuleTable& table);

}  // namespace sojourn::service
