// Lines of a trace, as they come in a request, a file or a pipe, made into reports.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/service/tenant.h"
#include "adapters/telemetry/line_parser.h"

namespace sojourn::service {

struct RefusedLine {
  std::uint64_t line = 0;
  std::string code;
  std::string message;
  bool whole = true;  // false: the line was used, only a value of it was not
};

struct ReportLines {
  std::span<Report> reports;         // of the reader that read them, until it reads again
  std::uint64_t line_count = 0;      // blank ones left out
  std::uint64_t refused_count = 0;   // whole lines
  std::vector<RefusedLine> refused;  // the first of them, and values, at most kQuotedLinesMax
};

// Not thread-safe; keeps its memory, but not all of what a very large text took.
class ReportLineReader {
 public:
  ReportLineReader();
  // `latest`: what is dated later is refused, E0885 (Engine::latest_report).
  ReportLines read(std::string_view text, Instant latest = kNever);

 private:
  std::unique_ptr<telemetry::LineParser> parser_;
  telemetry::LineBlock block_;
  std::vector<Report> reports_;  // as many as a text had, with their memory
};

}  // namespace sojourn::service
