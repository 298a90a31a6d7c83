#include "engine/device/prepared_policy.h"

#include <algorithm>
#include <set>

#include "engine/graph/viewed_places.h"

namespace sojourn {
namespace {

// How long nothing may happen until nothing will, with no report: the longest window and threshold
// of the policy, the longest hold of a value, and two years for calendar counts to come round.
Duration horizon_of(const Prepared& policy) {
  std::int64_t days_longest = 0;
  auto at_least = [&](std::int64_t count) { days_longest = std::max(days_longest, count); };
  constexpr std::int64_t kDayMs = days(1).ms;
  for (FeatureIndex f = 0; f < policy.features.size(); ++f) {
    const Feature& feature = policy.feature(f);
    bool is_time = feature.kind == FeatureKind::held || feature.kind == FeatureKind::recency ||
                   feature.kind == FeatureKind::held_share || feature.kind == FeatureKind::silent;
    if (is_temporal(feature.kind) || is_time) {
      for (std::int64_t cut : policy.features[f].cuts) {
        if (cut != kNotYet) at_least(is_time ? cut / kDayMs : std::min(cut, kDayMs));
      }
    }
    std::int64_t unit_days = feature.window.unit == TimeUnit::day     ? 1
                             : feature.window.unit == TimeUnit::week  ? 7
                             : feature.window.unit == TimeUnit::month ? 31
                                                                      : 366;
    at_least(feature.window.unit == TimeUnit::millisecond ? feature.window.count / kDayMs
                                                          : feature.window.count * unit_days);
  }
  at_least(policy.table().settings.carry.ms / kDayMs);
  for (const Attribute& attribute : policy.table().attributes) {
    if (attribute.valid) at_least(attribute.valid->ms / kDayMs);
  }
  return days(std::min<std::int64_t>(2 * days_longest + 2 * 366, 40 * 366));
}

}  // namespace

// Builds a Prepared step by step.
class Prepared::Maker {
 public:
  Maker(std::shared_ptr<const DecisionGraph> graph, const Gazetteer& gazetteer)
      : prepared_(std::make_shared<Prepared>()) {
    prepared_->graph_ = std::move(graph);
    prepared_->gazetteer = &gazetteer;
  }

  Result<std::shared_ptr<const Prepared>> make() {
    const RuleTable& table = prepared_->table();
    Result<std::uint32_t> zone = zone_index(table.settings.zone);
    if (!zone) return std::move(zone).error();
    auto locator = bind_areas(*prepared_->gazetteer, table);
    if (!locator) return std::move(locator).error();
    prepared_->locator = std::move(locator).value();
    index_names();
    number_triggers();
    prepared_->features.resize(table.features.size());
    planned_.resize(table.features.size());
    for (FeatureIndex f = 0; f < table.features.size(); ++f) {
      Status planned = plan(f);
      if (!planned) return planned.error();
    }
    gather_cuts();
    invert_triggers();
    prepared_->uses_zones = prepared_->uses_zones || acts_by_the_clock();
    mark_used_signals();
    prepared_->review_horizon = horizon_of(*prepared_);
    return std::shared_ptr<const Prepared>(std::move(prepared_));
  }

 private:
  const RuleTable& table() const { return prepared_->table(); }

  Result<std::uint32_t> zone_index(const std::string& name) {
    std::vector<TimeZone>& zones = prepared_->zones;
    if (name.empty() && !zones.empty()) return std::uint32_t{0};
    for (std::size_t i = 0; i < zones.size(); ++i) {
      if (zones[i].name() == name) return static_cast<std::uint32_t>(i);
    }
    Result<TimeZone> zone = TimeZone::find(name);
    if (!zone) return std::move(zone).error();
    zones.push_back(*zone);
    return static_cast<std::uint32_t>(zones.size() - 1);
  }

  void index_names() {
    for (std::uint32_t i = 0; i < table().attributes.size(); ++i) {
      const Attribute& attribute = table().attributes[i];
      prepared_->attributes.emplace(attribute.name, i);
      NameIndex& values = prepared_->values.emplace_back();
      for (std::uint32_t v = 0; v < attribute.values.size(); ++v) {
        values.emplace(attribute.values[v], v);
      }
    }
    for (std::uint32_t i = 0; i < table().profiles.size(); ++i) {
      prepared_->profiles.emplace(table().profiles[i].name, i);
    }
  }

