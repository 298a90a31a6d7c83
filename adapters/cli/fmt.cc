// sojourn fmt FILE...: the one layout.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "engine/base/limits.h"
#include "lang/lang.h"

namespace sojourn::cli {
namespace {

enum class Formatted { same, changed, unusable };

Formatted format_file(const std::string& path, bool check, Console& console) {
  auto text = read_file(path, limits::kSourceBytesMax);
  if (!text) return console.fail(text.error()), Formatted::unusable;
  SourceMap sources;
  DiagnosticList diagnostics;
  auto formatted = lang::format(path, *text, sources, diagnostics);
  if (!formatted) {
    diagnostics.finish();
    console.report(diagnostics, sources, OutputFormat::text);
    return Formatted::unusable;
  }
  bool same = *formatted == *text;
  if (path == "-" && !check) {
    console.print(*formatted);
  } else if (!same && !check) {
    if (Status status = write_file(path, *formatted, true); !status) {
      return console.fail(status.error()), Formatted::unusable;
    }
  }
  return same ? Formatted::same : Formatted::changed;
}

}  // namespace

int run_fmt(const FormatOptions& options, Console& console) {
  int exit_code = kClean;
  for (const std::string& path : options.files) {
    Formatted formatted = format_file(path, options.check, console);
    if (formatted == Formatted::unusable) exit_code = kUnusable;
    if (formatted == Formatted::changed && options.check) {
      console.message(
          fmt::format("{} is not in the one layout; `sojourn fmt {}` writes it\n", path, path));
      if (exit_code == kClean) exit_code = kFindings;
    }
  }
  return exit_code;
}

}  // namespace sojourn::cli
