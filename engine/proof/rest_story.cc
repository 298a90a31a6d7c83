#include "engine/proof/rest_story.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/proof/actions.h"
#include "engine/proof/day_length.h"
#include "engine/proof/witness_parts.h"
#include "engine/proof/witness_report.h"

namespace sojourn {
namespace {

constexpr std::int64_t kStayDaysMax = 400;
constexpr Duration kSwitchTakes = minutes(1);
constexpr Duration kPastTakes = minutes(30);  // at least

// A stay longer than every count of the policy takes is the end of all switching.
std::int64_t longest_stay_days(const RuleTable& table) {
  std::int64_t longest = 2;
  for (const Test& test : table.conditions.tests()) {
    const Feature& feature = table.features[test.feature];
    if (!is_temporal(feature.kind)) continue;
    bool elapsed = feature.kind == FeatureKind::held || feature.kind == FeatureKind::recency ||
                   feature.kind == FeatureKind::held_share;
    std::int64_t days = std::min(elapsed ? test.threshold / kDayMs : test.threshold, kStayDaysMax);
    std::int64_t window =
        std::min(feature.window.unit == TimeUnit::millisecond ? feature.window.count / kDayMs
                                                              : feature.window.count,
                 kStayDaysMax);
    bool months = feature.bucket == TimeUnit::month || feature.window.unit == TimeUnit::month;
    bool weeks = feature.bucket == TimeUnit::week || feature.window.unit == TimeUnit::week;
    std::int64_t unit = months ? 31 : weeks ? 7 : 1;
    bool calendar = feature.kind == FeatureKind::calendar_count;
    longest = std::max(longest, calendar ? kStayDaysMax : std::max(days, window) * unit + 2);
  }
  return std::min(longest, kStayDaysMax);
}

class Life {
 public:
  Life(const std::shared_ptr<const PreparedPolicy>& policy, const RuleTable& table,
       const RestPlace& place, std::size_t& reports_left)
      : zone_(policy->zone()),
        table_(table),
        place_(place),
        device_(policy),
        reports_left_(reports_left),
        stay_days_max_(longest_stay_days(table)) {
    Witness& there = place_.there;
    there.profile = Reading::exactly(place.past.empty() ? place.first : place.past.front().profile);
    for (FeatureIndex f = 0; f < table.features.size(); ++f) {
      const Feature& feature = table.features[f];
      const Reading& reading = there.readings[f];
      if (!reading.known) continue;
      bool missing = feature.kind == FeatureKind::installed && reading.lower == 0;
      if (missing) missing_.insert(static_cast<ProfileIndex>(feature.subject));
      if (feature.kind == FeatureKind::fallback) fallback_ = reading.lower;
    }
    auto rat =
        std::find_if(table.features.begin(), table.features.end(),
                     [](const Feature& feature) { return feature.kind == FeatureKind::rat; });
    if (rat == table.features.end()) return;
    const Reading& reading = there.readings[static_cast<std::size_t>(rat - table.features.begin())];
    if (reading.known && reading.lower >= 0 && reading.lower < std::int64_t{kRatCount}) {
      rat_ = static_cast<Rat>(reading.lower);
    }
  }

  std::optional<RestCycle> run() {
    std::optional<std::int64_t> days = days_of_standing(table_, place_.there);
    if (!days) return std::nullopt;
    begin(*days);
    for (const RestPast& past : place_.past) live_before(past);
    missing_.erase(place_.first);
    report_line(place_.first, place_.has_service[place_.first], !place_.past.empty());
    ProfileIndex profile = place_.first;
    for (std::size_t hops = 0; hops <= 2 * table_.profiles.size() + 4; ++hops) {
      std::optional<RestStay> stay = live_on(profile);
      if (!stay) return std::nullopt;
      for (std::size_t i = 0; i < stays_.size(); ++i) {
        bool again = stays_[i].profile == stay->profile && next_of_[i] == next_ &&
                     stays_[i].rule == stay->rule && stays_[i].ban == stay->ban;
        if (again) return told(i);
      }
      stays_.push_back(*stay);
      next_of_.push_back(next_);
      now_ = now_ + kSwitchTakes;
      profile = next_;
      missing_.erase(profile);
      report_line(profile, place_.has_service[profile], true);
    }
    return std::nullopt;
  }

 private:
  void begin(std::int64_t days) {
    const Witness& there = place_.there;
    text_ = fmt::format("  given {}\n", joined(given_parts(table_, there)));
    Observation given = given_report(table_, there);
    Day today{there.day};
    now_ = zone_.at_wall_time(Day{today.number - static_cast<std::int32_t>(days)},
                              there.time_of_day_ms / 60'000 * 60'000);
    given.at = now_;
    device_.observe(given);
    missing_.erase(static_cast<ProfileIndex>(there.profile.lower));
    if (days > 0) {
      auto profile = static_cast<ProfileIndex>(there.profile.lower);
      Instant from = now_;
      for (std::int64_t d = 0; d < days; ++d) {
        now_ = day_after(from, d);
        observe(profile, place_.has_service[profile], false);
      }
      write_daily(from, now_, profile, place_.has_service[profile]);
      now_ = day_after(from, days);
    }
  }

