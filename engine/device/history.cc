#include "engine/device/history.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/diagnostic_code.h"
#include "engine/device/heap_bytes.h"
#include "engine/device/report_reader.h"

namespace sojourn {
namespace {

using Rank = ReportLog::Rank;

// Reports between two tidyings; each looks at every row of the signals it tidies.
constexpr std::uint32_t kTidyEvery = 512;
// So many sets are looked through one by one; more are found by a look-up.
constexpr std::size_t kSetsSearched = 16;

template <class Row, class Same>
std::int64_t index_in(std::vector<Row>& rows, const Same& same) {
  for (std::size_t i = rows.size(); i > 0; --i) {
    if (same(rows[i - 1])) return static_cast<std::int64_t>(i - 1);
  }
  return -1;
}

}  // namespace

std::int64_t Pools::imei(std::string_view text) {
  std::int64_t index = index_in(imeis, [&](const std::string& known) { return known == text; });
  if (index >= 0) return index;
  imeis.emplace_back(text);
  return static_cast<std::int64_t>(imeis.size() - 1);
}

std::int64_t Pools::undeclared_profile(std::string_view name, std::optional<Country> home) {
  std::int64_t index =
      index_in(undeclared, [&](const UndeclaredProfile& known) { return known.name == name; });
  if (index >= 0) return undeclared_value(static_cast<std::size_t>(index));
  undeclared.push_back({std::string(name), home});
  return undeclared_value(undeclared.size() - 1);
}

std::int64_t Pools::zone(CountryClaim claim, std::string_view name) {
  std::int64_t index = index_in(zones, [&](const FixZone& known) {
    return known.claim == claim && known.zone.name() == name;
  });
  if (index >= 0) return index;
  Result<TimeZone> zone = TimeZone::find(name);
  if (!zone) return kUnknownValue;
  zones.push_back({claim, *zone});
  return static_cast<std::int64_t>(zones.size() - 1);
}

std::int64_t Pools::set(std::vector<std::int64_t>& members) {
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  if (set_lookup) {
    if (auto known = set_lookup->find(members); known != set_lookup->end()) return known->second;
  } else {
    std::int64_t index = index_in(sets, [&](const auto& known) { return known == members; });
    if (index >= 0) return index;
  }
  auto index = static_cast<std::int64_t>(sets.size());
  sets.emplace_back(members.begin(), members.end());
  if (set_lookup) set_lookup->emplace(sets.back(), index);
  if (sets.size() == kSetsSearched) index_sets();
  return index;
}

bool Pools::index_sets() {
  set_lookup = std::make_unique<SetLookup>();
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (!set_lookup->emplace(sets[i], static_cast<std::int64_t>(i)).second) return false;
  }
  if (sets.size() < kSetsSearched) set_lookup.reset();
  return true;
}

std::size_t Pools::byte_count() const {
  std::size_t bytes = heap_bytes(imeis) + undeclared.capacity() * sizeof(UndeclaredProfile) +
                      zones.capacity() * sizeof(FixZone) +
                      sets.capacity() * sizeof(std::vector<std::int64_t>);
  for (const UndeclaredProfile& profile : undeclared) bytes += heap_bytes(profile.name);
  for (const auto& set : sets) bytes += set.capacity() * sizeof(std::int64_t);
  if (!set_lookup) return bytes;
  constexpr std::size_t kNodeBytes = 48 + sizeof(SetLookup::value_type);
  for (const auto& [set, index] : *set_lookup) {
    bytes += kNodeBytes + set.capacity() * sizeof(std::int64_t);
  }
  return bytes + sizeof(SetLookup);
}

SignalTimeline& SignalTimelines::of(SignalIndex signal, Duration hold) {
  if (signal >= places_.size()) places_.resize(signal + 1);
  if (places_[signal] == 0) {
    timelines_.emplace_back(hold);
    places_[signal] = static_cast<std::uint16_t>(timelines_.size());
  }
  return timelines_[places_[signal] - 1u];
}

void SignalTimelines::shrink_to_fit() {
  for (SignalTimeline& timeline : timelines_) timeline.shrink_to_fit();
  timelines_.shrink_to_fit();
  places_.shrink_to_fit();
}

std::size_t SignalTimelines::byte_count() const {
  std::size_t bytes = places_.byte_count() + timelines_.capacity() * sizeof(SignalTimeline);
  for (const SignalTimeline& timeline : timelines_) bytes += timeline.byte_count();
  return bytes;
}

