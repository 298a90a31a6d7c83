// Private. A device in memory: its loop, its plan, and what of them is in the store.
//
// It is made from the store by what it remembered last (device_memory.h), the journal since
// (journal.h) and what is still in the log (input_log.h), under another policy by the whole journal
// and the log. It leaves memory when others are needed
// more: nothing is lost, because after each transaction the store holds as much as it.
#pragma once

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "adapters/eim/order_book.h"
#include "adapters/service/device_row.h"
#include "adapters/service/input_log.h"
#include "adapters/service/journal.h"
#include "adapters/service/keys.h"
#include "adapters/service/policy.h"
#include "engine/base/store.h"
#include "engine/device/planner.h"
#include "engine/runtime/device_loop.h"

namespace sojourn::service {

struct LiveDevice {
  LiveDevice(std::shared_ptr<const PreparedPolicy> policy, std::string label,
             const LoopOptions& options);

  std::string label;
  std::optional<Eid> eid;  // absent: no card that could be ordered anything
  // What every report looks at lies together.
  std::list<LiveDevice*>::iterator recent{};        // its place among those used lately
  std::chrono::steady_clock::time_point used_at{};  // to the second
  std::uint64_t batch = 0;            // the last that something of it may be in (Tenant::complete)
  PendingEntries* in_log = nullptr;   // what the log holds of it, once it got something
  Instant journal_time = kBeginning;  // what a reader of the journal takes for `loop.now()`
  std::size_t tail_bytes = 0;         // of what its journal holds and its memory does not know
  std::size_t memory_bytes = 0;       // of its memory, as last stored
  bool memory_due = false;            // what is stored is of another policy
  bool packing_due = false;
  bool resting = false;  // its loop let go of what can be concluded anew
  std::optional<CommandNumber> withdraw_tried;
  std::unique_ptr<DeviceLoop> shadow;  // under the shadow policy, when there is one
  DeviceLoop loop;
  DeviceRow row;     // as the next transaction will store it
  DeviceRow stored;  // as it is stored
  PlannerState plan;
  PlannerState stored_plan;
  std::string shadow_row;  // what is stored of what the shadow decides otherwise
  // When something of each kind was last complained of: told once a minute, however often it comes.
  std::map<eim::Notice::Kind, Instant> complained_at;
  // Numbers of the log (input_log.h): its memory knows what came before the first, its journal
  // holds what came before the second.
  std::uint64_t remembered_next = 0;
  std::uint64_t journal_next = 0;
  // As long as its newest report is not this late, nothing of its journal is to be thinned.
  Instant thin_from = kBeginning;
};

// What devices are read under. Does not change: another policy is another shelf, so a thread may
// read while the engine goes on.
struct DeviceShelf {
  Keys keys;
  LoopOptions loop;
  RunnablePolicy policy;
  RunnablePolicy shadow;  // empty: none
  PolicyDigest policy_digest;
  Bytes made_under;  // digest_of the policy and the options
  // What is said to a device of which the fleet knows nothing; null: the policies ask nothing of
  // it.
  std::shared_ptr<const FleetWord> first_word, first_shadow_word;
};

// A device never heard of is new and empty. `pending`: of the log; null: nothing. Errors: the
// store's, and E0012 and E0019 when something of it cannot be read (set_aside.h).
Result<std::unique_ptr<LiveDevice>> load_device(const StoreSnapshot& snapshot,
                                                const DeviceShelf& shelf, JournalReader& reader,
                                                const std::string& label,
                                                const PendingEntries* pending);

}  // namespace sojourn::service
