// Private to the public face of the engine: the devices that an Engine follows.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/device/planner.h"
#include "engine/runtime/device_loop.h"
#include "engine/runtime/embed_state.h"

namespace sojourn::embed {

Decision public_decision(const DecisionRecord& record, const RuleTable& table);
// Absent: a time that can be.
std::optional<Error> refused_time(std::int64_t at_ms);

struct Engine::State {
  struct Followed {
    DeviceLoop loop;
    std::unique_ptr<PlannerState> plan;  // null: the host asked for no plan yet
  };

  explicit State(const Policy& p) : policy(p) { options.mode = LoopMode::open; }

  const PreparedPolicy& prepared() const { return *policy.state_->prepared; }

  // Null: never observed.
  Followed* find(const std::string& device) {
    auto it = devices.find(device);
    return it == devices.end() ? nullptr : &it->second;
  }
  Followed& follow(const std::string& device) {
    if (Followed* known = find(device)) return *known;
    DeviceLoop loop(policy.state_->prepared, device, options);
    return devices.try_emplace(device, Followed{std::move(loop), nullptr}).first->second;
  }

  // Runs `act` on the device's loop, keeps the queue of instants right, gathers what was decided.
  template <class Act>
  std::vector<Decision> run(DeviceLoop& loop, const Act& act) {
    std::vector<Decision> decisions;
    leave_queue(loop);
    act([&](const DecisionRecord& record) {
      decisions.push_back(public_decision(record, prepared().table()));
    });
    join_queue(loop);
    return decisions;
  }
  void leave_queue(const DeviceLoop& loop) { queue.erase({loop.wake(), loop.name()}); }
  void join_queue(const DeviceLoop& loop) {
    if (loop.wake() != kNever) queue.insert({loop.wake(), loop.name()});
  }

  // Says what happened on the card to the device: its quarantine, and its word as a report.
  void hear_card(Followed& followed, Instant at, const RecordSink& sink);
  // What stored devices are read under.
  const std::string& stored_under();

  Policy policy;
  LoopOptions options;
  PlannerOptions planner_options;
  std::unordered_map<std::string, Followed> devices;
  std::set<std::pair<Instant, std::string>> queue;  // when time alone may change which device
  std::string stored_under_;                        // "": not asked for yet
};

// E0006, of a device that was never observed.
Error unknown_device(const std::string& device);

}  // namespace sojourn::embed