DeviceHistory::DeviceHistory(const Prepared& policy, Duration lateness)
    : policy_(policy), lateness_(lateness), log_(policy.signal_count()) {}

ObserveOutcome DeviceHistory::apply(const Observation& observation, ReportEffect& effect) {
  std::vector<SignalChange>& changes = effect.changes;
  changes.clear();
  ObserveOutcome outcome;
  Instant at = observation.at;
  bool timeless = observation.standing && at == kBeginning;  // an inventory: it always stood
  outcome.late = !timeless && at < newest_report_;
  if (outcome.late && newest_report_ != kBeginning && at < newest_report_ - lateness_) {
    outcome.too_late = true;
    return outcome;
  }
  std::uint64_t digest = digest_of(observation);
  if (log_.contains(at, digest)) {
    outcome.duplicate = true;
    return outcome;
  }
  effect.values.clear();
  ReportReader(policy_, pools_, effect.values, outcome.refused).read(observation);
  if (policy_.uses_silence && !observation.standing) effect.values.push_back({kReported, 1});
  Rank rank = observation.standing ? Rank::standing : Rank::reported;
  record(at, rank, observation.line, digest, effect);
  note_report(observation, changes);
  if (observation.data_bytes && *observation.data_bytes < 0) {
    outcome.refused.push_back(make_diagnostic(
        Code::E0614, fmt::format("{} bytes is no amount", *observation.data_bytes)));
  } else if (observation.data_bytes && *observation.data_bytes > 0) {
    usage_.add(at, *observation.data_bytes);
    changes.push_back({policy_.triggers.usage, {{at, kNever}, false}});
  }
  if (observation.data_total_bytes && *observation.data_total_bytes >= 0) {
    usage_.add_total(at, *observation.data_total_bytes);
    changes.push_back({policy_.triggers.usage, {{at, kNever}, false}});
  }
  return outcome;
}

void DeviceHistory::record(Instant at, Rank rank, std::uint64_t line, std::uint64_t digest,
                           ReportEffect& effect) {
  effect.signals.clear();
  for (const SignalValue& given : effect.values) effect.signals.push_back(given.signal);
  ReportLog::Entry entry = log_.entry(at, digest, rank, line, effect.signals);
  bool same_instant = log_.any_at(at);
  for (const SignalValue& given : effect.values) {
    if (same_instant && log_.outranked(entry, given.signal)) continue;
    SignalTimeline& timeline = timelines_.of(given.signal, policy_.hold_of(given.signal));
    // What was enabled is installed from then on, until a list without it; a list that says the
    // same again ends that for what was enabled in between.
    bool is_list = given.signal == kInstalled;
    auto change =
        timeline.report({at, given.value, entry.standing(), !is_list}, log_, given.signal);
    if (change) effect.changes.push_back({given.signal, *change});
    if (is_list && newest_report_ != kBeginning) {
      timeline.join_before(newest_report_ - lateness_, timelines_[kProfile]);
    }
    if (is_list || (change && given.signal == kProfile)) {
      Instant from = change ? std::min(at, change->stretch.from) : at;
      effect.changes.push_back({policy_.triggers.installed, {{from, kNever}, false}});
    }
  }
  log_.add(entry);
}

void DeviceHistory::note_report(const Observation& observation,
                                std::vector<SignalChange>& changes) {
  Instant at = observation.at;
  const Triggers& triggers = policy_.triggers;
  auto changed_begin = [&](Instant before) {
    Instant from = std::min(before, begin());
    changes.push_back({triggers.begin, {{from, std::max(before, begin())}, false}});
  };
  if (observation.commissioned && (!commissioned_ || *observation.commissioned < *commissioned_)) {
    Instant before = begin();
    commissioned_ = observation.commissioned;
    changed_begin(before);
  }
  auto happened = [&](EventKind kind, std::uint16_t cause, std::string_view name) {
    events_.add(at, kind, cause, name);
    changes.push_back({triggers.events, {{at, kNever}, false}});
  };
  bool denied =
      observation.registration.given() && observation.registration.value == Registration::denied;
  if (observation.reject_cause || denied) {
    happened(EventKind::rejected, observation.reject_cause.value_or(0), {});
  }
  if (observation.event && !observation.event->empty()) {
    happened(EventKind::named, 0, *observation.event);
  }
  if (observation.standing) return;
  if (at < first_report_) {
    Instant before = first_report_;
    first_report_ = at;
    changes.push_back({triggers.begin, {{at, before}, false}});
  }
  if (at > newest_report_) {
    newest_report_ = at;
    log_.forget_before(at - lateness_);
    if (++untidy_count_ == kTidyEvery) tidy();
  }
  changes.push_back({triggers.reports, {{at, kNever}, false}});
}

