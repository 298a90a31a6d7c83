#include "engine/device/report_log.h"

#include <algorithm>

namespace sojourn {
namespace {

// Forgotten entries are kept until there are so many, and a quarter of the others: so each report
// moves a handful of entries at most, on average.
constexpr std::size_t kForgottenMax = 4;
// How many of the newest shapes are looked through for an equal one.
constexpr std::size_t kShapesLookedAt = 16;
constexpr std::size_t kShapeCountMax = std::size_t{1} << ReportLog::kShapeBits;

}  // namespace

std::uint64_t ReportLog::shape_of(const std::vector<SignalIndex>& signals) {
  std::size_t count = shape_count();
  shapes_.resize(shapes_.size() + shape_words_);
  std::uint64_t* added = shapes_.end() - shape_words_;
  for (SignalIndex signal : signals) added[signal / 64] |= std::uint64_t{1} << (signal % 64);
  std::size_t oldest = count - std::min(count, kShapesLookedAt);
  for (std::size_t shape = count; shape > oldest; --shape) {
    const std::uint64_t* known = shapes_.begin() + (shape - 1) * shape_words_;
    if (!std::equal(known, known + shape_words_, added)) continue;
    shapes_.erase(added, shapes_.end());
    return shape - 1;
  }
  if (count < kShapeCountMax) return count;
  // Nobody's device says so many different things in a week: taken to say all of the last two.
  std::uint64_t* last = added - shape_words_;
  for (std::uint32_t i = 0; i < shape_words_; ++i) last[i] |= added[i];
  shapes_.erase(added, shapes_.end());
  return count - 1;
}

ReportLog::Entry ReportLog::entry(Instant at, std::uint64_t digest, Rank rank, std::uint64_t line,
                                  const std::vector<SignalIndex>& signals) {
  Entry entry;
  entry.at = at;
  entry.digest = digest;
  entry.line = std::min(line, kLineMax) & kLineMax;
  entry.shape = shape_of(signals) & (kShapeCountMax - 1);
  entry.rank = static_cast<std::uint64_t>(rank) & 3u;
  return entry;
}

std::size_t ReportLog::lower(Instant t) const {
  if (entries_.empty() || entries_.back().at < t) return entries_.size();
  const Entry* at =
      std::lower_bound(entries_.begin() + forgotten_, entries_.end(), t,
                       [](const Entry& entry, Instant when) { return entry.at < when; });
  return static_cast<std::size_t>(at - entries_.begin());
}

std::size_t ReportLog::upper(Instant t) const {
  if (entries_.empty() || entries_.back().at <= t) return entries_.size();
  const Entry* at =
      std::upper_bound(entries_.begin() + forgotten_, entries_.end(), t,
                       [](Instant when, const Entry& entry) { return when < entry.at; });
  return static_cast<std::size_t>(at - entries_.begin());
}

bool ReportLog::carries(const Entry& entry, SignalIndex signal) const {
  std::size_t word = entry.shape * shape_words_ + signal / 64;
  return (shapes_[word] >> (signal % 64) & 1) != 0;
}

bool ReportLog::contains(Instant at, std::uint64_t digest) const {
  for (std::size_t i = lower(at); i < entries_.size() && entries_[i].at == at; ++i) {
    if (entries_[i].digest == digest) return true;
  }
  return false;
}

bool ReportLog::any_at(Instant at) const {
  std::size_t i = lower(at);
  return i < entries_.size() && entries_[i].at == at;
}

bool ReportLog::outranked(const Entry& entry, SignalIndex signal) const {
  for (std::size_t i = lower(entry.at); i < entries_.size() && entries_[i].at == entry.at; ++i) {
    if (entries_[i].order() > entry.order() && carries(entries_[i], signal)) return true;
  }
  return false;
}

void ReportLog::add(const Entry& entry) {
  if (entries_.empty() || entries_.back().at <= entry.at) {
    entries_.push_back(entry);
    return;
  }
  entries_.insert(entries_.begin() + upper(entry.at), entry);
}

void ReportLog::forget_before(Instant t) {
  reaches_back_to_ = std::max(reaches_back_to_, t);
  while (forgotten_ < entries_.size() && entries_[forgotten_].at < t) ++forgotten_;
  if (forgotten_ >= kForgottenMax && forgotten_ * 4 >= size()) drop_forgotten();
}

void ReportLog::drop_forgotten() {
  entries_.erase(entries_.begin(), entries_.begin() + forgotten_);
  forgotten_ = 0;
  if (shape_count() > 2 * kShapesLookedAt && shape_count() / 2 > entries_.size()) {
    drop_unused_shapes();
  }
}

void ReportLog::drop_unused_shapes() {
  std::vector<std::uint64_t> moved_to(shape_count(), kShapeCountMax);
  CompactVector<std::uint64_t> kept;
  std::uint64_t count = 0;
  for (Entry& entry : entries_) {
    std::uint64_t& place = moved_to[entry.shape];
    if (place == kShapeCountMax) {
      place = count++;
      const std::uint64_t* words = shapes_.begin() + entry.shape * shape_words_;
      kept.insert(kept.end(), words, words + shape_words_);
    }
    entry.shape = place & (kShapeCountMax - 1);
  }
  shapes_ = std::move(kept);
}

void ReportLog::shrink_to_fit() {
  drop_forgotten();
  entries_.shrink_to_fit();
  shapes_.shrink_to_fit();
}

std::optional<Instant> ReportLog::last_before(SignalIndex signal, Instant t) const {
  for (std::size_t i = lower(t); i > forgotten_; --i) {
    if (carries(entries_[i - 1], signal)) return entries_[i - 1].at;
  }
  return std::nullopt;
}

std::optional<Instant> ReportLog::first_after(SignalIndex signal, Instant t) const {
  for (std::size_t i = upper(t); i < entries_.size(); ++i) {
    if (carries(entries_[i], signal)) return entries_[i].at;
  }
  return std::nullopt;
}

bool ReportLog::any_standing(SignalIndex signal, Instant from, Instant to) const {
  for (std::size_t i = lower(from); i < entries_.size() && entries_[i].at <= to; ++i) {
    if (entries_[i].standing() && carries(entries_[i], signal)) return true;
  }
  return false;
}

}  // namespace sojourn
