#include "engine/proof/passes.h"

#include <algorithm>
#include <array>

namespace sojourn {
namespace {

constexpr std::array kPasses = {
#define PASS(name, word, what) PassInfo{Pass::name, word, what},
#include "engine/proof/passes.def"
#undef PASS
};

}  // namespace

std::span<const PassInfo> all_passes() { return kPasses; }

std::optional<Pass> find_pass(std::string_view word) {
  auto found = std::find_if(kPasses.begin(), kPasses.end(),
                            [&](const PassInfo& info) { return info.word == word; });
  if (found == kPasses.end()) return std::nullopt;
  return found->pass;
}

}  // namespace sojourn
