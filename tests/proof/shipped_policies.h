// The policies under rules-examples, for tests that break them.
#pragma once

#include <filesystem>
#include <string>

namespace sojourn::lang::testing {

inline const std::filesystem::path kExamples =
    std::filesystem::path(SOJOURN_SOURCE_DIR) / "rules-examples";

// The policy without its tests and assertions: a broken one is not about them.
inline std::string rules_alone(const std::string& text) {
  std::string kept = text.substr(0, text.find("\ntest \"")) + "\n";
  for (std::size_t at = kept.find("\nassert "); at != std::string::npos;
       at = kept.find("\nassert ")) {
    kept.erase(at + 1, kept.find("\n\n", at) - at);
  }
  // The fleet's count is told by a host and by no test.
  std::string fleet = " and more than 500 devices with the same apn";
  if (std::size_t at = kept.find(fleet); at != std::string::npos) kept.erase(at, fleet.size());
  return kept;
}

}  // namespace sojourn::lang::testing