  void number_triggers() {
    Triggers& triggers = prepared_->triggers;
    triggers.standing_country =
        prepared_->area_signal(static_cast<AreaIndex>(table().areas.size()));
    triggers.reports = triggers.standing_country + 1;
    triggers.begin = triggers.standing_country + 2;
    triggers.events = triggers.standing_country + 3;
    triggers.usage = triggers.standing_country + 4;
    triggers.quarantine = triggers.standing_country + 5;
    triggers.installed = triggers.standing_country + 6;
    triggers.count = triggers.standing_country + 7;
    prepared_->area_used.resize(table().areas.size());
    prepared_->text_kept.resize(table().attributes.size());
  }

  // A feature that counts a condition is planned after the features of that condition.
  Status plan(FeatureIndex index) {
    if (planned_[index]) return {};
    planned_[index] = true;
    const Feature& feature = table().features[index];
    FeaturePlan plan;
    Result<std::uint32_t> zone = zone_index(feature.zone);
    if (!zone) return std::move(zone).error();
    plan.zone = *zone;
    std::set<SignalIndex> triggers = direct_triggers(feature, plan);
    if (is_temporal(feature.kind)) {
      for (FeatureIndex inner : table().conditions.features_of(feature.inner)) {
        Status status = this->plan(inner);
        if (!status) return status;
        const FeaturePlan& counted = prepared_->features[inner];
        triggers.insert(counted.triggers.begin(), counted.triggers.end());
        bool as_it_stands = feature.kind == FeatureKind::on_a_network;
        if (as_it_stands) plan.run_gap_days = std::max(plan.run_gap_days, counted.run_gap_days);
      }
      if (feature.kind == FeatureKind::consecutive_days) plan.run_gap_days = feature.gap_days;
      if (feature.kind != FeatureKind::on_a_network) plan.history = history_for(feature, plan.zone);
    }
    plan.asks_network = triggers.contains(kNetwork);
    if (feature.candidate) {
      triggers.insert({kNetwork, kRegistration, kProfile, prepared_->triggers.standing_country});
    }
    bool sums = feature.kind == FeatureKind::data_sum ||
                feature.kind == FeatureKind::data_balance ||
                feature.kind == FeatureKind::event_count;
    if (sums) {
      plan.window_memo = prepared_->window_memo_count++;
    }
    plan.triggers.assign(triggers.begin(), triggers.end());
    prepared_->features[index] = std::move(plan);
    return {};
  }

  std::set<SignalIndex> direct_triggers(const Feature& feature, FeaturePlan& plan) {
    const Triggers& extra = prepared_->triggers;
    auto one = [&](SignalIndex signal) {
      plan.signal = signal;
      return std::set<SignalIndex>{signal};
    };
    std::set<SignalIndex> scope = scope_triggers(feature.scope);
    switch (feature.kind) {
      case FeatureKind::country:
        return {extra.standing_country};
      case FeatureKind::network:
        return {kNetwork, kRegistration};
      case FeatureKind::profile:
        return one(kProfile);
      case FeatureKind::fallback:
        return one(kFallback);
      case FeatureKind::rat:
        return one(kRat);
      case FeatureKind::attribute_choice:
      case FeatureKind::attribute_country:
      case FeatureKind::attribute_flag:
      case FeatureKind::attribute_has:
      case FeatureKind::attribute_number:
        return one(prepared_->attribute_signal(feature.subject));
      case FeatureKind::area:
        prepared_->area_used[feature.subject] = true;
        prepared_->uses_areas = true;
        return one(prepared_->area_signal(feature.subject));
      case FeatureKind::roaming:
        return {kNetwork, kRegistration, kProfile};
      case FeatureKind::breakout:
        return {kProfile};
      case FeatureKind::installed:
        return {kInstalled, kProfile, extra.installed};
      case FeatureKind::quarantined:
        return {extra.quarantine};
      case FeatureKind::date:
        return {};
      case FeatureKind::no_service:
        return {kRegistration};
      case FeatureKind::in_flight:
        return one(kInFlight);
      case FeatureKind::local_time:
        prepared_->uses_zones = true;
        return {kZone, extra.standing_country};
      case FeatureKind::speed:
        return one(kSpeed);
      case FeatureKind::accuracy:
        return one(kAccuracy);
      case FeatureKind::border_distance:
        prepared_->uses_border_distance = true;
        return one(kBorderDistance);
      case FeatureKind::silent:
        prepared_->uses_silence = true;
        return {extra.reports};
      case FeatureKind::since:
      case FeatureKind::event_count:
        if (feature.event.kind == EventKind::alert) prepared_->uses_alert_events = true;
        scope.insert(extra.events);
        if (feature.event.kind == EventKind::switches) scope.insert(kProfile);
        return scope;
      case FeatureKind::data_sum:
      case FeatureKind::data_balance:
        scope.insert({extra.usage, extra.standing_country});
        return scope;
      case FeatureKind::fleet_count:
        prepared_->text_kept[feature.subject] =
            table().attributes[feature.subject].type == AttributeType::text;
        return one(prepared_->attribute_signal(feature.subject));
      case FeatureKind::released:
        return {};
      case FeatureKind::held:
      case FeatureKind::recency:
      case FeatureKind::consecutive_days:
      case FeatureKind::window_count:
      case FeatureKind::calendar_count:
      case FeatureKind::held_share:
      case FeatureKind::day_share:
        scope.insert(extra.begin);
        return scope;
      case FeatureKind::on_a_network:
        return {};
    }
    return {};
  }

