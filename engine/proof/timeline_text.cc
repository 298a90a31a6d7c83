#include "engine/proof/timeline_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/device/bans.h"
#include "engine/proof/ban_time.h"
#include "engine/proof/day_length.h"
#include "engine/proof/stay_beginning.h"
#include "engine/proof/witness_parts.h"
#include "engine/proof/witness_report.h"

namespace sojourn {
namespace {

// An interruption begins so long after the day's report, and ends with the next day's.
constexpr std::int64_t kAwayAfterMs = 60 * 60'000;

// A moment of a day, in the ban's zone; milliseconds beyond the day run into the next.
struct Moment {
  std::int32_t day = 0;
  std::int64_t ms = 0;
};

Instant instant_of(const TimeZone& zone, const Moment& moment) {
  auto days_on = static_cast<std::int32_t>(moment.ms / kDayMs);
  return zone.at_wall_time(Day{moment.day + days_on}, moment.ms % kDayMs);
}

// What a line tells of the device.
struct Told {
  enum class Where : std::uint8_t { there, elsewhere, turn, nothing };
  Where where = Where::there;
  std::size_t turn = 0;             // into Timeline::turns
  std::vector<std::string> events;  // by name
  std::string profile;              // "" = not told
};

struct Line {
  Moment first;
  std::int32_t last_day = 0;  // a line a day up to this one
  Told told;
};

enum class Expected : std::uint8_t {
  keep,
  called,      // what is decided once the ban calls
  suppressed,  // a guard stops it
  violated,
};

// A line of a test.
struct Step {
  std::optional<Line> line;  // else an expectation
  Expected expected = Expected::keep;
};

class Script {
 public:
  Script(const RuleTable& table, const Timeline& timeline, StayBeginning begin)
      : table_(table),
        timeline_(timeline),
        begin_(std::move(begin)),
        call_(std::find_if(timeline.life.begin(), timeline.life.end(),
                           [](const LifeHalf& half) { return half.called; })) {}

