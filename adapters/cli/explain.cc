// sojourn explain CODE: a diagnostic's whole story.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {
namespace {

std::string wrapped(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = std::min(text.find(' ', begin), text.size());
    std::string_view word = text.substr(begin, end - begin);
    if (column > 0 && column + 1 + word.size() > width) {
      out += '\n';
      column = 0;
    }
    if (column > 0) out += ' ', ++column;
    out += word;
    std::size_t line_break = word.rfind('\n');
    column =
        line_break == std::string_view::npos ? column + word.size() : word.size() - line_break - 1;
    begin = end + 1;
  }
  return out + "\n";
}

}  // namespace

int run_explain(const ExplainOptions& options, Console& console) {
  if (options.code.empty()) {
    for (std::size_t i = 0; i < code_count(); ++i) {
      console.print(fmt::format("{}  {}\n", code_name(code_at(i)), code_title(code_at(i))));
    }
    return kClean;
  }
  auto code = find_code(options.code);
  if (!code) {
    return console.fail(
        make_diagnostic(Code::E0003, fmt::format("no diagnostic has the code `{}`", options.code),
                        "`sojourn explain` alone lists them all"));
  }
  console.print(console.bold(fmt::format("{}: {}", code_name(*code), code_title(*code))) + "\n\n");
  console.print(wrapped(code_story(*code), 80));
  return kClean;
}

}  // namespace sojourn::cli
