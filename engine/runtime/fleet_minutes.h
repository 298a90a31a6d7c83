// FleetMinutes: what only all devices together know, and what each of them may do because of it
// (semantics 22, 22a): counts of devices, stages of rollouts, guards about the fleet.
//
//   FleetMinutes fleet(policy);
//   FleetMember member = fleet.join("8904...");                     // before its first report
//   loop.take(fleet.word(member), at, sink);
//   ...                                                             // its reports and ticks
//   fleet.hear(member, loop.facts(fleet.questions()), loop.now());  // after each of them
//   while (fleet.due() <= now) {
//     Instant minute = fleet.due();
//     for (FleetMember told : fleet.pass(minute)) loop_of(told).take(fleet.word(told), minute,
//     sink);
//   }
//
// Between two whole minutes of event time nothing changes for any device, whatever the others do:
// so devices can be followed on as many threads as one likes. A minute is passed before anything
// that happens at it or later; what was heard since the one before is the past minute.
//
//   09:58:10  m1 asks       09:59:30  m2 asks, its ban presses
//   10:00:00  two may switch: m2 goes, then m1        10:00:00  a report of m3: asks at 10:01
//
// Deterministic in what is heard, not in the order within a minute. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/device/device.h"

namespace sojourn {

using FleetMember = std::uint32_t;

// A device wants another profile, and only the fleet's guards can stand in the way.
struct FleetRequest {
  std::string campaign;       // campaign_of its decision
  std::int32_t rule = -1;     // -1: `otherwise` or a ban
  ProfileIndex profile = 0;   // what it would switch to
  Instant deadline = kNever;  // of the ban that presses; kNever: none does
  friend bool operator==(const FleetRequest&, const FleetRequest&) = default;
};

// What the fleet has to know of a device.
struct FleetFacts {
  std::vector<std::string> values;  // by counted attribute; "" = unknown
  std::vector<bool> affected;       // by rollout: the rule is about it, let go or not
  std::optional<FleetRequest> request;
  Instant switched_at = kBeginning;  // its newest switch, by whatever cause
  friend bool operator==(const FleetFacts&, const FleetFacts&) = default;
};

// What a device is told.
struct FleetWord {
  std::vector<std::pair<FeatureIndex, Reading>> readings;
  bool granted = false;     // its request: the guards about the fleet let it switch
  std::string waits_for;    // not granted: the guard, as written; "" = it was not asked yet
  bool spares_bans = true;  // not granted: every guard in the way says `except for bans`
  friend bool operator==(const FleetWord&, const FleetWord&) = default;
};

// What one rule or ban orders: the rule's name, of an unnamed one the digest of its meaning, "ban
// NAME"; "" for `otherwise`. The same in every version of a policy that does not change it.
std::string campaign_of(const RuleTable& table, std::int32_t rule, std::int32_t ban);

Instant minute_at_or_before(Instant t);

// The share of `count`, in millionths, rounded up to a whole device.
std::uint64_t share_of(std::uint64_t count, std::int64_t millionths);

// Is it a limit that the device alone cannot answer for?
bool is_about_fleet(const Guard& guard);

// Which attributes a policy counts over the fleet, and which rules it lets go in stages: the order
// of FleetFacts.
struct FleetQuestions {
  FleetQuestions() = default;
  explicit FleetQuestions(const RuleTable& table);
  std::vector<AttributeIndex> attributes;
  std::vector<std::uint32_t> rollouts;  // rules
  bool guards = false;                  // any about the fleet
  bool any() const { return guards || !attributes.empty() || !rollouts.empty(); }
};

// A piece of the stored form; without a value: it goes.
struct FleetRow {
  std::string key;
  std::optional<Bytes> value;
};

class FleetMinutes {
 public:
  explicit FleetMinutes(std::shared_ptr<const PreparedPolicy> policy);

  // If nothing is asked of the fleet, nothing below need be called.
  const FleetQuestions& questions() const { return questions_; }
  // A device is known from now on; known already: the same member.
  FleetMember join(const std::string& device);
  // Absent: it was never heard of.
  std::optional<FleetMember> find(const std::string& device) const;
  std::size_t size() const { return members_.size(); }
  const std::string& name(FleetMember member) const { return members_[member].name; }

  // Something happened to the device at `at`. Nothing changes before the next whole minute.
  void hear(FleetMember member, FleetFacts facts, Instant at);
  // The next whole minute at which something may change; kNever.
  Instant due() const { return due_; }
  // Requires: minutes ascend. The members whose word changed, ascending.
  std::vector<FleetMember> pass(Instant minute);
  FleetWord word(FleetMember member) const;
  // The last minute passed; kBeginning: none was.
  Instant passed() const { return passed_; }

