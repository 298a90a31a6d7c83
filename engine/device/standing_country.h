// StandingCountry: from evidence about the country to the country that stands (semantics, "Place").
//
// Evidence at an instant is a certain fix while it holds, else a network of exactly one country,
// else unknown. Its runs of one value are judged in order:
//
//   evidence   BR ........ | AR 20 min | BR ..... | AR 3 h ......... |  (nothing) | AR
//   standing   BR ........   BR          BR .....   AR .............    unknown     AR
//
// The first answer after unknown is believed at once. A change is believed when its run has lasted
// `settle`, and then from the run's beginning; a shorter run that was contradicted never counts.
// So what stands during the newest run depends on how long it has lasted *now*: the same history
// asked later may answer differently about the last half hour. `refresh` says which stretch of the
// past changed its answer.
#pragma once

#include <optional>
#include <vector>

#include "engine/device/history.h"

namespace sojourn {

class StandingCountry {
 public:
  StandingCountry(const DeviceHistory& history, Duration settle)
      : history_(history), settle_(settle) {}

  struct Run {
    Instant from;
    std::int64_t evidence = kUnknownValue;  // CountryClaim::packed()
    std::int64_t standing = kUnknownValue;
  };

  // A report changed the evidence within [from, ...).
  void mark_dirty(Instant from) { dirty_from_ = std::min(dirty_from_, from); }
  bool needs_refresh(Instant now) const { return dirty_from_ != kNever || now >= stable_until_; }
  // Brings the runs up to `now`. The stretch in which `standing_at` answers differently than
  // before, when there is one.
  std::optional<Stretch> refresh(Instant now);
  // Forgets everything after `now`, as if it had not been asked for yet.
  void retract(Instant now);

  // Requires: refreshed to t or later.
  std::int64_t standing_at(Instant t) const;
  // The first instant after t at which the answer can differ, as far as now known.
  Instant next_change(Instant t) const;
  // When the newest run's answer can change with no report: a lapse, or a change is believed.
  Instant stable_until() const { return stable_until_; }
  const std::vector<Run>& runs() const { return runs_; }
  // The run that contains t; null before the first.
  const Run* run_at(Instant t) const;
  // Was the answer at t found only later (the run's first `settle`)?
  bool corrected_at(Instant t) const;
  std::size_t byte_count() const { return runs_.capacity() * sizeof(Run); }

 private:
  std::int64_t evidence_at(Instant t) const;
  Instant next_evidence_change(Instant t) const;
  std::size_t index_at(Instant t) const;  // runs_.size() when before the first
  void judge_from(std::size_t first, Instant now);
  std::optional<Stretch> difference(const std::vector<Run>& before, Instant now) const;

  const DeviceHistory& history_;
  Duration settle_;
  std::vector<Run> runs_;  // ascending; neighbours differ in evidence
  Instant extended_to_ = kBeginning;
  Instant dirty_from_ = kNever;
  Instant stable_until_ = kBeginning;
};

}  // namespace sojourn
