// Seeds and counts of randomized tests: small by default, larger by environment for a soak.
//
//   SOJOURN_SEED=7 SOJOURN_SEED_COUNT=1000 build-dev/tests/store/store_test
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace sojourn {

inline std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

inline std::uint64_t first_seed() { return number_from_environment("SOJOURN_SEED", 1); }
inline std::uint64_t seed_count(std::uint64_t otherwise) {
  return number_from_environment("SOJOURN_SEED_COUNT", otherwise);
}

}  // namespace sojourn
