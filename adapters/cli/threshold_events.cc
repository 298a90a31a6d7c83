#include "adapters/cli/threshold_events.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/cli/story_lines.h"
#include "engine/base/calendar.h"
#include "engine/base/written_name.h"
#include "engine/proof/witness_parts.h"

namespace sojourn::cli {
namespace {

// More of them would be no readable test.
constexpr std::int64_t kEventsMax = 60;

// "2026-07-01 11:58", so many minutes before the witness's moment; absent before its midnight.
std::optional<std::string> minutes_before(const Witness& witness, std::int64_t minutes_ago) {
  std::int64_t minute = witness.time_of_day_ms / 60'000 - minutes_ago;
  if (minute < 0) return std::nullopt;
  return fmt::format("{} {:02}:{:02}", to_text(Day{witness.day}), minute / 60, minute % 60);
}

std::vector<std::string> event_parts(const RuleTable& table, const Feature& feature,
                                     std::int64_t count, std::vector<std::string>& lines) {
  std::vector<std::string> parts;
  auto times = static_cast<std::size_t>(count);
  switch (feature.event.kind) {
    case EventKind::rejected: {
      int cause = feature.event.causes.empty() ? 11 : feature.event.causes[0];
      parts.assign(times, fmt::format("rejected with {}", cause));
      break;
    }
    case EventKind::named:
      parts.assign(times, "event " + written_text(feature.event.name));
      break;
    case EventKind::switches: {
      // To and fro, so that the last switch leads to the profile that the story is about.
      auto given = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
        return line.find("profile = ") != std::string::npos;
      });
      if (given == lines.end() || table.profiles.size() < 2) break;
      std::size_t begin = given->find("profile = ") + 10;
      auto stands = [&](const Profile& profile) {
        std::string_view there = std::string_view(*given).substr(begin);
        for (const std::string& text : {written_name(profile.name), written_text(profile.name)}) {
          bool whole = there == text || there.starts_with(text + ",");
          if (whole) return text;
        }
        return std::string();
      };
      std::string last = stands(table.profiles[0]);
      std::string other = written_name(table.profiles[last.empty() ? 0 : 1].name);
      for (std::size_t p = 1; p < table.profiles.size() && last.empty(); ++p) {
        last = stands(table.profiles[p]);
      }
      if (last.empty()) break;
      for (std::size_t i = 0; i <= times; ++i) {
        parts.push_back("profile = " + ((times - i) % 2 == 0 ? last : other));
      }
      given->replace(begin, last.size(), times % 2 == 0 ? last : other);
      break;
    }
    default:
      break;
  }
  return parts;
}

// So many minutes before the first line that tells of an instant.
std::optional<std::string> minutes_before_the_first(const std::vector<std::string>& lines,
                                                    std::int64_t minutes_ago) {
  for (const std::string& line : lines) {
    const std::string begin = begin_of(line);
    if (begin.empty()) continue;
    std::optional<Day> day = parse_date(begin.substr(0, 10));
    if (!day || begin.size() < 16) return std::nullopt;
    std::int64_t minute = std::stoi(begin.substr(11, 2)) * 60 + std::stoi(begin.substr(14, 2));
    return instant_text(day->number * days(1).ms + minutes(minute - minutes_ago).ms);
  }
  return std::nullopt;
}

// The event so long before the moment that `since` came true `value` milliseconds ago, or will. Of
// months it does so at a midnight: the story goes on to the next.
std::optional<std::vector<std::string>> with_deadline(const Feature& feature, std::int64_t value,
                                                      const Witness& witness,
                                                      std::vector<std::string> lines) {
  if (feature.event.kind == EventKind::alert) return lines;  // a rule raised it, or none did
  if (feature.event.kind != EventKind::named) return std::nullopt;
  std::int64_t event_ms = 0;
  if (feature.window.unit == TimeUnit::millisecond) {
    std::int64_t now_ms = witness.day * days(1).ms + witness.time_of_day_ms;
    event_ms = now_ms - value - feature.window.count;
  } else {
    Day due{witness.day + 1};
    auto months = static_cast<std::int32_t>(feature.window.count);
    if (feature.window.unit != TimeUnit::month) return std::nullopt;
    Day day = add_months(due, -months);
    if (add_months(day, months) != due) return std::nullopt;
    event_ms = day.number * days(1).ms + hours(12).ms;
    lines.push_back("  at " + instant_text(due.number * days(1).ms + value));
  }
  insert_at(lines, instant_text(event_ms), "event " + written_text(feature.event.name));
  return lines;
}

// "network 724-01, data 10 MB"; absent where no network is of the countries alone.
std::optional<std::string> data_part(const CountrySet& countries, std::int64_t bytes) {
  std::string data = data_text(bytes);
  if (countries.empty()) return data;
  std::optional<std::string> network = network_in(countries);
  return network ? std::optional(fmt::format("network {}, {}", *network, data)) : std::nullopt;
}

