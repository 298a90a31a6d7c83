#include "adapters/cli/threshold_events.h"

#include <fmt/format.h>

#include <algorithm>

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

// A network of one of the countries, "724-01".
std::optional<std::string> network_in(const CountrySet& countries) {
  for (std::uint16_t mcc = 200; mcc < 800; ++mcc) {
    Plmn plmn{mcc, 1, 2};
    CountrySet of = countries_of(plmn);
    if (of.size() == 1 && countries.contains(of.members()[0])) return to_text(plmn);
  }
  return std::nullopt;
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

// "10 MB" where it comes out even.
std::string bytes_text(std::int64_t bytes) {
  return bytes % 1'000'000 == 0 ? fmt::format("{} MB", bytes / 1'000'000)
                                : fmt::format("{} B", bytes);
}

// When the line begins: "2026-07-01 11:58", of an `every` line its first day.
std::string begin_of(const std::string& line) {
  constexpr std::string_view kAt = "  at ", kFrom = " from ";
  if (line.starts_with(kAt)) return line.substr(kAt.size());
  std::size_t from = line.find(kFrom);
  return from == std::string::npos ? std::string() : line.substr(from + kFrom.size());
}

std::string instant_text(std::int64_t ms) {
  std::int64_t day = (ms >= 0 ? ms : ms - days(1).ms + 1) / days(1).ms;
  return time_text(static_cast<std::int32_t>(day), ms - day * days(1).ms);
}

// The event so long before the moment that `since` came true `value` milliseconds ago, or will. Of
// months it does so at a midnight: the story goes on to the next.
std::optional<std::vector<std::string>> with_deadline(const Feature& feature, std::int64_t value,
                                                      const Witness& witness,
                                                      std::vector<std::string> lines) {
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
  std::string at = instant_text(event_ms);
  auto later = std::find_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return !line.starts_with("  given ") && begin_of(line) > at;
  });
  lines.insert(later, fmt::format("  at {} event {}", at, written_text(feature.event.name)));
  return lines;
}

}  // namespace

std::optional<std::vector<std::string>> with_events(const RuleTable& table, const Feature& feature,
                                                    std::int64_t value, const Witness& witness,
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
    std::optional<std::string> network = network_in(feature.countries);
    if (!network) return std::nullopt;
    parts.push_back(fmt::format("network {}, data {}", *network, bytes_text(value)));
  } else {
    if (value > kEventsMax) return std::nullopt;
    parts = event_parts(table, feature, value, lines);
    if (parts.empty()) return std::nullopt;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::optional<std::string> at =
        minutes_before(witness, static_cast<std::int64_t>(parts.size() - i));
    if (!at) return std::nullopt;
    lines.insert(lines.end() - 1, fmt::format("  at {} {}", *at, parts[i]));
  }
  return lines;
}

}  // namespace sojourn::cli
