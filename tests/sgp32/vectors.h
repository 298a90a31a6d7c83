// Golden encodings: ours in tests/golden/sgp32, and the large set beside the tree where it is
// there.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "tests/support/catch.h"

namespace sojourn::sgp32::test {

inline const std::string kOwnVectors = SOJOURN_SOURCE_DIR "/tests/golden/sgp32";
// Beside the tree, or one level up where the tree is one of several worktrees.
inline const std::string kSharedVectors =
    std::filesystem::exists(SOJOURN_SOURCE_DIR "/../shared/vectors")
        ? SOJOURN_SOURCE_DIR "/../shared/vectors/sgp32"
        : SOJOURN_SOURCE_DIR "/../../shared/vectors/sgp32";

// The parsed file, or a discarded value when it is not there.
inline nlohmann::json load(const std::string& folder, const std::string& file) {
  std::ifstream in(folder + "/" + file);
  if (!in) return nlohmann::json(nlohmann::json::value_t::discarded);
  return nlohmann::json::parse(in, nullptr, false);
}

// The same from the large set; says so when the set is absent, and the test then proves nothing.
inline nlohmann::json load_shared(const std::string& file) {
  nlohmann::json vectors = load(kSharedVectors, file);
  if (vectors.is_discarded()) WARN("SKIPPED: no vectors at " << kSharedVectors << "/" << file);
  return vectors;
}

// The bytes of a case: `der`, or `repeat`.
inline Bytes bytes_of(const nlohmann::json& one) {
  if (one.contains("der")) return from_hex(one["der"].get<std::string>()).value();
  const nlohmann::json& repeat = one["repeat"];
  Bytes bytes = from_hex(repeat["prefix"].get<std::string>()).value();
  Bytes unit = from_hex(repeat["unit"].get<std::string>()).value();
  for (int i = repeat["count"].get<int>(); i > 0; --i) {
    bytes.insert(bytes.end(), unit.begin(), unit.end());
  }
  Bytes suffix = from_hex(repeat["suffix"].get<std::string>()).value();
  bytes.insert(bytes.end(), suffix.begin(), suffix.end());
  return bytes;
}

}  // namespace sojourn::sgp32::test
