#include "adapters/cli/usage_error.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {
namespace {

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  std::string_view near = nearest_spelling(word, {known.begin(), known.end()});
  return near.empty() ? "" : fmt::format("did you mean `{}`? ", near);
}

}  // namespace

Diagnostic usage_error(CLI::App& app, const std::vector<std::string>& words,
                       const CLI::ParseError& error) {
  CLI::App* command = &app;
  std::string name = "sojourn";
  std::size_t at = 0;
  for (; at < words.size(); ++at) {
    std::vector<CLI::App*> below = command->get_subcommands({});
    auto next = std::find_if(below.begin(), below.end(),
                             [&](const CLI::App* one) { return one->get_name() == words[at]; });
    if (next == below.end()) break;
    command = *next;
    name += " " + words[at];
  }
  std::string help = fmt::format("`{} --help` shows what it takes, with examples", name);
  auto wrong = [&](std::string message, const std::string& before = "") {
    return make_diagnostic(Code::E0003, std::move(message), before + help);
  };
  bool wants_command = command->get_require_subcommand_min() > 0;
  if (wants_command && at < words.size() && !words[at].starts_with("-")) {
    std::vector<std::string> known;
    for (const CLI::App* one : command->get_subcommands({})) known.push_back(one->get_name());
    return wrong(fmt::format("`{}` is no command of `{}`", words[at], name),
                 did_you_mean(words[at], known));
  }
  if (wants_command) return wrong(fmt::format("`{}` wants a command", name));
  for (; at < words.size() && words[at] != "--"; ++at) {
    std::string option = words[at].substr(0, words[at].find('='));
    if (!option.starts_with("--") || command->get_option_no_throw(option) != nullptr) continue;
    std::vector<std::string> known;
    for (const CLI::Option* one : command->get_options()) known.push_back(one->get_name());
    return wrong(fmt::format("`{}` is no option of `{}`", option, name),
                 did_you_mean(option, known));
  }
  return wrong(fmt::format("`{}`: {}", name, error.what()));
}

}  // namespace sojourn::cli
