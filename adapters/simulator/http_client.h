// A small HTTPS client: one request at a time over a connection that is kept. Simulated devices
// speak ESipa through it (esipa_client.h), the command line the operators' interface.
//
//   auto client = make_http_client({.port = 8480, .trust = TlsTrust{.ca_pem = ca}});
//   Result<HttpReply> reply = client->send({.method = "GET", .path = "/v1/devices"});
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/simulator/esipa_client.h"

namespace sojourn::simulator {

struct HttpCall {
  std::string method = "GET";
  std::string path = "/";  // with its query
  std::vector<std::pair<std::string, std::string>> fields{};
  ByteView body{};
};

struct HttpReply {
  unsigned status = 0;
  std::string content_type{};
  std::optional<std::uint32_t> retry_after_s{};  // said with 429 and 503
  Bytes body{};
};

// Of HttpsClientOptions the address, the trust, the version and the timeout count. Threads: one at
// a time.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Any status is a reply. Errors: E0862 no connection, E0863 no answer (the request may have been
  // taken in).
  virtual Result<HttpReply> send(const HttpCall& call) = 0;
  virtual void disconnect() = 0;
  virtual Traffic traffic() const = 0;
};
std::unique_ptr<HttpClient> make_http_client(HttpsClientOptions options);

}  // namespace sojourn::simulator
