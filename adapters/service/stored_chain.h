// A tenant's evidence chain in a store: where it ends, and whether it is whole.
//
// Beside the chain the store holds a note of its last record, so that records missing at the end
// are missed. The note is written with those records or after them, never before: a chain that goes
// on after its note was interrupted, one that ends before it was cut.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/service/keys.h"
#include "engine/base/store.h"
#include "engine/runtime/audit_chain.h"

namespace sojourn::service {

// Into the effect: the chain ends with this record.
void note_chain_head(const Keys& keys, const ChainHead& head, StoreTransaction& effect);
// Absent: none was written, or by an earlier version. E0012.
Result<std::optional<ChainHead>> noted_chain_head(const StoreSnapshot& snapshot, const Keys& keys);

// Where a chain goes on.
struct ChainEnd {
  std::optional<ChainHead> head;    // the last record; absent: there was none yet
  std::optional<Diagnostic> fault;  // E0020: records are missing at the end, or others
};
// When the end is missing the chain goes on after the record that was noted, so what is missing
// stays to be seen.
Result<ChainEnd> end_of_chain(const StoreSnapshot& snapshot, const Keys& keys);

// Its records, in their order; ends at the first that is not taken, with its error.
Status every_record(const StoreSnapshot& snapshot, const Keys& keys,
                    const std::function<Status(std::string_view line)>& take);
// Tenants that have records.
Result<std::vector<std::string>> tenants_with_chains(const StoreSnapshot& snapshot);

}  // namespace sojourn::service
