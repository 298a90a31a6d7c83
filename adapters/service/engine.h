// The engine of one tenant: a thread that takes in what comes, lets time pass, and makes orders of
// what was decided.
//
//   Engine engine(tenant, {.queued_observations_max = 100'000}, now, failed);
//   Result<ReportCounts> counts = engine.take(std::move(reports));   // returns when durable
//   engine.tell(eid, notices);                                       // of the order book
//
// One turn: everything that waits, up to kReportsPerTurn reports, is decided about and becomes one
// batch: a group of transactions that goes to the disk with one sync, on a thread beside, while the
// next turn decides. When it is there, those who wait are answered; a batch that fails is the last.
// Then the queue of instants is looked at, so that time passes for devices that say nothing. The
// wall clock is asked for nothing else but how far ahead a report may be dated.
//
// Reports are decided about while the batch before is under way. Everything else that reads the
// store (what the order book tells, ticks, tidying) waits for that batch, and what people change,
// and a fleet's minutes, for all there is.
//
// A command goes to the disk in two transactions of one group, so that a race with a polling device
// costs a repetition and no decision: the turn's holds the command as an intent, the order's own
// erases the intent. When the device polled between reading and writing, the order is placed anew.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <span>
#include <thread>

#include "adapters/service/commit_beside.h"
#include "adapters/service/order_keys.h"
#include "adapters/service/policy_versions.h"
#include "adapters/service/tenant.h"

namespace sojourn::service {

using WallClock = std::function<Instant()>;
struct HandOrder;  // hand_order.h

struct PlacedOrder {
  eim::OrderId id = 0;
  bool repeated = false;  // it was placed before, under the same key
};

struct EngineCounters {
  std::uint64_t reports = 0;  // taken in durably, duplicates included
  std::uint64_t turns = 0;
  std::uint64_t refused = 0;  // requests: the queue was full
  std::uint64_t ticks = 0;    // devices looked at because their instant had come
  std::uint64_t decisions = 0;
  std::uint64_t orders = 0;  // placed
  std::size_t waiting = 0;   // reports now
  bool lacks_room = false;   // the disk is full now
  Instant next_instant = kNever;
};

// Threads: all members from any thread, but start and stop from one.
class Engine {
 public:
  // `failed` is called from the engine's thread: once when it cannot go on, and with E0009 whenever
  // the disk has become full, with which it goes on as soon as there is room.
  Engine(Tenant& tenant, const ServiceLimits& limits, WallClock now,
         std::function<void(const Diagnostic&)> failed);
  ~Engine() { stop(); }

  // Places what was decided and takes in what ended before the last stop, then begins.
  Status start();
  // What was taken is finished; nothing more is taken. Idempotent.
  void stop();

  // Errors: E0883 the queue is full (none was taken), E0015 it has stopped, E0009 the disk is full
  // (nobody knows yet whether they will be there; sent again they count once).
  // What does not count is taken out of the reports, unless it is E0883.
  Result<ReportCounts> take(std::span<Report> reports);
  // The latest date that a report may bear now: the wall clock's, and what the tenant allows.
  // Whoever reads reports in holds to it; nothing is decided by it.
  Instant latest_report() const { return now_() + tenant_.ahead(); }
  void tell(const Eid& eid, std::vector<eim::Notice> notices);
  Status enrol(const eim::Enrolment& enrolment);  // E0842 enrolled already, E0887
  // The last counter of its packages. E0841, E0842; E0016: the card is just polling.
  Result<std::int64_t> end_enrolment(const Eid& eid, const std::string& by);
  // What people change (Tenant::Change): with any error, E0009 too, nothing has happened. Other
  // errors: of the tenant's members of the same names.
  Status activate(Activation asked);
  Status set_shadow(RunnablePolicy policy, std::string text, std::string by);
  Status set_switches(KillSwitches switches);
  // Of which devices.
  Result<std::vector<std::string>> approve(const std::vector<std::string>& labels,
                                           const std::string& by);
  Status approve_campaign(const CampaignWord& word);
  Status propose(const std::optional<PolicyVersion>& proposal, const std::string& by);
  // Is the whole tenant stopped? Then no package leaves.
  bool killed() const { return killed_.load(); }
  // The operators' orders. Errors: E0841, E0842.
  Result<PlacedOrder> place(const Eid& eid, const HandOrder& order, bool force,
                            const std::optional<OrderKey>& key = {});
  Status withdraw(const Eid& eid, eim::OrderId order);

  bool running() const;
  // The disk is full: nothing is taken in until there is room.
  bool lacks_room() const { return lacks_room_.load(); }
  EngineCounters counters() const;
  Tenant& tenant() { return tenant_; }

