#include "engine/proof/witness_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "engine/proof/situation_words.h"
#include "engine/proof/witness_parts.h"

namespace sojourn {

std::string quoted_if_needed(const std::string& name) {
  bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
  return plain ? name : fmt::format("\"{}\"", name);
}

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

std::string with_unit(std::int64_t millionths, const std::string& unit) {
  if (unit.empty()) return decimal(millionths);
  return fmt::format("{}{}{}", decimal(millionths), unit == "%" ? "" : " ", unit);
}

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
      return value < 0 ? "undeclared" : table.profiles[static_cast<std::size_t>(value)].name;
    case FeatureKind::rat:
      return value >= 0 && value < static_cast<std::int64_t>(kRatCount)
                 ? std::string(name_of(static_cast<Rat>(value)))
                 : "other";
    case FeatureKind::attribute_choice: {
      const std::vector<std::string>& values = table.attributes[feature.subject].values;
      return value >= 0 && value < static_cast<std::int64_t>(values.size())
                 ? quoted_if_needed(values[static_cast<std::size_t>(value)])
                 : "\"something else\"";
    }
    case FeatureKind::attribute_country:
      return value < 0 ? "none" : std::string(code_of(Country{static_cast<std::uint8_t>(value)}));
    case FeatureKind::attribute_number:
      return with_unit(value, table.attributes[feature.subject].unit);
    case FeatureKind::speed:
      return with_unit(value * 1000, "m/s");
    case FeatureKind::accuracy:
    case FeatureKind::border_distance:
      return with_unit(value * 1000, "m");
    case FeatureKind::silent:
      return describe(Duration{value});
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
    case FeatureKind::attribute_choice:
    case FeatureKind::attribute_country:
    case FeatureKind::attribute_number:
    case FeatureKind::attribute_flag:
      return quoted_if_needed(table.attributes[feature.subject].name) + " =";
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
    return fmt::format("{}: {}", feature.identity, number(plain));
  }
  std::string inner = condition_words(table, feature.inner);
  ConditionOp op = table.conditions.node(feature.inner).op;
  if (op == ConditionOp::conjunction || op == ConditionOp::disjunction) inner = "(" + inner + ")";
  std::string scope = feature.scope.same_network ? " on the same network" : "";
  if (feature.scope.per_imei) scope += " per imei";
  if (feature.scope.per_profile) scope += " per profile";
  std::string_view bucket = feature.bucket == TimeUnit::week    ? "weeks"
                            : feature.bucket == TimeUnit::month ? "months"
                                                                : "days";
  switch (feature.kind) {
    case FeatureKind::on_a_network: {
      bool declared = feature.candidate && *feature.candidate < table.profiles.size();
      std::string with = declared ? quoted_if_needed(table.profiles[*feature.candidate].name)
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
      return fmt::format("{}{} on {} consecutive days", inner, scope, number(plain));
    case FeatureKind::calendar_count:
      return fmt::format("{}{} on {} days in this calendar {}", inner, scope, number(plain),
                         feature.window.unit == TimeUnit::month ? "month" : "year");
    default:
      return fmt::format("{}{} on {} {} within {}", inner, scope, number(plain), bucket,
                         feature.window.count);
  }
}

// Nothing was counted: not worth a word.
bool counts_nothing(const Feature& feature, const Reading& reading) {
  if (domain_of(feature.kind) != ValueDomain::count || !reading.known) return false;
  return feature.kind == FeatureKind::recency ? reading.lower == kNotYet : reading.lower <= 0;
}

}  // namespace

std::string reading_text(const RuleTable& table, const Feature& feature, const Reading& reading) {
  std::string subject = subject_text(table, feature);
  if (domain_of(feature.kind) == ValueDomain::count) return count_text(table, feature, reading);
  if (!reading.known) return fmt::format("{} unknown", subject);
  return fmt::format("{} {}", subject, value_text(table, feature, reading.lower));
}

std::string describe_witness(const RuleTable& table, const Witness& witness,
                             const std::vector<FeatureIndex>& features) {
  std::vector<FeatureIndex> shown = features;
  if (shown.empty()) {
    for (FeatureIndex f = 0; f < table.features.size(); ++f) shown.push_back(f);
  }
  std::vector<std::string> known, unknown;
  for (FeatureIndex f : shown) {
    const Feature& feature = table.features[f];
    const Reading& reading = witness.readings[f];
    bool says = reading.known || domain_of(feature.kind) == ValueDomain::count;
    bool ordinary = feature.kind == FeatureKind::quarantined && reading.known && reading.lower == 0;
    if (counts_nothing(feature, reading)) continue;
    if (features.empty() && (!says || ordinary)) continue;
    (says ? known : unknown).push_back(reading_text(table, feature, reading));
  }
  known.insert(known.end(), unknown.begin(), unknown.end());
  return known.empty() ? "a device about which nothing is known" : joined(known);
}

}  // namespace sojourn