// What nobody will look at again is forgotten: the past of signals that only the present asks for,
// and the exact course of numbers between the same thresholds.
void DeviceHistory::tidy() {
  untidy_count_ = 0;
  Instant settled = newest_report_ - lateness_;
  timelines_.for_each([&](SignalIndex signal, SignalTimeline& timeline) {
    if (!policy_.history_used[signal]) {
      timeline.forget_before(settled);
    } else if (!policy_.number_cuts[signal].empty()) {
      timeline.merge_before(settled, policy_.number_cuts[signal]);
    }
  });
}

void DeviceHistory::switched(ProfileIndex profile, Instant at, ReportEffect& effect) {
  effect.changes.clear();
  effect.values.assign({{kProfile, std::int64_t{profile}}});
  record(at, Rank::commanded, 0, 0, effect);
  events_.add(at, EventKind::commanded_switches, 0, {});
  effect.changes.push_back({policy_.triggers.events, {{at, kNever}, false}});
}

void DeviceHistory::set_quarantine(const std::vector<QuarantinedProfile>& all, Instant now,
                                   ReportEffect& effect) {
  effect.changes.clear();
  if (!quarantine_.set(all, now)) return;
  // A row may begin before now: what happened is learnt later.
  Instant from = now;
  for (const QuarantinedProfile& row : all) from = std::min(from, row.from);
  effect.changes.push_back({policy_.triggers.quarantine, {{from, kNever}, false}});
}

void DeviceHistory::alert_raised(const std::string& text, Instant at, ReportEffect& effect) {
  effect.changes.clear();
  events_.add(at, EventKind::alert, 0, text);
  effect.changes.push_back({policy_.triggers.events, {{at, kNever}, false}});
}

Truth DeviceHistory::no_service_at(Instant t) const {
  std::int64_t registration = value(kRegistration, t);
  if (registration == kUnknownValue) return Truth::unknown;
  return truth_of(registration == static_cast<std::int64_t>(Registration::none) ||
                  registration == static_cast<std::int64_t>(Registration::searching));
}

std::int64_t DeviceHistory::network_at(Instant t) const {
  std::int64_t network = value(kNetwork, t);
  // Also a network that is said to be unknown: without service there is none (semantics 3).
  if (network < 0) return no_service_at(t) == Truth::yes ? kNoSymbol : kUnknownValue;
  return network;
}

Instant DeviceHistory::next_network_change(Instant t) const {
  return std::min(timelines_[kNetwork].next_change(t), timelines_[kRegistration].next_change(t));
}

std::optional<CountrySet> DeviceHistory::home_of(std::int64_t profile) const {
  if (profile == kUnknownValue) return std::nullopt;
  if (profile >= 0) return policy_.table().profiles[static_cast<std::size_t>(profile)].home;
  CountrySet home;
  if (is_undeclared(profile)) {
    const UndeclaredProfile& undeclared = pools_.undeclared[undeclared_index(profile)];
    if (undeclared.home) home.insert(*undeclared.home);
  }
  return home;
}

std::string DeviceHistory::profile_text(std::int64_t profile) const {
  if (profile == kUnknownValue) return {};
  if (profile >= 0) return policy_.table().profiles[static_cast<std::size_t>(profile)].name;
  if (!is_undeclared(profile)) return "undeclared";
  return pools_.undeclared[undeclared_index(profile)].name;
}

std::string DeviceHistory::undeclared_text(std::int64_t profile) const {
  if (!is_undeclared(profile)) return {};
  const std::optional<Country>& home = pools_.undeclared[undeclared_index(profile)].home;
  return home ? fmt::format("undeclared, home {} by its ICCID", code_of(*home))
              : std::string("undeclared, home none");
}

void DeviceHistory::shrink_to_fit() {
  timelines_.shrink_to_fit();
  log_.shrink_to_fit();
  events_.shrink_to_fit();
  usage_.shrink_to_fit();
}

std::size_t DeviceHistory::byte_count() const {
  return timelines_.byte_count() + log_.byte_count() + events_.byte_count() + usage_.byte_count() +
         quarantine_.byte_count() + pools_.byte_count();
}

}  // namespace sojourn
