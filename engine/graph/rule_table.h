// RuleTable: a checked policy as data, between the language and the decision graph.
//
// Everything that deciding needs and nothing of how it was written, but for names and places that
// explanations show. lang lowers a CheckedPolicy into one; engine/proof compiles it into a
// DecisionGraph; the graph file carries it as its catalogue; tests interpret it rule by rule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/gazetteer.h"
#include "engine/base/instant.h"
#include "engine/graph/condition.h"
#include "engine/graph/feature.h"

namespace sojourn {

// The most that one claim holds (CountryClaim).
inline constexpr std::size_t kClaimantsMax = 4;

// `view disputed RU-UA as UA`: to this policy a place that exactly these countries claim is in the
// one (viewed_places.h).
struct DisputedView {
  CountrySet claimants;  // two to four
  Country as;            // one of them
  friend bool operator==(const DisputedView&, const DisputedView&) = default;
  // "RU-UA as UA"
  std::string text() const;
};

struct Settings {
  std::string name;
  std::string version;
  std::string owner;
  std::string zone = "UTC";       // whose midnight ends a day
  Duration settle = minutes(30);  // how long a new country must last to be believed
  Duration carry = days(7);       // how long a silent device stays where it was
  Duration lead = hours(48);      // how early a ban's deadline presses
  bool first_match = false;
  std::vector<DisputedView> views{};  // one for each claim at most
};

enum class AttributeType : std::uint8_t {
  flag,
  number,
  choice,
  text,
  country,
  set_of_text,
  set_of_country,
  set_of_choice,
};

// 100%, in millionths of a percent: what is declared `in %` lies between nothing and this.
inline constexpr std::int64_t kWholeShare = 100'000'000;

struct Attribute {
  std::string name;
  AttributeType type = AttributeType::flag;
  std::string unit;                 // number: "%", "dBm", ...; "" = a bare number
  std::vector<std::string> values;  // choice: the enum; text and sets of text: those that are named
  std::optional<Duration> valid;    // how long a report holds; absent: Settings::carry
};

struct Profile {
  std::string name;
  CountrySet home;                          // empty: home none, always roaming
  std::vector<std::string> iccid_prefixes;  // "895510"
  std::vector<Plmn> plmns;
  std::string download;  // SM-DP+ address; "" = cannot be downloaded
  CountrySet breakout;
  std::int64_t cost = 0;
};

// Where something was written.
struct Origin {
  std::string path;  // as given to the compiler
  std::uint32_t line = 0;
  std::string text() const;  // "latam.sojourn:42"
};

struct Alternative {
  ProfileIndex profile = 0;
  bool if_installed = false;
  friend bool operator==(const Alternative&, const Alternative&) = default;
};

// `rollout 1%, 10%, 100% each 24 hours`: cumulative shares of the affected devices, in millionths
// of the whole (1% is 10'000), the same devices every time (semantics 22a).
struct Rollout {
  std::vector<std::int64_t> stages;
  Duration each;
  friend bool operator==(const Rollout&, const Rollout&) = default;
};

// What a rule asks for. A rule with alerts and tasks only has no outcome: it agrees with every rule
// and does not stop `otherwise`.
struct Action {
  enum class Kind : std::uint8_t { none, keep, profile };
  Kind kind = Kind::none;
  std::vector<Alternative> alternatives;  // profile: the first lawful and obtainable one is taken
  std::vector<ProfileIndex> preload;
  std::vector<ProfileIndex> remove;
  std::optional<ProfileIndex> fallback;
  std::vector<std::string> alerts;
  std::vector<std::string> tasks;
  Duration hold;  // no further switch for this long; 0 = none
  bool approval = false;
  ConditionIndex requires_condition = ConditionTable::kAlways;
  std::optional<std::pair<std::int32_t, std::int32_t>> window_ms;  // carried out only then, local
  std::optional<Rollout> rollout;  // Rule::condition holds only for devices that it has let go

