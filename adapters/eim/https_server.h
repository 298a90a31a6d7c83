// ESipa over HTTPS (SGP.32; sgp32.md 3): one message per POST, TLS 1.2 and 1.3, keep-alive.
//
//   HttpsServerOptions options;
//   options.port = 8443;
//   options.tls = {read(chain_path), read(key_path)};
//   Result<std::unique_ptr<HttpsServer>> server = HttpsServer::start(options, order_book);
//   ...
//   server->reload(new_identity);  // open connections go on under the old certificate
//   server->stop();
//
// Connections, their limits and their threads are http_server.h's business; here is what ESipa
// makes of HTTP.
#pragma once

#include <memory>

#include "adapters/eim/esipa_handler.h"
#include "adapters/eim/http_server.h"

namespace sojourn::eim {

using HttpsServerOptions = HttpServerOptions;
using HttpsCounters = HttpCounters;

// Threads: all members from any thread. The handlers outlive the server.
class HttpsServer {
 public:
  // Errors: E0860 the address, E0861 the certificate or key.
  static Result<std::unique_ptr<HttpsServer>> start(HttpsServerOptions options,
                                                    EsipaHandler& handler,
                                                    EsipaJsonHandler* json_handler = nullptr);
  ~HttpsServer();  // stops
  HttpsServer(const HttpsServer&) = delete;
  HttpsServer& operator=(const HttpsServer&) = delete;

  std::uint16_t port() const;
  std::uint16_t plain_port() const;  // 0: no plain listener
  HttpsCounters counters() const;
  // As of HttpServer.
  Status reload(const TlsIdentity& identity);
  void stop();

 private:
  class Binding;
  HttpsServer(std::unique_ptr<Binding> binding, std::unique_ptr<HttpServer> server);
  std::unique_ptr<Binding> binding_;  // outlives the server
  std::unique_ptr<HttpServer> server_;
};

}  // namespace sojourn::eim
