// sojourn approvals, campaigns, kill: what people hold in their hands over a running
// service.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "adapters/cli/service_ask.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {
namespace {

using Json = nlohmann::ordered_json;

void show_switches(const Json& json, Console& console) {
  std::string rules;
  for (const Json& one : json.value("rules", Json::array())) rules += " " + one.get<std::string>();
  std::string stopped = json.value("all", false) ? "everything" : "";
  if (!rules.empty()) stopped += (stopped.empty() ? "rules" : ", rules") + rules;
  std::string countries;
  for (const Json& one : json.value("countries", Json::array())) {
    countries += " " + one.get<std::string>();
  }
  if (!countries.empty()) stopped += (stopped.empty() ? "devices in" : ", devices in") + countries;
  if (stopped.empty()) return console.print("no kill switch is on\n");
  console.print(
      fmt::format("stopped: {}, by {} at {}\n", stopped, text_in(json, "by"), text_in(json, "at")));
}

void show_campaigns(const Json& json, Console& console) {
  std::vector<std::vector<std::string>> rows = {
      {"campaign", "waits for", "devices", "failed", "digest"}};
  for (const Json& one : json.value("campaigns", Json::array())) {
    std::string name = text_in(one, "campaign");
    rows.push_back({name.empty() ? "otherwise" : name, text_in(one, "waits_for"),
                    text_in(one, "device_count"),
                    fmt::format("{} of {}", text_in(one, "failures"), text_in(one, "orders")),
                    text_in(one, "devices")});
  }
  console.print(table_text(rows));
}

}  // namespace

int run_approvals(const ServiceOptions& options, std::string_view what, Console& console) {
  if (what == "list") {
    return get(options, console, "/v1/approvals", [&](const Json& json) {
      std::vector<std::vector<std::string>> rows = {{"device", "rule", "profile", "since"}};
      for (const Json& one : json.value("approvals", Json::array())) {
        rows.push_back({text_in(one, "device"), text_in(one, "rule"), text_in(one, "profile"),
                        text_in(one, "since")});
      }
      console.print(table_text(rows));
    });
  }
  if (options.device.empty() == options.rule.empty()) {
    return console.fail(make_diagnostic(Code::E0003, "say either a device or `--rule`"));
  }
  Json json;
  if (options.rule.empty()) {
    json["devices"] = {options.device};
  } else {
    json["rule"] = options.rule;
  }
  return ask(
      options, console, "approve", "POST", "/v1/approvals",
      json.dump(-1, ' ', false, Json::error_handler_t::replace), "application/json",
      [&](const Json& answer) {
        console.print(fmt::format("{} approved\n", answer.value("approved", Json::array()).size()));
      });
}

int run_kill(const ServiceOptions& options, std::string_view what, Console& console) {
  auto show = [&](const Json& json) { show_switches(json, console); };
  if (what == "show") return get(options, console, "/v1/switches", show);
  Json json;
  bool set = what == "set";
  if (set && !options.all && options.rules.empty() && options.countries.empty()) {
    return console.fail(make_diagnostic(
        Code::E0003, "say what is stopped",
        "`--all`, `--rule NAME` or `--country CODE`; `sojourn kill lift` takes all of them back"));
  }
  json["all"] = set && options.all;
  json["rules"] = set ? options.rules : std::vector<std::string>();
  json["countries"] = set ? options.countries : std::vector<std::string>();
  return ask(options, console, "approve", "PUT", "/v1/switches",
             json.dump(-1, ' ', false, Json::error_handler_t::replace), "application/json", show);
}

int run_campaigns(const ServiceOptions& options, std::string_view what, Console& console) {
  if (what == "list") {
    return get(options, console, "/v1/campaigns",
               [&](const Json& json) { show_campaigns(json, console); });
  }
  Json json;
  // A word of the language, so no rule has this name.
  json["campaign"] = options.campaign == "otherwise" ? "" : options.campaign;
  if (!options.devices.empty()) json["devices"] = options.devices;
  return ask(options, console, "approve", "POST", fmt::format("/v1/campaigns/{}", what),
             json.dump(-1, ' ', false, Json::error_handler_t::replace), "application/json",
             [](const Json&) {});
}

}  // namespace sojourn::cli
