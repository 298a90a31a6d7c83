// What the answers about a policy depend on, as digests: of each rule, and of all that is no rule.
//
// Equal digests of two tables mean: the same condition over the same features with the same action;
// the same declarations, bans and promises around it. Names and places of rules are left out, as
// are the indices that the tables happen to give to conditions, features and texts. Two hashes of
// 64 bits side by side: not against an adversary, who gains nothing by cheating his own editor.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/proof/world.h"

namespace sojourn {

struct Digest128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Digest128&, const Digest128&) = default;
};

struct PolicyDigests {
  std::vector<Digest128> rules;
  Digest128
      around;  // settings, declarations, bans, guards, assertions, `otherwise`; claims, places
};

// `situations` may be null.
PolicyDigests digest_policy(const RuleTable& table, const std::vector<CountryClaim>& claims,
                            const std::vector<Situation>* situations);

}  // namespace sojourn
