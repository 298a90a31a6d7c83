// Diagnostics: what an author wrote wrongly, said so that the author can mend it.
//
// Text style: lower case, no full stop, the user's own words in backticks, no names from our code;
// the message says what is wrong, the help says what to do. Codes are stable for ever and live in
// diagnostic_codes.def with the story that `sojourn explain CODE` tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/source.h"

namespace sojourn {

enum class Severity : std::uint8_t {
  note,            // worth knowing; never changes an exit code
  warning,         // dead rules and the like
  broken_promise,  // a ban or an assertion does not hold
  error,           // the input cannot be used
};

// "error", "broken promise"; as it stands before a message.
std::string_view severity_name(Severity severity);

// The codes and their stories are in diagnostic_code.h.
enum class Code : std::uint16_t;

// A further place that explains the message ("first declared here").
struct Label {
  Span span;
  std::string text;
};

// A mechanical mend: replace the bytes of `span` by `replacement`.
struct SuggestedEdit {
  Span span;
  std::string replacement;
};

struct Diagnostic {
  Code code{};
  Severity severity = Severity::error;
  std::optional<Span> span;  // absent for what has no place in a source (a missing file, a peer)
  std::string message;
  std::string help;                // may be empty
  std::vector<Label> labels;       // further places
  std::vector<std::string> notes;  // whole paragraphs below the source lines: witnesses, timelines
  std::optional<SuggestedEdit> edit;
};

// A diagnostic of `code` with that code's severity.
Diagnostic make_diagnostic(Code code, std::string message, std::string help = {});
Diagnostic make_diagnostic(Code code, Span span, std::string message, std::string help = {});

// Collects diagnostics of one run. After `finish` they are sorted by place, without repetitions,
// and at most limits::kDiagnosticsMax: the gravest stay, the others are counted.
class DiagnosticList {
 public:
  void add(Diagnostic diagnostic);
  // Sorts by source and place (those of no place first), drops what repeats a diagnostic's code,
  // place and message, and caps. May be called again after further `add`s.
  void finish();
  const std::vector<Diagnostic>& all() const { return diagnostics_; }
  // How many were not repetitions and yet are not in `all`, for "and 20 more".
  std::size_t dropped_count() const { return dropped_count_; }
  bool has_errors() const { return error_count_ > 0; }
  bool has_broken_promises() const { return broken_promise_count_ > 0; }
  bool above_notes() const { return above_note_count_ > 0; }

 private:
  std::vector<Diagnostic> diagnostics_;
  std::size_t dropped_count_ = 0;
  std::size_t error_count_ = 0;
  std::size_t broken_promise_count_ = 0;
  std::size_t above_note_count_ = 0;
};

struct RenderOptions {
  bool colour = false;
};

// The text a person reads: "error[E0101]: message", file:line:column, the line with the span
// underlined, labels, notes and help. Always valid UTF-8 and, but for the colours asked for, free
// of control characters, whatever the source holds: it is safe to show on a terminal.
std::string render(const Diagnostic& diagnostic, const SourceMap& sources,
                   const RenderOptions& options = {});

// The candidate nearest to `word` within two edits (one for words of three letters or fewer;
// capital letters for small ones are one together), for "did you mean"; the first by alphabet of
// equally near ones; empty when none is near or the word is longer than limits::kSpellingBytesMax.
std::string_view nearest_spelling(std::string_view word,
                                  const std::vector<std::string_view>& candidates);

}  // namespace sojourn
