#include "engine/proof/axes.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <numeric>
#include <set>

#include "engine/proof/answering.h"

namespace sojourn {
namespace {

constexpr std::uint16_t kMccCount = 1000;

std::vector<std::int64_t> range(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), first);
  return values;
}

std::vector<std::int64_t> claim_values(const std::vector<CountryClaim>& claims) {
  std::set<std::int64_t> values = {CountryClaim().packed()};
  for (std::size_t i = 0; i < country_count(); ++i) {
    values.insert(CountryClaim::of(Country{static_cast<std::uint8_t>(i)}).packed());
  }
  for (CountryClaim claim : claims) values.insert(claim.packed());
  return {values.begin(), values.end()};
}

// Every value of the symbol or flag that could be told apart from `other_value`.
std::vector<std::int64_t> symbol_values(const RuleTable& table, const Feature& feature,
                                        const std::vector<CountryClaim>& claims) {
  switch (feature.kind) {
    case FeatureKind::country:
      return claim_values(claims);
    case FeatureKind::profile:
      return range(0, static_cast<std::int64_t>(table.profiles.size()));
    case FeatureKind::fallback: {
      std::vector<std::int64_t> values = range(0, static_cast<std::int64_t>(table.profiles.size()));
      values.push_back(kNoSymbol);
      return values;
    }
    case FeatureKind::rat:
      return range(0, kRatCount);
    case FeatureKind::attribute_choice:
      return range(0, static_cast<std::int64_t>(table.attributes[feature.subject].values.size()));
    case FeatureKind::attribute_country:
      return range(0, static_cast<std::int64_t>(country_count()));
    default:
      return {0, 1};
  }
}

// A value that stands for all that are not listed; none: an unlisted claim counts as unknown, so
// that a newer map than the policy was compiled with can only make rules not fire.
std::optional<std::int64_t> other_value(const Feature& feature) {
  if (feature.kind == FeatureKind::country) return std::nullopt;
  if (feature.kind == FeatureKind::network) return pack({999, 0, 0});  // in no country
  return domain_of(feature.kind) == ValueDomain::flag ? 1 : kOtherSymbol;
}

// The values of a network axis, under the keys they are looked up by, and a code to judge each by.
std::map<std::int64_t, std::int64_t> network_keys(const RuleTable& table,
                                                  const std::vector<std::uint32_t>& tests) {
  std::map<std::int64_t, std::int64_t> keys = {{kNoSymbol, kNoSymbol}};
  for (std::uint32_t index : tests) {
    for (std::int64_t symbol : table.conditions.tests()[index].symbols) keys[symbol] = symbol;
  }
  for (std::uint16_t mcc = 0; mcc < kMccCount; ++mcc) {
    Plmn alone{mcc, 0, 0};
    CountrySet candidates = countries_of(alone);
    if (candidates.empty()) continue;
    // The MCC answers as one of its codes that no test names and no table narrows.
    Plmn plain{mcc, 999, 3};
    while (plain.mnc > 0 && (keys.contains(pack(plain)) || countries_of(plain) != candidates)) {
      --plain.mnc;
    }
    keys[network_key_of_mcc(mcc)] = pack(plain);
    if (candidates.size() == 1) continue;
    for (std::uint16_t mnc = 0; mnc < 1000; ++mnc) {  // some codes narrow the candidates
      for (std::uint8_t digits : {std::uint8_t{2}, std::uint8_t{3}}) {
        if (digits == 2 && mnc > 99) continue;
        Plmn code{mcc, mnc, digits};
        if (countries_of(code) != candidates) keys[pack(code)] = pack(code);
      }
    }
  }
  return keys;
}

}  // namespace

std::vector<std::int64_t> distinct_values(const RuleTable& table, FeatureIndex feature,
                                          const std::vector<CountryClaim>& claims) {
  if (table.features[feature].kind != FeatureKind::network) {
    return symbol_values(table, table.features[feature], claims);
  }
  return network_values(table);
}

