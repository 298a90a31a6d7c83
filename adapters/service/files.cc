#include "adapters/service/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service {

Result<std::string> read_whole(const std::string& path, std::size_t bytes_max) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  char block[1 << 16];
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    bytes.append(block, static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > bytes_max) {
      return make_diagnostic(Code::E0901,
                             fmt::format("`{}` has more than {} bytes", path, bytes_max));
    }
  }
  if (!file.is_open() || file.bad()) {
    return make_diagnostic(Code::E0001, fmt::format("cannot read `{}`", path), "check the path");
  }
  return bytes;
}

Result<std::string> DiskFiles::read(std::string_view path) const {
  return read_whole(std::string(path), limits::kSourceBytesMax);
}

Result<std::string> FolderFiles::read(std::string_view path) const {
  namespace fs = std::filesystem;
  std::error_code failed;
  fs::path folder = fs::canonical(folder_.empty() ? "." : folder_, failed);
  fs::path file = failed ? fs::path() : fs::weakly_canonical(fs::path(path), failed);
  fs::path within = failed ? fs::path() : file.lexically_relative(folder);
  fs::path kind = file.extension();
  bool inside = !within.empty() && *within.begin() != "..";
  if (!inside || (kind != ".sojourn" && kind != ".csv" && kind != ".geojson")) {
    return make_diagnostic(
        Code::E0001, fmt::format("cannot read `{}`", path),
        "a policy that is sent in may name .sojourn, .csv and .geojson files that lie beside the "
        "configured one");
  }
  return read_whole(file.string(), limits::kSourceBytesMax);
}

Status write_new(const std::string& path, std::string_view bytes, bool secret) {
  auto failed = [&] {
    return make_diagnostic(Code::E0002,
                           fmt::format("cannot write `{}`: {}", path, std::strerror(errno)));
  };
  int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, secret ? 0600 : 0644);
  if (file < 0) return failed();
  while (!bytes.empty()) {
    ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      Diagnostic why = failed();
      ::close(file);
      return why;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(file) != 0 || ::close(file) != 0) return failed();
  return {};
}

}  // namespace sojourn::service
