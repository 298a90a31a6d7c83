// A ban as conditions, one pair per candidate profile: `violated`, and `bites`, which is violated
// or within notice (semantics 9, 9a, 13, 19).
//
// Each feature that the profile or the network decides is asked with the candidate. A time form
// bites only while its own inner condition, with the candidate, holds now: T becomes (T and inner).
// Where the form stands under `not`, the same is said the other way round: (T or not inner), so
// that the whole needs inner as well.
//
// Notice of N days asks whether the ban is violated on one of the N days ahead if the inner
// conditions hold on each of them. A run of days, an unbroken time and a window of days only grow
// then, so the answer is that of the Nth day, and that is a count which the device keeps anyway:
//
//   more than 90 consecutive days          ->  more than 80 consecutive days
//   at least 91 days within 120 days       ->  at least 81 days within 110 days
//
// Calendars begin anew and months differ in length: there the engine looks at each day
// (Feature::ahead_days). A ban that ends (`until`) is asked day by day: no violation after its end.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/base/calendar.h"
#include "lang/lowering.h"

namespace sojourn::lang {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int32_t kMinDay = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kMaxDay = std::numeric_limits<std::int32_t>::max();

Feature days_from_to(std::int32_t from, std::int32_t until, const std::string& zone) {
  Feature feature;
  feature.kind = FeatureKind::date;
  feature.from_day = from;
  feature.until_day = until;
  feature.zone = zone;
  return feature;
}

std::string dates_text(std::int32_t from, std::int32_t until) {
  std::string text = from == kMinDay ? "" : "from " + to_text(Day{from});
  if (until == kMaxDay) return text;
  return text + (text.empty() ? "" : " ") + "until " + to_text(Day{until});
}

// The feature and the test as they ask about the last of the days ahead.
void look_ahead(Feature& feature, Test& test, std::int32_t ahead_days) {
  std::int64_t days = ahead_days;
  auto least = [&](std::int64_t bound) { test.threshold = std::max(test.threshold, bound); };
  switch (feature.kind) {
    case FeatureKind::consecutive_days:
      test.threshold -= days;
      return least(1);
    case FeatureKind::window_count:
    case FeatureKind::day_share: {
      bool in_days = feature.window.unit == TimeUnit::day && feature.bucket == TimeUnit::day;
      if (!in_days) break;
      days = std::min(days, feature.window.count - 1);
      feature.window.count -= days;
      test.threshold -= days;
      return least(1);
    }
    case FeatureKind::held:
      test.threshold -= days * kDayMs;
      return least(0);
    case FeatureKind::held_share:
      if (feature.window.unit != TimeUnit::millisecond) break;
      days = std::min(days * kDayMs, feature.window.count - 1);
      feature.window.count -= days;
      test.threshold -= days;
      return least(0);
    case FeatureKind::calendar_count:
    case FeatureKind::since:
      break;
    case FeatureKind::date:
      if (feature.from_day != kMinDay) feature.from_day -= ahead_days;
      return;
    default:
      return;
  }
  feature.ahead_days = ahead_days;
}

}  // namespace

void Lowering::lower_ban(CheckedBan& checked) {
  Ban ban = checked.ban;  // `checked` still tells its zone and dates
  auto candidates = static_cast<ProfileIndex>(table_.profiles.size()) + 1;
  if (ban.forbids_change) {
    ConditionIndex when =
        table_.conditions.all_of({in_force(checked, 0), lower_condition(*checked.never)});
    for (ProfileIndex p = 0; p < candidates; ++p) ban.bites.push_back(forbidden_change(when, p));
    ban.violated = ban.bites;
    table_.bans.push_back(std::move(ban));
    return;
  }
  for (ProfileIndex p = 0; p < candidates; ++p) {
    ban.violated.push_back(bites(checked, {p, 0, &checked}));
    if (ban.notice_days == 0 || !checked.until_day) {
      ban.bites.push_back(bites(checked, {p, ban.notice_days, &checked}));
      continue;
    }
    std::vector<ConditionIndex> any_day;
    for (std::int32_t k = 0; k <= ban.notice_days; ++k) {
      any_day.push_back(bites(checked, {p, k, &checked}));
    }
    ban.bites.push_back(table_.conditions.any_of(std::move(any_day)));
  }
  if (checked.remedy) ban.remedy = action(*checked.remedy);
  table_.bans.push_back(std::move(ban));
}

