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

std::string text_of(const Json& record) {
  if (record.contains("outcome")) return decision_text(record);
  if (record.contains("result")) return result_text(record);
  if (record.contains("command")) return command_text(record);
  if (record.contains("notice")) return notice_text(record);
  if (record.contains("activated_by")) {
    return fmt::format("policy {} activated by {}", member(record, "policy"),
                       member(record, "activated_by"));
  }
  for (const auto& [name, words] :
       {std::pair{"policy_proposed", "policy {} proposed by {}"},
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

}  // namespace

RecordText record_text(std::string_view line) {
  Json link = Json::parse(line.begin(), line.end(), nullptr, false);
  if (!link.is_object()) return {"", "", std::string(line)};
  Json record = Json::parse(member(link, "record"), nullptr, false);
  if (!record.is_object()) return {"", "", std::string(line)};
  return {member(record, "ts"), member(link, "device"), text_of(record)};
}

}  // namespace sojourn::cli
