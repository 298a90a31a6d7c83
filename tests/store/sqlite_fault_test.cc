// Failing disks: every write and sync failed once, with and without the loss of power after it.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "adapters/store/sqlite_store.h"
#include "engine/base/diagnostic_code.h"
#include "tests/store/faulty_disk.h"
#include "tests/store/model.h"
#include "tests/store/seeds.h"
#include "tests/store/temp_directory.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

StoreKey key_of(std::uint64_t number) {
  return StoreKey(Space::outbox, "acme", 1).add_unsigned(number);
}

// A fleet's store on the faulty disk, whose log is carried over after few pages.
struct FaultyStore {
  TempDirectory directory;
  FaultyDisk& disk = FaultyDisk::plug_in();
  SqliteStoreOptions options{
      .path = directory.file("fleet.store"), .log_pages_max = 12, .vfs = FaultyDisk::kName};

  std::unique_ptr<Store> open() {
    auto store = open_sqlite_store(options);
    if (!store) FAIL(store.error().message);
    return std::move(*store);
  }
  void lose_power(std::unique_ptr<Store> store, std::uint64_t seed) {
    disk.cut_power();
    store.reset();
    ::unlink((options.path + "-shm").c_str());
    disk.restore_power(seed);
  }
};

// What a store may hold: all that was acknowledged, and perhaps what failed, wholly.
struct Outcome {
  StoreModel acknowledged;
  StoreModel with_the_failed_one;
};

// Commits until one fails or `transaction_count` are done; nothing may succeed after a failure.
Outcome commit_until_failure(Store& store, std::uint64_t seed, int transaction_count) {
  RandomWork work(seed);
  Outcome outcome;
  for (int i = 0; i < transaction_count; ++i) {
    StoreTransaction transaction = work.transaction(outcome.acknowledged);
    outcome.with_the_failed_one = outcome.acknowledged;
    bool expected = apply_to_model(outcome.with_the_failed_one, transaction);
    Status answer = store.commit(transaction);
    if (answer.ok() == expected) {
      outcome.acknowledged = outcome.with_the_failed_one;
      continue;
    }
    // E0015: the log could not be carried over after the commit before.
    INFO(answer.error().message);
    CHECK((answer.error().code == Code::E0014 || answer.error().code == Code::E0015));
    CHECK(store.snapshot().error().code == Code::E0015);
    CHECK(store.commit(StoreTransaction()).error().code == Code::E0015);
    return outcome;
  }
  return outcome;
}

// Fails the operation after `failing` others, loses power, opens again. False: nothing failed.
bool survives(std::int64_t failing, std::uint64_t seed, std::uint64_t power_seed) {
  INFO("SOJOURN_SEED=" << seed << ", operation " << failing << ", power seed " << power_seed);
  FaultyStore faulty;
  auto store = faulty.open();
  faulty.disk.fail_after(failing);
  Outcome outcome = commit_until_failure(*store, seed, 10);
  bool failed = faulty.disk.has_failed();
  faulty.lose_power(std::move(store), power_seed);
  store = faulty.open();
  std::string found = difference(*store, outcome.acknowledged);
  if (!found.empty() && failed) found = difference(*store, outcome.with_the_failed_one);
  CHECK(found == "");
  CHECK(store->commit(StoreTransaction().put(key_of(1), {1})));
  store.reset();
  CHECK(check_sqlite_store(faulty.options));
  return failed;
}

}  // namespace

TEST_CASE("whatever write or sync fails, nothing acknowledged is lost and nothing is halved") {
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seed_count(1); ++seed) {
    for (std::uint64_t power_seed : {std::uint64_t{0}, seed}) {
      std::int64_t failing = 0;
      while (survives(failing, seed, power_seed)) ++failing;
      CHECK(failing > 50);  // the loop met the commits and the carrying over
    }
  }
}

TEST_CASE("a store whose making is cut off is made anew") {
  for (std::int64_t failing = 0;; ++failing) {
    INFO("operation " << failing);
    FaultyStore faulty;
    faulty.disk.fail_after(failing);
    auto store = open_sqlite_store(faulty.options);
    bool failed = faulty.disk.has_failed();
    CHECK(store.ok() == !failed);
    if (!store) CHECK(store.error().code == Code::E0014);
    faulty.lose_power(store ? std::move(*store) : nullptr, 0);
    CHECK(faulty.open()->commit(StoreTransaction().put(key_of(1), {1})));
    if (!failed) break;
    REQUIRE(failing < 1000);
  }
}