// Whatever is enabled may stay; while that is unknown, no switch is a stay.
ConditionIndex Lowering::forbidden_change(ConditionIndex when, ProfileIndex candidate) {
  if (candidate >= table_.profiles.size()) return ConditionTable::kNever;
  Feature profile;
  profile.kind = FeatureKind::profile;
  Test known;
  known.kind = Test::Kind::known;
  known.text = "profile known";
  Test enabled;
  enabled.kind = Test::Kind::one_of;
  enabled.symbols = {candidate};
  enabled.text = "profile = " + table_.profiles[candidate].name;
  ConditionIndex stays = table_.conditions.all_of(
      {add_test(profile, std::move(known)), add_test(profile, std::move(enabled))});
  return table_.conditions.all_of({when, table_.conditions.negate(stays)});
}

ConditionIndex Lowering::bites(const CheckedBan& ban, Judged judged) {
  return table_.conditions.all_of(
      {in_force(ban, judged.ahead_days), judge(*ban.never, judged, true)});
}

// Notice counts before the ban's `from` as well: that is what it is for.
ConditionIndex Lowering::in_force(const CheckedBan& ban, std::int32_t ahead_days) {
  if (!ban.from_day && !ban.until_day) return ConditionTable::kAlways;
  std::int32_t from = ban.from_day ? *ban.from_day - ahead_days : kMinDay;
  std::int32_t until = ban.until_day ? *ban.until_day - ahead_days : kMaxDay;
  Test test;
  test.text = dates_text(from, until);
  return add_test(days_from_to(from, until, ban.ban.zone), std::move(test));
}

ConditionIndex Lowering::judge(const CheckedCondition& condition, const Judged& judged,
                               bool wanted) {
  ConditionTable& conditions = table_.conditions;
  switch (condition.op) {
    case ConditionOp::always:
      return ConditionTable::kAlways;
    case ConditionOp::never:
      return ConditionTable::kNever;
    case ConditionOp::test:
      return judge_test(*condition.test, judged, wanted);
    case ConditionOp::negation:
      return conditions.negate(judge(condition.parts[0], judged, !wanted));
    case ConditionOp::conjunction:
    case ConditionOp::disjunction:
      break;
  }
  std::vector<ConditionIndex> parts;
  for (const CheckedCondition& part : condition.parts) {
    parts.push_back(judge(part, judged, wanted));
  }
  return condition.op == ConditionOp::conjunction ? conditions.all_of(std::move(parts))
                                                  : conditions.any_of(std::move(parts));
}

ConditionIndex Lowering::judge_test(const CheckedTest& checked, const Judged& judged, bool wanted) {
  if (checked.inner) return judge_form(checked, judged, wanted);
  Feature feature = checked.feature;
  if (auto known = settled(feature, checked.test, judged.candidate)) return *known;
  if (feature.kind == FeatureKind::area) feature.subject = area(feature.subject);
  Test test = checked.test;
  if (wanted) look_ahead(feature, test, judged.ahead_days);
  if (depends_on_candidate(feature)) feature.candidate = judged.candidate;
  return add_test(std::move(feature), std::move(test));
}

// A time form, and its inner condition now.
ConditionIndex Lowering::judge_form(const CheckedTest& checked, const Judged& judged, bool wanted) {
  ConditionTable& conditions = table_.conditions;
  // Now: with the candidate, and without looking ahead.
  Judged today = judged;
  today.ahead_days = 0;
  ConditionIndex now = judge(*checked.inner, today, wanted);
  if (now == ConditionTable::kNever) return wanted ? now : ConditionTable::kAlways;
  Feature feature = checked.feature;
  Test test = checked.test;
  if (wanted) look_ahead(feature, test, judged.ahead_days);
  feature.inner = counted_inner(checked, judged);
  bool asks_candidate =
      feature.scope.same_network || feature.scope.per_profile || inner_depends(*checked.inner);
  if (asks_candidate) feature.candidate = judged.candidate;
  // These hold only where their inner condition does.
  bool implied = feature.kind == FeatureKind::held ||
                 (feature.kind == FeatureKind::consecutive_days && feature.gap_days == 0);
  bool is_share = feature.kind == FeatureKind::held_share || feature.kind == FeatureKind::day_share;
  Feature at_once = feature;
  ConditionIndex form = add_test(std::move(feature), std::move(test));
  if (!wanted) return conditions.any_of({form, conditions.negate(now)});
  // The window of a later day reaches less far back: a share that nobody can tell today is in
  // doubt, whatever it will be.
  if (is_share && judged.ahead_days > 0) {
    at_once.window = checked.feature.window;
    at_once.ahead_days = 0;
    form = conditions.any_of({form, add_test(std::move(at_once), Test(checked.test))});
    // The days ahead are enough by themselves: today need not be a certain one. (Where today's key
    // is unknown no day ahead is certain either.)
    const Scope& scope = checked.feature.scope;
    bool enough =
        checked.test.threshold <= judged.ahead_days && !scope.same_network && !scope.per_imei;
    if (enough && checked.feature.kind == FeatureKind::day_share) {
      form = conditions.any_of({form, conditions.negate(now)});
    }
  }
  ConditionIndex before = before_counting(checked, judged);
  if (!implied) return conditions.all_of({conditions.any_of({form, before}), now});
  return conditions.any_of({form, conditions.all_of({before, now})});
}

