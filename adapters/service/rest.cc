#include "adapters/service/rest.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/service/json_text.h"
#include "adapters/service/paging.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

constexpr std::string_view kBearer = "Bearer ";

std::optional<unsigned char> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned char>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned char>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned char>(c - 'A' + 10);
  return std::nullopt;
}

std::string without_percents(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto high = i + 2 < text.size() && text[i] == '%' ? hex_digit(text[i + 1]) : std::nullopt;
    auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
    if (low) {
      plain += static_cast<char>(*high << 4 | *low);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> all;
  while (!path.empty()) {
    std::size_t end = path.find('/', 1);
    all.push_back(path.substr(1, end == std::string_view::npos ? end : end - 1));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  }
  return all;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

// What stands before the separator, taken off the front of a list.
std::string_view take_part(std::string_view& list, char separator) {
  std::string_view part = list.substr(0, list.find(separator));
  list.remove_prefix(std::min(list.size(), part.size() + 1));
  return part;
}

struct QueryPart {
  std::string_view name;
  std::string value;
};

QueryPart take_query_part(std::string_view& query) {
  std::string_view value = take_part(query, '&');
  std::string_view name = take_part(value, '=');
  return {name, without_percents(value)};
}

bool has_name(std::string_view names, std::string_view wanted) {
  while (!names.empty()) {
    if (take_part(names, ' ') == wanted) return true;
  }
  return false;
}

// What the route cannot take in a query; empty: nothing. A misspelt name would otherwise answer as
// if nothing had been asked for.
std::string fault_of(const RestRoute& route, std::string_view query) {
  while (!query.empty()) {
    QueryPart part = take_query_part(query);
    if (part.name.empty()) continue;
    if (!has_name(route.query, part.name)) {
      return route.query.empty()
                 ? fmt::format("this route takes no query, and so no `{}`", part.name)
                 : fmt::format("`{}` is nothing this route takes in its query; it takes: {}",
                               part.name, route.query);
    }
    if (takes_number(part.name) && !number_in(part.value)) {
      return fmt::format("`{}={}`: a whole number is wanted", part.name, part.value);
    }
  }
  return "";
}

// Of a body in JSON; the largest is a package of operations in hexadecimal digits.
constexpr std::size_t kJsonBytesMax = std::size_t{1} << 20;

// A few members, of which a parser makes many times as many bytes.
bool takes_json(const RestRoute& route) {
  return !route.body.empty() && route.body.find('/') == std::string_view::npos;
}

bool checks_a_policy(const RestRoute& route) {
  return route.path.starts_with("/v1/policy") && (route.method == "POST" || route.method == "PUT");
}

std::string_view title_of(unsigned status) {
  switch (status) {
    case 400:
      return "bad request";
    case 401:
      return "no valid token";
    case 403:
      return "not allowed";
    case 404:
      return "not found";
    case 405:
      return "method not allowed";
    case 409:
      return "conflict";
    case 413:
      return "too large";
    case 415:
      return "unsupported encoding";
    case 422:
      return "refused";
    case 429:
      return "too many requests";
    case 431:
      return "headers too large";
    case 503:
      return "busy";
    default:
      return "failed";
  }
}

}  // namespace

std::string RestCall::value(std::string_view name) const {
  for (std::string_view rest = query; !rest.empty();) {
    QueryPart part = take_query_part(rest);
    if (part.name == name) return std::move(part.value);
  }
  return "";
}

// A GET route answers HEAD as well; the server leaves the body out.
Rest::Match Rest::find(std::string_view method, std::string_view target) {
  Match match;
  if (method == "HEAD") method = "GET";
  std::vector<std::string_view> asked = segments(target.substr(0, target.find('?')));
  for (const RestRoute& route : rest_routes()) {
    std::vector<std::string_view> pattern = segments(route.path);
    bool fits = std::equal(pattern.begin(), pattern.end(), asked.begin(), asked.end(),
                           [](std::string_view p, std::string_view a) {
                             return is_parameter(p) ? !a.empty() : p == a;
                           });
    if (!fits) continue;
    match.path_known = true;
    if (route.method != method) continue;
    match.route = &route;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (is_parameter(pattern[i])) match.parts.push_back(without_percents(asked[i]));
    }
    return match;
  }
  return match;
}

unsigned Rest::admit(const eim::HttpRequest& head, const RestRoute& route,
                     TokenHolder& holder) const {
  if (route.role == Role::nobody) return 200;
  std::string_view authorization = head.fields["Authorization"];
  std::shared_ptr<const Tokens> tokens = facts_.tokens();
  const TokenHolder* found = nullptr;
  if (authorization.starts_with(kBearer)) {
    found = tokens->find(authorization.substr(kBearer.size()));
  } else if (authorization.empty() && !head.identity.empty()) {
    found = tokens->find_certificate(head.identity);
  }
  if (found == nullptr) return 401;
  if (found->role < route.role) return 403;
  holder = *found;
  return 200;
}

// Null: the holder has none of that name, or has not said which.
Engine* Rest::engine_for(const eim::HttpRequest& head, const TokenHolder& holder) const {
  std::string_view wanted = head.fields["Sojourn-Tenant"];
  bool every = holder.tenant == "*";
  if (!every && !wanted.empty() && wanted != holder.tenant) return nullptr;
  if (!every) wanted = holder.tenant;
  if (wanted.empty()) return engines_.size() == 1 ? engines_.front() : nullptr;
  for (Engine* engine : engines_) {
    if (engine->tenant().name() == wanted) return engine;
  }
  return nullptr;
}

