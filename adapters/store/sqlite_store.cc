#include "adapters/store/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <filesystem>
#include <mutex>
#include <utility>

#include "adapters/store/file_lock.h"
#include "adapters/store/sqlite_connection.h"
#include "adapters/store/sqlite_entries.h"
#include "adapters/store/sqlite_file.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn {
namespace {

// Connections kept open for the next snapshot.
constexpr std::size_t kIdleReadersMax = 8;
constexpr const char* kReaderCache = "PRAGMA cache_size=-4096";  // 4 MiB each

// Damage and failing disks stop a store; a damaged row, a refused transaction, a full disk or a
// reached limit does not.
bool stops_the_store(Code code) {
  return code == Code::E0012 || code == Code::E0014 || code == Code::E0018;
}

// A connection that reads. Its members die in reverse order: statements before their connection.
struct Reader {
  SqliteConnection connection;
  SqliteEntries entries;
  SqliteStatement begin;
  SqliteStatement first_read;
  SqliteStatement end;
};

struct Writer {
  SqliteConnection connection;
  SqliteEntries entries;
  SqliteStatement begin;
  SqliteStatement put;
  SqliteStatement erase;
  SqliteStatement commit;
};

struct NamedStatement {
  SqliteStatement& statement;
  std::string_view sql;
};

Status prepare_all(SqliteConnection& connection, std::initializer_list<NamedStatement> list) {
  for (const NamedStatement& named : list) {
    auto prepared = connection.prepare(named.sql);
    if (!prepared) return std::move(prepared).error();
    named.statement = std::move(*prepared);
  }
  return {};
}

Result<std::unique_ptr<Reader>> open_reader(const SqliteStoreOptions& options) {
  auto connection =
      SqliteConnection::open(options.path, SqliteConnection::Access::read_write, options.vfs);
  if (!connection) return std::move(connection).error();
  auto reader = std::make_unique<Reader>();
  reader->connection = std::move(*connection);
  // Many readers see the same pages, which the system keeps; the writer has a large cache.
  Status bounded = reader->connection.execute(kReaderCache);
  if (!bounded) return std::move(bounded).error();
  auto entries = SqliteEntries::over(reader->connection);
  if (!entries) return std::move(entries).error();
  reader->entries = std::move(*entries);
  Status prepared =
      prepare_all(reader->connection, {{reader->begin, "BEGIN"},
                                       {reader->first_read, "SELECT 1 FROM entry LIMIT 1"},
                                       {reader->end, "COMMIT"}});
  if (!prepared) return std::move(prepared).error();
  return reader;
}

Result<std::unique_ptr<Writer>> open_writer(const SqliteStoreOptions& options) {
  auto connection = open_store_file(options);
  if (!connection) return std::move(connection).error();
  auto writer = std::make_unique<Writer>();
  writer->connection = std::move(*connection);
  auto entries = SqliteEntries::over(writer->connection);
  if (!entries) return std::move(entries).error();
  writer->entries = std::move(*entries);
  Status prepared = prepare_all(
      writer->connection,
      {{writer->begin, "BEGIN IMMEDIATE"},
       {writer->put,
        "INSERT INTO entry(key, value, checksum) VALUES(?1, ?2, ?3) "
        "ON CONFLICT(key) DO UPDATE SET value = excluded.value, checksum = excluded.checksum"},
       {writer->erase, "DELETE FROM entry WHERE key = ?1"},
       {writer->commit, "COMMIT"}});
  if (!prepared) return std::move(prepared).error();
  return writer;
}

class SqliteStore final : public Store {
 public:
  SqliteStore(SqliteStoreOptions options, FileLock lock, std::unique_ptr<Writer> writer)
      : options_(std::move(options)), lock_(std::move(lock)), writer_(std::move(writer)) {}
  ~SqliteStore() override {
    assert(snapshot_count_ == 0 && "a snapshot must not outlive its store");
  }

  Result<std::unique_ptr<StoreSnapshot>> snapshot() override;
  std::vector<Status> commit_group(std::span<const StoreTransaction> group) override;

  bool stopped() const { return stopped_.load(std::memory_order_acquire); }
  // Requires: stopped().
  Diagnostic stopped_answer() const { return store_stopped(*cause_); }
  // Passes an answer on, and stops the store when it tells of damage or a failing disk.
  template <class T>
  Result<T> judged(Result<T> answer) {
    if (!answer && stops_the_store(answer.error().code)) stop(answer.error());
    return answer;
  }
  void take_back(std::unique_ptr<Reader> reader);

