// Private. What the store keeps of a device beside its journal: what stands, so that it is known
// without reading the journal, and what cannot be found again by reading it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/instant.h"
#include "engine/base/result.h"
#include "engine/device/planner.h"

namespace sojourn::service {

// What a policy means (RuleTable::meaning_digest), and as people and stores are told.
using PolicyDigest = Sha256Digest;
std::string digest_text(const PolicyDigest& digest);  // "sha256:..."
std::optional<PolicyDigest> digest_from(std::string_view text);

// It is compared with the stored one at every report, so what is compared lies in the row itself.
struct DeviceRow {
  // Of the decision in force: its record as JSON, and what makes two decisions the same.
  std::string record;
  std::string essence;
  Instant decided_at = kBeginning;
  std::optional<PolicyDigest> policy;  // that decided
  // The instant under which the device waits in the queue; never later than it should.
  Instant queued_at = kNever;
  Bytes plan;                               // PlannerState
  WaitReason waits_for = WaitReason::none;  // why nothing goes to the device now
  std::string approved;       // approval_key of the decision that somebody said yes to
  std::uint64_t order = 0;    // the order that carries the command in flight; 0: none
  CommandNumber command = 0;  // ... and that command
  friend bool operator==(const DeviceRow&, const DeviceRow&) = default;
};

// Of two rows of a device between which nothing was decided or planned: are they equal?
bool same_marks(const DeviceRow& a, const DeviceRow& b);

Bytes to_bytes(const DeviceRow& row);
Result<DeviceRow> device_row_from(ByteView bytes);  // E0012

// A command on its way from the decision to the order book.
struct Intent {
  ProfileCommand command;
  CommandNumber withdraw = 0;  // take this one back first; 0: none
};
Bytes to_bytes(const Intent& intent);
Result<Intent> intent_from(ByteView bytes);  // E0012

}  // namespace sojourn::service
