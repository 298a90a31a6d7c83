// A diagnostic as one line of JSON, for editors and build servers.
#pragma once

#include <string>

#include "engine/base/diagnostic.h"

namespace sojourn::cli {

std::string diagnostic_json(const Diagnostic& diagnostic, const SourceMap& sources);

}  // namespace sojourn::cli