 private:
  void stop(const Diagnostic& cause);
  Result<std::unique_ptr<Reader>> idle_or_new_reader();
  Status write_or_roll_back(std::span<const StoreTransaction> group, std::vector<Status>& answers);
  Status write_group(std::span<const StoreTransaction> group, std::vector<Status>& answers);
  // Whether the transaction's expectations hold; E0016, E0019 or a limit when it cannot happen.
  Status admit(const StoreTransaction& transaction);
  Status apply(const StoreTransaction& transaction);

  SqliteStoreOptions options_;
  FileLock lock_;
  std::unique_ptr<Writer> writer_;  // the committing thread's
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::optional<Diagnostic> cause_;  // written once, under mutex_, before stopped_
  std::vector<std::unique_ptr<Reader>> idle_readers_;  // guarded by mutex_
  std::size_t snapshot_count_ = 0;                     // guarded by mutex_
};

class SqliteSnapshot final : public StoreSnapshot {
 public:
  SqliteSnapshot(SqliteStore& store, std::unique_ptr<Reader> reader)
      : store_(store), reader_(std::move(reader)) {}
  SqliteSnapshot(const SqliteSnapshot&) = delete;
  SqliteSnapshot& operator=(const SqliteSnapshot&) = delete;
  ~SqliteSnapshot() override { store_.take_back(std::move(reader_)); }

  Result<std::optional<Bytes>> read(const StoreKey& key) const override {
    if (store_.stopped()) return store_.stopped_answer();
    return store_.judged(reader_->entries.read(key));
  }
  Result<std::vector<StoreRow>> scan(const StoreRange& range, std::size_t row_count_max,
                                     ScanOrder order) const override {
    if (store_.stopped()) return store_.stopped_answer();
    return store_.judged(reader_->entries.scan(range, row_count_max, order));
  }
  Result<std::vector<StoreKey>> keys(const StoreRange& range, std::size_t row_count_max,
                                     ScanOrder order) const override {
    if (store_.stopped()) return store_.stopped_answer();
    return store_.judged(reader_->entries.keys(range, row_count_max, order));
  }

