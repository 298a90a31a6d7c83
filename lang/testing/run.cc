#include "lang/testing/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/device/pressing.h"
#include "engine/runtime/device_loop.h"
#include "engine/runtime/fleet_loops.h"
#include "lang/print.h"

namespace sojourn::lang {
namespace {

std::string expectation_text(const Expected& expected) {
  switch (expected.kind) {
    case Expected::Kind::keep:
      return "keep";
    case Expected::Kind::profile:
      return "profile = " + print_name(expected.name);
    case Expected::Kind::alert:
      return "alert " + print_text(expected.name);
    case Expected::Kind::task:
      return "task " + print_text(expected.name);
    case Expected::Kind::no_alert:
      return "no alert " + print_text(expected.name);
    case Expected::Kind::no_task:
      return "no task " + print_text(expected.name);
    case Expected::Kind::no_alerts:
      return "no alert";
    case Expected::Kind::no_tasks:
      return "no task";
    case Expected::Kind::by:
      return print_decided_by(expected.name);
    case Expected::Kind::ban_violated:
      return fmt::format("ban {} violated", print_name(expected.name));
    case Expected::Kind::suppressed:
      return "suppressed";
  }
  return "";
}

std::string list_text(const std::vector<std::string>& texts) {
  if (texts.empty()) return "none";
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + print_text(text);
  return all;
}

// One test under way: a loop per device it speaks of. Several devices are a fleet where the policy
// asks about one: what they have in common is counted at each whole minute (semantics 22a).
class TestRun {
 public:
  TestRun(const TestCase& test, std::shared_ptr<const PreparedPolicy> policy,
          const ThresholdIndex& thresholds)
      : test_(test), policy_(std::move(policy)), thresholds_(thresholds) {
    result_.name = test.name;
    result_.coverage.boundaries.resize(thresholds_.size());
    options_.mode = test_.obeying ? LoopMode::obedient : LoopMode::open;
    bool several = std::any_of(test.steps.begin(), test.steps.end(),
                               [](const TestStep& step) { return !step.device.empty(); });
    if (several && FleetQuestions(policy_->table()).any()) fleet_.emplace(policy_, options_);
  }

  TestResult run(const std::set<std::uint32_t>& asked) {
    for (const TestStep& step : test_.steps) take(step);
    if (test_.steps.empty()) return std::move(result_);
    DeviceLoop& last = loop_of(test_.steps.back().device);
    result_.outcome = outcome_of(last);
    for (std::uint32_t rule : asked) {
      Instant steady_until = kNever;
      ConditionIndex condition = policy_->table().rules[rule].condition;
      if (last.device().judge(condition, last.now(), steady_until) == Truth::yes) {
        result_.holding.insert(rule);
      }
    }
    return std::move(result_);
  }

 private:
  void take(const TestStep& step) {
    if (fleet_ && step.kind != TestStep::Kind::given) {
      fleet_->pass_until(
          step.at, [&](FleetMember member, const DecisionRecord&) { note(fleet_->loop(member)); });
    }
    DeviceLoop& loop = loop_of(step.device);
    RecordSink sink = [&](const DecisionRecord&) { note(loop); };
    switch (step.kind) {
      case TestStep::Kind::given:
      case TestStep::Kind::observe: {
        ObserveOutcome outcome = loop.report(step.observation, sink);
        for (const Diagnostic& refused : outcome.refused)
          result_.refused.push_back(refused.message);
        break;
      }
      case TestStep::Kind::wait:
        loop.run_until(step.at, sink);
        break;
      case TestStep::Kind::expect:
        loop.run_until(std::max(step.at, loop.now()), sink);
        for (const Expected& expected : step.expected) check(loop, step, expected);
        break;
    }
    note(loop);
    if (fleet_) fleet_->heard(fleet_->join(step.device));
  }

  DeviceLoop& loop_of(const std::string& device) {
    if (fleet_) return fleet_->loop(fleet_->join(device));
    auto it = loops_.find(device);
    if (it == loops_.end()) it = loops_.try_emplace(device, policy_, device, options_).first;
    return it->second;
  }

