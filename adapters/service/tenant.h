// Private. One tenant at work: what comes in becomes effects, each of them one transaction.
//
//   Tenant tenant(setup, store);
//   Effects effects;
//   tenant.take_reports(reports, now, effects);       // memory is ahead of the store from here ...
//   std::uint64_t batch = tenant.complete(effects, now);
//   effects.pack();
//   store.commit_group(effects.transactions);
//   tenant.committed(batch);                          // ... to here
//
// The next batch may be made while the one before is being committed, as long as they are committed
// in their order. What is read from the store is then as of a batch before; so a device stays in
// memory until all of it is in the store, and what was moved out of the log stays known until then.
//
// Everything that a report, a result or the passing of time does to a device is in one transaction:
// its journal, its row, its place in the queue of instants, its records in the evidence chain, and
// the command that follows. When a transaction cannot be committed the tenant cannot go on: memory
// and store differ, and only starting again makes them equal.
//
// Threads: one (the engine's, engine.h) calls what is marked so; the rest is for any. A lock
// inside.
#pragma once

#include <chrono>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "adapters/eim/order_book.h"
#include "adapters/service/config.h"
#include "adapters/service/controls.h"
#include "adapters/service/device_table.h"
#include "adapters/service/eid_claims.h"
#include "adapters/service/evidence.h"
#include "adapters/service/helping_hands.h"
#include "adapters/service/input_log.h"
#include "adapters/service/journal.h"
#include "adapters/service/keys.h"
#include "adapters/service/live_device.h"
#include "adapters/service/live_fleet.h"
#include "adapters/service/policy.h"
#include "adapters/service/policy_versions.h"
#include "adapters/service/set_aside.h"
#include "engine/runtime/audit_chain.h"

namespace sojourn::service {

struct Report {
  std::string line;  // as it came
  Observation observation;
  std::uint64_t line_number = 0;  // in what it came in
};

struct ReportCounts {
  std::uint64_t taken = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t late = 0;
  std::uint64_t too_late = 0;
  std::uint64_t refused_values = 0;
  std::uint64_t set_aside = 0;  // kept for devices that cannot be read (set_aside.h)
  std::uint64_t others = 0;     // refused: of cards that another tenant has (eid_claims.h)
  // The first of those, at most kQuotedLinesMax: their lines and EIDs.
  std::vector<std::pair<std::uint64_t, std::string>> quoted_others;
  std::uint64_t decisions = 0;  // changed ones

  void add(const ReportCounts& more);
};

// A command that is decided, as it is stored.
struct StoredIntent {
  std::string label;
  Bytes intent;
  // Which of the transactions makes an order of it, unless the device polls meanwhile (E0016).
  std::optional<std::size_t> placement;
  bool with_turn = false;  // the turn's own does: nobody can be in its way
};

// A row that is packed on its way to the disk, by the thread that takes it there.
struct UnpackedRow {
  StoreKey key;
  Bytes text;
  PackEffort effort = PackEffort::usual;
  std::size_t transaction = 0;  // that it belongs to
};

// What one turn of the engine does to the store.
struct Effects {
  std::vector<StoreTransaction> transactions;
  std::vector<UnpackedRow> unpacked;
  std::uint64_t turns = 0;      // of devices, that changed something
  std::uint64_t decisions = 0;  // that changed
  std::vector<StoredIntent> intents;
  // Orders whose end is in the transactions: the book may forget them afterwards.
  std::map<Eid, std::vector<eim::OrderId>> ended;

  // One more transaction, unless it is empty.
  void add(StoreTransaction effect, std::vector<UnpackedRow> rows);
  // Packs what is unpacked; then the transactions are whole. On any thread.
  void pack();
};

// A policy that comes into force.
struct Activation {
  RunnablePolicy policy;
  PolicyVersion version;         // as it is kept; its number is the next
  std::string replaces;          // digest of the configured file in whose place it comes
  std::optional<Bytes> accepts;  // the row of the proposal that it was
  bool ends_shadow = false;      // it was the one in shadow
};

// Adds `more` to `effect`.
void append(StoreTransaction& effect, const StoreTransaction& more);

class Tenant {
 public:
  // Told of every record as it is made: for logs. `record` has "%" for the device.
  using RecordSink = std::function<void(std::string_view label, std::string_view record)>;
  // Told of devices that cannot be read, and why; "": it can again.
  using SetAsideSink = std::function<void(std::string_view label, std::string_view why)>;

  // Told when all records so far are in the store.
  using CommitSink = std::function<void()>;

