#include "adapters/cli/output_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {
namespace {

Diagnostic cannot(std::string_view what, const std::string& path) {
  return make_diagnostic(Code::E0002,
                         fmt::format("cannot {} `{}`: {}", what, path, std::strerror(errno)),
                         "check the path, the rights and the space");
}

// A pipe, a terminal, /dev/null: a file renamed to its name would put an end to it.
bool is_device_or_pipe(const std::string& path) {
  struct stat there;
  return stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode);
}

}  // namespace

OutputFile::~OutputFile() {
  if (file_ == nullptr || file_ == stdout) return;
  std::fclose(file_);
  if (!temporary_.empty()) std::remove(temporary_.c_str());
}

Status OutputFile::open(const std::string& path, bool force) {
  path_ = path;
  if (path == "-") {
    file_ = stdout;
    return {};
  }
  if (is_device_or_pipe(path)) {
    file_ = std::fopen(path.c_str(), "wb");
    return file_ == nullptr ? Status(cannot("write", path)) : Status();
  }
  if (!force && access(path.c_str(), F_OK) == 0) {
    return make_diagnostic(Code::E0002, fmt::format("`{}` exists already", path),
                           "give `--force` to overwrite it");
  }
  temporary_ = fmt::format("{}.{}.part", path, getpid());
  file_ = std::fopen(temporary_.c_str(), "wb");
  return file_ == nullptr ? Status(cannot("create", path)) : Status();
}

void OutputFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) failed_ = true;
}

Status OutputFile::close() {
  if (file_ == nullptr) return {};
  std::FILE* file = std::exchange(file_, nullptr);
  bool flushed = std::fflush(file) == 0 && !failed_;
  if (file == stdout) return flushed ? Status() : Status(cannot("write", "standard output"));
  bool closed = std::fclose(file) == 0;
  bool whole = flushed && closed;
  if (temporary_.empty()) return whole ? Status() : Status(cannot("write", path_));
  if (whole && std::rename(temporary_.c_str(), path_.c_str()) == 0) return {};
  Diagnostic error = cannot("write", path_);
  std::remove(temporary_.c_str());
  return error;
}

}  // namespace sojourn::cli
