// The SQLite store on a disk of its own, for the conformance suite.
#pragma once

#include <memory>
#include <string>

#include "adapters/store/sqlite_store.h"
#include "tests/store/conformance.h"

namespace sojourn {

enum class DiskKind {
  real,    // the machine's; its power does not fail
  losing,  // FaultyDisk
  lying,   // FaultyDisk, which says that it syncs and does not
};

std::unique_ptr<StoreBackend> make_sqlite_backend(DiskKind kind);

}  // namespace sojourn
