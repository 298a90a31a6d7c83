#include "adapters/cli/record_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace sojourn::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string member(const Json& json, const char* name) {
  auto found = json.find(name);
  if (found == json.end() || found->is_null()) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->dump();
}

std::string list(const Json& json, const char* name) {
  std::string all;
  for (const Json& one : json.value(name, Json::array())) {
    all += fmt::format(", {} `{}`", std::string_view(name) == "alerts" ? "alert" : "task",
                       one.is_string() ? one.get<std::string>() : one.dump());
  }
  return all;
}

std::string decision_text(const Json& record) {
  std::string what = member(record, "outcome");
  if (what == "profile") what += " " + member(record, "profile");
  std::string text = fmt::format("decides {} by {}", what, member(record, "rule"));
  if (!member(record, "at").empty()) text += fmt::format(" ({})", member(record, "at"));
  text += list(record, "alerts") + list(record, "tasks");
  if (!member(record, "suppressed").empty()) text += ", but " + member(record, "suppressed");
  return text;
}

std::string command_text(const Json& record) {
  std::string text = "orders " + member(record, "command");
  if (!member(record, "profile").empty()) text += " " + member(record, "profile");
  if (!member(record, "iccid").empty()) text += fmt::format(" ({})", member(record, "iccid"));
  return text;
}

std::string order_part(const Json& record) {
  std::string text = fmt::format("order {}", member(record, "order"));
  if (!member(record, "counter").empty()) text += ", counter " + member(record, "counter");
  std::string digest = member(record, "message");
  if (digest.size() > 19) text += ", " + digest.substr(0, 19) + "...";
  return text;
}

std::string result_text(const Json& record) {
  std::string text = fmt::format("result of {}{}{}: {}", member(record, "command"),
                                 member(record, "profile").empty() ? "" : " ",
                                 member(record, "profile"), member(record, "result"));
  if (!member(record, "reason").empty()) text += fmt::format(", {}", member(record, "reason"));
  if (!member(record, "evidence").empty()) text += " (signed by the eUICC)";
  return text;
}

std::string notice_text(const Json& record) {
  std::string notice = member(record, "notice");
  std::string text = member(record, "text");
  if (notice == "order moved" && text == "sent") {
    return fmt::format("{} leaves: {}", member(record, "kind"), order_part(record));
  }
  if (notice == "order moved") {
    return fmt::format("order {} is {}: {}", member(record, "order"), member(record, "state"),
                       text);
  }
  return text.empty() ? notice : fmt::format("{}: {}", notice, text);
}

std::string switches_text(const Json& record) {
  const Json& on = record["kill_switches"];
  std::string stopped = on.value("all", false) ? " everything" : "";
  for (const char* kind : {"rules", "countries"}) {
    for (const Json& one : on.value(kind, Json::array())) {
      stopped += " " + (one.is_string() ? one.get<std::string>() : one.dump());
    }
  }
  return fmt::format("kill switches: {}, set by {}", stopped.empty() ? "none" : stopped.substr(1),
                     member(record, "by"));
}

std::string words_of(const Json& record) {
  if (record.contains("outcome")) return decision_text(record);
  if (record.contains("result")) return result_text(record);
  if (record.contains("command")) return command_text(record);
  if (record.contains("notice")) return notice_text(record);
  if (record.contains("activated_by")) {
    return fmt::format("policy {} activated by {}", member(record, "policy"),
                       member(record, "activated_by"));
  }
  if (record.contains("kill_switches")) return switches_text(record);
  if (record.contains("shadow_policy")) {
    std::string digest = member(record, "shadow_policy");
    return digest.empty() ? fmt::format("shadow policy ended by {}", member(record, "by"))
                          : fmt::format("policy {} in shadow by {}", digest, member(record, "by"));
  }
  if (record.contains("set_aside")) {
    std::string why = member(record, "set_aside");
    return why.empty() ? "can be read again" : "set aside: " + why;
  }
  for (const auto& [name, words] :
       {std::pair{"approved", "decision of {} approved by {}"},
        std::pair{"enrolment_ended", "enrolment ended at counter {} by {}"},
        std::pair{"policy_proposed", "policy {} proposed by {}"},
        std::pair{"policy_dropped", "proposed policy {} dropped by {}"},
        std::pair{"campaign_approved", "campaign {} approved by {}"},
        std::pair{"campaign_goes_on", "campaign {} goes on, says {}"}}) {
    if (!record.contains(name)) continue;
    return fmt::format(fmt::runtime(words), member(record, name), member(record, "by"));
  }
  if (record.contains("order")) {
    std::string text =
        fmt::format("order {} has ended: {}", member(record, "order"), member(record, "state"));
    if (!member(record, "reason").empty()) text += ", " + member(record, "reason");
    return text;
  }
  return record.dump();
}

