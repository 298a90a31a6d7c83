#include "engine/runtime/waits.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/device/pressing.h"

namespace sojourn {
namespace {

class Finder {
 public:
  Finder(Device& device, const PreparedPolicy& policy, const Decision& decision,
         const WaitTerms& terms, Instant now)
      : device_(device),
        policy_(policy),
        table_(policy.table()),
        decision_(decision),
        terms_(terms),
        now_(now) {}

  bool wants_switch() const {
    return decision_.kind == Action::Kind::profile &&
           device_.enabled_profile(now_) != std::int64_t{decision_.profile} &&
           action_behind(table_, decision_) != nullptr;
  }

  Waits find() {
    if (!wants_switch()) return std::move(waits_);
    const Action* action = action_behind(table_, decision_);
    if (policy_.graph().leaf(decision_.leaf).quarantined) {
      waits_.suppressed = "every profile it could take is in quarantine";
      return std::move(waits_);
    }
    bool free = !action->approval && table_.guards.empty() && terms_.hold_until <= now_ &&
                !action->window_ms && action->requires_condition == ConditionTable::kAlways;
    if (free) return std::move(waits_);
    find_pressing_ban(*action);
    if (action->approval && !terms_.approved) hold_back("approval");
    ask_guards();
    if (!waits_.suppressed) ask_terms(*action);
    if (!waits_.suppressed) ask_fleet();
    return std::move(waits_);
  }

  FleetRequest request() const {
    FleetRequest request;
    request.campaign = campaign_of(table_, decision_.rule, decision_.ban);
    request.rule = decision_.rule;
    request.profile = decision_.profile;
    if (presses_) request.deadline = ban_->deadline;
    return request;
  }

 private:
  void stop(std::string reason) {
    if (!waits_.suppressed) waits_.suppressed = std::move(reason);
  }
  void look_again(Instant at) {
    if (at > now_) waits_.look_again = std::min(waits_.look_again, at);
  }

  // It presses when the next instant that hold and window allow comes too late for it; where the
  // window closes that may be another one.
  void find_pressing_ban(const Action& action) {
    ban_ = calling_bans(device_, table_, now_).first;
    if (!ban_) return;
    ban_label_ = table_.bans[ban_->ban].label();
    Instant allowed = std::max(now_, terms_.hold_until);
    if (action.window_ms) {
      auto [from_ms, until_ms] = *action.window_ms;
      allowed = device_.next_within(from_ms, until_ms, allowed, now_);
      look_again(device_.next_within(until_ms, from_ms, now_, now_));
    }
    presses_ = ban_->presses(allowed, now_);
    if (!presses_) look_again(ban_->begin_by);
  }

  // Guards come before a pressing ban, unless they spare bans.
  void ask_guards() {
    for (const Guard& guard : table_.guards) {
      if (guard.kind != Guard::Kind::switches) continue;
      bool spared = is_excepted(guard, decision_);
      Instant steady_until = kNever;
      bool reached = device_.judge(guard.reached, now_, steady_until) == Truth::yes;
      if (!reached) continue;
      look_again(steady_until);
      if (spared) {
        waits_.overridden.push_back(
            fmt::format("{}: {}", guard.written,
                        table_.rules[static_cast<std::size_t>(decision_.rule)].label()));
      } else {
        meet(guard.written, guard.except_bans);
      }
    }
  }

  // A guard is in the way: a pressing ban goes over it, or it stops the switch.
  void meet(const std::string& guard, bool spares_bans) {
    if (presses_ && spares_bans) return pass(guard);
    hold_back(guard);
  }
  void hold_back(const std::string& by) {
    if (presses_) {
      waits_.alerts.push_back(fmt::format("ban {}: held back by `{}`", ban_label_, by));
    }
    stop(by);
  }

  // What the last minute said of this device's request. One that was not asked yet waits for the
  // next, unless no guard is about it or its ban passes them all.
  void ask_fleet() {
    if (terms_.fleet == nullptr || terms_.fleet->granted) return;
    bool any = false;
    bool all_spare_bans = true;
    for (const Guard& guard : table_.guards) {
      if (!is_about_fleet(guard) || is_excepted(guard, decision_)) continue;
      any = true;
      all_spare_bans = all_spare_bans && guard.except_bans;
    }
    if (!any) return;
    if (!terms_.fleet->waits_for.empty()) {
      meet(terms_.fleet->waits_for, terms_.fleet->spares_bans);
    } else if (!presses_ || !all_spare_bans) {
      stop("the fleet's next minute");
    }
  }

  // Hold, window and `requires` together.
  void ask_terms(const Action& action) {
    std::vector<std::string> reasons;
    if (terms_.hold_until > now_) {
      look_again(terms_.hold_until);
      reasons.push_back("hold");
    }
    if (action.window_ms) {
      auto [from_ms, until_ms] = *action.window_ms;
      Instant opens = device_.next_within(from_ms, until_ms, now_, now_);
      look_again(opens);
      if (opens > now_) reasons.push_back("window");
    }
    Instant steady_until = kNever;
    if (device_.judge(action.requires_condition, now_, steady_until) != Truth::yes) {
      look_again(steady_until);
      reasons.push_back("requires");
    }
    if (reasons.empty()) return;
    std::string all = fmt::format("{}", fmt::join(reasons, ", "));
    if (presses_) return pass(all);
    stop(all);
  }

  void pass(const std::string& stopped_by) {
    waits_.overridden.push_back(fmt::format("{}: ban {}", stopped_by, ban_label_));
  }

  Device& device_;
  const PreparedPolicy& policy_;
  const RuleTable& table_;
  const Decision& decision_;
  const WaitTerms& terms_;
  Instant now_;
  std::optional<CallingBan> ban_;
  std::string ban_label_;
  bool presses_ = false;
  Waits waits_;
};

}  // namespace

Waits find_waits(Device& device, const PreparedPolicy& policy, const Decision& decision,
                 const WaitTerms& terms, Instant now) {
  return Finder(device, policy, decision, terms, now).find();
}

std::optional<FleetRequest> fleet_request(Device& device, const PreparedPolicy& policy,
                                          const Decision& decision, const WaitTerms& terms,
                                          Instant now) {
  WaitTerms alone = terms;
  alone.fleet = nullptr;
  Finder finder(device, policy, decision, alone, now);
  if (!finder.wants_switch() || finder.find().suppressed) return std::nullopt;
  return finder.request();
}

}  // namespace sojourn
