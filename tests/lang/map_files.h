// Files for a test: a map from path to text.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

#include "engine/base/diagnostic_code.h"
#include "engine/base/file_source.h"

namespace sojourn::lang::testing {

class MapFiles : public FileSource {
 public:
  MapFiles() = default;
  MapFiles(std::initializer_list<std::pair<const std::string, std::string>> files)
      : files_(files) {}
  void add(std::string path, std::string text) { files_[std::move(path)] = std::move(text); }

  Result<std::string> read(std::string_view path) const override {
    ++read_count_;
    auto found = files_.find(std::string(path));
    if (found != files_.end()) return found->second;
    return make_diagnostic(Code::E0001, fmt::format("`{}` cannot be read: no such file", path));
  }
  std::size_t read_count() const { return read_count_; }

 private:
  std::map<std::string, std::string> files_;
  mutable std::size_t read_count_ = 0;
};

}  // namespace sojourn::lang::testing
