// ESipa over HTTPS and over CoAP/DTLS, for hosts without servers of their own.
//
//   EsipaOptions options;
//   options.certificate_chain_pem = read("chain.pem");
//   options.private_key_pem = read("server.key");
//   options.https_port = 8443;
//   options.coap_port = 5684;
//   auto servers = EsipaServers::start(eim, options);              // eim: sojourn/eim.hpp
//   ...
//   servers.value().stop();
//
// Connections, sizes, times and requests of whatever a peer can drive are limited; a peer beyond a
// limit is answered so, and the others do not notice. Several servers may stand before one eIM.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sojourn/eim.hpp>
#include <string>

namespace sojourn::embed {

struct EsipaOptions {
  std::string address = "0.0.0.0";
  std::optional<std::uint16_t> https_port{};  // absent: no HTTPS. 0: any free one
  std::optional<std::uint16_t> coap_port{};   // absent: no CoAP. 0: any free one
  // Leaf first; devices pin the leaf, its key or its CA. An EC key, unencrypted.
  std::string certificate_chain_pem{};
  std::string private_key_pem{};
  // CoAP: the key of a pre-shared identity, absent if unknown. Called on serving threads.
  std::function<std::optional<ByteString>(const std::string& identity)> psk_of{};
  // Milliseconds since 1970-01-01T00:00:00Z; empty: the system's clock. Called on serving threads.
  std::function<std::int64_t()> now_ms{};
};

// Threads: all members from any thread.
class EsipaServers {
 public:
  // The eIM outlives the servers. Errors: an address that cannot be had, a certificate or a key
  // that cannot be used, neither port given.
  static Expected<EsipaServers> start(Eim& eim, const EsipaOptions& options);
  ~EsipaServers();  // stops
  EsipaServers(EsipaServers&&) noexcept;
  EsipaServers& operator=(EsipaServers&&) noexcept;

  std::uint16_t https_port() const;  // 0: no HTTPS
  std::uint16_t coap_port() const;   // 0: no CoAP
  // A new certificate for new connections; open ones go on under the old.
  Expected<Done> reload(const std::string& certificate_chain_pem,
                        const std::string& private_key_pem);
  // Answers what is in hand, and returns when all threads have ended: not from one of them, such as
  // out of `on_event`. Idempotent.
  void stop();

 private:
  struct State;
  explicit EsipaServers(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sojourn::embed