unsigned Rest::judge(const eim::HttpRequest& head) {
  Match match = find(head.method, head.target);
  if (match.route == nullptr) return match.path_known ? 405 : 404;
  TokenHolder holder;
  unsigned admitted = admit(head, *match.route, holder);
  if (admitted != 200) return admitted;
  bool lacks_tenant = match.route->of_tenant && engine_for(head, holder) == nullptr;
  if (lacks_tenant) return 403;
  std::string_view encoding = head.fields["Content-Encoding"];
  return encoding.empty() || encoding == "identity" ? 200 : 415;
}

eim::HttpResponse Rest::handle(const eim::HttpRequest& request) {
  Match match = find(request.method, request.target);
  RestCall call{.request = request, .parts = std::move(match.parts), .query = {}, .holder = {}};
  // Judged before its body was read; a token may have gone meanwhile.
  if (match.route == nullptr) return problem(404, "", "there is no such route");
  unsigned admitted = admit(request, *match.route, call.holder);
  if (admitted != 200) return problem(admitted, "", reason_of(admitted, request));
  if (match.route->of_tenant) {
    call.engine = engine_for(request, call.holder);
    if (call.engine == nullptr) return problem(403, "", reason_of(403, request));
  }
  std::size_t question = request.target.find('?');
  if (question != std::string_view::npos) call.query = request.target.substr(question + 1);
  if (std::string fault = fault_of(*match.route, call.query); !fault.empty()) {
    return problem(400, "E0885", fault);
  }
  if (takes_json(*match.route) && request.body.size() > kJsonBytesMax) {
    return problem(413, "E0885",
                   fmt::format("a body of this route has at most {} bytes", kJsonBytesMax));
  }
  if (!checks_a_policy(*match.route)) return match.route->handler(*this, call);
  const Checker checker(*this);
  if (checker.admitted()) return match.route->handler(*this, call);
  eim::HttpResponse busy = problem(503, "", "other policies are being checked", "ask again");
  busy.retry_after_s = retry_after_s_;
  return busy;
}

// Why a request was refused before it was read, so that who sent it knows what to do.
std::string Rest::reason_of(unsigned status, const eim::HttpRequest& head) const {
  Match match = find(head.method, head.target);
  TokenHolder holder;
  if (status == 401) {
    bool shown = !head.fields["Authorization"].empty();
    return shown ? "the token is none of this service's" : "no token was sent, and no certificate";
  }
  if (status == 404) return "there is no such route; /openapi.json lists them";
  if (status == 415) return "a body is taken as it is, without a `Content-Encoding`";
  if (status == 403 && match.route != nullptr) {
    unsigned admitted = admit(head, *match.route, holder);
    return admitted == 200 ? "not a tenant of this token, or the token is for several: the header "
                             "`Sojourn-Tenant` names one"
                           : fmt::format("this takes the role `{}`", role_name(match.route->role));
  }
  return std::string(title_of(status));
}

void Rest::complete(const eim::HttpRequest& head, eim::HttpResponse& response) const {
  if (response.status >= 400 && response.body.empty()) {
    std::uint32_t retry_after_s = response.retry_after_s;
    response = problem(response.status, "", reason_of(response.status, head));
    response.retry_after_s = retry_after_s;
  }
  if (response.status == 401) response.fields.emplace_back("WWW-Authenticate", "Bearer");
  if (response.status == 405) {
    std::string allowed;
    std::vector<std::string_view> asked = segments(head.target.substr(0, head.target.find('?')));
    for (const RestRoute& route : rest_routes()) {
      if (find(route.method, head.target).route != &route) continue;
      allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", route.method);
      if (route.method == "GET") allowed += ", HEAD";
    }
    response.fields.emplace_back("Allow", allowed);
  }
  response.fields.emplace_back("Cache-Control", "no-store");
}

eim::HttpResponse no_content() {
  eim::HttpResponse response;
  response.status = 204;
  return response;
}

eim::HttpResponse json_answer(unsigned status, std::string json) {
  return eim::HttpResponse::text(status, std::move(json) + "\n", "application/json");
}

eim::HttpResponse problem(unsigned status, std::string_view code, std::string_view detail,
                          std::string_view help) {
  std::string json = fmt::format("{{\"type\":\"about:blank\",\"title\":{},\"status\":{}",
                                 json_text(title_of(status)), status);
  if (!detail.empty()) json += ",\"detail\":" + json_text(detail);
  if (!code.empty()) json += ",\"code\":" + json_text(code);
  if (!help.empty()) json += ",\"help\":" + json_text(help);
  return eim::HttpResponse::text(status, json + "}\n", "application/problem+json");
}

eim::HttpResponse problem(const Diagnostic& why, std::uint32_t retry_after_s) {
  unsigned status = 500;
  if (why.code == Code::E0883) status = 429;
  // Nothing has happened, and it is worth another try. Of a disk that fails (E0014) nobody knows.
  if (why.code == Code::E0009 || why.code == Code::E0015 || why.code == Code::E0016) status = 503;
  if (why.code == Code::E0841) status = 404;
  if (why.code == Code::E0842 || why.code == Code::E0886 || why.code == Code::E0887) status = 409;
  if (why.code == Code::E0882) status = 422;
  if (why.code == Code::E0885) status = 400;
  if (why.code == Code::E0901) status = 413;
  eim::HttpResponse response = problem(status, code_name(why.code), why.message, why.help);
  response.retry_after_s = retry_after_s;
  return response;
}

}  // namespace sojourn::service
