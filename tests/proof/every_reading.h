// Every situation of a small policy, one after the other.
#pragma once

#include "tests/graph/naive_interpreter.h"
#include "tests/graph/random_policy.h"

namespace sojourn::testing {

// Calls visit with every combination of readings that could differ for the table: an odometer.
template <class Visit>
void for_each_reading(const RuleTable& table, const Visit& visit) {
  std::vector<std::vector<Reading>> choices;
  for (const Feature& feature : table.features) {
    std::vector<Reading> of;
    bool known_always = feature.kind == FeatureKind::quarantined;
    std::int64_t count = domain_of(feature.kind) == ValueDomain::flag     ? 2
                         : domain_of(feature.kind) == ValueDomain::number ? 11
                         : feature.kind == FeatureKind::profile
                             ? static_cast<std::int64_t>(table.profiles.size())
                             : 4;
    bool closed = feature.kind == FeatureKind::attribute_choice &&
                  table.attributes[feature.subject].type == AttributeType::choice;
    if (closed) {
      count = static_cast<std::int64_t>(table.attributes[feature.subject].values.size());
    }
    bool below_nothing = feature.kind == FeatureKind::attribute_number &&
                         table.attributes[feature.subject].unit != "%";
    std::int64_t first = below_nothing ? -1 : 0;
    for (std::int64_t v = first; v < count; ++v) of.push_back(Reading::exactly(v));
    if (domain_of(feature.kind) == ValueDomain::symbol && !closed)
      of.push_back(Reading::exactly(kOtherSymbol));
    if (!known_always) of.push_back(Reading::unknown());
    choices.push_back(of);
  }
  std::vector<std::size_t> digits(choices.size(), 0);
  while (true) {
    Readings readings;
    for (std::size_t i = 0; i < digits.size(); ++i) readings.push_back(choices[i][digits[i]]);
    visit(readings);
    std::size_t at = 0;
    while (at < digits.size() && ++digits[at] == choices[at].size()) digits[at++] = 0;
    if (at == digits.size())
      return;  // NOLINT(clang-analyzer-core.StackAddressEscape): asked no more
  }
}

}  // namespace sojourn::testing
