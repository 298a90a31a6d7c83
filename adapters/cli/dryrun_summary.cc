#include "adapters/cli/dryrun_summary.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "adapters/cli/console.h"
#include "adapters/cli/explanation_text.h"
#include "engine/base/calendar.h"

namespace sojourn::cli {
namespace {

using Json = nlohmann::ordered_json;

// Devices shown one by one; larger fleets are told by rule only.
constexpr std::size_t kDevicesShownMax = 40;

std::string rule_label(const RuleTable& table, std::size_t rule) {
  return rule < table.rules.size() ? table.rules[rule].label() : "otherwise";
}

std::string day_text(Instant t) { return to_text(TimeZone().day_of(t)); }

std::string outcome_text(const DecisionRecord& record) {
  return record.outcome == "profile" ? "profile = " + record.profile : record.outcome;
}

std::string span_text(const LoopTotals& loops) {
  if (loops.report_count == 0) return "";
  std::int64_t day_count = (loops.last - loops.first).ms / days(1).ms + 1;
  return fmt::format(", {} to {} ({} {})", day_text(loops.first), day_text(loops.last), day_count,
                     day_count == 1 ? "day" : "days");
}

void add_heading(std::string& out, const DryrunSummary& summary) {
  const ReplayTotals& totals = summary.totals;
  const Settings& settings = summary.table.settings;
  std::string name = settings.name.empty() ? "unnamed policy" : settings.name;
  out += fmt::format("{}{}{}, meaning {}\n", name, settings.version.empty() ? "" : " ",
                     settings.version, to_hex(summary.table.meaning_digest).substr(0, 16));
  out += fmt::format("  reports    {} of {} devices{}\n", grouped(totals.loops.report_count),
                     grouped(totals.device_count), span_text(totals.loops));
  if (totals.loops.late_count + totals.loops.duplicate_count + totals.loops.too_late_count > 0) {
    out += fmt::format("             {} late, {} repeated, {} too late and left out\n",
                       grouped(totals.loops.late_count), grouped(totals.loops.duplicate_count),
                       grouped(totals.loops.too_late_count));
  }
  out += fmt::format("  decisions  {} changes\n", grouped(totals.loops.change_count));
  if (summary.open_loop) return;
  out += fmt::format("  switches   {} in {} devices", grouped(totals.loops.switch_count),
                     grouped(totals.switching_device_count));
  if (totals.switches_per_device_max > 0) {
    out += fmt::format("; at most {} in one ({})", totals.switches_per_device_max,
                       totals.most_switched_device);
  }
  out += '\n';
}

void add_rules(std::string& out, const DryrunSummary& summary) {
  std::vector<std::vector<std::string>> rows = {{"rule", "decisions", "devices"}};
  std::string silent;
  for (std::size_t i = 0; i < summary.totals.rules.size(); ++i) {
    const RuleCounts& counts = summary.totals.rules[i];
    if (counts.decision_count == 0 && i < summary.table.rules.size()) {
      silent += (silent.empty() ? "" : ", ") + rule_label(summary.table, i);
    } else if (counts.decision_count > 0) {
      rows.push_back({rule_label(summary.table, i), grouped(counts.decision_count),
                      grouped(counts.device_count)});
    }
  }
  out += "\ndecisions by rule\n" + table_text(rows);
  if (!silent.empty()) out += fmt::format("  never decided: {}\n", silent);
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
  out +=
      fmt::format("\n{} values were dropped, for example\n", grouped(totals.refused_value_count));
  for (const std::string& example : totals.refused_examples) out += "  " + example + "\n";
}

}  // namespace

std::string summary_text(const DryrunSummary& summary) {
  std::string out;
  add_heading(out, summary);
  add_rules(out, summary);
  add_devices(out, summary);
  add_refused(out, summary.totals);
  return out;
}

std::string summary_json(const DryrunSummary& summary) {
  const ReplayTotals& totals = summary.totals;
  Json json;
  json["policy"] = {{"name", summary.table.settings.name},
                    {"version", summary.table.settings.version},
                    {"digest", "sha256:" + to_hex(summary.table.meaning_digest)}};
  json["devices"] = totals.device_count;
  json["reports"] = totals.loops.report_count;
  json["late"] = totals.loops.late_count;
  json["repeated"] = totals.loops.duplicate_count;
  json["too_late"] = totals.loops.too_late_count;
  json["decisions"] = totals.loops.change_count;
  json["switches"] = totals.loops.switch_count;
  json["dropped_values"] = totals.refused_value_count;
  Json rules = Json::array();
  for (std::size_t i = 0; i < totals.rules.size(); ++i) {
    rules.push_back({{"rule", rule_label(summary.table, i)},
                     {"decisions", totals.rules[i].decision_count},
                     {"devices", totals.rules[i].device_count}});
  }
  json["rules"] = std::move(rules);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sojourn::cli
