// A ban as conditions, one pair per candidate profile: `violated`, and `bites`, which is violated
// or within notice (semantics 9, 9a, 13, 19).
//
// Each feature that the profile or the network decides is asked with the candidate. On whichever
// network that may be, what must hold together holds on one: where several parts depend on the
// network, or one depends on it that is not simply worse on one network than on another, they are
// asked together (FeatureKind::on_a_network).
//
// A time form bites only while its own inner condition, with the candidate, holds now: T becomes (T
// and inner). Where the form stands under `not`, the same is said the other way round: (T or not
// inner), so that the whole needs inner as well.
//
// Notice of N days asks whether the ban is violated on one of the N days ahead if the inner
// conditions hold on each of them. A run of days, an unbroken time and a window of days only grow
// then, so the answer is that of the Nth day, and that is a count which the device keeps anyway:
//
//   more than 90 consecutive days          ->  more than 80 consecutive days
//   at least 91 days within 120 days       ->  at least 81 days within 110 days
//
// Calendars begin anew and months differ in length: there the engine looks at each day
// (Feature::ahead_days). A ban that ends (`until`) is asked day by day, and so is one that counts
// by the calendar where the day matters besides: one day has to violate all of it.
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/calendar.h"
#include "lang/lowering.h"

namespace sojourn::lang {
namespace {

// May the count come to less on a day further ahead, or be told there and not before, though its
// condition held on each day?
bool falls_back(const Feature& feature) {
  switch (feature.kind) {
    case FeatureKind::calendar_count:
    case FeatureKind::day_share:
    case FeatureKind::held_share:
      return true;
    case FeatureKind::window_count:
      return feature.window.unit != TimeUnit::day || feature.bucket != TimeUnit::day;
    default:
      return false;
  }
}

// The feature and the test as they ask about one of the days ahead; `exactly`: about the last;
// `dated`: of what is counted from a date on, which may lie ahead.
void look_ahead(Feature& feature, Test& test, std::int32_t ahead_days, bool exactly, bool dated) {
  std::int64_t days = ahead_days;
  auto least = [&](std::int64_t bound) { test.threshold = std::max(test.threshold, bound); };
  switch (feature.kind) {
    case FeatureKind::consecutive_days:
      test.threshold -= days;
      return least(1);
    case FeatureKind::window_count: {
      bool in_days = feature.window.unit == TimeUnit::day && feature.bucket == TimeUnit::day;
      if (!in_days) break;
      days = std::min(days, feature.window.count - 1);
      feature.window.count -= days;
      test.threshold -= days;
      return least(1);
    }
    case FeatureKind::held:
      if (dated) {
        feature.ahead_days = ahead_days;
        return;
      }
      test.threshold -= sojourn::days(days).ms;
      return least(0);
    case FeatureKind::held_share: {
      std::int64_t held = std::min(sojourn::days(days).ms, feature.window.count);
      // What lies ahead is enough by itself once the window is full, which only the reader knows.
      if (dated || test.threshold <= held) {
        feature.ahead_days = ahead_days;
        return;
      }
      feature.window.count -= held;
      test.threshold -= held;
      return;
    }
    case FeatureKind::calendar_count:
    case FeatureKind::day_share:
    case FeatureKind::since:
      break;
    case FeatureKind::date:
      test = from_day(test.feature, {static_cast<std::int32_t>(test.threshold - days)});
      return;
    default:
      return;
  }
  feature.ahead_days = exactly && falls_back(feature) ? -ahead_days : ahead_days;
}

bool is_dated(const CheckedCondition& condition) {
  return condition.op == ConditionOp::test && condition.test->feature.kind == FeatureKind::date;
}

std::string words(const CheckedCondition& condition) {
  if (condition.op == ConditionOp::test) return condition.test->test.text;
  std::string text;
  for (const CheckedCondition& part : condition.parts) {
    if (condition.op == ConditionOp::negation && is_dated(part)) {
      return date_words(part.test->test, false);
    }
    std::string inner = part.parts.size() > 1 ? "(" + words(part) + ")" : words(part);
    if (condition.op == ConditionOp::negation) return "not " + inner;
    if (!text.empty()) text += condition.op == ConditionOp::conjunction ? " and " : " or ";
    text += inner;
  }
  return text;
}

bool counts_anything(const CheckedCondition& condition) {
  if (condition.op == ConditionOp::test) return condition.test->inner != nullptr;
  return std::any_of(condition.parts.begin(), condition.parts.end(), counts_anything);
}

// `(C for 16 hours) within 1 month`
bool looks_for_form(const CheckedTest& test) {
  return test.feature.kind == FeatureKind::recency && counts_anything(*test.inner);
}

std::string known_text(const Scope& scope) {
  std::vector<std::string_view> parts;
  if (scope.same_network) parts.push_back("network known");
  if (scope.per_imei) parts.push_back("imei known");
  if (scope.per_profile) parts.push_back("profile known");
  return fmt::format("{}", fmt::join(parts, " and "));
}

// What of a ban's condition changes with the days, and whether all of it only grows.
struct Course {
  int timed = 0;
  bool falls = false;

