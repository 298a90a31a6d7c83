// The public face of the servers (sojourn/esipa.hpp).
#include <sojourn/esipa.hpp>

#include <chrono>
#include <utility>

#include "adapters/eim/coap_server.h"
#include "adapters/eim/embed_eim.h"
#include "adapters/eim/esipa_answer.h"
#include "adapters/eim/https_server.h"
#include "adapters/eim/json_binding.h"
#include "adapters/eim/request_share.h"
#include "adapters/eim/session_eids.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::embed {
namespace {

std::function<Instant()> clock_of(const EsipaOptions& options) {
  if (options.now_ms) return [now_ms = options.now_ms] { return Instant{now_ms()}; };
  return [] {
    auto since = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
  };
}

// The eIM as the servers see it: by their clock, and with who speaks over which connection.
class Entry final : public eim::EsipaHandler {
 public:
  Entry(eim::HostedEim& hosted, std::function<Instant()> now)
      : hosted_(hosted), now_(std::move(now)) {}

  eim::EsipaAnswer handle(ByteView request, const eim::PeerFacts& peer) override {
    auto answer =
        hosted_.handle(request, {.now = now_(), .session_eid = sessions_.find(peer.address)});
    if (answer && answer->enrolled && answer->eid) sessions_.note(peer.address, *answer->eid);
    return eim::esipa_answer(std::move(answer));
  }
  bool may_wait(ByteView) const override { return true; }  // for the disk, when an order moves

 private:
  eim::HostedEim& hosted_;
  std::function<Instant()> now_;
  eim::SessionEids sessions_;
};

}  // namespace

struct EsipaServers::State {
  State(eim::HostedEim& hosted, std::function<Instant()> now) : entry(hosted, std::move(now)) {}

  Entry entry;
  eim::JsonBinding json{entry};
  std::unique_ptr<eim::HttpsServer> https;
  std::unique_ptr<eim::CoapServer> coap;
};

EsipaServers::EsipaServers(std::unique_ptr<State> state) : state_(std::move(state)) {}
EsipaServers::~EsipaServers() = default;
EsipaServers::EsipaServers(EsipaServers&&) noexcept = default;
EsipaServers& EsipaServers::operator=(EsipaServers&&) noexcept = default;

Expected<EsipaServers> EsipaServers::start(Eim& eim, const EsipaOptions& options) {
  if (!options.https_port && !options.coap_port) {
    return public_error(make_diagnostic(Code::E0006, "no server is asked for",
                                        "set `https_port`, `coap_port` or both"));
  }
  eim::TlsIdentity identity{options.certificate_chain_pem, options.private_key_pem, {}, false};
  auto state = std::make_unique<State>(eim.state_->eim, clock_of(options));
  if (options.https_port) {
    eim::HttpsServerOptions https;
    https.address = options.address;
    https.port = *options.https_port;
    https.tls = identity;
    https.peer_requests_per_second_max = eim::kPeerRequestsPerSecond;
    auto server = eim::HttpsServer::start(std::move(https), state->entry, &state->json);
    if (!server) return public_error(server.error());
    state->https = std::move(*server);
  }
  if (options.coap_port) {
    eim::CoapServerOptions coap;
    coap.address = options.address;
    coap.port = *options.coap_port;
    coap.peer_requests_per_second_max = eim::kPeerRequestsPerSecond;
    if (!identity.certificate_chain_pem.empty()) coap.identity = identity;
    if (options.psk_of) {
      coap.psk_of = [psk_of = options.psk_of](std::string_view name) {
        return psk_of(std::string(name));
      };
    }
    auto server = eim::CoapServer::start(std::move(coap), state->entry);
    if (!server) return public_error(server.error());
    state->coap = std::move(*server);
  }
  return EsipaServers(std::move(state));
}

std::uint16_t EsipaServers::https_port() const {
  return state_->https ? state_->https->port() : std::uint16_t{0};
}

std::uint16_t EsipaServers::coap_port() const {
  return state_->coap ? state_->coap->ports().front() : std::uint16_t{0};
}

Expected<Done> EsipaServers::reload(const std::string& certificate_chain_pem,
                                    const std::string& private_key_pem) {
  eim::TlsIdentity identity{certificate_chain_pem, private_key_pem, {}, false};
  if (state_->https) {
    if (Status status = state_->https->reload(identity); !status)
      return public_error(status.error());
  }
  if (state_->coap) {
    if (Status status = state_->coap->reload(identity); !status)
      return public_error(status.error());
  }
  return Done{};
}

void EsipaServers::stop() {
  if (state_->https) state_->https->stop();
  if (state_->coap) state_->coap->stop();
}

}  // namespace sojourn::embed
