#include "engine/proof/few_counted.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/proof/witness_parts.h"

namespace sojourn {
namespace {

// Profiles that are asked about one by one.
constexpr std::size_t kProfilesMax = 16;
constexpr int kRoundsMax = 3;

std::int64_t nothing_counted(FeatureKind kind) {
  if (kind == FeatureKind::held) return -1;
  return kind == FeatureKind::recency ? kNotYet : 0;
}

// Does it count what has been, and not only how things stand on a network?
bool counts(const RuleTable& table, const Feature& feature) {
  if (!feature.candidate || !is_temporal(feature.kind)) return false;
  if (feature.kind != FeatureKind::on_a_network) return true;
  std::vector<FeatureIndex> inner = table.conditions.features_of(feature.inner);
  return std::any_of(inner.begin(), inner.end(),
                     [&](FeatureIndex f) { return is_temporal(table.features[f].kind); });
}

DiagramRef in_class(DiagramStore& store, AxisIndex axis, ClassIndex value) {
  std::vector<DiagramRun> runs;
  if (value > 0) runs.push_back({value, kNo});
  runs.push_back({value + 1, kYes});
  if (value + 1 < store.class_count(axis)) runs.push_back({store.class_count(axis), kNo});
  return store.node(axis, runs);
}

// Where nothing was counted with the profile, unless it is enabled. `own`: as far as it is counted
// by profile; what the device counts with one it mostly counts with the others as well.
DiagramRef uncounted(PolicyModel& model, ProfileIndex profile, bool own) {
  const RuleTable& table = model.table();
  DiagramStore& store = model.store();
  std::vector<DiagramRef> parts;
  for (AxisIndex axis = 0; axis < model.axes().axes().size(); ++axis) {
    const Axis& of = model.axes().axes()[axis];
    const Feature& feature = table.features[of.feature];
    if (feature.candidate != profile || !counts(table, feature)) continue;
    if (own && !feature.scope.per_profile) continue;
    Reading none = Reading::exactly(nothing_counted(feature.kind));
    parts.push_back(in_class(store, axis, class_of(of, feature, none)));
  }
  DiagramRef nothing = store.all_of(std::move(parts));
  bool declared = profile < table.profiles.size();
  return declared ? store.either(nothing, model.rules().enabled(profile)) : nothing;
}

// The profiles with which something was counted, the enabled one aside.
std::vector<ProfileIndex> counted_profiles(const RuleTable& table, const Witness& witness) {
  std::vector<ProfileIndex> counted;
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    if (!counts(table, feature)) continue;
    std::int64_t candidate = *feature.candidate;
    bool enabled = witness.profile.known && witness.profile.lower == candidate;
    Reading none = Reading::exactly(nothing_counted(feature.kind));
    bool nothing =
        witness.readings[f].lower == none.lower && witness.readings[f].upper == none.upper;
    if (!enabled && !nothing) counted.push_back(*feature.candidate);
  }
  std::sort(counted.begin(), counted.end());
  counted.erase(std::unique(counted.begin(), counted.end()), counted.end());
  return counted;
}

// The condition of a count as things stand, whichever profile may be enabled next.
bool is_counted_of_device(const Feature& feature) {
  return is_temporal(feature.kind) && feature.kind != FeatureKind::on_a_network &&
         !feature.candidate;
}

Truth inner_now(const RuleTable& table, const Feature& feature, const Witness& witness) {
  return table.conditions.judge(feature.inner, [&](const Test& test) {
    return judge(test, table.features[test.feature], witness.readings[test.feature]);
  });
}

// Has the count come to what anybody asks for?
bool is_reached(PolicyModel& model, FeatureIndex f, const Witness& witness) {
  const Feature& feature = model.table().features[f];
  const Reading& count = witness.readings[f];
  std::optional<AxisIndex> axis = model.axes().axis_of(f);
  if (!axis) return false;
  const std::vector<std::int64_t>& cuts = model.axes().axes()[*axis].cuts;
  if (cuts.empty()) return false;
  if (feature.kind == FeatureKind::recency) return count.upper < cuts.back();
  return count.lower >= cuts.front();
}

// A device that stands still counts as many days of each as it stands.
bool counts_as_it_stands(const RuleTable& table, const Witness& witness, std::int64_t days) {
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    bool in_window = feature.kind == FeatureKind::window_count && feature.bucket == TimeUnit::day &&
                     feature.window.unit == TimeUnit::day;
    bool in_a_row = feature.kind == FeatureKind::consecutive_days;
    if (!is_counted_of_device(feature) || !(in_window || in_a_row)) continue;
    if (inner_now(table, feature, witness) != Truth::yes) continue;
    std::int64_t counted = in_window ? std::min(days + 1, feature.window.count) : days + 1;
    for (const Test& test : table.conditions.tests()) {
      if (test.feature != f) continue;
      if (judge(test, feature, Reading::exactly(counted)) !=
          judge(test, feature, witness.readings[f])) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

std::optional<Witness> where_it_goes_on(PolicyModel& model, const Witness& found,
                                        const FindWithin& find) {
  const RuleTable& table = model.table();
  if (days_of_standing(table, found)) return std::nullopt;
  std::optional<Witness> standing;
  DiagramRef within = kYes;
  auto demand = [&](DiagramRef also) {
    DiagramRef goes_on = model.store().both(within, also);
    std::optional<Witness> one = goes_on == kNo ? std::nullopt : find(goes_on);
    if (!one) return;
    within = goes_on;
    standing = std::move(one);
  };
  for (bool reached : {true, false}) {
    for (FeatureIndex f = 0; f < table.features.size(); ++f) {
      const Feature& feature = table.features[f];
      if (!is_counted_of_device(feature) || is_reached(model, f, found) != reached) continue;
      DiagramRef holds = model.conditions().certain(feature.inner);
      demand(reached ? holds : model.store().opposite(holds));
    }
  }
  if (!standing) return std::nullopt;
  std::optional<std::int64_t> days = days_of_standing(table, *standing);
  return days && counts_as_it_stands(table, *standing, *days) ? standing : std::nullopt;
}

Witness with_few_counted(PolicyModel& model, Witness found, const FindWithin& find) {
  DiagramStore& store = model.store();
  // Without any; others may come in their place.
  DiagramRef within = kYes;
  for (int round = 0; round < kRoundsMax; ++round) {
    std::vector<ProfileIndex> counted = counted_profiles(model.table(), found);
    if (counted.empty()) return found;
    for (ProfileIndex p : counted) within = store.both(within, uncounted(model, p, false));
    std::optional<Witness> plainer = find(within);
    if (!plainer) break;
    found = *std::move(plainer);
  }
  // Else without each that need not have been.
  within = kYes;
  std::vector<ProfileIndex> counted = counted_profiles(model.table(), found);
  for (std::size_t i = 0; i < std::min(counted.size(), kProfilesMax); ++i) {
    DiagramRef less = store.both(within, uncounted(model, counted[i], true));
    std::optional<Witness> plainer = find(less);
    if (!plainer) continue;
    within = less;
    found = *std::move(plainer);
  }
  return found;
}

}  // namespace sojourn
