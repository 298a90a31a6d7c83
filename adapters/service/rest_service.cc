// Health, metrics, and the document of the interface, made from the table of routes.
#include <fmt/format.h>

#include <map>

#include "adapters/service/paging.h"
#include "adapters/service/rest.h"

namespace sojourn::service::routes {
namespace {

std::string lower(std::string_view method) {
  std::string word(method);
  for (char& c : word) c = static_cast<char>(c - 'A' + 'a');
  return word;
}

// A name of a schema, or a media type of its own.
std::string content(std::string_view shape) {
  if (shape == "application/json") return R"({"application/json":{"schema":{"type":"object"}}})";
  if (shape.find('/') != std::string_view::npos) {
    return fmt::format(R"({{"{}":{{"schema":{{"type":"string"}}}}}})", shape);
  }
  return fmt::format(R"({{"application/json":{{"schema":{{"$ref":"#/components/schemas/{}"}}}}}})",
                     shape);
}

std::string parameters(const RestRoute& route) {
  std::string all;
  auto add = [&](std::string_view name, std::string_view where, bool required) {
    bool number = where == "query" && takes_number(name);
    all +=
        fmt::format(R"({}{{"name":"{}","in":"{}","required":{},"schema":{{"type":"{}"}}}})",
                    all.empty() ? "" : ",", name, where, required, number ? "integer" : "string");
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
  if (!route.header.empty()) add(route.header, "header", false);
  if (route.of_tenant) add("Sojourn-Tenant", "header", false);
  return all;
}

// What 503 says where something was to change.
std::string_view refusal_of(const RestRoute& route) {
  if (route.path == "/v1/observations") {
    return "the disk is full, or the service stops: after Retry-After send all of it again; what "
           "was taken in after all is a duplicate then and counts once";
  }
  return "the disk is full, or the service stops: nothing of it has happened; after Retry-After "
         "send it again";
}

std::string operation(const RestRoute& route) {
  std::string json = fmt::format(R"("{}":{{"summary":"{}","parameters":[{}])", lower(route.method),
                                 route.summary, parameters(route));
  if (!route.body.empty()) {
    json += fmt::format(R"(,"requestBody":{{"required":true,"content":{}}})", content(route.body));
  }
  json += R"(,"responses":{"2XX":{"description":"done")";
  if (!route.answer.empty()) json += fmt::format(R"(,"content":{})", content(route.answer));
  constexpr std::string_view kProblem = R"("content":{"application/problem+json":)"
                                        R"({"schema":{"$ref":"#/components/schemas/Problem"}}}})";
  if (route.method != "GET") {
    json += fmt::format(R"(}},"503":{{"description":"{}",{})", refusal_of(route), kProblem);
  }
  json += fmt::format(R"({}"default":{{"description":"problem",{}}})",
                      route.method == "GET" ? "}," : ",", kProblem);
  if (route.role == Role::nobody) return json + R"(,"security":[]})";
  return json + fmt::format(R"(,"x-sojourn-role":"{}"}})", role_name(route.role));
}

// HEAD, beside a GET.
std::string head_operation(const RestRoute& route) {
  std::string json =
      fmt::format(R"("head":{{"summary":"As GET, without the body","parameters":[{}],)"
                  R"("responses":{{"2XX":{{"description":"done"}},)"
                  R"("default":{{"description":"problem"}}}})",
                  parameters(route));
  if (route.role == Role::nobody) return json + R"(,"security":[]})";
  return json + fmt::format(R"(,"x-sojourn-role":"{}"}})", role_name(route.role));
}

}  // namespace

eim::HttpResponse show_health(Rest&, const RestCall&) {
  return json_answer(200, R"({"status":"alive"})");
}

eim::HttpResponse show_readiness(Rest& rest, const RestCall&) {
  if (rest.facts().ready()) {
    std::string clock;
    if (Duration ahead = rest.facts().clock_doubted(); ahead.ms > 0) {
      clock = fmt::format(R"(,"clock_seconds_ahead":{})", ahead.ms / 1'000);
    }
    return json_answer(200, fmt::format(R"({{"status":"ready","devices_set_aside":{}{}}})",
                                        rest.facts().devices_set_aside(), clock));
  }
  eim::HttpResponse response =
      problem(503, "", "the store or an engine has stopped, or the disk is full");
  response.retry_after_s = rest.retry_after_s();
  return response;
}

eim::HttpResponse show_metrics(Rest& rest, const RestCall& call) {
  return eim::HttpResponse::text(200, rest.facts().metrics(call.holder.tenant),
                                 "text/plain; version=0.0.4");
}

eim::HttpResponse show_openapi(Rest&, const RestCall&) {
  std::map<std::string_view, std::string> paths;
  for (const RestRoute& route : rest_routes()) {
    std::string& path = paths[route.path];
    path += (path.empty() ? "" : ",") + operation(route);
    if (route.method == "GET") path += "," + head_operation(route);
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
  for (const auto& [name, schema] : rest_schemas()) {
    json += fmt::format(R"({}"{}":{})", std::exchange(first, false) ? "" : ",", name, schema);
  }
  return json_answer(200, json + "}}}");
}

}  // namespace sojourn::service::routes
