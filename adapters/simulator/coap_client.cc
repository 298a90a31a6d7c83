#include <arpa/inet.h>
#include <coap3/coap.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

#include "adapters/simulator/esipa_client.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::simulator {
namespace {

using Clock = std::chrono::steady_clock;

void start_libcoap() {
  static std::once_flag once;
  std::call_once(once, [] {
    coap_startup();
    coap_set_log_level(LOG_EMERG);  // it would write to standard error
    coap_dtls_set_log_level(LOG_EMERG);
  });
}

coap_fixed_point_t seconds(unsigned ms) {
  return {static_cast<std::uint16_t>(ms / 1000), static_cast<std::uint16_t>(ms % 1000)};
}

std::string code_text(unsigned code) {
  std::string detail = std::to_string(code & 31);
  return std::to_string(code >> 5) + "." + (detail.size() < 2 ? "0" : "") + detail;
}

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> memory(const std::string& pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// Whom a session believes and what it shows. libcoap would take both from buffers, but then insists
// on a certificate of the client's own.
bool set_trust(SSL* session, const TlsTrust& trust) {
  // A device may pin the server's own certificate instead of an authority.
  X509_VERIFY_PARAM_set_flags(SSL_get0_param(session), X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE* store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(session));
  Owned<BIO> authorities = memory(trust.ca_pem);
  while (Owned<X509> one{PEM_read_bio_X509(authorities.get(), nullptr, nullptr, nullptr)}) {
    X509_STORE_add_cert(store, one.get());
  }
  bool good = true;
  if (!trust.certificate_chain_pem.empty()) {
    Owned<BIO> chain = memory(trust.certificate_chain_pem),
               key_text = memory(trust.private_key_pem);
    Owned<X509> leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
    good = leaf != nullptr && key != nullptr && SSL_use_certificate(session, leaf.get()) == 1 &&
           SSL_use_PrivateKey(session, key.get()) == 1;
  }
  ERR_clear_error();
  return good;
}

// libcoap's own block-wise transfer is used, so that our server's is tested against another one.
class CoapClient final : public EsipaClient {
 public:
  explicit CoapClient(CoapClientOptions options) : options_(std::move(options)) {
    start_libcoap();
    context_ = coap_new_context(nullptr);
    coap_set_app_data(context_, this);
    coap_context_set_block_mode(context_, COAP_BLOCK_USE_LIBCOAP | COAP_BLOCK_SINGLE_BODY);
    coap_register_response_handler(
        context_, [](coap_session_t* session, const coap_pdu_t*, const coap_pdu_t* received,
                     coap_mid_t) { return of(session).on_response(received); });
    coap_register_nack_handler(
        context_, [](coap_session_t* session, const coap_pdu_t*, coap_nack_reason_t, coap_mid_t) {
          of(session).broken_ = true;
        });
    coap_register_event_handler(context_, [](coap_session_t* session, coap_event_t event) {
      return of(session).on_event(event);
    });
  }
  ~CoapClient() override {
    disconnect();
    coap_free_context(context_);
  }
  CoapClient(const CoapClient&) = delete;
  CoapClient& operator=(const CoapClient&) = delete;

  Result<Bytes> exchange(ByteView request) override {
    Clock::time_point until = Clock::now() + std::chrono::milliseconds(options_.timeout_ms);
    if (session_ == nullptr) {
      Status connected = connect(until);
      if (!connected) return std::move(connected).error();
    }
    if (!send(request)) {
      disconnect();
      return make_diagnostic(Code::E0863, "the message could not be sent");
    }
    bool came = run_until(until, [this] { return answered_; });
    if (!came) {
      disconnect();
      return make_diagnostic(Code::E0863, "no answer came");
    }
    ++traffic_.exchanges;
    if (code_ >> 5 == 2) return std::move(answer_);
    std::string help;
    if (max_age_s_) help = "it can be asked again in " + std::to_string(*max_age_s_) + " s";
    return make_diagnostic(Code::E0864, "the peer answered " + code_text(code_), std::move(help));
  }

  void disconnect() override {
    if (session_ == nullptr) return;
    coap_session_release(std::exchange(session_, nullptr));
  }

  Traffic traffic() const override { return traffic_; }

 private:
  static CoapClient& of(const coap_session_t* session) {
    return *static_cast<CoapClient*>(coap_get_app_data(coap_session_get_context(session)));
  }

  // Debian's libcoap-3-openssl is linked by that name, so OpenSSL is what is below.
  static SSL* tls_of(const coap_session_t* session) {
    coap_tls_library_t library{};
    return static_cast<SSL*>(coap_session_get_tls(session, &library));
  }

  Status connect(Clock::time_point until) {
    broken_ = connected_ = false;
    coap_address_t peer;
    coap_address_init(&peer);
    peer.addr.sin.sin_family = AF_INET;
    peer.addr.sin.sin_port = htons(options_.port);
    peer.size = sizeof peer.addr.sin;
    if (inet_pton(AF_INET, options_.address.c_str(), &peer.addr.sin.sin_addr) == 1) {
      session_ = options_.psk ? open_with_key(peer) : open_with_trust(peer);
    }
    if (session_ == nullptr) return not_reached("no session can be made");
    coap_session_set_ack_timeout(session_, seconds(options_.ack_timeout_ms));
    coap_session_set_max_retransmit(session_,
                                    static_cast<std::uint16_t>(options_.retransmissions_max));
    count_datagrams();
    if (!run_until(until, [this] { return connected_; })) {
      disconnect();
      return not_reached("no handshake came about");
    }
    ++traffic_.connections;
    return {};
  }

  Diagnostic not_reached(const std::string& why) const {
    return make_diagnostic(Code::E0862, "no session with `" + options_.address + "` port " +
                                            std::to_string(options_.port) + ": " + why);
  }

  coap_session_t* open_with_key(const coap_address_t& peer) {
    const PresharedKey& psk = *options_.psk;
    return coap_new_client_session_psk(context_, nullptr, &peer, COAP_PROTO_DTLS,
                                       psk.identity.c_str(), psk.key.data(),
                                       static_cast<unsigned>(psk.key.size()));
  }

  coap_session_t* open_with_trust(const coap_address_t& peer) {
    if (!options_.trust) return nullptr;
    coap_dtls_pki_t pki{};
    pki.version = COAP_DTLS_PKI_SETUP_VERSION;
    pki.verify_peer_cert = 1;
    pki.check_common_ca = 1;
    pki.cert_chain_validation = 1;
    pki.cert_chain_verify_depth = 3;
    pki.validate_cn_call_back = [](const char* name, const std::uint8_t*, std::size_t,
                                   coap_session_t* session, unsigned depth, int, void*) {
      const std::string& wanted = of(session).options_.trust->server_name;
      return depth > 0 || wanted.empty() || wanted == name ? 1 : 0;
    };
    if (!options_.trust->server_name.empty()) pki.client_sni = options_.trust->server_name.data();
    pki.pki_key.key_type = COAP_PKI_KEY_PEM;  // of no files: see set_trust
    coap_session_t* session =
        coap_new_client_session_pki(context_, nullptr, &peer, COAP_PROTO_DTLS, &pki);
    if (session == nullptr) return nullptr;
    // Only the ClientHello is on its way, so none of this comes too late.
    if (set_trust(tls_of(session), *options_.trust)) return session;
    coap_session_release(session);
    return nullptr;
  }

  // The first flight is on its way already; OpenSSL counted its bytes, we count it as a datagram.
  void count_datagrams() {
    BIO* wire = SSL_get_rbio(tls_of(session_));  // and wbio
    traffic_.bytes_sent += BIO_number_written(wire);
    ++traffic_.datagrams_sent;
    BIO_set_callback_arg(wire, reinterpret_cast<char*>(this));
    BIO_set_callback_ex(wire,
                        [](BIO* bio, int what, const char*, std::size_t, int, long, int done,
                           std::size_t* count) -> long {
                          Traffic& traffic =
                              reinterpret_cast<CoapClient*>(BIO_get_callback_arg(bio))->traffic_;
                          if (done > 0 && what == (BIO_CB_WRITE | BIO_CB_RETURN)) {
                            ++traffic.datagrams_sent;
                            traffic.bytes_sent += *count;
                          } else if (done > 0 && what == (BIO_CB_READ | BIO_CB_RETURN)) {
                            ++traffic.datagrams_received;
                            traffic.bytes_received += *count;
                          }
                          return done;
                        });
  }

  bool send(ByteView request) {
    answered_ = false;
    answer_.clear();
    sent_.assign(request.begin(), request.end());
    coap_pdu_t* pdu = coap_new_pdu(COAP_MESSAGE_CON, COAP_REQUEST_CODE_POST, session_);
    if (pdu == nullptr) return false;
    std::uint8_t token[8];
    std::size_t token_size = 0;
    coap_session_new_token(session_, &token_size, token);
    coap_add_token(pdu, token_size, token);
    for (std::size_t begin = 0; begin <= options_.path.size();) {
      std::size_t end = std::min(options_.path.find('/', begin), options_.path.size());
      coap_add_option(pdu, COAP_OPTION_URI_PATH, end - begin,
                      reinterpret_cast<const std::uint8_t*>(options_.path.data() + begin));
      begin = end + 1;
    }
    bool added = sent_.empty() || coap_add_data_large_request(session_, pdu, sent_.size(),
                                                              sent_.data(), nullptr, nullptr) == 1;
    if (!added) {
      coap_delete_pdu(pdu);
      return false;
    }
    return coap_send(session_, pdu) != COAP_INVALID_MID;
  }

  template <class Done>
  bool run_until(Clock::time_point until, Done done) {
    while (!done()) {
      auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
      if (left <= 0 || broken_) return false;
      if (coap_io_process(context_, static_cast<std::uint32_t>(left)) < 0) return false;
    }
    return true;
  }

  coap_response_t on_response(const coap_pdu_t* received) {
    code_ = static_cast<unsigned>(coap_pdu_get_code(received));
    std::size_t size = 0, offset = 0, total = 0;
    const std::uint8_t* data = nullptr;
    if (coap_get_data_large(received, &size, &data, &offset, &total) == 1) {
      answer_.assign(data, data + size);
    }
    coap_opt_iterator_t iterator{};
    const coap_opt_t* max_age = coap_check_option(received, COAP_OPTION_MAXAGE, &iterator);
    max_age_s_.reset();
    if (max_age != nullptr) {
      max_age_s_ = coap_decode_var_bytes(coap_opt_value(max_age), coap_opt_length(max_age));
    }
    answered_ = true;
    return COAP_RESPONSE_OK;
  }

  int on_event(coap_event_t event) {
    if (event == COAP_EVENT_DTLS_CONNECTED) connected_ = true;
    if (event == COAP_EVENT_DTLS_ERROR || event == COAP_EVENT_DTLS_CLOSED) broken_ = true;
    return 0;
  }

  CoapClientOptions options_;
  coap_context_t* context_ = nullptr;
  coap_session_t* session_ = nullptr;
  bool connected_ = false, broken_ = false, answered_ = false;
  unsigned code_ = 0;
  std::optional<unsigned> max_age_s_;
  Bytes answer_;
  Bytes sent_;  // libcoap reads it block by block
  Traffic traffic_;
};

}  // namespace

std::unique_ptr<EsipaClient> make_coap_client(CoapClientOptions options) {
  return std::make_unique<CoapClient>(std::move(options));
}

}  // namespace sojourn::simulator
