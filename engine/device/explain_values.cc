// What a reading is called, beside the threshold that it misses.
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/country.h"
#include "engine/device/explain.h"

namespace sojourn {
namespace {

std::string plural(std::int64_t count, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// A decimal number without needless zeros: "101", "62.5".
std::string decimal(double value) { return fmt::format("{}", value); }

enum class Digits : std::uint8_t { three, all };

// "101 MB", "1 B"; decimal units, as in the language; with three decimals, or to the byte.
std::string bytes_text(std::int64_t bytes, Digits digits = Digits::three) {
  constexpr std::pair<std::int64_t, const char*> kUnits[] = {
      {1'000'000'000, "GB"}, {1'000'000, "MB"}, {1'000, "kB"}};
  for (auto [size, name] : kUnits) {
    if (bytes < size) continue;
    std::int64_t step = digits == Digits::all ? 1 : size / 1000;
    double whole = static_cast<double>(bytes / step) / static_cast<double>(size / step);
    return fmt::format("{} {}", decimal(whole), name);
  }
  return fmt::format("{} B", bytes);
}

std::string period_text(const Period& period) {
  switch (period.unit) {
    case TimeUnit::millisecond:
      return describe(milliseconds(period.count));
    case TimeUnit::day:
      return plural(period.count, "day", "days");
    case TimeUnit::week:
      return plural(period.count, "week", "weeks");
    case TimeUnit::month:
      return plural(period.count, "month", "months");
    case TimeUnit::year:
      return plural(period.count, "year", "years");
  }
  return "";
}

// What is counted: "day", "days".
std::pair<std::string, std::string> unit_of(const Feature& feature) {
  switch (feature.kind) {
    case FeatureKind::event_count:
      switch (feature.event.kind) {
        case EventKind::switches:
        case EventKind::commanded_switches:
          return {"switch", "switches"};
        case EventKind::rejected:
          return {"reject", "rejects"};
        default:
          return {"event", "events"};
      }
    case FeatureKind::fleet_count:
      return {"device", "devices"};
    case FeatureKind::window_count:
      if (feature.bucket == TimeUnit::week) return {"week", "weeks"};
      if (feature.bucket == TimeUnit::month) return {"month", "months"};
      return {"day", "days"};
    default:
      return {"day", "days"};
  }
}

// "80 days", "79 of 80 days", and where nobody saw the beginning "79 of 80 days, or more".
template <class TextOf>  // std::string(std::int64_t)
std::string beside_threshold(const Test& test, const Reading& reading, const TextOf& text_of) {
  if (!reading.known && reading.upper == kNotYet && reading.lower <= 0) return "unknown";
  bool reached = test.kind != Test::Kind::at_least || reading.lower >= test.threshold;
  if (reached) return (reading.known ? "" : "at least ") + text_of(reading.lower);
  std::string wanted = text_of(test.threshold);
  std::string found = text_of(reading.lower);
  // "79 of 80 days", not "79 days of 80 days".
  std::size_t number = found.find(' ');
  bool same_unit = number != std::string::npos &&
                   found.find(' ', number + 1) == std::string::npos &&
                   wanted.substr(wanted.find(' ')).starts_with(found.substr(number));
  if (same_unit) found.resize(number);
  if (reading.known) return fmt::format("{} of {}", found, wanted);
  if (reading.upper == kNotYet) return fmt::format("{} of {}, or more", found, wanted);
  std::string most = text_of(reading.upper);
  return fmt::format("{} to {} of {}", found, same_unit ? most.substr(0, most.find(' ')) : most,
                     wanted);
}

std::string held_text(const Test& test, const Reading& reading) {
  if (reading.upper < 0) return "not now";
  if (reading.lower < 0) return "unknown";
  return beside_threshold(test, reading,
                          [](std::int64_t ms) { return describe(milliseconds(ms)); });
}

std::string recency_text(const Feature& feature, const Reading& reading) {
  std::string never =
      feature.window.count == 0 ? "never" : "not within " + period_text(feature.window);
  auto one = [&](std::int64_t ms) -> std::string {
    return ms == kNotYet ? never : ms == 0 ? "now" : describe(milliseconds(ms)) + " ago";
  };
  if (reading.known) return one(reading.lower);
  return fmt::format("{}, or {}", one(reading.lower), one(reading.upper));
}

// Just beside the threshold to the byte: more than 10 MB is 10.000001 MB.
std::string sum_text(const Test& test, const Reading& reading) {
  bool near = bytes_text(reading.lower) == bytes_text(test.threshold);
  return beside_threshold(test, reading, [&](std::int64_t bytes) {
    return bytes_text(bytes, near ? Digits::all : Digits::three);
  });
}

std::string balance_text(const Reading& reading) {
  if (!reading.known) return "unknown";
  if (reading.lower == 0) return "equal";
  return reading.lower > 0 ? bytes_text(reading.lower) + " more"
                           : bytes_text(-reading.lower) + " less";
}

std::string counted_text(const Test& test, const Feature& feature, const Reading& reading) {
  switch (feature.kind) {
    case FeatureKind::held:
      return held_text(test, reading);
    case FeatureKind::recency:
      return recency_text(feature, reading);
    case FeatureKind::data_sum:
      return sum_text(test, reading);
    case FeatureKind::data_balance:
      return balance_text(reading);
    default:
      break;
  }
  auto unit = unit_of(feature);
  return beside_threshold(
      test, reading, [&](std::int64_t count) { return plural(count, unit.first, unit.second); });
}

// Asked for countries, a network of several is told with them: "425-01 (IL or PS)".
std::string network_text(const Plmn& plmn, const Test& test) {
  CountrySet countries = countries_of(plmn);
  if (test.kind != Test::Kind::in_countries || countries.size() < 2) return to_text(plmn);
  return fmt::format("{} ({})", to_text(plmn), countries_text(countries, " or "));
}

}  // namespace

// "34.4% of 90 days (31 days)".
std::string Explainer::share_text(const Test& test, const Reading& reading) {
  const Feature& feature = evaluator_.policy().feature(test.feature);
  const FeaturePlan& plan = evaluator_.policy().features[test.feature];
  std::string window = period_text(feature.window);
  if (!reading.known) return fmt::format("unknown until the history is {} long", window);
  const ConditionHistory& past = evaluator_.condition_history(plan.history, now_);
  CountQuestion question{feature, plan, evaluator_.reader(), now_, {}};
  Instant from = counted_from(past, question);
  bool of_days = feature.kind == FeatureKind::day_share;
  std::int64_t whole = of_days
                           ? past.zone().day_of(now_).number - past.zone().day_of(from).number + 1
                           : (now_ - from).ms;
  std::string part =
      of_days ? plural(reading.lower, "day", "days") : describe(milliseconds(reading.lower));
  double share = whole > 0 ? static_cast<double>(reading.lower) / static_cast<double>(whole) : 0;
  // Never rounded up to a threshold that it does not reach.
  double percent = static_cast<double>(static_cast<std::int64_t>(share * 1000 + 1e-9)) / 10;
  return fmt::format("{}% of {} ({})", decimal(percent), window, part);
}

// Whose rows are to be counted, when nobody knows; empty: that is known.
std::string Explainer::missing_key(const Feature& feature) const {
  const DeviceHistory& history = evaluator_.history();
  const Scope& scope = feature.scope;
  if (scope.per_imei && history.value(kImei, now_) == kUnknownValue) return "the IMEI";
  // A candidate's profile, and where it may be, are supposed.
  if (feature.candidate) return country_in_doubt(feature);
  if (scope.per_profile && history.value(kProfile, now_) == kUnknownValue) return "the profile";
  if (scope.same_network && history.network_at(now_) == kUnknownValue) return "the network";
  return country_in_doubt(feature);
}

// A code that several countries share leaves it open in which of them the device is: "whether
// 425-01 is in IL or PS". Empty: that is not asked, or known.
std::string Explainer::country_in_doubt(const Feature& feature) const {
  const ConditionTable& conditions = evaluator_.policy().table().conditions;
  std::int64_t network = evaluator_.history().network_at(now_);
  if (network < 0) return {};
  Plmn plmn = unpack_plmn(static_cast<std::uint32_t>(network));
  CountrySet countries = countries_of(plmn);
  if (countries.size() < 2) return {};
  bool asked = feature.kind == FeatureKind::roaming && !feature.countries.empty();
  for (FeatureIndex inner : conditions.features_of(feature.inner)) {
    FeatureKind kind = evaluator_.policy().feature(inner).kind;
    asked = asked || kind == FeatureKind::roaming || kind == FeatureKind::network;
  }
  if (!asked) return {};
  return fmt::format("whether {} is in {}", to_text(plmn), countries_text(countries, " or "));
}

std::string Explainer::value_text(const Test& test, const Reading& reading) {
  const RuleTable& table = evaluator_.policy().table();
  const Feature& feature = evaluator_.policy().feature(test.feature);
  const DeviceHistory& history = evaluator_.history();
  bool is_share = feature.kind == FeatureKind::held_share || feature.kind == FeatureKind::day_share;
  if (is_share || domain_of(feature.kind) == ValueDomain::count) {
    std::string text = is_share ? share_text(test, reading) : counted_text(test, feature, reading);
    std::string missing = reading.known ? std::string() : missing_key(feature);
    return missing.empty() ? text : fmt::format("{} ({} is not known)", text, missing);
  }
  if (!reading.known) {
    std::string missing = country_in_doubt(feature);
    return missing.empty() ? "unknown" : fmt::format("unknown ({} is not known)", missing);
  }
  switch (feature.kind) {
    case FeatureKind::country:
      return CountryClaim::from_packed(static_cast<std::uint32_t>(reading.lower)).text();
    case FeatureKind::network:
      if (reading.lower == kNoSymbol) return "no service";
      return network_text(unpack_plmn(static_cast<std::uint32_t>(reading.lower)), test);
    case FeatureKind::profile:
      return history.profile_text(feature.candidate ? reading.lower
                                                    : history.value(kProfile, now_));
    case FeatureKind::fallback:
      return reading.lower == kNoSymbol ? "none" : history.profile_text(reading.lower);
    case FeatureKind::date:
      return to_text(Day{static_cast<std::int32_t>(reading.lower)});
    case FeatureKind::rat:
      return std::string(name_of(static_cast<Rat>(reading.lower)));
    case FeatureKind::attribute_choice: {
      const auto& values = table.attributes[feature.subject].values;
      auto index = static_cast<std::size_t>(reading.lower);
      return reading.lower < 0 || index >= values.size() ? "another" : values[index];
    }
    case FeatureKind::attribute_country:
      return std::string(code_of(Country{static_cast<std::uint8_t>(reading.lower)}));
    case FeatureKind::attribute_number: {
      std::int64_t whole = reading.lower / 1'000'000;
      std::int64_t rest = reading.lower % 1'000'000;
      std::string text =
          fmt::format("{}", static_cast<double>(whole) + static_cast<double>(rest) / 1'000'000);
      const std::string& unit = table.attributes[feature.subject].unit;
      if (unit.empty()) return text;
      return unit == "%" ? text + unit : fmt::format("{} {}", text, unit);
    }
    case FeatureKind::speed: {
      // As the author writes it; else as a road sign does.
      bool per_second = test.text.ends_with(" m/s");
      double per_hour = static_cast<double>(reading.lower);
      return fmt::format("{} {}", decimal(per_hour / (per_second ? 3'600'000 : 1'000'000)),
                         per_second ? "m/s" : "km/h");
    }
    case FeatureKind::accuracy:
    case FeatureKind::border_distance:
      return fmt::format("{} m", static_cast<double>(reading.lower) / 1000);
    case FeatureKind::breakout: {
      std::int64_t profile =
          feature.candidate ? std::int64_t{*feature.candidate} : history.value(kProfile, now_);
      if (profile < 0 || profile >= static_cast<std::int64_t>(table.profiles.size())) return "";
      return table.profiles[static_cast<std::size_t>(profile)].breakout.text();
    }
    case FeatureKind::silent:
      return describe(milliseconds(reading.lower));
    default:
      return reading.lower != 0 ? "yes" : "no";
  }
}

}  // namespace sojourn
