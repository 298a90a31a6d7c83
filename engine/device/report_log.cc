#include "engine/device/report_log.h"

#include <algorithm>

namespace sojourn {
namespace {

constexpr std::size_t kForgottenMax = 256;  // forgotten entries kept before the rest moves down

}  // namespace

std::uint32_t ReportLog::shape_of(const std::vector<SignalIndex>& signals) {
  if (!shapes_.empty() && signals == newest_signals_) return newest_shape_;
  std::vector<std::uint64_t> bits;
  for (SignalIndex signal : signals) {
    if (bits.size() <= signal / 64) bits.resize(signal / 64 + 1);
    bits[signal / 64] |= std::uint64_t{1} << (signal % 64);
  }
  std::uint64_t hash = bits.size();
  for (std::uint64_t word : bits) hash = (hash ^ word) * 0x9E37'79B9'7F4A'7C15u + (hash >> 29);
  auto shape = static_cast<std::uint32_t>(shapes_.size());
  auto [begin, end] = shape_lookup_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    if (shapes_[it->second] == bits) shape = it->second;
  }
  if (shape == shapes_.size()) {
    shapes_.push_back(std::move(bits));
    shape_lookup_.emplace(hash, shape);
  }
  newest_signals_ = signals;
  newest_shape_ = shape;
  return shape;
}

std::size_t ReportLog::lower(Instant t) const {
  if (entries_.empty() || entries_.back().at < t) return entries_.size();
  auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(forgotten_);
  auto at = std::lower_bound(begin, entries_.end(), t,
                             [](const Entry& entry, Instant when) { return entry.at < when; });
  return static_cast<std::size_t>(at - entries_.begin());
}

std::size_t ReportLog::upper(Instant t) const {
  if (entries_.empty() || entries_.back().at <= t) return entries_.size();
  auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(forgotten_);
  auto at = std::upper_bound(begin, entries_.end(), t,
                             [](Instant when, const Entry& entry) { return when < entry.at; });
  return static_cast<std::size_t>(at - entries_.begin());
}

bool ReportLog::carries(const Entry& entry, SignalIndex signal) const {
  const std::vector<std::uint64_t>& bits = shapes_[entry.shape];
  return signal / 64 < bits.size() && (bits[signal / 64] >> (signal % 64) & 1) != 0;
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

bool ReportLog::outranked(Instant at, std::uint64_t order, SignalIndex signal) const {
  for (std::size_t i = lower(at); i < entries_.size() && entries_[i].at == at; ++i) {
    if (entries_[i].order > order && carries(entries_[i], signal)) return true;
  }
  return false;
}

void ReportLog::add(const Entry& entry) {
  if (entries_.empty() || entries_.back().at <= entry.at) {
    entries_.push_back(entry);
    return;
  }
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(upper(entry.at)), entry);
}

void ReportLog::forget_before(Instant t) {
  reaches_back_to_ = std::max(reaches_back_to_, t);
  while (forgotten_ < entries_.size() && entries_[forgotten_].at < t) ++forgotten_;
  if (forgotten_ < kForgottenMax || forgotten_ * 2 < entries_.size()) return;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(forgotten_));
  forgotten_ = 0;
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
    if (entries_[i].standing && carries(entries_[i], signal)) return true;
  }
  return false;
}

std::size_t ReportLog::byte_count() const {
  std::size_t bytes = entries_.capacity() * sizeof(Entry);
  for (const auto& shape : shapes_) bytes += shape.capacity() * sizeof(std::uint64_t);
  return bytes;
}

}  // namespace sojourn
