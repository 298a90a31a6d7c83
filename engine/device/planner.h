// Planner: from what should be enabled to the next command for the card.
//
//   PlannerState state = new_planner_state(eid);          // one per device; kept in the store
//   Planner planner(state, options);
//   planner.hear(observation);                            // before the device's history sees it
//   Plan plan = planner.next(goal, now);                  // goal: planner_goal.h
//   if (plan.command) { store the state; hand the command to the card's orders }
//   ... ask again at plan.ask_again, and whenever the goal or the state changed
//   planner.take(result);                                 // what came back
//
// It owns what the standard leaves open (engine.md "Deciding is not doing"):
//  1. One command is with the device at a time.
//  2. What the card signed stands over what telemetry says; where they contradict, the card is
//  asked.
//  3. What is already on the card is enabled, with rollback; what is not is downloaded, where it
//  can.
//  4. A profile that fell back, was rolled back, was left by the device itself or failed is in
//     quarantine; it is not enabled again before that ends.
//  5. A switch that the device made by itself is a fact like any other, and not fought (semantics
//  24).
//  6. What may pass is repeated with growing delay; the device's identifier spreads the instants.
//  7. Nothing is deleted before the wanted profile is known to be enabled by the card's word and
//  the
//     device has reported through it.
//
// The state is a plain value: small, comparable, serialisable; it knows profiles by name and ICCID,
// so that a new policy goes on with it. No clock; the same inputs give the same commands. Threads:
// one at a time per state.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/device/observation.h"
#include "engine/device/planner_command.h"

namespace sojourn {

struct PlannerOptions {
  Duration quarantine = hours(24);
  // The delay after the first failure of a kind of command; doubled with each, up to the longest.
  Duration retry_first = minutes(10);
  Duration retry_longest = hours(24);
  std::uint32_t failure_count_max = 3;  // enables of a profile that fail before it is quarantined
};

// Why nothing goes to the device now.
enum class WaitReason : std::uint8_t {
  none,              // nothing is left to do
  in_flight,         // a command is with the device
  emergency,         // the device makes an emergency call
  change_forbidden,  // `forbid change`
  killed,            // a kill switch
  approval,          // somebody has to approve
  guard,             // too many switches, failures, downloads
  hold,              // the last switch is too young
  window,            // outside the hours of the day that the rule names
  rollout,           // the device's stage has not begun
  requirement,       // `requires` is not certainly true
  quarantine,        // every profile it could take fell back or failed lately
  retry,             // it failed a moment ago
  not_obtainable,    // it is not on the card and cannot be downloaded
  report,            // a deletion waits until the device reports through the new profile
};
std::string_view name_of(WaitReason reason);  // "emergency call"
std::optional<WaitReason> reason_of(std::string_view name);

struct QuarantineRow {
  enum class Why : std::uint8_t { rolled_back, fell_back, left, failed };
  static constexpr std::uint8_t kWhyCount = 4;
  std::string profile;  // the declared name; the ICCID of an undeclared one
  Why why = Why::failed;
  Instant from = kBeginning;
  Instant until = kBeginning;
  friend bool operator==(const QuarantineRow&, const QuarantineRow&) = default;
};
std::string_view name_of(QuarantineRow::Why why);

// What stands in the way of carrying a decision out; who wins is semantics 21.
struct PlanGates {
  bool change_forbidden = false;
  bool killed = false;
  bool approval_missing = false;
  bool guard_stops = false;
  bool guard_spares_bans = false;  // `except for bans`
  bool in_rollout = true;
  bool required = true;               // `requires` is certainly true
  Instant window_opens = kBeginning;  // not after now: it is open
  // A ban's deadline leaves no later instant: it goes over requires, hold, window and rollout.
  bool pressing = false;
  Instant changes_at = kNever;  // when the gates have to be looked at anew, with no report
};

struct PlanProfile {
  std::string name;
  std::string download;  // SM-DP+ address; empty: cannot be downloaded
};

// What should be, of one device at one instant.
struct PlanGoal {
  std::optional<PlanProfile> enabled;  // absent: keep
  std::vector<PlanProfile> preload;
  std::vector<std::string> remove;
  std::optional<std::string> fallback;
  Duration hold;                // of the switch, once confirmed
  bool because_of_ban = false;  // an order of a ban is not withdrawn by a change of mind (21)
  PlanGates gates;
};

struct Plan {
  std::optional<ProfileCommand> command;  // it counts as with the device from now on
  // A command that nobody wants any more. When the adapter can still take it back it hands in the
  // result `withdrawn`; when it cannot, the result that comes.
  std::optional<CommandNumber> withdraw;
  WaitReason waits_for = WaitReason::none;
  Instant ask_again = kNever;  // with no new input
};

struct PlannerState {
  struct InFlight {
    ProfileCommand command;
    Instant since = kBeginning;
    Duration hold;
    bool because_of_ban = false;
    friend bool operator==(const InFlight&, const InFlight&) = default;
  };
  struct Setback {  // a kind of command that did not succeed lately
    ProfileCommand::Kind kind{};
    std::string profile;
    std::uint32_t count = 0;
    Instant not_before = kBeginning;
    friend bool operator==(const Setback&, const Setback&) = default;
  };