  static std::set<SignalIndex> scope_triggers(const Scope& scope) {
    std::set<SignalIndex> triggers;
    if (scope.same_network) triggers.insert({kNetwork, kRegistration});
    if (scope.per_imei) triggers.insert(kImei);
    if (scope.per_profile) triggers.insert(kProfile);
    return triggers;
  }

  HistoryIndex history_for(const Feature& feature, std::uint32_t zone) {
    bool needs_days = feature.kind == FeatureKind::consecutive_days ||
                      feature.kind == FeatureKind::window_count ||
                      feature.kind == FeatureKind::calendar_count ||
                      feature.kind == FeatureKind::day_share;
    std::vector<HistorySpec>& histories = prepared_->histories;
    for (std::size_t i = 0; i < histories.size(); ++i) {
      HistorySpec& known = histories[i];
      if (known.condition != feature.inner || known.scope != feature.scope) continue;
      if (known.zone != feature.zone) continue;
      known.needs_days = known.needs_days || needs_days;
      return static_cast<HistoryIndex>(i);
    }
    HistorySpec spec{feature.inner,
                     feature.scope,
                     feature.zone,
                     zone,
                     needs_days,
                     {},
                     {},
                     date_it_begins(feature.inner)};
    spec.features = table().conditions.features_of(feature.inner);
    for (FeatureIndex inner : spec.features) {
      HistoryIndex nested = prepared_->features[inner].history;
      if (nested != kNone) spec.nested.push_back(nested);
    }
    histories.push_back(std::move(spec));
    return static_cast<HistoryIndex>(histories.size() - 1);
  }

  // The latest `from` among the parts of a conjunction.
  Instant date_it_begins(ConditionIndex condition) const {
    const ConditionTable& conditions = table().conditions;
    const ConditionNode& node = conditions.node(condition);
    Instant begins = kBeginning;
    if (node.op == ConditionOp::conjunction) {
      for (std::uint32_t i = 0; i < node.count; ++i) {
        begins = std::max(begins, date_it_begins(conditions.child(node, i)));
      }
    }
    if (node.op != ConditionOp::test) return begins;
    const Test& test = conditions.test_of(node);
    const Feature& feature = prepared_->feature(test.feature);
    if (feature.kind != FeatureKind::date) return begins;
    Day day{static_cast<std::int32_t>(test.threshold)};
    return prepared_->zone_of(prepared_->features[test.feature]).start_of(day);
  }

  void gather_cuts() {
    for (const Test& test : table().conditions.tests()) {
      if (test.kind != Test::Kind::at_least) continue;
      prepared_->features[test.feature].cuts.push_back(test.threshold);
    }
    const std::vector<Axis>& axes = prepared_->graph().axes();
    for (AxisIndex a = 0; a < axes.size(); ++a) {
      FeaturePlan& plan = prepared_->features[axes[a].feature];
      plan.axes.push_back(a);
      plan.cuts.insert(plan.cuts.end(), axes[a].cuts.begin(), axes[a].cuts.end());
    }
    for (FeatureIndex f = 0; f < prepared_->features.size(); ++f) {
      std::vector<std::int64_t>& cuts = prepared_->features[f].cuts;
      std::sort(cuts.begin(), cuts.end());
      cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
      auto positive = std::upper_bound(cuts.begin(), cuts.end(), 0);
      if (prepared_->feature(f).kind != FeatureKind::silent || positive == cuts.end()) continue;
      Duration& shortest = prepared_->shortest_silence;
      shortest = std::min(shortest, milliseconds(*positive - 1));
    }
  }