  // A person said yes to what the campaign orders, however many devices it is about.
  void approve(const std::string& campaign, Instant at);
  // As if somebody said yes to everything at once. Not stored.
  void approve_all() { all_approved_ = true; }
  // What became of an order. A campaign of which too many failed is stopped (`abort`) until
  // somebody lets it go on; then it counts anew. Grants of it that were not used are taken back.
  void note_result(const std::string& campaign, bool failed, Instant at);
  // The same of the one order that a member has: what it was for is remembered until its end.
  void note_order(FleetMember member, const std::string& campaign);
  enum class OrderEnd : std::uint8_t { done, failed, came_to_nothing };
  void note_end(FleetMember member, OrderEnd end, Instant at);
  void go_on(const std::string& campaign, Instant at);
  // Who waits for a person: the number of devices it is about, and a digest of which these are.
  struct Waiting {
    std::string campaign;
    std::uint64_t device_count = 0;
    Sha256Digest devices{};
    bool aborted = false;           // else: it waits for approval
    std::uint64_t order_count = 0;  // that ended
    std::uint64_t failure_count = 0;
  };
  std::vector<Waiting> waiting() const;
  // Only their names, and whether they were aborted.
  std::map<std::string, bool> waiting_campaigns() const;

  // The stored form: what differs from the rows that were taken before. Read by FleetRowReader
  // (fleet_rows.h).
  std::vector<FleetRow> take_changes();
  // Goes on, under this policy, where another left off. Requires: nobody has joined.
  void take_over(const FleetMinutes& before);

 private:
  friend struct FleetCodec;
  friend class FleetRowReader;
  FleetMinutes() = default;  // of no policy: what another is to take over
  struct Count {             // a feature that counts devices
    FeatureIndex feature = 0;
    std::size_t attribute = 0;  // into FleetFacts::values
    std::vector<std::int64_t> cuts;
  };
  struct Group {  // the devices that say the same
    std::set<FleetMember> members;
    std::int64_t told_count = 0;
  };
  struct Stages {              // of one rule's rollout
    FeatureIndex feature = 0;  // means nothing for a rollout that rests
    std::string campaign;
    Rollout rollout;
    Instant opened = kNever;
    std::set<std::pair<Sha256Digest, FleetMember>> ranking;  // affected, not let go yet
    std::uint64_t affected_count = 0;                        // ever
    std::uint64_t released_count = 0;
  };
  struct Campaign {
    std::set<FleetMember> devices;  // that ever asked
    bool approved = false;
    std::uint64_t order_count = 0;
    std::uint64_t failure_count = 0;
    bool unwritten = false;
  };
  struct Member {
    std::string name;
    FleetFacts facts;                  // as of the last minute
    std::vector<std::string> asked;    // campaigns: ever
    std::optional<std::string> order;  // the campaign of the order that it has
    std::vector<bool> affected;        // by rollout: ever
    std::vector<bool> released;        // by rollout
    Instant granted_at = kNever;       // an outstanding grant
    std::int32_t stopped_by = -1;      // into guards_; -1: by none
    bool spares_bans = true;
    bool is_new = false;     // not heard yet
    bool unwritten = false;  // differs from its row
  };
  // Whose turn it is among those that ask: by the deadline that presses, then by a hash. Kept in
  // order, because nearly all of a large fleet may wait through many minutes.
  struct Asking {
    Instant deadline;
    Sha256Digest place{};
    FleetMember member = 0;
    friend auto operator<=>(const Asking&, const Asking&) = default;
  };
  // Which limits over time a request would break is counted once a minute.
  struct Tally {
    std::vector<std::uint64_t> switched;  // by guard: devices within its window
  };

  bool keeps_results() const;
  void note_unwritten(FleetMember index);
  Campaign& change(const std::string& campaign);
  FleetMember add(const std::string& device);
  void wake_at(Instant t);
  void take_in(FleetMember index, FleetFacts facts, std::set<FleetMember>& changed);
  void note_affected(std::size_t rollout, FleetMember index);
  void keep_switch(FleetMember index, bool outstanding);
  Asking asking_of(FleetMember index) const;
  void tell_counts(std::set<FleetMember>& changed);
  void open_stages(Instant minute, std::set<FleetMember>& changed);
  void take_back_grants(std::set<FleetMember>& changed);
  void grant_requests(Instant minute, std::set<FleetMember>& changed);
  void judge(FleetMember index, Instant minute, Tally& tally, std::set<FleetMember>& changed);
  bool stops(const Guard& guard, const FleetRequest& request, std::uint64_t switched) const;
  bool counts_already(const Guard& guard, FleetMember index, Instant minute) const;
  Tally tally_of(Instant minute) const;

  std::shared_ptr<const PreparedPolicy> policy_;
  FleetQuestions questions_;
  std::vector<Count> counts_;
  std::vector<std::map<std::string, Group>> groups_;  // by counted attribute
  // By rollout; then those that rest: of rules that this policy does not have, and another may have
  // again.
  std::vector<Stages> stages_;
  std::vector<Guard> guards_;  // those about the fleet
  Duration longest_window_;
  std::vector<Member> members_;
  std::unordered_map<std::string, FleetMember> lookup_;
  std::map<std::string, Campaign> campaigns_;
  std::map<FleetMember, FleetFacts> heard_;             // since the last minute
  std::set<Asking> asking_;                             // requests that are not granted
  std::set<FleetMember> granted_;                       // grants not used yet
  std::set<std::pair<Instant, FleetMember>> switches_;  // the newest of each other, while it counts
  bool all_approved_ = false;
  Instant passed_ = kBeginning;
  Instant due_ = kNever;
  // What differs from the rows.
  bool about_unwritten_ = true;
  std::pair<Instant, Instant> clock_written_{kBeginning, kBeginning};
  std::vector<FleetMember> unwritten_members_;
  std::set<std::pair<std::size_t, std::string>> unwritten_groups_;
};

}  // namespace sojourn