  void live_before(const RestPast& past) {
    missing_.erase(past.profile);
    report_line(past.profile, past.service, true);
    if (past.is_long) {
      const Instant begin = now_;
      for (std::int64_t d = 1; d <= stay_days_max_; ++d) {
        now_ = day_after(begin, d);
        observe(past.profile, past.service, false);
      }
      write_daily(day_after(begin, 1), now_, past.profile, past.service);
    }
    now_ = now_ + kPastTakes;
  }

  // Time passes on the profile, with a report each day, until something else is decided.
  std::optional<RestStay> live_on(ProfileIndex profile) {
    const Instant begin = now_;
    std::int64_t reported_days = 0;
    while (reported_days <= stay_days_max_ && reports_left_ > 0) {
      Decision decision = device_.decide(now_);
      if (moves_on(decision, profile)) {
        if (reported_days > 0) {
          write_daily(day_after(begin, 1), day_after(begin, reported_days), profile,
                      place_.has_service[profile]);
        }
        bool waited =
            now_ != begin && (reported_days == 0 || now_ != day_after(begin, reported_days));
        if (waited) text_ += fmt::format("  at {}\n", time_of(now_));
        text_ += fmt::format("  expect {}\n", expectation(decision));
        next_ = decision.profile;
        const Action& action = action_of(table_, decision.rule, decision.ban);
        if (action.hold.ms > 0) return std::nullopt;
        return RestStay{profile, place_.has_service[profile], decision.rule, decision.ban};
      }
      bool waits = decision.kind == Action::Kind::profile && decision.profile != profile;
      if (!waits && change_card(action_of(table_, decision.rule, decision.ban), profile)) continue;
      Instant review = device_.wake(now_);
      Instant report = day_after(begin, reported_days + 1);
      now_ = std::min(review, report);
      if (now_ == report) {
        ++reported_days;
        observe(profile, place_.has_service[profile], false);
      }
    }
    return std::nullopt;
  }

  // What else was decided about the card, a minute after it was; false: nothing is left to do.
  bool change_card(const Action& action, ProfileIndex enabled) {
    Observation report;
    std::vector<std::string> parts;
    auto name = [&](std::int64_t profile) {
      return table_.profiles[static_cast<std::size_t>(profile)].name;
    };
    // The holder of the fallback attribute gives it away only while another is enabled.
    if (action.fallback && fallback_ != *action.fallback && fallback_ != enabled &&
        !missing_.contains(*action.fallback)) {
      fallback_ = *action.fallback;
      report.fallback.give(name(fallback_));
      parts.push_back("fallback = " + written_name(name(fallback_)));
    }
    bool deletes = false;
    for (ProfileIndex profile : action.remove) {
      bool may_go = profile != enabled && profile != fallback_;
      deletes = (may_go && missing_.insert(profile).second) || deletes;
    }
    if (deletes) {
      std::vector<std::string> installed, written;
      for (ProfileIndex p = 0; p < table_.profiles.size(); ++p) {
        if (missing_.contains(p)) continue;
        installed.push_back(name(p));
        written.push_back(written_name(name(p)));
      }
      report.installed.give(std::move(installed));
      parts.push_back(fmt::format("installed = {{{}}}", fmt::join(written, ", ")));
    }
    if (parts.empty()) return false;
    now_ = now_ + kSwitchTakes;
    report.at = now_;
    device_.observe(report);
    text_ += fmt::format("  at {} {}\n", time_of(now_), joined(parts));
    return true;
  }

  bool moves_on(const Decision& decision, ProfileIndex profile) {
    if (decision.kind != Action::Kind::profile || decision.profile == profile) return false;
    Instant until = kNever;
    return device_.judge(action_of(table_, decision.rule, decision.ban).requires_condition, now_,
                         until) == Truth::yes;
  }

  std::string expectation(const Decision& decision) const {
    std::string text = "profile = " + written_name(table_.profiles[decision.profile].name);
    if (decision.rule < 0) return text;
    const std::string& name = table_.rules[static_cast<std::size_t>(decision.rule)].name;
    return name.empty() ? text : text + " by " + written_name(name);
  }

  // --- reports -------------------------------------------------------------------------------

