// Commits numbered batches for ever, and writes each acknowledged number to standard output.
//
//   store_kill_child STORE LIFE
//
// Run by kill_test.cc, which kills it. Ends by itself only when something is wrong.
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "adapters/store/sqlite_store.h"
#include "tests/store/kill_batches.h"

namespace sojourn {
namespace {

// The kernel keeps what write() has handed over, even when the process dies at once.
bool acknowledge(std::uint64_t number) {
  std::string line = std::to_string(number) + "\n";
  return ::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

int fail(const Diagnostic& diagnostic) {
  std::fprintf(stderr, "%s\n", diagnostic.message.c_str());
  return 1;
}

int commit_for_ever(Store& store, std::uint64_t life) {
  auto counter = store.read(counter_key());
  if (!counter) return fail(counter.error());
  std::uint64_t number = 0;
  if (*counter) number = std::stoull(std::string((*counter)->begin(), (*counter)->end()));
  while (true) {
    std::uint64_t group_size = number % 3 + 1;
    std::vector<StoreTransaction> group;
    for (std::uint64_t i = 1; i <= group_size; ++i) group.push_back(batch(life, number + i));
    for (const Status& answer : store.commit_group(group)) {
      if (!answer) return fail(answer.error());
      if (!acknowledge(++number)) return 1;
    }
  }
}

}  // namespace
}  // namespace sojourn

int main(int argc, char* argv[]) {
  if (argc != 3) return 2;
  // A short log, so that the kill often meets the carrying over.
  auto store = sojourn::open_sqlite_store({.path = argv[1], .log_pages_max = 20});
  if (!store) return sojourn::fail(store.error());
  return sojourn::commit_for_ever(**store, std::stoull(argv[2]));
}
