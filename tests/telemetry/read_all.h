// A whole trace at once, for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "adapters/telemetry/trace_reader.h"

namespace sojourn::telemetry {

struct WholeTrace {
  std::vector<std::string> reports;  // as text_of writes them
  std::vector<std::string> errors;   // messages, in the order in which `next` returned them
  std::string summary;               // as describe writes it
};

WholeTrace read_all(TraceReader& reader);

// The same for texts in memory: (name, text) each.
WholeTrace read_texts(const std::vector<std::pair<std::string, std::string>>& texts,
                      const TraceOptions& options = {}, std::size_t chunk_bytes = 1u << 16);
// One text called "t".
WholeTrace read_text(const std::string& text, const TraceOptions& options = {});

}  // namespace sojourn::telemetry
