// ESipa over CoAP and DTLS (SGP.32; sgp32.md 3): POST to gsma/rsp2/asn1, answered by 2.04 Changed,
// block-wise both ways. No existing eIM serves this binding to the letter.
//
//   CoapServerOptions options;
//   options.identity = {read(chain_path), read(key_path)};
//   options.psk_of = [&](std::string_view identity) { return keys.find(identity); };
//   Result<std::unique_ptr<CoapServer>> server = CoapServer::start(options, order_book);
//
// libcoap carries the messages, OpenSSL below it the DTLS 1.2. Each context has a port and a thread
// of its own and at most about a thousand sessions; a larger fleet is spread over several ports.
// What is repeated, reordered or cut into blocks is put right in coap_exchange.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/eim/esipa_handler.h"
#include "adapters/eim/request_share.h"
#include "adapters/eim/tls_identity.h"
#include "engine/base/limits.h"
#include "engine/base/result.h"

namespace sojourn::eim {

struct CoapServerOptions {
  std::string address = "0.0.0.0";
  std::uint16_t port = 5684;  // the first context's; the others follow. 0: any free ones
  std::size_t contexts = 1;
  // Certificates, pre-shared keys, or both on the same port; the client's suites decide.
  std::optional<TlsIdentity> identity;
  // The key of an identity (64 bytes at most each), absent if unknown. Called on serving threads.
  std::function<std::optional<Bytes>(std::string_view identity)> psk_of;

  std::size_t waiting_threads = limits::kEsipaWaitingThreads;
  std::size_t waiting_queue_max = limits::kEsipaWaitingQueueMax;
  unsigned sessions_max = limits::kCoapSessionsMax;      // of a context
  unsigned handshakes_max = limits::kCoapHandshakesMax;  // of a context, at once
  unsigned idle_s_max = limits::kCoapIdleSeconds;
  std::size_t body_bytes_max = limits::kEsipaRequestBytesMax;
  std::size_t kept_bytes_max = limits::kCoapKeptBytesMax;  // of a context
  unsigned retry_after_s = limits::kEsipaRetryAfterSeconds;
  // Of a session; beyond, it hears 4.29 with the time to wait (RFC 8516). 0: no limit.
  std::uint32_t peer_requests_per_second_max = 0;
  std::uint32_t peer_requests_at_once_max = kPeerRequestsAtOnce;
};

struct CoapCounters {
  std::uint64_t handshakes = 0;
  std::uint64_t handshakes_failed = 0;
  std::uint64_t messages = 0;  // datagrams that were requests
  std::uint64_t requests = 0;  // handed to the handler
  std::uint64_t too_many = 0;  // refused: their sessions asked too often
  std::size_t sessions = 0;    // now
};

// Threads: all members from any thread. The handler outlives the server.
class CoapServer {
 public:
  // Errors: E0860 the address, E0861 the certificate or key, or neither it nor `psk_of` given.
  static Result<std::unique_ptr<CoapServer>> start(CoapServerOptions options,
                                                   EsipaHandler& handler);
  ~CoapServer();  // stops
  CoapServer(const CoapServer&) = delete;
  CoapServer& operator=(const CoapServer&) = delete;

  std::vector<std::uint16_t> ports() const;
  CoapCounters counters() const;

  // For new sessions. Errors: E0861, and the old identity stays.
  Status reload(const TlsIdentity& identity);

  // Answers what is in hand, says goodbye to every session, and returns when all threads have
  // ended. Idempotent.
  void stop();

 private:
  class Impl;
  explicit CoapServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sojourn::eim
