// A situation as a `test` block: a device that stands in it for as long as its counts need.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "engine/device/candidates.h"
#include "engine/proof/day_length.h"
#include "engine/proof/witness_parts.h"
#include "engine/proof/witness_text.h"

namespace sojourn {
namespace {

// "20", "13.889"
std::string thousandths(std::int64_t value) {
  std::string text = fmt::format("{}", value / 1'000);
  return value % 1'000 == 0 ? text : fmt::format("{}.{:03}", text, value % 1'000);
}

// How long before the moment itself the device must have stood there.
struct Standing {
  std::int64_t ms = 0;
  std::int64_t calendar_days = 0;
  std::int64_t silent_ms = 0;
  bool possible = true;
  // Not 0: of the days only the last so many are in a row; on the day before them it was away.
  std::int64_t run_days = 0;
};

// The last day of the `count`-th week or month back, that of `day` being the first.
std::int32_t last_day_of_bucket(TimeUnit unit, std::int32_t day, std::int64_t count) {
  auto back = static_cast<std::int32_t>(count - 1);
  if (back <= 0) return day;
  Day after = unit == TimeUnit::week ? first_day_of_week(week_number({day}) - back + 1)
                                     : first_day_of_month(month_number({day}) - back + 1);
  return after.number - 1;
}

bool answers_alike(const RuleTable& table, FeatureIndex f, std::int64_t one, std::int64_t other) {
  const std::vector<Test>& tests = table.conditions.tests();
  return std::all_of(tests.begin(), tests.end(), [&](const Test& test) {
    const Feature& feature = table.features[f];
    return test.feature != f || judge(test, feature, Reading::exactly(one)) ==
                                    judge(test, feature, Reading::exactly(other));
  });
}

// Is it over wherever the network is of no country?
bool ends_with_network(const RuleTable& table, ConditionIndex condition) {
  std::vector<FeatureIndex> features = table.conditions.features_of(condition);
  return std::all_of(features.begin(), features.end(), [&](FeatureIndex f) {
    const Feature& feature = table.features[f];
    return feature.kind == FeatureKind::network ||
           (feature.kind == FeatureKind::roaming && !feature.countries.empty());
  });
}

// How long a run of days must be that is shorter than the whole stay; 0: none need be.
std::int64_t run_within(const RuleTable& table, const Witness& witness,
                        const std::vector<FeatureIndex>& runs, std::int64_t stay_days) {
  std::int64_t longest = 0;
  bool shorter = false;
  for (FeatureIndex f : runs) {
    std::int64_t run = witness.readings[f].lower;
    longest = std::max(longest, run);
    shorter = shorter || (run < stay_days && !answers_alike(table, f, run, stay_days));
    if (!ends_with_network(table, table.features[f].inner)) return 0;
  }
  return shorter ? std::max<std::int64_t>(longest, 1) : 0;
}

Standing standing_of(const RuleTable& table, const Witness& witness) {
  Standing standing;
  std::vector<FeatureIndex> runs;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    const Reading& reading = witness.readings[f];
    auto needs_days = [&](std::int64_t days) {
      standing.calendar_days = std::max(standing.calendar_days, days);
    };
    if (feature.kind == FeatureKind::silent && reading.known) standing.silent_ms = reading.lower;
    if (!is_temporal(feature.kind) || feature.kind == FeatureKind::on_a_network) continue;
    Truth now = table.conditions.judge(feature.inner, [&](const Test& test) {
      return judge(test, table.features[test.feature], witness.readings[test.feature]);
    });
    // What is counted of another profile alone no standing of this one brings about.
    bool of_another = feature.candidate && feature.scope.per_profile && witness.profile.known &&
                      std::int64_t{*feature.candidate} != witness.profile.lower;
    if (now != Truth::yes || of_another) {
      // It held once and holds no longer: more than a device that stands still can show.
      bool held_once =
          feature.kind == FeatureKind::recency ? reading.upper != kNotYet : reading.lower > 0;
      if (held_once) standing.possible = false;
      continue;
    }
    // Each day ahead, on which it goes on, adds one.
    std::int64_t counted_today = reading.lower - std::abs(feature.ahead_days);
    switch (feature.kind) {
      case FeatureKind::held:
        standing.ms = std::max(standing.ms, reading.lower);
        break;
      case FeatureKind::held_share:
      case FeatureKind::day_share: {
        std::int64_t days = feature.window.unit == TimeUnit::millisecond
                                ? feature.window.count / kDayMs + 1
                                : feature.window.count;
        needs_days(days);
        break;
      }
      case FeatureKind::window_count:
        if (feature.bucket == TimeUnit::week || feature.bucket == TimeUnit::month) {
          needs_days(witness.day - last_day_of_bucket(feature.bucket, witness.day, reading.lower));
        }
        if (feature.bucket == TimeUnit::day) needs_days(counted_today - 1);
        break;
      case FeatureKind::consecutive_days:
        if (feature.gap_days == 0 && feature.ahead_days == 0) runs.push_back(f);
        needs_days(counted_today - 1);
        break;
      case FeatureKind::calendar_count:
        needs_days(counted_today - 1);
        break;
      default:
        break;
    }
  }
  standing.run_days = run_within(table, witness, runs, standing.calendar_days + 1);
  if (standing.ms >= standing.run_days * kDayMs) standing.run_days = 0;
  return standing;
}

}  // namespace

