// What happened to a witness before its moment, as lines of a `test` block.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "engine/proof/day_length.h"
#include "engine/proof/witness_parts.h"

namespace sojourn {
namespace {

// Lines of one event; more make no example.
constexpr std::int64_t kTimesMax = 50;

// Somewhat more than the length of time.
std::int64_t longer_than(const Period& period) {
  switch (period.unit) {
    case TimeUnit::millisecond:
      return period.count + kMinuteMs;
    case TimeUnit::week:
      return (7 * period.count + 1) * kDayMs;
    case TimeUnit::month:
      return (31 * period.count + 1) * kDayMs;
    case TimeUnit::year:
      return (366 * period.count + 1) * kDayMs;
    default:
      return (period.count + 1) * kDayMs;
  }
}

// How often each event happened, and how long ago the last time was.
struct Past {
  std::int64_t times = 0;
  std::int64_t step_ms = kMinuteMs;  // between two of them
  std::int64_t last_ms_ago = 0;      // 0: it does not matter, the moment before
};

std::optional<std::string> part_of(const EventQuestion& event) {
  if (event.kind == EventKind::named) return "event " + written_name(event.name);
  if (event.kind != EventKind::rejected) return std::nullopt;
  constexpr std::uint16_t kNetworkNotAllowed = 11;
  return fmt::format("rejected with {}",
                     event.causes.empty() ? kNetworkNotAllowed : event.causes.front());
}

}  // namespace

const CountrySet* countries_of_data(const Feature& feature, const Reading& reading) {
  bool sum = feature.kind == FeatureKind::data_sum && reading.lower > 0;
  bool balance = feature.kind == FeatureKind::data_balance && reading.lower != 0;
  if (!sum && !balance) return nullptr;
  return sum || reading.lower > 0 ? &feature.countries : &feature.other_countries;
}

namespace {

// Bytes are booked to the country that stands.
bool is_there(const RuleTable& table, const Witness& witness, const CountrySet& countries) {
  if (countries.empty()) return true;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Reading& reading = witness.readings[f];
    if (table.features[f].kind != FeatureKind::country || !reading.known) continue;
    CountrySet standing =
        CountryClaim::from_packed(static_cast<std::uint32_t>(reading.lower)).set();
    return !standing.empty() && standing.subset_of(countries);
  }
  Reading network = told_network(table, witness);
  if (!network.known || network.lower < 0 || witness.position) return false;
  CountrySet served = countries_of(unpack_plmn(static_cast<std::uint32_t>(network.lower)));
  return served.size() == 1 && served.subset_of(countries);
}

}  // namespace

bool has_border_distance(const RuleTable& table, const Witness& witness) {
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Reading& reading = witness.readings[f];
    bool asked = table.features[f].kind == FeatureKind::border_distance;
    if (asked && reading.known && reading.lower > 0) return true;
  }
  return false;
}

namespace {

// Older than the windows within which so many switches were not counted.
std::int64_t age_of_switches(const RuleTable& table, const Witness& witness, std::int64_t count) {
  std::int64_t age = 0;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    bool counts =
        feature.kind == FeatureKind::event_count && feature.event.kind == EventKind::switches;
    if (counts && witness.readings[f].upper < count)
      age = std::max(age, longer_than(feature.window));
  }
  return age;
}

// Switches of before: to another profile and back. False: it is not known which is enabled.
bool add_round_trips(const RuleTable& table, const Witness& witness, std::int64_t count,
                     std::vector<Happening>& all) {
  bool declared = witness.profile.known && witness.profile.lower >= 0;
  if (!declared || table.profiles.size() < 2) return false;
  std::int64_t other = witness.profile.lower == 0 ? 1 : 0;
  auto enables = [&](std::int64_t profile) {
    return "profile = " + written_name(table.profiles[static_cast<std::size_t>(profile)].name);
  };
  std::int64_t age = age_of_switches(table, witness, 2 * count);
  all.push_back({age + (2 * count + 1) * kMinuteMs, enables(witness.profile.lower)});
  for (std::int64_t i = count; i > 0; --i) {
    all.push_back({age + 2 * i * kMinuteMs, enables(other)});
    all.push_back({age + (2 * i - 1) * kMinuteMs, enables(witness.profile.lower)});
  }
  return true;
}

}  // namespace

std::optional<std::vector<Happening>> happenings(const RuleTable& table, const Witness& witness) {
  std::map<std::string, Past> pasts;
  std::int64_t bytes = 0, round_trips = 0;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    const Reading& reading = witness.readings[f];
    bool counts = domain_of(feature.kind) == ValueDomain::count;
    bool less = feature.kind == FeatureKind::data_balance && reading.lower < 0;
    if ((!reading.known && !counts) || (reading.lower <= 0 && !less)) continue;
    switch (feature.kind) {
      case FeatureKind::since:
      case FeatureKind::event_count: {
        bool switches = feature.event.kind == EventKind::switches;
        if (switches && feature.kind == FeatureKind::event_count && reading.lower <= kTimesMax) {
          round_trips = std::max(round_trips, (reading.lower + 1) / 2);
          break;
        }
        std::optional<std::string> part = part_of(feature.event);
        if (!part || reading.lower > kTimesMax) return std::nullopt;
        Past& past = pasts[*part];
        if (feature.kind == FeatureKind::since) {
          past.times = std::max<std::int64_t>(past.times, 1);
          past.last_ms_ago = std::max(past.last_ms_ago, longer_than(feature.window));
          break;
        }
        past.times = std::max(past.times, reading.lower);
        if (feature.window.unit == TimeUnit::millisecond) {
          past.step_ms = std::min(past.step_ms, feature.window.count / (reading.lower + 1));
        }
        break;
      }
      case FeatureKind::data_sum:
      case FeatureKind::data_balance:
        if (!is_there(table, witness, *countries_of_data(feature, reading))) return std::nullopt;
        bytes = std::max(bytes, std::abs(reading.lower));
        break;
      case FeatureKind::fleet_count:
        if (reading.lower > 1) return std::nullopt;
        break;
      default:
        break;
    }
  }
  std::vector<Happening> all;
  for (const auto& [part, past] : pasts) {
    for (std::int64_t i = past.times; i > 0; --i) {
      all.push_back({past.last_ms_ago + i * past.step_ms, part});
    }
  }
  if (round_trips > 0 && !add_round_trips(table, witness, round_trips, all)) return std::nullopt;
  std::stable_sort(all.begin(), all.end(), [](const Happening& a, const Happening& b) {
    return a.before_ms > b.before_ms;
  });
  if (bytes > 0) all.push_back({0, fmt::format("data {} B", bytes)});
  return all;
}

}  // namespace sojourn
