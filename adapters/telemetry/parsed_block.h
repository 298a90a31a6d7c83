// A block of lines and the reports they hold: what one thread makes while others make the next.
//
//   ParsedBlock block;
//   while (*reader.next(block.lines)) {
//     parse_block(*parser, "fleet.ndjson", /*strict=*/false, block);
//     use(block.all());
//   }
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapters/telemetry/line_block.h"
#include "adapters/telemetry/line_parser.h"
#include "adapters/telemetry/trace_summary.h"
#include "engine/device/observation.h"

namespace sojourn::telemetry {

// Keeps its memory from block to block: `reports` may be longer than what it holds.
struct ParsedBlock {
  LineBlock lines;
  std::vector<Observation> reports;
  std::size_t report_count = 0;
  TraceSummary summary;  // of this block alone
  // strict: the first finding; the block ends before it.
  std::optional<Diagnostic> stopped;

  std::span<Observation> all() { return {reports.data(), report_count}; }
};

// Parses one line and books it into `summary`. The diagnostic is what `strict` stops at.
LineOutcome take_line(LineParser& parser, const Line& line, const std::string& file,
                      Observation& out, TraceSummary& summary);
// The first finding about the parser's last line, as an error.
Diagnostic strict_error(const LineParser& parser, const std::string& file, std::uint64_t line);

// Fills all but `lines`.
void parse_block(LineParser& parser, const std::string& file, bool strict, ParsedBlock& block);

}  // namespace sojourn::telemetry
