// How time passes for a fleet that is asked something: by its whole minutes, and before each by
// what is due before it, device by device. When the process was away, or a clock jumped, all of
// them are gone through in their order; nothing is ordered before the wall clock is reached again.
#include <algorithm>

#include "adapters/service/policy_versions.h"
#include "adapters/service/tenant.h"
#include "adapters/service/turn.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {

Status Tenant::open_fleet() {
  StoreTransaction kept;
  auto opened = LiveFleet::open(store_, keys_.fleet(), shelf_->policy.prepared,
                                LiveFleet::Begin::take_over, kept);
  if (!opened) return std::move(opened).error();
  fleet_ = std::move(opened->fleet);
  if (!opened->same) {
    // What each device has to say is asked anew, also after a stop in the middle of it.
    kept.erase(keys_.decided_by());
    ahead_.begin(StoreRange::with_prefix(keys_.devices()));
  }
  return kept.empty() ? Status() : store_.commit(kept);
}

// Of no device at all there is nothing to look at.
Status Tenant::forgo_looking_at_nobody() {
  if (!ahead_.going_on) return {};
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  auto any = (*snapshot)->scan(StoreRange::with_prefix(keys_.devices()), 1);
  if (!any) return std::move(any).error();
  if (!any->empty()) return {};
  ahead_ = Ahead();
  StoreTransaction judged;
  std::string digest = digest_text(shelf_->policy_digest);
  judged.put(keys_.decided_by(), Bytes(digest.begin(), digest.end()));
  return store_.commit(judged);
}

bool Tenant::asks_fleet() const {
  std::lock_guard lock(mutex_);
  return fleet_ != nullptr || shadow_fleet_ != nullptr;
}

// While devices are looked at anew it is not known who all asks for something: the minutes wait.
Instant Tenant::fleet_due() const {
  Instant due = kNever;
  if (ahead_.going_on) return due;
  for (const LiveFleet* fleet : {fleet_.get(), shadow_fleet_.get()}) {
    if (fleet != nullptr) due = std::min(due, fleet->minutes().due());
  }
  return due;
}

Result<Instant> Tenant::next_instant() {
  auto next = next_in_queue();
  if (!next) return next;
  std::lock_guard lock(mutex_);
  for (const LiveFleet* fleet : {fleet_.get(), shadow_fleet_.get()}) {
    if (fleet != nullptr && fleet->first_untold()) return kBeginning;
  }
  return std::min(*next, fleet_due());
}

Result<bool> Tenant::step_fleet(Instant now, std::size_t count_max, Effects& effects) {
  std::lock_guard lock(mutex_);
  Reading reading{*this};
  for (LiveFleet* fleet : {fleet_.get(), shadow_fleet_.get()}) {
    auto told = tell_untold(fleet, now, count_max, effects);
    if (!told || *told) return told;
  }
  Instant due = fleet_due();
  auto next = next_in_queue();
  if (!next) return std::move(next).error();
  Instant until = due == kNever ? now : std::min(now, due - milliseconds(1));
  if (*next <= until) {
    // What a device says at a tick counts from the next minute on, however late the tick comes.
    Instant minute_end = minute_at_or_before(*next) + minutes(1) - milliseconds(1);
    auto ticked = tick_until(std::min(until, minute_end), now, count_max, effects);
    if (!ticked) return ticked;
    return true;
  }
  if (due > now) return false;
  for (LiveFleet* fleet : {fleet_.get(), shadow_fleet_.get()}) {
    if (fleet != nullptr && fleet->minutes().due() <= due) fleet->pass(due);
  }
  return true;
}

// True: somebody was told.
Result<bool> Tenant::tell_untold(LiveFleet* fleet, Instant wall, std::size_t count_max,
                                 Effects& effects) {
  if (fleet == nullptr || !fleet->first_untold()) return false;
  for (std::size_t count = 0; count < count_max; ++count) {
    auto member = fleet->first_untold();
    if (!member) break;
    StoreTransaction first;
    auto device = find(fleet->minutes().name(*member), &first);
    if (!device && device.error().code == Code::E0886) {  // it is asked anew when it can be read
      fleet->note_told(*member);
      continue;
    }
    if (!device) return std::move(device).error();
    Turn turn(*this, **device, fleet->minutes().passed(), std::move(first), wall);
    // One that has no need of the word any more was told nothing.
    fleet->note_told(*member);
    turn.finish(effects);
  }
  return true;
}

// --- people --------------------------------------------------------------------------------------

std::vector<FleetMinutes::Waiting> Tenant::waiting_campaigns() const {
  std::lock_guard lock(mutex_);
  return fleet_ == nullptr ? std::vector<FleetMinutes::Waiting>() : fleet_->minutes().waiting();
}

Tenant::FleetSize Tenant::fleet_size() const {
  std::lock_guard lock(mutex_);
  FleetSize size;
  if (fleet_ == nullptr) return size;
  size.members = fleet_->minutes().size();
  size.untold = fleet_->untold_count();
  for (const auto& [campaign, aborted] : fleet_->minutes().waiting_campaigns()) {
    ++(aborted ? size.aborted : size.waiting);
  }
  return size;
}

}  // namespace sojourn::service
