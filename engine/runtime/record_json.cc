#include "engine/runtime/record_json.h"

#include "engine/runtime/json_writer.h"

namespace sojourn {
namespace {

void put_instant(JsonObject& json, std::string_view name, Instant t) {
  t == kNever ? json.word(name, "null") : json.text(name, to_rfc3339(t));
}

void append_row(std::string& out, const EvidenceRow& row) {
  JsonObject json(out);
  json.text("from", to_rfc3339(row.from));
  put_instant(json, "to", row.to);
  auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) json.text(name, value);
  };
  add("country", row.country);
  add("network", row.network);
  add("profile", row.profile);
  add("imei", row.imei);
  add("known_by", row.known_by);
  json.close();
}

const char* word(Truth truth) {
  return truth == Truth::yes ? "true" : truth == Truth::no ? "false" : "unknown";
}

void append_condition(std::string& out, const ConditionEvidence& evidence) {
  JsonObject json(out);
  json.text("condition", evidence.condition).text("holds", word(evidence.truth));
  if (evidence.count) {
    json.number("value", *evidence.count).text("text", evidence.value);
  } else {
    json.text("value", evidence.value);
  }
  if (evidence.since) json.text("since", to_rfc3339(*evidence.since));
  if (evidence.reported) json.text("reported", to_rfc3339(*evidence.reported));
  if (!evidence.source.empty()) json.text("source", evidence.source);
  if (evidence.would_hold_at) {
    json.text("would_hold_at", to_rfc3339(*evidence.would_hold_at));
    if (evidence.if_it_goes_on) json.word("if_it_goes_on", "true");
  }
  if (!evidence.rows.empty()) {
    json.member("rows");
    append_array(out, evidence.rows, append_row);
  }
  json.close();
}

void put_conditions(JsonObject& json, std::string& out,
                    const std::vector<ConditionEvidence>& because) {
  json.member("because");
  append_array(out, because, append_condition);
}

void append_rule(std::string& out, const RuleEvidence& rule) {
  JsonObject json(out);
  json.text("rule", rule.label).text("at", rule.at).text("holds", word(rule.truth));
  if (!rule.why_not.empty()) json.text("why_not", rule.why_not);
  if (rule.would_fire_at) json.text("would_fire_at", to_rfc3339(*rule.would_fire_at));
  put_conditions(json, out, rule.because);
  json.close();
}

void append_ban(std::string& out, const BanEvidence& ban) {
  JsonObject json(out);
  json.text("ban", ban.ban).text("at", ban.at);
  if (!ban.source.empty()) json.text("source", ban.source);
  if (!ban.certainty.empty()) json.text("certainty", ban.certainty);
  json.text("state", ban.state).text_or_null("with", ban.profile);
  put_instant(json, "deadline", ban.deadline);
  put_conditions(json, out, ban.because);
  json.close();
}

void put_bans(JsonObject& json, std::string& out, const std::vector<BanEvidence>& bans) {
  if (bans.empty()) return;
  json.member("bans");
  append_array(out, bans, append_ban);
}

std::string policy_digest(const RuleTable& table) {
  return "sha256:" + to_hex(table.meaning_digest);
}

}  // namespace

std::string to_json(const DecisionRecord& record, const RuleTable& table) {
  std::string out;
  JsonObject json(out);
  json.text("ts", to_rfc3339(record.at)).text("device", record.device);
  json.text("outcome", record.outcome);
  if (!record.profile.empty()) json.text("profile", record.profile);
  json.text_or_null("from", record.from);
  json.text("rule", record.rule.empty() ? "otherwise" : record.rule);
  if (!record.origin.empty()) json.text("at", record.origin);
  if (!record.digest.empty()) json.text("rule_digest", "sha256:" + record.digest);
  json.text("policy", policy_digest(table));
  put_conditions(json, out, record.because);
  json.texts("skipped", record.skipped);
  put_bans(json, out, record.bans);
  json.texts("alerts", record.alerts).texts("tasks", record.tasks);
  record.suppressed ? json.text("suppressed", *record.suppressed) : json.word("suppressed", "null");
  if (!record.overridden.empty()) json.texts("overridden", record.overridden);
  put_instant(json, "review", record.review);
  json.close();
  return out;
}

std::string to_json(const Explanation& explanation, const RuleTable& table) {
  std::string out;
  JsonObject json(out);
  json.text("ts", to_rfc3339(explanation.at)).text("device", explanation.device);
  json.text("outcome", explanation.outcome).text_or_null("from", explanation.enabled_profile);
  if (!explanation.undeclared.empty()) json.text("from_is", explanation.undeclared);
  json.text("policy", policy_digest(table));
  if (explanation.decided_by) {
    json.member("decided_by");
    append_rule(out, *explanation.decided_by);
  } else if (explanation.decision.ban >= 0) {
    auto ban = static_cast<std::size_t>(explanation.decision.ban);
    json.text("decided_by", "ban " + table.bans[ban].label());
  } else {
    json.text("decided_by", "otherwise");
  }
  json.member("others");
  append_array(out, explanation.others, append_rule);
  if (!explanation.skipped.empty()) json.texts("skipped", explanation.skipped);
  put_bans(json, out, explanation.bans);
  json.texts("alerts", explanation.alerts).texts("tasks", explanation.tasks);
  if (explanation.suppressed) json.text("suppressed", *explanation.suppressed);
  put_instant(json, "review", explanation.review);
  json.close();
  return out;
}

}  // namespace sojourn
