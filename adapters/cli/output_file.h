// A file written bit by bit that appears under its name only when it is whole. What is no file, a
// pipe or /dev/null, is written as it stands.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace sojourn::cli {

class OutputFile {
 public:
  OutputFile() = default;
  ~OutputFile();  // an unclosed file is removed
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // "-" is standard output. Refuses to overwrite without `force`.
  Status open(const std::string& path, bool force);
  bool is_open() const { return file_ != nullptr; }
  // Errors are kept and told by close().
  void write(std::string_view bytes);
  // No effect when not open.
  Status close();

 private:
  std::string path_;
  std::string temporary_;  // "" where nothing is renamed
  std::FILE* file_ = nullptr;
  bool failed_ = false;
};

}  // namespace sojourn::cli
