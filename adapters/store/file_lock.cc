#include "adapters/store/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/diagnostic_code.h"

namespace sojourn {

Result<FileLock> FileLock::acquire(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    return make_diagnostic(Code::E0010,
                           fmt::format("cannot make `{}`: {}", path, std::strerror(errno)),
                           "check that the store's directory exists and is writable");
  }
  FileLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) {
    return make_diagnostic(Code::E0017, fmt::format("another process holds `{}`", path),
                           "stop the other process, or name another store");
  }
  return make_diagnostic(Code::E0010,
                         fmt::format("cannot lock `{}`: {}", path, std::strerror(errno)),
                         "a store must lie on a local disk");
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace sojourn
