#include "engine/device/bans.h"

#include "engine/device/if_it_lasts.h"

namespace sojourn {

bool calls(const Ban& ban, const BanStanding& standing) {
  return standing.bites == Truth::yes || (ban.in_doubt_counts && standing.bites == Truth::unknown);
}

std::optional<std::size_t> BanJudge::judged() const {
  std::int64_t enabled = evaluator_.history().value(kProfile, now_);
  if (enabled == kUnknownValue) return std::nullopt;
  std::size_t declared = evaluator_.policy().table().profiles.size();
  return enabled >= 0 && !is_undeclared(enabled) ? static_cast<std::size_t>(enabled) : declared;
}

Truth BanJudge::judge(ConditionIndex condition) {
  const Prepared& policy = evaluator_.policy();
  return policy.table().conditions.judge(condition, [&](const Test& test) {
    Reading reading = evaluator_.curve(test.feature, now_).reading(now_);
    return sojourn::judge(test, policy.feature(test.feature), reading);
  });
}

BanStanding BanJudge::standing(std::size_t index) {
  evaluator_.prepare(now_);
  const Ban& ban = evaluator_.policy().table().bans[index];
  BanStanding standing;
  std::optional<std::size_t> profile = judged();
  if (ban.forbids_change) return standing;  // whatever is enabled may stay
  if (!profile) {
    standing.violated = standing.bites = Truth::unknown;
    return standing;
  }
  standing.violated = judge(ban.violated[*profile]);
  standing.bites = judge(ban.bites[*profile]);
  return standing;
}

Instant BanJudge::deadline(std::size_t index) {
  evaluator_.prepare(now_);
  const Ban& ban = evaluator_.policy().table().bans[index];
  std::optional<std::size_t> profile = judged();
  if (ban.forbids_change || !profile) return kNever;
  Truth least = ban.in_doubt_counts ? Truth::unknown : Truth::yes;
  return IfItLasts(evaluator_, now_, IfItLasts::Of::ban).holds_at(ban.violated[*profile], least);
}

}  // namespace sojourn
