#include "adapters/store/sqlite_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "engine/base/diagnostic_code.h"

namespace sojourn {
namespace {

// "SOJN", in the place that SQLite's file format keeps for it (section 1.3.17 of the format).
constexpr std::uint32_t kApplicationId = 0x534F4A4E;
constexpr std::size_t kApplicationIdOffset = 68;
constexpr std::string_view kMagic{"SQLite format 3\0", 16};

// Step n takes a store from schema n to schema n + 1. Steps are stored history: never edit one.
constexpr std::string_view kSchemaSteps[] = {
    // 1: rows in the order of their keys, each beside its key.
    "CREATE TABLE schema_step(version INTEGER NOT NULL PRIMARY KEY);"
    "CREATE TABLE entry(key BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;",
    // 2: a checksum for each row, because SQLite has none and a changed bit must not become a
    // wrong history.
    "ALTER TABLE entry ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;"
    "UPDATE entry SET checksum = row_checksum(key, value);",
};
static_assert(std::size(kSchemaSteps) == kStoreSchemaVersion);

enum class FileKind { absent, store };

Diagnostic not_a_store(const std::string& path, const char* why) {
  return make_diagnostic(Code::E0011, fmt::format("`{}` is not a store: {}", path, why),
                         "name another file; a new store is made where there is none");
}

// Looks at the first bytes only, and changes nothing.
Result<FileKind> inspect(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return FileKind::absent;
    return make_diagnostic(Code::E0010,
                           fmt::format("cannot open store `{}`: {}", path, std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) return not_a_store(path, "it is not a file");
  int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) {
    return make_diagnostic(Code::E0010,
                           fmt::format("cannot open store `{}`: {}", path, std::strerror(errno)),
                           "the user that runs sojourn must be able to read and write it");
  }
  std::array<std::uint8_t, 100> header{};
  ssize_t byte_count = ::pread(descriptor, header.data(), header.size(), 0);
  ::close(descriptor);
  if (byte_count != static_cast<ssize_t>(header.size()) ||
      std::memcmp(header.data(), kMagic.data(), kMagic.size()) != 0) {
    return not_a_store(path, "it is no database, or its beginning is damaged");
  }
  std::uint32_t application_id = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    application_id = application_id << 8 | header[kApplicationIdOffset + i];
  }
  if (application_id != kApplicationId) return not_a_store(path, "another program made it");
  return FileKind::store;
}

Status take_steps(SqliteConnection& connection, std::int64_t from_version) {
  for (auto version = from_version; version < kStoreSchemaVersion; ++version) {
    Status step = connection.execute(kSchemaSteps[static_cast<std::size_t>(version)]);
    if (step) {
      step = connection.execute(fmt::format("INSERT INTO schema_step VALUES({})", version + 1));
    }
    if (!step) return step;
  }
  return {};
}

Status migrate(SqliteConnection& connection, const std::string& path) {
  auto version = connection.query_number("SELECT max(version) FROM schema_step");
  if (!version) return std::move(version).error();
  if (*version == kStoreSchemaVersion) return {};
  if (*version > kStoreSchemaVersion) {
    return make_diagnostic(Code::E0013,
                           fmt::format("store `{}` has schema {}, newer than the {} known here",
                                       path, *version, kStoreSchemaVersion),
                           "run the version of sojourn that wrote it, or a newer one");
  }
  if (*version < 1) {
    return make_diagnostic(Code::E0012, fmt::format("store `{}` does not say its schema", path));
  }
  Status migrated = connection.execute("BEGIN IMMEDIATE");
  if (migrated) migrated = take_steps(connection, *version);
  if (migrated) migrated = connection.execute("COMMIT");
  if (!migrated) connection.rollback();
  return migrated;
}

// Makes what rename did to a directory last.
Status sync_directory_of(const std::string& path) {
  std::filesystem::path directory = std::filesystem::path(path).parent_path();
  if (directory.empty()) directory = ".";
  int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (synced) return {};
  return make_diagnostic(Code::E0010, fmt::format("cannot sync directory `{}`: {}",
                                                  directory.string(), std::strerror(error)));
}

Status fill_new_file(const std::string& path, const std::string& vfs) {
  auto connection = SqliteConnection::open(path, SqliteConnection::Access::create, vfs);
  if (!connection) return std::move(connection).error();
  // The rollback journal of a file that nobody can see yet would protect nothing.
  Status made = connection->execute("PRAGMA page_size=4096; PRAGMA journal_mode=MEMORY;");
  if (made) made = connection->execute(fmt::format("PRAGMA application_id={}", kApplicationId));
  if (made) made = connection->execute("BEGIN EXCLUSIVE");
  if (made) made = take_steps(*connection, 0);
  if (made) made = connection->execute("COMMIT");
  return made;
}

Status make_file(const SqliteStoreOptions& options) {
  std::string unfinished = options.path + "-new";
  ::unlink(unfinished.c_str());  // of a maker that died
  Status made = fill_new_file(unfinished, options.vfs);
  if (made && std::rename(unfinished.c_str(), options.path.c_str()) != 0) {
    made = make_diagnostic(
        Code::E0010, fmt::format("cannot make store `{}`: {}", options.path, std::strerror(errno)));
  }
  if (!made) {
    ::unlink(unfinished.c_str());
    return made;
  }
  return sync_directory_of(options.path);
}

}  // namespace

Result<SqliteConnection> open_store_file(const SqliteStoreOptions& options) {
  auto kind = inspect(options.path);
  if (!kind) return std::move(kind).error();
  if (*kind == FileKind::absent) {
    if (!options.create) {
      return make_diagnostic(Code::E0010, fmt::format("there is no store `{}`", options.path));
    }
    if (Status made = make_file(options); !made) return std::move(made).error();
  }
  auto connection =
      SqliteConnection::open(options.path, SqliteConnection::Access::read_write, options.vfs);
  if (!connection) return connection;
  // Before the log is switched on, so that a newer store is not touched at all.
  if (Status migrated = migrate(*connection, options.path); !migrated) {
    return std::move(migrated).error();
  }
  if (Status logged = connection->execute("PRAGMA journal_mode=WAL"); !logged) {
    return std::move(logged).error();
  }
  if (connection->query_text("PRAGMA journal_mode") != "wal") {
    return make_diagnostic(Code::E0010,
                           fmt::format("store `{}` cannot have a write-ahead log", options.path),
                           "a store must lie on a local disk");
  }
  return connection;
}

}  // namespace sojourn
