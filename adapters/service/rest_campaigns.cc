// /v1/campaigns: what one rule or ban orders, when a guard about the fleet makes it wait for a
// person.
#include <nlohmann/json.hpp>

#include "adapters/service/json_line.h"
#include "adapters/service/rest.h"

namespace sojourn::service::routes {
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
  auto refused = [](std::string what) { return problem(400, "E0885", what); };
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