std::optional<std::int64_t> days_of_standing(const RuleTable& table, const Witness& witness) {
  Standing standing = standing_of(table, witness);
  if (!standing.possible) return std::nullopt;
  return std::max(standing.calendar_days, (standing.ms + kDayMs - 1) / kDayMs);
}

std::string clock_text(std::int64_t ms) {
  std::string text = fmt::format("{:02}:{:02}", ms / 3'600'000, ms / 60'000 % 60);
  if (ms % 60'000 != 0) text += fmt::format(":{:02}", ms / 1'000 % 60);
  if (ms % 1'000 != 0) text += fmt::format(".{:03}", ms % 1'000);
  return text;
}

std::string time_text(std::int32_t day, std::int64_t ms_of_day) {
  std::int64_t days = ms_of_day >= 0 ? ms_of_day / kDayMs : -((-ms_of_day + kDayMs - 1) / kDayMs);
  return fmt::format("{} {}", to_text(Day{static_cast<std::int32_t>(day + days)}),
                     clock_text(ms_of_day - days * kDayMs));
}

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<std::string> given_parts(const RuleTable& table, const Witness& witness) {
  std::vector<std::string> parts;
  std::map<AttributeIndex, std::vector<std::string>> sets;
  std::vector<std::string> installed;
  bool installed_known = false;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    const Reading& reading = witness.readings[f];
    if (!reading.known) continue;
    switch (feature.kind) {
      case FeatureKind::attribute_choice:
      case FeatureKind::attribute_country:
      case FeatureKind::attribute_number:
        parts.push_back(reading_text(table, feature, reading));
        break;
      case FeatureKind::attribute_flag:  // also where it is only asked whether it is known
        parts.push_back(fmt::format("{} = {}", written_name(table.attributes[feature.subject].name),
                                    reading.lower != 0 ? "yes" : "no"));
        break;
      case FeatureKind::attribute_has: {
        std::vector<std::string>& members = sets[feature.subject];
        const Attribute& attribute = table.attributes[feature.subject];
        if (reading.lower == 0) break;
        members.push_back(
            attribute.type == AttributeType::set_of_country
                ? std::string(code_of(Country{static_cast<std::uint8_t>(feature.symbol)}))
                : written_name(attribute.values[static_cast<std::size_t>(feature.symbol)]));
        break;
      }
      case FeatureKind::installed:
        installed_known = true;
        if (reading.lower != 0) {
          installed.push_back(written_name(table.profiles[feature.subject].name));
        }
        break;
      case FeatureKind::fallback:
        if (reading.lower >= 0) parts.push_back(reading_text(table, feature, reading));
        break;
      default:
        break;
    }
  }
  bool per_imei = std::any_of(table.features.begin(), table.features.end(),
                              [](const Feature& feature) { return feature.scope.per_imei; });
  if (per_imei) parts.push_back("imei \"356938035643809\"");
  for (const auto& [attribute, members] : sets) {
    parts.push_back(fmt::format("{} = {{{}}}", written_name(table.attributes[attribute].name),
                                joined(members)));
  }
  if (witness.profile.known && witness.profile.lower >= 0) {
    std::string name =
        written_name(table.profiles[static_cast<std::size_t>(witness.profile.lower)].name);
    parts.push_back("profile = " + name);
    if (std::find(installed.begin(), installed.end(), name) == installed.end()) {
      installed.push_back(std::move(name));
    }
  }
  if (installed_known) parts.push_back(fmt::format("installed = {{{}}}", joined(installed)));
  return parts;
}

