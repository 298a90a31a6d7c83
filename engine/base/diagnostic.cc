#include "engine/base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

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

std::string_view severity_word(Severity severity) {
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

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  }));
}

// A source line as it may be shown: tabs become one blank, control bytes a question mark, and a
// line too long for a screen is cut around the column of interest.
struct ShownLine {
  std::string text;
  std::size_t indent = 0;     // code points before the underline
  std::size_t underline = 1;  // code points underlined
};

ShownLine shown_line(const SourceMap& sources, const Span& span) {
  constexpr std::size_t kWidth = 160;
  std::string_view line = sources.line_at(span.source, span.begin);
  std::size_t begin = span.begin - sources.line_begin(span.source, span.begin);
  begin = std::min(begin, line.size());
  std::size_t end = std::min<std::size_t>(begin + (span.end - span.begin), line.size());
  std::size_t cut_begin = begin > kWidth / 2 && line.size() > kWidth ? begin - kWidth / 2 : 0;
  while (cut_begin > 0 && (static_cast<unsigned char>(line[cut_begin]) & 0xC0u) == 0x80u)
    --cut_begin;
  std::string_view visible = line.substr(cut_begin, kWidth);
  ShownLine shown;
  for (char c : visible) {
    auto byte = static_cast<unsigned char>(c);
    shown.text += c == '\t' ? ' ' : (byte < 0x20 || byte == 0x7F) ? '?' : c;
  }
  end = std::min(end, cut_begin + visible.size());
  shown.indent = code_points(line.substr(cut_begin, begin - cut_begin));
  shown.underline =
      end > begin ? std::max<std::size_t>(1, code_points(line.substr(begin, end - begin))) : 1;
  return shown;
}

void render_place(std::string& out, const SourceMap& sources, const Span& span,
                  std::string_view label, char mark, std::string_view colour) {
  Location at = sources.location(span);
  std::string number = fmt::format("{}", at.line);
  std::string margin(number.size(), ' ');
  ShownLine shown = shown_line(sources, span);
  std::string_view reset = colour.empty() ? "" : "\x1b[0m";
  out += fmt::format("{} --> {}:{}:{}\n", margin, at.path, at.line, at.column);
  out += fmt::format("{} |\n{} | {}\n", margin, number, shown.text);
  out += fmt::format("{} | {}{}{}{}", margin, std::string(shown.indent, ' '), colour,
                     std::string(shown.underline, mark), reset);
  if (!label.empty()) out += fmt::format(" {}", label);
  out += '\n';
}

auto place_key(const Diagnostic& d) {
  Span span = d.span.value_or(Span{});
  return std::make_tuple(d.span.has_value(), span.source.index, span.begin, span.end,
                         static_cast<int>(d.code));
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment: an exchange of neighbours counts as one edit, as people type.
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        next[j] = std::min(next[j], before[j - 2] + 1);
      }
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

}  // namespace

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
  if (diagnostics_.size() >= limits::kDiagnosticsMax) {
    ++dropped_count_;
    return;
  }
  diagnostics_.push_back(std::move(diagnostic));
}

void DiagnosticList::finish() {
  std::stable_sort(
      diagnostics_.begin(), diagnostics_.end(),
      [](const Diagnostic& a, const Diagnostic& b) { return place_key(a) < place_key(b); });
  auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return place_key(a) == place_key(b) && a.message == b.message;
  };
  diagnostics_.erase(std::unique(diagnostics_.begin(), diagnostics_.end(), same),
                     diagnostics_.end());
}

std::string render(const Diagnostic& diagnostic, const SourceMap& sources,
                   const RenderOptions& options) {
  std::string_view colour = options.colour ? severity_colour(diagnostic.severity) : "";
  std::string_view reset = options.colour ? "\x1b[0m" : "";
  std::string out = fmt::format("{}{}[{}]{}: {}\n", colour, severity_word(diagnostic.severity),
                                code_name(diagnostic.code), reset, diagnostic.message);
  if (diagnostic.span) render_place(out, sources, *diagnostic.span, "", '^', colour);
  for (const Label& label : diagnostic.labels) {
    render_place(out, sources, label.span, label.text, '-', colour);
  }
  for (const std::string& note : diagnostic.notes) {
    std::size_t begin = 0;
    while (begin < note.size()) {
      std::size_t end = std::min(note.find('\n', begin), note.size());
      out += fmt::format("  | {}\n", std::string_view(note).substr(begin, end - begin));
      begin = end + 1;
    }
  }
  if (!diagnostic.help.empty()) out += fmt::format("  = help: {}\n", diagnostic.help);
  return out;
}

std::string_view nearest_spelling(std::string_view word,
                                  const std::vector<std::string_view>& candidates) {
  std::size_t best_distance = word.size() <= 3 ? 2 : 3;  // one more than what is still near
  std::string_view best;
  for (std::string_view candidate : candidates) {
    if (candidate.size() > word.size() + 2 || word.size() > candidate.size() + 2) continue;
    std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance ||
        (distance == best_distance && !best.empty() && candidate < best)) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace sojourn
