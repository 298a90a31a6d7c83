#include "adapters/store/sqlite_entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/diagnostic_code.h"

namespace sojourn {
namespace {

Diagnostic damaged_row(ByteView key) {
  auto known = StoreKey::from_stored(key);
  return make_diagnostic(Code::E0019,
                         fmt::format("a row of the store is damaged: {}",
                                     known ? describe(*known) : "key " + to_hex(key)),
                         "bring back the last good copy");
}

Bytes copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

// Both take a statement that is bound; the caller resets it, whatever comes out.
Result<std::optional<Bytes>> value_of(SqliteStatement& statement, ByteView key) {
  auto found = statement.step();
  if (!found) return std::move(found).error();
  if (!*found) return std::optional<Bytes>();
  ByteView value = statement.blob(0);
  if (row_checksum(key, value) != statement.number(1)) return damaged_row(key);
  return std::optional<Bytes>(copy(value));
}

Result<std::vector<StoreRow>> rows_of(SqliteStatement& statement) {
  std::vector<StoreRow> rows;
  while (true) {
    auto more = statement.step();
    if (!more) return std::move(more).error();
    if (!*more) return rows;
    ByteView key = statement.blob(0);
    ByteView value = statement.blob(1);
    auto known = StoreKey::from_stored(key);
    if (!known || row_checksum(key, value) != statement.number(2)) return damaged_row(key);
    rows.push_back({std::move(*known), copy(value)});
  }
}

Result<std::vector<StoreKey>> keys_of(SqliteStatement& statement) {
  std::vector<StoreKey> keys;
  while (true) {
    auto more = statement.step();
    if (!more) return std::move(more).error();
    if (!*more) return keys;
    auto known = StoreKey::from_stored(statement.blob(0));
    if (!known) return damaged_row(statement.blob(0));
    keys.push_back(std::move(*known));
  }
}

void bind_range(SqliteStatement& statement, const StoreRange& range, std::size_t row_count_max) {
  constexpr std::size_t kLimitMax = std::size_t{1} << 62;  // SQL's LIMIT is signed
  statement.bind(1, range.begin());
  statement.bind(2, range.end());
  statement.bind(3, static_cast<std::int64_t>(std::min(row_count_max, kLimitMax)));
}

}  // namespace

Result<SqliteEntries> SqliteEntries::over(SqliteConnection& connection) {
  constexpr std::string_view kRead = "SELECT value, checksum FROM entry WHERE key = ?1";
  constexpr std::string_view kOfRange = " FROM entry WHERE key >= ?1 AND key < ?2 ORDER BY key";
  SqliteEntries entries;
  const std::pair<SqliteStatement&, std::string> all[] = {
      {entries.read_, std::string(kRead)},
      {entries.scan_ascending_, fmt::format("SELECT key, value, checksum{} LIMIT ?3", kOfRange)},
      {entries.scan_descending_,
       fmt::format("SELECT key, value, checksum{} DESC LIMIT ?3", kOfRange)},
      {entries.keys_ascending_, fmt::format("SELECT key{} LIMIT ?3", kOfRange)},
      {entries.keys_descending_, fmt::format("SELECT key{} DESC LIMIT ?3", kOfRange)}};
  for (const auto& [statement, sql] : all) {
    auto prepared = connection.prepare(sql);
    if (!prepared) return std::move(prepared).error();
    statement = std::move(*prepared);
  }
  return entries;
}

Result<std::optional<Bytes>> SqliteEntries::read(const StoreKey& key) {
  read_.bind(1, key.bytes());
  auto value = value_of(read_, key.bytes());
  read_.reset();
  return value;
}

Result<std::vector<StoreRow>> SqliteEntries::scan(const StoreRange& range,
                                                  std::size_t row_count_max, ScanOrder order) {
  SqliteStatement& statement = order == ScanOrder::ascending ? scan_ascending_ : scan_descending_;
  bind_range(statement, range, row_count_max);
  auto rows = rows_of(statement);
  statement.reset();
  return rows;
}

Result<std::vector<StoreKey>> SqliteEntries::keys(const StoreRange& range,
                                                  std::size_t row_count_max, ScanOrder order) {
  SqliteStatement& statement = order == ScanOrder::ascending ? keys_ascending_ : keys_descending_;
  bind_range(statement, range, row_count_max);
  auto keys = keys_of(statement);
  statement.reset();
  return keys;
}

}  // namespace sojourn