  // Reads the chain's head; nothing else until it is needed. Requires: store and book outlive it.
  static Result<std::unique_ptr<Tenant>> open(const TenantConfig& config,
                                              const ServiceLimits& limits, Store& store,
                                              eim::OrderBook& book, RunnablePolicy policy,
                                              RecordSink told, SetAsideSink set_aside = {},
                                              CommitSink committed = {});

  const std::string& name() const { return config_.name; }
  const Keys& keys() const { return keys_; }
  Duration ahead() const { return config_.ahead; }
  eim::OrderBook& book() { return book_; }
  Store& store() { return store_; }
  // From now on no EID is enrolled that another tenant has. Requires: nothing has begun, and the
  // claims outlive it.
  void share_eids(EidClaims& claims) { claims_ = &claims; }

  // --- the engine's thread ---
  // What is about one device answers E0886 when that cannot be read.
  // Takes out of the reports what does not count. Errors: the store's.
  Status take_reports(std::span<Report> reports, Instant now, Effects& effects,
                      ReportCounts& counts);
  // What the order book tells of a device: orders that ended, what was refused and claimed.
  Status take_notices(const Eid& eid, const std::vector<eim::Notice>& notices, Instant now,
                      Effects& effects);
  // Devices whose instant has come, at most `count_max`; true if there may be more.
  Result<bool> tick(Instant now, std::size_t count_max, Effects& effects);
  // Does the policy ask something of the whole fleet? Then time is passed by `step_fleet` instead:
  // its minutes, and before each what is due before it.
  bool asks_fleet() const;
  // One step of it, about as many devices; false: nothing is due.
  Result<bool> step_fleet(Instant now, std::size_t count_max, Effects& effects);
  // The earliest instant in the queue, or of the fleet.
  Result<Instant> next_instant();
  // An order could not be placed.
  Status take_refusal(const std::string& label, const ProfileCommand& command,
                      CommandResult::Outcome outcome, std::string reason, Instant now,
                      Effects& effects);
  // The order that carries the command; 0: none.
  Result<std::uint64_t> order_of(const std::string& label, CommandNumber command);
  // Into `effect`: this order carries the command from now on.
  Status note_order(const std::string& label, std::uint64_t order, CommandNumber command,
                    StoreTransaction& effect);
  // The order that the last turn of the device prepared was not placed.
  void note_unplaced(const std::string& label);
  // At once. E0842 enrolled already; E0887 another tenant's.
  Status enrol(const eim::Enrolment& enrolment);
  // Something of the device cannot be read. Requires: is_damage(damage).
  void set_aside(const std::string& label, const Diagnostic& damage);
  // What a person changes (changes.cc). Nothing of it has happened until its effect is committed,
  // and then all of it; so who finds no room on the disk has changed nothing. Every change is
  // either taken or dropped, before anything else happens.
  struct Change {
    StoreTransaction effect;
    // Memory follows; what follows from that is into the effects.
    std::function<void(Effects&)> follow;
    std::vector<std::pair<std::string, std::string>> records;  // device and record, to be told
    std::uint64_t records_then = 0;  // the chain's, with those; 0: there are none
    bool fleet_is_ahead = false;     // `effect` was made by changing the fleet in memory
  };
  void take(const Change& change, Effects& effects);  // its effect is committed
  Status drop(const Change& change);                  // it is not, and will not be
  // From now on a policy decides. Devices are looked at anew, some with each `revisit`. E0842: the
  // proposal that it was is none any more.
  Result<Change> activate(const Activation& asked, Instant now);
  // From now on this policy runs in shadow; an empty one: none does. `text`: as it was sent.
  Result<Change> set_shadow(RunnablePolicy policy, std::string_view text, std::string_view by,
                            Instant now);
  // From now on these are on. Devices are looked at anew as after `activate`.
  Result<Change> set_switches(const KillSwitches& switches);
  // Somebody says yes to what is decided of these devices. Into `approved`: of which; others are
  // passed by, but of a single one: E0841 an unknown device; E0842 nothing waits for it; E0886.
  // E0842: who approves put the policy in force.
  Result<Change> approve(const std::vector<std::string>& labels, std::string_view by, Instant now,
                         std::vector<std::string>& approved);
  // Somebody says yes to all that a campaign orders, or lets one that was aborted go on. `devices`:
  // digest of which devices it is about, as it was shown; "": whichever. E0842: it does not wait
  // for that, or is about others meanwhile, or who says it put the policy in force.
  Result<Change> approve_campaign(const CampaignWord& word, Instant now);
  // The card is enrolled no more; what is known of the device stays. E0841; E0842 while an order of
  // it is under way. Into `last_counter`: of its packages.
  Result<Change> end_enrolment(const Eid& eid, std::string_view by, Instant now,
                               std::int64_t& last_counter);
  // Keeps a policy that waits for a second person; absent: drops the one that waits, E0842 when
  // there is none.
  Result<Change> propose(const std::optional<PolicyVersion>& proposal, std::string_view by,
                         Instant now);
  // Into the effects, before they are committed: what was taken in, as rows of the log, and what
  // they changed for the whole tenant. The number of the batch that they are; what happens from now
  // on is of the next.
  std::uint64_t complete(Effects& effects, Instant now);
  // Everything in this batch and those before is in the store: of too many devices those that were
  // not used lately leave memory. Not before, or one would be read again as it was.
  void committed(std::uint64_t batch);
  // Packs journals that have grown, and moves what the log has held longest into journals, for some
  // `longest`. True: there is more to do. Nothing is done until the batch in which it was done last
  // is in the store.
  Result<bool> tidy(std::chrono::milliseconds longest, Effects& effects);
  // Judges those that were read ahead; false when all are judged. Takes a few milliseconds.
  Result<bool> revisit(Instant now, Effects& effects);
  // Devices that nobody has asked for lately leave memory; how many.
  std::size_t let_rest();

