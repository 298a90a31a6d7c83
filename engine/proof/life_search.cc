#include "engine/proof/life_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/calendar.h"
#include "engine/device/bans.h"
#include "engine/proof/day_length.h"
#include "engine/proof/witness_parts.h"
#include "engine/proof/witness_report.h"

namespace sojourn {
namespace {

// Days of lives that are lived, over the whole search.
constexpr std::size_t kDaysLivedMax = 12'000;
constexpr std::int32_t kLifeDaysMax = 120;
// A life goes past the end of a year, where calendars begin anew.
constexpr Day kFirstDay{20'767};  // 2026-11-10
constexpr std::int64_t kFar = 1'000;

// Where the device is for a day: a report at its beginning.
struct DayStay {
  Observation report;
  std::string words;
};

struct LifeSoFar {
  Bytes device;
  std::vector<std::uint8_t> stays;  // by day
};

// How near the ban is to its violation, and the others to their calls, in days.
using Distances = std::pair<std::int64_t, std::int64_t>;

class LifeSearch {
 public:
  LifeSearch(const std::shared_ptr<const PreparedPolicy>& policy, const RuleTable& table,
             const LifeQuestion& question)
      : policy_(policy),
        table_(table),
        question_(question),
        zone_(policy->zone()),
        enabled_(static_cast<ProfileIndex>(question.there.profile.lower)) {
    add_stay(question.there);
    for (const Witness& stay : question.stays) add_stay(stay);
    DayStay nowhere;
    nowhere.report.network.give(*parse_plmn("901-01"));
    nowhere.words = "network 901-01";
    stays_.push_back(std::move(nowhere));
  }

  LifeSearched run() {
    std::int32_t days = std::min(kLifeDaysMax, 2 * question_.days + 55);
    std::size_t width = kDaysLivedMax / (static_cast<std::size_t>(days) * (stays_.size() + 1)) + 1;
    Device first(policy_);
    Observation given = given_report(table_, question_.there);
    given.at = begin_of(0);
    first.observe(given);
    std::vector<LifeSoFar> lives = {{first.save(), {}}};
    for (std::int32_t day = 0; day < days && !lives.empty(); ++day) {
      std::map<Distances, LifeSoFar> kept;
      for (const LifeSoFar& life : lives) {
        for (std::uint8_t stay = 0; stay < stays_.size(); ++stay) {
          if (live_day(life, day, stay, kept)) return std::move(searched_);
        }
      }
      lives = chosen(std::move(kept), width);
    }
    return std::move(searched_);
  }

 private:
  const Ban& ban() const { return table_.bans[question_.ban]; }

  // The nearest half, and some of all others: who is far off today may wait for the year to end.
  static std::vector<LifeSoFar> chosen(std::map<Distances, LifeSoFar> kept, std::size_t width) {
    std::vector<LifeSoFar> all, some;
    for (auto& [distances, life] : kept) all.push_back(std::move(life));
    if (all.size() <= width) return all;
    std::size_t nearest = width / 2, rest = all.size() - nearest, places = width - nearest;
    for (std::size_t i = 0; i < nearest; ++i) some.push_back(std::move(all[i]));
    for (std::size_t i = 1; i <= places; ++i) {
      some.push_back(std::move(all[nearest + rest * i / places - 1]));
    }
    return some;
  }

  void add_stay(const Witness& witness) {
    stays_.push_back({stay_report(table_, witness), joined(report_parts(table_, witness))});
  }

  Instant begin_of(std::int32_t day) const {
    return zone_.at_wall_time(Day{kFirstDay.number + day}, 0);
  }

  void report(Device& device, const DayStay& stay, Instant at) const {
    Observation one = stay.report;
    one.at = at;
    device.observe(one);
  }

  ProfileIndex wanted(Device& device, Instant now, ProfileIndex enabled) const {
    Decision decision = device.decide(now);
    return decision.kind == Action::Kind::profile ? decision.profile : enabled;
  }

  // One more day; true: it ends in a violation. Else it is kept, unless a switch is called for.
  bool live_day(const LifeSoFar& life, std::int32_t day, std::uint8_t stay,
                std::map<Distances, LifeSoFar>& kept) {
    Device device(policy_);
    if (!device.restore(life.device)) return false;
    Instant now = begin_of(day), end = begin_of(day + 1);
    report(device, stays_[stay], now);
    std::vector<std::uint8_t> stays = life.stays;
    stays.push_back(stay);
    while (now < end) {
      if (wanted(device, now, enabled_) != enabled_) {
        return is_called(std::move(device), now, day, stays);
      }
      now = std::min(std::max(device.wake(now), now + milliseconds(1)), end);
    }
    LifeSoFar next{device.save(), std::move(stays)};
    Distances distances = distances_of(next, day + 1);
    kept.try_emplace(distances, std::move(next));
    return false;
  }

  // On the morrow, if the device is there then.
  Distances distances_of(const LifeSoFar& life, std::int32_t day) const {
    Device device(policy_);
    if (!device.restore(life.device)) return {kFar, 0};
    Instant now = begin_of(day);
    report(device, stays_.front(), now);
    Distances distances{kFar, 0};
    std::int64_t nearest_call = kFar;
    for (std::size_t b = 0; b < table_.bans.size(); ++b) {
      if (table_.bans[b].forbids_change) continue;
      Instant deadline = device.deadline(b, now);
      std::int64_t left = deadline == kNever ? kFar : (deadline - now).ms / kDayMs;
      if (b == question_.ban) {
        distances.first = left;
      } else {
        nearest_call = std::min(nearest_call, left - table_.bans[b].notice_days);
      }
    }
    distances.second = -nearest_call;
    return distances;
  }

  // --- a switch is called for ---

  // The longest that it may take; absent: no ban calls.
  std::optional<Duration> on_the_way(Device& device, Instant now, std::uint32_t& caller) const {
    std::optional<Duration> within;
    for (std::uint32_t b = 0; b < table_.bans.size(); ++b) {
      const Ban& other = table_.bans[b];
      if (other.forbids_change || !calls(other, device.standing(b, now))) continue;
      if (!within || b == question_.ban) caller = b;
      within =
          milliseconds(std::max({within ? within->ms : 0, other.assuming.ms, ban().assuming.ms}));
    }
    return within;
  }

  bool is_called(Device device, Instant now, std::int32_t day,
                 const std::vector<std::uint8_t>& stays) {
    std::uint32_t caller = 0;
    std::optional<Duration> within = on_the_way(device, now, caller);
    if (!within) return false;
    bool own = caller == question_.ban;
    searched_.any_called = true;
    searched_.own_called = searched_.own_called || own;
    ProfileIndex to = wanted(device, now, enabled_);
    std::string text = fmt::format("  given {}\n", joined(given_parts(table_, question_.there)));
    write_days(text, stays);
    if (now != begin_of(day)) text += fmt::format("  at {}\n", time_of(now));
    text += expectation(to);
    Way way{std::move(device), now, day + 1, std::move(text)};
    if (question_.coming) {
      if (own || to != *question_.coming || stays.back() != 0) return false;
      if (!comes_too_late(way, to, *within)) return false;
    } else if (!is_violated_before(way, now + *within)) {
      return false;
    }
    way.text += ban().name.empty()
                    ? "  expect keep\n"
                    : fmt::format("  expect ban {} violated\n", written_name(ban().name));
    searched_.found = FoundLife{caller, std::move(way.text)};
    return true;
  }

  struct Way {
    Device device;
    Instant now;
    std::int32_t next_day = 0;  // without a report yet
    std::string text;
  };

  // The next report is there; time passes until then, or until the end.
  void step(Way& way, Instant end) {
    Instant next = std::min(std::max(way.device.wake(way.now), way.now + milliseconds(1)), end);
    Instant morrow = begin_of(way.next_day);
    way.now = std::min(next, morrow);
    if (way.now == morrow) {
      report(way.device, stays_.front(), morrow);
      way.text += fmt::format("  at {} {}\n", time_of(morrow), stays_.front().words);
      ++way.next_day;
    }
  }

  // With the profile that is enabled, and neither because the device came with less than the whole
  // notice left: that is the world's doing.
  bool is_violated_before(Way& way, Instant end) {
    std::optional<Instant> called;
    while (way.now < end) {
      BanStanding standing = way.device.standing(question_.ban, way.now);
      if (!called && calls(ban(), standing)) {
        called = way.now;
        Day today = zone_.day_of(way.now);
        Instant whole = zone_.at_wall_time(Day{today.number + ban().notice_days}, 0);
        bool late = ban().notice_days > 0 && way.device.deadline(question_.ban, way.now) < whole;
        if (late) return false;
      }
      if (standing.violated == Truth::yes) {
        if (!called || way.now == end) return false;
        way.text += fmt::format("  at {}\n", time_of(way.now));
        return true;
      }
      step(way, end);
    }
    return false;
  }

  // With the profile to which the other ban leads, before the switch that is then called for.
  bool comes_too_late(Way& way, ProfileIndex to, Duration within) {
    Instant arrival = way.now + within;
    while (way.now < arrival) step(way, arrival);
    if (way.device.standing(question_.ban, way.now).violated == Truth::yes) return false;
    Observation arrived = stays_.front().report;
    arrived.at = way.now;
    arrived.profile.give(table_.profiles[to].name);
    way.device.observe(arrived);
    way.text += fmt::format("  at {} profile = {}{}{}\n", time_of(way.now),
                            written_name(table_.profiles[to].name),
                            stays_.front().words.empty() ? "" : ", ", stays_.front().words);
    Instant latest = begin_of(way.next_day + ban().notice_days + 2);
    while (!calls(ban(), way.device.standing(question_.ban, way.now)) ||
           wanted(way.device, way.now, to) == to) {
      if (way.now >= latest) return false;
      step(way, latest);
    }
    Instant deadline = way.device.deadline(question_.ban, way.now);
    if (deadline == kNever || deadline >= way.now + ban().assuming) return false;
    way.text +=
        fmt::format("  at {}\n", time_of(way.now)) + expectation(wanted(way.device, way.now, to));
    while (way.now < deadline) step(way, deadline);
    if (way.device.standing(question_.ban, way.now).violated != Truth::yes) return false;
    way.text += fmt::format("  at {}\n", time_of(way.now));
    return true;
  }

  // --- words ---

  // Days of one stay after the other are one line.
  void write_days(std::string& text, const std::vector<std::uint8_t>& stays) const {
    for (std::size_t from = 0, end = 0; from < stays.size(); from = end) {
      while (end < stays.size() && stays[end] == stays[from]) ++end;
      const std::string& words = stays_[stays[from]].words;
      Day first{kFirstDay.number + static_cast<std::int32_t>(from)};
      Day last{kFirstDay.number + static_cast<std::int32_t>(end) - 1};
      text += first.number == last.number
                  ? fmt::format("  at {} {}\n", time_text(first.number, 0), words)
                  : fmt::format("  every day at {} from {} to {} {}\n", clock_text(0),
                                to_text(first), to_text(last), words);
    }
  }
  std::string expectation(ProfileIndex profile) const {
    return fmt::format("  expect profile = {}\n", written_name(table_.profiles[profile].name));
  }
  std::string time_of(Instant t) const {
    return time_text(zone_.day_of(t).number, zone_.wall_ms_of_day(t));
  }

  const std::shared_ptr<const PreparedPolicy>& policy_;
  const RuleTable& table_;
  const LifeQuestion& question_;
  const TimeZone& zone_;
  ProfileIndex enabled_;
  std::vector<DayStay> stays_;  // `there` first
  LifeSearched searched_;
};

}  // namespace

LifeSearched search_life(const std::shared_ptr<const PreparedPolicy>& policy,
                         const RuleTable& table, const LifeQuestion& question) {
  bool declared = question.there.profile.known && question.there.profile.lower >= 0;
  if (!declared || question.days > kLifeDaysMax / 2) return {};
  return LifeSearch(policy, table, question).run();
}

}  // namespace sojourn
