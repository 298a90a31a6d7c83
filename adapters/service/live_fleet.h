// Private. The fleet of a tenant at work: FleetMinutes (engine/runtime) beside its rows in the
// store, and who is still to be told of the last minute.
//
//   auto opened = LiveFleet::open(store, rows, policy, ...);     // null: the policy asks nothing
//   fleet.hear(member, facts, at);  fleet.pass(minute);          // ... as FleetMinutes does
//   while (auto member = fleet.first_untold()) { ... fleet.note_told(*member); }
//   fleet.write(effect);                                         // with the turn's other effects
//
// A minute may change what is said to all devices at once. Which of them were not told yet is
// durable too, so that they are told over several turns and through a stop at any instant; the next
// minute waits for them.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/store.h"
#include "engine/base/store_key.h"
#include "engine/device/planner.h"
#include "engine/runtime/fleet_minutes.h"

namespace sojourn::service {

// Not thread-safe: the tenant's lock is held.
class LiveFleet {
 public:
  enum class Begin : std::uint8_t {
    take_over,  // where another policy left off
    anew,       // rows of another policy mean nothing
  };
  struct Opened {
    std::unique_ptr<LiveFleet> fleet;  // null: the policy asks nothing of the fleet
    bool same = true;  // what was known of each device stands; else all have to be looked at
  };
  // `rows`: what their keys begin with. Into `effect`: rows that change by this. A policy that asks
  // nothing leaves them as they are. Errors: the store's, and E0012.
  static Result<Opened> open(Store& store, const StoreKey& rows,
                             std::shared_ptr<const PreparedPolicy> policy, Begin begin,
                             StoreTransaction& effect);

  const FleetQuestions& questions() const { return minutes_->questions(); }
  FleetMinutes& minutes() { return *minutes_; }
  const FleetMinutes& minutes() const { return *minutes_; }

  // Requires: nobody is untold, and minutes ascend.
  void pass(Instant minute);
  std::optional<FleetMember> first_untold() const;
  std::size_t untold_count() const { return untold_.size(); }
  bool is_untold(FleetMember member) const { return untold_.contains(member); }
  void note_told(FleetMember member);

  // Into `effect`: what differs from the rows.
  void write(StoreTransaction& effect);

 private:
  LiveFleet(StoreKey rows, std::unique_ptr<FleetMinutes> minutes)
      : rows_(std::move(rows)), minutes_(std::move(minutes)) {}
  StoreKey key(std::string_view name) const { return StoreKey(rows_).add_text(name); }

  const StoreKey rows_;
  std::unique_ptr<FleetMinutes> minutes_;
  std::set<FleetMember> untold_;
  std::set<FleetMember> untold_changes_;
};

// What is said under the policy to a device of which the fleet knows nothing; null: it asks
// nothing.
std::shared_ptr<const FleetWord> first_word(std::shared_ptr<const PreparedPolicy> policy);

// Adds to what the device's own guards say whether the fleet lets the decision be carried out.
// `word`: null when there is no fleet.
void judge_fleet(const PreparedPolicy& policy, const Decision& decision, const FleetWord* word,
                 PlanGates& gates);

}  // namespace sojourn::service
