// An HTTPS server, free of what is said over it: TLS 1.2 and 1.3, keep-alive, limits on everything
// that a peer can drive. ESipa (https_server.h) and the operators' REST interface
// (adapters/service) are handlers behind it.
//
//   class Hello : public HttpHandler {
//     unsigned judge(const HttpRequest& head) override { return head.method == "GET" ? 200 : 405; }
//     HttpResponse handle(const HttpRequest&) override { return HttpResponse::text(200, "hello"); }
//   };
//   Result<std::unique_ptr<HttpServer>> server = HttpServer::start(options, hello);
//   ...
//   server->reload(new_identity);  // open connections go on under the old certificate
//   server->stop();
//
// One acceptor hands connections in turn to `io_threads` threads; a connection stays on its thread,
// so nothing in it is locked. Timed: handshake, idleness between requests, a request from its first
// byte to its last, an answer. Counted: connections, header and body bytes. A peer beyond a limit
// gets 413, 431 or 503, or is closed; the others do not notice. An answer to HEAD goes without its
// body, whatever the handler gave.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/eim/esipa_handler.h"
#include "adapters/eim/request_share.h"
#include "adapters/eim/tls_identity.h"
#include "engine/base/bytes.h"
#include "engine/base/limits.h"
#include "engine/base/result.h"

namespace sojourn::eim {

// The header lines of a request, by name without regard to case; "" for one that is not there.
class HttpFields {
 public:
  virtual ~HttpFields() = default;
  virtual std::string_view operator[](std::string_view name) const = 0;
};

// A request as handlers see it. Everything lives as long as the call.
struct HttpRequest {
  std::string_view method;  // "POST"
  std::string_view target;  // "/v1/devices?limit=10", as sent
  const HttpFields& fields;
  ByteView body;  // empty while only the head is known
  Transport transport = Transport::https;
  std::string_view address;   // of the peer: "192.0.2.7:40112"
  std::string_view identity;  // a verified client certificate's common name; often empty
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type;  // empty: none is said
  Bytes body;
  std::uint32_t retry_after_s = 0;  // said with 429 and 503
  std::vector<std::pair<std::string, std::string>> fields;

  static HttpResponse text(unsigned status, std::string_view body,
                           std::string content_type = "text/plain; charset=utf-8");
};

// Threads: `judge`, `may_wait` and `complete` are called on the serving threads, several at once,
// and so is `handle` for requests that do not wait; others are handled on the waiting threads.
// No exceptions; one that escapes `handle` is answered by 503.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // Of the head alone, before the body is read: 200, or the status to refuse it with.
  virtual unsigned judge(const HttpRequest& head) = 0;
  // Does handling it wait for somebody else, a disk or a peer?
  virtual bool may_wait(const HttpRequest& request) const {
    (void)request;
    return false;
  }
  virtual HttpResponse handle(const HttpRequest& request) = 0;
  // The last look at every answer, refusals of the server's own included: header lines that all
  // have, a body for those that have none. The head may be cut short.
  virtual void complete(const HttpRequest& head, HttpResponse& response) const {
    (void)head, (void)response;
  }
};

struct HttpServerOptions {
  std::string address = "0.0.0.0";
  std::uint16_t port = 8443;  // 0: any free one
  TlsIdentity tls;
  // Without TLS, on 127.0.0.1 only, for conformance suites and laboratory IPAs. 0: any free port.
  std::optional<std::uint16_t> plain_loopback_port;

  std::size_t io_threads = 1;  // one serves 40,000 polls a second
  std::size_t waiting_threads = limits::kEsipaWaitingThreads;
  std::size_t waiting_queue_max = limits::kEsipaWaitingQueueMax;
  std::size_t connections_max = limits::kHttpsConnectionsMax;
  // Of one IPv4 address, or one IPv6 network of 64 bits; devices behind one gateway share it. 0:
  // three quarters of all.
  std::size_t connections_per_address_max = 0;
  std::size_t refusals_max = limits::kHttpsRefusalsMax;
  std::size_t body_bytes_max = limits::kEsipaRequestBytesMax;
  std::size_t header_bytes_max = limits::kHttpsHeaderBytesMax;
  unsigned handshake_ms_max = limits::kHttpsHandshakeMs;
  unsigned request_ms_max = limits::kHttpsRequestMs;
  unsigned idle_ms_max = limits::kHttpsIdleMs;
  unsigned write_ms_max = limits::kHttpsWriteMs;
  unsigned stop_ms_max = limits::kServerStopMs;
  unsigned retry_after_s = limits::kEsipaRetryAfterSeconds;
  // Of a connection; beyond, it hears 429 with the time to wait. 0: no limit.
  std::uint32_t peer_requests_per_second_max = 0;
  std::uint32_t peer_requests_at_once_max = kPeerRequestsAtOnce;
};

struct HttpCounters {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;            // beyond the limit on connections
  std::uint64_t handshakes_failed = 0;  // no TLS, no shared suite, certificate refused, too slow
  std::uint64_t requests = 0;           // handed to a handler
  std::uint64_t rejected = 0;           // answered 4xx or 5xx without a handler
  std::size_t open = 0;                 // connections now
};

// Could a server show it? Errors: E0861.
Status check_identity(const TlsIdentity& identity);

// Threads: all members from any thread. The handler outlives the server.
class HttpServer {
 public:
  // Errors: E0860 the address, E0861 the certificate or key.
  static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, HttpHandler& handler);
  ~HttpServer();  // stops
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  std::uint16_t plain_port() const;  // 0: no plain listener
  HttpCounters counters() const;

  // For new connections. Errors: E0861, and the old identity stays.
  Status reload(const TlsIdentity& identity);

  // Takes no new connections, closes idle ones, lets requests in hand finish for `stop_ms_max`,
  // closes the rest, and returns when all threads have ended. A handler that is waiting is waited
  // for: it is not torn away from under its caller. Idempotent.
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sojourn::eim
