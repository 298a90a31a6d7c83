#include "tests/cli/run_program.h"

#include <stdlib.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace sojourn::testing {

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

ProgramRun run_shell(const std::string& command, const std::string& folder) {
  ScratchFolder scratch;
  std::string script = "cd '" + folder +
                       "' && export PATH='" SOJOURN_BINARY_DIR "':'" SOJOURN_BINARY_DIR
                       "/rules-examples/fleet':\"$PATH\" && { " +
                       command + "\n} >'" + scratch.file("out") + "' 2>'" + scratch.file("err") +
                       "'";
  int status = std::system(script.c_str());
  ProgramRun run;
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  run.out = read_whole(scratch.file("out"));
  run.err = read_whole(scratch.file("err"));
  return run;
}

ScratchFolder::ScratchFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sojourn-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a scratch folder");
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::write(const std::string& name, const std::string& text) const {
  std::ofstream(file(name), std::ios::binary) << text;
  return file(name);
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace sojourn::testing
