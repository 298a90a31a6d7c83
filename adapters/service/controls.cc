#include "adapters/service/controls.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "adapters/service/json_line.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
Bytes to_bytes(const KillSwitches& switches) {
  Json json;
  json["all"] = switches.all;
  json["rules"] = switches.rules;
  json["countries"] = switches.countries;
  json["by"] = switches.by;
  json["at"] = switches.at.ms;
  std::string text = dumped(json);
  return Bytes(text.begin(), text.end());
}

Result<KillSwitches> kill_switches_from(ByteView bytes) {
  Json json = Json::parse(bytes.begin(), bytes.end(), nullptr, false);
  KillSwitches switches;
  try {
    json.at("all").get_to(switches.all);
    json.at("rules").get_to(switches.rules);
    if (json.contains("countries")) json.at("countries").get_to(switches.countries);
    json.at("by").get_to(switches.by);
    json.at("at").get_to(switches.at.ms);
    return switches;
  } catch (const Json::exception&) {
    return make_diagnostic(Code::E0012, "the kill switches cannot be read");
  }
}

std::string decider_of(const PreparedPolicy& policy, const Decision& decision) {
  const RuleTable& table = policy.table();
  if (decision.rule >= 0) return table.rules[static_cast<std::size_t>(decision.rule)].label();
  if (decision.ban >= 0) {
    return "ban " + table.bans[static_cast<std::size_t>(decision.ban)].label();
  }
  return {};
}

std::string approval_key(const PreparedPolicy& policy, const Decision& decision) {
  bool switches = decision.kind == Action::Kind::profile;
  return fmt::format("{}\x1f{}\x1f{}", to_hex(policy.table().meaning_digest),
                     decider_of(policy, decision),
                     switches ? policy.table().profiles[decision.profile].name : "keep");
}

std::string switches_record(const KillSwitches& switches) {
  Json json;
  json["ts"] = to_rfc3339(switches.at);
  json["device"] = "%";
  json["kill_switches"] = {
      {"all", switches.all}, {"rules", switches.rules}, {"countries", switches.countries}};
  json["by"] = switches.by;
  return dumped(json);
}

std::string approval_record(std::string_view decider, std::string_view by, Instant at) {
  Json json;
  json["ts"] = to_rfc3339(at);
  json["device"] = "%";
  json["approved"] = decider;
  json["by"] = by;
  return dumped(json);
}

std::string campaign_record(const CampaignWord& word, const FleetMinutes::Waiting& campaign,
                            Instant at) {
  Json json;
  json["ts"] = to_rfc3339(at);
  json["device"] = "%";
  json[word.goes_on ? "campaign_goes_on" : "campaign_approved"] = word.campaign;
  json["device_count"] = campaign.device_count;
  json["devices"] = "sha256:" + to_hex(campaign.devices);
  if (word.goes_on) json["failed"] = {campaign.failure_count, campaign.order_count};
  json["by"] = word.by;
  return dumped(json);
}

}  // namespace sojourn::service