  void look(const CheckedCondition& condition, bool wanted) {
    if (condition.op == ConditionOp::negation) wanted = !wanted;
    for (const CheckedCondition& part : condition.parts) look(part, wanted);
    if (condition.op != ConditionOp::test) return;
    const CheckedTest& test = *condition.test;
    if (!wanted && looks_for_form(test)) look(*test.inner, true);
    bool dated = test.feature.kind == FeatureKind::date;
    bool changes = test.inner || dated || test.feature.kind == FeatureKind::since;
    if (!changes) return;
    ++timed;
    falls = falls || dated || !wanted || falls_back(test.feature);
    // The same by itself: it may hold again on a day ahead.
    if (!wanted && falls_back(test.feature)) ++timed;
  }
};

// Has the notice to be asked for day by day, each of them exactly?
bool day_by_day(const CheckedBan& ban) {
  Course course;
  course.look(*ban.never, true);
  if (ban.from_day) ++course.timed;
  return ban.until_day || (course.falls && course.timed > 1);
}

void leave_out_needed_now(CheckedCondition& condition) {
  std::erase_if(condition.parts, [](const CheckedCondition& part) { return part.needed_now; });
  for (CheckedCondition& part : condition.parts) leave_out_needed_now(part);
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
    if (ban.name.empty()) ban.digest = canon_.digest(ban);
    table_.bans.push_back(std::move(ban));
    return;
  }
  leave_out_needed_now(*checked.never);
  for (ProfileIndex p = 0; p < candidates; ++p) {
    ban.violated.push_back(bites({&checked, p}));
    if (ban.notice_days == 0 || !day_by_day(checked)) {
      ban.bites.push_back(bites({&checked, p, ban.notice_days}));
      continue;
    }
    std::vector<ConditionIndex> any_day;
    for (std::int32_t k = 0; k <= ban.notice_days; ++k) {
      any_day.push_back(bites({&checked, p, k, true}));
    }
    ban.bites.push_back(table_.conditions.any_of(std::move(any_day)));
  }
  if (checked.remedy) ban.remedy = action(*checked.remedy);
  if (ban.name.empty()) ban.digest = canon_.digest(ban);
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

ConditionIndex Lowering::bites(const Judged& judged) {
  return table_.conditions.all_of(
      {in_force(*judged.ban, judged.ahead_days), judge(*judged.ban->never, judged, true)});
}

// Notice counts before the ban's `from` as well: that is what it is for.
ConditionIndex Lowering::in_force(const CheckedBan& ban, std::int32_t ahead_days) {
  std::vector<ConditionIndex> parts;
  if (ban.from_day) parts.push_back(from_date(*ban.from_day - ahead_days, ban.ban.zone));
  if (ban.until_day) {
    ConditionIndex ended = from_date(*ban.until_day + 1 - ahead_days, ban.ban.zone);
    parts.push_back(table_.conditions.negate(ended));
  }
  return table_.conditions.all_of(std::move(parts));
}

ConditionIndex Lowering::from_date(std::int32_t day, const std::string& zone) {
  Feature date;
  date.kind = FeatureKind::date;
  date.zone = zone;
  return add_test(std::move(date), from_day(0, Day{day}));
}

ConditionIndex Lowering::judge(const CheckedCondition& condition, const Judged& judged,
                               bool wanted) {
  if (!judged.on_one_network && network_decides(condition, judged)) {
    ConditionIndex found = on_any_network(condition, judged, wanted);
    return wanted ? found : table_.conditions.negate(found);
  }
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

// Where the condition holds (`wanted`), or where it does not, with the candidate on some network
// where it may be. Each part of a disjunction may do so on a network of its own; of a conjunction
// those that depend on the network have to do so on one.
ConditionIndex Lowering::on_any_network(const CheckedCondition& condition, const Judged& judged,
                                        bool wanted) {
  ConditionTable& conditions = table_.conditions;
  if (condition.op == ConditionOp::negation) {
    const CheckedCondition& inner = condition.parts[0];
    if (network_decides(inner, judged)) return on_any_network(inner, judged, !wanted);
    ConditionIndex found = judge(inner, judged, !wanted);
    return wanted ? conditions.negate(found) : found;
  }
  if (condition.op == ConditionOp::test) {
    bool alone = wanted && is_worst_alone(*condition.test, judged);
    return alone ? judge_test(*condition.test, judged, true)
                 : on_one_network({&condition}, judged, wanted);
  }
  bool together = (condition.op == ConditionOp::conjunction) == wanted;
  std::vector<ConditionIndex> parts;
  std::vector<const CheckedCondition*> moved;
  for (const CheckedCondition& part : condition.parts) {
    if (network_decides(part, judged)) {
      moved.push_back(&part);
      continue;
    }
    ConditionIndex found = judge(part, judged, wanted);
    parts.push_back(wanted ? found : conditions.negate(found));
    if (together && parts.back() == ConditionTable::kNever) return ConditionTable::kNever;
  }
  if (!together) {
    for (const CheckedCondition* part : moved) {
      parts.push_back(on_any_network(*part, judged, wanted));
    }
    return conditions.any_of(std::move(parts));
  }
  parts.push_back(moved.size() == 1 ? on_any_network(*moved[0], judged, wanted)
                                    : on_one_network(moved, judged, wanted));
  return conditions.all_of(std::move(parts));
}

// All of the parts hold (or none does) on one and the same network.
ConditionIndex Lowering::on_one_network(const std::vector<const CheckedCondition*>& parts,
                                        const Judged& judged, bool wanted) {
  Judged there = judged;
  there.on_one_network = true;
  Test test;
  std::vector<ConditionIndex> inner;
  for (const CheckedCondition* part : parts) {
    ConditionIndex found = judge(*part, there, wanted);
    inner.push_back(wanted ? found : table_.conditions.negate(found));
    if (!test.text.empty()) test.text += " and ";
    std::string text = part->parts.size() > 1 ? "(" + words(*part) + ")" : words(*part);
    test.text += wanted ? text : "not " + text;
  }
  Feature feature;
  feature.kind = FeatureKind::on_a_network;
  feature.inner = table_.conditions.all_of(std::move(inner));
  if (feature.inner <= ConditionTable::kNever) return feature.inner;
  feature.candidate = judged.candidate;
  feature.zone = judged.ban->ban.zone;
  test.kind = Test::Kind::at_least;
  test.threshold = 1;
  return add_test(std::move(feature), std::move(test));
}

// Can the answer differ from one network of the candidate to another?
bool Lowering::network_decides(const CheckedCondition& condition, const Judged& judged) const {
  if (settled(condition, judged.candidate)) return false;
  if (condition.op != ConditionOp::test) {
    return std::any_of(condition.parts.begin(), condition.parts.end(),
                       [&](const CheckedCondition& part) { return network_decides(part, judged); });
  }
  const CheckedTest& test = *condition.test;
  if (test.inner) return test.feature.scope.same_network || network_decides(*test.inner, judged);
  return test.feature.kind == FeatureKind::network || test.feature.kind == FeatureKind::roaming ||
         test.feature.scope.same_network;
}

// Is one network the worst for all that is asked, so that it need not be asked together? Of two
// networks neither is the worse by itself; but roaming is worse than not, and so is the longer
// count.
bool Lowering::is_worst_alone(const CheckedTest& test, const Judged& judged) const {
  const Feature& feature = test.feature;
  if (feature.kind == FeatureKind::network) return false;
  if (test.test.kind == Test::Kind::known) return false;
  if (!test.inner) return true;
  // It is longest ago on a network where it does not hold now.
  if (feature.kind == FeatureKind::recency) return false;
  bool in_a_row = feature.kind == FeatureKind::consecutive_days;
  if (feature.kind == FeatureKind::held) return true;
  // A run may go on where the device is not: what is asked beside it is asked there.
  if (in_a_row && feature.gap_days == 0) {
    return !is_settled_within(*test.inner, judged.candidate) &&
           !asks_days_ahead(test, judged, true);
  }
  // Its condition now is asked beside it. Where that decides how far the count goes, the network
  // that is worst for the one is worst for the other.
  return !feature.scope.same_network && !in_a_row;
}

ConditionIndex Lowering::judge_test(const CheckedTest& checked, const Judged& judged, bool wanted) {
  if (checked.inner) return judge_form(checked, judged, wanted);
  Feature feature = checked.feature;
  bool by_network = judged.as_counted && feature.kind == FeatureKind::roaming;
  auto known = settled(feature, checked.test, judged.candidate);
  if (known && !by_network) return *known;
  if (feature.kind == FeatureKind::area) feature.subject = area(feature.subject);
  Test test = checked.test;
  if (wanted || judged.exactly) look_ahead(feature, test, judged.ahead_days, judged.exactly, false);
  if (depends_on_candidate(feature)) set_candidate(feature, judged);
  return add_test(std::move(feature), std::move(test));
}

// A time form, and its inner condition now.
ConditionIndex Lowering::judge_form(const CheckedTest& checked, const Judged& judged, bool wanted) {
  ConditionTable& conditions = table_.conditions;
  // Now: with the candidate, and without looking ahead.
  Judged today = judged;
  today.ahead_days = 0;
  today.exactly = false;
  Judged anywhere = today;
  anywhere.on_one_network = true;
  // Under `not` as well the ban bites only where it holds.
  bool is_never = judge(*checked.inner, anywhere, true) == ConditionTable::kNever;
  if (is_never) return wanted ? ConditionTable::kNever : ConditionTable::kAlways;
  // What is looked for within a time may hold on a day ahead, if what it counts goes on, or come to
  // count. (Such a test says how long ago it was: `within` is that it was not long ago.)
  bool dated = judged.ban->counting_from_day.has_value();
  bool ahead = !wanted && judged.ahead_days > 0;
  bool form_by_then = ahead && looks_for_form(checked);
  bool by_then = form_by_then || (ahead && dated && checked.feature.kind == FeatureKind::recency);
  auto now = [&] { return judge(*checked.inner, form_by_then ? judged : today, true); };
  auto counted_by_then = [&] {
    Judged then = form_by_then ? judged : today;
    then.as_counted = true;
    return judge(*checked.inner, then, true);
  };
  Feature feature = checked.feature;
  Test test = checked.test;
  if (asks_days_ahead(checked, judged, wanted)) {
    feature.ahead_days = judged.exactly ? -judged.ahead_days : judged.ahead_days;
  } else if (wanted || judged.exactly) {
    look_ahead(feature, test, judged.ahead_days, judged.exactly, dated);
  }
  feature.inner = counted_inner(checked, judged);
  bool asks_candidate = feature.scope.same_network || feature.scope.per_profile ||
                        inner_depends(*checked.inner, judged.candidate);
  if (asks_candidate) set_candidate(feature, judged);
  // These hold only where their inner condition does, as far as its history tells; what is settled
  // for the candidate is known where that is not.
  bool in_a_row = feature.kind == FeatureKind::consecutive_days && feature.gap_days == 0;
  bool implied = !is_settled_within(*checked.inner, judged.candidate) &&
                 (feature.kind == FeatureKind::held || in_a_row) && feature.ahead_days == 0;
  FeatureKind feature_kind = feature.kind;
  Feature at_once = feature, of_key = feature;
  ConditionIndex form = add_test(std::move(feature), std::move(test));
  if (by_then) {
    ConditionIndex found = found_by_then(judged, std::move(of_key), counted_by_then());
    form = conditions.all_of({form, conditions.negate(found)});
  }
  if (!wanted) return conditions.any_of({form, conditions.negate(now())});
  // The window of a later instant reaches less far back: a share that nobody can tell today is in
  // doubt, whatever it will be.
  if (feature_kind == FeatureKind::held_share && judged.ahead_days > 0 && !judged.exactly) {
    at_once.window = checked.feature.window;
    at_once.ahead_days = 0;
    form = conditions.any_of({form, add_test(std::move(at_once), Test(checked.test))});
  }
  return implied ? form : conditions.all_of({form, now()});
}

// What `within` looks for holds on a day ahead that counts, and is sure to be of the key that it is
// looked for under.
ConditionIndex Lowering::found_by_then(const Judged& judged, Feature of_key,
                                       ConditionIndex holds_then) {
  std::vector<ConditionIndex> all = {holds_then};
  if (const auto& from = judged.ban->counting_from_day) {
    all.push_back(from_date(*from - judged.ahead_days, judged.ban->ban.zone));
  }
  if (of_key.scope.any()) {
    of_key.kind = FeatureKind::held;
    of_key.inner = ConditionTable::kAlways;
    of_key.window = {};
    Test known;
    known.kind = Test::Kind::at_least;
    known.text = known_text(of_key.scope);
    all.push_back(add_test(std::move(of_key), std::move(known)));
  }
  return table_.conditions.all_of(std::move(all));
}

// Has the engine to count the days ahead, where a count of today does not tell? It does not where
// the days ahead are enough by themselves and the ban counts from a later date; nor for a profile
// that roams nowhere, which is known today though nobody knows where the device is; nor under
// `not`, where today counts in notice though nobody knows whether the condition holds.
bool Lowering::asks_days_ahead(const CheckedTest& checked, const Judged& judged,
                               bool wanted) const {
  const Feature& feature = checked.feature;
  bool in_window = feature.kind == FeatureKind::window_count &&
                   feature.window.unit == TimeUnit::day && feature.bucket == TimeUnit::day;
  bool in_days = in_window || feature.kind == FeatureKind::consecutive_days;
  if (!in_days || judged.ahead_days == 0) return false;
  if (!wanted) return judged.exactly;
  if (is_settled_within(*checked.inner, judged.candidate, FeatureKind::roaming)) return true;
  bool at_least = checked.test.kind == Test::Kind::at_least;
  return judged.ban->counting_from_day && at_least && checked.test.threshold <= judged.ahead_days;
}

ConditionIndex Lowering::counted_inner(const CheckedTest& checked, const Judged& judged) {
  ConditionIndex inner = lower_condition(*checked.inner);
  if (!judged.ban->counting_from_day) return inner;
  ConditionIndex since = from_date(*judged.ban->counting_from_day, judged.ban->ban.zone);
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
      // Of a profile that declares none nobody knows.
      if (!declared || table_.profiles[candidate].breakout.empty()) return std::nullopt;
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

// What is asked on one network is supposed for the candidate by whoever asks.
void Lowering::set_candidate(Feature& feature, const Judged& judged) {
  if (!judged.on_one_network) feature.candidate = judged.candidate;
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

// The candidate itself is installed from now on; whether another one is does not depend on it.
bool Lowering::inner_depends(const CheckedCondition& condition, ProfileIndex candidate) const {
  if (condition.op == ConditionOp::test) {
    const CheckedTest& test = *condition.test;
    bool is_candidate =
        test.feature.kind == FeatureKind::installed && test.feature.subject == candidate;
    return is_candidate || depends_on_candidate(test.feature) ||
           (test.inner && inner_depends(*test.inner, candidate));
  }
  return std::any_of(condition.parts.begin(), condition.parts.end(),
                     [&](const CheckedCondition& part) { return inner_depends(part, candidate); });
}

std::optional<bool> Lowering::settled(const CheckedCondition& condition,
                                      ProfileIndex candidate) const {
  if (condition.op == ConditionOp::test) {
    const CheckedTest& test = *condition.test;
    if (test.inner) return std::nullopt;
    auto known = settled(test.feature, test.test, candidate);
    return known ? std::optional(*known == ConditionTable::kAlways) : std::nullopt;
  }
  if (condition.op == ConditionOp::negation) {
    std::optional<bool> inner = settled(condition.parts[0], candidate);
    return inner ? std::optional(!*inner) : std::nullopt;
  }
  if (condition.parts.empty()) return condition.op == ConditionOp::always;
  bool by_one = condition.op == ConditionOp::disjunction;
  bool all = true;
  for (const CheckedCondition& part : condition.parts) {
    std::optional<bool> inner = settled(part, candidate);
    if (inner == by_one) return by_one;
    all = all && inner;
  }
  return all ? std::optional(!by_one) : std::nullopt;
}

bool Lowering::is_settled_within(const CheckedCondition& condition, ProfileIndex candidate,
                                 std::optional<FeatureKind> kind) const {
  if (condition.op == ConditionOp::test) {
    const CheckedTest& test = *condition.test;
    if (test.inner || (kind && test.feature.kind != *kind)) return false;
    return settled(test.feature, test.test, candidate).has_value();
  }
  return std::any_of(
      condition.parts.begin(), condition.parts.end(),
      [&](const CheckedCondition& part) { return is_settled_within(part, candidate, kind); });
}

}  // namespace sojourn::lang
