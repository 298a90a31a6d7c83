#include "engine/graph/condition.h"

#include <algorithm>
#include <cassert>
#include <set>

#include "engine/base/gazetteer.h"

namespace sojourn {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9E37'79B9'7F4A'7C15u + (hash << 6) + (hash >> 2);
  return hash * 0xFF51'AFD7'ED55'8CCDu;
}

std::uint64_t hash_of(const Test& test) {
  std::uint64_t hash = mix(test.feature, static_cast<std::uint64_t>(test.kind));
  hash = mix(hash, static_cast<std::uint64_t>(test.threshold));
  for (std::int64_t symbol : test.symbols) hash = mix(hash, static_cast<std::uint64_t>(symbol));
  for (Country member : test.countries.members()) hash = mix(hash, member.index);
  return hash;
}

Truth judge_network(const CountrySet& asked, std::int64_t network) {
  if (network == kNoSymbol) return Truth::no;
  CountrySet candidates = countries_of(unpack_plmn(static_cast<std::uint32_t>(network)));
  if (!candidates.intersects(asked)) return Truth::no;
  return candidates.subset_of(asked) ? Truth::yes : Truth::unknown;
}

Truth judge_known(const Test& test, const Feature& feature, std::int64_t value) {
  switch (test.kind) {
    case Test::Kind::holds:
      return truth_of(value != 0);
    case Test::Kind::one_of:
      return truth_of(std::binary_search(test.symbols.begin(), test.symbols.end(), value));
    case Test::Kind::in_countries:
      if (feature.kind == FeatureKind::network) return judge_network(test.countries, value);
      if (feature.kind == FeatureKind::attribute_country) {
        return truth_of(value >= 0 &&
                        test.countries.contains(Country{static_cast<std::uint8_t>(value)}));
      }
      return truth_of(
          CountryClaim::from_packed(static_cast<std::uint32_t>(value)).intersects(test.countries));
    case Test::Kind::at_least:
      return truth_of(value >= test.threshold);
    case Test::Kind::known:
      return Truth::yes;
  }
  return Truth::unknown;
}

}  // namespace

bool Test::same_meaning(const Test& other) const {
  return feature == other.feature && kind == other.kind && threshold == other.threshold &&
         symbols == other.symbols && countries == other.countries;
}

Test from_day(FeatureIndex date, Day day) {
  Test test;
  test.feature = date;
  test.kind = Test::Kind::at_least;
  test.threshold = day.number;
  test.text = date_words(test, true);
  return test;
}

std::string date_words(const Test& from_day, bool holds) {
  Day day{static_cast<std::int32_t>(from_day.threshold)};
  return holds ? "from " + to_text(day) : "until " + to_text(next(day, -1));
}

std::optional<std::string> what_is_denied(std::string_view text) {
  constexpr std::string_view kDenial = "not (";
  if (!text.starts_with(kDenial)) return std::nullopt;
  std::size_t open = 1;
  for (std::size_t i = kDenial.size(); i < text.size(); ++i) {
    if (text[i] == '(') ++open;
    if (text[i] == ')') --open;
    if (open > 0) continue;
    if (i + 1 < text.size()) return std::nullopt;
    return std::string(text.substr(kDenial.size(), i - kDenial.size()));
  }
  return std::nullopt;
}

Truth judge(const Test& test, const Feature& feature, const Reading& reading) {
  if (test.kind == Test::Kind::known) return truth_of(reading.known);
  if (domain_of(feature.kind) == ValueDomain::count) {
    assert(test.kind == Test::Kind::at_least);
    return reading.reaches(test.threshold);
  }
  return reading.known ? judge_known(test, feature, reading.lower) : Truth::unknown;
}

ConditionTable::ConditionTable() {
  nodes_.push_back({ConditionOp::always, 0, 0});
  nodes_.push_back({ConditionOp::never, 0, 0});
}

ConditionIndex ConditionTable::test(Test test) {
  std::sort(test.symbols.begin(), test.symbols.end());
  test.symbols.erase(std::unique(test.symbols.begin(), test.symbols.end()), test.symbols.end());
  std::uint64_t hash = hash_of(test);
  auto [begin, end] = test_lookup_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    if (tests_[it->second].same_meaning(test)) return intern(ConditionOp::test, it->second, {});
  }
  auto index = static_cast<std::uint32_t>(tests_.size());
  tests_.push_back(std::move(test));
  test_lookup_.emplace(hash, index);
  return intern(ConditionOp::test, index, {});
}

ConditionIndex ConditionTable::negate(ConditionIndex inner) {
  if (inner == kAlways) return kNever;
  if (inner == kNever) return kAlways;
  return intern(ConditionOp::negation, 0, {inner});
}

ConditionIndex ConditionTable::all_of(std::vector<ConditionIndex> parts) {
  if (std::find(parts.begin(), parts.end(), kNever) != parts.end()) return kNever;
  parts.erase(std::remove(parts.begin(), parts.end(), kAlways), parts.end());
  if (parts.empty()) return kAlways;
  return parts.size() == 1 ? parts[0] : intern(ConditionOp::conjunction, 0, std::move(parts));
}

ConditionIndex ConditionTable::any_of(std::vector<ConditionIndex> parts) {
  if (std::find(parts.begin(), parts.end(), kAlways) != parts.end()) return kAlways;
  parts.erase(std::remove(parts.begin(), parts.end(), kNever), parts.end());
  if (parts.empty()) return kNever;
  return parts.size() == 1 ? parts[0] : intern(ConditionOp::disjunction, 0, std::move(parts));
}

ConditionIndex ConditionTable::intern(ConditionOp op, std::uint32_t test_index,
                                      std::vector<ConditionIndex> parts) {
  std::uint64_t hash = mix(static_cast<std::uint64_t>(op), test_index);
  for (ConditionIndex part : parts) hash = mix(hash, part);
  auto [begin, end] = node_lookup_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    const ConditionNode& node = nodes_[it->second];
    bool same = node.op == op && node.count == parts.size() &&
                (op != ConditionOp::test || node.first == test_index);
    for (std::uint32_t i = 0; same && i < node.count; ++i) same = child(node, i) == parts[i];
    if (same) return it->second;
  }
  ConditionNode node{op, test_index, static_cast<std::uint32_t>(parts.size())};
  if (op != ConditionOp::test) node.first = static_cast<std::uint32_t>(children_.size());
  children_.insert(children_.end(), parts.begin(), parts.end());
  auto index = static_cast<ConditionIndex>(nodes_.size());
  nodes_.push_back(node);
  node_lookup_.emplace(hash, index);
  return index;
}

std::vector<FeatureIndex> ConditionTable::features_of(ConditionIndex index) const {
  std::set<FeatureIndex> features;
  std::vector<ConditionIndex> open = {index};
  std::set<ConditionIndex> seen;
  while (!open.empty()) {
    ConditionIndex at = open.back();
    open.pop_back();
    if (!seen.insert(at).second) continue;
    const ConditionNode& here = nodes_[at];
    if (here.op == ConditionOp::test) features.insert(tests_[here.first].feature);
    if (here.op == ConditionOp::test || here.count == 0) continue;
    for (std::uint32_t i = 0; i < here.count; ++i) open.push_back(child(here, i));
  }
  return {features.begin(), features.end()};
}

}  // namespace sojourn
