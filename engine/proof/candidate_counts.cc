#include "engine/proof/candidate_counts.h"

#include <algorithm>

#include "engine/proof/ban_time.h"

namespace sojourn {
namespace {

bool is_of_the_profile(FeatureKind kind) {
  return kind == FeatureKind::profile || kind == FeatureKind::roaming ||
         kind == FeatureKind::breakout || kind == FeatureKind::installed;
}

// Whoever roams with the one profile roams with the other one: it is at home in no more of the
// countries.
bool roams_as_well(const RuleTable& table, const CountrySet& countries, std::size_t one,
                   std::size_t other) {
  if (other >= table.profiles.size()) return false;
  CountrySet home;  // of an undeclared profile it is not known where that is
  if (one < table.profiles.size()) home = table.profiles[one].home;
  std::vector<Country> at_home = table.profiles[other].home.members();
  return std::all_of(at_home.begin(), at_home.end(), [&](Country country) {
    bool asked = countries.empty() || countries.contains(country);
    return !asked || home.contains(country);
  });
}

// Does it hold with the other profile wherever it holds with the one? False says nothing.
bool holds_as_well(const RuleTable& table, ConditionIndex condition, std::size_t one,
                   std::size_t other, std::size_t depth = 0) {
  constexpr std::size_t kDepthMax = 100;
  const ConditionNode& node = table.conditions.node(condition);
  if (node.op == ConditionOp::test) {
    const Test& test = table.conditions.test_of(node);
    const Feature& feature = table.features[test.feature];
    if (is_temporal(feature.kind)) return false;  // counts do not count counts with a profile
    if (!is_of_the_profile(feature.kind)) return true;
    return feature.kind == FeatureKind::roaming &&
           judge(test, feature, Reading::exactly(0)) == Truth::no &&
           roams_as_well(table, feature.countries, one, other);
  }
  bool grows = node.op == ConditionOp::conjunction || node.op == ConditionOp::disjunction;
  if (!grows) {
    std::vector<FeatureIndex> all = table.conditions.features_of(condition);
    return std::none_of(all.begin(), all.end(), [&](FeatureIndex f) {
      FeatureKind kind = table.features[f].kind;
      return is_of_the_profile(kind) || is_temporal(kind);
    });
  }
  for (std::uint32_t i = 0; i < node.count && grows; ++i) {
    ConditionIndex part = table.conditions.child(node, i);
    grows = depth < kDepthMax && holds_as_well(table, part, one, other, depth + 1);
  }
  return grows;
}

// Both count the same over the device's one past, whichever profile was enabled; and what the one
// counts today the other one does.
bool counts_as_well(const RuleTable& table, const Feature& one, const Feature& other) {
  bool same_form = one.kind == other.kind && one.window == other.window &&
                   one.bucket == other.bucket && one.gap_days == other.gap_days &&
                   one.ahead_days == other.ahead_days && one.zone == other.zone &&
                   one.inner == other.inner && one.scope == other.scope;
  return same_form && is_temporal(one.kind) && one.kind != FeatureKind::recency &&
         !one.scope.per_profile && one.candidate && other.candidate &&
         holds_as_well(table, one.inner, *one.candidate, *other.candidate);
}

DiagramRef at_least(DiagramStore& store, AxisIndex axis, ClassIndex from) {
  std::vector<DiagramRun> runs = {{from, kNo}, {store.class_count(axis), kYes}};
  return store.node(axis, runs);
}

// Where both bounds of the count are at no cut below those of the other.
DiagramRef no_less(PolicyModel& model, FeatureIndex count, FeatureIndex other) {
  DiagramStore& store = model.store();
  std::optional<AxisIndex> axis = model.axes().axis_of(count);
  std::optional<AxisIndex> axis_of_other = model.axes().axis_of(other);
  if (!axis || !axis_of_other) return kYes;
  std::vector<DiagramRef> all;
  for (AxisIndex side : {AxisIndex{0}, AxisIndex{1}}) {
    const std::vector<std::int64_t>& cuts = model.axes().axes()[*axis_of_other].cuts;
    for (ClassIndex c = 0; c < cuts.size(); ++c) {
      const std::vector<std::int64_t>& own = model.axes().axes()[*axis].cuts;
      auto cut = std::lower_bound(own.begin(), own.end(), cuts[c]);
      if (cut == own.end() || *cut != cuts[c]) continue;
      auto from = static_cast<ClassIndex>(cut - own.begin()) + 1;
      all.push_back(store.either(at_least(store, *axis + side, from),
                                 store.opposite(at_least(store, *axis_of_other + side, c + 1))));
    }
  }
  return store.all_of(std::move(all));
}

}  // namespace

DiagramRef counts_no_less(PolicyModel& model, std::uint32_t ban, std::size_t enabled,
                          ProfileIndex candidate) {
  const RuleTable& table = model.table();
  const std::vector<ConditionIndex>& bites = table.bans[ban].bites;
  std::vector<DiagramRef> all;
  std::vector<FeatureIndex> of_candidate = counted_by(table, bites[candidate]);
  for (FeatureIndex f : counted_by(table, bites[enabled])) {
    for (FeatureIndex g : of_candidate) {
      if (f == g || !counts_as_well(table, table.features[f], table.features[g])) continue;
      all.push_back(no_less(model, g, f));
    }
  }
  return model.store().all_of(std::move(all));
}

}  // namespace sojourn