// So many days ago a window has begun for sure, or has not yet.
struct Age {
  std::int64_t inside = 0, outside = 0;
};
Age age_of(const Period& window) {
  switch (window.unit) {
    case TimeUnit::millisecond:
      return {window.count / days(1).ms - 1, window.count / days(1).ms + 1};
    case TimeUnit::week:
      return {7 * window.count - 1, 7 * window.count};
    case TimeUnit::month:
      return {28 * window.count - 1, 31 * window.count + 1};
    case TimeUnit::year:
      return {365 * window.count - 1, 366 * window.count + 1};
    default:
      return {window.count - 1, window.count};
  }
}

// Are the bytes of the one sum, used lately, among those of the other?
bool is_among(const Feature& one, const Feature& other) {
  return other.countries.empty() ||
         (!one.countries.empty() && one.countries.subset_of(other.countries));
}

}  // namespace

std::optional<std::string> network_in(const CountrySet& countries) {
  for (std::uint16_t mcc = 200; mcc < 800; ++mcc) {
    Plmn plmn{mcc, 1, 2};
    CountrySet of = countries_of(plmn);
    if (of.size() == 1 && countries.contains(of.members()[0])) return to_text(plmn);
  }
  return std::nullopt;
}

std::string data_text(std::int64_t bytes) {
  return bytes % 1'000'000 == 0 ? fmt::format("data {} MB", bytes / 1'000'000)
                                : fmt::format("data {} B", bytes);
}

std::optional<std::vector<std::string>> with_events(const RuleTable& table, const Feature& feature,
                                                    std::int64_t value, const Witness& witness,
                                                    Placing placing,
                                                    std::vector<std::string> lines) {
  if (feature.kind == FeatureKind::silent && lines.size() > 1) {
    // The report after which the device is silent says something, if only that it is there.
    std::string& report = lines[lines.size() - 2];
    bool says_nothing =
        report.starts_with("  at ") && report.find(' ', report.find(':')) == report.npos;
    if (says_nothing) report += " data 0 B";
    return lines;
  }
  if (feature.kind == FeatureKind::since) {
    return with_deadline(feature, value, witness, std::move(lines));
  }
  bool bytes = feature.kind == FeatureKind::data_sum || feature.kind == FeatureKind::data_balance;
  if (!bytes && feature.kind != FeatureKind::event_count) return lines;
  if (value < 0 || lines.empty()) return std::nullopt;
  if (value == 0) return lines;
  std::vector<std::string> parts;
  if (bytes) {
    std::optional<std::string> part = data_part(feature.countries, value);
    if (!part) return std::nullopt;
    parts.push_back(*std::move(part));
  } else {
    if (value > kEventsMax) return std::nullopt;
    parts = event_parts(table, feature, value, lines);
    if (parts.empty()) return std::nullopt;
  }
  const bool at_first = placing == Placing::before_the_first;
  const std::vector<std::string> stay = lines;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto minutes_ago = static_cast<std::int64_t>(parts.size() - i);
    std::optional<std::string> at = at_first ? minutes_before_the_first(stay, minutes_ago)
                                             : minutes_before(witness, minutes_ago);
    if (!at) return std::nullopt;
    if (at_first) {
      insert_at(lines, *at, parts[i]);
    } else {
      lines.insert(lines.end() - 1, fmt::format("  at {} {}", *at, parts[i]));
    }
  }
  return lines;
}

std::vector<std::string> with_past(const RuleTable& table, const Witness& witness,
                                   std::vector<std::string> lines) {
  std::int64_t now_ms = witness.day * days(1).ms + witness.time_of_day_ms;
  for (const Happening& one : happenings(table, witness).value_or(std::vector<Happening>())) {
    if (one.before_ms > 0) insert_at(lines, instant_text(now_ms - one.before_ms), one.part);
  }
  return lines;
}

// The narrowest window first; what a wider one asks for besides was used before that one begins.
std::optional<std::vector<std::string>> with_sums(std::vector<SumOfData> sums,
                                                  const Witness& witness,
                                                  std::vector<std::string> lines) {
  std::stable_sort(sums.begin(), sums.end(), [](const SumOfData& a, const SumOfData& b) {
    return age_of(a.feature->window).outside < age_of(b.feature->window).outside;
  });
  std::vector<SumOfData> told;
  for (SumOfData sum : sums) {
    std::int64_t days_ago = 0;
    for (const SumOfData& before : told) {
      if (is_among(*before.feature, *sum.feature)) sum.bytes -= before.bytes;
      days_ago = std::max(days_ago, age_of(before.feature->window).outside);
    }
    if (sum.bytes < 0) return std::nullopt;
    if (sum.bytes == 0) continue;
    std::optional<std::string> part = data_part(sum.feature->countries, sum.bytes);
    std::optional<std::string> at = minutes_before(witness, 1);
    if (days_ago > 0) {
      at = instant_text((witness.day - days_ago) * days(1).ms + hours(12).ms);
      if (days_ago > age_of(sum.feature->window).inside) return std::nullopt;
    }
    if (!part || !at || lines.empty()) return std::nullopt;
    if (days_ago > 0) {
      insert_at(lines, *at, *part);
    } else {
      lines.insert(lines.end() - 1, fmt::format("  at {} {}", *at, *part));
    }
    told.push_back(sum);
  }
  return lines;
}

}  // namespace sojourn::cli
