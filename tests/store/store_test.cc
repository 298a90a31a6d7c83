// Every backend against the one conformance suite, and the suite against stores that do not sync.
#include <thread>

#include "adapters/store/commit_queue.h"
#include "adapters/store/memory_store.h"
#include "tests/store/conformance.h"
#include "tests/store/losing_store.h"
#include "tests/store/sqlite_backend.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

class MemoryBackend final : public StoreBackend {
 public:
  bool durable() const override { return false; }
  std::unique_ptr<Store> open() override { return make_memory_store(); }
  void lose_power(std::unique_ptr<Store>) override {}
};

bool crash_is_found(const StoreBackendMaker& make_backend) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    if (!crash_violation(*make_backend(), seed).empty()) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("the memory store conforms") {
  check_conformance([] { return std::make_unique<MemoryBackend>(); });
}

TEST_CASE("the losing store conforms") {
  check_conformance([] { return make_losing_backend(Syncing::on); });
}

TEST_CASE("the SQLite store conforms") {
  check_conformance([] { return make_sqlite_backend(DiskKind::real); });
}

TEST_CASE("the SQLite store conforms on a disk that loses what is not synced") {
  check_conformance([] { return make_sqlite_backend(DiskKind::losing); });
}

TEST_CASE("the crash test finds a store that does not sync") {
  CHECK(crash_is_found([] { return make_losing_backend(Syncing::off); }));
  CHECK_FALSE(crash_is_found([] { return make_losing_backend(Syncing::on); }));
}

TEST_CASE("the crash test finds a disk that lies about syncing") {
  CHECK(crash_is_found([] { return make_sqlite_backend(DiskKind::lying); }));
  CHECK_FALSE(crash_is_found([] { return make_sqlite_backend(DiskKind::losing); }));
}

TEST_CASE("many threads share one writer through the commit queue") {
  constexpr int kThreadCount = 4;
  constexpr int kCommitCount = 50;
  auto store = make_memory_store();
  CommitQueue queue(*store);
  std::atomic<int> taken_count = 0;
  // Each thread counts one shared counter up by compare-and-set, again when another was faster.
  auto count_up = [&] {
    StoreKey counter(Space::outbox, "acme", 1);
    for (int done = 0; done < kCommitCount;) {
      auto now = store->read(counter);
      if (!now) return;
      StoreTransaction next;
      if (*now) {
        next.expect(counter, **now);
      } else {
        next.expect_absent(counter);
      }
      Bytes value = now->value_or(Bytes{0, 0});
      if (++value[1] == 0) ++value[0];
      next.put(counter, value);
      if (queue.commit(std::move(next))) ++done, ++taken_count;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreadCount; ++i) threads.emplace_back(count_up);
  for (std::thread& thread : threads) thread.join();
  CHECK(taken_count == kThreadCount * kCommitCount);
  CHECK(store->read(StoreKey(Space::outbox, "acme", 1))->value() == Bytes{0, 200});
}

}  // namespace sojourn
