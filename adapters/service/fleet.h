// Private. What the policy says about the fleet, carried out live: how far each rollout is, and how
// many devices were switched lately.
//
// A stage of 10% lets go the devices whose hash lies in the first tenth of all hashes: the same
// ones every time, and a tenth of those affected on average.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "adapters/service/keys.h"
#include "engine/base/store.h"
#include "engine/device/device.h"
#include "engine/device/planner.h"

namespace sojourn::service {

// Not thread-safe: the tenant's lock is held.
class Fleet {
 public:
  // Campaigns of the policy that were opened before go on where they are; new ones open at `now`.
  // Reads switches that still count for a guard. Into `effect`: what has to be kept.
  Status open(Store& store, const Keys& keys, const PreparedPolicy& policy, Instant now,
              StoreTransaction& effect);

  // Of a policy that runs in shadow only the campaigns: they open when it first does.
  Status open_in_shadow(Store& store, const Keys& keys, const PreparedPolicy& policy, Instant now,
                        StoreTransaction& effect);

  // Tells the device how far its rollouts are at `now`; when the next stage opens, kNever: none.
  Instant tell(Device& device, const std::string& label, Instant now) const;

  // A device is known for the first time.
  void add_device() { ++size_; }
  // Into `effect`: how many there are, if that is not what was kept last.
  void keep_size(const Keys& keys, StoreTransaction& effect);
  std::uint64_t size() const { return size_; }

  // May the decision switch one more device now? Adds to what the device's own guards say.
  void judge(const PreparedPolicy& policy, const Decision& decision, Instant now, PlanGates& gates);
  // A switch was ordered.
  void note_switch(const Keys& keys, const std::string& label, Instant at,
                   StoreTransaction& effect);

 private:
  struct Campaign {
    std::string name;
    FeatureIndex feature = 0;
    Rollout rollout;
    Instant opened;
  };
  // `kept_under`: before the name, in the store.
  Status open_campaigns(Store& store, const Keys& keys, const PreparedPolicy& policy,
                        const std::string& kept_under, Instant now, StoreTransaction& effect);
  void forget_before(Instant t);

  std::vector<Campaign> campaigns_;
  std::uint64_t size_ = 0;
  std::uint64_t kept_size_ = 0;
  Duration longest_window_;
  std::deque<Instant> switches_;  // ascending
};

}  // namespace sojourn::service
