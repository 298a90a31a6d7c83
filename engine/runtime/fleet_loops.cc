#include "engine/runtime/fleet_loops.h"

#include <algorithm>

namespace sojourn {

FleetLoops::FleetLoops(std::shared_ptr<const PreparedPolicy> policy, const LoopOptions& options)
    : policy_(std::move(policy)), options_(options), minutes_(policy_) {
  if (options.approved) minutes_.approve_all();
}

FleetMember FleetLoops::join(const std::string& device) {
  FleetMember member = minutes_.join(device);
  if (member < loops_.size()) return member;
  loops_.push_back(std::make_unique<DeviceLoop>(policy_, device, options_));
  queued_.push_back(kNever);
  loops_.back()->take(minutes_.word(member), kBeginning, [](const DecisionRecord&) {});
  return member;
}

void FleetLoops::heard(FleetMember member) {
  DeviceLoop& loop = *loops_[member];
  if (!loop.decision()) return;
  minutes_.hear(member, loop.facts(minutes_.questions()), loop.now());
  Instant wake = loop.wake();
  if (wake == queued_[member]) return;
  queued_[member] = wake;
  if (wake != kNever) wakes_.emplace(wake, member);
}

void FleetLoops::run_ticks_before(Instant minute, const Sink& sink) {
  // A tick may make an earlier minute due, and that comes before what is due after it.
  while (!wakes_.empty() && wakes_.top().first < std::min(minute, minutes_.due())) {
    auto [wake, member] = wakes_.top();
    wakes_.pop();
    if (queued_[member] != wake) continue;
    queued_[member] = kNever;
    auto into = [&, who = member](const DecisionRecord& record) { sink(who, record); };
    loops_[member]->run_until(std::max(wake, loops_[member]->now()), into);
    heard(member);
  }
}

void FleetLoops::pass(Instant minute, const Sink& sink) {
  for (FleetMember member : minutes_.pass(minute)) {
    auto into = [&, who = member](const DecisionRecord& record) { sink(who, record); };
    loops_[member]->take(minutes_.word(member), minute, into);
    heard(member);
  }
}

void FleetLoops::pass_until(Instant end, const Sink& sink) {
  Instant last = minute_at_or_before(end);
  while (true) {
    Instant minute = std::min(minutes_.due(), last);
    run_ticks_before(minute, sink);
    if (minutes_.due() < minute) continue;
    if (minutes_.due() > last) return;
    pass(minute, sink);
  }
}

}  // namespace sojourn
