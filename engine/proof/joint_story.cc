#include "engine/proof/joint_story.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/device/bans.h"
#include "engine/proof/day_length.h"
#include "engine/proof/stay_beginning.h"
#include "engine/proof/witness_parts.h"
#include "engine/proof/witness_report.h"

namespace sojourn {
namespace {

constexpr std::int64_t kReportMs = kDayMs / 2;  // an hour at which nothing changes

// Where the device is, as a report and in words. Null: on a network of no country.
struct JointStay {
  Observation report;
  std::string words;
  std::optional<ProfileIndex> profile{};  // told with each report
};

JointStay stay_in(const RuleTable& table, const Witness* witness) {
  if (witness) return {stay_report(table, *witness), joined(report_parts(table, *witness))};
  JointStay nowhere;
  nowhere.report.network.give(*parse_plmn("901-01"));
  nowhere.words = "network 901-01";
  return nowhere;
}

JointStay with_profile(const RuleTable& table, JointStay stay, ProfileIndex profile) {
  const std::string& name = table.profiles[profile].name;
  stay.report.profile.give(name);
  stay.words += (stay.words.empty() ? "profile = " : ", profile = ") + written_name(name);
  stay.profile = profile;
  return stay;
}

// How the device comes to stand where both bans count.
struct JointPlan {
  bool at_noon = false;         // it is away when the day begins, and comes back at noon
  std::int32_t later_days = 0;  // the ban's notice begins so much later than on the morrow
  // Where one of them counts already; where there are several, by turns, so that the other does
  // not.
  std::vector<const Witness*> before{};
  const Witness* away = nullptr;
};

class JointLife {
 public:
  JointLife(const std::shared_ptr<const PreparedPolicy>& policy, const RuleTable& table,
            const JointCase& joint, const JointPlan& plan)
      : table_(table),
        joint_(joint),
        plan_(plan),
        zone_(policy->zone()),
        enabled_(static_cast<ProfileIndex>(joint.there.profile.lower)),
        current_(enabled_),
        there_(stay_in(table, &joint.there)),
        device_(policy) {}

  std::optional<std::string> run() {
    bool violated = stand() && is_called() && arrive() && is_violated();
    if (!violated) return std::nullopt;
    std::string name = fmt::format("ban {} is violated after the switch that ban {} calls for",
                                   ban().label(), table_.bans[joint_.caller].label());
    return fmt::format("test {}\n{}", written_text(name), text_);
  }

 private:
  const Ban& ban() const { return table_.bans[joint_.ban]; }
  std::int32_t call_day() const { return joint_.there.day; }

  // --- until the first ban calls ---

  // The stays in which one ban, then both count, up to the eve of the call.
  bool stand() {
    const Ban& caller = table_.bans[joint_.caller];
    std::int32_t first_violating = call_day() + ban().notice_days + 1 + plan_.later_days;
    auto called =
        stay_beginning(table_, caller.violated[enabled_], call_day() + caller.notice_days);
    auto counted = stay_beginning(table_, ban().violated[joint_.to], first_violating);
    if (!counted || !counted->possible || (called && !called->possible)) return false;
    if (!called) called = StayBeginning{call_day(), -1, {}, true};
    if (plan_.at_noon && called->ms >= 0) {
      // What counts hours calls at the hour at which the stay began.
      called->ms += joint_.noon.ms;
      called->day += static_cast<std::int32_t>(called->ms / kDayMs);
      called->ms %= kDayMs;
      stays_ = true;
    }
    bool ban_first = counted->day < called->day;
    const StayBeginning& first = ban_first ? *counted : *called;
    const StayBeginning& second = ban_first ? *called : *counted;
    bool both_at_once = first.day == second.day;
    if (both_at_once != plan_.before.empty()) return false;
    const Witness& begins = both_at_once ? joint_.there : *plan_.before.front();
    bool changes_profile = profile_of(begins) != enabled_;
    current_ = profile_of(begins);
    text_ += fmt::format("  given {}\n", joined(given_parts(table_, begins)));
    now_ = at(std::min(first.day, call_day() - 1), 0);
    Observation given = given_report(table_, begins);
    given.at = now_;
    device_.observe(given);
    if (!both_at_once && !stay_before(first, second.day)) return false;
    JointStay there = changes_profile ? with_profile(table_, there_, enabled_) : there_;
    if (!stay(second, call_day(), there)) return false;
    if (current_ != enabled_) return false;
    return first.day >= call_day() || expect_keep();
  }