 private:
  SqliteStore& store_;
  std::unique_ptr<Reader> reader_;
};

Result<std::unique_ptr<StoreSnapshot>> SqliteStore::snapshot() {
  if (stopped()) return stopped_answer();
  auto reader = judged(idle_or_new_reader());
  if (!reader) return std::move(reader).error();
  // SQLite freezes what a transaction sees at its first read, so there is one at once.
  Status begun = (*reader)->begin.run();
  if (begun) begun = (*reader)->first_read.run();
  begun = judged(std::move(begun));
  if (!begun) {
    take_back(std::move(*reader));
    return std::move(begun).error();
  }
  return std::unique_ptr<StoreSnapshot>(
      std::make_unique<SqliteSnapshot>(*this, std::move(*reader)));
}

void SqliteStore::stop(const Diagnostic& cause) {
  std::lock_guard hold(mutex_);
  if (!cause_) cause_ = cause;
  stopped_.store(true, std::memory_order_release);
}

Result<std::unique_ptr<Reader>> SqliteStore::idle_or_new_reader() {
  {
    std::lock_guard hold(mutex_);
    if (snapshot_count_ >= limits::kStoreSnapshotsMax) {
      return make_diagnostic(
          Code::E0901,
          fmt::format("{} snapshots of the store are alive, and that is the most",
                      limits::kStoreSnapshotsMax),
          "let go of snapshots as soon as they are read");
    }
    ++snapshot_count_;
    if (!idle_readers_.empty()) {
      auto reader = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return reader;
    }
  }
  auto reader = open_reader(options_);
  if (!reader) {
    std::lock_guard hold(mutex_);
    --snapshot_count_;
  }
  return reader;
}

void SqliteStore::take_back(std::unique_ptr<Reader> reader) {
  bool reusable = !reader->connection.in_transaction() || reader->end.run().ok();
  std::lock_guard hold(mutex_);
  --snapshot_count_;
  if (reusable && idle_readers_.size() < kIdleReadersMax) {
    idle_readers_.push_back(std::move(reader));
  }
}

std::vector<Status> SqliteStore::commit_group(std::span<const StoreTransaction> group) {
  std::vector<Status> answers(group.size());
  if (stopped()) {
    std::fill(answers.begin(), answers.end(), Status(stopped_answer()));
    return answers;
  }
  Status written = judged(write_or_roll_back(group, answers));
  // Carried over, the log is written from its beginning again: that may be all the room it takes.
  bool full = !written && written.error().code == Code::E0009;
  if (full && judged(writer_->connection.checkpoint())) {
    answers.assign(group.size(), {});
    written = judged(write_or_roll_back(group, answers));
  }
  if (!written) {
    std::fill(answers.begin(), answers.end(), written);
    return answers;
  }
  if (writer_->connection.log_page_count() >= options_.log_pages_max) {
    // The group is durable whatever comes of this; a failure stops the store, and is told to the
    // next caller.
    static_cast<void>(judged(writer_->connection.checkpoint()));
  }
  return answers;
}

Status SqliteStore::write_or_roll_back(std::span<const StoreTransaction> group,
                                       std::vector<Status>& answers) {
  Status written = write_group(group, answers);
  if (!written) writer_->connection.rollback();
  return written;
}

Status SqliteStore::write_group(std::span<const StoreTransaction> group,
                                std::vector<Status>& answers) {
  if (Status begun = writer_->begin.run(); !begun) return begun;
  for (std::size_t i = 0; i < group.size(); ++i) {
    answers[i] = admit(group[i]);
    if (!answers[i]) {
      if (stops_the_store(answers[i].error().code)) return answers[i];
      continue;
    }
    if (Status applied = apply(group[i]); !applied) return applied;
  }
  return writer_->commit.run();
}

Status SqliteStore::admit(const StoreTransaction& transaction) {
  if (Status small_enough = check_limits(transaction); !small_enough) return small_enough;
  for (const StoreTransaction::Entry& expectation : transaction.expectations()) {
    auto value = writer_->entries.read(expectation.key);
    if (!value) return std::move(value).error();
    if (*value != expectation.value) return conflict_at(expectation);
  }
  return {};
}

Status SqliteStore::apply(const StoreTransaction& transaction) {
  for (const StoreTransaction::Entry& write : transaction.writes()) {
    SqliteStatement& statement = write.value ? writer_->put : writer_->erase;
    statement.bind(1, write.key.bytes());
    if (write.value) {
      statement.bind(2, *write.value);
      statement.bind(3, std::int64_t{row_checksum(write.key.bytes(), *write.value)});
    }
    if (Status applied = statement.run(); !applied) return applied;
  }
  return {};
}

// By the name of the file itself, which SQLite opens whatever link leads to it.
Result<FileLock> lock_of(const std::string& path) {
  std::error_code failed;
  std::filesystem::path own = std::filesystem::weakly_canonical(path, failed);
  if (failed) own = path;
  bool is_file = std::filesystem::is_regular_file(own, failed);
  auto names = is_file ? std::filesystem::hard_link_count(own, failed) : 1;
  if (!failed && names > 1) {
    return make_diagnostic(
        Code::E0017, fmt::format("store `{}` has a second name, a hard link", path),
        "remove the other name: a process that opens it there would not be seen");
  }
  return FileLock::acquire(own.string() + "-lock");
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteStoreOptions& options) {
  auto lock = lock_of(options.path);
  if (!lock) return std::move(lock).error();
  auto writer = open_writer(options);
  if (!writer) return std::move(writer).error();
  return std::unique_ptr<Store>(
      std::make_unique<SqliteStore>(options, std::move(*lock), std::move(*writer)));
}

Status check_sqlite_store(const SqliteStoreOptions& options) {
  SqliteStoreOptions existing = options;
  existing.create = false;
  auto lock = lock_of(existing.path);
  if (!lock) return std::move(lock).error();
  auto writer = open_writer(existing);
  if (!writer) return std::move(writer).error();
  std::string structure = (*writer)->connection.query_text("PRAGMA integrity_check(1)");
  if (structure != "ok") {
    return make_diagnostic(Code::E0012,
                           fmt::format("store `{}` is damaged: {}", existing.path, structure),
                           "bring back the last good copy");
  }
  auto damaged_count = (*writer)->connection.query_number(
      "SELECT count(*) FROM entry WHERE checksum <> row_checksum(key, value)");
  if (!damaged_count) return std::move(damaged_count).error();
  if (*damaged_count > 0) {
    return make_diagnostic(
        Code::E0012, fmt::format("store `{}` has {} damaged rows", existing.path, *damaged_count),
        "bring back the last good copy");
  }
  return {};
}

}  // namespace sojourn