  std::uint64_t spread = 0;  // from the device's identifier
  CommandNumber last_number = 0;
  std::optional<InFlight> in_flight;
  // An enable that ended without proof: the next list tells.
  std::optional<InFlight> unproven;
  std::vector<Setback> setbacks;

  // The card's word, and since when it has named the enabled profile.
  std::vector<CardProfile> card;
  Instant listed_at = kBeginning;  // kBeginning: never
  Instant enabled_since = kBeginning;
  bool list_due = true;
  // What the device said without a signature about why its profile changed (StateChangeCause).
  std::optional<std::int64_t> claimed_cause;
  std::string emergency_iccid;  // the profile that an emergency call enabled; empty: none does

  std::string reached;  // the wanted profile, once the card said that it is enabled
  Instant hold_until = kBeginning;
  Instant heard_at = kBeginning;  // the newest report through the enabled profile
  // How often the card was asked lately because telemetry contradicted it, and until when it is
  // not asked again for that.
  std::uint32_t doubt_count = 0;
  Instant doubt_until = kBeginning;

  std::vector<QuarantineRow> quarantine;
  friend bool operator==(const PlannerState&, const PlannerState&) = default;
};

PlannerState new_planner_state(std::string_view device);
Bytes to_bytes(const PlannerState& state);
Result<PlannerState> planner_state_from_bytes(ByteView bytes);  // E0012 for damage

// The declared name of the profile with this ICCID; empty: none.
using NameOfIccid = std::function<std::string(std::string_view iccid)>;

class Planner {
 public:
  Planner(PlannerState& state, const PlannerOptions& options) : state_(state), options_(options) {}

  // Notes what a report says about profiles, and takes out of it what the card's word contradicts.
  // `name_of` resolves an ICCID that it reports.
  void hear(Observation& observation, const NameOfIccid& name_of);
  // The device says, unsigned, that its profile changed without us (SGP.32 StateChangeCause).
  void claim(std::optional<std::int64_t> cause);
  // The card's profiles, listed under its signature for whatever reason. Older than what is known:
  // no effect.
  void list(std::vector<CardProfile> profiles, Instant at);
  // Takes in what became of the command in flight. False: it was about none, no effect.
  bool take(const CommandResult& result);
  // After a change of policy: the names of the profiles on the card.
  void rename(const NameOfIccid& name_of);

  Plan next(const PlanGoal& goal, Instant now);

  bool in_quarantine(std::string_view profile, Instant now) const;
  const CardProfile* enabled() const;  // by the card's word; null: none or unknown

 private:
  using Kind = ProfileCommand::Kind;
  const CardProfile* find(std::string_view profile) const;
  PlannerState::Setback* setback(Kind kind, std::string_view profile);
  void set_back(Kind kind, const std::string& profile, Instant at, bool for_long);
  void forgive(Kind kind, std::string_view profile);
  void put_in_quarantine(const std::string& profile, QuarantineRow::Why why, Instant at);
  CardProfile* find_on_card(std::string_view iccid);
  void take_list(std::vector<CardProfile> profiles, Instant at);
  void show_enabled(std::string_view iccid, Instant at);
  void confirm_switch(const PlannerState::InFlight& switched, Instant at);
  void take_done(const PlannerState::InFlight& flight, const CommandResult& result);
  void take_failed(const PlannerState::InFlight& flight, const CommandResult& result);
  bool contradicts(Observation& observation, const NameOfIccid& name_of);
  void note_departure(const CardProfile& left, Instant at);
  void forget_old(Instant now);
  Duration delay(std::uint32_t count, Kind kind) const;

  WaitReason stopped_by(const PlanGoal& goal, bool is_switch, Instant now, Instant& until) const;
  bool is_unwanted(const PlannerState::InFlight& flight, const PlanGoal& goal) const;
  bool plan_list(const PlanGoal& goal, Instant now, Plan& plan);
  bool plan_switch(const PlanGoal& goal, Instant now, Plan& plan);
  bool plan_rest(const PlanGoal& goal, Instant now, Plan& plan);
  bool plan_download(const PlanProfile& profile, const PlanGoal& goal, Instant now, Plan& plan);
  bool plan_fallback(const PlanGoal& goal, Instant now, Plan& plan);
  bool plan_removal(const std::string& profile, const PlanGoal& goal, Instant now, Plan& plan);
  // True: the command is the plan. False: it is stopped or rests; the plan says why.
  bool issue(Kind kind, const CardProfile& profile, const PlanGoal& goal, Instant now, Plan& plan);
  bool issue(ProfileCommand command, const PlanGoal& goal, Instant now, Plan& plan);

  PlannerState& state_;
  const PlannerOptions& options_;
};

}  // namespace sojourn