  static ProfileIndex profile_of(const Witness& witness) {
    return static_cast<ProfileIndex>(witness.profile.lower);
  }

  // Each turn a day shorter than the stay that follows, so that its ban does not call before.
  bool stay_before(StayBeginning begin, std::int32_t until) {
    std::int32_t longest = plan_.before.size() > 1 ? call_day() - until - 1 : until - begin.day;
    if (longest < 1) return false;
    for (std::size_t turn = 0; begin.day < until; ++turn) {
      const Witness* where = plan_.before[turn % plan_.before.size()];
      std::int32_t end = std::min(until, begin.day + longest);
      if (!stay(begin, end, stay_in(table_, where))) return false;
      begin = StayBeginning{end, -1, {}, true};
    }
    return true;
  }

  // A report on each day from the beginning to the eve of `until`; nothing is decided anew.
  bool stay(const StayBeginning& begin, std::int32_t until, const JointStay& where) {
    std::int32_t day = begin.day;
    if (day >= until) return true;
    bool own_hour = begin.ms >= 0 || !begin.events.empty();
    if (own_hour) {
      if (!keeps_until(at(day, begin.ms >= 0 ? begin.ms : kReportMs))) return false;
      report(where);
      std::vector<std::string> parts;
      if (!where.words.empty()) parts.push_back(where.words);
      for (const std::string& event : begin.events) {
        Observation of_event;
        of_event.at = now_;
        of_event.event = event;
        device_.observe(of_event);
        parts.push_back("event " + written_name(event));
      }
      text_ += fmt::format("  at {} {}\n", time_of(now_), joined(parts));
      ++day;
    }
    return stand_daily(day, until, where);
  }

  bool stand_daily(std::int32_t from, std::int32_t until, const JointStay& where) {
    for (std::int32_t day = from; day < until; ++day) {
      if (!keeps_until(at(day, kReportMs))) return false;
      report(where);
    }
    write_daily(from, until, where);
    return true;
  }

  // Time passes; what is enabled is what should be.
  bool keeps_until(Instant end) {
    while (now_ < end) {
      if (device_.newest_report() != kBeginning && wanted() != current_) return false;
      now_ = std::min(device_.wake(now_), end);
    }
    return true;
  }

  // Also after the last report: with it a ban may call.
  bool expect_keep() {
    text_ += "  expect keep\n";
    return wanted() == enabled_;
  }

  // The first ban calls, and leads to the other profile.
  bool is_called() {
    if (plan_.at_noon && !stays_) {
      JointStay away = stay_in(table_, plan_.away);
      // So early that a change of country is believed when the day begins.
      std::int64_t leaves_ms = kDayMs - table_.settings.settle.ms - 60'000;
      if (leaves_ms <= kReportMs || !keeps_until(at(call_day() - 1, leaves_ms))) return false;
      report_line(away);
      if (!expect_keep()) return false;
    }
    Instant comes = at(call_day(), plan_.at_noon ? joint_.noon.ms : 0);
    if (!keeps_until(comes - milliseconds(1))) return false;
    now_ = comes;
    report_line(there_);
    Instant end = at(call_day() + 1, 0);
    while (wanted() == enabled_) {
      Instant next = device_.wake(now_);
      if (next >= end) return false;
      now_ = next;
    }
    if (now_ != comes) text_ += fmt::format("  at {}\n", time_of(now_));
    bool calls_for_it = wanted() == joint_.to &&
                        calls(table_.bans[joint_.caller], device_.standing(joint_.caller, now_)) &&
                        !calls(ban(), device_.standing(joint_.ban, now_));
    text_ += expectation(joint_.to);
    return calls_for_it;
  }

  // --- its order stands ---

  bool arrive() {
    Instant arrival = now_ + joint_.coming;
    wait_until(arrival);
    Observation with_profile = there_.report;
    with_profile.at = now_;
    with_profile.profile.give(table_.profiles[joint_.to].name);
    device_.observe(with_profile);
    text_ += fmt::format("  at {} profile = {}{}{}\n", time_of(now_),
                         written_name(table_.profiles[joint_.to].name),
                         there_.words.empty() ? "" : ", ", there_.words);
    Instant latest = now_ + days(ban().notice_days + 2);
    Instant first_look = now_;
    while (!calls(ban(), device_.standing(joint_.ban, now_)) || wanted() == joint_.to) {
      now_ = std::max(device_.wake(now_), now_ + milliseconds(1));
      if (now_ > latest) return false;
    }
    if (now_ != first_look) text_ += fmt::format("  at {}\n", time_of(now_));
    text_ += expectation(wanted());
    return true;
  }

