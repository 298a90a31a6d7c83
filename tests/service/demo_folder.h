// Folders of `sojourn serve --init` for tests, and what they read and write there.
#pragma once

#include <fstream>
#include <string>
#include <string_view>

#include "tests/cli/run_program.h"
#include "tests/support/catch.h"

namespace sojourn::testing {

inline std::string make_folder(const ScratchFolder& scratch, const std::string& name, int devices) {
  std::string folder = scratch.file(name);
  ProgramRun made = run_shell("sojourn serve --init " + folder + " --any-ports --devices " +
                              std::to_string(devices));
  INFO(made.out << made.err);
  REQUIRE(made.exit_code == 0);
  return folder;
}

inline bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

inline void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace sojourn::testing