std::vector<std::int64_t> network_values(const RuleTable& table) {
  std::vector<std::uint32_t> tests;
  for (std::uint32_t i = 0; i < table.conditions.tests().size(); ++i) {
    FeatureIndex feature = table.conditions.tests()[i].feature;
    if (table.features[feature].kind == FeatureKind::network) tests.push_back(i);
  }
  std::vector<std::int64_t> values;
  for (const Profile& profile : table.profiles) {
    for (const Plmn& plmn : profile.plmns) values.push_back(pack(plmn));
  }
  for (auto [key, value] : network_keys(table, tests)) values.push_back(value);
  return values;
}

AxisPlan::AxisPlan(const RuleTable& table, const std::vector<std::uint32_t>& test_uses,
                   const AxisOptions& options)
    : table_(table),
      axis_of_feature_(table.features.size()),
      tests_of_feature_(table.features.size()),
      answers_(table.conditions.tests().size()) {
  const std::vector<Test>& tests = table.conditions.tests();
  std::vector<TestList>& tests_of = tests_of_feature_;
  std::vector<std::uint64_t> uses_of(table.features.size(), 0);
  for (std::uint32_t i = 0; i < tests.size(); ++i) {
    if (test_uses[i] == 0) continue;
    tests_of[tests[i].feature].push_back(i);
    uses_of[tests[i].feature] += test_uses[i];
  }
  for (FeatureIndex feature : order_of_features(table, uses_of, options.order)) {
    ValueDomain domain = domain_of(table.features[feature].kind);
    axis_of_feature_[feature] = static_cast<AxisIndex>(axes_.size());
    if (domain == ValueDomain::number || domain == ValueDomain::count) {
      add_number(feature, tests_of[feature]);
    } else {
      add_symbol(feature, tests_of[feature], options.claims);
    }
  }
}

void AxisPlan::add_number(FeatureIndex feature, const TestList& tests) {
  Axis axis;
  axis.feature = feature;
  for (std::uint32_t index : tests) {
    const Test& test = table_.conditions.tests()[index];
    if (test.kind == Test::Kind::at_least) axis.cuts.push_back(test.threshold);
  }
  std::sort(axis.cuts.begin(), axis.cuts.end());
  axis.cuts.erase(std::unique(axis.cuts.begin(), axis.cuts.end()), axis.cuts.end());
  axis.class_count = static_cast<ClassIndex>(axis.cuts.size()) + 1;
  if (domain_of(table_.features[feature].kind) == ValueDomain::number) {
    axis.unknown_class = axis.class_count++;
    axes_.push_back(std::move(axis));
    return;
  }
  axis.side = AxisSide::lower;
  axes_.push_back(axis);
  axis.side = AxisSide::upper;
  axes_.push_back(std::move(axis));
}

void AxisPlan::add_symbol(FeatureIndex feature_index, const TestList& tests,
                          const std::vector<CountryClaim>& claims) {
  const Feature& feature = table_.features[feature_index];
  Axis axis;
  axis.feature = feature_index;
  Answering answering(table_.conditions, feature, tests);
  for (std::uint32_t test : tests)
    answers_[test].usual = usual_answer(table_.conditions.tests()[test]);
  std::map<std::vector<Answering::Answer>, ClassIndex> classes;  // by how the tests answer
  auto class_for = [&](const Reading& reading) {
    auto [row, fresh] = classes.emplace(answering.to(reading), axis.class_count);
    if (fresh) {
      for (auto [test, truth] : row->first) answers_[test].others.push_back({row->second, truth});
      ++axis.class_count;
    }
    return row->second;
  };
  std::map<std::int64_t, std::int64_t> keys;
  if (feature.kind == FeatureKind::network) {
    keys = network_keys(table_, tests);
  } else {
    for (std::int64_t value : symbol_values(table_, feature, claims)) keys[value] = value;
  }
  for (auto [key, value] : keys) {
    axis.symbol_classes.push_back({key, class_for(Reading::exactly(value))});
  }
  axis.unknown_class = class_for(Reading::unknown());
  std::optional<std::int64_t> other = other_value(feature);
  axis.default_class = other ? class_for(Reading::exactly(*other)) : axis.unknown_class;
  // An MCC's entry stays even if it answers as the default does: a listed code must not fall
  // through to it, nor it to the default.
  std::erase_if(axis.symbol_classes, [&](const auto& row) {
    return feature.kind != FeatureKind::network && row.second == axis.default_class;
  });
  axes_.push_back(std::move(axis));
}

