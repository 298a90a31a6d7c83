// DeviceHistory: everything that a device's reports said, as timelines and logs; no counting yet.
//
// Reports come in any order within the lateness; the same reports end in the same history. What a
// report changed is handed on as a list of SignalChange, so that what was concluded from the old
// history can be looked at anew.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/device/events.h"
#include "engine/device/prepared_policy.h"
#include "engine/device/quarantine.h"
#include "engine/device/report_log.h"
#include "engine/device/signals.h"
#include "engine/device/timeline.h"
#include "engine/device/usage.h"

namespace sojourn {

struct SignalChange {
  SignalIndex trigger = 0;  // a signal, or one of Prepared::triggers
  TimelineChange change;
};

struct SignalValue {
  SignalIndex signal = 0;
  std::int64_t value = kUnknownValue;
};

// An enabled profile that the policy does not declare.
struct UndeclaredProfile {
  std::string name;             // its ICCID or reported name
  std::optional<Country> home;  // by the ICCID's E.118 prefix; absent: home none
};

// A device's own clock, as a certain fix told it.
struct FixZone {
  CountryClaim claim;
  TimeZone zone;
};

// What a device's reports name that is not in the policy, numbered as they come.
struct Pools {
  std::vector<std::string> imeis;
  std::vector<UndeclaredProfile> undeclared;
  std::vector<FixZone> zones;
  std::vector<std::vector<std::int64_t>> sets;
  std::map<std::vector<std::int64_t>, std::int64_t> set_lookup;

  std::int64_t imei(std::string_view text);
  std::int64_t undeclared_profile(std::string_view name, std::optional<Country> home);
  std::int64_t zone(CountryClaim claim, std::string_view name);
  std::int64_t set(std::vector<std::int64_t>& members);  // sorts and empties its argument
};

class DeviceHistory {
 public:
  DeviceHistory(const Prepared& policy, Duration lateness);

  // `changes` is emptied first.
  ObserveOutcome apply(const Observation& observation, std::vector<SignalChange>& changes);
  void switched(ProfileIndex profile, Instant at, std::vector<SignalChange>& changes);
  void set_quarantine(const std::vector<QuarantinedProfile>& all, Instant now,
                      std::vector<SignalChange>& changes);
  void alert_raised(const std::string& text, Instant at, std::vector<SignalChange>& changes);

  const Timeline& timeline(SignalIndex signal) const { return timelines_[signal]; }
  std::int64_t value(SignalIndex signal, Instant t) const { return timelines_[signal].value_at(t); }
  // The serving network: pack(Plmn); kNoSymbol while there is no service; kUnknownValue.
  std::int64_t network_at(Instant t) const;
  Instant next_network_change(Instant t) const;
  // Is the registration none or searching?
  Truth no_service_at(Instant t) const;
  // Home countries of a profile's value; absent when it is unknown. Empty: home none.
  std::optional<CountrySet> home_of(std::int64_t profile) const;
  std::string profile_text(std::int64_t profile) const;  // "" = unknown

  // The instant from which the history says anything: commissioning, else the first report.
  Instant begin() const { return commissioned_.value_or(first_report_); }
  Instant first_report() const { return first_report_; }  // kNever before the first
  Instant newest_report() const { return newest_report_; }
  std::optional<Instant> commissioned() const { return commissioned_; }

  const Pools& pools() const { return pools_; }
  const EventLog& events() const { return events_; }
  const QuarantineLog& quarantine() const { return quarantine_; }
  const UsageLog& usage() const { return usage_; }
  const ReportLog& log() const { return log_; }
  const Prepared& policy() const { return policy_; }
  std::size_t byte_count() const;

 private:
  friend class ReportReader;
  friend struct HistoryCodec;
  void record(const std::vector<SignalValue>& values, Instant at, std::uint64_t order,
              std::uint64_t digest, bool standing, std::vector<SignalChange>& changes);
  void note_report(const Observation& observation, std::vector<SignalChange>& changes);
  void tidy();

  const Prepared& policy_;
  Duration lateness_;
  std::vector<Timeline> timelines_;
  ReportLog log_;
  EventLog events_;
  UsageLog usage_;
  QuarantineLog quarantine_;
  Pools pools_;
  Instant first_report_ = kNever;
  Instant newest_report_ = kBeginning;
  std::optional<Instant> commissioned_;
  std::size_t untidy_count_ = 0;  // reports since things were last put in order
  std::vector<SignalValue> values_;
  std::vector<SignalIndex> signals_;  // scratch
};

}  // namespace sojourn
