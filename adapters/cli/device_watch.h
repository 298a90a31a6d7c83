// DeviceWatch: what a dry-run keeps of one device beside its decisions. How its bans fared with the
// policy, how they would have fared without it, and which profile was enabled when.
//
// Without the policy means: with the profiles that were recorded. As long as the loop has switched
// nothing that is the same device; at the first switch a copy goes its own way.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "adapters/cli/ban_days.h"
#include "engine/runtime/device_loop.h"

namespace sojourn::cli {

// What is watched of every device; shared by them all.
struct WatchPlan {
  std::shared_ptr<const PreparedPolicy> policy;
  BanClock bans;
  Duration lateness;
  bool profiles = false;  // keep which profile was enabled when
};

// From this instant on; absent: unknown, kOtherSymbol: undeclared.
struct EnabledSince {
  Instant at;
  std::optional<std::int64_t> profile;
};

class DeviceWatch : public LoopWatch {
 public:
  explicit DeviceWatch(const WatchPlan& plan) : plan_(plan), with_(plan.bans) {}

  void time_passes(Device& device, Instant from, Instant until) override;
  void before_switch(Device& device, Instant at) override;
  void told(FeatureIndex feature, const Reading& reading, Instant at) override;
  // The loop has taken the report in.
  void reported(const Observation& observation);
  // The trace has ended; what was so at its last instant counts.
  void finish(DeviceLoop& loop);

  const BanDays& with_policy() const { return with_; }
  const BanDays& without_policy() const { return recorded_ ? recorded_->days : with_; }
  // Ascending; the last one holds to the end.
  const std::vector<EnabledSince>& profiles() const { return profiles_; }

 private:
  // The device as it was recorded, once the loop has gone another way.
  struct Recorded {
    Device device;
    Instant now;
    BanDays days;
    void pass_to(Instant t);
  };
  void note_profile(const Device& device, Instant at);

  const WatchPlan& plan_;
  BanDays with_;
  std::unique_ptr<Recorded> recorded_;
  std::map<FeatureIndex, Reading> told_;  // by the fleet, last
  std::vector<EnabledSince> profiles_;
};

}  // namespace sojourn::cli