  // What the device shows at this moment of the test.
  void note(DeviceLoop& loop) {
    if (!loop.decision()) return;
    Coverage& coverage = result_.coverage;
    if (loop.decision()->rule >= 0) {
      coverage.rules.insert(static_cast<std::uint32_t>(loop.decision()->rule));
    }
    const std::vector<std::uint32_t>& also = loop.device().also();
    coverage.rules.insert(also.begin(), also.end());
    for (std::uint32_t ban = 0; ban < policy_->table().bans.size(); ++ban) {
      const Ban& law = policy_->table().bans[ban];
      Truth least = law.in_doubt_counts ? Truth::unknown : Truth::yes;
      Instant steady_until = kNever;
      bool at_work = law.forbids_change
                         ? forbids_change(law, loop.device(), loop.now(), steady_until)
                         : loop.device().standing(ban, loop.now()).bites >= least;
      if (at_work) coverage.bans.insert(ban);
    }
    std::optional<std::size_t> enabled = candidate(loop);
    for (const ThresholdIndex::OfFeature& asked : thresholds_.features()) {
      if (asked.enabled && asked.enabled != enabled) continue;
      std::optional<Reading> reading = read(loop, asked.feature);
      if (reading) thresholds_.note(asked, *reading, coverage.boundaries);
    }
  }

  // A question about a moment of the calendar is read as the time since then, or until then.
  std::optional<Reading> read(DeviceLoop& loop, FeatureIndex feature) const {
    if (!asks_for_a_moment(policy_->table().features[feature])) {
      return loop.device().read(feature, loop.now());
    }
    std::optional<Duration> gone_by = loop.device().gone_by(feature, loop.now());
    return gone_by ? std::optional(Reading::exactly(gone_by->ms)) : std::nullopt;
  }

  // The enabled profile as a ban has it among its candidates.
  std::optional<std::size_t> candidate(DeviceLoop& loop) const {
    std::optional<std::int64_t> enabled = loop.device().enabled_profile(loop.now());
    if (!enabled) return std::nullopt;
    return *enabled < 0 ? policy_->table().profiles.size() : static_cast<std::size_t>(*enabled);
  }

  void check(DeviceLoop& loop, const TestStep& step, const Expected& expected) {
    bool in_time = !step.taken || (loop.decided_at() >= step.taken->first &&
                                   loop.decided_at() < step.taken->second);
    if (loop.decision() && in_time && holds(loop, expected)) return;
    TestFailure failure;
    failure.span = expected.span;
    failure.expected = expectation_text(expected);
    if (step.taken)
      failure.expected += fmt::format(", taken between {} and {}", to_rfc3339(step.taken->first),
                                      to_rfc3339(step.taken->second));
    failure.actual = actual_text(loop);
    if (loop.decision()) failure.explanation = loop.explain();
    failure.explanation.device = loop.name();
    result_.failures.push_back(std::move(failure));
  }

  // The profile that should be enabled: the one decided, or with `keep` the one that is.
  std::optional<std::int64_t> wanted_profile(DeviceLoop& loop) const {
    if (loop.decision()->kind == Action::Kind::profile) return loop.decision()->profile;
    return loop.device().enabled_profile(loop.now());
  }

  bool holds(DeviceLoop& loop, const Expected& expected) const {
    const Decision& decision = *loop.decision();
    switch (expected.kind) {
      case Expected::Kind::keep:
        return decision.kind != Action::Kind::profile ||
               loop.device().enabled_profile(loop.now()) == std::int64_t{decision.profile};
      case Expected::Kind::profile: {
        auto index = policy_->table().find_profile(expected.name);
        return index && wanted_profile(loop) == std::int64_t{*index};
      }
      case Expected::Kind::by:
        return rule_label(decision) == expected.name;
      case Expected::Kind::alert:
        return contains(loop.alerts(), expected.name);
      case Expected::Kind::task:
        return contains(loop.tasks(), expected.name);
      case Expected::Kind::no_alert:
        return !contains(loop.alerts(), expected.name);
      case Expected::Kind::no_task:
        return !contains(loop.tasks(), expected.name);
      case Expected::Kind::no_alerts:
        return loop.alerts().empty();
      case Expected::Kind::no_tasks:
        return loop.tasks().empty();
      case Expected::Kind::ban_violated:
        return is_violated(loop, expected.name);
      case Expected::Kind::suppressed:
        return loop.suppressed().has_value();
    }
    return false;
  }

