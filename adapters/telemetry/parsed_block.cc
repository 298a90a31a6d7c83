#include "adapters/telemetry/parsed_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace sojourn::telemetry {

LineOutcome take_line(LineParser& parser, const Line& line, const std::string& file,
                      Observation& out, TraceSummary& summary) {
  LineOutcome outcome = parser.parse(line, out);
  ++summary.line_count;
  for (const Finding& finding : parser.findings()) {
    summary.add_finding(finding, file, line.number, line.text);
  }
  for (const UnknownKeyUse& key : parser.unknown_keys()) {
    summary.add_unknown_key(key.parent, key.name);
  }
  if (outcome == LineOutcome::blank) ++summary.blank_count;
  if (outcome == LineOutcome::used) {
    ++summary.report_count;
    summary.earliest = std::min(summary.earliest, out.at);
    summary.newest = std::max(summary.newest, out.at);
  }
  return outcome;
}

Diagnostic strict_error(const LineParser& parser, const std::string& file, std::uint64_t line) {
  assert(!parser.findings().empty());
  const Finding& first = parser.findings().front();
  return make_diagnostic(first.code, fmt::format("{}:{}: {}", file, line, first.message),
                         "without `--strict` it would be counted and passed over");
}

void parse_block(LineParser& parser, const std::string& file, bool strict, ParsedBlock& block) {
  block.report_count = 0;
  block.summary = TraceSummary();
  block.stopped.reset();
  LineCursor lines(block.lines);
  while (std::optional<Line> line = lines.next()) {
    if (block.report_count == block.reports.size()) block.reports.emplace_back();
    Observation& out = block.reports[block.report_count];
    LineOutcome outcome = take_line(parser, *line, file, out, block.summary);
    if (strict && !parser.findings().empty()) {
      block.stopped = strict_error(parser, file, line->number);
      return;
    }
    if (outcome == LineOutcome::used) ++block.report_count;
  }
}

}  // namespace sojourn::telemetry
