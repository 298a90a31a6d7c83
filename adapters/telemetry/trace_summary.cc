#include "adapters/telemetry/trace_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::telemetry {
namespace {

// 155173 is "155,173".
std::string grouped(std::uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(number), number == 1 ? one : many);
}

void describe_findings(std::string& out, const TraceSummary& summary, bool skipping) {
  for (const FindingCount& finding : summary.findings()) {
    if (skips_line(finding.code) != skipping) continue;
    out += fmt::format("  {} [{}]: {}\n", code_title(finding.code), code_name(finding.code),
                       grouped(finding.count));
    for (const QuotedLine& quoted : finding.quoted) {
      out += fmt::format("    {}:{}: {}: `{}`\n", quoted.file, quoted.line, quoted.message,
                         quoted.text);
    }
    if (finding.count > finding.quoted.size()) {
      out += fmt::format("    and {} more\n", grouped(finding.count - finding.quoted.size()));
    }
  }
}

}  // namespace

bool skips_line(Code code) { return code >= Code::E0630 && code <= Code::E0634; }

std::uint64_t TraceSummary::skipped_count() const {
  std::uint64_t sum = 0;
  for (const FindingCount& finding : findings_) sum += skips_line(finding.code) ? finding.count : 0;
  return sum;
}

std::uint64_t TraceSummary::dropped_count() const {
  std::uint64_t sum = 0;
  for (const FindingCount& finding : findings_) sum += skips_line(finding.code) ? 0 : finding.count;
  return sum;
}

std::vector<UnknownKey> TraceSummary::unknown_keys() const {
  auto count =
      static_cast<std::ptrdiff_t>(std::min(unknown_keys_.size(), limits::kTraceUnknownKeysMax));
  return {unknown_keys_.begin(), unknown_keys_.begin() + count};
}

std::uint64_t TraceSummary::further_unknown_key_count() const {
  std::uint64_t sum = further_unknown_keys_;
  for (std::size_t i = limits::kTraceUnknownKeysMax; i < unknown_keys_.size(); ++i) {
    sum += unknown_keys_[i].count;
  }
  return sum;
}

FindingCount& TraceSummary::count_of(Code code) {
  auto at = std::lower_bound(findings_.begin(), findings_.end(), code,
                             [](const FindingCount& f, Code c) { return f.code < c; });
  if (at == findings_.end() || at->code != code)
    at = findings_.insert(at, FindingCount{code, 0, {}});
  return *at;
}

void TraceSummary::add_finding(const Finding& finding, std::string_view file, std::uint64_t line,
                               std::string_view text) {
  FindingCount& count = count_of(finding.code);
  ++count.count;
  if (count.quoted.size() >= limits::kQuotedLinesMax) return;
  count.quoted.push_back({std::string(file), line, finding.message, shown(text)});
}

void TraceSummary::add_unknown_key(std::string_view parent, std::string_view name) {
  scratch_.assign(parent);
  if (!parent.empty()) scratch_ += '.';
  scratch_ += name;
  count_unknown_key(scratch_, 1);
}

void TraceSummary::count_unknown_key(std::string_view name, std::uint64_t count) {
  auto known = unknown_key_index_.find(name);
  if (known != unknown_key_index_.end()) {
    unknown_keys_[known->second].count += count;
    return;
  }
  unknown_key_index_.emplace(name, unknown_keys_.size());
  unknown_keys_.push_back({std::string(name), count});
}

void TraceSummary::absorb(TraceSummary later) {
  line_count += later.line_count;
  blank_count += later.blank_count;
  report_count += later.report_count;
  earliest = std::min(earliest, later.earliest);
  newest = std::max(newest, later.newest);
  std::move(later.damaged.begin(), later.damaged.end(), std::back_inserter(damaged));
  for (FindingCount& finding : later.findings_) {
    FindingCount& count = count_of(finding.code);
    count.count += finding.count;
    for (QuotedLine& quoted : finding.quoted) {
      if (count.quoted.size() >= limits::kQuotedLinesMax) break;
      count.quoted.push_back(std::move(quoted));
    }
  }
  for (const UnknownKey& key : later.unknown_keys_) count_unknown_key(key.name, key.count);
  further_unknown_keys_ += later.further_unknown_keys_;
  // Here the whole so far is known, so what came after the first few can be counted together.
  while (unknown_keys_.size() > limits::kTraceUnknownKeysMax) {
    further_unknown_keys_ += unknown_keys_.back().count;
    unknown_key_index_.erase(unknown_keys_.back().name);
    unknown_keys_.pop_back();
  }
}

std::string shown(std::string_view text) {
  std::size_t size = std::min(text.size(), limits::kQuotedLineBytesMax);
  bool cut = size < text.size();
  while (cut && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0u) == 0x80u) --size;
  std::string result;
  for (char c : text.substr(0, size)) {
    auto byte = static_cast<unsigned char>(c);
    result += c == '\t' ? ' ' : (byte < 0x20 || byte == 0x7F) ? '?' : c;
  }
  return cut ? result + "..." : result;
}

std::string describe(const TraceSummary& summary) {
  std::string out = counted(summary.line_count, "line", "lines") + ", " +
                    counted(summary.report_count, "report", "reports");
  if (summary.report_count > 0) {
    out += fmt::format(" from {} to {}", to_rfc3339(summary.earliest), to_rfc3339(summary.newest));
  }
  out += '\n';
  for (const Diagnostic& damage : summary.damaged) {
    out += fmt::format("{} [{}]\n", damage.message, code_name(damage.code));
  }
  if (std::uint64_t count = summary.skipped_count(); count > 0) {
    out += counted(count, "line", "lines") + " skipped\n";
    describe_findings(out, summary, true);
  }
  if (std::uint64_t count = summary.dropped_count(); count > 0) {
    out += counted(count, "value", "values") + " dropped, the rest of the line used\n";
    describe_findings(out, summary, false);
  }
  if (std::vector<UnknownKey> keys = summary.unknown_keys(); !keys.empty()) {
    out += "unknown keys, passed over\n";
    for (const UnknownKey& key : keys) {
      out += fmt::format("  `{}` {}\n", shown(key.name), counted(key.count, "time", "times"));
    }
    if (std::uint64_t count = summary.further_unknown_key_count(); count > 0) {
      out += fmt::format("  others {}\n", counted(count, "time", "times"));
    }
  }
  return out;
}

}  // namespace sojourn::telemetry
