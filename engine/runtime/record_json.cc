#include "engine/runtime/record_json.h"

#include <nlohmann/json.hpp>

namespace sojourn {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json instant_or_null(Instant t) { return t == kNever ? Json(nullptr) : Json(to_rfc3339(t)); }

Json row_json(const EvidenceRow& row) {
  Json json;
  json["from"] = to_rfc3339(row.from);
  json["to"] = instant_or_null(row.to);
  auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
  };
  add("country", row.country);
  add("network", row.network);
  add("profile", row.profile);
  add("imei", row.imei);
  add("known_by", row.known_by);
  return json;
}

const char* word(Truth truth) {
  return truth == Truth::yes ? "true" : truth == Truth::no ? "false" : "unknown";
}

Json condition_json(const ConditionEvidence& evidence) {
  Json json;
  json["condition"] = evidence.condition;
  json["holds"] = word(evidence.truth);
  if (evidence.count) {
    json["value"] = *evidence.count;
    json["text"] = evidence.value;
  } else {
    json["value"] = evidence.value;
  }
  if (evidence.since) json["since"] = to_rfc3339(*evidence.since);
  if (evidence.reported) json["reported"] = to_rfc3339(*evidence.reported);
  if (!evidence.source.empty()) json["source"] = evidence.source;
  if (evidence.would_hold_at) {
    json["would_hold_at"] = to_rfc3339(*evidence.would_hold_at);
    if (evidence.if_it_goes_on) json["if_it_goes_on"] = true;
  }
  if (!evidence.rows.empty()) {
    Json rows = Json::array();
    for (const EvidenceRow& row : evidence.rows) rows.push_back(row_json(row));
    json["rows"] = std::move(rows);
  }
  return json;
}

Json conditions_json(const std::vector<ConditionEvidence>& because) {
  Json json = Json::array();
  for (const ConditionEvidence& evidence : because) json.push_back(condition_json(evidence));
  return json;
}

Json rule_json(const RuleEvidence& rule) {
  Json json;
  json["rule"] = rule.label;
  json["at"] = rule.at;
  json["holds"] = word(rule.truth);
  if (!rule.why_not.empty()) json["why_not"] = rule.why_not;
  if (rule.would_fire_at) json["would_fire_at"] = to_rfc3339(*rule.would_fire_at);
  json["because"] = conditions_json(rule.because);
  return json;
}

Json bans_json(const std::vector<BanEvidence>& bans) {
  Json json = Json::array();
  for (const BanEvidence& ban : bans) {
    Json row;
    row["ban"] = ban.ban;
    row["at"] = ban.at;
    if (!ban.source.empty()) row["source"] = ban.source;
    if (!ban.certainty.empty()) row["certainty"] = ban.certainty;
    row["state"] = ban.state;
    row["with"] = ban.profile.empty() ? Json(nullptr) : Json(ban.profile);
    row["deadline"] = instant_or_null(ban.deadline);
    row["because"] = conditions_json(ban.because);
    json.push_back(std::move(row));
  }
  return json;
}

std::string policy_digest(const RuleTable& table) {
  return "sha256:" + to_hex(table.meaning_digest);
}

}  // namespace

std::string to_json(const DecisionRecord& record, const RuleTable& table) {
  Json json;
  json["ts"] = to_rfc3339(record.at);
  json["device"] = record.device;
  json["outcome"] = record.outcome;
  if (!record.profile.empty()) json["profile"] = record.profile;
  json["from"] = record.from.empty() ? Json(nullptr) : Json(record.from);
  json["rule"] = record.rule.empty() ? Json("otherwise") : Json(record.rule);
  if (!record.origin.empty()) json["at"] = record.origin;
  json["policy"] = policy_digest(table);
  json["because"] = conditions_json(record.because);
  json["skipped"] = record.skipped;
  if (!record.bans.empty()) json["bans"] = bans_json(record.bans);
  json["alerts"] = record.alerts;
  json["tasks"] = record.tasks;
  json["suppressed"] = record.suppressed ? Json(*record.suppressed) : Json(nullptr);
  if (!record.overridden.empty()) json["overridden"] = record.overridden;
  json["review"] = instant_or_null(record.review);
  return dumped(json);
}

std::string to_json(const Explanation& explanation, const RuleTable& table) {
  Json json;
  json["ts"] = to_rfc3339(explanation.at);
  json["device"] = explanation.device;
  json["outcome"] = explanation.outcome;
  json["from"] =
      explanation.enabled_profile.empty() ? Json(nullptr) : Json(explanation.enabled_profile);
  json["policy"] = policy_digest(table);
  json["decided_by"] =
      explanation.decided_by ? rule_json(*explanation.decided_by) : Json("otherwise");
  Json others = Json::array();
  for (const RuleEvidence& rule : explanation.others) others.push_back(rule_json(rule));
  json["others"] = std::move(others);
  if (!explanation.bans.empty()) json["bans"] = bans_json(explanation.bans);
  json["alerts"] = explanation.alerts;
  json["tasks"] = explanation.tasks;
  if (explanation.suppressed) json["suppressed"] = *explanation.suppressed;
  json["review"] = instant_or_null(explanation.review);
  return dumped(json);
}

}  // namespace sojourn
