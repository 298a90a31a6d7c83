// The operators' end of a service under test: its interface over TLS.
//
//   RestClient client(service);
//   auto reply = client.ask("GET", "/v1/devices", service.token("read"));
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "adapters/simulator/http_client.h"
#include "tests/service/served.h"

namespace sojourn::testing {

// Keeps its connection. One thread at a time.
class RestClient {
 public:
  // Shows a certificate, when there is one.
  explicit RestClient(const Served& service, std::string certificate = {}, std::string key = {})
      : client_(simulator::make_http_client(
            service.client_options(service.rest_port(), std::move(certificate), std::move(key)))) {}

  // `token` "": none is shown.
  Result<simulator::HttpReply> ask(std::string_view method, std::string_view path,
                                   const std::string& token, std::string_view body = {},
                                   const std::string& order_key = {}) {
    simulator::HttpCall call{.method = std::string(method), .path = std::string(path)};
    if (!token.empty()) call.fields.emplace_back("Authorization", "Bearer " + token);
    if (!order_key.empty()) call.fields.emplace_back("Idempotency-Key", order_key);
    call.body = as_bytes(body);
    return client_->send(call);
  }

 private:
  std::unique_ptr<simulator::HttpClient> client_;
};

inline std::string text_of(const simulator::HttpReply& reply) {
  return {reply.body.begin(), reply.body.end()};
}
inline nlohmann::json json_of(const simulator::HttpReply& reply) {
  return nlohmann::json::parse(reply.body.begin(), reply.body.end(), nullptr, false);
}

// An administrator, who remembers the last answer.
class Operator {
 public:
  explicit Operator(const Served& service) : client_(service), token_(service.token("admin")) {}
  // The status; 0: no answer.
  unsigned ask(std::string_view method, std::string_view path, std::string_view body = {}) {
    auto reply = client_.ask(method, path, token_, body);
    text_ = reply ? text_of(*reply) : "";
    return reply ? reply->status : 0;
  }
  const std::string& text() const { return text_; }
  nlohmann::json json() const { return nlohmann::json::parse(text_, nullptr, false); }
  // The value of a line of /metrics; -1: there is none.
  double metric(const std::string& name) {
    ask("GET", "/metrics");
    std::size_t at = text_.find("\n" + name);
    return at == std::string::npos ? -1 : std::stod(text_.substr(text_.find(' ', at)));
  }

 private:
  RestClient client_;
  std::string token_, text_;
};

}  // namespace sojourn::testing
