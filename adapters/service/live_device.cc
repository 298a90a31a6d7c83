#include "adapters/service/live_device.h"

#include <algorithm>

#include "adapters/service/device_memory.h"
#include "adapters/service/every_row.h"
#include "adapters/service/set_aside.h"
#include "adapters/service/shadow.h"
#include "engine/device/planner_goal.h"

namespace sojourn::service {

LiveDevice::LiveDevice(std::shared_ptr<const PreparedPolicy> policy, std::string name,
                       const LoopOptions& options)
    : label(std::move(name)),
      eid(parse_eid(label)),
      loop(std::move(policy), label, options),
      plan(new_planner_state(label)),
      stored_plan(plan) {}

namespace {

// Before anything is known of it; what its history says then comes after.
void join_fleet(const DeviceShelf& shelf, LiveDevice& device) {
  bool is_in = device.loop.word() != nullptr;
  if (shelf.first_word && !is_in) device.loop.take(*shelf.first_word, kBeginning, [](auto&) {});
}

// The journal's rows from number `first` on, into the loop.
Status replay_journal(const StoreSnapshot& snapshot, const DeviceShelf& shelf,
                      JournalReader& reader, std::uint64_t first, LiveDevice& device) {
  StoreRange rest = StoreRange::with_prefix(shelf.keys.journal(device.label));
  if (first > 0) rest = rest.after(shelf.keys.journal(device.label, first - 1));
  return every_row(snapshot, rest, [&](const StoreRow& row) -> Status {
    StoreKeyReader parts(row.key);
    parts.read_text(), parts.read_text();
    std::uint64_t number = parts.read_unsigned();
    Result<std::string> text = unpack_journal(row.value);
    if (!text) return std::move(text).error();
    Status read = reader.replay(*text, device.loop, *shelf.policy.prepared, *shelf.policy.devices);
    if (!read) return read;
    device.journal_next = std::max(device.journal_next, number + 1);
    if (number >= device.remembered_next) device.tail_bytes += text->size();
    return {};
  });
}

Status replay_past(const StoreSnapshot& snapshot, const DeviceShelf& shelf, JournalReader& reader,
                   LiveDevice& device) {
  Result<std::optional<Bytes>> past = snapshot.read(shelf.keys.past(device.label));
  if (!past) return std::move(past).error();
  if (!past->has_value()) return {};
  Result<std::string> text = unpack_journal(**past);
  if (!text) return std::move(text).error();
  return reader.replay(*text, device.loop, *shelf.policy.prepared, *shelf.policy.devices);
}

Status read_history(const StoreSnapshot& snapshot, const DeviceShelf& shelf, JournalReader& reader,
                    const PendingEntries* pending, LiveDevice& device) {
  Result<std::optional<Bytes>> stored = snapshot.read(shelf.keys.memory(device.label));
  if (!stored && !is_damage(stored.error())) return std::move(stored).error();
  bool is_stored = !stored || stored->has_value();
  DeviceMemory memory;
  Result<DeviceMemory> remembered = DeviceMemory();
  if (stored && is_stored) remembered = device_memory_from(**stored);
  // One that is damaged says no more than the journal.
  if (stored && is_stored && remembered) {
    memory = std::move(*remembered);
    device.remembered_next = device.journal_next = memory.journal_next;
    device.memory_bytes = (*stored)->size();
  }
  bool known = memory.made_under == shelf.made_under;
  Status read = known ? device.loop.restore(memory.loop) : Status();
  if (read) join_fleet(shelf, device);
  if (read && !known) read = replay_past(snapshot, shelf, reader, device);
  if (!read) return read;
  std::uint64_t first = known ? memory.journal_next : 0;
  if (read = replay_journal(snapshot, shelf, reader, first, device); !read) return read;
  bool since = !known || device.tail_bytes > 0;
  if (pending != nullptr) {
    for (const LogPiece& piece : pending->pieces_from(device.journal_next)) {
      since = true;
      read = reader.replay(piece.text, device.loop, *shelf.policy.prepared, *shelf.policy.devices);
      if (!read) return read;
    }
  }
  device.memory_due = is_stored && !known;
  device.journal_time = since ? device.loop.now() : memory.journal_time;
  return {};
}

}  // namespace

Result<std::unique_ptr<LiveDevice>> load_device(const StoreSnapshot& snapshot,
                                                const DeviceShelf& shelf, JournalReader& reader,
                                                const std::string& label,
                                                const PendingEntries* pending) {
  const PreparedPolicy& policy = *shelf.policy.prepared;
  auto device = std::make_unique<LiveDevice>(shelf.policy.prepared, label, shelf.loop);
  Result<std::optional<Bytes>> stored = snapshot.read(shelf.keys.device(label));
  if (!stored) return std::move(stored).error();
  if (stored->has_value()) {
    Result<DeviceRow> row = device_row_from(**stored);
    if (!row) return std::move(row).error();
    device->stored = device->row = std::move(*row);
    if (!device->row.plan.empty()) {
      Result<PlannerState> plan = planner_state_from_bytes(device->row.plan);
      if (!plan) return std::move(plan).error();
      device->plan = device->stored_plan = std::move(*plan);
    }
    Status read = read_history(snapshot, shelf, reader, pending, *device);
    if (!read) return std::move(read).error();
    sync_quarantine(policy, device->plan, device->loop.device(), device->loop.now());
  } else {
    join_fleet(shelf, *device);
  }
  if (!shelf.shadow) return device;
  Status followed = follow_in_shadow(snapshot, shelf, reader, pending, *device);
  if (followed) return device;
  // What only the shadow needs keeps nobody from being decided about.
  if (!is_damage(followed.error())) return std::move(followed).error();
  device->shadow.reset();
  return device;
}

}  // namespace sojourn::service
