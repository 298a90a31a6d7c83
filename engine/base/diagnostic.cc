#include "engine/base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <utility>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn {
namespace {

struct CodeRow {
  std::string_view name;
  Severity severity;
  std::string_view title;
  std::string_view story;
};

constexpr CodeRow kCodes[] = {
#define SOJOURN_DIAGNOSTIC(code, severity, title, story) {#code, Severity::severity, title, story},
#include "engine/base/diagnostic_codes.def"
#undef SOJOURN_DIAGNOSTIC
};

const CodeRow& row_of(Code code) { return kCodes[static_cast<std::size_t>(code)]; }

std::string_view severity_colour(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "\x1b[1;36m";
    case Severity::warning:
      return "\x1b[1;33m";
    case Severity::broken_promise:
      return "\x1b[1;35m";
    case Severity::error:
      return "\x1b[1;31m";
  }
  return "";
}

// The length of the UTF-8 code point that begins `text`, when it is well formed and fit to be
// shown: neither a control character (C0, DEL, C1) nor a change of writing direction, which could
// make a line look other than it is. 0 otherwise. Requires: not empty.
std::size_t shown_length(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::uint32_t lead = byte(0);
  if (lead < 0x80) return lead < 0x20 || lead == 0x7F ? 0 : 1;
  std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  std::uint32_t point = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  bool no_scalar = (point >= 0xD800 && point <= 0xDFFF) || point > 0x10FFFF;
  bool direction = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
  return overlong || no_scalar || point < 0xA0 || direction ? 0 : length;
}

// Text as it may be shown: tabs become one blank, what is not fit a question mark. Each code point
// is one column.
struct Shown {
  std::string text;
  std::size_t columns = 0;
};

Shown shown(std::string_view text) {
  Shown result;
  while (!text.empty()) {
    std::size_t length = shown_length(text);
    if (length > 0) {
      result.text += text.substr(0, length);
    } else {
      result.text += text[0] == '\t' ? ' ' : '?';
    }
    text.remove_prefix(std::max<std::size_t>(1, length));
    ++result.columns;
  }
  return result;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

// A source line too long for a screen is cut around the place of interest, between code points.
struct ShownLine {
  std::string text;
  std::size_t indent = 0;     // columns before the underline
  std::size_t underline = 1;  // columns underlined
};

ShownLine shown_line(const SourceMap& sources, const Span& span) {
  constexpr std::size_t kWidth = 160;
  std::string_view line = sources.line_at(span.source, span.begin);
  std::size_t begin = span.begin - sources.line_begin(span.source, span.begin);
  begin = std::min(begin, line.size());
  std::size_t end = std::min<std::size_t>(begin + (span.end - span.begin), line.size());
  std::size_t cut_begin = begin > kWidth / 2 && line.size() > kWidth ? begin - kWidth / 2 : 0;
  std::size_t cut_end = std::min(cut_begin + kWidth, line.size());
  while (cut_begin > 0 && is_continuation(line[cut_begin])) --cut_begin;
  while (cut_end > begin && cut_end < line.size() && is_continuation(line[cut_end])) --cut_end;
  end = std::clamp(end, begin, cut_end);
  Shown before = shown(line.substr(cut_begin, begin - cut_begin));
  Shown marked = shown(line.substr(begin, end - begin));
  Shown after = shown(line.substr(end, cut_end - end));
  return {before.text + marked.text + after.text, before.columns,
          std::max<std::size_t>(1, marked.columns)};
}

void render_place(std::string& out, const SourceMap& sources, const Span& span,
                  std::string_view label, char mark, std::string_view colour) {
  Location at = sources.location(span);
  std::string number = fmt::format("{}", at.line);
  std::string margin(number.size(), ' ');
  ShownLine line = shown_line(sources, span);
  std::string_view reset = colour.empty() ? "" : "\x1b[0m";
  out += fmt::format("{} --> {}:{}:{}\n", margin, shown(at.path).text, at.line, at.column);
  out += fmt::format("{} |\n{} |{}{}\n", margin, number, line.text.empty() ? "" : " ", line.text);
  out += fmt::format("{} | {}{}{}{}", margin, std::string(line.indent, ' '), colour,
                     std::string(line.underline, mark), reset);
  if (!label.empty()) out += fmt::format(" {}", shown(label).text);
  out += '\n';
}

// By source and place; code and message make repetitions neighbours.
auto order_key(const Diagnostic& d) {
  Span span = d.span.value_or(Span{});
  return std::make_tuple(d.span.has_value(), span.source.index, span.begin, span.end,
                         static_cast<int>(d.code), std::string_view(d.message));
}

// The number of edits between two words, or 3 for more than two. Optimal string alignment: an
// exchange of neighbours counts as one edit, as people type. Only cells within two of the diagonal
// can matter, so the cost is linear.
// Requires: neither is longer than limits::kSpellingBytesMax + 2.
std::size_t edit_distance_up_to_two(std::string_view a, std::string_view b) {
  constexpr std::size_t kMany = 3;
  std::array<std::uint8_t, limits::kSpellingBytesMax + 3> before, row, next;
  before.fill(kMany);
  row.fill(kMany);
  for (std::size_t j = 0; j <= std::min(b.size(), kMany - 1); ++j) {
    row[j] = static_cast<std::uint8_t>(j);
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next.fill(kMany);
    if (i < kMany) next[0] = static_cast<std::uint8_t>(i);
    std::size_t first = i > 2 ? i - 2 : 1;
    for (std::size_t j = first; j <= std::min(i + 2, b.size()); ++j) {
      std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      std::size_t least = std::min(
          {row[j] + std::size_t{1}, next[j - 1] + std::size_t{1}, row[j - 1] + cost, kMany});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        least = std::min(least, before[j - 2] + std::size_t{1});
      }
      next[j] = static_cast<std::uint8_t>(least);
    }
    before = row;
    row = next;
  }
  return row[b.size()];
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
  auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return small(x) == small(y); });
}

}  // namespace

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::broken_promise:
      return "broken promise";
    case Severity::error:
      return "error";
  }
  return "error";
}

