#include "engine/device/features.h"

#include <algorithm>

#include "engine/device/condition_history.h"

namespace sojourn {
namespace {

Reading reading_of(std::int64_t value) {
  return value == kUnknownValue ? Reading::unknown() : Reading::exactly(value);
}

Reading reading_of(Truth truth) {
  return truth == Truth::unknown ? Reading::unknown() : Reading::exactly(truth == Truth::yes);
}

bool within_wall_time(std::int64_t wall, std::int64_t from, std::int64_t until) {
  return from <= until ? wall >= from && wall < until : wall >= from || wall < until;
}

}  // namespace

Reading roaming(std::int64_t network, const std::optional<CountrySet>& home,
                const CountrySet& countries) {
  if (network == kNoSymbol) return Reading::exactly(0);
  if (network == kUnknownValue || !home) return Reading::unknown();
  CountrySet candidates = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
  if (candidates.empty()) return Reading::exactly(countries.empty() ? 1 : 0);  // 9xx
  bool any = false;
  bool all = true;
  for (Country candidate : candidates.members()) {
    bool roams = !home->contains(candidate) && (countries.empty() || countries.contains(candidate));
    any = any || roams;
    all = all && roams;
  }
  if (any != all) return Reading::unknown();
  return Reading::exactly(all ? 1 : 0);
}

std::int64_t FeatureReader::profile_at(Instant t, const Supposition& supposed) const {
  return supposed.profile ? *supposed.profile : history_.value(kProfile, t);
}

std::int64_t FeatureReader::network_at(Instant t, const Supposition& supposed) const {
  return supposed.network ? *supposed.network : history_.network_at(t);
}

Truth FeatureReader::judge(ConditionIndex condition, Instant t, const Supposition& supposed) const {
  return policy().table().conditions.judge(condition, [&](const Test& test) {
    return sojourn::judge(test, policy().feature(test.feature), read(test.feature, t, supposed));
  });
}

Reading FeatureReader::read(FeatureIndex index, Instant t, const Supposition& supposed) const {
  const Feature& feature = policy().feature(index);
  const FeaturePlan& plan = policy().features[index];
  switch (feature.kind) {
    case FeatureKind::country:
      return reading_of(place_.standing_at(t));
    case FeatureKind::network:
      return reading_of(network_at(t, supposed));
    case FeatureKind::profile: {
      std::int64_t profile = profile_at(t, supposed);
      return is_undeclared(profile) ? Reading::exactly(kOtherSymbol) : reading_of(profile);
    }
    case FeatureKind::fallback: {
      std::int64_t profile = history_.value(kFallback, t);
      return is_undeclared(profile) ? Reading::exactly(kOtherSymbol) : reading_of(profile);
    }
    case FeatureKind::attribute_choice: {
      std::int64_t value = history_.value(plan.signal, t);
      return is_undeclared(value) ? Reading::exactly(kOtherSymbol) : reading_of(value);
    }
    case FeatureKind::rat:
    case FeatureKind::attribute_country:
    case FeatureKind::attribute_flag:
    case FeatureKind::attribute_number:
    case FeatureKind::area:
    case FeatureKind::in_flight:
    case FeatureKind::speed:
    case FeatureKind::accuracy:
    case FeatureKind::border_distance:
      return reading_of(history_.value(plan.signal, t));
    case FeatureKind::attribute_has:
      return read_attribute_has(feature, history_.value(plan.signal, t));
    case FeatureKind::roaming:
      return roaming(network_at(t, supposed), history_.home_of(profile_at(t, supposed)),
                     feature.countries);
    case FeatureKind::breakout: {
      std::int64_t profile = profile_at(t, supposed);
      if (profile < 0) return Reading::unknown();
      const Profile& declared = policy().table().profiles[static_cast<std::size_t>(profile)];
      if (declared.breakout.empty()) return Reading::unknown();  // nobody said
      return Reading::exactly(declared.breakout.intersects(feature.countries));
    }
    case FeatureKind::installed:
      return reading_of(installed(feature.subject, t, supposed));
    case FeatureKind::quarantined:
      return Reading::exactly(history_.quarantine().holds(feature.subject, t) ? 1 : 0);
    case FeatureKind::no_service:
      return reading_of(history_.no_service_at(t));
    case FeatureKind::local_time:
      return Reading::exactly(
          within_wall_time(device_zone(t).wall_ms_of_day(t), feature.from_ms, feature.until_ms));
    case FeatureKind::date:
      return Reading::exactly(policy().zone_of(plan).day_of(t).number);
    case FeatureKind::silent:
      return read_silent(t);
    case FeatureKind::held:
      return read_held(index, t);
    default:
      return Reading::unknown();
  }
}

Instant FeatureReader::next_change(FeatureIndex index, Instant t) const {
  const Feature& feature = policy().feature(index);
  const FeaturePlan& plan = policy().features[index];
  switch (feature.kind) {
    case FeatureKind::country:
      return place_.next_change(t);
    case FeatureKind::network:
      return history_.next_network_change(t);
    case FeatureKind::roaming:
      return std::min(history_.next_network_change(t), history_.timeline(kProfile).next_change(t));
    case FeatureKind::profile:
    case FeatureKind::breakout:
      return history_.timeline(kProfile).next_change(t);
    case FeatureKind::installed:
      return std::min(history_.timeline(kProfile).next_change(t),
                      history_.timeline(kInstalled).next_change(t));
    case FeatureKind::no_service:
      return history_.timeline(kRegistration).next_change(t);
    case FeatureKind::quarantined:
      return history_.quarantine().next_change(feature.subject, t);
    case FeatureKind::local_time:
      return next_local_time_change(feature, t);
    case FeatureKind::date:
      return next_date_asked_for(plan, t);
    case FeatureKind::silent:
      return next_silent_change(index, t);
    case FeatureKind::held:
      return next_held_change(index, t);
    default:
      return plan.signal == kNone ? kNever : history_.timeline(plan.signal).next_change(t);
  }
}

// The newest list says what is installed; what was enabled since then is installed too, until a
// list without it says that it was deleted. Between the lists of one row no other was enabled.
Truth FeatureReader::installed(ProfileIndex profile, Instant t, const Supposition& supposed) const {
  std::int64_t wanted = profile;
  if (supposed.profile && *supposed.profile == wanted) return Truth::yes;
  const TimelineRow* listed = history_.timeline(kInstalled).row_at(t);
  bool list_known = listed != nullptr && listed->value != kUnknownValue;
  Instant listed_at = kBeginning;
  if (list_known) {
    const auto& members = history_.pools().sets[static_cast<std::size_t>(listed->value)];
    if (std::binary_search(members.begin(), members.end(), wanted)) return Truth::yes;
    listed_at = std::min(listed->last, t);
  }
  const SignalTimeline::Rows& rows = history_.timeline(kProfile).rows();
  Instant row_ends = kNever;
  for (auto row = rows.rbegin(); row != rows.rend() && row_ends > listed_at; ++row) {
    if (row->from <= t && row->value == wanted) return Truth::yes;
    row_ends = row->from;
  }
  return list_known ? Truth::no : Truth::unknown;
}

Reading FeatureReader::read_attribute_has(const Feature& feature, std::int64_t set) const {
  if (set == kUnknownValue) return Reading::unknown();
  const auto& members = history_.pools().sets[static_cast<std::size_t>(set)];
  return Reading::exactly(std::binary_search(members.begin(), members.end(), feature.symbol));
}

// Within a row of reports no gap reached the smallest threshold that anything asks for; how long
// exactly the device was silent there makes no difference.
Reading FeatureReader::read_silent(Instant t) const {
  const SignalTimeline::Rows& rows = history_.timeline(kReported).rows();
  auto row = std::upper_bound(rows.begin(), rows.end(), t,
                              [](Instant at, const TimelineRow& r) { return at < r.from; });
  if (row == rows.begin()) return Reading::unknown();
  --row;
  return Reading::exactly(t <= row->last ? 0 : (t - row->last).ms);
}

Instant FeatureReader::next_silent_change(FeatureIndex index, Instant t) const {
  const SignalTimeline::Rows& rows = history_.timeline(kReported).rows();
  auto next = std::upper_bound(rows.begin(), rows.end(), t,
                               [](Instant at, const TimelineRow& r) { return at < r.from; });
  Instant change = next == rows.end() ? kNever : next->from;
  if (next == rows.begin()) return change;
  Instant last = std::prev(next)->last;
  for (std::int64_t cut : policy().features[index].cuts) {
    Instant reached = last + milliseconds(cut);
    if (reached > t) return std::min(reached, change);
  }
  return change;
}

const ConditionHistory& FeatureReader::condition_history(FeatureIndex index) const {
  return conditions_[policy().features[index].history];
}

Reading FeatureReader::read_held(FeatureIndex index, Instant t) const {
  return condition_history(index).held_at(t);
}

Instant FeatureReader::next_held_change(FeatureIndex index, Instant t) const {
  const FeaturePlan& plan = policy().features[index];
  return conditions_[plan.history].next_held_change(t, plan.cuts);
}

// Wall-clock times are found within the offset in force; where it changes, we look anew. So a time
// that does not exist never matches and one that comes twice matches twice.
Instant FeatureReader::next_local_time_change(const Feature& feature, Instant t) const {
  constexpr std::int64_t kDayMs = days(1).ms;
  const TimeZone& zone = device_zone(t);
  std::int64_t wall = zone.wall_ms_of_day(t);
  auto until = [&](std::int64_t time) { return (time - wall + 2 * kDayMs - 1) % kDayMs + 1; };
  Duration wait = milliseconds(std::min(until(feature.from_ms), until(feature.until_ms)));
  Instant change = std::min(t + wait, zone.next_transition(t));
  change = std::min(change, place_.next_change(t));
  change = std::min(change, history_.timeline(kFixCountry).next_change(t));
  return std::min(change, history_.timeline(kZone).next_change(t));
}

Instant FeatureReader::next_date_asked_for(const FeaturePlan& plan, Instant t) const {
  const TimeZone& zone = policy().zone_of(plan);
  std::int64_t today = zone.day_of(t).number;
  for (auto cut = std::lower_bound(plan.cuts.begin(), plan.cuts.end(), today);
       cut != plan.cuts.end(); ++cut) {
    Instant begins = zone.start_of({static_cast<std::int32_t>(*cut)});
    if (begins > t) return begins;
  }
  return kNever;
}

Instant FeatureReader::next_within(std::int32_t from_ms, std::int32_t until_ms, Instant t,
                                   Instant now) const {
  // Two clock changes and a day without the hours lie within four days.
  constexpr int kStepsMax = 64;
  constexpr std::int64_t kDayMs = days(1).ms;
  // It stays where it is, so its clock stays too: only the zone's own changes matter.
  const TimeZone& zone = device_zone(now);
  for (int step = 0; step < kStepsMax && t != kNever; ++step) {
    std::int64_t wall = zone.wall_ms_of_day(t);
    if (within_wall_time(wall, from_ms, until_ms)) return t;
    std::int64_t wait = (from_ms - wall + 2 * kDayMs - 1) % kDayMs + 1;
    t = std::min(t + milliseconds(wait), zone.next_transition(t));
  }
  return t;
}

const TimeZone& FeatureReader::device_zone(Instant t) const {
  std::int64_t standing = place_.standing_at(t);
  if (standing == kUnknownValue) return policy().zone();
  CountryClaim claim = CountryClaim::from_packed(static_cast<std::uint32_t>(standing));
  if (claim.none()) return policy().zone();
  if (history_.value(kFixCountry, t) != kUnknownValue) {
    const SignalTimeline::Rows& rows = history_.timeline(kZone).rows();
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      if (row->from > t || row->value == kUnknownValue) continue;
      const FixZone& told = history_.pools().zones[static_cast<std::size_t>(row->value)];
      if (told.claim == claim) return told.zone;
    }
  }
  return zone_of_country(*claim.first());
}

const TimeZone& FeatureReader::zone_of_country(Country country) const {
  auto known = country_zones_.find(country.index);
  if (known != country_zones_.end()) return known->second;
  TimeZone zone = policy().zone();
  if (auto found = TimeZone::find(zone_by_network(country, zone.name()))) zone = *found;
  return country_zones_.emplace(country.index, zone).first->second;
}

}  // namespace sojourn
