// The recorded traces that a command was given, and what they are.
#pragma once

#include <string>
#include <vector>

#include "adapters/telemetry/trace_reader.h"

namespace sojourn::cli {

struct TraceInput {
  std::vector<std::string> paths;
  std::string form;                     // "csv"; "" = told from each file's name
  std::string mapping;                  // of CSV: a file of JSON
  std::string device;                   // whose reports they are, where they do not say
  std::vector<std::string> attributes;  // "type=meter", likewise
};

// E0003, and what reading the mapping says.
Result<telemetry::TraceOptions> trace_options(const TraceInput& input);

}  // namespace sojourn::cli
