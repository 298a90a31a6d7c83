#include "engine/device/condition_history.h"

#include <algorithm>

namespace sojourn {
namespace {

constexpr Duration kTick = milliseconds(1);

Truth same(std::int64_t a, std::int64_t b) {
  if (a == kUnknownValue || b == kUnknownValue) return Truth::unknown;
  return truth_of(a == b);
}

}  // namespace

Truth ScopeKey::matches(const ScopeKey& other) const {
  return both(same(network, other.network),
              both(same(imei, other.imei), same(profile, other.profile)));
}

ConditionHistory::ConditionHistory(const HistorySpec& spec, const TimeZone& zone)
    : spec_(spec), zone_(zone) {}

void ConditionHistory::mark_changed(Stretch stretch) {
  // A `for` inside reaches further than the change itself.
  if (!spec_.nested.empty()) stretch.to = kNever;
  dirty_.from = std::min(dirty_.from, stretch.from);
  dirty_.to = std::max(dirty_.to, stretch.to);
}

void ConditionHistory::start_over() {
  runs_.clear();
  keys_.clear();
  extended_to_ = kBeginning;
  stable_until_ = kBeginning;
  days_filled_until_ = kBeginning;
}

std::uint32_t ConditionHistory::intern(const ScopeKey& key) {
  for (std::size_t i = keys_.size(); i > 0; --i) {
    if (keys_[i - 1].key == key) return static_cast<std::uint32_t>(i - 1);
  }
  keys_.push_back({key, {}, {}});
  return static_cast<std::uint32_t>(keys_.size() - 1);
}

ScopeKey ConditionHistory::key_at(const FeatureReader& reader, Instant t,
                                  const Supposition& supposed) const {
  ScopeKey key;
  if (spec_.scope.same_network) key.network = reader.network_at(t, supposed);
  if (spec_.scope.per_imei) key.imei = reader.history().value(kImei, t);
  if (spec_.scope.per_profile) key.profile = reader.profile_at(t, supposed);
  return key;
}

ConditionHistory::Run ConditionHistory::run_of(const FeatureReader& reader, Instant t) {
  if (t < reader.history().first_report()) {  // commissioned, and not yet heard of
    ScopeKey nobody;
    if (spec_.scope.same_network) nobody.network = kUnknownValue;
    if (spec_.scope.per_imei) nobody.imei = kUnknownValue;
    if (spec_.scope.per_profile) nobody.profile = kUnknownValue;
    return {t, intern(nobody), t < spec_.counts_from ? Truth::no : Truth::unknown};
  }
  return {t, intern(key_at(reader, t)), reader.judge(spec_.condition, t)};
}

Instant ConditionHistory::next_change(const FeatureReader& reader, Instant t) const {
  if (t < reader.history().first_report()) {
    Instant heard = reader.history().first_report();
    return t < spec_.counts_from ? std::min(heard, spec_.counts_from) : heard;
  }
  Instant next = kNever;
  for (FeatureIndex f : spec_.features) next = std::min(next, reader.next_change(f, t));
  if (spec_.scope.same_network) next = std::min(next, reader.history().next_network_change(t));
  if (spec_.scope.per_imei) {
    next = std::min(next, reader.history().timeline(kImei).next_change(t));
  }
  if (spec_.scope.per_profile) {
    next = std::min(next, reader.history().timeline(kProfile).next_change(t));
  }
  return next;
}

std::size_t ConditionHistory::index_at(Instant t) const {
  if (runs_.back().from <= t) return runs_.size() - 1;
  auto after = std::upper_bound(runs_.begin(), runs_.end(), t,
                                [](Instant at, const Run& run) { return at < run.from; });
  return static_cast<std::size_t>(after - runs_.begin()) - 1;
}

void ConditionHistory::refresh(const FeatureReader& reader, Instant now) {
  begin_ = reader.history().begin();
  bool certain = reader.history().commissioned() || begin_ <= spec_.counts_from;
  before_ = certain ? Truth::no : Truth::unknown;
  Stretch dirty{std::max(dirty_.from, begin_), std::min(dirty_.to, extended_to_ + kTick)};
  if (dirty_.to > extended_to_) stable_until_ = std::min(stable_until_, dirty_.from);
  dirty_ = {kNever, kBeginning};
  if (begin_ > now) return;
  if (!runs_.empty() && !dirty.empty()) rebuild(reader, dirty);
  if (now >= stable_until_) {
    extend(reader, now);
  } else {
    extended_to_ = std::max(extended_to_, now);
  }
  if (spec_.needs_days) fill_days_to(now);
}

void ConditionHistory::extend(const FeatureReader& reader, Instant now) {
  Instant t = runs_.empty() ? begin_ : std::max(extended_to_, stable_until_);
  Instant from = t;
  while (t <= now) {
    Run run = run_of(reader, t);
    bool same = !runs_.empty() && runs_.back().truth == run.truth && runs_.back().key == run.key;
    if (!same) runs_.push_back(run);
    t = next_change(reader, t);
  }
  stable_until_ = t;
  extended_to_ = std::max(extended_to_, now);
  if (!spec_.needs_days) return;
  if (days_filled_until_ == kBeginning) last_filled_day_ = zone_.day_of(begin_).number - 1;
  // The days since the last that was filled belong to the run that went on until `from`.
  std::int32_t first = std::min(zone_.day_of(from).number, last_filled_day_ + 1);
  last_filled_day_ = std::max(last_filled_day_, zone_.day_of(extended_to_).number);
  days_filled_until_ = zone_.start_of({last_filled_day_ + 1});
  fill_days(first, last_filled_day_);
}

// before:  | a ...... | b .......... | c ...        the stretch lies within a to c
// after:   | a . | what is true now . | c ...        what was true at its end goes on behind it
void ConditionHistory::rebuild(const FeatureReader& reader, Stretch stretch) {
  bool reaches_end = stretch.to > extended_to_;
  std::size_t first = stretch.from < runs_[0].from ? 0 : index_at(stretch.from);
  if (runs_[first].from < stretch.from) ++first;
  std::size_t last = index_at(stretch.to);
  scratch_.clear();
  Instant t = stretch.from;
  auto push = [&](const Run& run) {
    const Run* before = !scratch_.empty() ? &scratch_.back()
                        : first > 0       ? &runs_[first - 1]
                                          : nullptr;
    if (before != nullptr && before->truth == run.truth && before->key == run.key) return;
    scratch_.push_back(run);
  };
  while (t < stretch.to) {
    push(run_of(reader, t));
    t = next_change(reader, t);
  }
  if (reaches_end) {
    stable_until_ = t;
    last = runs_.size() - 1;
  } else {
    push({stretch.to, runs_[last].key, runs_[last].truth});
  }
  std::size_t replaced = last + 1 > first ? last + 1 - first : 0;
  std::size_t common = std::min(replaced, scratch_.size());
  auto at = runs_.begin() + static_cast<std::ptrdiff_t>(first);
  std::copy_n(scratch_.begin(), common, at);
  at += static_cast<std::ptrdiff_t>(common);
  if (replaced > common) {
    runs_.erase(at, at + static_cast<std::ptrdiff_t>(replaced - common));
  } else {
    runs_.insert(at, scratch_.begin() + static_cast<std::ptrdiff_t>(common), scratch_.end());
  }
  if (!spec_.needs_days) return;
  std::int32_t last_day = zone_.day_of(std::min(stretch.to - kTick, extended_to_)).number;
  fill_days(zone_.day_of(stretch.from).number, std::min(last_day, last_filled_day_));
}

void ConditionHistory::fill_days(std::int32_t first, std::int32_t last) {
  for (KeyDays& days : keys_) {
    days.yes.clear(first, last);
    days.maybe.clear(first, last);
  }
  Instant from = zone_.start_of({first});
  std::size_t i = from < runs_[0].from ? 0 : index_at(from);
  for (; i < runs_.size(); ++i) {
    std::int32_t begin = std::max(first, zone_.day_of(runs_[i].from).number);
    if (begin > last) return;
    if (runs_[i].truth == Truth::no) continue;
    std::int32_t end = last;
    if (i + 1 < runs_.size()) {
      end = std::min(end, zone_.day_of(runs_[i + 1].from - kTick).number);
    }
    KeyDays& days = keys_[runs_[i].key];
    days.maybe.set(begin, end);
    if (runs_[i].truth == Truth::yes) days.yes.set(begin, end);
  }
}

void ConditionHistory::fill_days_to(Instant now) {
  if (now < days_filled_until_ || runs_.empty()) return;
  std::int32_t today = zone_.day_of(now).number;
  fill_days(last_filled_day_ + 1, today);
  last_filled_day_ = today;
  days_filled_until_ = zone_.start_of({today + 1});
}

void ConditionHistory::retract(Instant now) {
  if (extended_to_ <= now || runs_.empty()) return;
  while (!runs_.empty() && runs_.back().from > now) runs_.pop_back();
  if (runs_.empty()) {
    start_over();
    return;
  }
  extended_to_ = now;
  stable_until_ = now;
  if (!spec_.needs_days) return;
  std::int32_t today = zone_.day_of(now).number;
  for (KeyDays& days : keys_) {
    days.yes.clear(today, last_filled_day_);
    days.maybe.clear(today, last_filled_day_);
  }
  last_filled_day_ = today;
  days_filled_until_ = zone_.start_of({today + 1});
  fill_days(today, today);
}

Truth ConditionHistory::truth_under_key_of(std::size_t run, std::size_t other) const {
  return both(runs_[run].truth, keys_[runs_[run].key].key.matches(keys_[runs_[other].key].key));
}

Reading ConditionHistory::held_at(Instant t) const {
  if (runs_.empty() || t < runs_[0].from) {
    if (before_ == Truth::no || t < spec_.counts_from) return Reading::exactly(-1);
    bool endless = spec_.counts_from == kBeginning;
    return Reading::between(-1, endless ? kNotYet : (t - spec_.counts_from).ms);
  }
  std::size_t index = index_at(t);
  auto since = [&](Truth at_least) -> std::int64_t {
    if (truth_under_key_of(index, index) < at_least) return -1;
    std::size_t i = index;
    while (i > 0 && truth_under_key_of(i - 1, index) >= at_least) --i;
    bool open = i == 0 && at_least == Truth::unknown && before_ == Truth::unknown;
    if (open && spec_.counts_from == kBeginning) return kNotYet;
    return (t - (open ? spec_.counts_from : runs_[i].from)).ms;
  };
  return Reading::between(since(Truth::yes), since(Truth::unknown));
}

Instant ConditionHistory::next_held_change(Instant t, const std::vector<std::int64_t>& cuts) const {
  if (runs_.empty() || t < runs_[0].from) return runs_.empty() ? kNever : runs_[0].from;
  std::size_t index = index_at(t);
  Instant next = index + 1 < runs_.size() ? runs_[index + 1].from : kNever;
  if (index + 1 == runs_.size() && stable_until_ > t) next = stable_until_;
  Reading held = held_at(t);
  for (std::int64_t bound : {held.lower, held.upper}) {
    if (bound < 0 || bound == kNotYet) continue;
    auto cut = std::upper_bound(cuts.begin(), cuts.end(), bound);
    if (cut != cuts.end()) next = std::min(next, t + milliseconds(*cut - bound));
  }
  return next;
}

std::size_t ConditionHistory::byte_count() const {
  std::size_t bytes = runs_.capacity() * sizeof(Run) + keys_.capacity() * sizeof(KeyDays);
  for (const KeyDays& days : keys_) bytes += days.yes.byte_count() + days.maybe.byte_count();
  return bytes;
}

}  // namespace sojourn
