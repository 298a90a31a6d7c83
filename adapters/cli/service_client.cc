#include "adapters/cli/service_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "adapters/service/config.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kFileBytesMax = 1u << 20;
constexpr unsigned kTimeoutMs = 60'000;
// However long a service asks for: then it is asked again.
constexpr unsigned kRetryAfterMaxSeconds = 60;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// What the folder of `serve --init` says, where the caller has not.
Status fill_from_folder(ServiceAddress& where, std::string_view role) {
  auto text = read_file(where.folder + "/serve.json", kFileBytesMax);
  if (!text) return std::move(text).error();
  std::vector<Diagnostic> wrong;
  auto config = service::parse_config(*text, where.folder, wrong);
  if (!config) return wrong.front();
  if (where.address.empty()) where.address = config->rest.address;
  if (where.port == 0) where.port = config->rest.port;
  if (where.ca.empty()) where.ca = where.folder + "/ci.pem";
  if (where.token.empty()) where.token = fmt::format("{}/tokens/{}", where.folder, role);
  return {};
}

Diagnostic refusal(const simulator::HttpReply& reply) {
  Json json = Json::parse(reply.body.begin(), reply.body.end(), nullptr, false);
  auto member = [&](const char* name) {
    auto found = json.is_object() ? json.find(name) : json.end();
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  std::string what = member("detail").empty() ? member("title") : member("detail");
  std::string code = member("code");
  std::string message =
      fmt::format("the service answered {}{}{}", reply.status, what.empty() ? "" : ": " + what,
                  code.empty() ? "" : fmt::format(" [{}]", code));
  Diagnostic refused = make_diagnostic(Code::E0884, message, member("help"));
  for (const Json& finding : json.is_object() ? json.value("findings", Json::array()) : Json()) {
    if (finding.is_object()) refused.notes.push_back(finding.value("text", ""));
  }
  return refused;
}

}  // namespace

Result<ServiceClient> ServiceClient::open(const ServiceAddress& given, std::string_view role) {
  ServiceAddress where = given;
  if (!where.folder.empty()) {
    if (Status filled = fill_from_folder(where, role); !filled) return std::move(filled).error();
  }
  if (where.port == 0) {
    return make_diagnostic(Code::E0003, "where the service is was not said",
                           "give `--service DIR`, or `--port` with `--ca` and `--token`");
  }
  simulator::HttpsClientOptions options;
  options.address =
      where.address.empty() || where.address == "localhost" || where.address == "0.0.0.0"
          ? "127.0.0.1"
          : where.address;
  options.port = where.port;
  options.timeout_ms = kTimeoutMs;
  auto ca = read_file(where.ca, kFileBytesMax);
  if (!ca) return std::move(ca).error();
  options.trust = simulator::TlsTrust{.ca_pem = std::move(*ca),
                                      .server_name = "",
                                      .certificate_chain_pem = {},
                                      .private_key_pem = {}};
  ServiceClient client;
  const char* variable = std::getenv("SOJOURN_TOKEN");
  if (!given.token.empty() || variable == nullptr) {
    if (!where.token.empty()) {
      auto token = read_file(where.token, kFileBytesMax);
      if (!token) return std::move(token).error();
      client.token_ = first_line(*token);
    }
  } else {
    client.token_ = variable;
  }
  client.tenant_ = where.tenant;
  client.client_ = simulator::make_http_client(std::move(options));
  return client;
}

Result<std::string> ServiceClient::send(std::string_view method, const std::string& path,
                                        std::string_view body, std::string_view content_type) {
  simulator::HttpCall call{.method = std::string(method), .path = path, .body = as_bytes(body)};
  call.fields.emplace_back("User-Agent", "sojourn");
  if (!token_.empty()) call.fields.emplace_back("Authorization", "Bearer " + token_);
  if (!tenant_.empty()) call.fields.emplace_back("Sojourn-Tenant", tenant_);
  if (!key_.empty()) call.fields.emplace_back("Idempotency-Key", key_);
  if (!content_type.empty()) call.fields.emplace_back("Content-Type", content_type);
  for (unsigned retries = 0;; ++retries) {
    auto reply = client_->send(call);
    if (!reply) return std::move(reply).error();
    if (reply->status >= 200 && reply->status <= 299) {
      return std::string(reply->body.begin(), reply->body.end());
    }
    Diagnostic refused = refusal(*reply);
    bool busy = reply->status == 429 || reply->status == 503;
    if (!busy || retries == retries_max_) return refused;
    unsigned seconds = std::clamp(reply->retry_after_s.value_or(1), 1u, kRetryAfterMaxSeconds);
    if (told_) told_(refused, seconds);
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
  }
}

std::string in_url(std::string_view text) {
  std::string all;
  for (char c : text) {
    bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                 c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      all += c;
    } else {
      all += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return all;
}

}  // namespace sojourn::cli
