// Loaded into a program under test before all other libraries (circumstances.h): functions of the
// system that the knobs change. Without the variable they do what they always do.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "tests/support/circumstances.h"

namespace {

using sojourn::testing::Knobs;

const Knobs* map_knobs() {
  const char* path = std::getenv(sojourn::testing::kKnobsVariable);
  int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return nullptr;
  void* memory = ::mmap(nullptr, sizeof(Knobs), PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  return memory == MAP_FAILED ? nullptr : static_cast<const Knobs*>(memory);
}

const Knobs* knobs() {
  static const Knobs* const mapped = map_knobs();
  return mapped;
}

// Of `sojourn.store` and what lies beside it those with `part` in their names.
bool is_of_store(int file, std::string_view part) {
  char link[64], path[512];
  std::strcpy(link, "/proc/self/fd/");
  char digits[16];
  int count = 0;
  for (int rest = file; rest > 0 || count == 0; rest /= 10) {
    digits[count++] = static_cast<char>('0' + rest % 10);
  }
  char* end = link + std::strlen(link);
  while (count > 0) *end++ = digits[--count];
  *end = '\0';
  ssize_t size = ::readlink(link, path, sizeof path);
  if (size <= 0) return false;
  return std::string_view(path, static_cast<std::size_t>(size)).find(part) !=
         std::string_view::npos;
}

bool has_no_room(int file) {
  const Knobs* now = knobs();
  if (now == nullptr) return false;
  return (now->disk_is_full != 0 && is_of_store(file, ".store")) ||
         (now->shared_index_is_full != 0 && is_of_store(file, ".store-shm"));
}

void wait_for_disk(int file) {
  const Knobs* now = knobs();
  if (now == nullptr || now->disk_stands_still == 0 || !is_of_store(file, ".store")) return;
  while (now->disk_stands_still != 0) ::usleep(1'000);
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  const Knobs* now = result == 0 && is_wall ? knobs() : nullptr;
  if (now != nullptr && now->clock_stands_ms != 0) {
    std::int64_t ms = now->clock_stands_ms;
    *time = {ms / 1000, ms % 1000 * 1'000'000};
  } else if (now != nullptr) {
    std::int64_t ms = now->clock_shift_ms;
    time->tv_sec += ms / 1000;
    time->tv_nsec += ms % 1000 * 1'000'000;
    if (time->tv_nsec >= 1'000'000'000) time->tv_nsec -= 1'000'000'000, ++time->tv_sec;
    if (time->tv_nsec < 0) time->tv_nsec += 1'000'000'000, --time->tv_sec;
  }
  return result;
}

ssize_t pwrite64(int file, const void* data, std::size_t size, off64_t offset) {
  using Function = ssize_t (*)(int, const void*, std::size_t, off64_t);
  static const auto real = next<Function>("pwrite64");
  wait_for_disk(file);
  if (has_no_room(file)) return errno = ENOSPC, -1;
  return real(file, data, size, offset);
}

}  // extern "C"
