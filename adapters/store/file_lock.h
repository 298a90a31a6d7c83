// Private to adapters/store: one process at a time holds a file.
//
// SQLite locks its file for each transaction only. A process that keeps state in memory between
// transactions must know that nobody else writes in between, so it holds this lock as long as the
// store is open. The kernel lets go of it when the process dies, however it dies.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace sojourn {

class FileLock {
 public:
  // Makes the file at `path` (empty, and left there afterwards) and holds it.
  // E0017 when another holder lives, E0010 when the file cannot be made.
  static Result<FileLock> acquire(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace sojourn
