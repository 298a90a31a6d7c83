// A Store in memory: for tests and for dry-runs, which have nothing to keep. It obeys every law of
// engine/base/store.h but durability.
#pragma once

#include <memory>

#include "engine/base/store.h"

namespace sojourn {

std::unique_ptr<Store> make_memory_store();

}  // namespace sojourn
