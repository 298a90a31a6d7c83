#include "engine/device/evaluator.h"

#include <algorithm>

namespace sojourn {
namespace {

// Windows and calendar counts have run full and round by then; what has not changed never will.
constexpr Duration kReviewHorizon = days(20 * 366);

}  // namespace

Evaluator::Evaluator(const Prepared& policy, const DeviceOptions& options)
    : policy_(policy),
      history_(policy, options.lateness),
      place_(history_, policy.table().settings.settle),
      reader_(history_, place_, conditions_),
      curves_(policy.features.size()),
      axes_(policy.graph().axes().size()) {
  conditions_.reserve(policy.histories.size());
  for (const HistorySpec& spec : policy.histories) {
    conditions_.emplace_back(spec, policy.zones[spec.zone_index]);
  }
  uses_place_ = !policy.features_by_trigger[policy.triggers.standing_country].empty();
}

ObserveOutcome Evaluator::observe(const Observation& observation) {
  ObserveOutcome outcome = history_.apply(observation, changes_);
  spread(changes_);
  return outcome;
}

void Evaluator::switched(ProfileIndex profile, Instant at) {
  history_.switched(profile, at, changes_);
  spread(changes_);
}

void Evaluator::spread(const std::vector<SignalChange>& changes) {
  for (const SignalChange& change : changes) {
    const Stretch& stretch = change.change.stretch;
    // A lapse that nobody has looked beyond was put off: what was concluded holds.
    if (change.change.renewed && stretch.from > asked_to_) continue;
    if (change.trigger == kFixCountry || change.trigger == kNetworkCountry) {
      place_.mark_dirty(stretch.from);
    }
    spread(change.trigger, stretch);
  }
}

void Evaluator::spread(SignalIndex trigger, const Stretch& stretch) {
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
  if (now < asked_to_) retract(now);
  asked_to_ = now;
  if (!uses_place_ || !place_.needs_refresh(now)) return;
  std::optional<Stretch> changed = place_.refresh(now);
  if (changed) spread(policy_.triggers.standing_country, *changed);
}

void Evaluator::retract(Instant now) {
  place_.retract(now);
  for (ConditionHistory& condition : conditions_) condition.retract(now);
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
  CountQuestion question{feature, policy_.features[index], reader_, now, {}};
  if (feature.candidate) question.supposed.profile = feature.candidate;
  if (domain_of(feature.kind) == ValueDomain::count) return draw_count(question);
  if (feature.kind == FeatureKind::since) return since_event(question);
  if (feature.kind == FeatureKind::silent) {
    Curve curve = Curve::flat(now, Reading::unknown(), kNever);
    if (history_.newest_report() == kBeginning) return curve;
    curve.known = true;
    curve.lower = curve.upper = (now - history_.newest_report()).ms;
    curve.lower_slope = curve.upper_slope = 1;
    return curve;
  }
  Reading reading = reader_.read(index, now, question.supposed);
  return Curve::flat(now, reading, reader_.next_change(index, now));
}

Curve Evaluator::draw_count(const CountQuestion& question) {
  switch (question.feature.kind) {
    case FeatureKind::held:
    case FeatureKind::recency:
    case FeatureKind::held_share:
      return count_elapsed(condition_history(question.plan.history, question.now), question);
    case FeatureKind::event_count:
      return count_events(question);
    case FeatureKind::data_sum:
    case FeatureKind::data_balance:
      return sum_usage(question);
    default:
      return count_days(condition_history(question.plan.history, question.now), question);
  }
}

Reading Evaluator::read(FeatureIndex feature, Instant now) {
  prepare(now);
  return curve(feature, now).reading(now);
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
  std::vector<std::string> alerts;
  auto add = [&](const Action& action) {
    alerts.insert(alerts.end(), action.alerts.begin(), action.alerts.end());
  };
  if (decision_.rule >= 0) add(table.rules[static_cast<std::size_t>(decision_.rule)].action);
  if (decision_.rule < 0 && decision_.ban < 0) add(table.otherwise);
  for (std::uint32_t rule : also_) add(table.rules[rule].action);
  bool raised = false;
  for (const std::string& alert : alerts) {
    auto in_force = std::find(alerts_in_force_.begin(), alerts_in_force_.end(), alert);
    if (in_force != alerts_in_force_.end()) continue;
    history_.alert_raised(alert, now, changes_);
    spread(changes_);
    raised = true;
  }
  alerts_in_force_ = std::move(alerts);
  if (raised) walk(now);
}

bool Evaluator::path_class_changes(const std::vector<AxisIndex>& path,
                                   const std::vector<ClassIndex>& classes, Instant t) {
  prepare(t);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (axis(path[i], t).value != classes[i]) return true;
  }
  return false;
}

// Steps from one instant at which something on the path may change to the next, as if no report
// came, and then forgets that it looked ahead.
Instant Evaluator::review(Instant now) {
  decide(now);
  std::vector<AxisIndex> path = path_;
  std::vector<ClassIndex> classes;
  Instant next = kNever;
  for (AxisIndex a : path) {
    classes.push_back(axes_[a].value);
    next = std::min(next, axes_[a].until);
  }
  Instant last = now + kReviewHorizon;
  while (next <= last && !path_class_changes(path, classes, next)) {
    next = kNever;
    for (AxisIndex a : path) next = std::min(next, axes_[a].until);
  }
  if (asked_to_ > now) retract(now);
  asked_to_ = now;
  decision_until_ = kBeginning;
  return next > last ? kNever : next;
}

std::optional<Instant> Evaluator::first_true(const Test& test, Instant now) {
  const Feature& feature = policy_.feature(test.feature);
  const FeaturePlan& plan = policy_.features[test.feature];
  std::vector<std::int64_t> cuts = {test.threshold};
  Instant last = now + kReviewHorizon;
  Instant t = next_crossing(curve(test.feature, now), cuts, now);
  bool holds = false;
  while (t <= last && !holds) {
    prepare(t);
    const Curve& drawn = curve(test.feature, t);
    holds = judge(test, feature, drawn.reading(t)) == Truth::yes;
    if (!holds) t = next_crossing(drawn, plan.cuts, t);
  }
  if (asked_to_ > now) prepare(now);
  return holds ? std::optional(t) : std::nullopt;
}

const StandingCountry& Evaluator::place_at(Instant now) {
  prepare(now);
  if (!uses_place_) place_.refresh(now);
  return place_;
}

std::size_t Evaluator::byte_count() const {
  std::size_t bytes = sizeof(*this) + history_.byte_count() + place_.byte_count();
  bytes += curves_.capacity() * sizeof(Curve) + axes_.capacity() * sizeof(AxisCache);
  for (const ConditionHistory& condition : conditions_) {
    bytes += sizeof(ConditionHistory) + condition.byte_count();
  }
  return bytes;
}

}  // namespace sojourn