namespace {

// The value wanted, or a plainer one about which no condition asks anything else.
std::int64_t plain_or(const RuleTable& table, FeatureIndex f, std::int64_t plain,
                      std::int64_t wanted) {
  return answers_alike(table, f, plain, wanted) ? plain : wanted;
}

bool is_in_flight(const RuleTable& table, const Witness& witness) {
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Reading& reading = witness.readings[f];
    bool asked = table.features[f].kind == FeatureKind::in_flight;
    if (asked && reading.known && reading.lower != 0) return true;
  }
  return false;
}

// " accuracy 20 m speed 14 m/s"
std::string fix_words(const RuleTable& table, const Witness& witness) {
  constexpr std::int64_t kPlainAccuracyMm = 20'000;
  std::int64_t accuracy_mm = kPlainAccuracyMm;
  std::string speed;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Reading& reading = witness.readings[f];
    if (!reading.known) continue;
    if (table.features[f].kind == FeatureKind::accuracy) {
      accuracy_mm = plain_or(table, f, kPlainAccuracyMm, reading.lower);
    }
    if (table.features[f].kind == FeatureKind::speed) {
      speed = " speed " + with_unit(plain_or(table, f, 0, reading.lower), "km/h");
    }
  }
  std::string altitude = is_in_flight(table, witness) ? " altitude 10000 m" : "";
  return fmt::format(" accuracy {} m{}{}", thousandths(accuracy_mm), altitude, speed);
}

}  // namespace

namespace {

// In which the device used what it used, where the sums ask for one.
std::optional<Country> country_of_data(const RuleTable& table, const Witness& witness) {
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    const CountrySet* countries = countries_of_data(feature, witness.readings[f]);
    if (countries != nullptr && !countries->empty()) return countries->members().front();
  }
  return std::nullopt;
}

}  // namespace

Reading told_network(const RuleTable& table, const Witness& witness) {
  std::optional<Country> booked = country_of_data(table, witness);
  if (witness.network.known || (!witness.position && !booked)) return witness.network;
  bool counts_one = booked.has_value();
  for (const Feature& feature : table.features) {
    bool asks = feature.kind == FeatureKind::network || feature.kind == FeatureKind::roaming;
    bool tells_region = feature.kind == FeatureKind::country && !witness.position;
    if (asks || tells_region) return witness.network;
    counts_one = counts_one || feature.scope.same_network;
  }
  Country any = booked.value_or(*find_country("FR"));
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Reading& reading = witness.readings[f];
    if (table.features[f].kind != FeatureKind::country || !reading.known) continue;
    auto claim = CountryClaim::from_packed(static_cast<std::uint32_t>(reading.lower));
    if (!claim.set().empty()) any = claim.set().members().front();
  }
  std::optional<std::int64_t> network = unseen_network(any, {});
  return counts_one && network ? Reading::exactly(*network) : witness.network;
}

