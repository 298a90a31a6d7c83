// Private to engine/base: files of the IANA time zone database as systems install it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sojourn {

// The content of a file of the database ("zone.tab", "Europe/Berlin") from the first well-known
// directory that has it; absent where none does. Requires: a name that is a file's of the database.
std::optional<std::string> read_zone_file(std::string_view name);

}  // namespace sojourn
