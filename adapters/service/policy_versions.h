// Private. The policies that were in force, newest last, so that one can go back.
#pragma once

#include <optional>
#include <vector>

#include "adapters/service/keys.h"
#include "engine/base/store.h"

namespace sojourn::service {

struct PolicyVersion {
  std::uint64_t number = 0;
  std::string digest;  // "sha256:..." of what it means
  std::string by;      // who put it in force
  Instant at = kBeginning;
  std::string text;  // as it was sent: rules, or a compiled graph
  // Of one that was put in force again: the number it had; 0: it is no such.
  std::uint64_t again = 0;
};

// How many are kept.
inline constexpr std::uint64_t kPolicyVersionsMax = 100;

// Newest first, texts left out unless asked for. E0012 for damage.
Result<std::vector<PolicyVersion>> policy_versions(Store& store, const Keys& keys,
                                                   std::size_t count_max);
Result<std::optional<PolicyVersion>> policy_version(Store& store, const Keys& keys,
                                                    std::uint64_t number);
// Where to go back to. `digest`: the newest that means this; "": the one before the newest, or,
// when that came back itself, before what it was, so that going back never leads forth. Absent:
// there is none.
Result<std::optional<PolicyVersion>> version_to_return_to(Store& store, const Keys& keys,
                                                          std::string_view digest);
// A policy that somebody wants in force and that waits for somebody else; absent: none does.
Result<std::optional<PolicyVersion>> policy_proposal(Store& store, const Keys& keys);
Bytes to_bytes(const PolicyVersion& version);

// Names for `by` where it takes two.
std::string accepted_by(std::string_view acceptor, std::string_view proposer);
// Did this person put it in force? Where it takes two: accept or propose it.
bool is_put_in_force_by(const PolicyVersion& version, std::string_view person);

// Into `effect`: this one is the newest from now on, unless it says the same as the newest.
Status note_version(Store& store, const Keys& keys, PolicyVersion version,
                    StoreTransaction& effect);

}  // namespace sojourn::service