  // --- a thread of its own ---
  // Reads one device that is to be looked at anew, for `revisit`. False: there is none for now.
  Result<bool> read_ahead(JournalReader& reader);

  // --- any thread ---
  std::shared_ptr<const PreparedPolicy> policy() const;
  std::shared_ptr<const MasterData> inventory() const;  // of that policy
  bool revisiting() const;                              // true until the store has all of it
  KillSwitches switches() const;
  // Campaigns that wait for a person.
  std::vector<FleetMinutes::Waiting> waiting_campaigns() const;
  // 0 and 0 when the policy asks nothing of the fleet.
  struct FleetSize {
    std::size_t members = 0;
    std::size_t untold = 0;
    std::size_t waiting = 0;  // campaigns, for a yes
    std::size_t aborted = 0;  // campaigns
  };
  FleetSize fleet_size() const;
  std::shared_ptr<const PreparedPolicy> shadow() const;  // null: none
  struct View {
    DeviceRow row;
    PlannerState plan;
    Instant newest_report = kBeginning;
    std::string enabled;  // by what is known; "" = unknown
    std::vector<EvidenceRow> ledger;
    Explanation explanation;
    std::string set_aside;  // why nothing but the row is known
  };
  // Absent: never heard of. `whole`: with ledger and explanation. By the policy in force, also
  // while devices are judged anew; who is not in memory is read without holding anybody up.
  Result<std::optional<View>> view(const std::string& label, bool whole);
  std::size_t devices_in_memory() const;
  std::size_t devices_set_aside() const;
  std::uint64_t chain_length() const;
  // The last record of the chain, maybe on its way to the disk; absent: there is none.
  std::optional<ChainHead> chain_head() const;
  // E0020: records were missing at the chain's end when it was opened.
  const std::optional<Diagnostic>& chain_fault() const { return chain_fault_; }

 private:
  Tenant(const TenantConfig& config, const ServiceLimits& limits, Store& store,
         eim::OrderBook& book, RunnablePolicy policy, RecordSink told, SetAsideSink set_aside,
         CommitSink committed);
  Status open_chain();
  Status open_policy();
  Status open_switches();
  std::shared_ptr<const DeviceShelf> make_shelf(RunnablePolicy policy, RunnablePolicy shadow) const;
  void put_up(std::shared_ptr<const DeviceShelf> shelf);
  // E0842: it is this person who put the policy in force or proposed it, and others have to say
  // yes to it.
  Status refuse_own(std::string_view by) const;
  // The snapshot of this Reading. Requires: one.
  Result<const StoreSnapshot*> reading();
  // E0886 for who is set aside; E0887 for who would be enrolled and is another tenant's. Requires:
  // a Reading.
  Result<LiveDevice*> find(const std::string& label, StoreTransaction* effect);
  Status enrol_reported(const Eid& eid, const StoreSnapshot& snapshot, StoreTransaction& effect);
  Result<bool> claim(const Eid& eid, const StoreSnapshot& snapshot);
  Result<bool> tick_until(Instant until, Instant wall, std::size_t count_max, Effects& effects);
  Result<bool> tell_untold(LiveFleet* fleet, Instant wall, std::size_t count_max, Effects& effects);
  Instant fleet_due() const;
  Status open_fleet();
  Status forgo_looking_at_nobody();
  Result<Instant> next_in_queue();
  LiveDevice* keep(std::unique_ptr<LiveDevice> loaded);
  bool drop_last();
  void keep_unread(const std::string& label, std::span<Report* const> reports,
                   ReportCounts& counts);
  void stop_ticking(const std::string& label, Instant at, StoreTransaction& effect);
  View view_of_row(const StoreSnapshot& snapshot, const std::string& label,
                   const Diagnostic& damage) const;
  // Into the chain, "%" in the place of the device; `label` "": about the whole tenant.
  void record(const std::string& label, std::string_view json, StoreTransaction& effect);
  void record(AuditChain& chain, const std::string& label, std::string_view json,
              StoreTransaction& effect) const;
  void record(AuditChain& chain, const std::string& label, std::string json, Change& change) const;
  Result<std::string> eid_in_inventory(const std::string& imei, StoreTransaction& effect);
  Result<std::string> label_of(const DeviceNames& names, StoreTransaction& effect);
  void note_packing(LiveDevice& device, std::size_t pending_bytes);