TEST_CASE("after one failed sync nothing is tried again, though the disk is good by then") {
  FaultyStore faulty;
  auto store = faulty.open();
  REQUIRE(store->commit(StoreTransaction().put(key_of(1), {1})));
  auto old_snapshot = store->snapshot().value();
  faulty.disk.fail_one_sync_after(0);
  Status failed = store->commit(StoreTransaction().put(key_of(2), {2}));
  REQUIRE(!failed);
  CHECK(failed.error().code == Code::E0014);
  CHECK(failed.error().message.find(faulty.options.path) != std::string::npos);
  for (int i = 0; i < 3; ++i) {
    Status again = store->commit(StoreTransaction().put(key_of(2), {2}));
    REQUIRE(!again);
    CHECK(again.error().code == Code::E0015);
    CHECK(again.error().message.find(failed.error().message) != std::string::npos);
  }
  CHECK(old_snapshot->read(key_of(1)).error().code == Code::E0015);
  old_snapshot.reset();
  store.reset();
  store = faulty.open();
  CHECK(store->read(key_of(1))->value() == Bytes{1});
  CHECK(store->commit(StoreTransaction().put(key_of(3), {3})));
}

TEST_CASE("a full disk is said, and the store goes on when there is room") {
  std::uint64_t power_seed = GENERATE(0u, 1u, 2u, 3u);
  INFO("power seed " << power_seed);
  FaultyStore faulty;
  auto store = faulty.open();
  // Grown and carried over a few times, so that some writes find room in what was there before.
  for (std::uint64_t n = 0; n < 40; ++n) {
    REQUIRE(store->commit(StoreTransaction().put(key_of(n), Bytes(3'000, 7))));
  }
  auto old_snapshot = store->snapshot().value();
  faulty.disk.fill(true);
  std::uint64_t stored = 40;
  Status full;
  while ((full = store->commit(StoreTransaction().put(key_of(stored), Bytes(30'000, 9))))) ++stored;
  CHECK(full.error().code == Code::E0009);
  CHECK(full.error().message.find(faulty.options.path) != std::string::npos);
  for (int i = 0; i < 3; ++i) {
    StoreTransaction group[] = {StoreTransaction().put(key_of(0), Bytes(50'000, 1)),
                                StoreTransaction().erase(key_of(1))};
    for (const Status& answer : store->commit_group(group)) {
      REQUIRE(!answer);
      CHECK(answer.error().code == Code::E0009);
    }
  }
  CHECK(old_snapshot->read(key_of(1))->value() == Bytes(3'000, 7));
  old_snapshot.reset();
  CHECK(store->read(key_of(0))->value() == Bytes(3'000, 7));
  CHECK(store->read(key_of(1))->value() == Bytes(3'000, 7));
  CHECK_FALSE(store->read(key_of(stored))->has_value());
  SECTION("there is room again") {
    faulty.disk.fill(false);
    CHECK(store->commit(StoreTransaction().put(key_of(stored), Bytes(30'000, 9))));
    CHECK(store->read(key_of(stored))->value() == Bytes(30'000, 9));
    ++stored;
  }
  SECTION("the power fails meanwhile") {}
  faulty.lose_power(std::move(store), power_seed);
  faulty.disk.fill(false);
  store = faulty.open();
  for (std::uint64_t n = 2; n < stored; ++n) {
    INFO("row " << n);
    CHECK(store->read(key_of(n))->value() == (n < 40 ? Bytes(3'000, 7) : Bytes(30'000, 9)));
  }
}

TEST_CASE("on a full disk what takes no more room than there is goes on") {
  FaultyStore faulty;
  faulty.options.log_pages_max = 1 << 20;  // nothing is carried over by its size
  auto store = faulty.open();
  auto commit = [&](std::uint8_t n) {
    return store->commit(StoreTransaction().put(key_of(1), Bytes(30'000, n)));
  };
  // Closed and opened: the file has free pages, and the log is small.
  REQUIRE(store->commit(StoreTransaction().put(key_of(9), Bytes(300'000, 7))));
  REQUIRE(store->commit(StoreTransaction().erase(key_of(9))));
  REQUIRE(commit(0));
  store.reset();
  store = faulty.open();
  for (std::uint8_t n = 1; n < 4; ++n) REQUIRE(commit(n));
  faulty.disk.fill(true);
  for (std::uint8_t n = 4; n < 40; ++n) {
    INFO("commit " << int{n});
    REQUIRE(commit(n));
    CHECK(store->read(key_of(1))->value() == Bytes(30'000, n));
  }
  CHECK(store->commit(StoreTransaction().put(key_of(2), Bytes(900'000, 9))).error().code ==
        Code::E0009);
  REQUIRE(commit(40));
  faulty.lose_power(std::move(store), 1);
  faulty.disk.fill(false);
  store = faulty.open();
  CHECK(store->read(key_of(1))->value() == Bytes(30'000, 40));
  CHECK_FALSE(store->read(key_of(2))->has_value());
}

TEST_CASE("no room for the log's index is a full disk too, and is waited out") {
  std::uint64_t power_seed = GENERATE(0u, 1u, 2u);
  INFO("power seed " << power_seed);
  FaultyStore faulty;
  faulty.options.log_pages_max = 1 << 20;  // nothing is carried over: the index must grow
  auto store = faulty.open();
  REQUIRE(store->commit(StoreTransaction().put(key_of(0), Bytes(150'000, 9))));
  auto old_snapshot = store->snapshot().value();  // nor when there is no room
  REQUIRE(old_snapshot->read(key_of(0)));
  faulty.disk.fill_index(true);
  // A page of the index is about 4,000 pages of the log, a commit of this size 40 of them.
  constexpr std::uint64_t kCommitsMax = 200;
  auto commit = [&](std::uint64_t n) {
    return store->commit(StoreTransaction().put(key_of(n), Bytes(150'000, 9)));
  };
  std::uint64_t stored = 1;
  Status full;
  while (stored < kCommitsMax && (full = commit(stored))) ++stored;
  REQUIRE_FALSE(full);
  CHECK(stored > 50);
  for (int i = 0; i < 3; ++i) {
    full = commit(stored);
    REQUIRE_FALSE(full);
    CHECK(full.error().code == Code::E0009);
  }
  CHECK(store->read(key_of(stored - 1))->value() == Bytes(150'000, 9));
  CHECK_FALSE(store->read(key_of(stored))->has_value());
  SECTION("nobody reads what was any more") {
    old_snapshot.reset();
    for (int i = 0; i < 50; ++i) REQUIRE(commit(stored++));
  }
  old_snapshot.reset();
  SECTION("there is room again") {
    faulty.disk.fill_index(false);
    for (int i = 0; i < 120; ++i) REQUIRE(commit(stored++));
    CHECK(store->read(key_of(stored - 1))->value() == Bytes(150'000, 9));
  }
  SECTION("the power fails meanwhile") {}
  faulty.lose_power(std::move(store), power_seed);
  faulty.disk.fill_index(false);
  store = faulty.open();
  for (std::uint64_t n = 0; n < stored; ++n) {
    INFO("row " << n);
    CHECK(store->read(key_of(n))->value() == Bytes(150'000, 9));
  }
}

TEST_CASE("a disk that takes no more of a file is said, and stops the store") {
  TempDirectory directory;
  std::string path = directory.file("fleet.store");
  auto store = open_sqlite_store({.path = path});
  REQUIRE(store);
  REQUIRE((*store)->commit(StoreTransaction().put(key_of(1), {1})));

  rlimit unlimited{};
  ::getrlimit(RLIMIT_FSIZE, &unlimited);
  auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = unlimited;
  small.rlim_cur = 256 * 1024;
  ::setrlimit(RLIMIT_FSIZE, &small);
  Status full = (*store)->commit(StoreTransaction().put(key_of(2), Bytes(1 << 20)));
  ::setrlimit(RLIMIT_FSIZE, &unlimited);
  std::signal(SIGXFSZ, old_handler);

  REQUIRE(!full);
  CHECK(full.error().code == Code::E0014);
  CHECK_FALSE(full.error().help.empty());
  CHECK((*store)->commit(StoreTransaction()).error().code == Code::E0015);
  (*store).reset();
  auto again = open_sqlite_store({.path = path});
  REQUIRE(again);
  CHECK((*again)->read(key_of(1))->value() == Bytes{1});
  CHECK((*again)->read(key_of(2))->has_value() == false);
}

}  // namespace sojourn
