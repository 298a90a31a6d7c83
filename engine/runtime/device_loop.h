// DeviceLoop: one device followed through time. Reports and ticks go in, changed decisions come
// out.
//
//   DeviceLoop loop(policy, "8904...", options);
//   loop.report(observation, [](const DecisionRecord& record) { ... });
//   loop.run_until(end, sink);                       // what time alone changes
//
// A dry-run, a test and the service all drive devices through this loop, so they decide the same.
// Not thread-safe; loops of different devices are independent.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/device/device.h"
#include "engine/runtime/waits.h"

namespace sojourn {

// How a decision takes effect in the device that is followed.
enum class LoopMode : std::uint8_t {
  open,      // decisions are only compared with what is reported
  closed,    // a simulated device carries them out after `latency`
  obedient,  // carried out at once (`test ... obeying`)
};

struct LoopOptions {
  LoopMode mode = LoopMode::closed;
  // closed: how long after the decision it takes effect; absent: at the device's next report.
  std::optional<Duration> latency;
  Duration lateness = days(7);
  // Write a record for every report, not only for changes.
  bool every_report = false;
  // What asks for `approval` has it, as if somebody had said yes at once.
  bool approved = false;
};

using RecordSink = std::function<void(const DecisionRecord&)>;

struct LoopTotals {
  std::uint64_t report_count = 0;
  std::uint64_t late_count = 0;
  std::uint64_t too_late_count = 0;
  std::uint64_t duplicate_count = 0;
  std::uint64_t switch_count = 0;  // carried out by this loop
  std::uint64_t change_count = 0;  // decisions that differ from the one before
  Instant first = kNever;
  Instant last = kBeginning;
};

// Sees what a loop is about to do to its device.
class LoopWatch {
 public:
  virtual ~LoopWatch() = default;
  // Nothing is reported and nothing is switched within [from, until): what the device says of these
  // instants is what was known when they passed.
  virtual void time_passes(Device& device, Instant from, Instant until) = 0;
  // The loop switches the device.
  virtual void before_switch(Device& device, Instant at) = 0;
  // The fleet has told the device this.
  virtual void told(FeatureIndex feature, const Reading& reading, Instant at) = 0;
};

class DeviceLoop {
 public:
  DeviceLoop(std::shared_ptr<const PreparedPolicy> policy, std::string name,
             const LoopOptions& options);

  // Takes in what is known of the device before its first report (master data): values that stand
  // from `standing.at` on. Nothing is decided. Requires: no report yet.
  ObserveOutcome introduce(const Observation& standing);
  // Takes a report in; first lets time pass up to it. What could not be used of it is returned.
  ObserveOutcome report(const Observation& observation, const RecordSink& sink);
  // Lets time pass, ticks at `end` included.
  void run_until(Instant end, const RecordSink& sink);

  // Outlives the loop; null: nobody looks.
  void watch(LoopWatch* watch) { watch_ = watch; }

  const std::string& name() const { return name_; }
  Device& device() { return device_; }
  // The decision in force, and when it was taken. Absent before the first report.
  const std::optional<Decision>& decision() const { return decision_; }
  Instant decided_at() const { return decided_at_; }
  // The alerts and tasks of the decision in force, of every rule that adds some.
  const std::vector<std::string>& alerts() const { return alerts_; }
  const std::vector<std::string>& tasks() const { return tasks_; }
  // What the decision in force waits for; absent: nothing.
  const std::optional<std::string>& suppressed() const { return waits_.suppressed; }
  // Up to where time has passed.
  Instant now() const { return now_; }
  // When time alone may change something: `run_until` has nothing to do before. kNever when never.
  Instant wake() const { return std::min({wake_, effect_due(), facts_until_}); }
  // What the fleet has to know of the device, as of now(), to be asked again after whatever happens
  // to it and at its wake(); and what it says, at an instant that is
  // not before now(). A loop that is never told follows a device without a fleet. `approved`:
  // somebody said yes to the decision in force, if that asks for it.
  FleetFacts facts(const FleetQuestions& questions, bool approved = false);
  void take(FleetWord word, Instant at, const RecordSink& sink);
  // What the fleet said last; null: nothing ever.
  const FleetWord* word() const { return fleet_.get(); }
  // The whole story of the decision in force, as of now().
  Explanation explain();
  // The record of the decision in force, as of now(). Requires: decision().
  DecisionRecord record() { return make_record(now_); }
  // The device was switched by the host, to this profile at this instant.
  void switched(ProfileIndex profile, Instant at, const RecordSink& sink);
  const LoopTotals& totals() const { return totals_; }
  // Lets go of what can be concluded anew, for a device that is not heard of for a while
  // (Device::rest). Nothing that it decides differs.
  void rest();

  // The device and what stands of it, so that a loop of the same policy and options goes on where
  // this one is. Totals begin anew.
  Bytes save() const;
  // Requires: no report yet. E0012 for bytes that `save` did not give; the loop is of no use then.
  Status restore(ByteView bytes);

 private:
  friend struct LoopCodec;
  void pass_to(Instant t);
  void pass_ticks_before(Instant end, const RecordSink& sink);
  void decide_at(Instant t, bool write_always, const RecordSink& sink);
  void carry_out_if_due(Instant t);
  bool wants_switch() const;
  // When a switch that is decided takes effect, if its time comes without a report.
  Instant effect_due() const;
  WaitTerms terms() const { return {hold_until_, options_.approved, fleet_.get()}; }
  // The device shows the profile that was decided: its hold begins.
  void confirm(const Decision& shown, Instant at);
  void switch_to(const Decision& decision, Instant at);
  // Is a switch ordered just now, and because of a ban? Then its order stands.
  void note_order(Instant t);
  // The order is carried out, by whomever, or change is forbidden: then it stands no more.
  void drop_order(Instant t);
  // Looks anew at what the decision waits for; true when that changed.
  bool review_waits(Instant t);
  void gather_texts();
  DecisionRecord make_record(Instant t);

  std::shared_ptr<const PreparedPolicy> policy_;
  std::string name_;
  LoopOptions options_;
  LoopWatch* watch_ = nullptr;
  Device device_;
  std::optional<Decision> decision_;
  Instant decided_at_ = kBeginning;
  Waits waits_;
  std::unique_ptr<FleetWord> fleet_;
  Instant ready_at_ = kBeginning;  // since when the decision has waited for nothing
  // Closed loop: a ban's order under way. It is carried out though the decision has changed since
  // (semantics 21, 27), as the planner does not ask it back (planner.h).
  struct Order {
    Decision decision;
    Instant at = kBeginning;
  };
  std::optional<Order> order_;
  Instant hold_until_ = kBeginning;  // of the last confirmed switch
  std::vector<std::string> alerts_;
  std::vector<std::string> tasks_;
  std::vector<std::uint32_t> also_;  // rules with alerts or tasks, as last decided
  Instant now_ = kBeginning;
  Instant wake_ = kNever;
  Instant facts_until_ = kNever;  // the facts that were asked for stand so long
  // Closed loop: once the loop has switched the device, reported profiles no longer count.
  bool simulates_profile_ = false;
  std::unique_ptr<Observation> without_profile_;  // room for a report
  LoopTotals totals_;
};

}  // namespace sojourn