  // ... before the switch that it calls for need have been made.
  bool is_violated() {
    Instant deadline = device_.deadline(joint_.ban, now_);
    if (deadline == kNever || deadline >= now_ + joint_.assuming) return false;
    ProfileIndex leads_to = wanted();
    if (deadline > now_) {
      wait_until(deadline);
      report_line(there_);
    }
    if (device_.standing(joint_.ban, now_).violated != Truth::yes) return false;
    text_ += ban().name.empty()
                 ? expectation(leads_to)
                 : fmt::format("  expect ban {} violated\n", written_name(ban().name));
    return true;
  }

  // --- time and reports ---

  // Daily reports while something is under way, up to the instant itself.
  void wait_until(Instant end) {
    std::int32_t from = zone_.day_of(now_).number;
    if (at(from, kReportMs) <= now_) ++from;
    std::int32_t day = from;
    for (; at(day, kReportMs) < end; ++day) {
      now_ = at(day, kReportMs);
      report(there_);
    }
    write_daily(from, day, there_);
    now_ = end;
  }

  // The profile that should be enabled.
  ProfileIndex wanted() {
    Decision decision = device_.decide(now_);
    if (decision.kind == Action::Kind::profile) return decision.profile;
    auto enabled = device_.enabled_profile(now_);
    return enabled && *enabled >= 0 ? static_cast<ProfileIndex>(*enabled) : current_;
  }

  std::string expectation(ProfileIndex profile) const {
    return fmt::format("  expect profile = {}\n", written_name(table_.profiles[profile].name));
  }

  void report(const JointStay& where) {
    Observation one = where.report;
    one.at = now_;
    device_.observe(one);
    if (where.profile) current_ = *where.profile;
  }
  void report_line(const JointStay& where) {
    report(where);
    text_ +=
        fmt::format("  at {}{}{}\n", time_of(now_), where.words.empty() ? "" : " ", where.words);
  }
  // The reports of the days from `from` to the eve of `until`.
  void write_daily(std::int32_t from, std::int32_t until, const JointStay& where) {
    if (from >= until) return;
    std::string clock = clock_text(kReportMs), last = to_text(Day{until - 1});
    text_ += from + 1 == until ? fmt::format("  at {} {} {}\n", last, clock, where.words)
                               : fmt::format("  every day at {} from {} to {} {}\n", clock,
                                             to_text(Day{from}), last, where.words);
  }

  // Milliseconds beyond a day run into other days.
  Instant at(std::int32_t day, std::int64_t ms) const {
    auto days_on = static_cast<std::int32_t>(ms / kDayMs);
    return zone_.at_wall_time(Day{day + days_on}, ms % kDayMs);
  }
  std::string time_of(Instant t) const {
    return time_text(zone_.day_of(t).number, zone_.wall_ms_of_day(t));
  }

  const RuleTable& table_;
  const JointCase& joint_;
  const JointPlan& plan_;
  const TimeZone& zone_;
  ProfileIndex enabled_;
  ProfileIndex current_;  // another one before, where the device changes it by itself
  JointStay there_;
  Device device_;
  Instant now_;
  bool stays_ = false;  // until noon, and is not away
  std::string text_;
};

}  // namespace

std::optional<std::string> live_jointly(const std::shared_ptr<const PreparedPolicy>& policy,
                                        const RuleTable& table, const JointCase& joint) {
  // Where one of them counts before the other does: which one, the life itself finds out.
  std::vector<std::vector<const Witness*>> before = {{}};
  for (const std::vector<Witness>* only : {&joint.ban_only, &joint.caller_only}) {
    std::vector<const Witness*> by_turns;
    for (const Witness& witness : *only) {
      before.push_back({&witness});
      by_turns.push_back(&witness);
    }
    if (by_turns.size() > 1) before.push_back(std::move(by_turns));
  }
  for (const Witness& witness : joint.other_profile) before.push_back({&witness});
  std::vector<const Witness*> away;
  for (const Witness& witness : joint.ban_only) away.push_back(&witness);
  away.push_back(nullptr);
  auto live = [&](const JointPlan& plan) { return JointLife(policy, table, joint, plan).run(); };
  for (std::int32_t later_days : {0, 1, -1}) {
    for (const std::vector<const Witness*>& stay : before) {
      if (auto test = live({false, later_days, stay, nullptr})) return test;
      for (const Witness* at : away) {
        if (auto test = live({true, later_days, stay, at})) return test;
      }
    }
  }
  return std::nullopt;
}

}  // namespace sojourn