  void invert_triggers() {
    prepared_->features_by_trigger.resize(prepared_->triggers.count);
    prepared_->histories_by_trigger.resize(prepared_->triggers.count);
    for (FeatureIndex f = 0; f < prepared_->features.size(); ++f) {
      for (SignalIndex trigger : prepared_->features[f].triggers) {
        prepared_->features_by_trigger[trigger].push_back(f);
      }
    }
    for (HistoryIndex h = 0; h < prepared_->histories.size(); ++h) {
      const HistorySpec& spec = prepared_->histories[h];
      std::set<SignalIndex> triggers = scope_triggers(spec.scope);
      triggers.insert(prepared_->triggers.begin);
      for (FeatureIndex inner : spec.features) {
        const auto& more = prepared_->features[inner].triggers;
        triggers.insert(more.begin(), more.end());
      }
      for (SignalIndex trigger : triggers) {
        prepared_->histories_by_trigger[trigger].push_back(h);
      }
    }
  }

  // Is anything carried out within hours of the device's own clock?
  bool acts_by_the_clock() const {
    auto waits = [](const Action& action) { return action.window_ms.has_value(); };
    return waits(table().otherwise) ||
           std::any_of(table().rules.begin(), table().rules.end(),
                       [&](const Rule& rule) { return waits(rule.action); }) ||
           std::any_of(table().bans.begin(), table().bans.end(),
                       [&](const Ban& ban) { return ban.remedy && waits(*ban.remedy); });
  }

  void mark_used_signals() {
    std::size_t count = prepared_->signal_count();
    prepared_->signal_used.assign(count, false);
    prepared_->history_used.assign(count, false);
    prepared_->number_cuts.resize(count);
    for (SignalIndex s : {kFixCountry, kNetworkCountry, kNetwork, kRegistration, kProfile, kImei}) {
      prepared_->signal_used[s] = prepared_->history_used[s] = true;
    }
    // `installed` and `local time` look back beyond the present row.
    for (SignalIndex s : {kInstalled, kZone, kReported}) prepared_->history_used[s] = true;
    for (SignalIndex s = 0; s < count; ++s) {
      if (!prepared_->features_by_trigger[s].empty()) prepared_->signal_used[s] = true;
      if (!prepared_->histories_by_trigger[s].empty()) prepared_->history_used[s] = true;
    }
    prepared_->signal_used[kZone] = prepared_->uses_zones;
    prepared_->signal_used[kReported] = prepared_->uses_silence;
    for (const FeaturePlan& plan : prepared_->features) {
      if (plan.signal == kNone || plan.cuts.empty()) continue;
      auto& cuts = prepared_->number_cuts[plan.signal];
      cuts.insert(cuts.end(), plan.cuts.begin(), plan.cuts.end());
      std::sort(cuts.begin(), cuts.end());
    }
  }

  std::shared_ptr<Prepared> prepared_;
  std::vector<bool> planned_;
};

Result<std::shared_ptr<const Prepared>> Prepared::make(std::shared_ptr<const DecisionGraph> graph,
                                                       const Gazetteer& gazetteer) {
  return Maker(std::move(graph), gazetteer).make();
}

Result<std::shared_ptr<const PreparedPolicy>> PreparedPolicy::prepare(
    std::shared_ptr<const DecisionGraph> graph, const Gazetteer& gazetteer) {
  auto made = Prepared::make(std::move(graph), gazetteer);
  if (!made) return std::move(made).error();
  return std::shared_ptr<const PreparedPolicy>(std::move(made).value());
}

Duration Prepared::hold_of(SignalIndex signal) const {
  switch (signal) {
    case kProfile:
    case kImei:
    case kInstalled:
    case kFallback:
      return kForEver;
    case kReported:
      return shortest_silence;
    default:
      break;
  }
  std::size_t own = signal - kFirstOwnSignal;
  if (signal >= kFirstOwnSignal && own < table().attributes.size()) {
    return table().attributes[own].valid.value_or(table().settings.carry);
  }
  return table().settings.carry;
}

std::optional<ProfileIndex> Prepared::profile_of_iccid(std::string_view digits) const {
  std::optional<ProfileIndex> best;
  std::size_t longest = 0;
  for (ProfileIndex p = 0; p < table().profiles.size(); ++p) {
    for (const std::string& prefix : table().profiles[p].iccid_prefixes) {
      if (digits.substr(0, prefix.size()) != prefix || (best && prefix.size() <= longest)) continue;
      best = p;
      longest = prefix.size();
    }
  }
  return best;
}

}  // namespace sojourn
