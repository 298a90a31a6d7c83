// Sojourn as a library: a compiled policy, observations in, decisions out.
//
//   #include <sojourn/geo.hpp>
//   #include <sojourn/sojourn.hpp>
//   using namespace sojourn::embed;
//
//   auto world = sojourn::embed::open_gazetteer();                  // sojourn/geo.hpp
//   auto policy = Policy::map("policy.graph", world.value());       // made by `sojourn build`
//   Engine engine(policy.value());
//
//   Observation seen;
//   seen.at_ms = 1767261600000;
//   seen.device = "89049032123451234512345678901235";
//   seen.network = "724-05";
//   seen.attributes["type"] = "meter";
//   for (const Decision& decision : engine.observe(seen).value()) {
//     // decision.profile should be enabled now, by decision.rule
//   }
//   engine.tick(engine.next_review_ms());                           // time passes without reports
//
// Deciding is not doing. What a device's card is to do about it, one thing at a time, is planned
// too; sojourn/eim.hpp makes signed packages of it and hears what the card proves:
//
//   CardPlan plan = engine.plan(seen.device, now_ms).value();
//   keep(seen.device, engine.save(seen.device).value());            // durably, before it goes out
//   if (plan.in_flight) { ... }                // else it waits: plan.waits_for, plan.ask_again_ms
//   engine.carried_out(seen.device, result);
//
// A host that has everything a policy asks about in columns of its own, and needs no histories,
// asks for millions of rows at once (Situations):
//
//   Situations situations(policy.value());
//   std::vector<std::uint16_t> row;                               // a code for each question
//   row.push_back(situations.code(0, "meter").value());           // questions()[0]: "type"
//   situations.outcome(situations.decide(row)[0]).profile
//
// Values in, values out: no globals, no logging, no clock, no threads of its own. Expected failures
// are values; nothing throws but what the standard library throws when memory is gone. Times are
// milliseconds since 1970-01-01T00:00:00Z. Needs no parser: policies come compiled.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sojourn {

class Gazetteer;  // where countries and regions are; see sojourn/geo.hpp

