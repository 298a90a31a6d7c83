#include "engine/runtime/device_loop.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "engine/device/pressing.h"

namespace sojourn {
namespace {

const char* outcome_word(Action::Kind kind) {
  return kind == Action::Kind::profile ? "profile" : "keep";
}

}  // namespace

DeviceLoop::DeviceLoop(std::shared_ptr<const PreparedPolicy> policy, std::string name,
                       const LoopOptions& options)
    : policy_(std::move(policy)),
      name_(std::move(name)),
      options_(options),
      device_(policy_, DeviceOptions{options.lateness}) {}

ObserveOutcome DeviceLoop::introduce(const Observation& standing) {
  assert(standing.standing && now_ == kBeginning);
  return device_.observe(standing);
}

ObserveOutcome DeviceLoop::report(const Observation& observation, const RecordSink& sink) {
  bool in_order = observation.at >= now_;
  if (in_order) {
    pass_ticks_before(observation.at, sink);
    pass_to(observation.at);
    carry_out_if_due(observation.at);
  }
  const Observation* taken = &observation;
  if (simulates_profile_ && (!observation.profile.absent() || !observation.iccid.absent())) {
    if (!without_profile_) without_profile_ = std::make_unique<Observation>();
    *without_profile_ = observation;
    without_profile_->profile.state = Reported<std::string>::State::absent;
    without_profile_->iccid.state = Reported<std::string>::State::absent;
    taken = without_profile_.get();
  }
  bool wanted = wants_switch();
  bool reached = !wanted && decision_ && decision_->kind == Action::Kind::profile;
  ObserveOutcome outcome = device_.observe(*taken);
  ++totals_.report_count;
  totals_.late_count += outcome.late ? 1 : 0;
  totals_.too_late_count += outcome.too_late ? 1 : 0;
  totals_.duplicate_count += outcome.duplicate ? 1 : 0;
  totals_.first = std::min(totals_.first, observation.at);
  totals_.last = std::max(totals_.last, observation.at);
  if (wanted && !wants_switch()) confirm(*decision_, observation.at);
  // A device that leaves the decided profile by itself is decided about anew (semantics 24).
  bool left = reached && wants_switch() && device_.enabled_profile(now_);
  if (left) decided_at_ = now_;
  bool nothing_new = outcome.duplicate || outcome.too_late;
  if (!nothing_new || options_.every_report) decide_at(now_, left || options_.every_report, sink);
  return outcome;
}

void DeviceLoop::run_until(Instant end, const RecordSink& sink) {
  if (now_ == kBeginning) return;  // nothing is known of the device yet
  pass_ticks_before(end, sink);
  if (end < now_) return;
  pass_to(end);
  if (options_.latency) carry_out_if_due(end);
  decide_at(end, false, sink);
}

void DeviceLoop::switched(ProfileIndex profile, Instant at, const RecordSink& sink) {
  pass_ticks_before(at, sink);
  pass_to(at);
  bool as_decided = wants_switch() && decision_->profile == profile;
  device_.switched(profile, at);
  if (as_decided) confirm(*decision_, at);
  decide_at(now_, false, sink);
}

void DeviceLoop::pass_to(Instant t) {
  if (t <= now_) return;
  if (watch_ != nullptr && now_ != kBeginning) watch_->time_passes(device_, now_, t);
  now_ = t;
}

void DeviceLoop::rest() {
  device_.rest();
  without_profile_.reset();
}

void DeviceLoop::pass_ticks_before(Instant end, const RecordSink& sink) {
  if (now_ == kBeginning) return;
  while (true) {
    Instant due = wake();
    if (due >= end) return;
    pass_to(due);
    if (options_.latency) carry_out_if_due(due);  // else it waits for a report
    decide_at(due, false, sink);
  }
}

Instant DeviceLoop::effect_due() const {
  if (options_.mode != LoopMode::closed || !options_.latency) return kNever;
  Duration latency = std::max(*options_.latency, milliseconds(1));
  if (order_) return std::max(order_->at + latency, now_);
  if (waits_.suppressed || !wants_switch()) return kNever;
  return std::max(std::max(decided_at_, ready_at_) + latency, now_);
}

FleetFacts DeviceLoop::facts(const FleetQuestions& questions, bool approved) {
  FleetFacts facts;
  facts_until_ = kNever;
  for (AttributeIndex attribute : questions.attributes) {
    facts.values.push_back(device_.shared_value(attribute, now_));
  }
  for (std::uint32_t rule : questions.rollouts) {
    Instant steady_until = kNever;
    Truth affected = device_.judge(policy_->table().rules[rule].affected, now_, steady_until);
    facts.affected.push_back(affected == Truth::yes);
    // Who is affected once stays so (fleet_minutes.h).
    if (affected != Truth::yes) facts_until_ = std::min(facts_until_, steady_until);
  }
  facts.switched_at = device_.switched_at(now_);
  if (questions.guards && decision_) {
    WaitTerms asked = terms();
    asked.approved = asked.approved || approved;
    facts.request = fleet_request(device_, *policy_, *decision_, asked, now_);
  }
  return facts;
}

void DeviceLoop::take(FleetWord word, Instant at, const RecordSink& sink) {
  for (const auto& [feature, reading] : word.readings) {
    device_.told(feature, reading);
    if (watch_ != nullptr) watch_->told(feature, reading, at);
  }
  fleet_ = std::make_unique<FleetWord>(std::move(word));
  if (decision_) run_until(std::max(at, now_), sink);
}

bool DeviceLoop::wants_switch() const {
  if (!decision_ || decision_->kind != Action::Kind::profile) return false;
  return device_.enabled_profile(now_) != std::int64_t{decision_->profile};
}

// The decision in force before `t` takes effect at `t`, if it still stands and its time has come.
void DeviceLoop::carry_out_if_due(Instant t) {
  if (options_.mode != LoopMode::closed) return;
  drop_order(t);
  if (order_) {
    bool due = t > order_->at && (!options_.latency || t >= order_->at + *options_.latency);
    if (!due) return;
    switch_to(Order(*order_).decision, t);
    ready_at_ = t;  // what is decided meanwhile is ordered now
    return;
  }
  if (t <= decided_at_ || !wants_switch()) return;
  if (waits_.suppressed || t <= ready_at_) return;
  if (options_.latency && t < std::max(decided_at_, ready_at_) + *options_.latency) return;
  switch_to(*decision_, t);
}

void DeviceLoop::switch_to(const Decision& decision, Instant at) {
  if (watch_ != nullptr) watch_->before_switch(device_, at);
  device_.switched(decision.profile, at);
  confirm(decision, at);
  simulates_profile_ = true;
  ++totals_.switch_count;
  order_.reset();
}

void DeviceLoop::confirm(const Decision& shown, Instant at) {
  const Action* action = action_behind(policy_->table(), shown);
  if (action != nullptr && action->hold.ms > 0) hold_until_ = at + action->hold;
}

void DeviceLoop::note_order(Instant t) {
  if (options_.mode != LoopMode::closed || order_ || waits_.suppressed || !wants_switch()) return;
  bool just_now = std::max(decided_at_, ready_at_) == t;
  if (!just_now) return;
  bool of_ban = decision_->ban >= 0 || calling_bans(device_, policy_->table(), t).any;
  if (of_ban) order_ = Order{*decision_, t};
}

void DeviceLoop::drop_order(Instant t) {
  if (!order_) return;
  if (device_.enabled_profile(t) == std::int64_t{order_->decision.profile}) {
    confirm(order_->decision, t);
    return order_.reset();
  }
  for (const Ban& ban : policy_->table().bans) {
    Instant steady_until = kNever;
    if (forbids_change(ban, device_, t, steady_until)) return order_.reset();
  }
}

bool DeviceLoop::review_waits(Instant t) {
  Waits waits = find_waits(device_, *policy_, *decision_, terms(), t);
  bool changed = waits.suppressed != waits_.suppressed || waits.overridden != waits_.overridden ||
                 waits.alerts != waits_.alerts;
  if (waits_.suppressed && !waits.suppressed) ready_at_ = t;
  waits_ = std::move(waits);
  return changed;
}

void DeviceLoop::decide_at(Instant t, bool write_always, const RecordSink& sink) {
  facts_until_ = kNever;
  drop_order(t);
  Decision decision = device_.decide(t);
  bool first = !decision_;
  bool changed = first || !(*decision_ == decision) || also_ != device_.also();
  decision_ = decision;
  if (changed) ready_at_ = kBeginning;
  bool waits_changed = review_waits(t);
  bool says_nothing = false;
  if (changed) {
    decided_at_ = t;
    also_ = device_.also();
    gather_texts();
    // A first `keep` is no record (semantics 28).
    says_nothing = first && decision.kind == Action::Kind::keep && decision.rule < 0 &&
                   decision.ban < 0 && alerts_.empty() && tasks_.empty();
    if (!says_nothing) ++totals_.change_count;
  }
  if (waits_changed && !changed) gather_texts();
  bool tells = (changed && !says_nothing) || (waits_changed && !first);
  if (tells || write_always) sink(make_record(t));
  if (options_.mode == LoopMode::obedient && wants_switch() && !waits_.suppressed) {
    switch_to(*decision_, t);
    decision_ = device_.decide(t);
    also_ = device_.also();
    review_waits(t);
    gather_texts();
  }
  note_order(t);
  wake_ = std::min(device_.wake(t), waits_.look_again);
  assert(wake_ > t);
}

// Alerts and tasks of the decision in force: the deciding rule's and those of every rule that fires
// beside it.
void DeviceLoop::gather_texts() {
  DecisionTexts texts = texts_of(policy_->table(), *decision_, also_);
  alerts_ = std::move(texts.alerts);
  tasks_ = std::move(texts.tasks);
  alerts_.insert(alerts_.end(), waits_.alerts.begin(), waits_.alerts.end());
}

Explanation DeviceLoop::explain() {
  Explanation explanation = device_.explain(now_);
  explanation.suppressed = waits_.suppressed;
  return explanation;
}

DecisionRecord DeviceLoop::make_record(Instant t) {
  const RuleTable& table = policy_->table();
  DecisionRecord record;
  record.at = t;
  record.device = name_;
  record.outcome = outcome_word(decision_->kind);
  if (decision_->kind == Action::Kind::profile) {
    record.profile = table.profiles[decision_->profile].name;
  }
  auto enabled = device_.enabled_profile(t);
  if (enabled && *enabled >= 0) {
    record.from = table.profiles[static_cast<std::size_t>(*enabled)].name;
  }
  if (enabled == kOtherSymbol) record.from = "undeclared";
  if (decision_->rule >= 0) {
    const Rule& rule = table.rules[static_cast<std::size_t>(decision_->rule)];
    record.rule = rule.label();
    record.origin = rule.origin.text();
    record.digest = rule.digest;
  } else if (decision_->ban >= 0) {
    const Ban& ban = table.bans[static_cast<std::size_t>(decision_->ban)];
    record.rule = "ban " + ban.label();
    record.origin = ban.origin.text();
    record.digest = ban.digest;
  }
  record.alerts = alerts_;
  record.tasks = tasks_;
  record.suppressed = waits_.suppressed;
  record.overridden = waits_.overridden;
  record.because = device_.because(*decision_, t);
  record.skipped = device_.skipped(*decision_, t);
  record.bans = device_.bans(t);
  record.review = device_.review(t);
  return record;
}

}  // namespace sojourn