std::vector<std::string> report_parts(const RuleTable& table, const Witness& witness) {
  std::vector<std::string> parts;
  Reading network = told_network(table, witness);
  if (network.known && network.lower != kNoSymbol) {
    parts.push_back(
        fmt::format("network {}", to_text(unpack_plmn(static_cast<std::uint32_t>(network.lower)))));
  }
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    const Reading& reading = witness.readings[f];
    if (feature.kind == FeatureKind::rat && reading.known) {
      parts.push_back(reading_text(table, feature, reading));
    }
    if (feature.kind == FeatureKind::no_service && reading.known) {
      parts.push_back(reading.lower != 0 ? "registration none" : "registration roaming");
    }
  }
  bool none = witness.network.known && witness.network.lower == kNoSymbol;
  bool said = std::find(parts.begin(), parts.end(), "registration none") != parts.end();
  if (none && !said) parts.push_back("registration none");
  // Up there a position says nothing about the country: any will do.
  std::optional<LatLon> position = witness.position;
  if (!position && is_in_flight(table, witness)) position = LatLon{};
  if (position) {
    parts.push_back(fmt::format("position {:.5f} {:.5f}{}", position->lat, position->lon,
                                fix_words(table, witness)));
  }
  return parts;
}

std::string end_of(const WitnessTest& test) {
  std::string text;
  for (const std::string& remark : test.remarks) text += fmt::format("  # {}\n", remark);
  for (const std::string& expectation : test.expectations) {
    text += fmt::format("  expect {}\n", expectation);
  }
  return text;
}

namespace {

std::string line_of(const std::string& begin, const std::string& said) {
  return fmt::format("  {}{}{}\n", begin, said.empty() ? "" : " ", said);
}

// A report on each day of the stay; where only the last days are in a row, with a day away before
// them.
std::string daily_lines(const Witness& witness, const Standing& standing, std::int64_t whole_days,
                        const std::string& report) {
  std::int64_t clock = witness.time_of_day_ms / kMinuteMs * kMinuteMs;
  // Counted back from the moment.
  auto each_day = [&](std::int64_t first, std::int64_t last) -> std::string {
    if (first < last) return {};
    auto day = [&](std::int64_t back) {
      return to_text(Day{static_cast<std::int32_t>(witness.day - back)});
    };
    return line_of(
        fmt::format("every day at {} from {} to {}", clock_text(clock), day(first), day(last)),
        report);
  };
  std::int64_t run = standing.run_days;
  if (run == 0) return each_day(whole_days, 1);
  std::int64_t leaves = (clock + (kDayMs - clock) / 2) / kMinuteMs * kMinuteMs;
  auto away = static_cast<std::int32_t>(witness.day - run - 1);
  return each_day(whole_days + 1, run + 1) +
         line_of("at " + time_text(away, leaves), "network 901-01") + each_day(run - 1, 1);
}

// The reports that make the device stand there long enough, up to the moment itself.
struct Stay {
  std::int64_t length_ms = 0;
  std::string lines;
};

Stay stay_of(const Witness& witness, const Standing& standing, const std::string& report) {
  std::int64_t whole_days = std::max(standing.calendar_days, standing.ms / kDayMs);
  Stay stay{std::max(standing.ms, whole_days * kDayMs), {}};
  // The daily reports say it already where they begin early enough.
  std::int64_t beyond_minute_ms = witness.time_of_day_ms % kMinuteMs;
  bool begins_before = whole_days * kDayMs + beyond_minute_ms < standing.ms;
  if (begins_before || (standing.ms > 0 && whole_days == 0)) {
    std::string begin = time_text(witness.day, witness.time_of_day_ms - standing.ms);
    stay.lines += line_of("at " + begin, report);
  }
  stay.lines += daily_lines(witness, standing, whole_days, report);
  return stay;
}

}  // namespace

