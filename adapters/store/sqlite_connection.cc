#include "adapters/store/sqlite_connection.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <zlib.h>

#include <cassert>
#include <cstring>

#include "engine/base/diagnostic_code.h"

namespace sojourn {
namespace {

// A person with the sqlite3 shell may hold the file for a moment; nobody else can (file_lock.h).
constexpr int kBusyTimeoutMs = 5'000;

struct Failure {
  Code code;
  const char* what;
  const char* help;
};

Failure failure_of(int result) {
  switch (result & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Code::E0012, "is damaged", "bring back the last good copy"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Code::E0017, "is held by another process", "close the other program"};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {Code::E0010, "cannot be opened", "check that its directory exists and is writable"};
    case SQLITE_FULL:
      return {Code::E0009, "cannot grow", "make room on the disk"};
    case SQLITE_READONLY:
      return {Code::E0014, "cannot be written", "check the permissions, then start again"};
    default:
      break;
  }
  switch (result) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_FSTAT:
    case SQLITE_IOERR_CORRUPTFS:
      return {Code::E0018, "cannot be read", "check the disk, then start again"};
    case SQLITE_IOERR_SHMSIZE:
      // The index of the log lies in a file as well, and grew by a page that it got no room for.
      return {Code::E0009, "cannot grow", "make room on the disk"};
    default:
      return {Code::E0014, "cannot be written", "check the disk, then start again"};
  }
}

Diagnostic diagnostic_of(sqlite3* database, int result, const std::string& path) {
  Failure failure = failure_of(result);
  std::string reason = sqlite3_errstr(result);
  if (database != nullptr) {
    // The connection may have failed again since; its text counts only for this very failure.
    if (sqlite3_extended_errcode(database) == result) reason = sqlite3_errmsg(database);
    int system_error = sqlite3_system_errno(database);
    bool from_system = (result & 0xFF) == SQLITE_IOERR || (result & 0xFF) == SQLITE_CANTOPEN;
    if (from_system && system_error != 0) {
      reason += fmt::format(" ({})", std::strerror(system_error));
    }
  }
  return make_diagnostic(failure.code, fmt::format("store `{}` {}: {}", path, failure.what, reason),
                         failure.help);
}

const std::uint8_t* data_of(ByteView bytes) {
  static constexpr std::uint8_t kEmpty = 0;  // a null pointer would bind NULL, not an empty blob
  return bytes.empty() ? &kEmpty : bytes.data();
}

int count_log_pages(void* count, sqlite3*, const char*, int page_count) {
  *static_cast<int*>(count) = page_count;
  return SQLITE_OK;
}

void row_checksum_in_sql(sqlite3_context* context, int, sqlite3_value** arguments) {
  auto bytes_of = [](sqlite3_value* value) {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_value_blob(value));
    return ByteView(data, static_cast<std::size_t>(sqlite3_value_bytes(value)));
  };
  sqlite3_result_int64(context, row_checksum(bytes_of(arguments[0]), bytes_of(arguments[1])));
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void SqliteStatement::bind(int index, ByteView blob) {
  int result =
      sqlite3_bind_blob64(statement_.get(), index, data_of(blob), blob.size(), SQLITE_STATIC);
  assert(result == SQLITE_OK);
  static_cast<void>(result);
}

void SqliteStatement::bind(int index, std::int64_t number) {
  int result = sqlite3_bind_int64(statement_.get(), index, number);
  assert(result == SQLITE_OK);
  static_cast<void>(result);
}

Result<bool> SqliteStatement::step() {
  int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return diagnostic_of(sqlite3_db_handle(statement_.get()), result, *path_);
}

ByteView SqliteStatement::blob(int column) const {
  const auto* data =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t SqliteStatement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string SqliteStatement::text(int column) const {
  ByteView bytes = blob(column);
  return {bytes.begin(), bytes.end()};
}

void SqliteStatement::reset() { sqlite3_reset(statement_.get()); }

Status SqliteStatement::run() {
  auto more = step();
  while (more && *more) more = step();
  reset();
  if (!more) return std::move(more).error();
  return {};
}

void SqliteConnection::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Result<SqliteConnection> SqliteConnection::open(const std::string& path, Access access,
                                                const std::string& vfs) {
  // One thread at a time uses a connection, so SQLite's own mutexes are not needed.
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (access == Access::read_only) flags |= SQLITE_OPEN_READONLY;
  if (access == Access::read_write) flags |= SQLITE_OPEN_READWRITE;
  if (access == Access::create) flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* database = nullptr;
  int result = sqlite3_open_v2(path.c_str(), &database, flags, vfs.empty() ? nullptr : vfs.c_str());
  SqliteConnection connection;
  connection.path_ = std::make_unique<std::string>(path);
  connection.log_page_count_ = std::make_unique<int>(0);
  connection.database_.reset(database);
  if (result != SQLITE_OK) return diagnostic_of(database, result, path);
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  sqlite3_wal_hook(database, count_log_pages, connection.log_page_count_.get());
  sqlite3_create_function(database, "row_checksum", 2,
                          SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
                          row_checksum_in_sql, nullptr, nullptr);
  // synchronous=FULL: a commit waits for the disk. cell_size_check: damage is found when a page is
  // read. secure_delete would write freed bytes once more; rows hold no keys.
  if (Status set = connection.execute("PRAGMA synchronous=FULL; PRAGMA fullfsync=ON;"
                                      "PRAGMA checkpoint_fullfsync=ON; PRAGMA cell_size_check=ON;"
                                      "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;"
                                      "PRAGMA secure_delete=OFF; PRAGMA cache_size=-65536;");
      !set) {
    return std::move(set).error();
  }
  return connection;
}

Result<SqliteStatement> SqliteConnection::prepare(std::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  int result = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                  SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  // A table that is not there is damage too: whoever opened the file had checked its schema.
  if (result == SQLITE_ERROR) {
    return make_diagnostic(Code::E0012, fmt::format("store `{}` is damaged: {}", *path_,
                                                    sqlite3_errmsg(database_.get())));
  }
  if (result != SQLITE_OK) return diagnostic_of(database_.get(), result, *path_);
  SqliteStatement statement;
  statement.statement_.reset(prepared);
  statement.path_ = path_.get();
  return statement;
}

Status SqliteConnection::execute(std::string_view sql) {
  int result = sqlite3_exec(database_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return diagnostic_of(database_.get(), result, *path_);
  return {};
}

Result<std::int64_t> SqliteConnection::query_number(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return std::move(statement).error();
  auto row = statement->step();
  if (!row) return std::move(row).error();
  return *row ? statement->number(0) : 0;
}

std::string SqliteConnection::query_text(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return {};
  auto row = statement->step();
  return row && *row ? statement->text(0) : std::string();
}

bool SqliteConnection::in_transaction() const {
  return sqlite3_get_autocommit(database_.get()) == 0;
}

void SqliteConnection::rollback() {
  if (in_transaction()) sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Status SqliteConnection::checkpoint() {
  int result = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                         nullptr, nullptr);
  if (result == SQLITE_OK || (result & 0xFF) == SQLITE_BUSY) return {};
  return diagnostic_of(database_.get(), result, *path_);
}

std::uint32_t row_checksum(ByteView key, ByteView value) {
  auto sum = crc32_z(0, data_of(key), key.size());
  return static_cast<std::uint32_t>(crc32_z(sum, data_of(value), value.size()));
}

}  // namespace sojourn
