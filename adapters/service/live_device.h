// Private. A device in memory: its loop, its plan, and what of them is in the store.
//
// It is made from the store by what it remembered last (device_memory.h) and the journal since
// (journal.h), under another policy by the whole journal. It leaves memory when others are needed
// more: nothing is lost, because after each transaction the store holds as much as it.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "adapters/eim/order_book.h"
#include "adapters/service/device_row.h"
#include "adapters/service/journal.h"
#include "adapters/service/keys.h"
#include "engine/base/store.h"
#include "engine/device/planner.h"
#include "engine/runtime/device_loop.h"

namespace sojourn::service {

struct LiveDevice {
  LiveDevice(std::shared_ptr<const PreparedPolicy> policy, std::string label,
             const LoopOptions& options);

  std::string label;
  std::optional<Eid> eid;  // absent: no card that could be ordered anything
  DeviceLoop loop;
  std::unique_ptr<DeviceLoop> shadow;  // under the shadow policy, when there is one ...
  std::string shadow_row;              // ... and what is stored of it
  PlannerState plan;
  PlannerState stored_plan;
  DeviceRow row;     // as the next transaction will store it
  DeviceRow stored;  // as it is stored
  std::optional<CommandNumber> withdraw_tried;
  // When something of each kind was last complained of: told once a minute, however often it comes.
  std::map<eim::Notice::Kind, Instant> complained_at;
  std::uint64_t journal_next = 0;             // number of the next entry
  std::uint64_t tail_first = 0;               // of the first entry that is in no packed block ...
  std::string tail;                           // ... and the text from there on
  std::size_t memory_bytes = 0;               // of its memory, as last stored
  bool memory_due = false;                    // what is stored is of another policy, or missing
  Instant journal_time = kBeginning;          // what a reader of the journal takes for `loop.now()`
  std::list<LiveDevice*>::iterator recent{};  // its place among those used lately
};

struct DeviceShelf {
  const Keys& keys;
  JournalReader& reader;
  LoopOptions loop;
  const MasterData& devices;
  const Bytes& made_under;  // digest_of the policy and these options
};

// A device never heard of is new and empty. Errors: the store's, and E0012.
Result<std::unique_ptr<LiveDevice>> load_device(const StoreSnapshot& snapshot,
                                                const DeviceShelf& shelf,
                                                std::shared_ptr<const PreparedPolicy> policy,
                                                const std::string& label);

}  // namespace sojourn::service