// Before the date from which a ban counts nothing is counted, and its notice may have begun: the
// first violating day is as many days after that date as are asked for.
ConditionIndex Lowering::before_counting(const CheckedTest& checked, const Judged& judged) {
  const Feature& feature = checked.feature;
  bool in_days =
      feature.kind == FeatureKind::consecutive_days ||
      ((feature.kind == FeatureKind::window_count || feature.kind == FeatureKind::day_share) &&
       feature.window.unit == TimeUnit::day && feature.bucket == TimeUnit::day);
  bool counted = judged.ban->counting_from_day && checked.test.kind == Test::Kind::at_least;
  if (judged.ahead_days == 0 || !in_days || !counted) return ConditionTable::kNever;
  std::int32_t counting = *judged.ban->counting_from_day;
  std::int64_t violated = counting + checked.test.threshold - 1;
  std::int64_t first = violated - judged.ahead_days;
  if (first >= counting) return ConditionTable::kNever;
  Test test;
  test.text = dates_text(static_cast<std::int32_t>(first), counting - 1);
  return add_test(
      days_from_to(static_cast<std::int32_t>(first), counting - 1, judged.ban->ban.zone),
      std::move(test));
}

ConditionIndex Lowering::counted_inner(const CheckedTest& checked, const Judged& judged) {
  ConditionIndex inner = lower_condition(*checked.inner);
  if (!judged.ban->counting_from_day) return inner;
  std::int32_t from = *judged.ban->counting_from_day;
  Test counting;
  counting.text = dates_text(from, kMaxDay);
  ConditionIndex since =
      add_test(days_from_to(from, kMaxDay, judged.ban->ban.zone), std::move(counting));
  return table_.conditions.all_of({since, inner});
}

// What the candidate alone answers.
std::optional<ConditionIndex> Lowering::settled(const Feature& feature, const Test& test,
                                                ProfileIndex candidate) const {
  auto of = [](bool holds) { return holds ? ConditionTable::kAlways : ConditionTable::kNever; };
  bool declared = candidate < table_.profiles.size();
  switch (feature.kind) {
    case FeatureKind::profile: {
      if (test.kind == Test::Kind::known) return of(true);
      std::int64_t symbol = declared ? std::int64_t{candidate} : kOtherSymbol;
      return of(std::find(test.symbols.begin(), test.symbols.end(), symbol) != test.symbols.end());
    }
    case FeatureKind::breakout:
      if (!declared) return std::nullopt;
      return of(test.kind == Test::Kind::known ||
                table_.profiles[candidate].breakout.intersects(feature.countries));
    case FeatureKind::installed:
      if (feature.subject == candidate) return of(true);
      return std::nullopt;
    case FeatureKind::roaming: {
      // At home in all of them, wherever it is.
      if (!declared || feature.countries.empty() || test.kind == Test::Kind::known) {
        return std::nullopt;
      }
      for (Country country : feature.countries.members()) {
        if (!table_.profiles[candidate].home.contains(country)) return std::nullopt;
      }
      return of(false);
    }
    default:
      return std::nullopt;
  }
}

bool Lowering::depends_on_candidate(const Feature& feature) const {
  switch (feature.kind) {
    case FeatureKind::network:
    case FeatureKind::profile:
    case FeatureKind::roaming:
    case FeatureKind::breakout:
      return true;
    default:
      return feature.scope.same_network || feature.scope.per_profile;
  }
}

bool Lowering::inner_depends(const CheckedCondition& condition) const {
  if (condition.op == ConditionOp::test) {
    const CheckedTest& test = *condition.test;
    return depends_on_candidate(test.feature) || (test.inner && inner_depends(*test.inner));
  }
  return std::any_of(condition.parts.begin(), condition.parts.end(),
                     [&](const CheckedCondition& part) { return inner_depends(part); });
}

}  // namespace sojourn::lang