namespace embed {

inline constexpr std::int64_t kNeverMs = std::numeric_limits<std::int64_t>::max();

// Why something could not be done: a stable code ("E0004"), what is wrong, what to do about it.
struct Error {
  std::string code;
  std::string message;
  std::string help;
};

// A value or an Error.
template <class T>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Expected(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  explicit operator bool() const { return state_.index() == 0; }
  // Requires: it holds a value. Of a temporary it comes by value.
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T value() && { return std::get<0>(std::move(state_)); }
  // Requires: it holds an error.
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

struct Position {
  double lat = 0;  // WGS84 degrees
  double lon = 0;
  std::optional<double> accuracy_m;  // 68% radius
  std::optional<double> altitude_m;
  std::optional<double> speed_mps;
};

// std::monostate sets the attribute to unknown.
using AttributeValue =
    std::variant<std::monostate, bool, double, std::string, std::vector<std::string>>;

// One report about one device. What it leaves out keeps its last value. A value that cannot be
// (an accuracy below zero, an attribute of another type than declared) is dropped, the rest is
// used; what the policy does not declare is not looked at, and a profile that it does not know is
// the profile `undeclared`.
struct Observation {
  std::int64_t at_ms = 0;  // in the years 0000 to 9999
  std::string
      device;  // an EID (32 digits), an IMEI, or any other name; always the same for a device
  std::optional<Position> position;
  std::optional<std::string> network;         // "724-05"
  std::optional<std::string> registration;    // home, roaming, searching, denied, none
  std::optional<std::string> rat;             // "lte-m"
  std::optional<std::uint16_t> reject_cause;  // 3GPP cause of a rejected attach
  std::optional<std::string> profile;         // the enabled profile, by the policy's name for it
  std::optional<std::string> iccid;           // or by its ICCID
  std::optional<std::vector<std::string>> installed;  // names or ICCIDs
  std::optional<std::int64_t> data_bytes;             // what this report adds
  std::optional<std::string> event;                   // "owner-changed"
  std::map<std::string, AttributeValue> attributes;   // numbers in the declared unit
};

// A device's decision changed.
struct Decision {
  std::int64_t at_ms = 0;
  std::string device;
  std::string outcome;  // "profile" or "keep"
  std::string profile;  // outcome "profile": the one that should be enabled
  std::string from;     // the one enabled now; "" when unknown
  std::string rule;     // "" when no rule applies
  std::string origin;   // "latam.sojourn:42"
  std::vector<std::string> alerts;
  std::vector<std::string> tasks;
  std::int64_t review_ms = kNeverMs;  // when it could change with no report
  std::string json;                   // the whole record, with the evidence behind it
};

// Nothing but that it was done.
struct Done {};

// One thing that a device's card is to do.
struct CardCommand {
  enum class Kind : std::uint8_t { list, enable, disable, remove, set_fallback, download };
  std::uint64_t number = 0;  // ascending per device, also when its plan was lost and begun anew
  Kind kind = Kind::list;
  std::string profile{};   // by the policy's name; "" for list
  std::string iccid{};     // digits, as the card listed it; "" for list and download
  std::string download{};  // download: the SM-DP+ address
  bool rollback = true;    // enable: the device returns when the new profile finds no network
};

// A profile as the card lists it under its signature.
struct CardProfile {
  std::string iccid{};  // digits
  bool enabled = false;
  bool fallback = false;
};

// What became of a command.
struct CardResult {
  enum class Outcome : std::uint8_t {
    done,         // proven: as ordered
    rolled_back,  // proven: enabled, found no network, returned
    refused,      // proven: the card will not do it, and would not the next time
    missing,      // proven: the card has no such profile
    not_now,      // proven: busy; later it may
    failed,       // ended without proof of what the card did
    withdrawn,    // taken back before it left: the card never had it
  };
  std::uint64_t command = 0;  // its number
  Outcome outcome = Outcome::done;
  std::int64_t at_ms = 0;               // when it was heard of
  std::string iccid{};                  // download done: what was installed; "": not told
  std::vector<CardProfile> profiles{};  // list done: all that the card has
  std::string reason{};                 // for people
};

// What stands between a device's decision and its card that only the host knows.
struct HostGates {
  bool killed = false;  // somebody stopped everything
  // Somebody said yes to what is planned, if it asks for `approval`: to this CardPlan::rule and
  // CardPlan::profile, no others.
  bool approved = false;
  // The fleet has had enough switches, failures or downloads. Stops bans too: a host whose guard
  // spares them leaves it out when the plan is `because_of_ban`.
  bool stopped = false;
  bool in_rollout = true;  // the device's stage has begun
};

struct CardPlan {
  std::string rule{};           // of the decision that is planned for; "" when none decides
  std::string profile{};        // that it wants enabled; "": keep
  bool because_of_ban = false;  // it is a ban's
  // With the device: ordered by the host, or to be ordered now. Ordering it again is harmless
  // (Eim::order), and right after a restart. Absent: see waits_for.
  std::optional<CardCommand> in_flight{};
  // Nobody wants what is in flight any more: take its order back. Where that is too late its result
  // comes.
  bool withdraw = false;
  // Why nothing is in flight: "" nothing is left to do, "emergency call", "change forbidden",
  // "kill switch", "approval", "guard", "hold", "window", "rollout", "requires", "quarantine",
  // "retry", "profile not obtainable", "a report through the new profile".
  std::string waits_for{};
  std::int64_t ask_again_ms = kNeverMs;  // when to plan anew if nothing happens before
};

// A compiled policy. Immutable; any thread; cheap to copy.
class Policy {
 public:
  // Maps a file made by `sojourn build`, which must stay as it is while a copy of the policy lives
  // (write a new one beside it and rename). The gazetteer is kept alive by the policy. Errors: the
  // file cannot be read, is of another format version, or damaged.
  static Expected<Policy> map(const std::string& path, std::shared_ptr<const Gazetteer> gazetteer);
  std::string name() const;
  std::string version() const;
  std::string meaning_digest() const;  // "sha256:..."; equal for policies that mean the same

 private:
  friend class Engine;
  friend class Situations;
  struct State;
  explicit Policy(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

// Devices and their histories under one policy. Not thread-safe; engines are independent of each
// other, so a host may keep one per partition of its devices. Nothing is carried out here: a
// decision stands until the host says `carried_out` or `switched`, or reports what is enabled. Of
// the fleet an engine knows nothing; each device is a fleet of one.
//
// Everything is in memory. A host that must survive a restart keeps what `save` gives after
// whatever changed a device, and only then orders what is planned or forgets what has ended; after
// a restart it restores its devices, orders what is in flight again, and hears what has ended
// meanwhile. For another policy the reports of the past are fed again, and `restore_plan` brings
// back what was under way.
class Engine {
 public:
  explicit Engine(const Policy& policy);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  // Takes a report in; the decisions that changed by it, and by the time that passed before it.
  // Reports of a device may come late by up to seven days; later ones change nothing. An error
  // leaves everything as it was.
  Expected<std::vector<Decision>> observe(const Observation& observation);
  // Lets time pass for every device that is due by `now_ms`, instant by instant: a time years ahead
  // takes as long as the years have days.
  std::vector<Decision> tick(std::int64_t now_ms);
  // When `tick` should be called next if no report comes; kNeverMs when never.
  std::int64_t next_review_ms() const;
  // A host that plans by itself has switched a device, as decided or not (the eUICC's signed result
  // says so); what is planned here is told by `carried_out`. Unknown profile names are an error.
  Expected<std::vector<Decision>> switched(const std::string& device, const std::string& profile,
                                           std::int64_t at_ms);

  // What the device's card is to do now, so that what is decided comes true: profiles are listed,
  // downloaded, enabled with rollback, and removed once the new one works; holds, windows, `forbid
  // change` and a ban's deadline are minded, what fails is tried again later, and where a profile
  // fell back it is not tried again at once. One command is with a device at a time. `tick` first:
  // what time alone would have decided is not looked for here. An error: never observed.
  Expected<CardPlan> plan(const std::string& device, std::int64_t now_ms,
                          const HostGates& gates = {});
  // What became of the command in flight; of another one: no effect. A command that could not be
  // ordered for good ends as `refused`, one whose card is not enrolled as `not_now`; after an error
  // of the store it is ordered again. The decisions that changed by it. An error: never observed,
  // or a result that cannot be.
  Expected<std::vector<Decision>> carried_out(const std::string& device, const CardResult& result);
  // The card listed its profiles, under its signature, for whatever reason (Eim::card). Older than
  // what is known: no effect. The decisions that changed by it. An error: never observed.
  Expected<std::vector<Decision>> listed(const std::string& device,
                                         const std::vector<CardProfile>& profiles,
                                         std::int64_t at_ms);
  // The device says, unsigned, that its profile changed without us, and why (SGP.32
  // StateChangeCause): the card is asked. An error: never observed.
  Expected<Done> claimed(const std::string& device, std::optional<std::int64_t> cause);

  // All that is known of a device, its plan included, for `restore` in an engine of the same graph
  // file. An error: never observed.
  Expected<std::string> save(const std::string& device);
  // Errors: the bytes are of another graph file or another device, or damaged; the device is known
  // here already.
  Expected<Done> restore(const std::string& device, const std::string& saved);
  // Of what was saved under whatever policy only the plan: what is in flight, holds, quarantine,
  // the card's word. The decisions that changed by it. Errors: never observed, planned already; the
  // bytes are of another device, or damaged.
  Expected<std::vector<Decision>> restore_plan(const std::string& device, const std::string& saved);

  // Why the device's decision is what it is, as JSON: the rule, each condition with its value and
  // where it came from, the rules that did not decide and why. An error: never observed.
  Expected<std::string> explain(const std::string& device);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Decides rows of values at once, each row a situation: the graph alone, without devices. A few
// nanoseconds a row. Immutable; any thread; cheap to copy.
class Situations {
 public:
  explicit Situations(const Policy& policy);

  // What the policy asks about, in the order of a row's codes: attributes by their names, "region",
  // "network", "profile", "roaming in BR"; dates and what is counted by a canonical text, the same
  // in every version of a policy.
  const std::vector<std::string>& questions() const;
  // The code of a value; values that the policy does not tell apart have the same. std::monostate:
  // unknown. Text: values of attributes, "BR", "724-05", a profile's name; numbers: as reported,
  // counts as such, durations in milliseconds, distances in millimetres; else true or false. An
  // error: the question cannot be answered so, or there is no such question.
  Expected<std::uint16_t> code(std::size_t question, const AttributeValue& value) const;

  struct Outcome {
    std::string outcome;  // "profile" or "keep"
    std::string profile;
    std::string rule;    // "" when no rule decides
    std::string origin;  // "latam.sojourn:42"
  };
  // The number of each row's outcome. Codes row by row; what is no code counts as code 0.
  std::vector<std::uint32_t> decide(const std::vector<std::uint16_t>& codes) const;
  // Requires: a number that `decide` gave.
  const Outcome& outcome(std::uint32_t number) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace embed
}  // namespace sojourn
