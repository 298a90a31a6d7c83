#include <fmt/format.h>

#include <algorithm>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/action_checker.h"
#include "lang/print.h"
#include "lang/units.h"

namespace sojourn::lang {

void ActionChecker::error(Code code, Span span, std::string message, std::string help) {
  diagnostics_.add(make_diagnostic(code, span, std::move(message), std::move(help)));
}

CheckedAction ActionChecker::check(const std::vector<ast::Action>& written, Span span,
                                   const std::string& zone) {
  CheckedAction checked;
  checked.span = span;
  outcome_ = nullptr;
  for (const ast::Action& one : written) part(one, checked, zone);
  Action& action = checked.action;
  if (action.kind != Action::Kind::none) return checked;
  if (!action.preload.empty() || !action.remove.empty() || action.fallback) {
    action.kind = Action::Kind::keep;  // what is enabled stays, while another one is cared for
  } else {
    refuse_terms_of_nothing(written);
  }
  return checked;
}

// How a switch is done says nothing where none is asked for.
void ActionChecker::refuse_terms_of_nothing(const std::vector<ast::Action>& written) {
  using Kind = ast::Action::Kind;
  for (const ast::Action& one : written) {
    if (one.kind != Kind::hold && one.kind != Kind::window && one.kind != Kind::approval &&
        one.kind != Kind::requires_condition) {
      continue;
    }
    error(Code::E0216, one.span, "this is about a switch, and none is asked for",
          "say what should be enabled beside it, such as `profile = ...`, or leave it out");
  }
}

void ActionChecker::profile_into(const ast::Name& name, std::vector<ProfileIndex>& list) {
  std::optional<ProfileIndex> index = vocabulary_.profile(name);
  if (index && std::find(list.begin(), list.end(), *index) == list.end()) list.push_back(*index);
}

void ActionChecker::part(const ast::Action& part, CheckedAction& checked, const std::string& zone) {
  using Kind = ast::Action::Kind;
  Action& action = checked.action;
  switch (part.kind) {
    case Kind::choose:
    case Kind::keep:
      outcome(part, action);
      break;
    case Kind::preload:
      profile_into(part.name, action.preload);
      break;
    case Kind::remove:
      profile_into(part.name, action.remove);
      break;
    case Kind::fallback:
      if (once(part, action.fallback.has_value())) action.fallback = vocabulary_.profile(part.name);
      break;
    case Kind::alert:
      action.alerts.push_back(part.name.text);
      break;
    case Kind::task:
      action.tasks.push_back(part.name.text);
      break;
    case Kind::approval:
      action.approval = true;
      break;
    case Kind::hold:
      if (once(part, action.hold.ms != 0)) hold(part, action);
      break;
    case Kind::window:
      if (once(part, action.window_ms.has_value())) window(part, action);
      break;
    case Kind::rollout:
      if (once(part, action.rollout.has_value())) rollout(part, action);
      break;
    case Kind::requires_condition:
      if (once(part, checked.requires_condition.has_value())) {
        checked.requires_condition = conditions_.check(*part.condition, zone);
      }
      break;
  }
}

void ActionChecker::outcome(const ast::Action& part, Action& action) {
  if (outcome_ != nullptr) {
    Diagnostic d = make_diagnostic(
        Code::E0216, part.span, "one rule asks for two outcomes",
        "a rule has one `profile = ...` or one `keep`; alternatives are joined by `or`");
    d.labels.push_back({outcome_->span, "the other one"});
    diagnostics_.add(std::move(d));
    return;
  }
  outcome_ = &part;
  action.kind = part.kind == ast::Action::Kind::keep ? Action::Kind::keep : Action::Kind::profile;
  for (const ast::Alternative& alternative : part.alternatives) {
    std::optional<ProfileIndex> index = vocabulary_.profile(alternative.profile);
    if (index && can_be_chosen(alternative, part)) {
      action.alternatives.push_back({*index, alternative.if_installed});
    }
  }
}

// `A if installed or A` says something; after `A`, or under the same condition again, `A` does not.
bool ActionChecker::can_be_chosen(const ast::Alternative& alternative, const ast::Action& part) {
  for (const ast::Alternative& earlier : part.alternatives) {
    if (&earlier == &alternative) return true;
    if (earlier.profile.text != alternative.profile.text) continue;
    if (earlier.if_installed && !alternative.if_installed) continue;
    Diagnostic d = make_diagnostic(
        Code::E0216, alternative.profile.span,
        fmt::format("`{}` stands twice among the alternatives", alternative.profile.text),
        "the second one is never chosen: name another profile, or leave it out");
    d.labels.push_back({earlier.profile.span, "the first one"});
    diagnostics_.add(std::move(d));
    return false;
  }
  return true;
}

bool ActionChecker::once(const ast::Action& part, bool already) {
  if (!already) return true;
  error(Code::E0216, part.span, "this action stands twice in one rule",
        part.kind == ast::Action::Kind::requires_condition ? "join the two conditions with `and`"
                                                           : "leave one of them out");
  return false;
}

void ActionChecker::hold(const ast::Action& part, Action& action) {
  std::optional<Duration> period = elapsed(part.length);
  if (period && period->ms > 0) {
    action.hold = *period;
  } else {
    error(Code::E0210, part.length.span, "`hold` needs a length of elapsed time above zero",
          "for example `hold 24 hours`");
  }
}

void ActionChecker::window(const ast::Action& part, Action& action) {
  if (part.window.from_ms == part.window.until_ms) {
    error(Code::E0210, part.span, "the window begins and ends at the same time",
          "leave it out to mean the whole day");
    return;
  }
  action.window_ms = std::make_pair(part.window.from_ms, part.window.until_ms);
}

// Stages are shares of the affected devices, each at least as large as the one before.
void ActionChecker::rollout(const ast::Action& part, Action& action) {
  Rollout rollout;
  std::int64_t before = 0;
  for (const ast::Value& stage : part.stages) {
    constexpr std::int64_t kPercent = 1'000'000;  // in millionths
    if (stage.unit != "%" || stage.millionths < 0 || stage.millionths > 100 * kPercent ||
        stage.millionths % 100 != 0) {
      error(Code::E0112, stage.span,
            fmt::format("`{}` is not a share of the devices", print(stage)),
            "stages are percentages from 0% to 100% with at most 4 decimals");
      return;
    }
    if (stage.millionths < before) {
      error(Code::E0210, stage.span, "a later stage is smaller than the one before",
            "stages are cumulative: `rollout 1%, 10%, 100% each 24 hours`");
      return;
    }
    before = stage.millionths;
    rollout.stages.push_back(stage.millionths / 100);
  }
  std::optional<Duration> each = elapsed(part.length);
  if (!each || each->ms == 0) {
    error(Code::E0210, part.length.span, "a stage lasts a length of elapsed time above zero",
          "for example `rollout 1%, 10%, 100% each 24 hours`");
    return;
  }
  if (rollout.stages.size() > limits::kRolloutStagesMax) {
    error(Code::E0901, part.span,
          fmt::format("a rollout has at most {} stages", limits::kRolloutStagesMax),
          "let each stage grow more");
    return;
  }
  rollout.each = *each;
  action.rollout = std::move(rollout);
}

}  // namespace sojourn::lang
