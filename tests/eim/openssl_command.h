// The `openssl` command as an independent witness: it shares no code with our encoders.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "engine/base/bytes.h"
#include "tests/support/catch.h"

namespace sojourn::eim::test {

// A folder for one test, removed with it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sojourn-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, ByteView bytes) const {
    std::ofstream out(file(name), std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    return file(name);
  }
  Bytes read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), {});
  }

 private:
  std::string path_;
};

inline bool have_openssl() {
  bool have = std::string(SOJOURN_OPENSSL).find("NOTFOUND") == std::string::npos;
  if (!have) WARN("SKIPPED: no openssl command");
  return have;
}

inline bool openssl(const std::string& arguments) {
  std::string command = std::string(SOJOURN_OPENSSL) + " " + arguments + " >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

}  // namespace sojourn::eim::test