  // While it lives, devices are read from one snapshot, made when the first is needed.
  struct Reading {
    Tenant& tenant;
    ~Reading() { tenant.snapshot_.reset(); }
  };

  // Devices that are to be looked at anew, and those of them that were read for it.
  struct Ahead {
    struct Item {
      std::string label;
      std::unique_ptr<LiveDevice> device;  // null: it is in memory, or could not be read
    };
    bool going_on = false;
    std::uint64_t round = 0;
    std::optional<StoreRange> unlisted;
    std::deque<std::string> labels;  // listed, and not read
    bool in_hand = false;            // one is being read
    std::deque<Item> read;
    // Of those in hand and read: nothing has happened to them since.
    std::unordered_set<std::string> unspoilt;

    void begin(StoreRange all);
    void spoil(const std::string& label) { unspoilt.erase(label); }
    bool over() const { return !unlisted && labels.empty() && !in_hand && read.empty(); }
  };
  Status list_ahead(const StoreSnapshot& snapshot);
  Result<LiveDevice*> take_up(Ahead::Item item, StoreTransaction& effect);

  struct Share;  // what came of one device
  void take_shares(std::span<Share> shares, Instant now, Effects& effects, ReportCounts& counts);

  struct Turn;  // what one device does in one transaction: turn.cc
  friend struct Turn;
  struct Tidying;  // from the log into journals, from journals into blocks: tidying.cc
  friend struct Tidying;

  const TenantConfig& config_;
  const ServiceLimits& limits_;
  const Keys keys_;
  Store& store_;
  eim::OrderBook& book_;
  EidClaims* claims_ = nullptr;  // null: there is no other tenant
  RecordSink told_;
  SetAsideSink told_set_aside_;
  CommitSink told_committed_;
  PlannerOptions planner_options_;
  std::optional<Diagnostic> chain_fault_;  // as it was opened
  HelpingHands hands_;

  mutable std::mutex mutex_;  // guards everything below
  std::shared_ptr<const DeviceShelf> shelf_;
  std::unique_ptr<LiveFleet> fleet_;         // null: the policy asks nothing of the fleet
  std::unique_ptr<LiveFleet> shadow_fleet_;  // under the policy in shadow: stages and counts
  KillSwitches switches_;
  std::optional<AuditChain> chain_;
  std::uint64_t noted_records_ = 0;  // of it, as its end was noted last
  DeviceTable devices_;
  std::list<LiveDevice*> recent_;  // the one used last comes first
  struct KnownEid {
    std::string eid;
    std::uint64_t batch = 0;  // in which it was stored
  };
  std::unordered_map<std::string, KnownEid> eid_of_imei_;
  std::uint64_t batch_ = 1;      // that is being made
  std::uint64_t committed_ = 0;  // this one and those before are in the store
  std::uint64_t tidied_in_ = 0;  // the last in which something was tidied ...
  std::uint64_t judged_in_ = 0;  // ... and in which all devices were judged anew
  JournalReader reader_;
  InputLog log_;
  SetAside set_aside_;
  std::unique_ptr<StoreSnapshot> snapshot_;  // of a Reading
  std::vector<std::string> to_pack_;         // devices whose packing is due
  std::chrono::steady_clock::time_point looked_for_rest_at_{};
  Ahead ahead_;
};

}  // namespace sojourn::service
