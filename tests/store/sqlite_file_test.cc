// Opening files of every kind: none, foreign, damaged, older, newer, held, forbidden.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "adapters/store/sqlite_store.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "tests/store/faulty_disk.h"
#include "tests/store/raw_sqlite.h"
#include "tests/store/temp_directory.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

StoreKey key_of(std::uint64_t number) {
  return StoreKey(Space::histories, "acme", 1).add_unsigned(number);
}

Bytes marked(std::uint64_t number) {
  std::string text = "<value " + std::to_string(number) + ">" + std::string(300, '.');
  return {text.begin(), text.end()};
}

std::unique_ptr<Store> open_good(const std::string& path) {
  auto store = open_sqlite_store({.path = path});
  if (!store) FAIL(store.error().message);
  return std::move(*store);
}

void make_store(const std::string& path, std::uint64_t row_count) {
  StoreTransaction rows;
  for (std::uint64_t i = 0; i < row_count; ++i) rows.put(key_of(i), marked(i));
  REQUIRE(open_good(path)->commit(rows));
}

// The code with which opening is refused; the file must be as it was.
std::string refusal(const std::string& path) {
  std::string before = file_content(path);
  auto store = open_sqlite_store({.path = path});
  if (store) return "opened";
  INFO(store.error().message);
  CHECK(store.error().message.find(path) != std::string::npos);
  CHECK(file_content(path) == before);
  return std::string(code_name(store.error().code));
}