namespace {

// The same situation so late in the day that the stay begins at midnight, or where it is asked what
// time it is, with a stay so much longer; the day of that is told. Absent: something happened
// before.
std::optional<Day> begin_at_midnight(const RuleTable& table, const std::vector<Happening>& past,
                                     Standing& standing, Witness& witness) {
  bool by_clock =
      std::any_of(table.features.begin(), table.features.end(),
                  [](const Feature& feature) { return feature.kind == FeatureKind::local_time; });
  std::int64_t length = std::max(stay_of(witness, standing, {}).length_ms, standing.silent_ms);
  bool before = std::any_of(past.begin(), past.end(), [&](const Happening& happening) {
    return happening.before_ms + standing.silent_ms > length;
  });
  if (before || standing.run_days > 0) return std::nullopt;
  if (by_clock) {
    std::int64_t clock = witness.time_of_day_ms;
    length = clock + (std::max<std::int64_t>(length - clock, 0) + kDayMs - 1) / kDayMs * kDayMs;
    standing.ms = length;
  }
  witness.time_of_day_ms = length % kDayMs;
  return Day{witness.day - static_cast<std::int32_t>(length / kDayMs)};
}

// Does anything depend on the position?
bool asks_where(const RuleTable& table) {
  return std::any_of(table.features.begin(), table.features.end(), [](const Feature& feature) {
    switch (feature.kind) {
      case FeatureKind::country:
      case FeatureKind::area:
      case FeatureKind::border_distance:
      case FeatureKind::local_time:
      case FeatureKind::in_flight:
      case FeatureKind::speed:
      case FeatureKind::accuracy:
        return true;
      default:
        return false;
    }
  });
}

}  // namespace

std::optional<std::string> witness_as_test(const RuleTable& table, const Witness& given_witness,
                                           const WitnessTest& test) {
  Witness witness = given_witness;
  if (country_of_data(table, witness) && !asks_where(table)) witness.position.reset();
  Witness stays = before_network_was_lost(table, witness).value_or(witness);
  Standing standing = standing_of(table, stays);
  std::optional<std::vector<Happening>> past = happenings(table, witness);
  if (!standing.possible || !past) return std::nullopt;
  if (!test.border_told && has_border_distance(table, witness)) return std::nullopt;
  std::optional<Day> born;
  if (test.newborn) born = begin_at_midnight(table, *past, standing, witness);
  if (test.newborn && !born) return std::nullopt;
  std::string report = joined(report_parts(table, witness));
  std::string report_of_stay = joined(report_parts(table, stays));
  Stay stay = stay_of(witness, standing, report_of_stay);
  std::int64_t report_ms = witness.time_of_day_ms - standing.silent_ms;
  // What is older than the stay comes before it.
  std::string older, newer, at_last = report;
  bool loses_sight = report != report_of_stay && !witness.network.known;
  if (loses_sight) at_last += (at_last.empty() ? "" : ", ") + std::string("network = unknown");
  for (const Happening& happening : *past) {
    if (happening.before_ms == 0) {
      at_last += (at_last.empty() ? "" : ", ") + happening.part;
      continue;
    }
    std::string when = time_text(witness.day, report_ms - happening.before_ms);
    (happening.before_ms > stay.length_ms ? older : newer) += line_of("at " + when, happening.part);
  }
  std::string text = fmt::format("test {}\n", written_text(test.name));
  std::vector<std::string> given = given_parts(table, witness);
  if (born) given.push_back("commissioned = " + to_text(*born));
  if (!given.empty()) text += line_of("given", joined(given));
  // A device of which nothing is known has reported, if only that it is there.
  if (at_last.empty() && (older + report_of_stay + newer).empty()) {
    at_last = "data 0 B";
  }
  text += older + stay.lines + newer;
  text += line_of("at " + time_text(witness.day, report_ms), at_last);
  if (standing.silent_ms > 0) {
    text += line_of("at " + time_text(witness.day, witness.time_of_day_ms), "");
  }
  return text + end_of(test);
}

}  // namespace sojourn
