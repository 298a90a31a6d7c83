// Files read and written whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace sojourn::service {

// E0001 when it cannot be read, E0901 beyond `bytes_max`.
Result<std::string> read_whole(const std::string& path, std::size_t bytes_max);

// Refuses to overwrite. `secret`: readable by its owner alone.
Status write_new(const std::string& path, std::string_view bytes, bool secret = false);

}  // namespace sojourn::service
