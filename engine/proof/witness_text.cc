#include "engine/proof/witness_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "engine/proof/situation_words.h"
#include "engine/proof/witness_parts.h"

namespace sojourn {

namespace {

// Millionths as a decimal number: "-110", "0.25".
std::string decimal(std::int64_t millionths) {
  std::string sign = millionths < 0 ? "-" : "";
  std::uint64_t size = millionths < 0 ? ~static_cast<std::uint64_t>(millionths) + 1
                                      : static_cast<std::uint64_t>(millionths);
  std::string text = fmt::format("{}{}", sign, size / 1'000'000);
  if (size % 1'000'000 == 0) return text;
  text += fmt::format(".{:06}", size % 1'000'000);
  return text.substr(0, text.find_last_not_of('0') + 1);
}

}  // namespace

std::string with_unit(std::int64_t millionths, const std::string& unit) {
  if (unit.empty()) return decimal(millionths);
  return fmt::format("{}{}{}", decimal(millionths), unit == "%" ? "" : " ", unit);
}

namespace {

// What a known symbol, flag or number of the feature is called.
std::string value_text(const RuleTable& table, const Feature& feature, std::int64_t value) {
  switch (feature.kind) {
    case FeatureKind::country:
      return CountryClaim::from_packed(static_cast<std::uint32_t>(value)).text();
    case FeatureKind::network:
      return value == kNoSymbol ? "none" : to_text(unpack_plmn(static_cast<std::uint32_t>(value)));
    case FeatureKind::profile:
    case FeatureKind::fallback:
      if (value == kNoSymbol) return "none";
      return value < 0 ? "undeclared"
                       : written_name(table.profiles[static_cast<std::size_t>(value)].name);
    case FeatureKind::rat:
      return value >= 0 && value < static_cast<std::int64_t>(kRatCount)
                 ? std::string(name_of(static_cast<Rat>(value)))
                 : "other";
    case FeatureKind::attribute_choice: {
      const std::vector<std::string>& values = table.attributes[feature.subject].values;
      return value >= 0 && value < static_cast<std::int64_t>(values.size())
                 ? written_name(values[static_cast<std::size_t>(value)])
                 : "\"something else\"";
    }
    case FeatureKind::attribute_country:
      return value < 0 ? "none" : std::string(code_of(Country{static_cast<std::uint8_t>(value)}));
    case FeatureKind::attribute_number:
      return with_unit(value, table.attributes[feature.subject].unit);
    case FeatureKind::speed:
      return with_unit(value, "km/h");  // a millimetre per hour is a millionth of it
    case FeatureKind::accuracy:
    case FeatureKind::border_distance:
      return with_unit(value * 1000, "m");
    case FeatureKind::silent:
      return describe(Duration{value});
    case FeatureKind::date:
      return to_text(Day{static_cast<std::int32_t>(value)});
    default:
      return value != 0 ? "yes" : "no";
  }
}

std::string subject_text(const RuleTable& table, const Feature& feature) {
  switch (feature.kind) {
    case FeatureKind::country:
      return "region";
    case FeatureKind::network:
      return "network";
    case FeatureKind::profile:
      return "profile =";
    case FeatureKind::fallback:
      return "fallback =";
    case FeatureKind::rat:
      return "rat";
    case FeatureKind::speed:
      return "speed =";
    case FeatureKind::accuracy:
      return "accuracy =";
    case FeatureKind::border_distance:
      return "border distance =";
    case FeatureKind::silent:
      return "silent =";
    case FeatureKind::date:
      return "date =";
    case FeatureKind::attribute_choice:
    case FeatureKind::attribute_country:
    case FeatureKind::attribute_number:
    case FeatureKind::attribute_flag:
      return written_name(table.attributes[feature.subject].name) + " =";
    default:
      break;
  }
  // How the author writes it: the first test about it.
  for (const Test& test : table.conditions.tests()) {
    bool about = &table.features[test.feature] == &feature && !test.text.empty();
    if (about && test.kind == Test::Kind::holds) return fmt::format("{}:", test.text);
  }
  return fmt::format("{}:", feature.identity);
}

// "30 days"
std::string window_words(const Period& window) {
  constexpr std::string_view kUnits[] = {"", "days", "weeks", "months", "years"};
  if (window.unit == TimeUnit::millisecond) return describe(Duration{window.count});
  std::string_view unit = kUnits[static_cast<std::size_t>(window.unit)];
  if (window.count == 1) unit.remove_suffix(1);
  return fmt::format("{} {}", window.count, unit);
}

std::string scope_words(const Scope& scope) {
  std::string words = scope.same_network ? " on the same network" : "";
  if (scope.per_imei) words += " per imei";
  if (scope.per_profile) words += " per profile";
  return words;
}

// In the largest unit that says it exactly: "25 GB", "10000001 B".
std::string bytes_words(std::int64_t bytes) {
  constexpr std::pair<std::int64_t, std::string_view> kUnits[] = {
      {1'000'000'000, "GB"}, {1'000'000, "MB"}, {1'000, "kB"}};
  for (auto [size, unit] : kUnits) {
    if (bytes != 0 && bytes % size == 0) return fmt::format("{} {}", bytes / size, unit);
  }
  return fmt::format("{} B", bytes);
}

std::string event_words(const EventQuestion& event) {
  switch (event.kind) {
    case EventKind::switches:
      return "switches";
    case EventKind::commanded_switches:
      return "commanded switches";
    case EventKind::rejected:
      return event.causes.empty() ? "rejected"
                                  : fmt::format("rejected with {}", fmt::join(event.causes, ", "));
    case EventKind::named:
      return written_name(event.name);
    case EventKind::alert:
      break;
  }
  return "alert " + written_text(event.name);
}

std::string data_words(const CountrySet& countries) {
  return countries.empty() ? "data" : "data in " + countries.text();
}

}  // namespace

std::string counted_words(const RuleTable& table, const Feature& feature) {
  switch (feature.kind) {
    case FeatureKind::event_count:
      return fmt::format("{}{} within {}", event_words(feature.event), scope_words(feature.scope),
                         window_words(feature.window));
    case FeatureKind::data_sum:
      return fmt::format("{}{} within {}", data_words(feature.countries),
                         scope_words(feature.scope), window_words(feature.window));
    case FeatureKind::data_balance:
      return fmt::format("{} against {}{} within {}", data_words(feature.countries),
                         data_words(feature.other_countries), scope_words(feature.scope),
                         window_words(feature.window));
    case FeatureKind::fleet_count:
      return "devices with the same " + written_name(table.attributes[feature.subject].name);
    default:
      return feature.identity;
  }
}

namespace {

// A count as a sentence about what it counts: "roaming in BR on 60 consecutive days".
std::string count_text(const RuleTable& table, const Feature& feature, const Reading& reading) {
  auto number = [&](auto&& text_of) {
    return reading.known ? text_of(reading.lower)
                         : fmt::format("{} to {}", text_of(reading.lower), text_of(reading.upper));
  };
  auto plain = [](std::int64_t value) {
    return value == kNotYet ? std::string("any number of") : fmt::format("{}", value);
  };
  auto length = [](std::int64_t ms) {
    if (ms == kNotYet) return std::string("ever");
    return ms < 0 ? std::string("no time") : describe(Duration{ms});
  };
  if (!is_temporal(feature.kind)) {
    std::string counted = counted_words(table, feature);
    if (feature.kind == FeatureKind::data_sum) {
      return fmt::format("{}: {}", counted, number(bytes_words));
    }
    if (feature.kind == FeatureKind::data_balance) {
      auto more = [](std::int64_t bytes) {
        return bytes == 0 ? "as much"
                          : bytes_words(std::abs(bytes)) + (bytes > 0 ? " more" : " less");
      };
      return fmt::format("{}: {}", counted, number(more));
    }
    return fmt::format("{} {}", number(plain), counted);
  }
  std::string inner = condition_words(table, feature.inner);
  ConditionOp op = table.conditions.node(feature.inner).op;
  if (op == ConditionOp::conjunction || op == ConditionOp::disjunction) inner = "(" + inner + ")";
  std::string scope = scope_words(feature.scope);
  auto times = [&](std::string_view unit) {
    bool one = reading.known && reading.lower == 1;
    return fmt::format("{} {}{}", number(plain), unit, one ? "" : "s");
  };
  std::string_view bucket = feature.bucket == TimeUnit::week    ? "week"
                            : feature.bucket == TimeUnit::month ? "month"
                                                                : "day";
  switch (feature.kind) {
    case FeatureKind::on_a_network: {
      bool declared = feature.candidate && *feature.candidate < table.profiles.size();
      std::string with = declared ? written_name(table.profiles[*feature.candidate].name)
                                  : "an undeclared profile";
      return fmt::format("{} with {}: {}", inner, with,
                         reading.lower > 0   ? "yes"
                         : reading.upper > 0 ? "unknown"
                                             : "no");
    }
    case FeatureKind::held:
      return fmt::format("{}{} for {}", inner, scope, number(length));
    case FeatureKind::recency:
      return fmt::format("{}{} last {} ago", inner, scope, number(length));
    case FeatureKind::held_share:
      return fmt::format("{}{} for {} in all", inner, scope, number(length));
    case FeatureKind::consecutive_days:
      return fmt::format("{}{} on {}", inner, scope, times("consecutive day"));
    case FeatureKind::calendar_count:
      return fmt::format("{}{} on {} in this calendar {}", inner, scope, times("day"),
                         feature.window.unit == TimeUnit::month ? "month" : "year");
    default:
      return fmt::format("{}{} on {} within {}", inner, scope, times(bucket),
                         window_words(feature.window));
  }
}

// Nothing was counted: not worth a word.
bool counts_nothing(const Feature& feature, const Reading& reading) {
  if (domain_of(feature.kind) != ValueDomain::count || !reading.known) return false;
  return feature.kind == FeatureKind::recency ? reading.lower == kNotYet : reading.lower <= 0;
}

// Of what is only asked whether it is known nothing else is worth a word: "breakout known".
std::optional<std::string> known_text(const RuleTable& table, const Feature& feature,
                                      const Reading& reading) {
  std::optional<std::string> words;
  for (const Test& test : table.conditions.tests()) {
    if (&table.features[test.feature] != &feature || test.text.empty()) continue;
    if (test.kind != Test::Kind::known) return std::nullopt;
    words = test.text;
  }
  constexpr std::string_view kKnown = " known";
  if (words && !reading.known && words->ends_with(kKnown)) {
    words->replace(words->size() - kKnown.size(), kKnown.size(), " unknown");
  }
  return words;
}

}  // namespace

std::string reading_text(const RuleTable& table, const Feature& feature, const Reading& reading) {
  if (domain_of(feature.kind) == ValueDomain::flag) {
    if (auto known = known_text(table, feature, reading)) return *std::move(known);
  }
  std::string subject = subject_text(table, feature);
  if (domain_of(feature.kind) == ValueDomain::count) return count_text(table, feature, reading);
  if (!reading.known) return fmt::format("{} unknown", subject);
  return fmt::format("{} {}", subject, value_text(table, feature, reading.lower));
}

namespace {

// What is asked for the sake of a ban alone says nothing more about the device: how things stand
// with another profile, and how they will on a day to come.
bool is_asked_aside(const RuleTable& table, const Feature& feature, const Witness& witness) {
  if (feature.ahead_days != 0) return true;
  if (!feature.candidate || !witness.profile.known) return false;
  bool undeclared = *feature.candidate >= table.profiles.size();
  return undeclared ? witness.profile.lower >= 0
                    : std::int64_t{*feature.candidate} != witness.profile.lower;
}

// Counts on a network name their candidate themselves.
std::string of_whom_and_when(const RuleTable& table, const Feature& feature) {
  bool named = feature.kind == FeatureKind::on_a_network;
  return asked_of(table, named ? std::nullopt : feature.candidate,
                  std::abs(std::int64_t{feature.ahead_days}));
}

// Follows from what is told beside it: where the device does not roam, that what is enabled is
// installed, and what a ban's notice counts instead of what its author wrote.
bool goes_without_saying(const RuleTable& table, const Feature& feature, const Reading& reading,
                         const Witness& witness) {
  bool told = reading.known && witness.profile.known && witness.profile.lower >= 0;
  if (feature.kind == FeatureKind::roaming) {
    return told && reading.lower == 0 && witness.network.known;
  }
  if (feature.kind == FeatureKind::installed) {
    return told && reading.lower != 0 && witness.profile.lower == std::int64_t{feature.subject};
  }
  if (feature.kind != FeatureKind::window_count) return false;
  const std::string within = "within " + window_words(feature.window);
  const std::vector<Test>& tests = table.conditions.tests();
  auto about = [&](const Test& test) {
    return &table.features[test.feature] == &feature && !test.text.empty();
  };
  bool asked = std::any_of(tests.begin(), tests.end(), about);
  return asked && std::none_of(tests.begin(), tests.end(), [&](const Test& test) {
           return about(test) && test.text.find(within) != std::string::npos;
         });
}

void add_once(std::vector<std::string>& texts, std::string text) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
}

}  // namespace

