#include "adapters/cli/dryrun_summary.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "adapters/cli/console.h"
#include "adapters/cli/explanation_text.h"
#include "engine/base/calendar.h"

namespace sojourn::cli {
namespace {

using Json = nlohmann::ordered_json;

// Devices near a limit, and those on another profile, that are named.
constexpr std::size_t kNamedMax = 10;
// Devices shown one by one; larger fleets are told by rule only.
constexpr std::size_t kDevicesShownMax = 40;

// "1 device", "1,200 devices".
std::string counted(std::uint64_t count, std::string_view word) {
  return fmt::format("{} {}{}", grouped(count), word, count == 1 ? "" : "s");
}

std::string day_text(Instant t) { return to_text(TimeZone().day_of(t)); }

std::string outcome_text(const DecisionRecord& record) {
  return record.outcome == "profile" ? "profile = " + record.profile : record.outcome;
}

std::string span_text(const LoopTotals& loops) {
  if (loops.report_count == 0) return "";
  std::int64_t day_count = (loops.last - loops.first).ms / days(1).ms + 1;
  return fmt::format(", {} to {} ({})", day_text(loops.first), day_text(loops.last),
                     counted(static_cast<std::uint64_t>(day_count), "day"));
}

void add_heading(std::string& out, const DryrunSummary& summary) {
  const ReplayTotals& totals = summary.totals;
  out += fmt::format("{}, meaning {}\n", policy_title(summary.table),
                     to_hex(summary.table.meaning_digest).substr(0, 16));
  out += fmt::format("  reports    {} of {}{}\n", grouped(totals.loops.report_count),
                     counted(totals.device_count, "device"), span_text(totals.loops));
  if (totals.loops.late_count + totals.loops.duplicate_count + totals.loops.too_late_count > 0) {
    out += fmt::format("             {} late, {} repeated, {} too late and left out\n",
                       grouped(totals.loops.late_count), grouped(totals.loops.duplicate_count),
                       grouped(totals.loops.too_late_count));
  }
  out += fmt::format("  decisions  {}\n", counted(totals.loops.change_count, "change"));
  if (summary.open_loop) return;
  out += fmt::format("  switches   {} in {}", grouped(totals.loops.switch_count),
                     counted(totals.switching_device_count, "device"));
  if (totals.switches_per_device_max > 0) {
    out += fmt::format("; at most {} in one ({})", totals.switches_per_device_max,
                       totals.most_switched_device);
  }
  out += '\n';
}

void add_rules(std::string& out, const DryrunSummary& summary) {
  std::vector<std::vector<std::string>> rows = {{"rule", "decisions", "devices"}};
  std::vector<std::vector<std::string>> told = {{"alerts and tasks beside a decision", "devices"}};
  std::string silent;
  for (std::size_t i = 0; i < summary.totals.rules.size(); ++i) {
    const RuleCounts& counts = summary.totals.rules[i];
    bool idle = counts.decision_count == 0 && counts.told_device_count == 0;
    if (counts.told_device_count > 0) {
      told.push_back({rule_label(summary.table, i), grouped(counts.told_device_count)});
    }
    if (idle && i < summary.table.rules.size()) {
      silent += (silent.empty() ? "" : ", ") + rule_label(summary.table, i);
    } else if (counts.decision_count > 0) {
      rows.push_back({rule_label(summary.table, i), grouped(counts.decision_count),
                      grouped(counts.device_count)});
    }
  }
  out += "\ndecisions by rule\n" + table_text(rows);
  if (told.size() > 1) out += "\n" + table_text(told);
  if (!silent.empty()) out += fmt::format("  never fired: {}\n", silent);
}

// What was decided and not carried out by the end. Nobody approves anything in a dry-run, unless it
// was told so.
void add_waiting(std::string& out, const DryrunSummary& summary) {
  const auto& waiting = summary.totals.waiting;
  if (waiting.empty()) return;
  std::vector<std::vector<std::string>> rows = {{"decided and waiting for", "devices"}};
  bool for_people = false;
  for (const auto& [reason, device_count] : waiting) {
    rows.push_back({reason, grouped(device_count)});
    for_people = for_people || reason.find("approval") != std::string::npos;
  }
  out += "\n" + table_text(rows);
  if (for_people) out += "  nobody approves in a dry-run; with --approved all of it is\n";
}

void add_bans(std::string& out, const DryrunSummary& summary) {
  const ReplayTotals& totals = summary.totals;
  if (totals.bans.empty()) return;
  auto label = [&](std::size_t ban) { return summary.table.bans[ban].label(); };
  std::vector<std::vector<std::string>> rows = {
      {"ban", "devices", "device-days violated", "in doubt", "without the policy", "in doubt"}};
  if (summary.open_loop) rows[0].resize(4);
  std::string first;
  for (const BanTotals& ban : totals.bans) {
    rows.push_back({label(ban.ban), grouped(ban.with.device_count),
                    grouped(ban.with.device_day_count), grouped(ban.with.doubtful_count),
                    grouped(ban.without.device_day_count), grouped(ban.without.doubtful_count)});
    rows.back().resize(rows[0].size());
    if (ban.first_violated == kNever) continue;
    first += fmt::format("  {} is violated first by {} at {}\n", label(ban.ban), ban.first_device,
                         to_rfc3339(ban.first_violated));
  }
  out += "\nbans\n" + table_text(rows) + first;
  if (totals.near.empty()) return;
  out += fmt::format("  near a limit, within {} days if nothing changes: {}\n",
                     kNearLimit.ms / days(1).ms, grouped(totals.near.size()));
  for (std::size_t i = 0; i < std::min(totals.near.size(), kNamedMax); ++i) {
    const NearLimit& near = totals.near[i];
    out +=
        fmt::format("    {}  {} at {}\n", near.device, label(near.ban), to_rfc3339(near.deadline));
  }
}

void add_devices(std::string& out, const DryrunSummary& summary) {
  if (summary.last_records.empty()) return;
  if (summary.totals.device_count > kDevicesShownMax) {
    out += fmt::format("\n{} devices are not shown one by one; --decisions writes every decision\n",
                       grouped(summary.totals.device_count));
    return;
  }
  out += "\nlast decision of each device\n";
  for (const auto& [device, record] : summary.last_records) {
    std::string rule = record.rule.empty() ? "otherwise" : record.rule;
    out += fmt::format("  {}  {}  {} by {}\n", device, to_rfc3339(record.at), outcome_text(record),
                       rule);
    for (const ConditionEvidence& evidence : record.because) {
      out += fmt::format("    {}\n", evidence_line(evidence, record.at));
    }
    for (const std::string& alert : record.alerts) out += fmt::format("    alert: {}\n", alert);
  }
}

void add_refused(std::string& out, const ReplayTotals& totals) {
  if (totals.refused_value_count == 0) return;
  out += fmt::format("\n{} {} dropped, for example\n", counted(totals.refused_value_count, "value"),
                     totals.refused_value_count == 1 ? "was" : "were");
  for (const std::string& example : totals.refused_examples) out += "  " + example + "\n";
}

// Rows of both policies: the label, what it is under this one, and under the other.
void add_comparison(std::string& out, const DryrunSummary& summary,
                    const DryrunComparison& comparison) {
  const ReplayTotals& mine = summary.totals;
  const ReplayTotals& theirs = comparison.other.totals;
  std::vector<std::vector<std::string>> rows = {
      {"", "this policy", "compared with"},
      {"decisions", grouped(mine.loops.change_count), grouped(theirs.loops.change_count)},
      {"switches", grouped(mine.loops.switch_count), grouped(theirs.loops.switch_count)},
      {"devices near a limit", grouped(mine.near.size()), grouped(theirs.near.size())}};
  std::map<std::string, std::pair<std::string, std::string>> cells;
  auto add = [&](const DryrunSummary& of, bool other) {
    auto set = [&](const std::string& label, std::uint64_t count) {
      auto& [left, right] = cells.try_emplace(label, "-", "-").first->second;
      (other ? right : left) = grouped(count);
    };
    for (const BanTotals& ban : of.totals.bans) {
      set("device-days violated, " + of.table.bans[ban.ban].label(), ban.with.device_day_count);
    }
    for (std::size_t i = 0; i < of.totals.rules.size(); ++i) {
      if (is_idle_ban(of, i)) continue;
      set("decisions by " + rule_label(of.table, i), of.totals.rules[i].decision_count);
    }
  };
  add(summary, false);
  add(comparison.other, true);
  for (const auto& [label, both] : cells) rows.push_back({label, both.first, both.second});
  const ReplayComparison& found = comparison.devices;
  out += fmt::format("\ncompared with {}, meaning {}\n{}", policy_title(comparison.other.table),
                     to_hex(comparison.other.table.meaning_digest).substr(0, 16), table_text(rows));
  out += fmt::format("  on another profile: {} of {} devices, {} of {} device-days\n",
                     grouped(found.changed.size()), grouped(found.device_count),
                     grouped(found.changed_day_count), grouped(found.device_day_count));
  for (std::size_t i = 0; i < std::min(found.changed.size(), kNamedMax); ++i) {
    const ChangedDevice& one = found.changed[i];
    out += fmt::format("    {}  {} instead of {} from {}; {}\n", one.device, one.profile, one.other,
                       to_rfc3339(one.since), counted(one.day_count, "day"));
  }
}

Json days_json(const BanTotals::Days& days) {
  return {{"devices", days.device_count},
          {"device_days_violated", days.device_day_count},
          {"device_days_in_doubt", days.doubtful_count}};
}

Json policy_json(const DryrunSummary& summary) {
  const ReplayTotals& totals = summary.totals;
  Json json;
  json["policy"] = {{"name", summary.table.settings.name},
                    {"version", summary.table.settings.version},
                    {"digest", "sha256:" + to_hex(summary.table.meaning_digest)}};
  json["devices"] = totals.device_count;
  json["reports"] = totals.loops.report_count;
  if (totals.loops.report_count > 0) {
    json["first"] = to_rfc3339(totals.loops.first);
    json["last"] = to_rfc3339(totals.loops.last);
  }
  json["late"] = totals.loops.late_count;
  json["repeated"] = totals.loops.duplicate_count;
  json["too_late"] = totals.loops.too_late_count;
  json["decisions"] = totals.loops.change_count;
  json["switches"] = totals.loops.switch_count;
  json["switching_devices"] = totals.switching_device_count;
  json["switches_per_device_max"] = totals.switches_per_device_max;
  json["dropped_values"] = totals.refused_value_count;
  Json rules = Json::array();
  for (std::size_t i = 0; i < totals.rules.size(); ++i) {
    if (is_idle_ban(summary, i)) continue;
    rules.push_back(
        {{"rule", rule_label(summary.table, i)},
         {"fired", totals.rules[i].decision_count > 0 || totals.rules[i].told_device_count > 0},
         {"decisions", totals.rules[i].decision_count},
         {"devices", totals.rules[i].device_count},
         {"devices_told", totals.rules[i].told_device_count}});
  }
  json["rules"] = std::move(rules);
  json["waiting"] = totals.waiting;
  Json bans = Json::array();
  for (const BanTotals& ban : totals.bans) {
    Json row = {{"ban", summary.table.bans[ban.ban].label()}, {"with", days_json(ban.with)}};
    if (!summary.open_loop) row["without"] = days_json(ban.without);
    if (ban.first_violated != kNever) {
      row["first_violated"] = to_rfc3339(ban.first_violated);
      row["first_device"] = ban.first_device;
    }
    bans.push_back(std::move(row));
  }
  json["bans"] = std::move(bans);
  Json near = Json::array();
  for (const NearLimit& one : totals.near) {
    near.push_back({{"device", one.device},
                    {"ban", summary.table.bans[one.ban].label()},
                    {"deadline", to_rfc3339(one.deadline)}});
  }
  json["near_limit"] = std::move(near);
  return json;
}

}  // namespace

std::string policy_title(const RuleTable& table) {
  const Settings& settings = table.settings;
  return fmt::format("{}{}{}", settings.name.empty() ? "unnamed policy" : settings.name,
                     settings.version.empty() ? "" : " ", settings.version);
}

bool is_idle_ban(const DryrunSummary& summary, std::size_t place) {
  std::size_t rules = summary.table.rules.size();
  bool is_ban = place >= rules && place < rules + summary.table.bans.size();
  return is_ban && summary.totals.rules[place].decision_count == 0;
}

std::string rule_label(const RuleTable& table, std::size_t place) {
  if (place < table.rules.size()) return table.rules[place].label();
  std::size_t ban = place - table.rules.size();
  return ban < table.bans.size() ? "ban " + table.bans[ban].label() : "otherwise";
}

std::string summary_text(const DryrunSummary& summary, const DryrunComparison* comparison) {
  std::string out;
  add_heading(out, summary);
  add_rules(out, summary);
  add_waiting(out, summary);
  add_bans(out, summary);
  if (comparison != nullptr) add_comparison(out, summary, *comparison);
  add_devices(out, summary);
  add_refused(out, summary.totals);
  return out;
}

std::string summary_json(const DryrunSummary& summary, const DryrunComparison* comparison) {
  Json json = policy_json(summary);
  if (comparison != nullptr) {
    const ReplayComparison& found = comparison->devices;
    json["compared_with"] = policy_json(comparison->other);
    Json& changed = json["on_another_profile"];
    changed = {{"devices", found.changed.size()},
               {"device_days", found.changed_day_count},
               {"device_days_of_all", found.device_day_count},
               {"list", Json::array()}};
    for (const ChangedDevice& one : found.changed) {
      changed["list"].push_back({{"device", one.device},
                                 {"since", to_rfc3339(one.since)},
                                 {"profile", one.profile},
                                 {"compared_with", one.other},
                                 {"days", one.day_count}});
    }
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sojourn::cli
