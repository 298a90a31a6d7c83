// DeviceHistory: everything that a device's reports said, as timelines and logs; no counting yet.
//
// Reports come in any order within the lateness; the same reports end in the same history. What a
// report changed is handed on as a list of SignalChange, so that what was concluded from the old
// history can be looked at anew.
#pragma once

#include <map>
#include <memory>
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
  using SetLookup = std::map<std::vector<std::int64_t>, std::int64_t>;

  std::vector<std::string> imeis;
  std::vector<UndeclaredProfile> undeclared;
  std::vector<FixZone> zones;
  std::vector<std::vector<std::int64_t>> sets;
  std::unique_ptr<SetLookup> set_lookup;  // once there are many sets

  std::int64_t imei(std::string_view text);
  std::int64_t undeclared_profile(std::string_view name, std::optional<Country> home);
  std::int64_t zone(CountryClaim claim, std::string_view name);
  std::int64_t set(std::vector<std::int64_t>& members);  // sorts its argument
  // Makes the look-up when the sets are many. False: two of them are equal.
  bool index_sets();
  std::size_t byte_count() const;
};

// The timelines of the signals that were ever reported; a policy has many more.
class SignalTimelines {
 public:
  // Of a signal never reported: an empty one.
  const SignalTimeline& operator[](SignalIndex signal) const {
    static const SignalTimeline kNothing;
    std::uint16_t place = signal < places_.size() ? places_[signal] : 0;
    return place == 0 ? kNothing : timelines_[place - 1u];
  }
  // `hold`: of one that is new.
  SignalTimeline& of(SignalIndex signal, Duration hold);
  template <class Use>
  void for_each(const Use& use) {
    for (SignalIndex s = 0; s < places_.size(); ++s) {
      if (places_[s] != 0) use(s, timelines_[places_[s] - 1u]);
    }
  }
  void shrink_to_fit();
  std::size_t byte_count() const;

 private:
  // By signal, up to the last that was reported: where its timeline is, from 1; 0 = nowhere.
  CompactVector<std::uint16_t> places_;
  std::vector<SignalTimeline>
      timelines_;  // in the order in which their signals were first reported
};

// What the newest report changed, and room for reading the next.
struct ReportEffect {
  std::vector<SignalChange> changes;
  std::vector<SignalValue> values;
  std::vector<SignalIndex> signals;
};

class DeviceHistory {
 public:
  DeviceHistory(const Prepared& policy, Duration lateness);

  // `effect` is emptied first.
  ObserveOutcome apply(const Observation& observation, ReportEffect& effect);
  void switched(ProfileIndex profile, Instant at, ReportEffect& effect);
  void set_quarantine(const std::vector<QuarantinedProfile>& all, Instant now,
                      ReportEffect& effect);
  void alert_raised(const std::string& text, Instant at, ReportEffect& effect);

  const SignalTimeline& timeline(SignalIndex signal) const { return timelines_[signal]; }
  std::int64_t value(SignalIndex signal, Instant t) const { return timelines_[signal].value_at(t); }
  // The serving network: pack(Plmn); kNoSymbol while there is no service; kUnknownValue.
  std::int64_t network_at(Instant t) const;
  Instant next_network_change(Instant t) const;
  // Is the registration none or searching?
  Truth no_service_at(Instant t) const;
  // Home countries of a profile's value; absent when it is unknown. Empty: home none.
  std::optional<CountrySet> home_of(std::int64_t profile) const;
  std::string profile_text(std::int64_t profile) const;  // "" = unknown
  // Of one that no profile declares: "undeclared, home BR by its ICCID"; "" of the others.
  std::string undeclared_text(std::int64_t profile) const;
  // Calls use(instant) for every change of the enabled profile up to `t`, newest first, until it
  // returns false. (The first profile seen is none.)
  template <class Use>
  void for_each_switch(Instant t, const Use& use) const {
    const SignalTimeline::Rows& rows = timelines_[kProfile].rows();
    std::int64_t newer = kUnknownValue;  // the profile that was enabled next
    Instant newer_from = kNever;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      if (row->value == kUnknownValue || row->from > t) continue;
      bool is_switch = newer != kUnknownValue && newer != row->value;
      if (is_switch && !use(newer_from)) return;
      newer = row->value;
      newer_from = row->from;
    }
  }

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
  // Lets go of memory that was kept for more to come.
  void shrink_to_fit();
  std::size_t byte_count() const;  // on the heap

 private:
  friend class ReportReader;
  friend struct HistoryCodec;
  void record(Instant at, ReportLog::Rank rank, std::uint64_t line, std::uint64_t digest,
              ReportEffect& effect);
  void note_report(const Observation& observation, std::vector<SignalChange>& changes);
  void tidy();

  const Prepared& policy_;
  Duration lateness_;
  SignalTimelines timelines_;
  ReportLog log_;
  EventLog events_;
  UsageLog usage_;
  QuarantineLog quarantine_;
  Pools pools_;
  Instant first_report_ = kNever;
  Instant newest_report_ = kBeginning;
  std::optional<Instant> commissioned_;
  std::uint32_t untidy_count_ = 0;  // reports since things were last put in order
};

}  // namespace sojourn