// Runs `check` as a user without rights (root may write everywhere). True when it held.
bool holds_for_a_plain_user(const std::function<bool()>& check) {
  pid_t child = ::fork();
  if (child == 0) {
    bool plain = ::geteuid() != 0 || ::setuid(65534) == 0;
    ::_exit(plain && check() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("a store is made where there is none, if wished") {
  TempDirectory directory;
  std::string path = directory.file("fleet.store");
  auto none = open_sqlite_store({.path = path, .create = false});
  REQUIRE(!none);
  CHECK(none.error().code == Code::E0010);
  CHECK_FALSE(std::filesystem::exists(path));

  write_file(path + "-new", "left behind by a maker that died");
  make_store(path, 3);
  CHECK_FALSE(std::filesystem::exists(path + "-new"));
  CHECK_FALSE(std::filesystem::exists(path + "-wal"));
  CHECK(open_good(path)->read(key_of(2))->value() == marked(2));
  CHECK(check_sqlite_store({.path = path}));
}

TEST_CASE("files of others are refused and left alone") {
  TempDirectory directory;
  std::string path = directory.file("other");
  SECTION("another program's database") {
    run_sql(path, "CREATE TABLE bookmarks(url TEXT); PRAGMA application_id=1234;");
    CHECK(refusal(path) == "E0011");
    CHECK(ask_sql(path, "SELECT count(*) FROM bookmarks") == 0);
  }
  SECTION("a database of no program") {
    run_sql(path, "CREATE TABLE bookmarks(url TEXT)");
    CHECK(refusal(path) == "E0011");
  }
  SECTION("a text") {
    write_file(path, std::string(5000, 'x'));
    CHECK(refusal(path) == "E0011");
  }
  SECTION("an empty file") {
    write_file(path, "");
    CHECK(refusal(path) == "E0011");
  }
  SECTION("a directory") {
    std::filesystem::create_directory(path);
    CHECK(refusal(path) == "E0011");
  }
  SECTION("a newer schema") {
    make_store(path, 1);
    run_sql(path, "INSERT INTO schema_step VALUES(3)");
    CHECK(refusal(path) == "E0013");
  }
}

TEST_CASE("a directory that is missing or closed is named") {
  TempDirectory directory;
  auto missing = open_sqlite_store({.path = directory.file("no/fleet.store")});
  REQUIRE(!missing);
  CHECK(missing.error().code == Code::E0010);
  CHECK(missing.error().message.find("No such file or directory") != std::string::npos);

  std::string path = directory.file("fleet.store");
  auto refused = [&] {
    auto store = open_sqlite_store({.path = path});
    return !store && store.error().code == Code::E0010 &&
           store.error().message.find("Permission denied") != std::string::npos;
  };
  ::chmod(directory.path().c_str(), 0555);
  CHECK(holds_for_a_plain_user(refused));
  ::chmod(directory.path().c_str(), 0777);
  make_store(path, 1);
  ::chmod(path.c_str(), 0444);
  ::chmod((path + "-lock").c_str(), 0666);
  CHECK(holds_for_a_plain_user(refused));
}

TEST_CASE("one process at a time has a store open") {
  TempDirectory directory;
  std::string path = directory.file("fleet.store");
  auto first = open_good(path);
  auto second = open_sqlite_store({.path = path});
  REQUIRE(!second);
  CHECK(second.error().code == Code::E0017);
  CHECK(check_sqlite_store({.path = path}).error().code == Code::E0017);
  // By whatever name.
  std::string link = directory.file("link.store");
  std::filesystem::create_symlink(path, link);
  CHECK(open_sqlite_store({.path = link}).error().code == Code::E0017);
  first.reset();
  CHECK(open_sqlite_store({.path = link}));
  std::filesystem::create_hard_link(path, directory.file("twin.store"));
  for (const std::string& name : {path, directory.file("twin.store")}) {
    auto twin = open_sqlite_store({.path = name});
    REQUIRE(!twin);
    CHECK(twin.error().code == Code::E0017);
  }
  std::filesystem::remove(directory.file("twin.store"));
  CHECK(open_sqlite_store({.path = path}));
}

TEST_CASE("a changed bit is found when its row is read, and the other rows are sound") {
  TempDirectory directory;
  std::string path = directory.file("fleet.store");
  make_store(path, 1000);
  std::string content = file_content(path);
  std::size_t place = content.find("<value 700>");
  REQUIRE(place != std::string::npos);
  content[place + 1] ^= 1;
  write_file(path, content);

  Status checked = check_sqlite_store({.path = path});
  REQUIRE(!checked);
  CHECK(checked.error().code == Code::E0012);

  auto store = open_good(path);
  CHECK(store->read(key_of(699))->value() == marked(699));
  auto snapshot = store->snapshot();
  auto damaged = (*snapshot)->read(key_of(700));
  REQUIRE(!damaged);
  CHECK(damaged.error().code == Code::E0019);
  CHECK(damaged.error().message.find("histories of `acme`") != std::string::npos);
  CHECK((*snapshot)->read(key_of(699))->value() == marked(699));
  StoreRange all = StoreRange::of_space(Space::histories);
  CHECK((*snapshot)->scan(all, 10'000).error().code == Code::E0019);
  CHECK((*snapshot)->keys(all, 10'000)->size() == 1000);
  CHECK((*snapshot)->keys(all, 2, ScanOrder::descending)->front() == key_of(999));
  snapshot->reset();
  // Written anew it is as good as any.
  CHECK(store->commit(StoreTransaction().put(key_of(700), marked(1))));
  CHECK(store->read(key_of(700))->value() == marked(1));
  store.reset();
  CHECK(check_sqlite_store({.path = path}));
}

TEST_CASE("damage met by a scan stops the store, by an expectation the transaction") {
  TempDirectory directory;
  std::string path = directory.file("fleet.store");
  make_store(path, 1000);
  std::string content = file_content(path);
  SECTION("a page written over") {
    std::size_t page = content.size() / 2 / 4096 * 4096;
    for (std::size_t i = 0; i < 4096; ++i) content[page + i] = static_cast<char>(i * 7);
    write_file(path, content);
    auto store = open_good(path);
    auto rows = (*store->snapshot())->scan(StoreRange::of_space(Space::histories), 10'000);
    REQUIRE(!rows);
    CHECK(rows.error().code == Code::E0012);
    CHECK(store->snapshot().error().code == Code::E0015);
    CHECK(store->commit(StoreTransaction().put(key_of(1), {})).error().code == Code::E0015);
  }
  SECTION("a row that a transaction expects") {
    content[content.find("<value 5>") + 1] ^= 1;
    write_file(path, content);
    auto store = open_good(path);
    StoreTransaction group[] = {
        StoreTransaction().put(key_of(9), {1}),
        StoreTransaction().expect(key_of(5), marked(5)).put(key_of(5), {1}),
    };
    std::vector<Status> answers = store->commit_group(group);
    CHECK(answers[0]);
    REQUIRE(!answers[1]);
    CHECK(answers[1].error().code == Code::E0019);
    CHECK(store->read(key_of(9))->value() == Bytes{1});
    CHECK(store->read(key_of(5)).error().code == Code::E0019);
  }
  SECTION("a file cut short") {
    write_file(path, content.substr(0, content.size() / 2));
    auto checked = check_sqlite_store({.path = path});
    REQUIRE(!checked);
    CHECK(checked.error().code == Code::E0012);
  }
}

// A file as the first schema had it. Text, so that it stays what it was when the code changes.
constexpr const char* kSchemaOne =
    "PRAGMA application_id=1397705294;"  // 0x534F4A4E
    "CREATE TABLE schema_step(version INTEGER NOT NULL PRIMARY KEY);"
    "CREATE TABLE entry(key BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
    "INSERT INTO schema_step VALUES(1);"
    // histories of acme, version 1, numbers 1 and 2
    "INSERT INTO entry VALUES(x'0161636d65000000010000000000000001', x'6f6e65');"
    "INSERT INTO entry VALUES(x'0161636d65000000010000000000000002', x'');";

TEST_CASE("a store of schema 1 is carried forward with its rows") {
  TempDirectory directory;
  std::string path = directory.file("fleet.store");
  run_sql(path, kSchemaOne);
  {
    auto store = open_good(path);
    CHECK(store->read(key_of(1))->value() == Bytes{'o', 'n', 'e'});
    CHECK(store->read(key_of(2))->value() == Bytes{});
    CHECK(
        store->commit(StoreTransaction().expect(key_of(1), {'o', 'n', 'e'}).put(key_of(1), {'1'})));
  }
  CHECK(ask_sql(path, "SELECT max(version) FROM schema_step") == 2);
  CHECK(check_sqlite_store({.path = path}));
  CHECK(open_good(path)->read(key_of(1))->value() == Bytes{'1'});
}

TEST_CASE("a migration that is cut off leaves the store as it was, and succeeds later") {
  for (std::int64_t failing = 0;; ++failing) {
    INFO("write " << failing);
    TempDirectory directory;
    std::string path = directory.file("fleet.store");
    run_sql(path, kSchemaOne);
    FaultyDisk& disk = FaultyDisk::plug_in();
    disk.fail_after(failing);
    auto store = open_sqlite_store({.path = path, .vfs = FaultyDisk::kName});
    bool failed = disk.has_failed();
    CHECK(store.ok() == !failed);
    disk.cut_power();
    if (store) (*store).reset();
    ::unlink((path + "-shm").c_str());
    disk.restore_power();
    CHECK(open_good(path)->read(key_of(1))->value() == Bytes{'o', 'n', 'e'});
    CHECK(check_sqlite_store({.path = path}));
    if (!failed) break;
    REQUIRE(failing < 1000);
  }
}

TEST_CASE("snapshots are limited, and given back") {
  TempDirectory directory;
  auto store = open_good(directory.file("fleet.store"));
  for (int round = 0; round < 2; ++round) {
    std::vector<std::unique_ptr<StoreSnapshot>> alive;
    for (std::size_t i = 0; i < limits::kStoreSnapshotsMax; ++i) {
      auto snapshot = store->snapshot();
      REQUIRE(snapshot);
      alive.push_back(std::move(*snapshot));
    }
    auto one_too_many = store->snapshot();
    REQUIRE(!one_too_many);
    CHECK(one_too_many.error().code == Code::E0901);
    CHECK(store->commit(StoreTransaction().put(key_of(1), {1})));  // the writer goes on
  }
}

TEST_CASE("the log stays small while rows are written again and again") {
  TempDirectory directory;
  std::string path = directory.file("fleet.store");
  auto store = open_sqlite_store({.path = path, .log_pages_max = 50});
  REQUIRE(store);
  for (std::uint64_t i = 0; i < 500; ++i) {
    REQUIRE((*store)->commit(StoreTransaction().put(key_of(i % 10), marked(i))));
    if (i % 10 == 0) CHECK((*store)->read(key_of(0)));
  }
  CHECK(std::filesystem::file_size(path + "-wal") < 100 * 4096);
}

}  // namespace sojourn