  std::vector<Step> make() {
    const LifeHalf& first = timeline_.life.front();
    std::int32_t eve = day_of(first) - 1;
    stand_until(eve);
    if (timeline_.switches > 0) use_up_guard(eve);
    bool here = eve >= begin_.day && !timeline_.interrupted;
    std::int32_t reported = eve;
    for (auto half = timeline_.life.begin(); half != timeline_.life.end(); ++half) {
      std::int64_t ms = half->second ? timeline_.noon.ms : 0;
      if (half->here != here) {
        stand(reported + 1, day_of(*half) - 1, here);
        bool leaves_at_midnight = !half->here && ms == 0 && timeline_.elsewhere;
        // So early that a change of country is believed when the day begins.
        Moment leaves{day_of(*half) - 1, kDayMs - table_.settings.settle.ms - 60'000};
        bool in_time = leaves_at_midnight && leaves.ms > timeline_.noon.ms;
        report(in_time ? leaves : Moment{day_of(*half), ms}, half->here);
        if (!half->here && (half < call_)) expect(Expected::keep);
        reported = day_of(*half);
        here = half->here;
      }
      if (half == call_ && !timeline_.called.empty() && ms + settling() < kDayMs) {
        stand(reported + 1, day_of(*half) - 1, here);
        reported = std::max(reported, day_of(*half) - 1);
        report({day_of(*half), ms + settling()}, half->here);
        expect(Expected::called);
        if (half->guarded) expect(Expected::suppressed);
      }
    }
    const LifeHalf& last = timeline_.life.back();
    stand(reported + 1, day_of(last) - 1, here);
    report({day_of(last), last.second ? timeline_.noon.ms + settling() : 0}, here);
    expect(Expected::violated);
    return std::move(steps_);
  }

 private:
  std::int32_t day_of(const LifeHalf& half) const { return timeline_.there.day - half.days_before; }
  // A change of country is believed after a while.
  std::int64_t settling() const {
    bool comes = call_ != timeline_.life.end() &&
                 (call_ == timeline_.life.begin() || !std::prev(call_)->here);
    return comes && timeline_.elsewhere ? table_.settings.settle.ms : 0;
  }

  void expect(Expected expected) { steps_.push_back({std::nullopt, expected}); }
  static Told told(bool here) {
    Told told;
    told.where = here ? Told::Where::there : Told::Where::elsewhere;
    return told;
  }
  void report(Moment at, bool here) { steps_.push_back({Line{at, at.day, told(here)}}); }

  // A report on each of the days, at an hour at which nothing changes.
  void stand(std::int32_t from, std::int32_t until, bool here) {
    if (from <= until) steps_.push_back({Line{{from, timeline_.noon.ms}, until, told(here)}});
  }

  // Before the ban calls; by turns where there are some, interrupted where that is asked for.
  void stand_before(std::int32_t from, std::int32_t until) {
    if (timeline_.turns.empty() && !timeline_.interrupted) return stand(from, until, true);
    std::size_t count = timeline_.turns.size() + 1;
    for (std::size_t turn = 0; from <= until; ++turn, from += timeline_.turn_days) {
      Told here = told(true);
      if (turn % count > 0) here.where = Told::Where::turn;
      if (turn % count > 0) here.turn = turn % count - 1;
      std::int32_t last = std::min(until, from + timeline_.turn_days - 1);
      steps_.push_back({Line{{from, timeline_.noon.ms}, last, std::move(here)}});
      if (timeline_.interrupted) report({last, timeline_.noon.ms + kAwayAfterMs}, false);
    }
  }

  void stand_until(std::int32_t eve) {
    std::int32_t from = begin_.day;
    if (from > eve) return;
    if (begin_.ms >= 0 || !begin_.events.empty()) {
      Moment at{from, begin_.ms >= 0 ? begin_.ms : timeline_.noon.ms};
      report(at, true);
      steps_.back().line->told.events = begin_.events;
      ++from;
    }
    stand_before(from, eve);
    expect(Expected::keep);
  }

  // Changes of the enabled profile on the day before the ban calls.
  void use_up_guard(std::int32_t eve) {
    // A change needs something to change from.
    if (begin_.day > eve) report({eve, timeline_.noon.ms}, false);
    std::int64_t count = timeline_.switches + timeline_.switches % 2;
    const std::string own =
        table_.profiles[static_cast<std::size_t>(timeline_.there.profile.lower)].name;
    for (std::int64_t i = 0; i < count; ++i) {
      Told told;
      told.where = Told::Where::nothing;
      told.profile = i % 2 == 0 ? timeline_.other_profile : own;
      Moment at{eve, timeline_.noon.ms + (i + 1) * 60'000};
      steps_.push_back({Line{at, at.day, std::move(told)}});
    }
  }

  const RuleTable& table_;
  const Timeline& timeline_;
  StayBeginning begin_;
  std::vector<LifeHalf>::const_iterator call_;
  std::vector<Step> steps_;
};

// On a network of no country nothing holds that asks for one. (Without service the networks that
// the device knows would still be judged, semantics 9a.)
bool leaves_service(const RuleTable& table) {
  return std::any_of(table.features.begin(), table.features.end(), [](const Feature& feature) {
    return feature.kind == FeatureKind::roaming && feature.countries.empty();
  });
}

class Writer {
 public:
  Writer(const RuleTable& table, const Timeline& timeline)
      : table_(table),
        timeline_(timeline),
        of_ban_(zone_of(table, table.bans[timeline.ban])),
        of_policy_(zone_of(table, Ban{})) {}

  // `born`: when the device is put to use; absent: nobody says.
  void begin(std::optional<std::int32_t> born) {
    text_ = fmt::format("test {}\n", written_text(timeline_.name));
    std::vector<std::string> given = given_parts(table_, timeline_.there);
    if (born) given.push_back("commissioned = " + to_text(Day{*born}));
    if (!given.empty()) text_ += fmt::format("  given {}\n", joined(given));
  }

  void write(const Line& line) {
    std::vector<std::string> parts;
    std::string words = words_of(line.told);
    if (!words.empty()) parts.push_back(std::move(words));
    for (const std::string& name : line.told.events) {
      parts.push_back("event " + written_name(name));
    }
    if (!line.told.profile.empty()) {
      parts.push_back("profile = " + written_name(line.told.profile));
    }
    for (const Line& part : in_policy_zone(line)) {
      std::string when = "at " + time_text(part.first.day, part.first.ms);
      if (part.last_day > part.first.day) {
        when = fmt::format("every day at {} from {} to {}", clock_text(part.first.ms),
                           to_text(Day{part.first.day}), to_text(Day{part.last_day}));
      }
      text_ += fmt::format("  {}{}{}\n", when, parts.empty() ? "" : " ", joined(parts));
    }
  }
  void expect(const std::string& what) { text_ += fmt::format("  expect {}\n", what); }

  std::string take() { return std::move(text_); }

 private:
  // A test's times are those of the policy's zone. Several lines where the zones do not change
  // their clocks together.
  std::vector<Line> in_policy_zone(const Line& line) const {
    if (of_ban_ == of_policy_) return {line};
    std::vector<Line> parts;
    for (std::int32_t day = line.first.day; day <= line.last_day; ++day) {
      Instant t = instant_of(of_ban_, {day, line.first.ms});
      std::int32_t day_there = of_policy_.day_of(t).number;
      std::int64_t ms_there = of_policy_.wall_ms_of_day(t);
      bool goes_on = !parts.empty() && parts.back().first.ms == ms_there &&
                     parts.back().last_day + 1 == day_there;
      if (goes_on) {
        parts.back().last_day = day_there;
      } else {
        parts.push_back({{day_there, ms_there}, day_there, {}});
      }
    }
    return parts;
  }

  std::string words_of(const Told& told) const {
    switch (told.where) {
      case Told::Where::there:
        return joined(report_parts(table_, timeline_.there));
      case Told::Where::turn:
        return joined(report_parts(table_, timeline_.turns[told.turn]));
      case Told::Where::elsewhere:
        if (timeline_.elsewhere) return joined(report_parts(table_, *timeline_.elsewhere));
        return leaves_service(table_) ? "registration none" : "network 901-01";
      case Told::Where::nothing:
        break;
    }
    return "";
  }

  const RuleTable& table_;
  const Timeline& timeline_;
  TimeZone of_ban_, of_policy_;
  std::string text_;
};

// The steps with the engine.
class Life {
 public:
  Life(const std::shared_ptr<const PreparedPolicy>& policy, const RuleTable& table,
       const Timeline& timeline)
      : table_(table),
        timeline_(timeline),
        zone_(zone_of(table, table.bans[timeline.ban])),
        enabled_(static_cast<ProfileIndex>(timeline.there.profile.lower)),
        device_(policy) {}

  std::optional<std::string> run(std::vector<Step> steps) {
    Writer writer(table_, timeline_);
    // A ban that takes doubt for a yes would count what nobody knows of the time before: the device
    // is new, and says at once where it is.
    bool doubts = table_.bans[timeline_.ban].in_doubt_counts && zone_ == zone_of(table_, Ban{});
    if (doubts && !steps.empty() && steps[0].line) {
      Line first = *steps[0].line;
      first.first.ms = 0;
      first.last_day = first.first.day;
      born_ = first.first.day;
      if (steps[0].line->first.ms > 0) steps.insert(steps.begin(), Step{std::move(first)});
    }
    writer.begin(born_);
    for (const Step& step : steps) {
      if (step.line) {
        live(*step.line);
        writer.write(*step.line);
      } else if (step.expected != Expected::violated) {
        writer.expect(decided());
      } else if (!is_violated()) {
        return std::nullopt;
      } else {
        writer.expect(timeline_.violated);
      }
    }
    return writer.take();
  }

 private:
  void live(const Line& line) {
    for (std::int32_t day = line.first.day; day <= line.last_day; ++day) {
      Instant at = instant_of(zone_, {day, line.first.ms});
      if (!begun_) {
        Observation given = given_report(table_, timeline_.there);
        given.at = at;
        if (born_) given.commissioned = zone_.start_of(Day{*born_});
        device_.observe(given);
        now_ = at;
        begun_ = true;
      }
      pass_to(at);
      Observation report = report_of(line.told);
      report.at = at;
      device_.observe(report);
      for (const std::string& name : line.told.events) {
        Observation event;
        event.at = at;
        event.event = name;
        device_.observe(event);
      }
      note_call();
    }
  }

  // Time passes; the first instant at which another profile is called for is noted.
  void pass_to(Instant end) {
    while (now_ < end) {
      if (device_.newest_report() != kBeginning) note_call();
      now_ = std::min(device_.wake(now_), end);
    }
  }

  void note_call() {
    Decision decision = device_.decide(now_);
    bool calls = decision.kind == Action::Kind::profile && decision.profile != enabled_;
    // A decision that lapsed is not carried out, but a ban's order stands (semantics 21, 27).
    if (!calls && !by_ban_) called_.reset();
    if (!calls || called_) return;
    called_ = now_;
    by_ban_ = false;
    within_ = table_.bans[timeline_.ban].assuming;
    for (std::size_t b = 0; b < table_.bans.size(); ++b) {
      const Ban& ban = table_.bans[b];
      if (ban.forbids_change || !sojourn::calls(ban, device_.standing(b, now_))) continue;
      by_ban_ = true;
      within_ = milliseconds(std::max(within_.ms, ban.assuming.ms));
    }
  }

  std::string decided() {
    Decision decision = device_.decide(now_);
    if (decision.kind != Action::Kind::profile) return "keep";
    if (decision.profile == enabled_) return "keep";
    return "profile = " + written_name(table_.profiles[decision.profile].name);
  }

  bool is_violated() {
    bool violated = device_.standing(timeline_.ban, now_).violated == Truth::yes;
    return violated && (!called_ || now_ == *called_ || now_ < *called_ + within_);
  }

  Observation report_of(const Told& told) const {
    switch (told.where) {
      case Told::Where::there:
        return stay_report(table_, timeline_.there);
      case Told::Where::turn:
        return stay_report(table_, timeline_.turns[told.turn]);
      case Told::Where::elsewhere:
        if (timeline_.elsewhere) return stay_report(table_, *timeline_.elsewhere);
        break;
      case Told::Where::nothing:
        return {};
    }
    Observation report;
    if (leaves_service(table_)) {
      report.registration.give(Registration::none);
    } else {
      report.network.give(*parse_plmn("901-01"));
    }
    return report;
  }

  const RuleTable& table_;
  const Timeline& timeline_;
  TimeZone zone_;
  ProfileIndex enabled_;
  Device device_;
  Instant now_;
  bool begun_ = false;
  std::optional<std::int32_t> born_;  // the day on which it is put to use, by the policy's clock
  std::optional<Instant> called_;
  bool by_ban_ = false;
  Duration within_;  // a switch that was called for then completes
};

std::optional<std::vector<Step>> script_of(const RuleTable& table, const Timeline& timeline) {
  if (timeline.life.empty()) return std::nullopt;
  std::optional<StayBeginning> begin = stay_beginning(table, timeline.violates, timeline.there.day);
  if (!begin) begin = StayBeginning{timeline.there.day, -1, {}, true};
  if (!begin->possible) return std::nullopt;
  return Script(table, timeline, *std::move(begin)).make();
}

}  // namespace

std::optional<std::string> timeline_as_test(const RuleTable& table, const Timeline& timeline) {
  std::optional<std::vector<Step>> steps = script_of(table, timeline);
  if (!steps) return std::nullopt;
  Writer writer(table, timeline);
  writer.begin({});
  for (const Step& step : *steps) {
    if (step.line) {
      writer.write(*step.line);
      continue;
    }
    const char* plain = step.expected == Expected::keep ? "keep" : "suppressed";
    if (step.expected == Expected::called) plain = timeline.called.c_str();
    writer.expect(step.expected == Expected::violated ? timeline.violated : plain);
  }
  return writer.take();
}

std::optional<std::string> live_timeline(const std::shared_ptr<const PreparedPolicy>& policy,
                                         const RuleTable& table, const Timeline& timeline) {
  std::optional<std::vector<Step>> steps = script_of(table, timeline);
  if (!steps || !timeline.there.profile.known || timeline.there.profile.lower < 0) {
    return std::nullopt;
  }
  return Life(policy, table, timeline).run(*steps);
}

}  // namespace sojourn
