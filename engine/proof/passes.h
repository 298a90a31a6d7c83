// The passes of the compiler that can be switched off, one by one: the answers stay, size and speed
// differ.
//
//   CompileOptions options;
//   options.without.add(Pass::sift);
//   if (std::optional<Pass> pass = find_pass("runs")) options.without.add(*pass);
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sojourn {

enum class Pass : std::uint8_t {
#define PASS(name, word, what) name,
#include "engine/proof/passes.def"
#undef PASS
};

struct PassInfo {
  Pass pass{};
  std::string_view word;  // "sift"
  std::string_view what;  // what it makes
};
std::span<const PassInfo> all_passes();  // in the order of running
std::optional<Pass> find_pass(std::string_view word);

class PassSet {
 public:
  void add(Pass pass) { bits_ |= bit(pass); }
  bool has(Pass pass) const { return (bits_ & bit(pass)) != 0; }

 private:
  static std::uint32_t bit(Pass pass) { return std::uint32_t{1} << static_cast<unsigned>(pass); }

  std::uint32_t bits_ = 0;
};

}  // namespace sojourn
