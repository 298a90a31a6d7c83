#include "adapters/service/live_device.h"

#include "adapters/service/device_memory.h"
#include "engine/device/planner_goal.h"

namespace sojourn::service {
namespace {

constexpr std::size_t kEntriesPerPage = 1'000;

}  // namespace

LiveDevice::LiveDevice(std::shared_ptr<const PreparedPolicy> policy, std::string name,
                       const LoopOptions& options)
    : label(std::move(name)),
      eid(parse_eid(label)),
      loop(std::move(policy), label, options),
      plan(new_planner_state(label)),
      stored_plan(plan) {}

namespace {

// The journal's rows from `first` on, into the loop; those from `tail_first` on are kept.
Status replay_from(const StoreSnapshot& snapshot, const DeviceShelf& shelf, std::uint64_t first,
                   const PreparedPolicy& policy, LiveDevice& device) {
  StoreRange rest = StoreRange::with_prefix(shelf.keys.journal(device.label));
  if (first > 0) rest = rest.after(shelf.keys.journal(device.label, first - 1));
  while (true) {
    Result<std::vector<StoreRow>> page = snapshot.scan(rest, kEntriesPerPage);
    if (!page) return std::move(page).error();
    for (const StoreRow& row : *page) {
      StoreKeyReader parts(row.key);
      parts.read_text(), parts.read_text();
      std::uint64_t number = parts.read_unsigned();
      Result<std::string> text = unpack_journal(row.value);
      if (!text) return std::move(text).error();
      Status read = shelf.reader.replay(*text, device.loop, policy, shelf.devices);
      if (!read) return read;
      if (number >= device.tail_first) {
        device.tail += *text;
        device.journal_next = number + 1;
      }
    }
    if (page->size() < kEntriesPerPage) return {};
    rest = rest.after(page->back().key);
  }
}

Status read_history(const StoreSnapshot& snapshot, const DeviceShelf& shelf,
                    const std::shared_ptr<const PreparedPolicy>& policy,
                    std::unique_ptr<LiveDevice>& device) {
  Result<std::optional<Bytes>> stored = snapshot.read(shelf.keys.memory(device->label));
  if (!stored) return std::move(stored).error();
  DeviceMemory memory;
  if (stored->has_value()) {
    Result<DeviceMemory> read = device_memory_from(**stored);
    if (!read) return std::move(read).error();
    memory = std::move(*read);
    device->tail_first = device->journal_next = memory.journal_next;
    device->memory_bytes = (*stored)->size();
  }
  if (memory.made_under == shelf.made_under) {
    if (Status restored = device->loop.restore(memory.loop); !restored) return restored;
    Status read = replay_from(snapshot, shelf, memory.journal_next, *policy, *device);
    if (!read) return read;
    device->journal_time = device->tail.empty() ? memory.journal_time : device->loop.now();
    return {};
  }
  Result<std::optional<Bytes>> past = snapshot.read(shelf.keys.past(device->label));
  if (!past) return std::move(past).error();
  if (past->has_value()) {
    Result<std::string> text = unpack_journal(**past);
    if (!text) return std::move(text).error();
    Status read = shelf.reader.replay(*text, device->loop, *policy, shelf.devices);
    if (!read) return read;
  }
  if (Status read = replay_from(snapshot, shelf, 0, *policy, *device); !read) return read;
  device->memory_due = stored->has_value();
  device->journal_time = device->loop.now();
  return {};
}

}  // namespace

Result<std::unique_ptr<LiveDevice>> load_device(const StoreSnapshot& snapshot,
                                                const DeviceShelf& shelf,
                                                std::shared_ptr<const PreparedPolicy> policy,
                                                const std::string& label) {
  auto device = std::make_unique<LiveDevice>(policy, label, shelf.loop);
  Result<std::optional<Bytes>> stored = snapshot.read(shelf.keys.device(label));
  if (!stored) return std::move(stored).error();
  if (!stored->has_value()) return device;
  Result<DeviceRow> row = device_row_from(**stored);
  if (!row) return std::move(row).error();
  device->stored = device->row = std::move(*row);
  if (!device->row.plan.empty()) {
    Result<PlannerState> plan = planner_state_from_bytes(device->row.plan);
    if (!plan) return std::move(plan).error();
    device->plan = device->stored_plan = std::move(*plan);
  }
  if (Status read = read_history(snapshot, shelf, policy, device); !read) {
    return std::move(read).error();
  }
  sync_quarantine(*policy, device->plan, device->loop.device(), device->loop.now());
  return device;
}

}  // namespace sojourn::service