std::string describe_witness(const RuleTable& table, const Witness& witness,
                             const std::vector<FeatureIndex>& features, bool every_candidate) {
  std::vector<FeatureIndex> shown = features;
  if (shown.empty()) {
    for (FeatureIndex f = 0; f < table.features.size(); ++f) shown.push_back(f);
  }
  std::vector<std::string> known, unknown;
  std::vector<std::pair<std::string, std::string>> aside;  // what is read, and of whom or when
  bool dated = false;
  for (FeatureIndex f : shown) {
    const Feature& feature = table.features[f];
    const Reading& reading = witness.readings[f];
    bool says = reading.known || domain_of(feature.kind) == ValueDomain::count;
    bool ordinary = feature.kind == FeatureKind::quarantined && reading.known && reading.lower == 0;
    if (counts_nothing(feature, reading)) continue;
    if (features.empty() && (!says || ordinary)) continue;
    if (features.empty() && goes_without_saying(table, feature, reading, witness)) continue;
    if (features.empty() && feature.kind == FeatureKind::date) {
      dated = true;  // the day itself says it for all of them
      continue;
    }
    std::string text = reading_text(table, feature, reading);
    if (!is_asked_aside(table, feature, witness)) {
      add_once(says ? known : unknown, std::move(text));
      continue;
    }
    bool holds = !reading.known || reading.lower > 0;
    if (features.empty() && !(every_candidate && holds)) continue;
    aside.emplace_back(std::move(text), of_whom_and_when(table, feature));
  }
  for (const auto& [text, of_whom] : aside) {
    bool told = std::find(known.begin(), known.end(), text) != known.end();
    if (!told) add_once(known, text + of_whom);
  }
  if (dated) known.push_back("date = " + to_text(Day{witness.day}));
  known.insert(known.end(), unknown.begin(), unknown.end());
  return known.empty() ? "a device about which nothing is known" : joined(known);
}

}  // namespace sojourn
