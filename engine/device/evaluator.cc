#include "engine/device/evaluator.h"

#include <algorithm>

#include "engine/device/candidates.h"
#include "engine/device/heap_bytes.h"

namespace sojourn {
namespace {

// May a scope's key have been another (semantics 12)?
bool is_of_key(SignalIndex trigger) {
  return trigger == kNetwork || trigger == kRegistration || trigger == kProfile || trigger == kImei;
}

}  // namespace

Evaluator::Evaluator(const Prepared& policy, Remembered& remembered)
    : policy_(policy),
      remembered_(remembered),
      place_(remembered.history, policy.table().settings.settle),
      reader_(remembered.history, place_, conditions_),
      curves_(policy.features.size()),
      axes_(policy.graph().axes().size()),
      window_memos_(policy.window_memo_count) {
  conditions_.reserve(policy.histories.size());
  for (const HistorySpec& spec : policy.histories) {
    conditions_.emplace_back(spec, policy.zones[spec.zone_index]);
  }
  uses_place_ = !policy.features_by_trigger[policy.triggers.standing_country].empty();
}

ObserveOutcome Evaluator::observe(const Observation& observation) {
  ObserveOutcome outcome = remembered_.history.apply(observation, effect_);
  spread_effect();
  return outcome;
}

void Evaluator::switched(ProfileIndex profile, Instant at) {
  remembered_.history.switched(profile, at, effect_);
  spread_effect();
}

void Evaluator::set_quarantine(const std::vector<QuarantinedProfile>& all, Instant now) {
  remembered_.history.set_quarantine(all, now, effect_);
  spread_effect();
}

void Evaluator::spread_effect() {
  for (const SignalChange& change : effect_.changes) {
    const Stretch& stretch = change.change.stretch;
    // A lapse that nobody has looked beyond was put off: what was concluded holds.
    if (change.change.renewed && stretch.from > remembered_.asked_to) continue;
    if (change.trigger == kFixCountry || change.trigger == kNetworkCountry) {
      place_.mark_dirty(stretch.from);
    }
    spread(change.trigger, stretch);
  }
}

void Evaluator::spread(SignalIndex trigger, const Stretch& stretch) {
  bool of_sums = trigger == policy_.triggers.usage || trigger == policy_.triggers.events ||
                 trigger == policy_.triggers.standing_country;
  if (of_sums || is_of_key(trigger)) {
    for (WindowMemo& memo : window_memos_) memo.valid = memo.valid && stretch.from > memo.to;
  }
  for (HistoryIndex h : policy_.histories_by_trigger[trigger]) {
    if (trigger == policy_.triggers.begin) conditions_[h].start_over();
    conditions_[h].mark_changed(stretch);
  }
  for (FeatureIndex f : policy_.features_by_trigger[trigger]) {
    curves_[f].until = curves_[f].class_until = kBeginning;
    for (AxisIndex a : policy_.features[f].axes) axes_[a].until = kBeginning;
    decision_until_ = kBeginning;
  }
}

void Evaluator::prepare(Instant now) {
  if (now < remembered_.asked_to) retract(now);
  remembered_.asked_to = now;
  if (!uses_place_ || !place_.needs_refresh(now)) return;
  std::optional<Stretch> changed = place_.refresh(now);
  if (changed) spread(policy_.triggers.standing_country, *changed);
}

void Evaluator::retract(Instant now) {
  place_.retract(now);
  for (WindowMemo& memo : window_memos_) memo.valid = memo.valid && memo.to <= now;
  for (ConditionHistory& condition : conditions_) condition.retract(now);
  // What was drawn ahead may be put off by a report before it is reached.
  for (Curve& curve : curves_) {
    if (curve.at > now) curve.until = curve.class_until = kBeginning;
  }
  for (AxisCache& axis : axes_) {
    if (axis.at > now) axis.until = kBeginning;
  }
  if (decision_at_ > now) decision_until_ = kBeginning;
}

const ConditionHistory& Evaluator::condition_history(HistoryIndex index, Instant now) {
  for (HistoryIndex nested : policy_.histories[index].nested) condition_history(nested, now);
  conditions_[index].refresh(reader_, now);
  return conditions_[index];
}

const Curve& Evaluator::curve(FeatureIndex feature, Instant now) {
  Curve& curve = curves_[feature];
  if (!curve.covers(now)) curve = draw(feature, now);
  return curve;
}

Curve Evaluator::draw(FeatureIndex index, Instant now) {
  const Feature& feature = policy_.feature(index);
  if (is_about_fleet(feature.kind)) return draw_fleet(index, now);
  CountQuestion question{feature, policy_.features[index], reader_, now, {}};
  return feature.candidate ? draw_for_candidate(index, question) : draw_supposed(index, question);
}

// What the host told; a device of which nothing was told is a fleet of one.
Curve Evaluator::draw_fleet(FeatureIndex index, Instant now) {
  const Feature& feature = policy_.feature(index);
  bool counts = feature.kind == FeatureKind::fleet_count;
  Instant until = kNever;
  Reading alone = Reading::exactly(1);
  if (counts) {
    const SignalTimeline& values = remembered_.history.timeline(policy_.features[index].signal);
    until = values.next_change(now);
    if (values.value_at(now) == kUnknownValue) alone = Reading::between(0, kNotYet);
  } else {
    const std::optional<Rollout>& rollout = policy_.table().rules[feature.subject].action.rollout;
    alone = Reading::exactly(rollout && rollout->stages.front() > 0 ? 1 : 0);
  }
  for (const Remembered::Told& said : remembered_.told) {
    if (said.feature == index) alone = said.reading;
  }
  Curve curve = Curve::flat(now, alone, until);
  curve.is_count = counts;
  return curve;
}

void Evaluator::told(FeatureIndex feature, const Reading& reading) {
  CompactVector<Remembered::Told>& told = remembered_.told;
  auto known = std::find_if(told.begin(), told.end(),
                            [&](const Remembered::Told& said) { return said.feature == feature; });
  if (known != told.end() && known->reading == reading) return;
  if (known == told.end()) {
    told.push_back({feature, reading});
  } else {
    known->reading = reading;
  }
  forget(feature);
  // What stands with a candidate may look at it as well.
  for (FeatureIndex f = 0; f < policy_.features.size(); ++f) {
    if (policy_.feature(f).kind == FeatureKind::on_a_network) forget(f);
  }
}

void Evaluator::forget(FeatureIndex feature) {
  curves_[feature].until = curves_[feature].class_until = kBeginning;
  for (AxisIndex a : policy_.features[feature].axes) axes_[a].until = kBeginning;
  decision_until_ = kBeginning;
}

// The worst over all that has to be supposed (semantics 9a).
Curve Evaluator::draw_for_candidate(FeatureIndex index, CountQuestion question) {
  std::vector<Supposition> all = suppositions(question, question.plan.asks_network);
  if (all.empty()) return draw_supposed(index, question);
  std::optional<Curve> worst;
  for (const Supposition& supposed : all) {
    question.supposed = supposed;
    Curve curve = draw_supposed(index, question);
    worst = worst ? worse(*worst, curve) : curve;
  }
  // What has to be supposed follows from the network, the profile and the country.
  Instant steady = std::min(remembered_.history.next_network_change(question.now),
                            remembered_.history.timeline(kProfile).next_change(question.now));
  steady = std::min(steady, place_.next_change(question.now));
  worst->until = std::min(worst->until, steady);
  worst->class_until = std::max(worst->until, std::min(worst->class_until, steady));
  return *worst;
}

Curve Evaluator::curve_with(FeatureIndex index, Instant now, const Supposition& supposed) {
  const Feature& feature = policy_.feature(index);
  bool nothing = !supposed.profile && !supposed.network;
  if (nothing || is_about_fleet(feature.kind)) return curve(index, now);
  return draw_supposed(index, {feature, policy_.features[index], reader_, now, supposed});
}

// A condition as it stands with what is supposed, all of it at once: 1 if it holds, 0 if not.
Curve Evaluator::draw_standing(const CountQuestion& question) {
  Instant until = kNever;
  Truth truth = policy_.table().conditions.judge(question.feature.inner, [&](const Test& test) {
    Curve part = curve_with(test.feature, question.now, question.supposed);
    const std::vector<std::int64_t>& cuts = policy_.features[test.feature].cuts;
    until = std::min(until, next_crossing(part, cuts, question.now));
    return sojourn::judge(test, policy_.feature(test.feature), part.reading(question.now));
  });
  Reading reading = Reading::between(truth == Truth::yes ? 1 : 0, truth == Truth::no ? 0 : 1);
  Curve curve = Curve::flat(question.now, reading, until);
  curve.is_count = true;
  return curve;
}

Curve Evaluator::draw_supposed(FeatureIndex index, const CountQuestion& question) {
  const Feature& feature = question.feature;
  Instant now = question.now;
  if (feature.kind == FeatureKind::silent) {
    Curve curve = Curve::flat(now, Reading::unknown(), kNever);
    if (remembered_.history.newest_report() == kBeginning) return curve;
    curve.known = true;
    curve.lower = curve.upper = (now - remembered_.history.newest_report()).ms;
    curve.lower_slope = curve.upper_slope = 1;
    return curve;
  }
  switch (feature.kind) {
    case FeatureKind::held:
    case FeatureKind::recency:
    case FeatureKind::held_share:
      return count_elapsed(condition_history(question.plan.history, now), question);
    case FeatureKind::consecutive_days:
    case FeatureKind::window_count:
    case FeatureKind::calendar_count:
    case FeatureKind::day_share:
      return count_days(condition_history(question.plan.history, now), question);
    case FeatureKind::on_a_network:
      return draw_standing(question);
    case FeatureKind::since:
      return since_event(question);
    case FeatureKind::event_count:
      return count_events(question, window_memos_[question.plan.window_memo]);
    case FeatureKind::data_sum:
    case FeatureKind::data_balance:
      return sum_usage(question, window_memos_[question.plan.window_memo]);
    default:
      break;
  }
  Reading reading = reader_.read(index, now, question.supposed);
  return Curve::flat(now, reading, reader_.next_change(index, now));
}

Reading Evaluator::read(FeatureIndex feature, Instant now) {
  prepare(now);
  return curve(feature, now).reading(now);
}

std::optional<Duration> Evaluator::gone_by(FeatureIndex feature, Instant now) {
  prepare(now);
  CountQuestion question{policy_.feature(feature), policy_.features[feature], reader_, now, {}};
  if (question.feature.kind == FeatureKind::recency) {
    return left_window_by(condition_history(question.plan.history, now), question);
  }
  Instant due = sojourn::due(question).certain;
  return due == kNever ? std::nullopt : std::optional(now - due);
}

Truth Evaluator::judge(ConditionIndex condition, Instant now, Instant& steady_until) {
  prepare(now);
  const RuleTable& table = policy_.table();
  steady_until = kNever;
  for (FeatureIndex f : table.conditions.features_of(condition)) {
    Instant crossed = next_crossing(curve(f, now), policy_.features[f].cuts, now);
    steady_until = std::min(steady_until, crossed);
  }
  return table.conditions.judge(condition, [&](const Test& test) {
    return sojourn::judge(test, policy_.feature(test.feature),
                          curve(test.feature, now).reading(now));
  });
}

const Evaluator::AxisCache& Evaluator::axis(AxisIndex index, Instant now) {
  AxisCache& cache = axes_[index];
  if (cache.at <= now && now < cache.until) return cache;
  const Axis& axis = policy_.graph().axes()[index];
  const Curve& curve = this->curve(axis.feature, now);
  cache.value = class_of(axis, policy_.feature(axis.feature), curve.reading(now));
  cache.at = now;
  cache.until = next_crossing(curve, axis.cuts, now);
  return cache;
}

void Evaluator::walk(Instant now) {
  path_.clear();
  decision_at_ = now;
  decision_until_ = kNever;
  auto look = [&](AxisIndex a) {
    const AxisCache& at = axis(a, now);
    path_.push_back(a);
    decision_until_ = std::min(decision_until_, at.until);
    return at.value;
  };
  decision_.leaf = policy_.graph().evaluate(look);
  also_.clear();
  policy_.graph().also(look, [&](std::uint32_t rule) { also_.push_back(rule); });
  const Leaf& leaf = policy_.graph().leaf(decision_.leaf);
  decision_.kind = leaf.kind;
  decision_.profile = leaf.profile;
  decision_.rule = leaf.rule;
  decision_.ban = leaf.ban;
}

Decision Evaluator::decide(Instant now) {
  prepare(now);
  if (decision_at_ <= now && now < decision_until_) return decision_;
  walk(now);
  if (policy_.uses_alert_events) raise_alerts(now);
  return decision_;
}

Instant Evaluator::wake(Instant now) {
  decide(now);
  return decision_until_;
}

// `D since alert "..."` asks when that alert last came into force: when it joins those of the
// decision.
void Evaluator::raise_alerts(Instant now) {
  const RuleTable& table = policy_.table();
  std::vector<std::string> alerts = texts_of(table, decision_, also_).alerts;
  bool raised = false;
  for (const std::string& alert : alerts) {
    const std::vector<std::string>& in_force = remembered_.alerts_in_force;
    if (std::find(in_force.begin(), in_force.end(), alert) != in_force.end()) continue;
    remembered_.history.alert_raised(alert, now, effect_);
    spread_effect();
    raised = true;
  }
  remembered_.alerts_in_force = std::move(alerts);
  if (raised) walk(now);
}

Instant Evaluator::earliest(const std::vector<AxisIndex>& path) const {
  Instant next = kNever;
  for (AxisIndex a : path) next = std::min(next, axes_[a].until);
  return next;
}

Instant Evaluator::first_change(const std::vector<AxisIndex>& path,
                                const std::vector<ClassIndex>& classes, Instant from, Instant to) {
  for (Instant t = from; t <= to && t != kNever; t = earliest(path)) {
    prepare(t);
    bool left = false;
    for (std::size_t i = 0; i < path.size(); ++i) {
      left = axis(path[i], t).value != classes[i] || left;
    }
    if (left) return t;
  }
  return kNever;
}

// Steps from one instant at which something on the path may change to the next, as if no report
// came, and then forgets that it looked ahead. By the horizon every window has passed over all
// there is; beyond it only dates and periods since events can still come true.
Instant Evaluator::review(Instant now) {
  decide(now);
  std::vector<AxisIndex> path = path_;
  std::vector<ClassIndex> classes;
  std::vector<AxisIndex> dated;
  std::vector<ClassIndex> dated_classes;
  for (AxisIndex a : path) {
    classes.push_back(axes_[a].value);
    FeatureKind kind = policy_.feature(policy_.graph().axes()[a].feature).kind;
    if (kind != FeatureKind::date && kind != FeatureKind::since) continue;
    dated.push_back(a);
    dated_classes.push_back(axes_[a].value);
  }
  Instant horizon = now + policy_.review_horizon;
  Instant next = first_change(path, classes, earliest(path), horizon);
  if (next == kNever && !dated.empty()) {
    next = first_change(dated, dated_classes, std::max(earliest(dated), horizon), kNever);
  }
  if (remembered_.asked_to > now) retract(now);
  remembered_.asked_to = now;
  decision_until_ = kBeginning;
  return next;
}

std::optional<Instant> Evaluator::first_true(const Test& test, Instant now) {
  const Feature& feature = policy_.feature(test.feature);
  const FeaturePlan& plan = policy_.features[test.feature];
  std::vector<std::int64_t> cuts = {test.threshold};
  Instant last = now + policy_.review_horizon;
  Instant t = next_crossing(curve(test.feature, now), cuts, now);
  bool holds = false;
  while (t <= last && !holds) {
    prepare(t);
    const Curve& drawn = curve(test.feature, t);
    holds = sojourn::judge(test, feature, drawn.reading(t)) == Truth::yes;
    if (!holds) t = next_crossing(drawn, plan.cuts, t);
  }
  prepare(now);
  return holds ? std::optional(t) : std::nullopt;
}

const StandingCountry& Evaluator::place_at(Instant now) {
  prepare(now);
  if (!uses_place_) place_.refresh(now);
  return place_;
}

std::size_t Evaluator::byte_count() const {
  std::size_t bytes = sizeof(*this) + place_.byte_count();
  bytes += curves_.capacity() * sizeof(Curve) + axes_.capacity() * sizeof(AxisCache);
  bytes += window_memos_.capacity() * sizeof(WindowMemo);
  for (const ConditionHistory& condition : conditions_) {
    bytes += sizeof(ConditionHistory) + condition.byte_count();
  }
  return bytes;
}

std::size_t Remembered::byte_count() const {
  return history.byte_count() + told.byte_count() + heap_bytes(alerts_in_force);
}

}  // namespace sojourn
