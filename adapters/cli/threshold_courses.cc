#include "adapters/cli/threshold_courses.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "adapters/cli/story_lines.h"
#include "engine/base/calendar.h"
#include "engine/device/counters/counter.h"
#include "engine/graph/asked.h"
#include "engine/proof/witness_parts.h"

namespace sojourn::cli {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = days(1).ms;

// From this instant on (milliseconds of the wall clock since 1970) the device reports this.
struct Stay {
  std::int64_t begin_ms = 0;
  const std::string* report = nullptr;
};

// Each stay's first report, and one at noon of every day that follows: places are not carried for
// ever.
std::vector<std::string> told(const std::vector<Stay>& stays, std::int64_t end_ms) {
  std::vector<std::string> lines;
  constexpr std::int64_t kNoonMs = kDayMs / 2;
  for (std::size_t i = 0; i < stays.size(); ++i) {
    std::int64_t until = i + 1 < stays.size() ? stays[i + 1].begin_ms : end_ms;
    const std::string& report = *stays[i].report;
    lines.push_back(fmt::format("  at {} {}", instant_text(stays[i].begin_ms), report));
    std::int64_t first = (stays[i].begin_ms + kNoonMs) / kDayMs;  // the next noon
    std::int64_t last = (until - kNoonMs - 1) / kDayMs;
    if (last < first) continue;
    if (last == first) {
      lines.push_back(fmt::format("  at {} {}", instant_text(first * kDayMs + kNoonMs), report));
      continue;
    }
    lines.push_back(fmt::format("  every day at 12:00 from {} to {} {}",
                                to_text(Day{static_cast<std::int32_t>(first)}),
                                to_text(Day{static_cast<std::int32_t>(last)}), report));
  }
  lines.push_back(fmt::format("  at {}", instant_text(end_ms)));
  return lines;
}

// A share of a window that the device spends first on one side, then on the other.
std::vector<Stay> split(std::int64_t begin_ms, std::int64_t end_ms, std::int64_t counted_ms,
                        bool holds_now, const CourseReports& reports) {
  std::int64_t change = holds_now ? end_ms - counted_ms : begin_ms + counted_ms;
  return {{begin_ms, holds_now ? &reports.fails : &reports.holds},
          {change, holds_now ? &reports.holds : &reports.fails}};
}

// When the window begins that ends then, both by the wall clock of the policy; the months are those
// of the rule's zone.
std::optional<std::int64_t> window_begin(const RuleTable& table, const Feature& feature,
                                         std::int64_t end_ms) {
  const std::string& policy_zone = table.settings.zone;
  Result<TimeZone> policy = TimeZone::find(policy_zone);
  Result<TimeZone> own = TimeZone::find(feature.zone.empty() ? policy_zone : feature.zone);
  if (!policy || !own) return std::nullopt;
  Day day{static_cast<std::int32_t>(end_ms / kDayMs)};
  Instant end = policy->at_wall_time(day, end_ms % kDayMs);
  Instant start = period_before(feature.window, end, *own);
  return policy->day_of(start).number * kDayMs + policy->wall_ms_of_day(start);
}

// When the last `count` days, weeks, months or years began, the moment's own being the last.
std::int64_t begin_of_last(std::int64_t count, TimeUnit unit, const Witness& moment) {
  Day day{moment.day};
  constexpr std::int64_t kLongest = 100'000;  // further back lies no date that could be told
  const auto earlier = static_cast<std::int32_t>(std::min(count, kLongest) - 1);
  if (unit == TimeUnit::week) {
    day = first_day_of_week(week_number(day) - earlier);
  } else if (unit == TimeUnit::month) {
    day = first_day_of_month(month_number(day) - earlier);
  } else if (unit == TimeUnit::year) {
    day = first_day_of_year(year_number(day) - earlier);
  } else {
    day = next(day, -earlier);
  }
  return day.number * kDayMs;
}

// The last stay that makes the feature read the value, and when one that it must not count has to
// have ended.
struct LastStay {
  std::int64_t begin_ms = 0;
  std::int64_t free_from_ms = 0;
};

std::optional<LastStay> last_stay(const RuleTable& table, const Feature& feature,
                                  std::int64_t value, const Witness& moment) {
  std::int64_t end = moment.day * kDayMs + moment.time_of_day_ms;
  switch (feature.kind) {
    case FeatureKind::held:
      return LastStay{end - value, end - value - kMinuteMs};
    case FeatureKind::consecutive_days: {
      std::int64_t begin = begin_of_last(value, TimeUnit::day, moment);
      return LastStay{begin, begin - (feature.gap_days + std::int64_t{1}) * kDayMs};
    }
    case FeatureKind::window_count:
    case FeatureKind::calendar_count:
      return LastStay{begin_of_last(value, feature.bucket, moment),
                      begin_of_last(feature.window.count, feature.window.unit, moment)};
    case FeatureKind::held_share: {
      std::optional<std::int64_t> begin = window_begin(table, feature, end);
      if (!begin) return std::nullopt;
      return LastStay{end - value, *begin};
    }
    case FeatureKind::day_share:
      return LastStay{(moment.day + 1) * kDayMs - value * kDayMs,
                      begin_of_last(feature.window.count, TimeUnit::day, moment)};
    default:
      return std::nullopt;
  }
}

// How long the condition must have gone on to hold: the longest `for` in it.
std::int64_t longest_held(const RuleTable& table, ConditionIndex condition) {
  std::int64_t longest = 0;
  for (std::uint32_t asked : tests_asked(table, {condition})) {
    const Test& test = table.conditions.tests()[asked];
    if (table.features[test.feature].kind != FeatureKind::held) continue;
    longest = std::max(longest, test.threshold);
  }
  return longest;
}

// A rule file has six decimals of a degree: a step of eleven centimetres.
double as_written(double degrees) { return std::round(degrees * 1e6) / 1e6; }

// A position eastwards of `from` that lies so far from the border, to the millimetre. On the way
// the distance cannot shrink faster than one goes, so the border is never crossed; there, of the
// points that can be written the first that fits.
std::optional<LatLon> at_border_distance(const Locator& locator, LatLon from, std::int64_t mm) {
  constexpr int kStepsMax = 60, kRowsMax = 2'000;
  double metres_per_degree = 111'320 * std::max(0.05, std::cos(from.lat * M_PI / 180));
  LatLon at = from;
  auto away_mm = [&] { return locator.border_distance_mm(at) - mm; };
  auto go = [&](std::int64_t distance_mm) {
    at.lon += 0.9 * static_cast<double>(distance_mm) / 1'000 / metres_per_degree;
  };
  if (away_mm() < 0) return std::nullopt;  // the country is not large enough there
  for (int i = 0; i < kStepsMax && away_mm() > 500; ++i) go(away_mm());
  for (int row = 0; row < kRowsMax; ++row) {
    at.lat = as_written(at.lat + 1e-6);
    for (int i = 0; i < 2; ++i) go(away_mm());
    at.lon = as_written(at.lon);
    if (std::int64_t away = away_mm(); away == 0 || away == 1) return at;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> course_of(const RuleTable& table, FeatureIndex asked,
                                                  std::int64_t value, const Witness& moment,
                                                  bool holds_now, const CourseReports& reports) {
  const Feature& feature = table.features[asked];
  bool within_months = feature.kind == FeatureKind::recency && feature.window.count > 0;
  bool told_by_a_course = !reports.holds.empty() && !reports.fails.empty() && value != kNotYet;
  if (!told_by_a_course || (value < 0 && !within_months)) return std::nullopt;
  std::int64_t end = moment.day * kDayMs + moment.time_of_day_ms;
  std::vector<Stay> stays;
  switch (feature.kind) {
    case FeatureKind::recency: {
      if (holds_now) return std::nullopt;
      const std::int64_t lead_ms = longest_held(table, feature.inner) + kMinuteMs;
      if (within_months) {
        std::optional<std::int64_t> start = window_begin(table, feature, end);
        if (!start) return std::nullopt;
        stays = {{*start - value - lead_ms, &reports.holds}, {*start - value, &reports.fails}};
      } else {
        stays = {{end - value - lead_ms, &reports.holds}, {end - value, &reports.fails}};
      }
      break;
    }
    case FeatureKind::held_share: {
      if (feature.window.unit != TimeUnit::millisecond || value > feature.window.count) {
        return std::nullopt;
      }
      stays = split(end - feature.window.count, end, value, holds_now, reports);
      break;
    }
    case FeatureKind::day_share: {
      if (value > feature.window.count) return std::nullopt;
      std::int64_t first_day = moment.day - feature.window.count + 1;
      std::int64_t after = (moment.day + std::int64_t{1}) * kDayMs;
      stays = split(first_day * kDayMs, after, value * kDayMs, holds_now, reports);
      break;
    }
    default:
      return std::nullopt;
  }
  if (stays.back().begin_ms >= end) stays.pop_back();
  if (stays.size() == 2 && stays[0].begin_ms == stays[1].begin_ms) stays.erase(stays.begin());
  return told(stays, end);
}

std::vector<std::vector<std::string>> returns_of(const RuleTable& table, FeatureIndex asked,
                                                 std::int64_t value, const Witness& moment,
                                                 std::int64_t before_days,
                                                 const CourseReports& reports) {
  bool told_by_a_course = !reports.holds.empty() && !reports.fails.empty() && value != kNotYet;
  if (!told_by_a_course || value <= 0) return {};
  std::optional<LastStay> last = last_stay(table, table.features[asked], value, moment);
  std::int64_t end = moment.day * kDayMs + moment.time_of_day_ms;
  if (!last || last->begin_ms > end) return {};
  const std::int64_t left_ms = std::min(last->free_from_ms, last->begin_ms - kMinuteMs);
  const std::int64_t first_ms = left_ms - before_days * kDayMs;
  // What is told of attributes may be too old by the end.
  auto to_the_end = [&](const std::vector<Stay>& stays) {
    std::vector<std::string> lines = told(stays, end);
    lines.back() += " " + reports.holds;
    return lines;
  };
  const Stay now{last->begin_ms, &reports.holds};
  return {to_the_end({{first_ms, &reports.holds}, {left_ms, &reports.fails}, now}),
          to_the_end({{first_ms, &reports.fails}, now})};
}

std::vector<std::string> passing_of(std::int64_t ago_ms, const Witness& moment,
                                    const CourseReports& reports) {
  const std::int64_t end = moment.day * kDayMs + moment.time_of_day_ms;
  const std::int64_t begin = end - ago_ms;
  std::vector<std::string> lines =
      told({{begin, &reports.holds}, {begin + kMinuteMs, &reports.fails}}, end);
  lines.back() += " " + reports.fails;
  return lines;
}

std::vector<std::string> to_and_fro(std::int64_t times, const Witness& moment,
                                    const CourseReports& reports) {
  const std::int64_t end = moment.day * kDayMs + moment.time_of_day_ms;
  std::vector<Stay> stays;
  for (std::int64_t left = times; left > 0; --left) {
    stays.push_back({end - left * kHourMs, left % 2 != 0 ? &reports.holds : &reports.fails});
  }
  std::vector<std::string> lines = told(stays, end);
  lines.back() += " " + reports.holds;
  return lines;
}

std::vector<std::string> itinerary(const std::vector<Visit>& visits, std::int64_t days,
                                   const Witness& moment, const std::string& now) {
  const std::int64_t today = moment.day * kDayMs;
  std::vector<Stay> stays = {{today, &now}};
  std::vector<std::pair<std::int64_t, std::string>> data;
  for (std::size_t i = visits.size(); i > 1; --i) {
    const Visit& visit = visits[i - 1];
    stays.push_back({stays.back().begin_ms - visit.days * kDayMs, &visit.report});
    std::int64_t last_day = stays.back().begin_ms + (visit.days - 1) * kDayMs;
    if (!visit.data.empty()) data.emplace_back(last_day + 18 * kHourMs, visit.data);
  }
  if (!visits.empty()) {
    std::int64_t first = std::min(today - days * kDayMs, stays.back().begin_ms - kDayMs);
    stays.push_back({first, &visits[0].report});
  }
  std::reverse(stays.begin(), stays.end());
  std::vector<std::string> lines = told(stays, today + moment.time_of_day_ms);
  lines.back() += " " + now;
  for (const auto& [at_ms, part] : data) insert_at(lines, instant_text(at_ms), part);
  return lines;
}

std::optional<std::string> moving_position(const RuleTable& table, const Locator& locator,
                                           const Witness& witness,
                                           const std::vector<FeatureIndex>& asked) {
  std::optional<std::int64_t> speed, accuracy, border;
  for (FeatureIndex f : asked) {
    const Reading& reading = witness.readings[f];
    if (!reading.known) continue;
    if (table.features[f].kind == FeatureKind::speed) speed = reading.lower;
    if (table.features[f].kind == FeatureKind::accuracy) accuracy = reading.lower;
    if (table.features[f].kind == FeatureKind::border_distance) border = reading.lower;
  }
  if (!speed && !accuracy && !border) return std::nullopt;
  // On the high seas a position says nothing more than the network does.
  LatLon at = witness.position.value_or(LatLon{0, -30});
  if (border) at = at_border_distance(locator, at, *border).value_or(at);
  // Without zeros at the end: `20.000` may be read as twenty thousand, and is refused.
  std::string position = fmt::format("position {:.6f} {:.6f} accuracy {} m", at.lat, at.lon,
                                     static_cast<double>(accuracy.value_or(20'000)) / 1'000);
  if (speed) position += fmt::format(" speed {} km/h", static_cast<double>(*speed) / 1'000'000);
  return position;
}

std::vector<std::string> with_motion(const std::string& position, std::vector<std::string> lines) {
  for (std::string& line : lines) {
    if (line.starts_with("  given ")) continue;
    std::size_t begin = line.find("position ");
    if (begin == std::string::npos) {
      bool has_parts = line.find(' ', line.find(':') + 1) != std::string::npos;
      line += (has_parts ? ", " : " ") + position;
      continue;
    }
    std::size_t end = std::min(line.find(',', begin), line.size());
    line.replace(begin, end - begin, position);
  }
  return lines;
}

}  // namespace sojourn::cli