std::vector<ClassIndex> AxisPlan::class_counts() const {
  std::vector<ClassIndex> counts;
  for (const Axis& axis : axes_) counts.push_back(axis.class_count);
  return counts;
}

std::optional<AxisIndex> AxisPlan::axis_of(FeatureIndex feature) const {
  return feature < axis_of_feature_.size() ? axis_of_feature_[feature] : std::nullopt;
}

namespace {

// The first class all of whose values are at or above the threshold.
ClassIndex class_from(const Axis& axis, std::int64_t threshold) {
  auto cut = std::lower_bound(axis.cuts.begin(), axis.cuts.end(), threshold);
  assert(cut != axis.cuts.end() && *cut == threshold);
  return static_cast<ClassIndex>(cut - axis.cuts.begin()) + 1;
}

}  // namespace

AxisPlan::Split AxisPlan::certain(std::uint32_t test_index) const {
  const Test& test = table_.conditions.tests()[test_index];
  AxisIndex at = *axis_of_feature_[test.feature];
  const Axis& axis = axes_[at];
  ValueDomain domain = domain_of(table_.features[test.feature].kind);
  if (domain == ValueDomain::number && test.kind == Test::Kind::known) {
    return {at, {{axis.unknown_class, kYes}, {axis.class_count, kNo}}};
  }
  if (domain == ValueDomain::number) {
    ClassIndex from = class_from(axis, test.threshold);
    return {at, {{from, kNo}, {axis.unknown_class, kYes}, {axis.class_count, kNo}}};
  }
  if (domain == ValueDomain::count) {
    return {at, {{class_from(axis, test.threshold), kNo}, {axis.class_count, kYes}}};
  }
  return where(test_index, Truth::yes);
}

AxisPlan::Split AxisPlan::refuted(std::uint32_t test_index) const {
  const Test& test = table_.conditions.tests()[test_index];
  AxisIndex at = *axis_of_feature_[test.feature];
  const Axis& axis = axes_[at];
  ValueDomain domain = domain_of(table_.features[test.feature].kind);
  if (domain == ValueDomain::number && test.kind == Test::Kind::known) {
    return {at, {{axis.unknown_class, kNo}, {axis.class_count, kYes}}};
  }
  if (domain == ValueDomain::number) {
    return {at, {{class_from(axis, test.threshold), kYes}, {axis.class_count, kNo}}};
  }
  if (domain == ValueDomain::count) {
    ClassIndex from = class_from(axes_[at + 1], test.threshold);
    return {at + 1, {{from, kYes}, {axis.class_count, kNo}}};
  }
  return where(test_index, Truth::no);
}

AxisPlan::Split AxisPlan::where(std::uint32_t test_index, Truth truth) const {
  AxisIndex at = *axis_of_feature_[table_.conditions.tests()[test_index].feature];
  const Answers& answers = answers_[test_index];
  DiagramRef usual = answers.usual == truth ? kYes : kNo;
  Split split{at, {}};
  ClassIndex begin = 0;
  for (auto [value, other] : answers.others) {
    if (begin < value) split.runs.push_back({value, usual});
    split.runs.push_back({value + 1, other == truth ? kYes : kNo});
    begin = value + 1;
  }
  if (begin < axes_[at].class_count) split.runs.push_back({axes_[at].class_count, usual});
  return split;
}

}  // namespace sojourn
