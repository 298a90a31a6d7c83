// A situation in which another profile than the enabled one has been counted as well, as a `test`
// block: the device changes its profile by turns, every day, so that each is counted every day
// (semantics 9a).
//
//   test "ban in-brazil is broken"
//     given profile = one, installed = {one, two}
//     every day at 08:00 from 2026-04-03 to 2026-06-30 profile = two, network 286-01
//     every day at 12:00 from 2026-04-03 to 2026-06-30 profile = one, network 724-05
//     at 2026-07-01 08:00 profile = two, network 286-01
//     at 2026-07-01 12:00 profile = one, network 724-05
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "engine/proof/axes.h"
#include "engine/proof/day_length.h"
#include "engine/proof/witness_parts.h"
#include "engine/proof/witness_text.h"

namespace sojourn {
namespace {

// Days that are written out, and profiles that are counted beside the enabled one.
constexpr std::int64_t kDaysMax = 400;
constexpr std::size_t kOthersMax = 3;

bool counts_single_days(const Feature& feature) {
  return feature.kind == FeatureKind::consecutive_days ||
         feature.kind == FeatureKind::calendar_count ||
         (feature.kind == FeatureKind::window_count && feature.bucket == TimeUnit::day);
}

class Turns {
 public:
  Turns(const RuleTable& table, const Witness& witness) : table_(table), witness_(witness) {}

  std::optional<std::string> write(const WitnessTest& test) {
    if (!witness_.profile.known || witness_.profile.lower < 0 || !gather()) return std::nullopt;
    std::optional<std::vector<Happening>> past = happenings(table_, witness_);
    if (!past || has_border_distance(table_, witness_)) return std::nullopt;
    std::vector<std::string> given = given_parts(table_, witness_);
    std::string text = fmt::format("test {}\n", written_text(test.name));
    if (!given.empty()) text += fmt::format("  given {}\n", joined(given));
    for (const auto& [ms, line] : lines(*past)) text += line;
    return text + end_of(test);
  }

 private:
  static constexpr std::int64_t kTurnMs = 2 * 3'600'000;
  static constexpr std::int64_t kDaysWrittenOut = 3;

  struct Turn {
    std::int64_t ms = 0;  // since midnight; below zero on the day before
    std::string says;
  };

