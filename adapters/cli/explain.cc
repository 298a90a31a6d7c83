// sojourn explain CODE: a diagnostic's whole story.
#include <fmt/format.h>

#include <cctype>
#include <nlohmann/json.hpp>

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

std::string story_json(Code code) {
  nlohmann::ordered_json json = {{"code", std::string(code_name(code))},
                                 {"title", std::string(code_title(code))},
                                 {"story", std::string(code_story(code))}};
  return json.dump() + "\n";
}

}  // namespace

int run_explain(const ExplainOptions& options, Console& console) {
  if (options.code.empty()) {
    for (std::size_t i = 0; i < code_count(); ++i) {
      bool json = options.format == OutputFormat::json;
      console.print(json ? story_json(code_at(i))
                         : fmt::format("{}  {}\n", code_name(code_at(i)), code_title(code_at(i))));
    }
    return kClean;
  }
  std::string name = options.code;
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  auto code = find_code(name);
  if (!code) {
    return console.fail(
        make_diagnostic(Code::E0003, fmt::format("no diagnostic has the code `{}`", options.code),
                        "`sojourn explain` alone lists them all"));
  }
  if (options.format == OutputFormat::json) return console.print(story_json(*code)), kClean;
  console.print(console.bold(fmt::format("{}: {}", code_name(*code), code_title(*code))) + "\n\n");
  console.print(wrapped(code_story(*code), 80));
  return kClean;
}

}  // namespace sojourn::cli
