// FeatureReader: what a feature says at an instant, from the timelines, with no counting.
//
// It answers for every kind but the counts, for the present as for any instant of the past, and
// says when the answer can next change. `held` is answered as well where it stands inside another
// time form.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/device/history.h"
#include "engine/device/standing_country.h"

namespace sojourn {

class ConditionHistory;

// What is taken to be so at an instant instead of what was reported (semantics 9a).
struct Supposition {
  std::optional<std::int64_t> profile;  // enabled; as the value of kProfile
  std::optional<std::int64_t> network;  // serving; as in DeviceHistory::network_at
};

class FeatureReader {
 public:
  FeatureReader(const DeviceHistory& history, const StandingCountry& place,
                const std::vector<ConditionHistory>& conditions)
      : history_(history), place_(place), conditions_(conditions) {}

  // A feature's own candidate is none of its business: who reads the present supposes it.
  Reading read(FeatureIndex feature, Instant t, const Supposition& supposed = {}) const;
  // The first instant after t at which the reading can change, as far as now known.
  Instant next_change(FeatureIndex feature, Instant t) const;
  Truth judge(ConditionIndex condition, Instant t, const Supposition& supposed = {}) const;

  std::int64_t profile_at(Instant t, const Supposition& supposed) const;
  std::int64_t network_at(Instant t, const Supposition& supposed) const;
  // What is installed: the newest list, and what was enabled since.
  Truth installed(ProfileIndex profile, Instant t, const Supposition& supposed = {}) const;
  // The device's own clock: the zone of its fix, else its country's, else the policy's.
  const TimeZone& device_zone(Instant t) const;
  // The first instant from `t` on that lies within these hours of the device's own clock, if it
  // stays where it is now.
  Instant next_within(std::int32_t from_ms, std::int32_t until_ms, Instant t, Instant now) const;

  // Of a feature that counts.
  const ConditionHistory& condition_history(FeatureIndex feature) const;
  const DeviceHistory& history() const { return history_; }
  const StandingCountry& place() const { return place_; }
  const Prepared& policy() const { return history_.policy(); }

 private:
  Reading read_attribute_has(const Feature& feature, std::int64_t set) const;
  Reading read_silent(Instant t) const;
  Reading read_held(FeatureIndex feature, Instant t) const;
  Instant next_silent_change(FeatureIndex feature, Instant t) const;
  Instant next_held_change(FeatureIndex feature, Instant t) const;
  // The next midnight at which a date begins that a test asks for.
  Instant next_date_asked_for(const FeaturePlan& plan, Instant t) const;
  Instant next_local_time_change(const Feature& feature, Instant t) const;
  const TimeZone& zone_of_country(Country country) const;

  const DeviceHistory& history_;
  const StandingCountry& place_;
  const std::vector<ConditionHistory>& conditions_;
  mutable std::map<std::uint8_t, TimeZone> country_zones_;
};

// Is a device on this network, with a profile of these home countries, roaming in one of
// `countries` (empty: anywhere)? Judged candidate by candidate (semantics 4).
Reading roaming(std::int64_t network, const std::optional<CountrySet>& home,
                const CountrySet& countries);

}  // namespace sojourn
