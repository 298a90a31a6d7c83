// What people change for all devices at once: the policy in force, the one in shadow, the kill
// switches; and how every device is looked at anew then, without anybody having to wait for it.
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

void Tenant::shelve(RunnablePolicy policy, RunnablePolicy shadow) {
  LoopOptions loop;
  loop.mode = LoopMode::open;
  loop.lateness = config_.lateness;
  DeviceShelf shelf{keys_, loop, std::move(policy), std::move(shadow), {}, {}, {}, {}};
  shelf.first_word = first_word(shelf.policy.prepared);
  if (shelf.shadow) shelf.first_shadow_word = first_word(shelf.shadow.prepared);
  shelf.policy_digest = digest_text(*shelf.policy.prepared);
  shelf.made_under = digest_of(*shelf.policy.prepared, loop);
  shelf_ = std::make_shared<const DeviceShelf>(std::move(shelf));
  set_aside_.try_all_again();
}

Status Tenant::activate(RunnablePolicy policy, std::string_view by, Instant now, Effects& effects) {
  std::lock_guard lock(mutex_);
  recent_.clear();
  devices_.clear();
  shelve(std::move(policy), shelf_->shadow);
  StoreTransaction effect;
  auto opened = LiveFleet::open(store_, keys_.fleet(), shelf_->policy.prepared,
                                LiveFleet::Begin::take_over, effect);
  if (!opened) return std::move(opened).error();
  fleet_ = std::move(opened->fleet);
  effect.erase(keys_.decided_by());
  record(policy_record(shelf_->policy_digest, by, now), effect);
  effects.transactions.push_back(std::move(effect));
  ahead_.begin(StoreRange::with_prefix(keys_.devices()));
  return {};
}

Status Tenant::set_shadow(RunnablePolicy policy, std::string_view by, Instant now,
                          Effects& effects) {
  std::lock_guard lock(mutex_);
  recent_.clear();
  devices_.clear();
  StoreTransaction effect;
  std::string digest = policy ? digest_text(*policy.prepared) : "";
  shelve(shelf_->policy, std::move(policy));
  shadow_fleet_.reset();
  if (shelf_->shadow) {
    auto opened = LiveFleet::open(store_, keys_.shadow_fleet(), shelf_->shadow.prepared,
                                  LiveFleet::Begin::anew, effect);
    if (!opened) return std::move(opened).error();
    shadow_fleet_ = std::move(opened->fleet);
  }
  record(shadow_record(digest, by, now), effect);
  effects.transactions.push_back(std::move(effect));
  ahead_.begin(StoreRange::with_prefix(keys_.devices()));
  return {};
}

void Tenant::set_switches(const KillSwitches& switches, Effects& effects) {
  std::lock_guard lock(mutex_);
  switches_ = switches;
  StoreTransaction effect;
  effect.put(keys_.switches(), to_bytes(switches));
  record(switches_record(switches), effect);
  effects.transactions.push_back(std::move(effect));
  ahead_.begin(StoreRange::with_prefix(keys_.devices()));
}

void Tenant::record(std::string_view json, StoreTransaction& effect) {
  std::uint64_t number = chain_->sequence();
  std::string line = chain_->append(json, "");
  effect.put(keys_.chain(number), Bytes(line.begin(), line.end()));
}

Status Tenant::propose(const std::optional<PolicyVersion>& proposal, std::string_view by,
                       Instant now, Effects& effects) {
  std::lock_guard lock(mutex_);
  auto before = policy_proposal(store_, keys_);
  if (!before) return std::move(before).error();
  if (!proposal && !before->has_value()) {
    return make_diagnostic(Code::E0842, "no policy waits for a second person");
  }
  StoreTransaction effect;
  if (proposal) {
    effect.put(keys_.proposal(), to_bytes(*proposal));
  } else {
    effect.erase(keys_.proposal());
  }
  const PolicyVersion& about = proposal ? *proposal : **before;
  record(proposal_record(about, !proposal, by, now), effect);
  effects.transactions.push_back(std::move(effect));
  return {};
}

Status Tenant::approve(const std::string& label, std::string_view by, Instant now,
                       Effects& effects) {
  std::lock_guard lock(mutex_);
  Reading reading{*this};
  auto device = find(label, nullptr);
  if (!device) return std::move(device).error();
  if (*device == nullptr) {
    return make_diagnostic(Code::E0841, "no device `" + label + "` has been heard of");
  }
  const auto& decision = (*device)->loop.decision();
  if (!decision || (*device)->row.waits_for != name_of(WaitReason::approval)) {
    return make_diagnostic(Code::E0842, "nothing of device `" + label + "` waits for approval");
  }
  Turn turn(*this, **device, now);
  turn.record(approval_record(decider_of(*shelf_->policy.prepared, *decision), by, now));
  (*device)->row.approved = approval_key(*shelf_->policy.prepared, *decision);
  turn.finish(effects);
  return {};
}

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
  StoreTransaction judged;
  const std::string& digest = shelf_->policy_digest;
  judged.put(keys_.decided_by(), Bytes(digest.begin(), digest.end()));
  effects.transactions.push_back(std::move(judged));
  return false;
}

}  // namespace sojourn::service
