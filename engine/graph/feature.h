// Features: the things that conditions test. One feature is one question about a device at an
// instant ("which country", "days in BR on this network"); its answer is a Reading.
//
//   Feature region{.kind = FeatureKind::country};
//   Reading here = features.read(region_index);            // claim BR, known
//   Truth in_brazil = judge(Test::in_countries(region_index, {br}), region, here);
//
// The catalogue of a policy's features travels with its graph. A feature's identity is a canonical
// text (`identity`), the same for the same question in every policy and version, so that a new
// policy finds the registers of the old.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/country.h"
#include "engine/base/instant.h"
#include "engine/graph/truth.h"

namespace sojourn {

using FeatureIndex = std::uint32_t;
using ConditionIndex = std::uint32_t;
using ProfileIndex = std::uint32_t;    // into Catalogue::profiles
using AttributeIndex = std::uint32_t;  // into Catalogue::attributes
using AreaIndex = std::uint32_t;       // into Catalogue::areas

// Reported values that no policy name stands for.
inline constexpr std::int64_t kNoSymbol = -1;     // known to be nothing: no network, no fallback
inline constexpr std::int64_t kOtherSymbol = -2;  // known, but not one that the policy names

enum class FeatureKind : std::uint8_t {
  // --- categorical: the reading's value is a symbol ---
  country,            // CountryClaim::packed() of the standing country
  network,            // pack(Plmn) of the serving network; kNoSymbol without service
  profile,            // ProfileIndex of the enabled profile; kOtherSymbol when undeclared
  fallback,           // ProfileIndex of the profile with the fallback attribute; kNoSymbol
  rat,                // Rat
  attribute_choice,   // subject = attribute: index of the enum value, or of the named text
  attribute_country,  // subject = attribute: Country::index
  // --- flags: the reading's value is 0 or 1 ---
  area,            // subject = area: the device is in it
  roaming,         // countries: roaming in one of them; empty = roaming anywhere
  breakout,        // countries: the enabled profile's data leaves there
  installed,       // subject = profile
  quarantined,     // subject = profile: it fell back or failed less than 24 hours ago
  no_service,      // registration is none or searching
  in_flight,       // above 3 km or faster than 100 m/s
  attribute_flag,  // subject = attribute
  attribute_has,   // subject = attribute, symbol = the member asked for
  local_time,      // from_ms <= the device's own wall clock < until_ms; may cross midnight
  since,  // `window` of calendar time has gone by since the last `event`; unknown only where
          // it is scoped
  // --- numbers: the reading's value is an integer in the unit named ---
  attribute_number,  // subject = attribute: millionths of the declared unit
  speed,             // millimetres per hour: km/h, m/s, mph and knots are all whole
  accuracy,          // millimetres
  border_distance,   // millimetres
  silent,            // milliseconds since the last report
  date,              // Day::number in `zone`; always known
  // --- counts: the reading has a lower and an upper bound ---
  held,              // milliseconds for which `inner` has held without a break; -1 = does not hold
  recency,           // milliseconds since `inner` last held; kNotYet = not within the history, nor
                     // within the last `window` where one is given
  consecutive_days,  // days in a row, up to today, with `inner` at any moment; allowing `gap_days`
  window_count,      // days/weeks/months (bucket) with `inner` within the last `window`
  calendar_count,    // days with `inner` in this calendar `window.unit` (month, year)
  held_share,        // milliseconds of `inner` within the last `window`; unknown until it is full
  day_share,         // days with `inner` within the last `window` of days; unknown until full
  event_count,       // `event`s within the last `window`
  data_sum,          // bytes in `countries` within `window`
  data_balance,      // bytes in `countries` minus bytes in `other_countries` within `window`
  // --- what only the fleet knows: told by the host (Device::told), at whole minutes ---
  fleet_count,  // count: devices whose attribute (subject) says today what this device's says
  released,     // flag: the rollout of rule `subject` has let this device go
  // --- what a ban asks of a candidate (semantics 9a) ---
  on_a_network,  // count: 1 if `inner` holds with `candidate` on one of the networks where it may
                 // be, all of `inner` on the same one; else 0. Its features have no candidate.
};

inline constexpr std::int64_t kNotYet = std::numeric_limits<std::int64_t>::max();

enum class ValueDomain : std::uint8_t { symbol, flag, number, count };
ValueDomain domain_of(FeatureKind kind);
// Is the answer made of `inner`: counted over the device's history, or as it stands?
bool is_temporal(FeatureKind kind);
// Does the count grow with time alone while `inner` holds, so that it can be told when it will
// reach a threshold if that goes on (semantics 19, 21)?
bool grows_while_it_lasts(FeatureKind kind);
// Is the answer known to the fleet only (semantics 22a)?
inline bool is_about_fleet(FeatureKind kind) {
  return kind == FeatureKind::fleet_count || kind == FeatureKind::released;
}

enum class Rat : std::uint8_t { gsm, umts, lte, lte_m, nb_iot, nr, ntn, wifi };
std::optional<Rat> find_rat(std::string_view name);  // "lte-m"
std::string_view name_of(Rat rat);
inline constexpr std::size_t kRatCount = 8;

enum class TimeUnit : std::uint8_t { millisecond, day, week, month, year };

// A length of time as written. Milliseconds stand for every elapsed unit.
struct Period {
  std::int64_t count = 0;
  TimeUnit unit = TimeUnit::millisecond;
  friend bool operator==(const Period&, const Period&) = default;
};

// Restricts history to the rows that share today's key. Flags; they combine.
struct Scope {
  bool same_network = false;
  bool per_imei = false;
  bool per_profile = false;
  bool any() const { return same_network || per_imei || per_profile; }
  friend bool operator==(const Scope&, const Scope&) = default;
};

enum class EventKind : std::uint8_t { switches, commanded_switches, rejected, named, alert };

struct EventQuestion {
  EventKind kind = EventKind::named;
  std::vector<std::uint16_t> causes;  // rejected: 3GPP causes; empty = any
  std::string name;                   // named: "owner-changed"; alert: its text
  friend bool operator==(const EventQuestion&, const EventQuestion&) = default;
};

// Only the members that its kind names are meaningful; the others keep their defaults.
struct Feature {
  FeatureKind kind = FeatureKind::country;
  std::uint32_t subject = 0;
  std::int64_t symbol = 0;
  CountrySet countries;
  CountrySet other_countries;
  ConditionIndex inner = 0;
  Scope scope;
  Period window;
  TimeUnit bucket = TimeUnit::day;
  std::int32_t gap_days = 0;
  // In the notice of a ban: the most that a count of days comes to on one of so many days ahead, if
  // `inner` holds on every day from now (negative: on that day itself); whether `since` is due by
  // then. Of `held` and `held_share`: what they come to so many times 24 hours from now.
  std::int32_t ahead_days = 0;
  EventQuestion event;
  std::int32_t from_ms = 0, until_ms = 0;  // local_time
  std::string zone;                        // IANA name; "" = the policy's
  // With this profile enabled from now on (semantics 9a); absent: with the one that is enabled.
  std::optional<ProfileIndex> candidate;
  std::string identity;
};

// What a feature is at an instant.
struct Reading {
  // Symbols, flags and numbers: known, lower == upper. Counts: lower <= upper, known when equal.
  // Unknown symbols, flags and numbers: known is false, the bounds mean nothing.
  std::int64_t lower = 0;
  std::int64_t upper = 0;
  bool known = false;

  static Reading unknown() { return {}; }
  static Reading exactly(std::int64_t value) { return {value, value, true}; }
  static Reading between(std::int64_t low, std::int64_t high) { return {low, high, low == high}; }
  // Of a count: has it come to so many?
  Truth reaches(std::int64_t threshold) const {
    if (lower >= threshold) return Truth::yes;
    return upper < threshold ? Truth::no : Truth::unknown;
  }
  friend bool operator==(const Reading&, const Reading&) = default;
};

}  // namespace sojourn
