// What reading a trace found: how much there was, what was skipped or dropped, and why.
//
//   std::cerr << describe(reader.summary());
//
// Lines that cannot be used are skipped; values that cannot be are dropped and the rest of their
// line is used. Both are counted by kind (a diagnostic code), and the first
// limits::kQuotedLinesMax of each kind are quoted with file and line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/instant.h"

namespace sojourn::telemetry {

// One thing wrong with one line.
struct Finding {
  Code code{};
  std::string message;
};

// Does this kind of finding cost the whole line, or one value?
bool skips_line(Code code);

struct QuotedLine {
  std::string file;
  std::uint64_t line = 0;
  std::string message;
  std::string text;  // at most limits::kQuotedLineBytesMax, control characters replaced
};

struct FindingCount {
  Code code{};
  std::uint64_t count = 0;
  std::vector<QuotedLine> quoted;
};

struct UnknownKey {
  std::string name;  // "foo", "position.bar"
  std::uint64_t count = 0;
};

// Summaries of successive parts of a file, absorbed in order, are the summary of the whole:
// independent of how it was cut. Not thread-safe.
class TraceSummary {
 public:
  std::uint64_t line_count = 0;   // all of them
  std::uint64_t blank_count = 0;  // of these, white space only
  std::uint64_t report_count = 0;
  Instant earliest = kNever;  // of the reports
  Instant newest = kBeginning;
  // Files that could not be read to their end, in the order in which they were given.
  std::vector<Diagnostic> damaged;

  std::uint64_t skipped_count() const;  // lines
  std::uint64_t dropped_count() const;  // values
  bool clean() const { return findings_.empty() && unknown_keys_.empty() && damaged.empty(); }
  const std::vector<FindingCount>& findings() const { return findings_; }  // by code
  // In the order in which they appeared; the first limits::kTraceUnknownKeysMax.
  std::vector<UnknownKey> unknown_keys() const;
  std::uint64_t further_unknown_key_count() const;  // occurrences of all others

  void add_finding(const Finding& finding, std::string_view file, std::uint64_t line,
                   std::string_view text);
  void add_unknown_key(std::string_view parent, std::string_view name);
  void absorb(TraceSummary later);

 private:
  FindingCount& count_of(Code code);
  void count_unknown_key(std::string_view name, std::uint64_t count);

  std::vector<FindingCount> findings_;
  // A part of a file names every key, so that the whole can tell which came first: `absorb` cuts.
  std::vector<UnknownKey> unknown_keys_;
  std::uint64_t further_unknown_keys_ = 0;
  struct NameHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::size_t, NameHash, std::equal_to<>> unknown_key_index_;
  std::string scratch_;
};

// A piece of a line as it may be shown: cut between characters, without control characters.
std::string shown(std::string_view text);

// The text for people, several lines, each ending with a line break:
//
//   155,173 lines, 155,170 reports from 2018-07-30T02:00:23Z to 2018-09-29T00:30:23Z
//   3 lines skipped
//     line is not JSON [E0630]: 2
//       fleet.ndjson:12: the object does not end: `{"ts":"2018-07-30T02:0`
//   ...
std::string describe(const TraceSummary& summary);

}  // namespace sojourn::telemetry
