// FleetLoops: the loops of a fleet's devices and the fleet's minutes, brought through event time
// together. What a dry-run and a test drive; the service does the same with its own clock, queue
// and store.
//
//   FleetLoops fleet(policy, options);
//   FleetMember m = fleet.join("8904...");
//   fleet.pass_until(report.at, sink);      // all that happens to anybody before that minute
//   fleet.loop(m).report(report, ...);      // on any thread
//   fleet.heard(m);
//   fleet.pass_until(end, sink);
//
// Only whole minutes matter between devices, so time is passed by them; within a minute each device
// has its own.
#pragma once

#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "engine/runtime/device_loop.h"
#include "engine/runtime/fleet_minutes.h"

namespace sojourn {

class FleetLoops {
 public:
  using Sink = std::function<void(FleetMember, const DecisionRecord&)>;

  FleetLoops(std::shared_ptr<const PreparedPolicy> policy, const LoopOptions& options);

  FleetMember join(const std::string& device);
  std::size_t size() const { return loops_.size(); }
  DeviceLoop& loop(FleetMember member) { return *loops_[member]; }
  FleetMinutes& minutes() { return minutes_; }
  // Something happened to the device since it was heard last.
  void heard(FleetMember member);
  // Brings all devices and the fleet to the whole minute at or before `end`: what is due before it,
  // and the minute itself.
  void pass_until(Instant end, const Sink& sink);

 private:
  void run_ticks_before(Instant minute, const Sink& sink);
  void pass(Instant minute, const Sink& sink);

  using Wake = std::pair<Instant, FleetMember>;
  std::shared_ptr<const PreparedPolicy> policy_;
  LoopOptions options_;
  FleetMinutes minutes_;
  std::vector<std::unique_ptr<DeviceLoop>> loops_;
  std::vector<Instant> queued_;  // by member: its place among the wakes
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;  // some are outdated
};

}  // namespace sojourn
