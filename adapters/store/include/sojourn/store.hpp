// Where an embedded eIM (sojourn/eim.hpp) keeps its orders and counters.
//
//   auto store = sojourn::embed::open_store("eim.store");
//   if (!store) return fail(store.error());
//
// A counter is durable before the package that carries it leaves: so the store syncs every commit.
#pragma once

#include <memory>
#include <sojourn/sojourn.hpp>
#include <string>

namespace sojourn {

class Store;

namespace embed {

// One file (SQLite, written ahead) that one process at a time has open; made where there is none.
// Any thread; keep one per process. Errors: no access, another program's file, damaged, of a newer
// version, open in another process.
Expected<std::shared_ptr<Store>> open_store(const std::string& path);

// In memory: for tests. A card that saw a counter refuses it for ever, so what serves real cards
// keeps a file.
std::shared_ptr<Store> memory_store();

}  // namespace embed
}  // namespace sojourn
