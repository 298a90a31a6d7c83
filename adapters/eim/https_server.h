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
// One acceptor hands connections in turn to `io_threads` threads; a connection stays on its thread,
// so nothing in it is locked. Timed: handshake, idleness between requests, a request from its first
// byte to its last, an answer. Counted: connections, header and body bytes. A peer beyond a limit
// gets 413, 431 or 503, or is closed; the others do not notice.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "adapters/eim/esipa_handler.h"
#include "adapters/eim/tls_identity.h"
#include "engine/base/limits.h"
#include "engine/base/result.h"

namespace sojourn::eim {

struct HttpsServerOptions {
  std::string address = "0.0.0.0";
  std::uint16_t port = 8443;  // 0: any free one
  TlsIdentity tls;
  // Without TLS, on 127.0.0.1 only, for conformance suites and laboratory IPAs. 0: any free port.
  std::optional<std::uint16_t> plain_loopback_port;

  std::size_t io_threads = 1;  // one serves 40,000 polls a second
  std::size_t waiting_threads = limits::kEsipaWaitingThreads;
  std::size_t waiting_queue_max = limits::kEsipaWaitingQueueMax;
  std::size_t connections_max = limits::kHttpsConnectionsMax;
  std::size_t refusals_max = limits::kHttpsRefusalsMax;
  std::size_t body_bytes_max = limits::kEsipaRequestBytesMax;
  std::size_t header_bytes_max = limits::kHttpsHeaderBytesMax;
  unsigned handshake_ms_max = limits::kHttpsHandshakeMs;
  unsigned request_ms_max = limits::kHttpsRequestMs;
  unsigned idle_ms_max = limits::kHttpsIdleMs;
  unsigned write_ms_max = limits::kHttpsWriteMs;
  unsigned stop_ms_max = limits::kServerStopMs;
  unsigned retry_after_s = limits::kEsipaRetryAfterSeconds;
};

struct HttpsCounters {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;            // beyond the limit on connections
  std::uint64_t handshakes_failed = 0;  // no TLS, no shared suite, certificate refused, too slow
  std::uint64_t requests = 0;           // handed to a handler
  std::uint64_t rejected = 0;           // answered 4xx or 5xx without a handler
  std::size_t open = 0;                 // connections now
};

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

  // For new connections. Errors: E0861, and the old identity stays.
  Status reload(const TlsIdentity& identity);

  // Takes no new connections, closes idle ones, lets requests in hand finish for `stop_ms_max`,
  // closes the rest, and returns when all threads have ended. A handler that is waiting is waited
  // for: it is not torn away from under its caller. Idempotent.
  void stop();

 private:
  class Impl;
  explicit HttpsServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sojourn::eim
