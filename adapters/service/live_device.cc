#include "adapters/service/live_device.h"

#include "engine/device/planner_goal.h"

namespace sojourn::service {
namespace {

constexpr std::size_t kEntriesPerPage = 1'000;

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

LiveDevice::LiveDevice(std::shared_ptr<const PreparedPolicy> policy, std::string name,
                       const LoopOptions& options)
    : label(std::move(name)),
      eid(parse_eid(label)),
      loop(std::move(policy), label, options),
      plan(new_planner_state(label)),
      stored_plan(plan) {}

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
  StoreRange rest = StoreRange::with_prefix(shelf.keys.journal(label));
  while (true) {
    Result<std::vector<StoreRow>> page = snapshot.scan(rest, kEntriesPerPage);
    if (!page) return std::move(page).error();
    for (const StoreRow& entry : *page) {
      Status read = shelf.reader.replay(text_of(entry.value), device->loop, *policy);
      if (!read) return std::move(read).error();
      StoreKeyReader parts(entry.key);
      parts.read_text(), parts.read_text();
      device->journal_next = parts.read_unsigned() + 1;
    }
    if (page->size() < kEntriesPerPage) break;
    rest = rest.after(page->back().key);
  }
  device->journal_time = device->loop.now();
  sync_quarantine(*policy, device->plan, device->loop.device(), device->loop.now());
  return device;
}

}  // namespace sojourn::service
