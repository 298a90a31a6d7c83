#include "engine/proof/timeline_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/proof/day_length.h"
#include "engine/proof/stay_beginning.h"
#include "engine/proof/witness_parts.h"

namespace sojourn {
namespace {

class Writer {
 public:
  Writer(const RuleTable& table, const Timeline& timeline, StayBeginning begin)
      : table_(table),
        timeline_(timeline),
        begin_(std::move(begin)),
        there_(joined(report_parts(table, timeline.there))),
        elsewhere_(timeline.elsewhere ? joined(report_parts(table, *timeline.elsewhere))
                                      : on_no_country(table)),
        call_(std::find_if(timeline.life.begin(), timeline.life.end(),
                           [](const LifeHalf& half) { return half.called; })) {}

  std::string write() {
    text_ = fmt::format("test \"{}\"\n", timeline_.name);
    std::vector<std::string> given = given_parts(table_, timeline_.there);
    if (!given.empty()) text_ += fmt::format("  given {}\n", joined(given));
    const LifeHalf& first = timeline_.life.front();
    std::int32_t eve = day_of(first) - 1;
    stand_until(eve);
    if (timeline_.switches > 0) use_up_guard(eve);
    bool here = eve >= begin_.day;
    std::int32_t reported = eve;
    for (auto half = timeline_.life.begin(); half != timeline_.life.end(); ++half) {
      std::int64_t ms = half->second ? timeline_.noon.ms : 0;
      if (half->here != here) {
        stand(reported + 1, day_of(*half) - 1, here);
        line(fmt::format("at {}", time_text(day_of(*half), ms)), half->here);
        if (!half->here && (half < call_)) text_ += "  expect keep\n";
        reported = day_of(*half);
        here = half->here;
      }
      if (half == call_ && !timeline_.called.empty() && ms + settling() < kDayMs) {
        stand(reported + 1, day_of(*half) - 1, here);
        reported = std::max(reported, day_of(*half) - 1);
        line("at " + time_text(day_of(*half), ms + settling()), half->here);
        text_ += fmt::format("  expect {}\n", timeline_.called);
        if (half->guarded) text_ += "  expect suppressed\n";
      }
    }
    const LifeHalf& last = timeline_.life.back();
    stand(reported + 1, day_of(last) - 1, here);
    line("at " + time_text(day_of(last), last.second ? timeline_.noon.ms + settling() : 0), here);
    text_ += fmt::format("  expect {}\n", timeline_.violated);
    return text_;
  }

 private:
  // On a network of no country nothing holds that asks for one. (Without service the networks that
  // the device knows would still be judged, semantics 9a.)
  static std::string on_no_country(const RuleTable& table) {
    bool roams_there =
        std::any_of(table.features.begin(), table.features.end(), [](const Feature& feature) {
          return feature.kind == FeatureKind::roaming && feature.countries.empty();
        });
    return roams_there ? "registration none" : "network 901-01";
  }

  std::int32_t day_of(const LifeHalf& half) const { return timeline_.there.day - half.days_before; }
  // A change of country is believed after a while.
  std::int64_t settling() const {
    bool comes = call_ != timeline_.life.end() &&
                 (call_ == timeline_.life.begin() || !std::prev(call_)->here);
    return comes && timeline_.elsewhere ? table_.settings.settle.ms : 0;
  }

  void line(const std::string& when, bool here) {
    const std::string& report = here ? there_ : elsewhere_;
    text_ += fmt::format("  {}{}{}\n", when, report.empty() ? "" : " ", report);
  }

  // A report on each of the days, at an hour at which nothing changes.
  void stand(std::int32_t from, std::int32_t until, bool here) {
    if (from > until) return;
    std::string clock = clock_text(timeline_.noon.ms);
    if (from == until) return line(fmt::format("at {} {}", to_text(Day{from}), clock), here);
    line(fmt::format("every day at {} from {} to {}", clock, to_text(Day{from}),
                     to_text(Day{until})),
         here);
  }

  void stand_until(std::int32_t eve) {
    std::int32_t from = begin_.day;
    if (from > eve) return;
    std::string events;
    for (const std::string& name : begin_.events) events += ", event " + quoted_if_needed(name);
    if (begin_.ms >= 0 || !events.empty()) {
      std::int64_t ms = begin_.ms >= 0 ? begin_.ms : timeline_.noon.ms;
      text_ += fmt::format("  at {}{}{}{}\n", time_text(from, ms), there_.empty() ? "" : " ",
                           there_, events);
      ++from;
    }
    stand(from, eve, true);
    text_ += "  expect keep\n";
  }

  // Changes of the enabled profile on the day before the ban calls.
  void use_up_guard(std::int32_t eve) {
    // A change needs something to change from.
    if (begin_.day > eve) line("at " + time_text(eve, timeline_.noon.ms), false);
    std::int64_t count = timeline_.switches + timeline_.switches % 2;
    const std::string own =
        table_.profiles[static_cast<std::size_t>(timeline_.there.profile.lower)].name;
    for (std::int64_t i = 0; i < count; ++i) {
      std::string when = time_text(eve, timeline_.noon.ms + (i + 1) * 60'000);
      const std::string& profile = i % 2 == 0 ? timeline_.other_profile : own;
      text_ += fmt::format("  at {} profile = {}\n", when, quoted_if_needed(profile));
    }
  }

  const RuleTable& table_;
  const Timeline& timeline_;
  StayBeginning begin_;
  std::string there_, elsewhere_;
  std::vector<LifeHalf>::const_iterator call_;
  std::string text_;
};

}  // namespace

std::optional<std::string> timeline_as_test(const RuleTable& table, const Timeline& timeline) {
  if (timeline.life.empty()) return std::nullopt;
  std::optional<StayBeginning> begin = stay_beginning(table, timeline.violates, timeline.there.day);
  if (!begin) begin = StayBeginning{timeline.there.day, -1, {}, true};
  if (!begin->possible) return std::nullopt;
  return Writer(table, timeline, *std::move(begin)).write();
}

}  // namespace sojourn
