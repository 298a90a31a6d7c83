#include "engine/runtime/waits.h"

#include <fmt/format.h>

#include <algorithm>

namespace sojourn {
namespace {

class Finder {
 public:
  Finder(Device& device, const PreparedPolicy& policy, const Decision& decision, Instant now)
      : device_(device), policy_(policy), table_(policy.table()), decision_(decision), now_(now) {}

  Waits find(Instant hold_until) {
    const Action* action = action_behind(table_, decision_);
    bool switches = decision_.kind == Action::Kind::profile &&
                    device_.enabled_profile(now_) != std::int64_t{decision_.profile};
    if (!switches || action == nullptr) return std::move(waits_);
    if (policy_.graph().leaf(decision_.leaf).quarantined) {
      waits_.suppressed = "every profile it could take is in quarantine";
      return std::move(waits_);
    }
    bool free = !action->approval && table_.guards.empty() && hold_until <= now_ &&
                !action->window_ms && action->requires_condition == ConditionTable::kAlways;
    if (free) return std::move(waits_);
    find_pressing_ban();
    if (action->approval) stop("approval");
    ask_guards();
    if (!waits_.suppressed) ask_terms(*action, hold_until);
    return std::move(waits_);
  }

 private:
  void stop(std::string reason) {
    if (!waits_.suppressed) waits_.suppressed = std::move(reason);
  }
  void look_again(Instant at) {
    if (at > now_) waits_.look_again = std::min(waits_.look_again, at);
  }

  // The ban that what is enabled will violate first, and when a switch must begin for it.
  void find_pressing_ban() {
    for (std::size_t i = 0; i < table_.bans.size(); ++i) {
      const Ban& ban = table_.bans[i];
      BanStanding standing = device_.standing(i, now_);
      bool calls =
          standing.bites == Truth::yes || (ban.in_doubt_counts && standing.bites == Truth::unknown);
      if (!calls || standing.deadline == kNever) continue;
      Duration lead = milliseconds(std::max(table_.settings.lead.ms, ban.assuming.ms + days(2).ms));
      Instant begin = standing.deadline - lead;
      if (ban_ != nullptr && begin >= begin_by_) continue;
      ban_ = &ban;
      begin_by_ = begin;
    }
  }

  // Guards come before a pressing ban, unless they spare bans.
  void ask_guards() {
    bool presses = ban_ != nullptr && begin_by_ <= now_;
    for (const Guard& guard : table_.guards) {
      if (guard.kind != Guard::Kind::switches) continue;
      bool spared =
          decision_.rule >= 0 &&
          std::find(guard.except_rules.begin(), guard.except_rules.end(),
                    static_cast<std::uint32_t>(decision_.rule)) != guard.except_rules.end();
      Instant steady_until = kNever;
      bool reached = device_.judge(guard.reached, now_, steady_until) == Truth::yes;
      if (!reached) continue;
      look_again(steady_until);
      if (spared) {
        waits_.overridden.push_back(
            fmt::format("{}: {}", guard.written,
                        table_.rules[static_cast<std::size_t>(decision_.rule)].label()));
      } else if (presses && guard.except_bans) {
        pass(guard.written);
      } else {
        if (guard.except_bans && ban_ != nullptr) look_again(begin_by_);
        if (presses) {
          waits_.alerts.push_back(
              fmt::format("ban {}: held back by `{}`", ban_->label(), guard.written));
        }
        stop(guard.written);
      }
    }
  }

  // Hold, window and `requires` together: the next instant that all allow. A ban presses when that
  // comes too late for it.
  void ask_terms(const Action& action, Instant hold_until) {
    std::vector<std::string> reasons;
    Instant allowed = std::max(now_, hold_until);
    if (hold_until > now_) {
      look_again(hold_until);
      reasons.push_back("hold");
    }
    if (action.window_ms) {
      auto [from_ms, until_ms] = *action.window_ms;
      allowed = device_.next_within(from_ms, until_ms, allowed);
      Instant opens = device_.next_within(from_ms, until_ms, now_);
      look_again(opens);
      if (opens > now_) reasons.push_back("window");
    }
    Instant steady_until = kNever;
    if (device_.judge(action.requires_condition, now_, steady_until) != Truth::yes) {
      look_again(steady_until);
      reasons.push_back("requires");
      // Nobody knows when it will hold: as late as the ban allows.
      if (ban_ != nullptr) allowed = std::max(allowed, begin_by_);
    }
    if (reasons.empty()) return;
    std::string all = fmt::format("{}", fmt::join(reasons, ", "));
    bool waits_for_unknown = reasons.back() == "requires";
    bool too_late = waits_for_unknown ? begin_by_ <= now_ : allowed > begin_by_;
    if (ban_ != nullptr && (begin_by_ <= now_ || too_late)) return pass(all);
    if (ban_ != nullptr) look_again(begin_by_);
    stop(all);
  }

  void pass(const std::string& stopped_by) {
    waits_.overridden.push_back(fmt::format("{}: ban {}", stopped_by, ban_->label()));
  }

  Device& device_;
  const PreparedPolicy& policy_;
  const RuleTable& table_;
  const Decision& decision_;
  Instant now_;
  const Ban* ban_ = nullptr;
  Instant begin_by_ = kNever;  // a switch that obeys the ban begins by then
  Waits waits_;
};

}  // namespace

const Action* action_behind(const RuleTable& table, const Decision& decision) {
  if (decision.rule >= 0) return &table.rules[static_cast<std::size_t>(decision.rule)].action;
  if (decision.ban < 0) return &table.otherwise;
  const std::optional<Action>& remedy = table.bans[static_cast<std::size_t>(decision.ban)].remedy;
  return remedy ? &*remedy : nullptr;
}

Waits find_waits(Device& device, const PreparedPolicy& policy, const Decision& decision,
                 Instant hold_until, Instant now) {
  return Finder(device, policy, decision, now).find(hold_until);
}

}  // namespace sojourn
