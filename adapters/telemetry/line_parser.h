// Turns one line of a trace into an Observation.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/telemetry/line_block.h"
#include "adapters/telemetry/trace_summary.h"
#include "engine/device/observation.h"

namespace sojourn::telemetry {

enum class LineOutcome : std::uint8_t {
  used,     // the observation is filled; findings name values that were dropped
  skipped,  // one finding says why
  blank,
};

// A key that nobody knows; both parts live until the next line is parsed.
struct UnknownKeyUse {
  std::string_view parent;  // "position", or "" at the top
  std::string_view name;
};

// Keeps its memory from line to line; allocates nothing once it has seen a few. Not thread-safe:
// every thread has its own.
class LineParser {
 public:
  virtual ~LineParser() = default;
  // Requires: kLinePaddingBytes more are readable behind the text, as in a LineBlock.
  virtual LineOutcome parse(const Line& line, Observation& out) = 0;
  // About the last line.
  virtual const std::vector<Finding>& findings() const = 0;
  virtual const std::vector<UnknownKeyUse>& unknown_keys() const = 0;
};

// One JSON object per line (README.md has the table of keys), by simdjson.
std::unique_ptr<LineParser> make_ndjson_parser();

}  // namespace sojourn::telemetry
