// A device's end of ESipa: sends a message, returns the answer, over HTTPS or CoAP/DTLS.
//
//   HttpsClientOptions options;
//   options.port = server_port;
//   options.trust = {.ca_pem = ca, .server_name = "eim.example"};
//   std::unique_ptr<EsipaClient> client = make_https_client(options);
//   Result<Bytes> answer = client->exchange(get_eim_package);
//
// Connections are made when first needed, kept, and made anew when the other side has closed them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace sojourn::simulator {

// What went over the network since the client was made. Bytes are those of the transport's payload
// (TLS records, DTLS records), without the headers of TCP, UDP and IP; datagrams only over CoAP.
struct Traffic {
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t datagrams_sent = 0;
  std::uint64_t datagrams_received = 0;
  std::uint64_t connections = 0;  // handshakes that came through
  std::uint64_t exchanges = 0;    // answers received
};

// Threads: one at a time. A client is one device's.
class EsipaClient {
 public:
  virtual ~EsipaClient() = default;

  // The answer's bytes; none for 204 and for 2.04 without payload. Blocks for the timeout at most.
  // Errors: E0862 no connection, E0863 no answer (the message may have been taken in), E0864 the
  // peer refused (its status stands in the message). Nothing is repeated above the transport.
  virtual Result<Bytes> exchange(ByteView request) = 0;

  // Hangs up; the next exchange connects anew, perhaps from another port.
  virtual void disconnect() = 0;

  virtual Traffic traffic() const = 0;
};

struct TlsTrust {
  std::string ca_pem;                 // an authority, or the server's own certificate, pinned
  std::string server_name;            // sent as SNI and demanded of the certificate; empty: neither
  std::string certificate_chain_pem;  // of our own, shown if asked; may be empty
  std::string private_key_pem;
};

enum class TlsVersion : std::uint8_t { any, v1_2, v1_3 };

struct HttpsClientOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<TlsTrust> trust;  // absent: plain HTTP
  TlsVersion version = TlsVersion::any;
  std::string path = "/gsma/rsp2/asn1";
  std::string content_type = "application/x-gsma-rsp-asn1";
  std::string admin_protocol = "gsma/rsp/v1.2.0";
  unsigned timeout_ms = 5'000;  // what a common IPA waits
};
std::unique_ptr<EsipaClient> make_https_client(const HttpsClientOptions& options);

struct PresharedKey {
  std::string identity;
  Bytes key;
};

struct CoapClientOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<TlsTrust> trust;    // either this
  std::optional<PresharedKey> psk;  // or that
  std::string path = "gsma/rsp2/asn1";
  unsigned timeout_ms = 5'000;
  // RFC 7252 4.8; a laboratory may want to repeat sooner than after 2 s.
  unsigned ack_timeout_ms = 2'000;
  unsigned retransmissions_max = 4;
};
std::unique_ptr<EsipaClient> make_coap_client(CoapClientOptions options);

}  // namespace sojourn::simulator
