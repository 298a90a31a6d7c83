#include "adapters/cli/dryrun_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "adapters/cli/report_map.h"
#include "adapters/cli/report_page.h"
#include "engine/base/bytes.h"

namespace sojourn::cli {
namespace {

using Json = nlohmann::ordered_json;

// What a browser still draws at once.
constexpr std::size_t kTracksMax = 100;        // devices with a map, a timeline and their decisions
constexpr std::size_t kPointsMax = 1'200;      // of a track
constexpr std::size_t kRecordsMax = 60;        // decisions of a device
constexpr std::size_t kLedgerRowsMax = 400;    // of a timeline
constexpr std::size_t kDeviceRowsMax = 1'000;  // of the table of devices

std::uint64_t hash_of(const std::string& label) {
  Sha256Digest digest = sha256({reinterpret_cast<const std::uint8_t*>(label.data()), label.size()});
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < sizeof hash; ++i) hash = hash << 8 | digest[i];
  return hash;
}

Json seconds(Instant t) { return t == kNever ? Json(nullptr) : Json(t.ms / 1'000); }

Json policy_part(const DryrunSummary& summary) {
  const RuleTable& table = summary.table;
  Json json;
  json["title"] = policy_title(table);
  json["digest"] = "sha256:" + to_hex(table.meaning_digest);
  json["rules"] = Json::array();
  for (std::size_t i = 0; i < summary.totals.rules.size(); ++i) {
    const RuleCounts& counts = summary.totals.rules[i];
    if (is_idle_ban(summary, i)) continue;
    std::string text, at, written = "otherwise";
    if (i < table.rules.size()) {
      text = table.rules[i].text;
      at = table.rules[i].origin.text();
      written = table.rules[i].source;
    } else if (i - table.rules.size() < table.bans.size()) {
      at = table.bans[i - table.rules.size()].origin.text();
      written = table.bans[i - table.rules.size()].written;
    }
    json["rules"].push_back({{"name", rule_label(table, i)},
                             {"text", text},
                             {"at", at},
                             {"written", written},
                             {"decisions", counts.decision_count},
                             {"devices", counts.device_count}});
  }
  json["bans"] = Json::array();
  for (const BanTotals& totals : summary.totals.bans) {
    const Ban& ban = table.bans[totals.ban];
    json["bans"].push_back({{"name", ban.label()},
                            {"at", ban.origin.text()},
                            {"written", ban.written},
                            {"violated", totals.with.device_day_count},
                            {"doubtful", totals.with.doubtful_count},
                            {"without", totals.without.device_day_count},
                            {"without_doubtful", totals.without.doubtful_count}});
  }
  return json;
}

// Of each ban: how it fared on the device, and when it will be violated if nothing changes.
Json limits_json(FleetReplay& replay, DeviceIndex device) {
  Json limits = Json::array();
  const DeviceWatch* watch = replay.watch(device);
  const std::vector<BanClock::Row>& rows = replay.bans().rows();
  for (std::size_t row = 0; row < rows.size() && watch != nullptr; ++row) {
    const BanDays& days = watch->with_policy();
    Instant deadline = replay.loop(device).device().deadline(rows[row].ban, replay.newest());
    limits.push_back({{"ban", replay.policy().table().bans[rows[row].ban].label()},
                      {"violated", days.violated_day_count(row)},
                      {"doubtful", days.doubtful_day_count(row)},
                      {"without", watch->without_policy().violated_day_count(row)},
                      {"without_doubtful", watch->without_policy().doubtful_day_count(row)},
                      {"first", seconds(days.first_violated(row))},
                      {"deadline", seconds(deadline)}});
  }
  return limits;
}

std::uint64_t violated_day_count(FleetReplay& replay, DeviceIndex device) {
  std::uint64_t count = 0;
  const DeviceWatch* watch = replay.watch(device);
  for (std::size_t row = 0; row < replay.bans().rows().size() && watch != nullptr; ++row) {
    count += watch->with_policy().violated_day_count(row);
  }
  return count;
}

Json device_json(FleetReplay& replay, DeviceIndex device) {
  DeviceLoop& loop = replay.loop(device);
  const RuleTable& table = replay.policy().table();
  std::string by = "otherwise", wanted = "keep";
  if (loop.decision()) {
    const Decision& decision = *loop.decision();
    if (decision.rule >= 0) by = table.rules[static_cast<std::size_t>(decision.rule)].label();
    if (decision.ban >= 0) by = "ban " + table.bans[static_cast<std::size_t>(decision.ban)].label();
    if (decision.kind == Action::Kind::profile) wanted = table.profiles[decision.profile].name;
  }
  return {{"name", replay.device_label(device)},
          {"reports", loop.totals().report_count},
          {"decisions", loop.totals().change_count},
          {"switches", loop.totals().switch_count},
          {"enabled", profile_name(table, loop.device().enabled_profile(replay.newest()))},
          {"wanted", wanted},
          {"by", by},
          {"violated", violated_day_count(replay, device)}};
}

Json ledger_json(DeviceLoop& loop, Instant end) {
  std::vector<EvidenceRow> rows = loop.device().ledger();
  Json json = Json::array();
  std::size_t begin = rows.size() > kLedgerRowsMax ? rows.size() - kLedgerRowsMax : 0;
  for (std::size_t i = begin; i < rows.size(); ++i) {
    const EvidenceRow& row = rows[i];
    json.push_back({seconds(row.from), seconds(std::min(row.to, end)), row.country, row.network,
                    row.profile, row.known_by});
  }
  return json;
}

Json lines_json(const std::vector<MapLine>& lines) {
  Json json = Json::array();
  for (const MapLine& line : lines) json.push_back(line);
  return json;
}

// Within an element of a page no text may look like the element's end.
std::string within_page(const Json& json) {
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (char c : text) c == '<' ? void(safe += "\\u003c") : void(safe += c);
  return safe;
}

}  // namespace

Status DryrunReport::open(const std::string& path, bool force) { return file_.open(path, force); }

void DryrunReport::add(std::span<const Observation> block, const FleetReplay& replay) {
  for (; considered_ < replay.device_count(); ++considered_) {
    consider(considered_, replay.device_label(considered_));
  }
  take_records();
  for (std::size_t i = 0; i < block.size(); ++i) {
    auto known = hash_of_.find(replay.block_devices()[i]);
    if (known != hash_of_.end()) add_fix(sample_.at(known->second), block[i]);
  }
}

void DryrunReport::consider(DeviceIndex device, const std::string& label) {
  std::uint64_t hash = hash_of(label);
  if (sample_.size() == kTracksMax) {
    auto last = std::prev(sample_.end());
    if (hash >= last->first) return;
    hash_of_.erase(last->second.device);
    hash_of_label_.erase(last->second.label);
    sample_.erase(last);
  }
  Track& track = sample_[hash];
  track.device = device;
  track.label = label;
  hash_of_[device] = hash;
  hash_of_label_[label] = hash;
}

void DryrunReport::add_fix(Track& track, const Observation& observation) {
  if (!observation.position.given()) return;
  if (track.fix_count++ % track.stride != 0) return;
  if (track.points.size() == kPointsMax) {
    // Every second one goes, and from now on half as many come.
    for (std::size_t i = 1; 2 * i < track.points.size(); ++i) track.points[i] = track.points[2 * i];
    track.points.resize(kPointsMax / 2);
    track.stride *= 2;
  }
  LatLon at = observation.position.value.at;
  track.points.push_back({observation.at, at.lat, at.lon});
}

void DryrunReport::add(const FleetReplay::Written& written) {
  early_.push_back({written.record.device, std::string(written.json)});
}

void DryrunReport::take_records() {
  for (auto& [label, json] : early_) {
    auto known = hash_of_label_.find(label);
    if (known == hash_of_label_.end()) continue;
    Track& track = sample_.at(known->second);
    ++track.record_count;
    if (track.records.size() < kRecordsMax) track.records.push_back(std::move(json));
  }
  early_.clear();
}

Status DryrunReport::close(const DryrunSummary& summary, const DryrunComparison* comparison,
                           FleetReplay& replay, const std::string& skipped,
                           const std::string& geodata) {
  take_records();
  Json json = policy_part(summary);
  json["summary"] = summary_text(summary, comparison);
  json["skipped"] = skipped;
  json["device_count"] = replay.device_count();
  json["devices"] = Json::array();
  for (DeviceIndex device : rows_of(replay)) json["devices"].push_back(device_json(replay, device));
  json["tracks"] = Json::array();
  Window window;
  for (auto& [hash, track] : sample_) {
    Json points = Json::array();
    std::sort(track.points.begin(), track.points.end(),
              [](const Point& a, const Point& b) { return a.at < b.at; });
    for (const Point& point : track.points) {
      points.push_back(point.at.ms / 1'000);
      points.push_back(std::lround(point.lat * 100'000));
      points.push_back(std::lround(point.lon * 100'000));
      window.take(point.lat, point.lon);
    }
    Json records = Json::array();
    for (const std::string& record : track.records) records.push_back(Json::parse(record));
    json["tracks"].push_back({{"name", track.label},
                              {"points", std::move(points)},
                              {"fixes", track.fix_count},
                              {"ledger", ledger_json(replay.loop(track.device), replay.newest())},
                              {"limits", limits_json(replay, track.device)},
                              {"records", std::move(records)},
                              {"record_count", track.record_count}});
  }
  auto lines = map_lines(geodata, window.with_margin());
  if (!lines) return std::move(lines).error();
  json["map"] = {{"coasts", lines_json(lines->coasts)}, {"borders", lines_json(lines->borders)}};
  std::size_t mark = kReportPage.find(kReportDataMark);
  file_.write(kReportPage.substr(0, mark));
  file_.write(within_page(json));
  file_.write(kReportPage.substr(mark + kReportDataMark.size()));
  return file_.close();
}

// The devices of the table: first those that violate, then those that are switched most; those
// with a track are among them.
std::vector<DeviceIndex> DryrunReport::rows_of(FleetReplay& replay) const {
  struct Row {
    bool tracked;
    std::uint64_t violated, switches;
    DeviceIndex device;
  };
  std::vector<Row> rows;
  for (DeviceIndex device = 0; device < replay.device_count(); ++device) {
    rows.push_back({hash_of_.contains(device), violated_day_count(replay, device),
                    replay.loop(device).totals().switch_count, device});
  }
  auto middle = rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), kDeviceRowsMax));
  std::partial_sort(rows.begin(), middle, rows.end(), [](const Row& a, const Row& b) {
    return std::tie(b.tracked, b.violated, b.switches, a.device) <
           std::tie(a.tracked, a.violated, a.switches, b.device);
  });
  std::vector<DeviceIndex> devices;
  for (auto row = rows.begin(); row != middle; ++row) devices.push_back(row->device);
  return devices;
}

void DryrunReport::Window::take(double lat, double lon) {
  south = std::min(south, lat);
  north = std::max(north, lat);
  west = std::min(west, lon);
  east = std::max(east, lon);
}

MapWindow DryrunReport::Window::with_margin() const {
  if (south > north) return {-60, 80, -180, 180};
  double margin = std::max({2.0, (north - south) * 0.3, (east - west) * 0.3});
  return {std::max(south - margin, -90.0), std::min(north + margin, 90.0),
          std::max(west - margin, -180.0), std::min(east + margin, 180.0)};
}

}  // namespace sojourn::cli
