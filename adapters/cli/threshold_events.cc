#include "adapters/cli/threshold_events.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/written_name.h"

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