 private:
  struct ReportsJob {
    std::span<Report> reports;  // of whoever waits for the answer
    std::promise<Result<ReportCounts>> answer;
    ReportCounts counts;
  };
  // Anything else that has to happen on the engine's thread. It happens whole or, with an error,
  // not at all. Who asked for it may have the answer and be gone while what follows from it waits
  // for room: what is theirs is not touched after it has happened.
  struct Errand {
    std::function<Status()> run;
    std::promise<Status> answer;
    bool has_happened = false;
  };
  // What goes to the disk together, and who waits for that.
  struct Batch {
    std::uint64_t number = 0;  // of the tenant
    Effects effects;
    std::deque<ReportsJob> jobs;
    bool empty() const { return effects.transactions.empty() && jobs.empty(); }
  };

  void run();
  void run_ahead();
  bool take_ahead_waits();
  void note_revisit(bool goes_on);
  bool wait_for_work();
  void turn();
  void take_jobs();
  Status run_errands();
  Status make(Result<Tenant::Change> change);
  // Into the next batch.
  Status take_all(Instant now);
  Status take_told(Instant now);
  // For a fleet that is asked something: its minutes, and what is due before them.
  Status catch_up(Instant now);
  Status pass_time(Instant now);
  // The next batch is under way from here on. Requires: none is.
  void begin_commit();
  // On the committing thread.
  void note_committed(std::vector<Status>& answers);
  // Waits for the batch under way; commands of it that became no orders are `left_`. Of what was
  // made meanwhile nothing is in the store.
  Status settle();
  // Everything is in the store, and everything that was decided an order.
  Status finish();
  void count_decisions(Effects& effects);
  void answer(std::deque<ReportsJob>& jobs, const Status& done);
  // At once. Requires: finish().
  Status commit(Effects& effects);
  // Counts the orders that were placed and keeps the intents that became none yet. `answers`: of
  // the effects' transactions; what is settled is ok in them afterwards.
  Status settle_placements(Effects& effects, std::vector<Status>& answers);
  std::vector<Status> commit_group(std::span<const StoreTransaction> group);
  Status when_there_is_room(const std::function<Status()>& act);
  bool wait_for_room(const Diagnostic& why);
  Status try_for_room();
  // Into the next batch. Spends as long on it as was spent on what came in, so that it keeps up.
  Status tidy(std::chrono::steady_clock::time_point turn_begin);
  // Requires: finish(), but for what is dispatched.
  Status dispatch(std::vector<StoredIntent> decided);
  Status dispatch_round(const std::vector<StoredIntent>& decided, std::vector<StoredIntent>& again,
                        Effects& refusals);
  Status take_up_what_was_left();
  Status look_up_ended();
  Result<PlacedOrder> place_now(const Eid& eid, const HandOrder& order, bool force,
                                const std::optional<OrderKey>& key);
  Status do_errand(std::function<Status()> errand);
  void fail(const Diagnostic& why);

  Tenant& tenant_;
  const ServiceLimits& limits_;
  WallClock now_;
  std::function<void(const Diagnostic&)> failed_;

  std::atomic<bool> killed_{false};
  std::atomic<bool> lacks_room_{false};

  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable wake_;
  std::deque<ReportsJob> jobs_;
  std::deque<Errand> errands_;
  std::map<Eid, std::vector<eim::Notice>> told_;
  std::size_t waiting_reports_ = 0;
  bool stopping_ = false;
  bool broken_ = false;
  bool revisiting_ = false;     // devices are looked at anew ...
  bool ahead_waits_ = false;    // ... some that were read ahead wait to be taken up ...
  bool ahead_is_full_ = false;  // ... as many as there may be
  bool looking_up_ = false;
  bool commit_ended_ = false;  // the batch under way waits to be settled
  // The engine's thread only.
  std::deque<ReportsJob> in_hand_;      // of this turn, until they are decided about
  Batch next_;                          // is being made
  std::optional<Batch> under_way_;      // the committing thread's until it has ended
  std::vector<StoredIntent> left_;      // wait to become orders until nothing is under way
  std::deque<Errand> errands_in_hand_;  // the first is under way
  std::optional<Eid> looked_up_to_;
  bool untidy_ = false;
  std::chrono::steady_clock::duration busy_since_tidied_{};
  std::chrono::steady_clock::time_point rested_at_{};  // idle devices left memory
  std::chrono::steady_clock::time_point rested_last_at_{};
  std::size_t rested_count_ = 0;  // since memory was given back
  Instant next_instant_ = kBeginning;
  EngineCounters counters_;
  std::condition_variable wake_ahead_;
  std::thread thread_;
  std::thread ahead_;  // reads devices for `thread_`
  CommitBeside commit_beside_;
};

}  // namespace sojourn::service