  // What the device says, and what happens to it, in the order of time (milliseconds since the
  // day of the situation began).
  std::vector<std::pair<std::int64_t, std::string>> lines(
      const std::vector<Happening>& past) const {
    std::vector<std::pair<std::int64_t, std::string>> all;
    std::string at_last;
    for (const Happening& happening : past) {
      std::int64_t ms = witness_.time_of_day_ms - happening.before_ms;
      if (happening.before_ms == 0) {
        at_last += ", " + happening.part;
      } else {
        all.push_back(
            {ms, fmt::format("  at {} {}\n", time_text(witness_.day, ms), happening.part)});
      }
    }
    std::vector<Turn> turns;
    std::int64_t ms = witness_.time_of_day_ms - static_cast<std::int64_t>(others_.size()) * kTurnMs;
    for (const std::string& other : others_) {
      turns.push_back({ms, other});
      ms += kTurnMs;
    }
    turns.push_back({ms, own_});
    std::int64_t day = 1 - days_;
    if (are_alike(turns, past)) {
      for (const Turn& turn : turns) all.push_back({day * kDayMs + turn.ms, every_day(turn)});
      day = 0;
    }
    for (; day <= 0; ++day) {
      for (const Turn& turn : turns) {
        std::int64_t at = day * kDayMs + turn.ms;
        bool last = day == 0 && &turn == &turns.back();
        all.push_back({at, fmt::format("  at {} {}{}\n", time_text(witness_.day, at), turn.says,
                                       last ? at_last : "")});
      }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    return all;
  }

  // Can the days before the last be told in a line for each turn? Nothing else happens meanwhile.
  bool are_alike(const std::vector<Turn>& turns, const std::vector<Happening>& past) const {
    constexpr std::int64_t kWholeMinutes = 60'000;
    if (days_ <= kDaysWrittenOut || witness_.time_of_day_ms % kWholeMinutes != 0) return false;
    std::int64_t begin = (1 - days_) * kDayMs + turns.front().ms;
    std::int64_t end = turns.back().ms - kDayMs;
    return std::none_of(past.begin(), past.end(), [&](const Happening& happening) {
      std::int64_t ms = witness_.time_of_day_ms - happening.before_ms;
      return begin <= ms && ms <= end;
    });
  }

  // The turn on all days but the last; what comes before midnight belongs to the days before.
  std::string every_day(const Turn& turn) const {
    std::string first = time_text(witness_.day, (1 - days_) * kDayMs + turn.ms);
    std::string last = time_text(witness_.day, turn.ms - kDayMs);
    std::size_t space = first.find(' ');
    return fmt::format("  every day at {} from {} to {} {}\n", first.substr(space + 1),
                       first.substr(0, space), last.substr(0, space), turn.says);
  }

  // Who was counted, where, and for how long.
  bool gather() {
    std::map<ProfileIndex, std::vector<ConditionIndex>> counted;
    for (FeatureIndex f = 0; f < table_.features.size(); ++f) {
      const Feature& feature = table_.features[f];
      const Reading& reading = witness_.readings[f];
      if (!is_temporal(feature.kind) || reading.lower <= 0) continue;
      if (feature.kind == FeatureKind::recency && reading.lower == kNotYet) continue;
      bool another = feature.candidate && feature.candidate != witness_.profile.lower;
      // One that nobody declared is nowhere asked for.
      if (another && *feature.candidate >= table_.profiles.size()) continue;
      std::vector<ConditionIndex> inner;
      if (!look(feature, reading.lower, inner)) return false;
      if (!another) continue;
      std::vector<ConditionIndex>& of = counted[*feature.candidate];
      of.insert(of.end(), inner.begin(), inner.end());
    }
    if (counted.empty() || counted.size() > kOthersMax || days_ > kDaysMax) return false;
    for (const auto& [profile, conditions] : counted) {
      std::optional<std::int64_t> network = network_for(profile, conditions);
      if (!network) return false;
      others_.push_back(fmt::format("profile = {}, network {}",
                                    written_name(table_.profiles[profile].name),
                                    to_text(unpack_plmn(static_cast<std::uint32_t>(*network)))));
    }
    const std::string& enabled =
        table_.profiles[static_cast<std::size_t>(witness_.profile.lower)].name;
    own_ = "profile = " + written_name(enabled);
    std::string report = joined(report_parts(table_, witness_));
    if (!report.empty()) own_ += ", " + report;
    return true;
  }

  // What has to hold now and on the days before. False: turns cannot bring it about.
  bool look(const Feature& feature, std::int64_t least, std::vector<ConditionIndex>& inner) {
    if (feature.kind != FeatureKind::on_a_network) {
      inner.push_back(feature.inner);
      if (!counts_single_days(feature)) return false;
      days_ = std::max(days_, least);
      return true;
    }
    inner.push_back(feature.inner);
    for (FeatureIndex f : table_.conditions.features_of(feature.inner)) {
      const Feature& part = table_.features[f];
      if (!is_temporal(part.kind)) continue;
      for (const Test& test : table_.conditions.tests()) {
        bool about = test.feature == f && test.kind == Test::Kind::at_least;
        if (about && !look(part, test.threshold, inner)) return false;
      }
    }
    return true;
  }

  // A network on which all of them hold with the profile, rather the present one.
  std::optional<std::int64_t> network_for(ProfileIndex profile,
                                          const std::vector<ConditionIndex>& conditions) const {
    std::vector<std::int64_t> networks;
    if (witness_.network.known) networks.push_back(witness_.network.lower);
    std::vector<std::int64_t> all = network_values(table_);
    networks.insert(networks.end(), all.begin(), all.end());
    auto suits = [&](std::int64_t network) {
      return network >= 0 &&
             std::all_of(conditions.begin(), conditions.end(), [&](ConditionIndex condition) {
               return holds(condition, profile, network);
             });
    };
    auto found = std::find_if(networks.begin(), networks.end(), suits);
    return found == networks.end() ? std::nullopt : std::optional(*found);
  }

  bool holds(ConditionIndex condition, ProfileIndex profile, std::int64_t network) const {
    CountrySet its = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
    Truth truth = table_.conditions.judge(condition, [&](const Test& test) {
      const Feature& feature = table_.features[test.feature];
      Reading reading = witness_.readings[test.feature];
      if (is_temporal(feature.kind)) return Truth::yes;  // comes of what it counts
      if (feature.kind == FeatureKind::profile) reading = Reading::exactly(profile);
      if (feature.kind == FeatureKind::network) reading = Reading::exactly(network);
      if (feature.kind == FeatureKind::roaming) {
        reading = roaming_reading(network, table_.profiles[profile].home, feature.countries);
      }
      bool by_network = feature.kind == FeatureKind::country && !witness_.position;
      if (by_network && its.size() == 1) {
        reading = Reading::exactly(std::int64_t{CountryClaim::of(its.members().front()).packed()});
      }
      return judge(test, feature, reading);
    });
    return truth == Truth::yes;
  }

  const RuleTable& table_;
  const Witness& witness_;
  std::vector<std::string> others_;  // what the device says on each turn
  std::string own_;
  std::int64_t days_ = 1;
};

}  // namespace

std::optional<std::string> turns_as_test(const RuleTable& table, const Witness& witness,
                                         const WitnessTest& test) {
  return Turns(table, witness).write(test);
}

}  // namespace sojourn
