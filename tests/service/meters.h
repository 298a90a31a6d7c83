// A policy about meters, and their reports: for tests of what the engine keeps of devices.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "engine/base/instant.h"

namespace sojourn::testing {

inline std::string meter_policy(std::string_view rules) {
  return fmt::format(R"(policy p
  version "1"
  timezone UTC
  settle 0 minutes
  carry 7 days
attribute type : meter | tracker valid 400 days
profile bootstrap home FR iccid 8900*
profile local-br  home BR iccid 8955*
{}
otherwise keep
)",
                     rules);
}

inline Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

// In Brazil, on its first profile; `more` begins with a comma.
inline std::string meter_report(std::string_view device, Instant t, std::string_view more = {}) {
  return fmt::format(R"({{"ts":{},"device":"{}","network":"724-05","profile":"bootstrap",)"
                     R"("installed":["bootstrap","local-br"]{}}})"
                     "\n",
                     t.ms, device, more);
}

}  // namespace sojourn::testing
