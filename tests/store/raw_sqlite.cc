#include "tests/store/raw_sqlite.h"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/catch.h"

namespace sojourn {
namespace {

int keep_number(void* number, int, char** columns, char**) {
  *static_cast<std::int64_t*>(number) = columns[0] == nullptr ? -1 : std::stoll(columns[0]);
  return SQLITE_OK;
}

}  // namespace

std::int64_t ask_sql(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  std::int64_t number = -1;
  int result = sqlite3_exec(database, sql.c_str(), keep_number, &number, nullptr);
  INFO(sqlite3_errmsg(database));
  REQUIRE(result == SQLITE_OK);
  sqlite3_close(database);
  return number;
}

void run_sql(const std::string& path, const std::string& sql) {
  static_cast<void>(ask_sql(path, sql));
}

std::string file_content(const std::string& path) {
  if (!std::filesystem::is_regular_file(path)) return {};
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  REQUIRE(file.flush());
}

}  // namespace sojourn
