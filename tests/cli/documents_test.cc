// The commands that the documents show are run, and print what the documents say.
//
// A document's ```console block holds lines that begin with "$ ", each followed by the output it
// gives; a line of "..." stands for any number of lines. Commands run in the document's own folder.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/cli/run_program.h"
#include "tests/support/catch.h"

using namespace sojourn::testing;

namespace {

struct ShownCommand {
  std::string document;
  std::size_t line = 0;
  std::string command;
  std::vector<std::string> output;
};

std::vector<ShownCommand> commands_of(const std::filesystem::path& document) {
  std::vector<ShownCommand> shown;
  std::ifstream file(document);
  std::string line;
  bool inside = false;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.starts_with("```")) {
      inside = line == "```console";
    } else if (inside && line.starts_with("$ ")) {
      shown.push_back({document.string(), number, line.substr(2), {}});
    } else if (inside && !shown.empty() && shown.back().command.ends_with("\\")) {
      shown.back().command += "\n" + line;
    } else if (inside && !shown.empty()) {
      shown.back().output.push_back(line);
    }
  }
  return shown;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Does `actual` read as `expected`, where "..." stands for any lines?
bool reads_as(const std::vector<std::string>& expected, std::size_t e,
              const std::vector<std::string>& actual, std::size_t a) {
  for (; e < expected.size(); ++e, ++a) {
    if (expected[e] == "...") {
      for (std::size_t skip = a; skip <= actual.size(); ++skip) {
        if (reads_as(expected, e + 1, actual, skip)) return true;
      }
      return false;
    }
    if (a >= actual.size() || actual[a] != expected[e]) return false;
  }
  return a == actual.size();
}

std::vector<ShownCommand> all_shown() {
  std::vector<ShownCommand> all;
  std::filesystem::path root = SOJOURN_SOURCE_DIR;
  for (const char* folder : {"", "rules-examples", "lang", "engine", "adapters", "geodata"}) {
    for (std::filesystem::recursive_directory_iterator it(root / folder), end; it != end; ++it) {
      if (std::string(folder).empty() && it->is_directory()) it.disable_recursion_pending();
      if (it->path().extension() != ".md") continue;
      auto shown = commands_of(it->path());
      all.insert(all.end(), shown.begin(), shown.end());
    }
  }
  return all;
}

}  // namespace

TEST_CASE("every command in the documents prints what they say") {
  auto all = all_shown();
  CHECK(all.size() >= 5);
  for (const ShownCommand& shown : all) {
    ProgramRun run = run_shell("exec 2>&1\n" + shown.command,
                               std::filesystem::path(shown.document).parent_path().string());
    INFO(shown.document << ":" << shown.line << "\n$ " << shown.command << "\n"
                        << run.out << run.err);
    CHECK(reads_as(shown.output, 0, lines_of(run.out), 0));
  }
}
