#include "engine/proof/condition_order.h"

#include <algorithm>

namespace sojourn {
namespace {

// Conditions inside conditions: nobody writes more of them, and each may be looked at again for
// each part of the other one.
constexpr std::size_t kNestedConditionsMax = 8;

// Holds about each country of its own, and so about no fewer the more are asked about. (`roaming`
// in no country that is named is roaming anywhere.)
bool asks_of_countries(FeatureKind kind) {
  return kind == FeatureKind::roaming || kind == FeatureKind::breakout;
}

// Networks by their codes, all of them certainly in the countries.
bool is_in_countries(const Test& codes, const Feature& feature, const Test& countries) {
  bool asked = feature.kind == FeatureKind::network && codes.feature == countries.feature &&
               codes.kind == Test::Kind::one_of && countries.kind == Test::Kind::in_countries;
  return asked && std::all_of(codes.symbols.begin(), codes.symbols.end(), [&](std::int64_t code) {
           if (code < 0) return false;
           CountrySet of = countries_of(unpack_plmn(static_cast<std::uint32_t>(code)));
           return !of.empty() && of.subset_of(countries.countries);
         });
}

bool is_never_truer(const Test& one, const Feature& of_one, const Test& other,
                    const Feature& of_other) {
  if (one.kind != other.kind) return is_in_countries(one, of_one, other);
  if (one.feature != other.feature) {
    bool flags = one.kind == Test::Kind::holds && of_one.kind == of_other.kind &&
                 of_one.candidate == of_other.candidate && asks_of_countries(of_one.kind);
    if (!flags) return false;
    bool anywhere = of_one.kind == FeatureKind::roaming && of_other.countries.empty();
    return anywhere ||
           (!of_one.countries.empty() && of_one.countries.subset_of(of_other.countries));
  }
  switch (one.kind) {
    case Test::Kind::holds:
      return true;
    case Test::Kind::at_least:
      return one.threshold >= other.threshold;
    case Test::Kind::one_of:
      return std::includes(other.symbols.begin(), other.symbols.end(), one.symbols.begin(),
                           one.symbols.end());
    case Test::Kind::in_countries:
      return one.countries.subset_of(other.countries);
    case Test::Kind::known:
      return true;
  }
  return false;
}

enum class Of : std::uint8_t { all, certainty };

// Who roams in a country is on one of its networks.
bool is_on_network_of(const Feature& roaming, const Test& holds, const Feature& network,
                      const Test& countries) {
  return roaming.kind == FeatureKind::roaming && holds.kind == Test::Kind::holds &&
         network.kind == FeatureKind::network && countries.kind == Test::Kind::in_countries &&
         !roaming.candidate && !roaming.countries.empty() &&
         roaming.countries.subset_of(countries.countries);
}

bool follows(const RuleTable& table, ConditionIndex one, ConditionIndex other, Of of,
             std::size_t depth) {
  if (one == other) return true;
  if (depth == kNestedConditionsMax) return false;
  const ConditionTable& conditions = table.conditions;
  const ConditionNode &a = conditions.node(one), &b = conditions.node(other);
  auto any_part = [&](const ConditionNode& node, const auto& holds) {
    for (std::uint32_t i = 0; i < node.count; ++i) {
      if (holds(conditions.child(node, i))) return true;
    }
    return false;
  };
  auto every_part = [&](const ConditionNode& node, const auto& holds) {
    return !any_part(node, [&](ConditionIndex part) { return !holds(part); });
  };
  auto from = [&](ConditionIndex part) { return follows(table, part, other, of, depth + 1); };
  auto to = [&](ConditionIndex part) { return follows(table, one, part, of, depth + 1); };
  if (a.op == ConditionOp::never || b.op == ConditionOp::always) return true;
  if (a.op == ConditionOp::disjunction) return every_part(a, from);
  if (b.op == ConditionOp::conjunction) return every_part(b, to);
  if (a.op == ConditionOp::negation && b.op == ConditionOp::negation) {
    return follows(table, conditions.child(b, 0), conditions.child(a, 0), Of::all, depth + 1);
  }
  if (a.op == ConditionOp::conjunction && any_part(a, from)) return true;
  if (b.op == ConditionOp::disjunction) return any_part(b, to);
  if (a.op != ConditionOp::test || b.op != ConditionOp::test) return false;
  const Test &of_a = conditions.test_of(a), &of_b = conditions.test_of(b);
  const Feature &asked = table.features[of_a.feature], &also = table.features[of_b.feature];
  if (of == Of::certainty && is_on_network_of(asked, of_a, also, of_b)) return true;
  return is_never_truer(of_a, asked, of_b, also);
}

}  // namespace

bool is_never_truer(const RuleTable& table, ConditionIndex one, ConditionIndex other) {
  return follows(table, one, other, Of::all, 0);
}

bool is_never_surer(const RuleTable& table, ConditionIndex one, ConditionIndex other) {
  return follows(table, one, other, Of::certainty, 0);
}

}  // namespace sojourn
