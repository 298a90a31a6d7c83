// What every backend of the Store port must pass: the laws of engine/base/store.h, one by one.
//
//   TEST_CASE("the memory store conforms") { check_conformance(make_memory_backend); }
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/store.h"

namespace sojourn {

// One store on one disk, which can be opened again and again and whose power can fail.
class StoreBackend {
 public:
  virtual ~StoreBackend() = default;
  // Does anything stay when the store is closed?
  virtual bool durable() const = 0;
  // Requires: no store of this backend is open.
  virtual std::unique_ptr<Store> open() = 0;
  // The machine stops now: everything not synced is gone, nothing is closed in good order.
  // Requires: no snapshot is alive.
  virtual void lose_power(std::unique_ptr<Store> store) = 0;
};

// Makes a backend with an empty disk.
using StoreBackendMaker = std::function<std::unique_ptr<StoreBackend>()>;

// Catch2 sections for every law; call it from a TEST_CASE of its own.
void check_conformance(const StoreBackendMaker& make_backend);

// Commits, loses power and opens again, several times over. Empty when all that was acknowledged
// and nothing else was there each time; otherwise what was found. Not an assertion of its own, so
// that a test can show that it finds a store that does not sync.
std::string crash_violation(StoreBackend& backend, std::uint64_t seed);

}  // namespace sojourn
