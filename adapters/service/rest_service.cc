// Health, metrics, and the document of the interface, made from the table of routes.
#include <fmt/format.h>

#include <map>

#include "adapters/service/rest.h"

namespace sojourn::service::routes {
namespace {

// The shapes that routes name. Those of answers say what a reader may rely on; members may be
// added.
constexpr std::pair<std::string_view, std::string_view>
    kSchemas[] =
        {
            {"Problem",
             R"({"type":"object","description":"RFC 9457","properties":{"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},"code":{"type":"string","description":"as sojourn explain knows it"},"help":{"type":"string"}}})"},
            {"Health", R"({"type":"object","properties":{"status":{"type":"string"}}})"},
            {"ReportCounts",
             R"({"type":"object","properties":{"lines":{"type":"integer"},"taken":{"type":"integer"},"duplicate":{"type":"integer"},"late":{"type":"integer"},"too_late":{"type":"integer"},"refused":{"type":"integer"},"refused_values":{"type":"integer"},"decisions":{"type":"integer"},"findings":{"type":"array","items":{"type":"object"}}}})"},
            {"DeviceList",
             R"({"type":"object","properties":{"devices":{"type":"array","items":{"$ref":"#/components/schemas/Device"}},"next":{"type":"string"}}})"},
            {"Device",
             R"({"type":"object","properties":{"device":{"type":"string"},"decision":{"type":"object","nullable":true},"waits_for":{"type":"string"},"order":{"type":"integer"},"newest_report":{"type":"string","nullable":true},"enabled":{"type":"string","nullable":true},"policy":{"type":"string"},"card":{"type":"object"},"in_flight":{"type":"object"},"quarantine":{"type":"array","items":{"type":"object"}},"looked_at_again":{"type":"string","nullable":true}}})"},
            {"Enrolment",
             R"({"type":"object","required":["eid"],"properties":{"eid":{"type":"string"},"association_token":{"type":"integer"},"last_counter":{"type":"integer"}}})"},
            {"History",
             R"({"type":"object","properties":{"device":{"type":"string"},"ledger":{"type":"array","items":{"type":"object"}}}})"},
            {"Explanation", R"({"type":"object"})"},
            {"RecordList",
             R"({"type":"object","properties":{"records":{"type":"array","items":{"type":"object"}},"before":{"type":"integer"}}})"},
            {"NewOrder",
             R"({"type":"object","required":["device","command"],"properties":{"device":{"type":"string"},"command":{"enum":["list","enable","disable","remove","set fallback","download"]},"profile":{"type":"string"},"iccid":{"type":"string"},"download":{"type":"string"},"rollback":{"type":"boolean"},"force":{"type":"boolean"}}})"},
            {"Order",
             R"({"type":"object","properties":{"device":{"type":"string"},"order":{"type":"integer"},"state":{"type":"string"},"reason":{"type":"string"}}})"},
            {"OrderList",
             R"({"type":"object","properties":{"orders":{"type":"array","items":{"$ref":"#/components/schemas/Order"}},"next":{"type":"string"}}})"},
            {"Policy",
             R"({"type":"object","properties":{"policy":{"type":"string"},"name":{"type":"string"},"version":{"type":"string"},"rules":{"type":"array","items":{"type":"object"}},"judging_anew":{"type":"boolean"}}})"},
            {"PolicyDifference",
             R"({"type":"object","properties":{"same":{"type":"boolean"},"declarations":{"type":"array","items":{"type":"string"}},"situations":{"type":"array","items":{"type":"object"}},"more":{"type":"boolean"},"undecided":{"type":"array","items":{"type":"string"}}}})"},
            {"PolicyProposal",
             R"({"type":"object","properties":{"policy":{"type":"string"},"by":{"type":"string"},"at":{"type":"string"},"text":{"type":"string"}}})"},
            {"PolicyVersions",
             R"({"type":"object","properties":{"versions":{"type":"array","items":{"type":"object","properties":{"version":{"type":"integer"},"policy":{"type":"string"},"by":{"type":"string"},"at":{"type":"string"}}}}}})"},
            {"Shadow",
             R"({"type":"object","properties":{"policy":{"type":"string"},"name":{"type":"string"},"version":{"type":"string"},"judging_anew":{"type":"boolean"},"devices":{"type":"array","items":{"type":"object"}},"next":{"type":"string"}}})"},
            {"ApprovalList",
             R"({"type":"object","properties":{"approvals":{"type":"array","items":{"type":"object"}},"next":{"type":"string"}}})"},
            {"Approval",
             R"({"type":"object","properties":{"devices":{"type":"array","items":{"type":"string"}},"rule":{"type":"string"}}})"},
            {"Approved",
             R"({"type":"object","properties":{"approved":{"type":"array","items":{"type":"string"}}}})"},
            {"Switches",
             R"({"type":"object","properties":{"all":{"type":"boolean"},"rules":{"type":"array","items":{"type":"string"}},"countries":{"type":"array","items":{"type":"string"}},"by":{"type":"string"},"at":{"type":"string"}}})"},
            {"PolicyCheck",
             R"({"type":"object","properties":{"runnable":{"type":"boolean"},"proposed":{"type":"boolean"},"policy":{"type":"string"},"findings":{"type":"array","items":{"type":"object"}}}})"},
};

std::string lower(std::string_view method) {
  std::string word(method);
  for (char& c : word) c = static_cast<char>(c - 'A' + 'a');
  return word;
}

// A name of kSchemas, or a media type of its own.
std::string content(std::string_view shape) {
  if (shape.find('/') != std::string_view::npos) {
    return fmt::format(R"({{"{}":{{"schema":{{"type":"string"}}}}}})", shape);
  }
  return fmt::format(R"({{"application/json":{{"schema":{{"$ref":"#/components/schemas/{}"}}}}}})",
                     shape);
}

std::string parameters(const RestRoute& route) {
  std::string all;
  auto add = [&](std::string_view name, std::string_view where, bool required) {
    all += fmt::format(R"({}{{"name":"{}","in":"{}","required":{},"schema":{{"type":"string"}}}})",
                       all.empty() ? "" : ",", name, where, required);
  };
  for (std::string_view rest = route.path; rest.find('{') != std::string_view::npos;) {
    rest.remove_prefix(rest.find('{') + 1);
    add(rest.substr(0, rest.find('}')), "path", true);
  }
  for (std::string_view rest = route.query; !rest.empty();) {
    std::string_view name = rest.substr(0, rest.find(' '));
    add(name, "query", false);
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  if (route.of_tenant) add("Sojourn-Tenant", "header", false);
  return all;
}

std::string operation(const RestRoute& route) {
  std::string json = fmt::format(R"("{}":{{"summary":"{}","parameters":[{}])", lower(route.method),
                                 route.summary, parameters(route));
  if (!route.body.empty()) {
    json += fmt::format(R"(,"requestBody":{{"required":true,"content":{}}})", content(route.body));
  }
  json += R"(,"responses":{"2XX":{"description":"done")";
  if (!route.answer.empty()) json += fmt::format(R"(,"content":{})", content(route.answer));
  json += R"(},"default":{"description":"problem","content":{"application/problem+json":)"
          R"({"schema":{"$ref":"#/components/schemas/Problem"}}}}})";
  if (route.role == Role::nobody) return json + R"(,"security":[]})";
  return json + fmt::format(R"(,"x-sojourn-role":"{}"}})", role_name(route.role));
}

}  // namespace

eim::HttpResponse show_health(Rest&, const RestCall&) {
  return json_answer(200, R"({"status":"alive"})");
}

eim::HttpResponse show_readiness(Rest& rest, const RestCall&) {
  if (rest.facts().ready()) return json_answer(200, R"({"status":"ready"})");
  eim::HttpResponse response = problem(503, "", "the store or an engine has stopped");
  response.retry_after_s = rest.retry_after_s();
  return response;
}

eim::HttpResponse show_metrics(Rest& rest, const RestCall&) {
  return eim::HttpResponse::text(200, rest.facts().metrics(), "text/plain; version=0.0.4");
}

eim::HttpResponse show_openapi(Rest&, const RestCall&) {
  std::map<std::string_view, std::string> paths;
  for (const RestRoute& route : rest_routes()) {
    std::string& path = paths[route.path];
    path += (path.empty() ? "" : ",") + operation(route);
  }
  std::string json = R"({"openapi":"3.0.3","info":{"title":"Sojourn","version":"1"},)"
                     R"("security":[{"token":[]}],"paths":{)";
  bool first = true;
  for (const auto& [path, operations] : paths) {
    json +=
        fmt::format(R"({}"{}":{{{}}})", std::exchange(first, false) ? "" : ",", path, operations);
  }
  json += R"(},"components":{"securitySchemes":{"token":{"type":"http","scheme":"bearer"}},)"
          R"("schemas":{)";
  first = true;
  for (const auto& [name, schema] : kSchemas) {
    json += fmt::format(R"({}"{}":{})", std::exchange(first, false) ? "" : ",", name, schema);
  }
  return json_answer(200, json + "}}}");
}

}  // namespace sojourn::service::routes
