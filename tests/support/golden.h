// Golden files: the expected text of a test, kept beside the tests and read by people in reviews.
//
//   test::check_golden("diagnostics_render/label.txt", render(...));
//
// SOJOURN_REBASE=1 in the environment writes what the tests produce over the files; read the
// difference before it is committed.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/catch.h"

namespace sojourn::test {

// `name` is relative to tests/golden.
inline void check_golden(const std::string& name, const std::string& actual) {
  const std::filesystem::path path = std::string(SOJOURN_SOURCE_DIR "/tests/golden/") + name;
  if (std::getenv("SOJOURN_REBASE") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  const std::string expected(std::istreambuf_iterator<char>(file), {});
  INFO("golden file " << path.string() << (file ? "" : " is missing")
                      << "; SOJOURN_REBASE=1 writes it");
  CHECK(actual == expected);
}

}  // namespace sojourn::test
