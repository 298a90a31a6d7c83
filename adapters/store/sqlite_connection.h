// Private to adapters/store: SQLite's handles as C++ values, its codes as diagnostics.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sojourn {

// A prepared statement. Blobs are bound without copying: they must live until reset().
class SqliteStatement {
 public:
  SqliteStatement() = default;

  void bind(int index, ByteView blob);
  void bind(int index, std::int64_t number);
  // True: a row can be read. False: done.
  Result<bool> step();
  ByteView blob(int column) const;  // valid until the next step or reset
  std::int64_t number(int column) const;
  std::string text(int column) const;
  // Ready for the next use; ends the statement's hold on the file.
  void reset();
  // Bind, then run to the end, then reset.
  Status run();

 private:
  friend class SqliteConnection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  const std::string* path_ = nullptr;
};

class SqliteConnection {
 public:
  enum class Access { read_only, read_write, create };

  static Result<SqliteConnection> open(const std::string& path, Access access,
                                       const std::string& vfs);

  Result<SqliteStatement> prepare(std::string_view sql);
  // Runs statements that answer with no row that matters.
  Status execute(std::string_view sql);
  // The one number that `sql` answers.
  Result<std::int64_t> query_number(std::string_view sql);
  std::string query_text(std::string_view sql);  // empty when it fails
  bool in_transaction() const;
  void rollback();

  // Pages in the log after the newest commit of this connection.
  int log_page_count() const { return *log_page_count_; }
  // Carries the log's rows over into the file as far as snapshots allow.
  Status checkpoint();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  // On the heap, because statements and SQLite's hook point at them.
  std::unique_ptr<std::string> path_;
  std::unique_ptr<int> log_page_count_;
  std::unique_ptr<sqlite3, Close> database_;
};

// What a row's checksum column holds: CRC-32 over key, then value.
std::uint32_t row_checksum(ByteView key, ByteView value);

}  // namespace sojourn
