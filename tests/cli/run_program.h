// Runs the real binary, as a user's shell would.
#pragma once

#include <string>
#include <vector>

namespace sojourn::testing {

struct ProgramRun {
  int exit_code = -1;  // 128 + signal when killed
  std::string out;
  std::string err;
};

// Runs `command` by sh in `folder`, with the folder of build/sojourn first on PATH.
ProgramRun run_shell(const std::string& command, const std::string& folder = SOJOURN_SOURCE_DIR);

// A folder of its own for one test, removed at the end.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  // Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

std::string read_whole(const std::string& path);

// How often `part` stands in `text`.
std::size_t count_of(const std::string& text, const std::string& part);

}  // namespace sojourn::testing
