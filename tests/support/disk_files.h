// Files as they lie in the tree, for tests that load whole policies.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "engine/base/file_source.h"

namespace sojourn::testing {

inline std::string contents_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class DiskFiles : public FileSource {
 public:
  Result<std::string> read(std::string_view path) const override {
    return contents_of(std::filesystem::path(path));
  }
};

}  // namespace sojourn::testing
