// ConditionHistory: when a condition held, over a device's whole history.
//
// Runs of one truth and one scope key, [from, next run's from), kept up to the last instant that
// anyone asked about; and for every key the calendar days on which the condition held for an
// instant (`yes`) or may have (`maybe`). Counting is then a matter of bits and a few runs.
//
// A change of a signal within a stretch of time costs the runs of that stretch and their days.
// Between changes nothing is done: the newest run just goes on, until `stable_until`.
#pragma once

#include <optional>
#include <vector>

#include "engine/device/day_bits.h"
#include "engine/device/features.h"

namespace sojourn {

// What a scope compares. Members outside the scope are 0; kUnknownValue compares as unknown.
struct ScopeKey {
  std::int64_t network = 0;
  std::int64_t imei = 0;
  std::int64_t profile = 0;
  friend bool operator==(const ScopeKey&, const ScopeKey&) = default;
  // Is it the same? Unknown when it cannot be told (semantics 12).
  Truth matches(const ScopeKey& other) const;
};

class ConditionHistory {
 public:
  ConditionHistory(const HistorySpec& spec, const TimeZone& zone);

  struct Run {
    Instant from;
    std::uint32_t key = 0;  // index into keys()
    Truth truth = Truth::unknown;
  };
  struct KeyDays {
    ScopeKey key;
    DayBits yes;
    DayBits maybe;
  };

  // Something that the condition looks at changed its value within the stretch.
  void mark_changed(Stretch stretch);
  // The beginning of the history moved.
  void start_over();
  void refresh(const FeatureReader& reader, Instant now);
  // Forgets everything after `now`.
  void retract(Instant now);

  // All below: as of the instant last refreshed to.
  const std::vector<Run>& runs() const { return runs_; }  // empty before the history begins
  const std::vector<KeyDays>& keys() const { return keys_; }
  Instant run_end(std::size_t index) const {  // kNever for the newest
    return index + 1 < runs_.size() ? runs_[index + 1].from : kNever;
  }
  Instant begin() const { return begin_; }
  // What the condition was before the history began: `no` when the device did not exist, or when
  // the condition begins with a date that lies later.
  Truth before() const { return before_; }
  // With `unknown` before: it was unknown from this instant on, and did not hold before.
  Instant unknown_from() const { return spec_.counts_from; }
  Instant stable_until() const { return stable_until_; }
  const HistorySpec& spec() const { return spec_; }
  const TimeZone& zone() const { return zone_; }
  ScopeKey key_at(const FeatureReader& reader, Instant t, const Supposition& supposed = {}) const;

  // `C for D` inside another time form: how long C had held at t, under the scope key of then.
  Reading held_at(Instant t) const;
  Instant next_held_change(Instant t, const std::vector<std::int64_t>& cuts) const;
  std::size_t byte_count() const;

 private:
  Run run_of(const FeatureReader& reader, Instant t);
  Instant next_change(const FeatureReader& reader, Instant t) const;
  std::size_t index_at(Instant t) const;  // Requires: t is not before the first run
  // As it counts under another run's key.
  Truth truth_under_key_of(std::size_t run, std::size_t other) const;
  void extend(const FeatureReader& reader, Instant now);
  void rebuild(const FeatureReader& reader, Stretch stretch);
  void fill_days(std::int32_t first, std::int32_t last);
  void fill_days_to(Instant now);
  std::uint32_t intern(const ScopeKey& key);

  const HistorySpec& spec_;
  const TimeZone& zone_;
  std::vector<Run> runs_;
  std::vector<KeyDays> keys_;
  std::vector<Run> scratch_;
  Instant begin_ = kNever;
  Truth before_ = Truth::unknown;
  Instant extended_to_ = kBeginning;
  Instant stable_until_ = kBeginning;
  Instant days_filled_until_ = kBeginning;  // the midnight after the last day that is filled
  std::int32_t last_filled_day_ = 0;
  Stretch dirty_{kNever, kBeginning};
};

}  // namespace sojourn
