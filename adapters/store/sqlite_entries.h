// Private to adapters/store: the table of rows, read with its checksums.
#pragma once

#include <optional>
#include <vector>

#include "adapters/store/sqlite_connection.h"
#include "engine/base/store.h"

namespace sojourn {

// Prepared reads over one connection, which must outlive them. One thread at a time.
class SqliteEntries {
 public:
  static Result<SqliteEntries> over(SqliteConnection& connection);

  Result<std::optional<Bytes>> read(const StoreKey& key);
  Result<std::vector<StoreRow>> scan(const StoreRange& range, std::size_t row_count_max,
                                     ScanOrder order);
  Result<std::vector<StoreKey>> keys(const StoreRange& range, std::size_t row_count_max,
                                     ScanOrder order);

 private:
  SqliteStatement read_;
  SqliteStatement scan_ascending_;
  SqliteStatement scan_descending_;
  SqliteStatement keys_ascending_;
  SqliteStatement keys_descending_;
};

}  // namespace sojourn
