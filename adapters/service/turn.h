// Private. What one device does in one transaction.
#pragma once

#include "adapters/service/tenant.h"

namespace sojourn::service {

// Begin it, let things happen, conclude what follows, finish it: then `effect` holds all of it.
// Requires: the tenant's lock is held.
//
// Up to its end a turn touches its own device only, unless a fleet is asked something (which all
// devices hear and tell): so turns of several devices may be under way at once, each on any thread
// while the engine's holds the lock. They are finished one after the other, in their order.
struct Tenant::Turn {
  // As of `at`, which is before the wall clock only while a fleet catches up: then nothing is
  // ordered yet. `first`: what belongs to the same transaction. A word of the fleet's last minute
  // that the device was not told is told.
  Turn(Tenant& owner, LiveDevice& one, Instant at, StoreTransaction first = {},
       Instant wall = kBeginning);

  // Takes out of it what does not count.
  void report(Report& report, ReportCounts& counts);
  void pass_time();
  // The policy, or what it knows of devices, is another than that which decided last.
  void look_anew();
  void card_spoke(const eim::DeviceRecord& record);
  // A command's end, proven or not.
  void command_ended(const CommandResult& result, const eim::Order& order);
  void record(std::string json) {
    records_.push_back(std::move(json));
  }  // into the chain, at its end
  // Decides as of now, plans, queues.
  void conclude();
  // Orders, stores: all of it into `effects`. Concludes it first, if nobody did.
  void finish(Effects& effects);

  Tenant& tenant;
  LiveDevice& device;
  const Instant now;  // `at`, or the device's newest report if that is later
  StoreTransaction effect;
  std::uint64_t decision_count = 0;

 private:
  void hear_card();
  void take(const DecisionRecord& record);
  void note_time();
  void hear_fleet();
  void hear_shadow_fleet();
  void tell_fleet();
  bool is_killed(const Decision& decision);
  bool is_approved(const Decision& decision) const;
  bool is_stopped_by_fleet() const;
  void note_for_campaign(const ProfileCommand& command, const PlanGoal& goal);
  std::optional<Intent> plan_next();  // the command that was decided
  // Keeps the command, and prepares the order that it becomes. What cannot be ordered so is left to
  // the engine.
  StoredIntent keep_intent(const Intent& intent);
  Result<eim::OrderBook::Placement> prepare(const ProfileCommand& command);
  // Does `effect` itself make the device known to the book that `placement` is for?
  bool enrols_for(const eim::OrderBook::Placement& placement) const;
  void ask_people(const Decision& decision, PlanGates& gates);
  void queue(Instant wake);
  void compare_shadow();
  void keep_journal();

  JournalWriter journal_;
  std::vector<std::string> records_;
  std::optional<Intent> intent_;
  std::optional<StoreTransaction> placement_;  // of the order; comes after `effect`
  Instant ask_again_ = kNever;
  const bool behind_;  // the wall clock is further
  const Instant wall_;
  bool card_changed_ = false;
  bool concluded_ = false;
  bool same_plan_ = true;
};

}  // namespace sojourn::service