std::string_view code_name(Code code) { return row_of(code).name; }
std::string_view code_title(Code code) { return row_of(code).title; }
std::string_view code_story(Code code) { return row_of(code).story; }
Severity code_severity(Code code) { return row_of(code).severity; }
std::size_t code_count() { return std::size(kCodes); }
Code code_at(std::size_t index) { return static_cast<Code>(index); }

std::optional<Code> find_code(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kCodes); ++i) {
    if (kCodes[i].name == name) return static_cast<Code>(i);
  }
  return std::nullopt;
}

Diagnostic make_diagnostic(Code code, std::string message, std::string help) {
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.severity = code_severity(code);
  diagnostic.message = std::move(message);
  diagnostic.help = std::move(help);
  return diagnostic;
}

Diagnostic make_diagnostic(Code code, Span span, std::string message, std::string help) {
  Diagnostic diagnostic = make_diagnostic(code, std::move(message), std::move(help));
  diagnostic.span = span;
  return diagnostic;
}

void DiagnosticList::add(Diagnostic diagnostic) {
  if (diagnostic.severity > Severity::note) ++above_note_count_;
  if (diagnostic.severity == Severity::broken_promise) ++broken_promise_count_;
  if (diagnostic.severity == Severity::error) ++error_count_;
  if (diagnostics_.size() >= limits::kDiagnosticsKeptMax) {
    ++dropped_count_;
    return;
  }
  diagnostics_.push_back(std::move(diagnostic));
}

void DiagnosticList::finish() {
  auto by_order = [](const Diagnostic& a, const Diagnostic& b) {
    return order_key(a) < order_key(b);
  };
  auto same = [](const Diagnostic& a, const Diagnostic& b) { return order_key(a) == order_key(b); };
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(), by_order);
  diagnostics_.erase(std::unique(diagnostics_.begin(), diagnostics_.end(), same),
                     diagnostics_.end());
  if (diagnostics_.size() <= limits::kDiagnosticsMax) return;
  std::stable_sort(
      diagnostics_.begin(), diagnostics_.end(),
      [](const Diagnostic& a, const Diagnostic& b) { return a.severity > b.severity; });
  dropped_count_ += diagnostics_.size() - limits::kDiagnosticsMax;
  diagnostics_.erase(diagnostics_.begin() + limits::kDiagnosticsMax, diagnostics_.end());
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(), by_order);
}

std::string render(const Diagnostic& diagnostic, const SourceMap& sources,
                   const RenderOptions& options) {
  std::string_view colour = options.colour ? severity_colour(diagnostic.severity) : "";
  std::string_view reset = options.colour ? "\x1b[0m" : "";
  std::string out = fmt::format("{}{}[{}]{}: {}\n", colour, severity_name(diagnostic.severity),
                                code_name(diagnostic.code), reset, shown(diagnostic.message).text);
  if (diagnostic.span) render_place(out, sources, *diagnostic.span, "", '^', colour);
  for (const Label& label : diagnostic.labels) {
    render_place(out, sources, label.span, label.text, '-', colour);
  }
  for (const std::string& note : diagnostic.notes) {
    std::size_t begin = 0;
    while (begin < note.size()) {
      std::size_t end = std::min(note.find('\n', begin), note.size());
      std::string text = shown(std::string_view(note).substr(begin, end - begin)).text;
      out += text.empty() ? "  |\n" : fmt::format("  | {}\n", text);
      begin = end + 1;
    }
  }
  if (!diagnostic.help.empty()) {
    out += fmt::format("  = help: {}\n", shown(diagnostic.help).text);
  }
  return out;
}

std::string_view nearest_spelling(std::string_view word,
                                  const std::vector<std::string_view>& candidates) {
  if (word.size() > limits::kSpellingBytesMax) return {};
  std::size_t best_distance = 3;  // one more than what is still near
  std::string_view best;
  for (std::string_view candidate : candidates) {
    if (candidate.size() > word.size() + 2 || word.size() > candidate.size() + 2) continue;
    bool same_letters = equal_but_for_case(word, candidate);
    std::size_t distance = same_letters ? 1 : edit_distance_up_to_two(word, candidate);
    // Of a short word one letter may be wrong, and not its only one.
    if (std::min(word.size(), candidate.size()) <= 3 && distance > 1) continue;
    if (word.size() == 1 && candidate.size() == 1 && !same_letters) continue;
    if (distance < best_distance ||
        (distance == best_distance && !best.empty() && candidate < best)) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace sojourn
