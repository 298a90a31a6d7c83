// Private to adapters/store: the file of the SQLite store, from its name to an open connection.
//
// A store's file is made whole under another name and then renamed, so there is never a half-made
// one. Its header carries our application id, which is read before SQLite may touch the file:
// another program's database is left as it is. The schema is a list of steps; each store lists
// those it has been through, and opening takes it through the rest in one transaction.
#pragma once

#include "adapters/store/sqlite_connection.h"
#include "adapters/store/sqlite_store.h"

namespace sojourn {

inline constexpr std::int64_t kStoreSchemaVersion = 2;

// The writer's connection: file checked or made, schema newest, write-ahead log on.
Result<SqliteConnection> open_store_file(const SqliteStoreOptions& options);

}  // namespace sojourn
