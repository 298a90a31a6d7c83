// Values as people type them on a command line.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/instant.h"

namespace sojourn::cli {

// "30 minutes", "7 days", "90 s", "2h": one number and one unit. Not negative.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace sojourn::cli
