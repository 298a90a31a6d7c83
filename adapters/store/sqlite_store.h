// The embedded Store: one SQLite file, written ahead (WAL), every commit synced.
//
//   auto store = open_sqlite_store({.path = "fleet.store"});
//   if (!store) return std::move(store).error();
//   (*store)->commit(effect);
//
// One process at a time has a store open; inside it the threads are those of engine/base/store.h.
// Close the store after the last of its snapshots.
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/base/store.h"

namespace sojourn {

struct SqliteStoreOptions {
  std::string path = {};
  // Make a new store where there is none? Otherwise a missing file is E0010.
  bool create = true;
  // Pages of 4 KiB in the log after which its rows are carried over into the file. More of them
  // means that a row which changes often is carried less often, and that the log is larger.
  int log_pages_max = 16'384;
  // SQLite's layer over the operating system, by name. Tests put one here that fails and forgets.
  std::string vfs = {};
};

// Opens a store, carries an older schema forward, or makes a new one.
// Errors: E0010 no access, E0011 another program's file, E0012 damaged, E0013 newer schema,
// E0014 cannot be written, E0017 open in another process.
Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteStoreOptions& options);

// Reads every page and every row of a store that is not open, against structure and checksums.
// Takes as long as reading the file; opening does not do this. E0012 names the first damage.
Status check_sqlite_store(const SqliteStoreOptions& options);

}  // namespace sojourn
