// The naive store, on a disk that forgets what was not synced when its power fails.
//
// Two maps: what the disk surely holds, and what it shows. Commit writes the second and syncing
// copies it to the first. The switch that turns syncing off is there for the conformance suite's
// own sake: its crash test must find such a store.
#pragma once

#include <memory>

#include "tests/store/conformance.h"

namespace sojourn {

enum class Syncing { on, off };

std::unique_ptr<StoreBackend> make_losing_backend(Syncing syncing);

}  // namespace sojourn
