// How every device is looked at anew when people changed something for all at once (changes.cc),
// without anybody having to wait for it.
//
// Reading a device under another policy reads its whole journal. A thread of its own does that
// ahead, from a snapshot, holding no lock; the engine's thread takes up what was read, a few
// devices between two turns. A device that somebody needs before its turn comes is read at once.
#include <algorithm>
#include <chrono>

#include "adapters/service/device_memory.h"
#include "adapters/service/tenant.h"
#include "adapters/service/turn.h"
#include "engine/base/diagnostic_code.h"
#include "engine/device/planner_goal.h"

namespace sojourn::service {
namespace {

// Reports wait while devices are judged by a new policy: not for longer than this.
constexpr std::chrono::milliseconds kRevisitMax{10};
// Devices read ahead and not taken up yet: some megabytes.
constexpr std::size_t kAheadMax = 256;
constexpr std::size_t kLabelsPerPage = 256;

}  // namespace

// --- ahead, in a thread of its own ---------------------------------------------------------------

void Tenant::Ahead::begin(StoreRange all) {
  std::uint64_t next = round + 1;
  *this = Ahead();
  going_on = true;
  round = next;
  unlisted = std::move(all);
}

Status Tenant::list_ahead(const StoreSnapshot& snapshot) {
  if (!ahead_.labels.empty() || !ahead_.unlisted) return {};
  auto keys = snapshot.keys(*ahead_.unlisted, kLabelsPerPage);
  if (!keys) return std::move(keys).error();
  for (const StoreKey& key : *keys) {
    StoreKeyReader parts(key);
    parts.read_text();
    ahead_.labels.push_back(parts.read_text());
  }
  if (keys->size() < kLabelsPerPage) {
    ahead_.unlisted.reset();
  } else {
    ahead_.unlisted = ahead_.unlisted->after(keys->back());
  }
  return {};
}

Result<bool> Tenant::read_ahead(JournalReader& reader) {
  std::unique_lock lock(mutex_);
  if (!ahead_.going_on || ahead_.read.size() >= kAheadMax) return false;
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  if (Status listed = list_ahead(**snapshot); !listed) return std::move(listed).error();
  if (ahead_.labels.empty()) return false;
  std::string label = std::move(ahead_.labels.front());
  ahead_.labels.pop_front();
  if (devices_.contains(label)) {
    ahead_.read.push_back({std::move(label), nullptr});
    return true;
  }
  // What the log holds now and what the snapshot shows belong together.
  std::optional<PendingEntries> pending;
  if (const PendingEntries* some = log_.pending(label)) pending = *some;
  std::shared_ptr<const DeviceShelf> shelf = shelf_;
  std::uint64_t round = ahead_.round;
  ahead_.unspoilt.insert(label);
  ahead_.in_hand = true;
  lock.unlock();
  auto device = load_device(**snapshot, *shelf, reader, label, pending ? &*pending : nullptr);
  snapshot->reset();
  lock.lock();
  if (round != ahead_.round) return true;
  ahead_.in_hand = false;
  // What cannot be read is tried again where it is told.
  ahead_.read.push_back({std::move(label), device ? std::move(*device) : nullptr});
  return true;
}

// --- the engine's thread -------------------------------------------------------------------------

Result<LiveDevice*> Tenant::take_up(Ahead::Item item, StoreTransaction& effect) {
  bool unspoilt = ahead_.unspoilt.erase(item.label) == 1;
  if (item.device == nullptr || !unspoilt) return find(item.label, &effect);
  set_aside_.remove(item.label);
  log_.compare(item.label, item.device->journal_next);
  LiveDevice* device = keep(std::move(item.device));
  // Nobody asked for it: it is the first to leave memory.
  recent_.splice(recent_.end(), recent_, device->recent);
  device->used_at = {};
  return device;
}

Result<bool> Tenant::revisit(Instant now, Effects& effects) {
  std::lock_guard lock(mutex_);
  Reading reading{*this};
  if (!ahead_.going_on) return false;
  auto begin = std::chrono::steady_clock::now();
  while (!ahead_.read.empty() && std::chrono::steady_clock::now() - begin < kRevisitMax) {
    Ahead::Item item = std::move(ahead_.read.front());
    ahead_.read.pop_front();
    StoreTransaction first;
    auto device = take_up(std::move(item), first);
    if (!device && device.error().code == Code::E0886) continue;
    if (!device) return std::move(device).error();
    Turn turn(*this, **device, now, std::move(first));
    turn.look_anew();
    if (!shelf_->shadow) turn.effect.erase(keys_.shadow_row((*device)->label));
    turn.finish(effects);
  }
  if (!ahead_.over()) return true;
  ahead_.going_on = false;
  judged_in_ = batch_;
  StoreTransaction judged;
  std::string digest = digest_text(shelf_->policy_digest);
  judged.put(keys_.decided_by(), Bytes(digest.begin(), digest.end()));
  effects.transactions.push_back(std::move(judged));
  return false;
}

}  // namespace sojourn::service