  bool is_violated(DeviceLoop& loop, const std::string& name) const {
    const std::vector<Ban>& bans = policy_->table().bans;
    auto ban =
        std::find_if(bans.begin(), bans.end(), [&](const Ban& one) { return one.label() == name; });
    if (ban == bans.end()) return false;
    auto index = static_cast<std::size_t>(ban - bans.begin());
    return loop.device().standing(index, loop.now()).violated == Truth::yes;
  }

  static bool contains(const std::vector<std::string>& texts, const std::string& text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
  }

  std::string rule_label(const Decision& decision) const {
    if (decision.ban >= 0) {
      return "ban " + policy_->table().bans[static_cast<std::size_t>(decision.ban)].label();
    }
    if (decision.rule < 0) return "";
    return policy_->table().rules[static_cast<std::size_t>(decision.rule)].label();
  }

  // All that holds of the decision in force, each as an author would expect it.
  std::vector<std::string> outcome_of(DeviceLoop& loop) const {
    if (!loop.decision()) return {};
    const Decision& decision = *loop.decision();
    std::string rule = rule_label(decision);
    std::vector<std::string> all = {
        (decision.kind == Action::Kind::profile
             ? "profile = " + print_name(policy_->table().profiles[decision.profile].name)
             : "keep") +
        " " + print_decided_by(rule)};
    for (const std::string& alert : loop.alerts()) all.push_back("alert " + print_text(alert));
    for (const std::string& task : loop.tasks()) all.push_back("task " + print_text(task));
    for (const Ban& ban : policy_->table().bans) {
      if (!is_violated(loop, ban.label())) continue;
      all.push_back("ban " + print_name(ban.label()) + " violated");
    }
    if (loop.suppressed()) all.push_back("suppressed");
    return all;
  }

  std::string actual_text(DeviceLoop& loop) const {
    if (!loop.decision()) return "nothing: the device has not reported yet";
    const Decision& decision = *loop.decision();
    std::string outcome =
        decision.kind == Action::Kind::profile
            ? "profile = " + print_name(policy_->table().profiles[decision.profile].name)
            : "keep";
    std::string rule = rule_label(decision);
    std::string text = fmt::format("{} {}, taken at {}", outcome, print_decided_by(rule),
                                   to_rfc3339(loop.decided_at()));
    if (!loop.alerts().empty()) text += ", alerts " + list_text(loop.alerts());
    if (!loop.tasks().empty()) text += ", tasks " + list_text(loop.tasks());
    if (loop.suppressed()) text += ", suppressed: " + *loop.suppressed();
    for (const BanEvidence& ban : loop.device().bans(loop.now())) {
      text += fmt::format(", ban {} {}", ban.ban, ban.state);
      if (ban.deadline != kNever) text += ", deadline " + to_rfc3339(ban.deadline);
    }
    return text;
  }

  const TestCase& test_;
  std::shared_ptr<const PreparedPolicy> policy_;
  const ThresholdIndex& thresholds_;
  LoopOptions options_;
  std::map<std::string, DeviceLoop> loops_;
  std::optional<FleetLoops> fleet_;  // instead of them
  TestResult result_;
};

}  // namespace

Coverage& Coverage::operator|=(const Coverage& other) {
  rules.insert(other.rules.begin(), other.rules.end());
  bans.insert(other.bans.begin(), other.bans.end());
  boundaries.resize(std::max(boundaries.size(), other.boundaries.size()));
  for (std::size_t i = 0; i < other.boundaries.size(); ++i) boundaries[i] |= other.boundaries[i];
  return *this;
}

TestRunner::TestRunner(std::shared_ptr<const PreparedPolicy> policy)
    : policy_(std::move(policy)), thresholds_(thresholds(policy_->table())) {}

TestResult TestRunner::run(const TestCase& test, const std::set<std::uint32_t>& asked) const {
  return TestRun(test, policy_, thresholds_).run(asked);
}

TestResult run_test(const TestCase& test, const std::shared_ptr<const PreparedPolicy>& policy) {
  return TestRunner(policy).run(test);
}

}  // namespace sojourn::lang
