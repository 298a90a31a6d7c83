#include "tests/store/faulty_disk.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <vector>

namespace sojourn {
namespace {

constexpr std::int64_t kNeverFails = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kSectorBytes = 512;

// A write or truncation that was not synced, and what it hid.
struct Change {
  std::int64_t offset = 0;
  std::vector<char> before;  // shorter than `after` where the file ended
  std::vector<char> after;   // empty: the file was cut at `offset`
  std::int64_t size_before = 0;
};

struct DiskState {
  std::recursive_mutex mutex;
  std::map<std::string, std::vector<Change>> unsynced;  // by path, oldest first
  std::int64_t until_failure = kNeverFails;
  std::int64_t until_one_sync_fails = kNeverFails;
  bool full = false;
  bool index_full = false;
  bool failed = false;
  bool syncs_ignored = false;
  bool power_cut = false;
};

DiskState& state() {
  static DiskState disk;
  return disk;
}

// Counts one operation that changes the disk. True: it fails.
bool fails_now() {
  DiskState& disk = state();
  if (disk.power_cut) return true;
  if (disk.until_failure == kNeverFails) return false;
  if (disk.until_failure > 0) {
    --disk.until_failure;
    return false;
  }
  disk.failed = true;
  return true;
}

bool sync_fails_now() {
  DiskState& disk = state();
  if (disk.until_one_sync_fails == kNeverFails) return fails_now();
  if (disk.until_one_sync_fails-- > 0) return false;
  disk.until_one_sync_fails = kNeverFails;
  disk.failed = true;
  return true;
}

struct FaultyFile {
  sqlite3_file base;
  const char* path;  // SQLite keeps it as long as the file is open
  sqlite3_file* real;
};

FaultyFile& faulty(sqlite3_file* file) { return *reinterpret_cast<FaultyFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return faulty(file).real; }

std::int64_t size_of(sqlite3_file* file) {
  sqlite3_int64 size = 0;
  real(file)->pMethods->xFileSize(real(file), &size);
  return size;
}

std::vector<char> content_of(sqlite3_file* file, std::int64_t offset, std::int64_t byte_count) {
  byte_count = std::clamp<std::int64_t>(size_of(file) - offset, 0, byte_count);
  std::vector<char> content(static_cast<std::size_t>(byte_count));
  if (byte_count > 0) {
    real(file)->pMethods->xRead(real(file), content.data(), static_cast<int>(byte_count), offset);
  }
  return content;
}

int write_file(sqlite3_file* file, const void* data, int byte_count, sqlite3_int64 offset) {
  std::lock_guard hold(state().mutex);
  if (fails_now()) return SQLITE_IOERR_WRITE;
  if (state().full && offset + byte_count > size_of(file)) return SQLITE_FULL;
  const char* bytes = static_cast<const char*>(data);
  state().unsynced[faulty(file).path].push_back(
      {offset, content_of(file, offset, byte_count), {bytes, bytes + byte_count}, size_of(file)});
  return real(file)->pMethods->xWrite(real(file), data, byte_count, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  std::lock_guard hold(state().mutex);
  if (fails_now()) return SQLITE_IOERR_TRUNCATE;
  state().unsynced[faulty(file).path].push_back(
      {size, content_of(file, size, size_of(file) - size), {}, size_of(file)});
  return real(file)->pMethods->xTruncate(real(file), size);
}

// The real sync is left out: it is this process's power that fails, not the machine's.
int sync_file(sqlite3_file* file, int) {
  std::lock_guard hold(state().mutex);
  if (sync_fails_now()) return SQLITE_IOERR_FSYNC;
  if (!state().syncs_ignored) state().unsynced.erase(faulty(file).path);
  return SQLITE_OK;
}

int close_file(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }
int read_file(sqlite3_file* file, void* data, int byte_count, sqlite3_int64 offset) {
  return real(file)->pMethods->xRead(real(file), data, byte_count, offset);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real(file)->pMethods->xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return real(file)->pMethods->xLock(real(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return real(file)->pMethods->xUnlock(real(file), level);
}
int check_lock(sqlite3_file* file, int* held) {
  return real(file)->pMethods->xCheckReservedLock(real(file), held);
}
// Hints and questions. None of those that matter here changes the file.
int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return static_cast<int>(kSectorBytes); }
int characteristics(sqlite3_file*) { return 0; }
int map_shared(sqlite3_file* file, int page, int byte_count, int extend, void volatile** out) {
  std::lock_guard hold(state().mutex);
  if (extend != 0 && state().index_full) {
    int result = real(file)->pMethods->xShmMap(real(file), page, byte_count, 0, out);
    return result == SQLITE_OK && *out == nullptr ? SQLITE_IOERR_SHMSIZE : result;
  }
  return real(file)->pMethods->xShmMap(real(file), page, byte_count, extend, out);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void shared_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int unmap_shared(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

sqlite3_io_methods file_methods() {
  sqlite3_io_methods methods{};
  methods.iVersion = 2;  // with shared memory, without mapped files
  methods.xClose = close_file;
  methods.xRead = read_file;
  methods.xWrite = write_file;
  methods.xTruncate = truncate_file;
  methods.xSync = sync_file;
  methods.xFileSize = file_size;
  methods.xLock = lock_file;
  methods.xUnlock = unlock_file;
  methods.xCheckReservedLock = check_lock;
  methods.xFileControl = file_control;
  methods.xSectorSize = sector_size;
  methods.xDeviceCharacteristics = characteristics;
  methods.xShmMap = map_shared;
  methods.xShmLock = lock_shared;
  methods.xShmBarrier = shared_barrier;
  methods.xShmUnmap = unmap_shared;
  return methods;
}

const sqlite3_io_methods kFileMethods = file_methods();

sqlite3_vfs* below(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* opened = new (file) FaultyFile{{nullptr}, name == nullptr ? "" : name, nullptr};
  opened->real = reinterpret_cast<sqlite3_file*>(opened + 1);
  int result = below(vfs)->xOpen(below(vfs), name, opened->real, flags, out_flags);
  if (opened->real->pMethods != nullptr) opened->base.pMethods = &kFileMethods;
  return result;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  std::lock_guard hold(state().mutex);
  if (state().power_cut) return SQLITE_IOERR_DELETE;
  state().unsynced.erase(name);
  return below(vfs)->xDelete(below(vfs), name, sync_directory);
}

// Writes of a size that keeps its offset, whatever the file's end.
void put(int descriptor, const std::vector<char>& bytes, std::size_t begin, std::size_t end,
         std::int64_t offset) {
  ssize_t written = ::pwrite(descriptor, bytes.data() + begin, end - begin,
                             offset + static_cast<std::int64_t>(begin));
  if (written != static_cast<ssize_t>(end - begin)) std::abort();
}

void cut(int descriptor, std::int64_t size) {
  if (::ftruncate(descriptor, size) != 0) std::abort();
}

void undo_all(int descriptor, const std::vector<Change>& changes) {
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    put(descriptor, change->before, 0, change->before.size(), change->offset);
    cut(descriptor, change->size_before);
  }
}

void redo_some(int descriptor, const std::vector<Change>& changes, std::mt19937_64& random) {
  for (const Change& change : changes) {
    if (change.after.empty()) {
      if (random() % 2 == 0) cut(descriptor, change.offset);
      continue;
    }
    for (std::size_t begin = 0; begin < change.after.size(); begin += kSectorBytes) {
      std::size_t end = std::min(begin + kSectorBytes, change.after.size());
      if (random() % 2 == 0) put(descriptor, change.after, begin, end, change.offset);
    }
  }
}

}  // namespace

FaultyDisk& FaultyDisk::plug_in() {
  static sqlite3_vfs layer = [] {
    sqlite3_vfs* real_vfs = sqlite3_vfs_find(nullptr);
    sqlite3_vfs vfs = *real_vfs;  // what is not replaced goes straight to the real one
    vfs.zName = kName;
    vfs.pNext = nullptr;
    vfs.pAppData = real_vfs;
    vfs.szOsFile = static_cast<int>(sizeof(FaultyFile)) + real_vfs->szOsFile;
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    return vfs;
  }();
  static const bool registered = sqlite3_vfs_register(&layer, 0) == SQLITE_OK;
  static FaultyDisk disk;
  std::lock_guard hold(state().mutex);
  if (!registered) std::abort();
  state().unsynced.clear();
  state().until_failure = kNeverFails;
  state().until_one_sync_fails = kNeverFails;
  state().full = state().index_full = state().failed = state().syncs_ignored = state().power_cut =
      false;
  return disk;
}

void FaultyDisk::fail_after(std::int64_t count) {
  std::lock_guard hold(state().mutex);
  state().until_failure = count;
}

void FaultyDisk::fail_one_sync_after(std::int64_t count) {
  std::lock_guard hold(state().mutex);
  state().until_one_sync_fails = count;
}

void FaultyDisk::ignore_syncs() {
  std::lock_guard hold(state().mutex);
  state().syncs_ignored = true;
}

void FaultyDisk::fill(bool full) {
  std::lock_guard hold(state().mutex);
  state().full = full;
}

void FaultyDisk::fill_index(bool full) {
  std::lock_guard hold(state().mutex);
  state().index_full = full;
}

bool FaultyDisk::has_failed() const {
  std::lock_guard hold(state().mutex);
  return state().failed;
}

void FaultyDisk::cut_power() {
  std::lock_guard hold(state().mutex);
  state().power_cut = true;
}

void FaultyDisk::restore_power(std::uint64_t seed) {
  std::lock_guard hold(state().mutex);
  std::mt19937_64 random(seed);
  for (const auto& [path, changes] : state().unsynced) {
    int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) continue;  // a file that was deleted
    undo_all(descriptor, changes);
    if (seed != 0) redo_some(descriptor, changes, random);
    ::close(descriptor);
  }
  state().unsynced.clear();
  state().until_failure = kNeverFails;
  state().until_one_sync_fails = kNeverFails;
  state().power_cut = false;
}

}  // namespace sojourn
