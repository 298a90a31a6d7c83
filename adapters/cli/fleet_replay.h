// FleetReplay: the loops of many devices over one trace, on several threads.
//
//   FleetReplay replay(policy, loop_options, {.jobs = 2});
//   while (more) replay.feed(block, write);       // whole blocks of reports, in trace order
//   replay.finish(write);
//
// Devices are independent of each other, so each thread follows its share of them; what they
// decided is put in the order of the reports that caused it. Where the policy asks something of the
// fleet they meet at its whole minutes (fleet_loops.h). The output is the same for any number of
// threads.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/cli/device_watch.h"
#include "adapters/service/master_data.h"
#include "engine/runtime/device_directory.h"
#include "engine/runtime/device_loop.h"
#include "engine/runtime/fleet_loops.h"

namespace sojourn::cli {

struct ReplayOptions {
  unsigned jobs = 1;
  // Are records wanted at all? Making them costs more than deciding.
  bool records = true;
  // Keep which profile was enabled when (DeviceWatch::profiles).
  bool profiles = false;
  // What is known of devices beforehand; may be absent, outlives the replay.
  const service::MasterData* master_data = nullptr;
  // Which EID stands beside an IMEI: of two replays that are compared, both go by the same.
  const service::MasterData* names = nullptr;
};

// What a rule (or a ban's remedy, or `otherwise`) did in a replay.
struct RuleCounts {
  std::uint64_t decision_count = 0;  // changes to it
  std::uint64_t device_count = 0;    // devices it ever decided for
  // Devices of which it fired beside the deciding one, with alerts or tasks.
  std::uint64_t told_device_count = 0;
};

// How one ban fared.
struct BanTotals {
  struct Days {
    std::uint64_t device_count = 0;      // devices that violated it
    std::uint64_t device_day_count = 0;  // on so many of their days
    std::uint64_t doubtful_count = 0;    // device-days on which nobody can tell
  };
  std::size_t ban = 0;  // in RuleTable::bans
  Days with, without;   // the policy: without it, recorded profiles stand
  Instant first_violated = kNever;
  std::string first_device;
};

// A device that will violate a ban if what it counts goes on.
struct NearLimit {
  Instant deadline;
  std::string device;
  std::size_t ban = 0;
};
inline constexpr Duration kNearLimit = days(30);

struct ReplayTotals {
  std::uint64_t device_count = 0;
  LoopTotals loops;               // summed over devices
  std::vector<RuleCounts> rules;  // by rule, then by ban, `otherwise` last
  std::uint64_t switching_device_count = 0;
  std::uint64_t switches_per_device_max = 0;
  std::string most_switched_device;
  // Devices whose last decision waits, by what for: "hold", "approval", a guard as written.
  std::map<std::string, std::uint64_t> waiting;
  std::vector<BanTotals> bans;  // those that can be violated
  std::vector<NearLimit> near;  // within kNearLimit of the trace's end, the soonest first
  std::uint64_t refused_value_count = 0;
  std::vector<std::string> refused_examples;  // the first few, with their lines
};

// "vivo-local"; "unknown", "undeclared".
std::string profile_name(const RuleTable& table, std::optional<std::int64_t> profile);

class FleetReplay {
 public:
  // A decision record in the order of the trace.
  struct Written {
    const DecisionRecord& record;
    std::string_view json;
  };
  using Writer = std::function<void(const Written&)>;

  FleetReplay(std::shared_ptr<const PreparedPolicy> policy, const LoopOptions& loop_options,
              const ReplayOptions& options);
  ~FleetReplay();

  void feed(std::span<const Observation> observations, const Writer& writer);
  // Lets time pass for every device up to the newest report of the trace.
  void finish(const Writer& writer);

  // After finish().
  ReplayTotals totals();
  std::size_t device_count() const { return directory_.size(); }
  const std::string& device_label(DeviceIndex index) const { return directory_.label(index); }
  DeviceLoop& loop(DeviceIndex index) { return fleet_.loop(index); }
  // Null when nothing is watched: no bans, and no profiles asked for.
  const DeviceWatch* watch(DeviceIndex index) const { return watches_[index].get(); }
  Instant newest() const { return newest_; }
  const PreparedPolicy& policy() const { return *policy_; }
  const BanClock& bans() const { return watch_plan_.bans; }
  // Of each report of the block fed last.
  const std::vector<DeviceIndex>& block_devices() const { return device_of_; }

 private:
  class Worker;
  // `piece_count`: how much there is to do.
  void run_workers(const std::function<void(Worker&)>& work, std::size_t piece_count);
  void feed_minute(std::span<const Observation> observations, std::size_t first);
  // The records are numbered before the report of this number.
  void pass_fleet_until(Instant end, std::uint64_t ordinal);
  void add_device(DeviceIndex device, const Observation& first);
  void write_in_order(const Writer& writer);
  void add_bans(ReplayTotals& totals);
  // Is what the ban counts going on at the trace's end?
  bool counts_now(DeviceIndex device, const Ban& ban);

  std::shared_ptr<const PreparedPolicy> policy_;
  ReplayOptions options_;
  DeviceDirectory directory_;
  WatchPlan watch_plan_;
  std::vector<std::unique_ptr<DeviceWatch>> watches_;  // by DeviceIndex
  FleetLoops fleet_;                                   // its members are the DeviceIndex
  bool asks_fleet_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<DeviceIndex> device_of_;    // of each report of the block
  std::vector<std::uint32_t> by_device_;  // numbers of reports, in the order they are taken
  std::uint64_t ordinal_ = 0;             // of the block's first report
  Instant newest_ = kBeginning;
};

}  // namespace sojourn::cli