  void observe(ProfileIndex profile, bool service, bool names_profile) {
    reports_left_ -= std::min<std::size_t>(reports_left_, 1);
    Observation report;
    report.at = now_;
    if (names_profile) report.profile.give(table_.profiles[profile].name);
    if (service) {
      if (place_.network) report.network.give(*place_.network);
      report.registration.give(Registration::roaming);
    } else {
      report.registration.give(Registration::none);
    }
    if (rat_ && service) report.rat.give(*rat_);
    if (place_.there.position)
      report.position.give(Fix{.at = *place_.there.position, .accuracy_m = 20});
    device_.observe(report);
  }

  std::string words(ProfileIndex profile, bool service, bool names_profile) const {
    std::vector<std::string> parts;
    if (names_profile) {
      parts.push_back("profile = " + written_name(table_.profiles[profile].name));
    }
    if (service) {
      if (place_.network) parts.push_back("network " + to_text(*place_.network));
      parts.push_back("registration roaming");
      if (rat_) parts.push_back(fmt::format("rat {}", name_of(*rat_)));
    } else {
      parts.push_back("registration none");
    }
    if (const std::optional<LatLon>& at = place_.there.position) {
      parts.push_back(fmt::format("position {:.5f} {:.5f} accuracy 20 m", at->lat, at->lon));
    }
    return joined(parts);
  }

  void report_line(ProfileIndex profile, bool service, bool names_profile) {
    observe(profile, service, names_profile);
    text_ += fmt::format("  at {} {}\n", time_of(now_), words(profile, service, names_profile));
  }

  void write_daily(Instant first, Instant last, ProfileIndex profile, bool service) {
    if (first == last) {
      text_ += fmt::format("  at {} {}\n", time_of(first), words(profile, service, false));
      return;
    }
    text_ += fmt::format("  every day at {} from {} to {} {}\n",
                         clock_text(zone_.wall_ms_of_day(first)), to_text(zone_.day_of(first)),
                         to_text(zone_.day_of(last)), words(profile, service, false));
  }

  // The same wall time, to the minute, so many days on.
  Instant day_after(Instant begin, std::int64_t days) const {
    Day day{zone_.day_of(begin).number + static_cast<std::int32_t>(days)};
    return zone_.at_wall_time(day, zone_.wall_ms_of_day(begin) / 60'000 * 60'000);
  }
  std::string time_of(Instant t) const {
    return time_text(zone_.day_of(t).number, zone_.wall_ms_of_day(t));
  }

  // Stays from the i-th on go round.
  RestCycle told(std::size_t first) {
    RestCycle cycle;
    cycle.stays.assign(stays_.begin() + static_cast<std::ptrdiff_t>(first), stays_.end());
    cycle.there = place_.there;
    std::vector<std::string> names;
    for (const RestStay& stay : cycle.stays) names.push_back(table_.profiles[stay.profile].name);
    names.push_back(names.front());
    std::string name = fmt::format("at rest from {} without end", fmt::join(names, " to "));
    cycle.test = fmt::format("test {}\n{}", written_text(name), text_);
    return cycle;
  }

  const TimeZone& zone_;
  const RuleTable& table_;
  RestPlace place_;
  Device device_;
  std::optional<Rat> rat_;
  std::set<ProfileIndex> missing_;  // not on the card
  std::int64_t fallback_ = kNoSymbol;
  Instant now_;
  std::size_t& reports_left_;
  std::int64_t stay_days_max_;
  ProfileIndex next_ = 0;
  std::vector<RestStay> stays_;
  std::vector<ProfileIndex> next_of_;
  std::string text_;
};

}  // namespace

std::vector<std::vector<RestPast>> pasts_before(const std::vector<ProfileIndex>& way,
                                                const std::vector<bool>& services,
                                                std::size_t profile_count) {
  constexpr std::size_t kOthersMax = 3;
  std::vector<ProfileIndex> others;
  for (ProfileIndex p = 0; p < profile_count && others.size() < kOthersMax; ++p) {
    if (std::find(way.begin(), way.end(), p) == way.end()) others.push_back(p);
  }
  std::vector<std::vector<RestPast>> pasts;
  for (std::size_t i = way.size(); i-- > 0;) {
    pasts.push_back({{way[i], services[i], false}});
    for (bool service : {true, false}) pasts.push_back({{way[i], service, true}});
  }
  for (ProfileIndex other : others) {
    for (bool service : {true, false}) pasts.push_back({{other, service, true}});
  }
  for (ProfileIndex other : others) {
    pasts.push_back({{other, true, true}, {way.back(), services.back(), false}});
  }
  for (std::size_t i = way.size(); i-- > 0;) {
    pasts.push_back({{way[i], true, true}, {way.back(), !services.back(), false}});
  }
  return pasts;
}

std::optional<RestCycle> live_at_rest(const std::shared_ptr<const PreparedPolicy>& policy,
                                      const RuleTable& table, const RestPlace& place,
                                      std::size_t& reports_left) {
  return Life(policy, table, place, reports_left).run();
}

}  // namespace sojourn
