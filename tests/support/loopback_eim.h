// A whole eIM on the loopback interface: a store, an order book, and a server before it, with the
// keys of a folder of identities.
//
//   LoopbackEim eim(*store, folder);
//   eim.serve_https();
//   eim.book([](OrderBook& book) { book.place(...); });
#pragma once

#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>

#include "adapters/eim/coap_server.h"
#include "adapters/eim/https_server.h"
#include "adapters/eim/order_book.h"
#include "adapters/simulator/identities.h"
#include "adapters/simulator/keys.h"

namespace sojourn::testing {

class LoopbackEim final : public eim::EsipaHandler {
 public:
  // Requires: the store outlives it; `now` lies in the validity of the certificates.
  LoopbackEim(Store& store, std::string folder, Instant now)
      : folder_(std::move(folder)),
        now_(now),
        signer_(eim::SigningKey::from_pem(file("eim.key")).value()),
        book_(store, signer_, eim::random_bytes(),
              {.eim_id = "eim.example.com",
               .ci_certificates = {simulator::certificate_from_pem(file("ci.pem")).value()}}) {}

  void serve_https() {
    eim::HttpsServerOptions options;
    options.port = 0;
    options.tls = eim::TlsIdentity{file("tls.pem"), file("tls.key"), {}, false};
    auto server = eim::HttpsServer::start(std::move(options), *this);
    if (!server) throw std::runtime_error(server.error().message);
    https_ = std::move(*server);
  }
  void serve_coap() {
    eim::CoapServerOptions options;
    options.port = 0;
    options.identity = eim::TlsIdentity{file("tls.pem"), file("tls.key"), {}, false};
    auto server = eim::CoapServer::start(std::move(options), *this);
    if (!server) throw std::runtime_error(server.error().message);
    coap_ = std::move(*server);
  }
  // Without TLS, for tests that count requests and not handshakes.
  void serve_plain() {
    eim::HttpsServerOptions options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.plain_loopback_port = 0;
    options.tls = eim::TlsIdentity{file("tls.pem"), file("tls.key"), {}, false};
    auto server = eim::HttpsServer::start(std::move(options), *this);
    if (!server) throw std::runtime_error(server.error().message);
    https_ = std::move(*server);
  }
  std::uint16_t plain_port() const { return https_->plain_port(); }
  std::uint16_t https_port() const { return https_->port(); }
  std::uint16_t coap_port() const { return coap_->ports().front(); }

  template <class Work>
  auto book(const Work& work) {
    std::lock_guard lock(mutex_);
    return work(book_);
  }
  std::size_t count(eim::Notice::Kind kind) {
    std::lock_guard lock(mutex_);
    return notices_[static_cast<std::size_t>(kind)];
  }

  eim::EsipaAnswer handle(ByteView request, const eim::PeerFacts& peer) override {
    std::lock_guard lock(mutex_);
    std::optional<Eid>& session = sessions_[std::string(peer.address)];
    Result<eim::Answer> answer = book_.handle(request, {.now = now_, .session_eid = session});
    if (!answer) return eim::EsipaAnswer::undecodable();
    if (answer->eid) session = answer->eid;
    for (const eim::Notice& notice : answer->notices) {
      ++notices_[static_cast<std::size_t>(notice.kind)];
    }
    if (answer->body.empty()) return eim::EsipaAnswer::empty();
    return eim::EsipaAnswer::message(std::move(answer->body));
  }

 private:
  std::string file(const std::string& name) const {
    std::ifstream in(folder_ + "/" + name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  std::string folder_;
  Instant now_;
  std::mutex mutex_;
  eim::SigningKey signer_;
  eim::OrderBook book_;
  std::map<std::string, std::optional<Eid>> sessions_;
  std::map<std::size_t, std::size_t> notices_;
  std::unique_ptr<eim::HttpsServer> https_;
  std::unique_ptr<eim::CoapServer> coap_;
};

}  // namespace sojourn::testing
