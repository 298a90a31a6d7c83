// /v1/approvals, /v1/switches and /v1/campaigns: what people hold in their hands.
#include <nlohmann/json.hpp>

#include "adapters/service/json_line.h"
#include "adapters/service/paging.h"
#include "adapters/service/rest.h"
#include "engine/base/country.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service::routes {
namespace {

// Of one request; who wants more asks again.
constexpr std::size_t kApprovalsMax = 1'000;

Json switches_json(const KillSwitches& switches) {
  Json json;
  json["all"] = switches.all;
  json["rules"] = switches.rules;
  json["countries"] = switches.countries;
  if (!switches.by.empty()) {
    json["by"] = switches.by;
    json["at"] = to_rfc3339(switches.at);
  }
  return json;
}

// What is decided of a device, from its row.
Result<Json> decision_of(Tenant& tenant, const std::string& label) {
  auto stored = tenant.store().read(tenant.keys().device(label));
  if (!stored) return std::move(stored).error();
  if (!stored->has_value()) return Json();
  auto row = device_row_from(**stored);
  if (!row) return std::move(row).error();
  return Json::parse(row->record, nullptr, false);
}

std::string member(const Json& json, const char* name) {
  auto found = json.is_object() ? json.find(name) : json.end();
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The devices that wait, from the one after `after` on.
Result<std::vector<std::string>> waiting(Tenant& tenant, const std::string& after,
                                         std::size_t count_max) {
  auto snapshot = tenant.store().snapshot();
  if (!snapshot) return std::move(snapshot).error();
  StoreRange range = StoreRange::with_prefix(tenant.keys().approvals());
  if (!after.empty()) range = range.after(tenant.keys().approval(after));
  auto rows = (*snapshot)->scan(range, count_max);
  if (!rows) return std::move(rows).error();
  std::vector<std::string> labels;
  for (const StoreRow& row : *rows) {
    StoreKeyReader parts(row.key);
    parts.read_text();
    labels.push_back(parts.read_text());
  }
  return labels;
}

Result<std::vector<std::string>> waiting_by_rule(Tenant& tenant, const std::string& rule) {
  std::vector<std::string> found;
  std::string after;
  while (found.size() < kApprovalsMax) {
    auto labels = waiting(tenant, after, kApprovalsMax);
    if (!labels) return std::move(labels).error();
    for (const std::string& label : *labels) {
      auto decision = decision_of(tenant, label);
      if (!decision) return std::move(decision).error();
      if (member(*decision, "rule") == rule) found.push_back(label);
    }
    if (labels->size() < kApprovalsMax) break;
    after = labels->back();
  }
  return found;
}

}  // namespace

eim::HttpResponse list_approvals(Rest& rest, const RestCall& call) {
  Tenant& tenant = call.engine->tenant();
  std::size_t count = page_size(call);
  auto labels = waiting(tenant, call.value("after"), count);
  if (!labels) return problem(labels.error(), rest.retry_after_s());
  Json json;
  json["approvals"] = Json::array();
  for (const std::string& label : *labels) {
    auto decision = decision_of(tenant, label);
    if (!decision) return problem(decision.error(), rest.retry_after_s());
    json["approvals"].push_back({{"device", label},
                                 {"rule", member(*decision, "rule")},
                                 {"outcome", member(*decision, "outcome")},
                                 {"profile", member(*decision, "profile")},
                                 {"since", member(*decision, "ts")}});
  }
  if (labels->size() == count) json["next"] = labels->back();
  return json_answer(200, dumped(json));
}

eim::HttpResponse give_approval(Rest& rest, const RestCall& call) {
  Json given = Json::parse(call.body().begin(), call.body().end(), nullptr, false);
  bool by_rule = given.is_object() && given.size() == 1 && given.contains("rule");
  bool by_name = given.is_object() && given.size() == 1 && given.contains("devices") &&
                 given["devices"].is_array() && given["devices"].size() <= kApprovalsMax;
  std::vector<std::string> labels;
  if (by_rule) {
    auto found = waiting_by_rule(call.engine->tenant(), member(given, "rule"));
    if (!found) return problem(found.error(), rest.retry_after_s());
    labels = std::move(*found);
  } else if (by_name) {
    for (const Json& one : given["devices"]) {
      if (!one.is_string()) return problem(400, "E0885", "`/devices` is not a list of names");
      labels.push_back(one.get<std::string>());
    }
  } else {
    return problem(400, "E0885", "the body has neither `rule` nor `devices`, at most 1,000");
  }
  auto approved = call.engine->approve(labels, call.holder.name);
  if (!approved) return problem(approved.error(), rest.retry_after_s());
  Json json;
  json["approved"] = std::move(*approved);
  return json_answer(200, dumped(json));
}

eim::HttpResponse show_switches(Rest&, const RestCall& call) {
  return json_answer(200, dumped(switches_json(call.engine->tenant().switches())));
}

eim::HttpResponse set_switches(Rest& rest, const RestCall& call) {
  Json given = Json::parse(call.body().begin(), call.body().end(), nullptr, false);
  auto refused = [](const std::string& what) { return problem(400, "E0885", what); };
  if (!given.is_object()) return refused("the body is not a JSON object");
  KillSwitches switches;
  switches.by = call.holder.name;
  const RuleTable& table = call.engine->tenant().policy()->table();
  for (const auto& [name, value] : given.items()) {
    if (name == "all" && value.is_boolean()) {
      switches.all = value.get<bool>();
    } else if (name == "rules" && value.is_array()) {
      for (const Json& one : value) {
        std::string label = one.is_string() ? one.get<std::string>() : std::string();
        bool known = std::any_of(table.rules.begin(), table.rules.end(),
                                 [&](const Rule& rule) { return rule.label() == label; });
        if (!known)
          return problem(422, "E0885", "`/rules` names no rule of the policy: " + one.dump());
        switches.rules.insert(label);
      }
    } else if (name == "countries" && value.is_array()) {
      for (const Json& one : value) {
        std::string code = one.is_string() ? one.get<std::string>() : std::string();
        if (!find_country(code)) {
          return problem(422, "E0885", "`/countries` names no country: " + one.dump(),
                         "countries are named by their ISO codes, `BR`");
        }
        switches.countries.insert(code);
      }
    } else {
      return refused("`/" + name + "` is no kill switch, or of another type");
    }
  }
  if (Status done = call.engine->set_switches(switches); !done) {
    return problem(done.error(), rest.retry_after_s());
  }
  return json_answer(200, dumped(switches_json(call.engine->tenant().switches())));
}

// --- what one rule or ban orders, when a guard about the fleet makes it wait for a person

namespace {

constexpr std::string_view kDigestPrefix = "sha256:";

Json campaign_json(const FleetMinutes::Waiting& one) {
  Json json;
  json["campaign"] = one.campaign;
  json["waits_for"] = one.aborted ? "go-on" : "approval";
  json["device_count"] = one.device_count;
  json["devices"] = std::string(kDigestPrefix) + to_hex(one.devices);
  json["orders"] = one.order_count;
  json["failures"] = one.failure_count;
  return json;
}

eim::HttpResponse say(Rest& rest, const RestCall& call, bool goes_on) {
  Json given = Json::parse(call.body().begin(), call.body().end(), nullptr, false);
  auto refused = [](const std::string& what) { return problem(400, "E0885", what); };
  if (!given.is_object()) return refused("the body is not a JSON object");
  CampaignWord word{.campaign = {}, .goes_on = goes_on, .devices = {}, .by = call.holder.name};
  bool named = false;
  for (const auto& [name, value] : given.items()) {
    bool known = (name == "campaign" || name == "devices") && value.is_string();
    if (!known) return refused("`/" + name + "` is not asked for, or of another type");
    named = named || name == "campaign";
    (name == "campaign" ? word.campaign : word.devices) = value.get<std::string>();
  }
  if (!named) return refused("the body does not say which `campaign`");
  if (word.devices.starts_with(kDigestPrefix)) word.devices.erase(0, kDigestPrefix.size());
  if (Status done = call.engine->approve_campaign(word); !done) {
    return problem(done.error(), rest.retry_after_s());
  }
  return no_content();
}

}  // namespace

eim::HttpResponse list_campaigns(Rest&, const RestCall& call) {
  Json json;
  json["campaigns"] = Json::array();
  for (const FleetMinutes::Waiting& one : call.engine->tenant().waiting_campaigns()) {
    json["campaigns"].push_back(campaign_json(one));
  }
  return json_answer(200, dumped(json));
}

eim::HttpResponse approve_campaign(Rest& rest, const RestCall& call) {
  return say(rest, call, false);
}

eim::HttpResponse let_campaign_go_on(Rest& rest, const RestCall& call) {
  return say(rest, call, true);
}

}  // namespace sojourn::service::routes
