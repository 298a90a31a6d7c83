#include "adapters/service/report_lines.h"

#include <fmt/format.h>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service {
namespace {

// Reports whose memory is kept for the next text: some hundred bytes each, per waiting thread.
constexpr std::size_t kKeptReports = 4'096;

std::string dated_ahead(Instant at, Instant latest) {
  return fmt::format("`ts` is {}, and by its clock the service takes nothing later than {}",
                     to_rfc3339(at), to_rfc3339(latest));
}

}  // namespace

ReportLineReader::ReportLineReader() : parser_(telemetry::make_ndjson_parser()) {}

ReportLines ReportLineReader::read(std::string_view text, Instant latest) {
  block_.bytes.assign(text);
  block_.byte_count = text.size();
  block_.bytes.append(telemetry::kLinePaddingBytes, ' ');
  ReportLines lines;
  if (reports_.size() > kKeptReports) {
    reports_.resize(kKeptReports);
    reports_.shrink_to_fit();
  }
  std::size_t count = 0;
  telemetry::LineCursor cursor(block_);
  while (auto line = cursor.next()) {
    if (count == reports_.size()) reports_.emplace_back();
    Report& report = reports_[count];
    telemetry::LineOutcome outcome = parser_->parse(*line, report.observation);
    if (outcome == telemetry::LineOutcome::blank) continue;
    ++lines.line_count;
    bool used = outcome == telemetry::LineOutcome::used;
    if (used && report.observation.at > latest) {
      ++lines.refused_count;
      if (lines.refused.size() >= limits::kQuotedLinesMax) continue;
      lines.refused.push_back({line->number, std::string(code_name(Code::E0885)),
                               dated_ahead(report.observation.at, latest)});
      continue;
    }
    for (const telemetry::Finding& finding : parser_->findings()) {
      if (lines.refused.size() >= limits::kQuotedLinesMax) break;
      lines.refused.push_back(
          {line->number, std::string(code_name(finding.code)), finding.message, !used});
      if (!used) break;
    }
    if (!used) {
      ++lines.refused_count;
      continue;
    }
    report.line = line->text;
    report.line_number = line->number;
    // Where a line stood in its request says nothing; the journal does not keep it.
    report.observation.line = 1;
    ++count;
  }
  lines.reports = std::span(reports_).first(count);
  return lines;
}

}  // namespace sojourn::service
