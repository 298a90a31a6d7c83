#include "engine/runtime/device_loop.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sojourn {
namespace {

// Do two decisions differ in anything that people are told?
bool differ(const Decision& a, const Decision& b) { return !(a == b); }

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

ObserveOutcome DeviceLoop::report(const Observation& observation, const RecordSink& sink) {
  bool in_order = observation.at >= now_;
  if (in_order) {
    pass_ticks_before(observation.at, sink);
    carry_out_if_due(observation.at);
  }
  const Observation* taken = &observation;
  if (simulates_profile_ && (!observation.profile.absent() || !observation.iccid.absent())) {
    without_profile_ = observation;
    without_profile_.profile.state = Reported<std::string>::State::absent;
    without_profile_.iccid.state = Reported<std::string>::State::absent;
    taken = &without_profile_;
  }
  ObserveOutcome outcome = device_.observe(*taken);
  ++totals_.report_count;
  totals_.late_count += outcome.late ? 1 : 0;
  totals_.too_late_count += outcome.too_late ? 1 : 0;
  totals_.duplicate_count += outcome.duplicate ? 1 : 0;
  totals_.first = std::min(totals_.first, observation.at);
  totals_.last = std::max(totals_.last, observation.at);
  now_ = std::max(now_, observation.at);
  bool nothing_new = outcome.duplicate || outcome.too_late;
  if (!nothing_new || options_.every_report) decide_at(now_, options_.every_report, sink);
  return outcome;
}

void DeviceLoop::run_until(Instant end, const RecordSink& sink) {
  if (now_ == kBeginning) return;  // nothing is known of the device yet
  pass_ticks_before(end, sink);
  if (end < now_) return;
  carry_out_if_due(end);
  now_ = end;
  decide_at(end, false, sink);
}

void DeviceLoop::switched(ProfileIndex profile, Instant at, const RecordSink& sink) {
  pass_ticks_before(at, sink);
  now_ = std::max(now_, at);
  device_.switched(profile, at);
  decide_at(now_, false, sink);
}

void DeviceLoop::pass_ticks_before(Instant end, const RecordSink& sink) {
  if (now_ == kBeginning) return;
  while (true) {
    Instant due = wake_;
    if (options_.mode == LoopMode::closed && options_.latency && wants_switch()) {
      due = std::min(due, std::max(decided_at_ + *options_.latency, now_));
    }
    if (due >= end) return;
    carry_out_if_due(due);
    now_ = due;
    decide_at(due, false, sink);
  }
}

bool DeviceLoop::wants_switch() const {
  if (!decision_ || decision_->kind != Action::Kind::profile) return false;
  return device_.enabled_profile(now_) != std::int64_t{decision_->profile};
}

// The decision in force before `t` takes effect at `t`, if it still stands and its time has come.
void DeviceLoop::carry_out_if_due(Instant t) {
  if (options_.mode != LoopMode::closed || t <= decided_at_ || !wants_switch()) return;
  if (options_.latency && t < decided_at_ + *options_.latency) return;
  device_.switched(decision_->profile, t);
  simulates_profile_ = true;
  ++totals_.switch_count;
}

void DeviceLoop::decide_at(Instant t, bool write_always, const RecordSink& sink) {
  Decision decision = device_.decide(t);
  bool first = !decision_;
  bool changed = first || differ(*decision_, decision);
  decision_ = decision;
  if (changed) {
    decided_at_ = t;
    ++totals_.change_count;
  }
  bool first_keep = first && decision.kind == Action::Kind::keep && decision.rule < 0;
  if (first_keep) --totals_.change_count;
  if ((changed && !first_keep) || write_always) sink(make_record(t));
  if (options_.mode == LoopMode::obedient && wants_switch()) {
    device_.switched(decision.profile, t);
    simulates_profile_ = true;
    ++totals_.switch_count;
    decision_ = device_.decide(t);
  }
  wake_ = device_.wake(t);
  assert(wake_ > t);
}

DecisionRecord DeviceLoop::make_record(Instant t) {
  const RuleTable& table = policy_->table();
  const Leaf& leaf = policy_->graph().leaf(decision_->leaf);
  DecisionRecord record;
  record.at = t;
  record.device = name_;
  record.outcome = outcome_word(decision_->kind);
  if (decision_->kind == Action::Kind::profile)
    record.profile = table.profiles[decision_->profile].name;
  auto enabled = device_.enabled_profile(t);
  if (enabled && *enabled >= 0)
    record.from = table.profiles[static_cast<std::size_t>(*enabled)].name;
  if (enabled == kOtherSymbol) record.from = "undeclared";
  auto add_texts = [&](const Action& action) {
    record.alerts.insert(record.alerts.end(), action.alerts.begin(), action.alerts.end());
    record.tasks.insert(record.tasks.end(), action.tasks.begin(), action.tasks.end());
  };
  if (decision_->rule >= 0) {
    const Rule& rule = table.rules[static_cast<std::size_t>(decision_->rule)];
    record.rule = rule.label();
    record.origin = rule.origin.text();
    add_texts(rule.action);
  } else {
    add_texts(table.otherwise);
  }
  for (std::uint32_t also : leaf.also) add_texts(table.rules[also].action);
  for (std::uint32_t waiting : leaf.waiting) {
    record.skipped.push_back(table.rules[waiting].label() + ": no profile of it can be had");
  }
  for (auto [ban, profile] : leaf.passed_over) {
    record.skipped.push_back(table.profiles[profile].name + ": unlawful by " +
                             table.bans[ban].name);
  }
  record.because = device_.because(*decision_, t);
  record.review = device_.review(t);
  return record;
}

}  // namespace sojourn
