// Private. A device's loop as it is stored after a packed block of its journal, so that reading the
// device costs what it remembers and the few entries since, not its whole past.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/instant.h"
#include "engine/base/result.h"
#include "engine/runtime/device_loop.h"

namespace sojourn::service {

struct DeviceMemory {
  // Of the policy and the options under which the loop ran: `loop` means nothing under others.
  Bytes made_under;
  std::uint64_t journal_next = 0;     // the first number of the log that it does not know
  Instant journal_time = kBeginning;  // LiveDevice::journal_time
  Bytes loop;                         // DeviceLoop::save
};

// What `made_under` is for them.
Bytes digest_of(const PreparedPolicy& policy, const LoopOptions& options);

Bytes to_bytes(const DeviceMemory& memory);
Result<DeviceMemory> device_memory_from(ByteView bytes);  // E0012

}  // namespace sojourn::service