  // Two rules of equal effect for the same device agree (alerts and tasks add up and do not count).
  bool same_effect(const Action& other) const;
};

struct Rule {
  std::string name;  // "" = unnamed, known by its line
  std::string text;  // the author's sentence about it
  Origin origin;
  std::string source;  // the rule as `fmt` writes it, for explanations
  ConditionIndex condition = ConditionTable::kAlways;
  // With a rollout: whom it is about, let go or not; `condition` is this and FeatureKind::released.
  ConditionIndex affected = ConditionTable::kAlways;
  Action action;
  std::vector<std::uint32_t> overrides;  // directly, as written; transitive closure follows
  std::string digest{};  // of an unnamed one's meaning: its name in records, wherever it stands
  // How people refer to it: its name, or "line 42".
  std::string label() const;
};

// What must never happen, judged with a profile (semantics 9a). One condition per candidate: the
// index is the candidate's ProfileIndex, the last one is for a profile nobody declared.
//
// `forbid change when C` is a ban of its own kind: C bites with every profile but the enabled one,
// so that whatever is enabled may stay. That another one is enabled is the last part of `bites`.
struct Ban {
  std::string name;  // "" = unnamed, known by its line
  std::string text;
  std::string source;
  std::string certainty;
  Origin origin;
  std::vector<ConditionIndex> bites;  // violated, or within notice, with the candidate
  std::vector<ConditionIndex> violated;
  bool in_doubt_counts = false;
  bool forbids_change = false;
  std::optional<Action> remedy;
  Duration assuming;             // within which a switch is taken to complete; 0 = at once
  std::int32_t notice_days = 0;  // how long before the first violating day `bites` begins
  std::string zone;              // whose midnight ends a day; "" = the policy's
  std::string written;           // the ban as `fmt` writes it
  std::string digest{};          // of an unnamed one's meaning: its name in records
  // How people refer to it: its name, or "line 42".
  std::string label() const;
  // Said, with the highest severity, while nothing lawful can be enabled.
  std::string alert() const;
};

// A limit on what the whole policy may do (semantics 20 to 22).
struct Guard {
  enum class Kind : std::uint8_t {
    switches,     // at most `most` switches per device within `window`
    fleet_share,  // at most `most` millionths of the fleet switched within `window`, rounded up
    fleet_count,  // at most `most` devices switched within `window`
    approval,     // more than `most` devices wait for a person's approval
    abort,        // stop when at least `most` millionths of at least `least` orders failed
  };
  Kind kind = Kind::switches;
  std::int64_t most = 0;
  std::int64_t least = 0;
  Duration window;  // elapsed
  // switches: the device has used up what it may; always answered by the device alone.
  ConditionIndex reached = ConditionTable::kNever;
  bool except_bans = false;
  std::vector<std::uint32_t> except_rules;
  Origin origin;
  std::string written;  // the guard as `fmt` writes it
};

// What its authors promise about the policy: proved by `check`, never asked at run time.
struct Assertion {
  ConditionIndex condition = ConditionTable::kAlways;
  Action outcome;  // keep, or profile: one of the alternatives; by effect (semantics 17)
  Origin origin;
  std::string written;
};

struct RuleTable {
  Settings settings;
  std::vector<Attribute> attributes;
  std::vector<Profile> profiles;
  std::vector<Area> areas;  // what Gazetteer::bind is given, in this order
  std::vector<Feature> features;
  ConditionTable conditions;
  std::vector<Rule> rules;  // in the order written
  std::vector<Ban> bans;
  std::vector<Guard> guards;
  std::vector<Assertion> assertions;
  Action otherwise;               // kind keep when nothing was written
  Sha256Digest meaning_digest{};  // of everything above that decides, names of rules left out
  Sha256Digest text_digest{};     // of the sources, in the order read

  std::optional<ProfileIndex> find_profile(std::string_view name) const;
  std::optional<AttributeIndex> find_attribute(std::string_view name) const;
  // The index of an equal feature (by identity), added when it is new.
  FeatureIndex intern_feature(Feature feature);
};

// Does rule `a` override rule `b`, directly or through others? One row per rule, bit b of row a.
// A rule that overrides nothing has an empty row. Requires: no circle.
std::vector<std::vector<bool>> override_closure(const RuleTable& table);

// The order in which rules are tried, the first that fires deciding: as written under
// `first-match`; else as written, but that every rule is preceded by those that override it. Rules
// that fire together without one overriding the other agree (or `check` has refused the policy), so
// the order between them decides only which of them is named.
// Requires: no circle of overrides.
std::vector<std::uint32_t> precedence(const RuleTable& table);

// May the profile be taken as far as having it goes (semantics 18): installed, or downloadable and
// not asked for `if installed`? Adds features of kind installed and quarantined when missing.
ConditionIndex available(RuleTable& table, const Alternative& alternative);
// Not in quarantine.
ConditionIndex healthy(RuleTable& table, ProfileIndex profile);
// Both: available and healthy.
ConditionIndex obtainable(RuleTable& table, const Alternative& alternative);

}  // namespace sojourn
