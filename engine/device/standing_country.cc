#include "engine/device/standing_country.h"

#include <algorithm>

namespace sojourn {

std::int64_t StandingCountry::evidence_at(Instant t) const {
  std::int64_t fix = history_.value(kFixCountry, t);
  return fix != kUnknownValue ? fix : history_.value(kNetworkCountry, t);
}

Instant StandingCountry::next_evidence_change(Instant t) const {
  return std::min(history_.timeline(kFixCountry).next_change(t),
                  history_.timeline(kNetworkCountry).next_change(t));
}

std::size_t StandingCountry::index_at(Instant t) const {
  if (!runs_.empty() && runs_.back().from <= t) return runs_.size() - 1;
  auto after = std::upper_bound(runs_.begin(), runs_.end(), t,
                                [](Instant at, const Run& run) { return at < run.from; });
  if (after == runs_.begin()) return runs_.size();
  return static_cast<std::size_t>(after - runs_.begin()) - 1;
}

const StandingCountry::Run* StandingCountry::run_at(Instant t) const {
  std::size_t index = index_at(t);
  return index < runs_.size() ? &runs_[index] : nullptr;
}

std::int64_t StandingCountry::standing_at(Instant t) const {
  const Run* run = run_at(t);
  return run == nullptr ? kUnknownValue : run->standing;
}

Instant StandingCountry::next_change(Instant t) const {
  std::size_t index = index_at(t);
  std::size_t next = index == runs_.size() ? 0 : index + 1;
  return next < runs_.size() ? runs_[next].from : std::max(stable_until_, t + milliseconds(1));
}

bool StandingCountry::corrected_at(Instant t) const {
  std::size_t index = index_at(t);
  if (index == runs_.size() || index == 0) return false;
  const Run& run = runs_[index];
  std::int64_t before = runs_[index - 1].standing;
  return before != kUnknownValue && run.standing != before && run.standing != kUnknownValue &&
         t - run.from < settle_;
}

void StandingCountry::judge_from(std::size_t first, Instant now) {
  stable_until_ = kNever;
  for (std::size_t i = first; i < runs_.size(); ++i) {
    Run& run = runs_[i];
    std::int64_t before = i == 0 ? kUnknownValue : runs_[i - 1].standing;
    run.standing = before;
    if (run.evidence == before) continue;
    if (before == kUnknownValue || run.evidence == kUnknownValue) {
      run.standing = run.evidence;
      continue;
    }
    Instant believed_at = run.from + settle_;
    bool newest = i + 1 == runs_.size();
    if (believed_at <= (newest ? now : runs_[i + 1].from)) {
      run.standing = run.evidence;
    } else if (newest) {
      stable_until_ = believed_at;
    }
  }
}

std::optional<Stretch> StandingCountry::refresh(Instant now) {
  if (!needs_refresh(now)) {
    extended_to_ = std::max(extended_to_, now);
    return std::nullopt;
  }
  // One run earlier than the first that may differ: what follows it may now have its value.
  std::size_t keep = index_at(std::min(dirty_from_, extended_to_));
  keep = keep == runs_.size() || keep == 0 ? 0 : keep - 1;
  std::vector<Run> before(runs_.begin() + static_cast<std::ptrdiff_t>(keep), runs_.end());
  Instant stable_before = runs_.empty() ? kNever : stable_until_;
  Instant t = runs_.empty() ? kBeginning : runs_[keep].from;
  runs_.resize(keep);
  while (t <= now) {
    std::int64_t evidence = evidence_at(t);
    if (runs_.empty() || runs_.back().evidence != evidence) {
      runs_.push_back({t, evidence, kUnknownValue});
    }
    t = next_evidence_change(t);
  }
  judge_from(keep, now);
  stable_until_ = std::min(stable_until_, t);
  extended_to_ = now;
  dirty_from_ = kNever;
  std::optional<Stretch> changed = difference(before, now);
  if (stable_until_ < stable_before && !changed) changed = Stretch{now, kNever};
  return changed;
}

// Walks the old and the new answers side by side, from the first run that was looked at anew. The
// newest old answer is taken to have gone on.
std::optional<Stretch> StandingCountry::difference(const std::vector<Run>& before,
                                                   Instant now) const {
  Stretch changed{kNever, kBeginning};
  Instant t = before.empty() ? kBeginning : before.front().from;
  std::size_t old_index = 0;
  std::size_t index = index_at(t);
  while (t <= now) {
    while (old_index + 1 < before.size() && before[old_index + 1].from <= t) ++old_index;
    while (index + 1 < runs_.size() && runs_[index + 1].from <= t) ++index;
    std::int64_t was = before.empty() ? kUnknownValue : before[old_index].standing;
    Instant next = kNever;
    if (old_index + 1 < before.size()) next = before[old_index + 1].from;
    if (index + 1 < runs_.size()) next = std::min(next, runs_[index + 1].from);
    if (was != runs_[index].standing) {
      changed.from = std::min(changed.from, t);
      changed.to = next;
    }
    t = next;
    if (t == kNever) break;
  }
  return changed.empty() ? std::nullopt : std::optional(changed);
}

void StandingCountry::retract(Instant now) {
  if (extended_to_ <= now) return;
  extended_to_ = now;
  mark_dirty(now);
}

}  // namespace sojourn
