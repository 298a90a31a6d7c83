#include "engine/proof/ban_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/calendar.h"
#include "engine/device/candidates.h"
#include "engine/graph/asked.h"
#include "engine/proof/actions.h"
#include "engine/proof/stay_beginning.h"
#include "engine/proof/witness_parts.h"

namespace sojourn {

TimeZone zone_of(const RuleTable& table, const Ban& ban) {
  Result<TimeZone> zone = TimeZone::find(ban.zone.empty() ? table.settings.zone : ban.zone);
  return zone ? *std::move(zone) : TimeZone();
}

namespace {

// What the condition tests, also within what it asks on one network.
std::vector<FeatureIndex> features_tested(const RuleTable& table, ConditionIndex condition) {
  std::vector<FeatureIndex> found;
  for (FeatureIndex f : table.conditions.features_of(condition)) {
    if (table.features[f].kind != FeatureKind::on_a_network) {
      found.push_back(f);
      continue;
    }
    std::vector<FeatureIndex> within = features_tested(table, table.features[f].inner);
    found.insert(found.end(), within.begin(), within.end());
  }
  return found;
}

bool counts_days(const Feature& feature) {
  // Without a period `since` asks whether something happened at all.
  if (feature.kind == FeatureKind::since) return feature.window.count > 0;
  return grows_while_it_lasts(feature.kind);
}

bool is_elapsed(FeatureKind kind) {
  return kind == FeatureKind::held || kind == FeatureKind::held_share;
}

// A guard that may stop what the ban calls for, whatever its deadline.
bool may_stop(const RuleTable& table, const Ban& ban, const Guard& guard) {
  if (guard.kind != Guard::Kind::switches || guard.except_bans) return false;
  if (ban.remedy) return true;
  for (std::uint32_t r = 0; r < table.rules.size(); ++r) {
    bool spared = std::find(guard.except_rules.begin(), guard.except_rules.end(), r) !=
                  guard.except_rules.end();
    if (!spared && table.rules[r].action.kind == Action::Kind::profile) return true;
  }
  return table.otherwise.kind == Action::Kind::profile;
}

}  // namespace

std::optional<ShortDay> short_day(const RuleTable& table, const Ban& ban) {
  TimeZone zone = zone_of(table, ban);
  Instant begin = zone.start_of(kDefaultDay);
  for (Instant t = zone.next_transition(begin); t != kNever && t < begin + days(800);
       t = zone.next_transition(t)) {
    Duration change{zone.offset_at(t).ms - zone.offset_at(t - milliseconds(1)).ms};
    if (change.ms > 0) return ShortDay{zone.day_of(t), change};
  }
  return std::nullopt;
}

SlowSwitch slow_switch_of(const RuleTable& table, const Ban& ban) {
  SlowSwitch question;
  question.notice_days = ban.notice_days;
  question.assuming = ban.assuming;
  question.elapsed = true;
  for (ConditionIndex condition : ban.violated) {
    for (FeatureIndex f : features_tested(table, condition)) {
      FeatureKind kind = table.features[f].kind;
      bool days = counts_days(table.features[f]);
      question.counts = question.counts || days;
      question.elapsed = question.elapsed && (!days || is_elapsed(kind));
      bool count = domain_of(kind) == ValueDomain::count || kind == FeatureKind::since;
      question.jumps = question.jumps || (count && !days);
    }
  }
  question.elapsed = question.elapsed && question.counts;
  if (!question.elapsed) {
    if (std::optional<ShortDay> day = short_day(table, ban)) {
      question.clock_change = day->by;
    }
  }
  question.lead = milliseconds(std::max(table.settings.lead.ms, ban.assuming.ms + days(2).ms));
  for_each_action(table, [&](const Action& action) {
    bool waits = action.hold.ms > 0 || action.window_ms || action.rollout ||
                 action.requires_condition != ConditionTable::kAlways;
    question.held_back = question.held_back || waits;
  });
  for (const Guard& guard : table.guards) {
    if (guard.kind != Guard::Kind::switches) continue;
    question.held_back = question.held_back || guard.except_bans;
    if (may_stop(table, ban, guard))
      question.guard = milliseconds(std::max(question.guard.ms, guard.window.ms));
  }
  return question;
}

std::optional<std::int32_t> notice_enough(SlowSwitch question) {
  question.guard = {};
  auto is_safe = [](const SlowSwitch& asked) {
    Exploration found = explore(asked);
    return found.decided && !found.violation;
  };
  Duration coming = std::exchange(question.coming, {});
  while (++question.notice_days <= 366) {
    if (!is_safe(question)) continue;
    SlowSwitch on_the_way = question;
    on_the_way.coming = coming;
    if (coming.ms == 0 || is_safe(on_the_way)) return question.notice_days;
  }
  return std::nullopt;
}

std::vector<FeatureIndex> counted_by(const RuleTable& table, ConditionIndex condition) {
  std::vector<FeatureIndex> found;
  for (FeatureIndex f : features_tested(table, condition)) {
    if (counts_days(table.features[f])) found.push_back(f);
  }
  return found;
}

std::vector<FeatureIndex> counted_with_any_profile(const RuleTable& table,
                                                   ConditionIndex condition) {
  std::vector<FeatureIndex> found = counted_by(table, condition);
  std::erase_if(found, [&](FeatureIndex f) { return table.features[f].scope.per_profile; });
  return found;
}

bool about_place(const RuleTable& table, ConditionIndex condition) {
  std::vector<FeatureIndex> features = features_asked(table, {condition});
  return std::any_of(features.begin(), features.end(), [&](FeatureIndex f) {
    FeatureKind kind = table.features[f].kind;
    return kind == FeatureKind::country || kind == FeatureKind::area;
  });
}

std::vector<Witness> other_networks(const RuleTable& table, const Witness& there) {
  if (!there.network.known || there.network.lower < 0) return {};
  CountrySet here = countries_of(unpack_plmn(static_cast<std::uint32_t>(there.network.lower)));
  std::vector<std::int64_t> others;
  for (std::int64_t network : network_values(table)) {
    bool other = network >= 0 && network != there.network.lower &&
                 countries_of(unpack_plmn(static_cast<std::uint32_t>(network))) == here;
    if (other && others.empty()) others.push_back(network);
  }
  for (Country country : here.members()) {
    std::vector<std::int64_t> seen = others;
    seen.push_back(there.network.lower);
    for (int i = 0; i < 2; ++i) {
      auto unseen = unseen_network(country, seen);
      if (!unseen) break;
      seen.push_back(*unseen);
      others.push_back(*unseen);
    }
  }
  std::vector<Witness> found;
  for (std::int64_t network : others) {
    found.push_back(there);
    found.back().network = Reading::exactly(network);
  }
  return found;
}

std::int32_t days_to_violate(const RuleTable& table, ConditionIndex violates) {
  std::optional<StayBeginning> begin = stay_beginning(table, violates, kDefaultDay.number);
  return begin && begin->possible ? kDefaultDay.number - begin->day : 0;
}

void move_to_default_day(const RuleTable& table, ConditionIndex condition, Witness& there) {
  for (FeatureIndex f : features_asked(table, {condition})) {
    const Feature& feature = table.features[f];
    if (feature.kind != FeatureKind::date) continue;
    for (const Test& test : table.conditions.tests()) {
      if (test.feature != f) continue;
      bool reached = there.day >= test.threshold;
      if (reached != (kDefaultDay.number >= test.threshold)) return;
    }
  }
  move_to_day(table, there, kDefaultDay.number);
}

void complete(const RuleTable& table, const Ban& ban, const SlowSwitch& question, bool by_clock,
              Timeline& timeline, std::string& guard) {
  bool guarded = std::any_of(timeline.life.begin(), timeline.life.end(),
                             [](const LifeHalf& half) { return half.guarded; });
  timeline.name = fmt::format("ban {} is violated while a switch takes up to {}", ban.label(),
                              describe(ban.assuming));
  if (guarded) {
    timeline.name = fmt::format("ban {} is violated while a guard stops the switch", ban.label());
    for (const Guard& one : table.guards) {
      bool longest = may_stop(table, ban, one) && one.window == question.guard;
      if (!longest) continue;
      guard = one.written;
      timeline.switches = one.most;
    }
    for (const Profile& profile : table.profiles) {
      bool own =
          &profile == &table.profiles[static_cast<std::size_t>(timeline.there.profile.lower)];
      if (!own) timeline.other_profile = profile.name;
    }
  }
  // Weeks begin on Mondays.
  std::vector<FeatureIndex> counted = counted_by(table, timeline.violates);
  bool by_weeks = std::any_of(counted.begin(), counted.end(), [&](FeatureIndex f) {
    return table.features[f].kind == FeatureKind::window_count &&
           table.features[f].bucket == TimeUnit::week;
  });
  if (by_clock) {
    if (std::optional<ShortDay> day = short_day(table, ban)) {
      move_to_day(table, timeline.there, day->day.number + 1);
    }
  }
  if (by_weeks) {
    std::int32_t week = week_number(Day{timeline.there.day}) + 1;
    move_to_day(table, timeline.there, first_day_of_week(week).number);
  }
  timeline.violated =
      ban.name.empty() ? "keep" : fmt::format("ban {} violated", written_name(ban.name));
}

}  // namespace sojourn