// --- explanations --------------------------------------------------------------------------------

std::optional<Instant> instant_in(const Json& json, const char* name) {
  return parse_rfc3339(member(json, name));
}

Truth truth_in(const Json& json) {
  std::string word = member(json, "holds");
  return word == "true" ? Truth::yes : word == "false" ? Truth::no : Truth::unknown;
}

std::vector<std::string> texts_in(const Json& json, const char* name) {
  std::vector<std::string> all;
  for (const Json& one : json.value(name, Json::array())) {
    all.push_back(one.is_string() ? one.get<std::string>() : one.dump());
  }
  return all;
}

EvidenceRow row_from(const Json& json) {
  return {.from = instant_in(json, "from").value_or(kBeginning),
          .to = instant_in(json, "to").value_or(kNever),
          .country = member(json, "country"),
          .network = member(json, "network"),
          .profile = member(json, "profile"),
          .imei = member(json, "imei"),
          .known_by = member(json, "known_by")};
}

std::vector<ConditionEvidence> conditions_in(const Json& json) {
  std::vector<ConditionEvidence> all;
  for (const Json& one : json.value("because", Json::array())) {
    ConditionEvidence& evidence = all.emplace_back();
    evidence.condition = member(one, "condition");
    evidence.truth = truth_in(one);
    evidence.value = member(one, one.contains("text") ? "text" : "value");
    evidence.since = instant_in(one, "since");
    evidence.reported = instant_in(one, "reported");
    evidence.source = member(one, "source");
    evidence.would_hold_at = instant_in(one, "would_hold_at");
    evidence.if_it_goes_on = one.value("if_it_goes_on", false);
    for (const Json& row : one.value("rows", Json::array())) {
      evidence.rows.push_back(row_from(row));
    }
  }
  return all;
}

RuleEvidence rule_from(const Json& json) {
  RuleEvidence rule;
  rule.label = member(json, "rule");
  rule.at = member(json, "at");
  rule.truth = truth_in(json);
  rule.why_not = member(json, "why_not");
  rule.would_fire_at = instant_in(json, "would_fire_at");
  rule.because = conditions_in(json);
  return rule;
}

BanEvidence ban_from(const Json& json) {
  BanEvidence ban;
  ban.ban = member(json, "ban");
  ban.at = member(json, "at");
  ban.source = member(json, "source");
  ban.certainty = member(json, "certainty");
  ban.state = member(json, "state");
  ban.profile = member(json, "with");
  ban.deadline = instant_in(json, "deadline").value_or(kNever);
  ban.because = conditions_in(json);
  return ban;
}

}  // namespace

std::string record_words(std::string_view record) {
  Json json = Json::parse(record.begin(), record.end(), nullptr, false);
  return json.is_object() ? words_of(json) : std::string(record);
}

RecordText record_text(std::string_view line) {
  Json link = Json::parse(line.begin(), line.end(), nullptr, false);
  if (!link.is_object()) return {"", "", std::string(line)};
  Json record = Json::parse(member(link, "record"), nullptr, false);
  if (!record.is_object()) return {"", "", std::string(line)};
  return {member(record, "ts"), member(link, "device"), words_of(record)};
}

Explanation explanation_from(std::string_view text) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  Explanation explanation;
  if (!json.is_object()) return explanation;
  explanation.at = instant_in(json, "ts").value_or(kBeginning);
  explanation.device = member(json, "device");
  explanation.outcome = member(json, "outcome");
  explanation.enabled_profile = member(json, "from");
  explanation.undeclared = member(json, "from_is");
  Json decided_by = json.value("decided_by", Json());
  if (decided_by.is_object()) explanation.decided_by = rule_from(decided_by);
  bool by_a_ban = decided_by.is_string() && decided_by.get<std::string>().starts_with("ban ");
  if (by_a_ban) explanation.decision.ban = 0;
  for (const Json& one : json.value("others", Json::array())) {
    explanation.others.push_back(rule_from(one));
  }
  for (const Json& one : json.value("bans", Json::array())) {
    explanation.bans.push_back(ban_from(one));
  }
  explanation.alerts = texts_in(json, "alerts");
  explanation.tasks = texts_in(json, "tasks");
  explanation.skipped = texts_in(json, "skipped");
  if (json.contains("suppressed")) explanation.suppressed = member(json, "suppressed");
  explanation.review = instant_in(json, "review").value_or(kNever);
  return explanation;
}

}  // namespace sojourn::cli
