#include "adapters/eim/coap_server.h"

#include <arpa/inet.h>
#include <coap3/coap.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "adapters/eim/coap_exchange.h"
#include "adapters/eim/tls_peer.h"
#include "adapters/eim/waiting_pool.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {
namespace {

// SGP.32 asks for ECDHE_ECDSA with GCM; CCM_8 is for constrained devices. The same without
// certificates.
constexpr const char* kCertificateSuites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-CCM8";
constexpr const char* kPskSuites = "PSK-AES128-GCM-SHA256:PSK-AES256-GCM-SHA384:PSK-AES128-CCM8";
constexpr unsigned char kSessionIdContext[] = "sojourn-esipa";
constexpr const char* kPath = "gsma/rsp2/asn1";
// libcoap's pass for timers walks all sessions: with 1,000 of them it costs more than a request. So
// it is made this often at most; retransmissions and idleness need no finer clock.
constexpr coap_tick_t kTimerPassMs = 5;
static_assert(COAP_TICKS_PER_SECOND == 1000);
// Between two looks at the timers and the inbox.
constexpr std::size_t kDatagramsPerTurn = 64;
// Reads that find nothing cost a system call each.
constexpr std::size_t kEventRepeatsMax = 8;

struct Free {
  void operator()(coap_context_t* context) const { coap_free_context(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// --- certificates -------------------------------------------------------------------------------

// An identity, read once. libcoap would read its PEM again for every ClientHello, which doubles the
// cost of a handshake.
struct Credentials {
  Owned<X509> leaf;
  Owned<STACK_OF(X509)> chain;
  Owned<EVP_PKEY> key;
  Owned<X509_STORE> client_authorities;  // null: clients are not asked
  int verify_mode = SSL_VERIFY_NONE;
};
using CredentialsPointer = std::shared_ptr<const Credentials>;

Diagnostic identity_refused(const std::string& why) {
  ERR_clear_error();
  return make_diagnostic(Code::E0861, "certificate or private key cannot be used: " + why,
                         "give the chain in PEM, leaf first, and the leaf's key");
}

Owned<BIO> memory(const std::string& pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Result<CredentialsPointer> read_identity(const TlsIdentity& identity) {
  auto read = std::make_shared<Credentials>();
  Owned<BIO> chain = memory(identity.certificate_chain_pem);
  read->leaf.reset(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  if (read->leaf == nullptr) return identity_refused("no certificate in PEM");
  read->chain.reset(sk_X509_new_null());
  while (X509* above = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    sk_X509_push(read->chain.get(), above);
  }
  Owned<BIO> key = memory(identity.private_key_pem);
  read->key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
  if (read->key == nullptr) return identity_refused("no unencrypted key in PEM");
  if (X509_check_private_key(read->leaf.get(), read->key.get()) != 1) {
    return identity_refused("the key is not the certificate's");
  }
  if (!identity.client_ca_pem.empty()) {
    read->client_authorities.reset(X509_STORE_new());
    Owned<BIO> authorities = memory(identity.client_ca_pem);
    bool any = false;
    while (Owned<X509> one{PEM_read_bio_X509(authorities.get(), nullptr, nullptr, nullptr)}) {
      any = X509_STORE_add_cert(read->client_authorities.get(), one.get()) == 1;
    }
    if (!any) return identity_refused("the clients' authority is no certificate in PEM");
    read->verify_mode = SSL_VERIFY_PEER;
    if (identity.client_certificate_required) read->verify_mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  ERR_clear_error();
  return CredentialsPointer(std::move(read));
}

// --- CoAP options -------------------------------------------------------------------------------

std::optional<std::uint64_t> uint_option(const coap_pdu_t* pdu, coap_option_num_t number) {
  coap_opt_iterator_t iterator;
  const coap_opt_t* option = coap_check_option(pdu, number, &iterator);
  if (option == nullptr || coap_opt_length(option) > 4) return std::nullopt;
  return coap_decode_var_bytes8(coap_opt_value(option), coap_opt_length(option));
}

std::optional<CoapBlock> block_option(const coap_pdu_t* pdu, coap_option_num_t number) {
  std::optional<std::uint64_t> value = uint_option(pdu, number);
  if (!value) return std::nullopt;
  return CoapBlock{static_cast<std::uint32_t>(*value >> 4), (*value & 8) != 0,
                   static_cast<std::uint8_t>(*value & 7)};
}

// The views are into `pdu`.
CoapRequest read_request(const coap_pdu_t* pdu) {
  CoapRequest request;
  request.message_id = static_cast<std::uint16_t>(coap_pdu_get_mid(pdu));
  coap_bin_const_t token = coap_pdu_get_token(pdu);
  request.token = {token.s, token.length};
  request.block1 = block_option(pdu, COAP_OPTION_BLOCK1);
  request.block2 = block_option(pdu, COAP_OPTION_BLOCK2);
  request.size1 = uint_option(pdu, COAP_OPTION_SIZE1);
  coap_opt_iterator_t iterator;
  if (const coap_opt_t* tag = coap_check_option(pdu, COAP_OPTION_RTAG, &iterator)) {
    request.request_tag = {coap_opt_value(tag), coap_opt_length(tag)};
  }
  std::size_t size = 0;
  const std::uint8_t* data = nullptr;
  if (coap_get_data(pdu, &size, &data) == 1) request.payload = {data, size};
  return request;
}

void add_uint(coap_pdu_t* pdu, coap_option_num_t number, std::optional<std::uint32_t> value) {
  if (!value) return;
  std::array<std::uint8_t, 4> bytes{};
  unsigned size = coap_encode_var_safe(bytes.data(), bytes.size(), *value);
  coap_add_option(pdu, number, size, bytes.data());
}

std::optional<std::uint32_t> block_value(const std::optional<CoapBlock>& block) {
  if (!block) return std::nullopt;
  return block->number << 4 | (block->more ? 8u : 0u) | block->size_exponent;
}

// Options in ascending order of their numbers, as RFC 7252 3.1 has them.
void write_reply(coap_pdu_t* pdu, const CoapReply& reply) {
  coap_pdu_set_code(pdu, static_cast<coap_pdu_code_t>(reply.code));
  if (reply.code == 0) return;
  add_uint(pdu, COAP_OPTION_ETAG, reply.etag);
  add_uint(pdu, COAP_OPTION_MAXAGE, reply.max_age);
  add_uint(pdu, COAP_OPTION_BLOCK2, block_value(reply.block2));
  add_uint(pdu, COAP_OPTION_BLOCK1, block_value(reply.block1));
  add_uint(pdu, COAP_OPTION_SIZE2, reply.size2);
  add_uint(pdu, COAP_OPTION_SIZE1, reply.size1);
  if (!reply.payload.empty()) coap_add_data(pdu, reply.payload.size(), reply.payload.data());
}

bool to_address(const std::string& text, std::uint16_t port, coap_address_t& address) {
  coap_address_init(&address);
  if (inet_pton(AF_INET, text.c_str(), &address.addr.sin.sin_addr) == 1) {
    address.addr.sin.sin_family = AF_INET;
    address.addr.sin.sin_port = htons(port);
    address.size = sizeof address.addr.sin;
    return true;
  }
  if (inet_pton(AF_INET6, text.c_str(), &address.addr.sin6.sin6_addr) == 1) {
    address.addr.sin6.sin6_family = AF_INET6;
    address.addr.sin6.sin6_port = htons(port);
    address.size = sizeof address.addr.sin6;
    return true;
  }
  return false;
}

void start_libcoap() {
  static std::once_flag once;
  std::call_once(once, [] {
    coap_startup();
    coap_set_log_level(LOG_EMERG);  // it would write to standard error
    coap_dtls_set_log_level(LOG_EMERG);
  });
}

// --- one context --------------------------------------------------------------------------------

struct Shared {
  explicit Shared(CoapServerOptions given, EsipaHandler& esipa)
      : options(std::move(given)),
        handler(esipa),
        pool(options.waiting_threads, options.waiting_queue_max) {}

  const CoapServerOptions options;
  EsipaHandler& handler;
  std::atomic<std::uint64_t> handshakes{0}, handshakes_failed{0}, messages{0}, requests{0},
      too_many{0};
  std::atomic<std::size_t> sessions{0};
  WaitingPool pool;
};

// An established session; lives from its handshake to the end of its DTLS.
struct Session {
  Session(const CoapServerOptions& options, const CoapExchangeLimits& limits, CoapBudget& budget)
      : exchange(limits, budget),
        share(options.peer_requests_per_second_max, options.peer_requests_at_once_max) {}
  CoapExchange exchange;
  RequestShare share;
  std::string address;
  std::string identity;
};

// A request that waited, answered. It holds a reference to its session.
struct Answered {
  coap_session_t* session = nullptr;
  std::uint64_t delivery = 0;
  Bytes token;
  EsipaAnswer answer;
};

// A port, its libcoap context and the thread that alone touches both.
class Endpoint {
 public:
  explicit Endpoint(Shared& shared) : shared_(shared) {
    budget_.bytes_max = shared.options.kept_bytes_max;
    exchange_limits_.body_bytes_max = shared.options.body_bytes_max;
    exchange_limits_.retry_after_s = shared.options.retry_after_s;
  }
  ~Endpoint() {
    stop();
    sessions_.clear();
    context_.reset();
    if (wake_ >= 0) ::close(wake_);
  }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  Status open(std::uint16_t port, CredentialsPointer credentials) {
    credentials_ = std::move(credentials);
    context_.reset(coap_new_context(nullptr));
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (context_ == nullptr || wake_ < 0) return cannot_listen(port, "no resources");
    coap_set_app_data(context_.get(), this);
    Status secured = set_up_dtls();
    if (!secured) return secured;
    const CoapServerOptions& options = shared_.options;
    coap_context_set_max_idle_sessions(context_.get(), options.sessions_max);
    coap_context_set_max_handshake_sessions(context_.get(), options.handshakes_max);
    coap_context_set_session_timeout(context_.get(), options.idle_s_max);
    coap_register_event_handler(context_.get(), [](coap_session_t* session, coap_event_t event) {
      of(session).on_event(session, event);
      return 0;
    });
    coap_resource_t* resource = coap_resource_init(coap_make_str_const(kPath), 0);
    coap_register_request_handler(
        resource, COAP_REQUEST_POST,
        [](coap_resource_t*, coap_session_t* session, const coap_pdu_t* request,
           const coap_string_t*,
           coap_pdu_t* response) { of(session).on_request(session, request, response); });
    coap_add_resource(context_.get(), resource);
    return listen(port);
  }

  void start() {
    thread_ = std::thread([this] { run(); });
  }

  void stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    wake();
    thread_.join();
  }

  std::uint16_t port() const { return port_; }

  void set_credentials(CredentialsPointer credentials) {
    {
      std::lock_guard lock(inbox_mutex_);
      new_credentials_ = std::move(credentials);
    }
    wake();
  }

 private:
  static Endpoint& of(const coap_session_t* session) {
    return *static_cast<Endpoint*>(coap_get_app_data(coap_session_get_context(session)));
  }

  static Diagnostic cannot_listen(std::uint16_t port, const std::string& why) {
    return make_diagnostic(Code::E0860,
                           "cannot listen on UDP port " + std::to_string(port) + ": " + why,
                           "choose another address or port");
  }

  // libcoap hands out its SSL_CTX by no call of its own, but every session is made from it: a
  // client session to a socket of ours leads there, before the first device comes. Set there:
  // narrow suites; the identity, once for all handshakes; and a session-id context, without which
  // OpenSSL answers a returning ticket by a fatal alert instead of resuming.
  Status set_up_dtls() {
    int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    coap_address_t nowhere;
    to_address("127.0.0.1", 0, nowhere);
    bool bound = socket >= 0 && ::bind(socket, &nowhere.addr.sa, nowhere.size) == 0 &&
                 ::getsockname(socket, &nowhere.addr.sa, &nowhere.size) == 0;
    coap_session_t* probe =
        bound ? coap_new_client_session(context_.get(), nullptr, &nowhere, COAP_PROTO_DTLS)
              : nullptr;
    coap_tls_library_t library{};
    void* tls = probe == nullptr ? nullptr : coap_session_get_tls(probe, &library);
    if (tls != nullptr && library == COAP_TLS_LIBRARY_OPENSSL) {
      native_ = SSL_get_SSL_CTX(static_cast<SSL*>(tls));
    }
    if (probe != nullptr) coap_session_release(probe);
    if (socket >= 0) ::close(socket);
    if (native_ == nullptr) return cannot_listen(0, "libcoap brings no DTLS by OpenSSL");

    std::string suites = credentials_ ? kCertificateSuites : "";
    if (shared_.options.psk_of) suites += (suites.empty() ? "" : ":") + std::string(kPskSuites);
    SSL_CTX_set_options(native_, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(native_, SSL_SESS_CACHE_OFF);  // tickets need no cache
    SSL_CTX_set_session_id_context(native_, kSessionIdContext, sizeof kSessionIdContext - 1);
    if (SSL_CTX_set_cipher_list(native_, suites.c_str()) != 1) {
      return identity_refused("no cipher suite of SGP.32 is available");
    }
    use_credentials();
    return credentials_ || shared_.options.psk_of ? set_up_keys() : identity_refused("none given");
  }

  // Tells libcoap that it serves DTLS at all; it makes the SSL of the first session here.
  Status set_up_keys() {
    bool done = true;
    if (shared_.options.psk_of) {
      coap_dtls_spsk_t psk{};
      psk.version = COAP_DTLS_SPSK_SETUP_VERSION;
      psk.validate_id_call_back = [](coap_bin_const_t* identity, coap_session_t*, void* endpoint) {
        return static_cast<Endpoint*>(endpoint)->find_key(*identity);
      };
      psk.id_call_back_arg = this;
      done = coap_context_set_psk2(context_.get(), &psk) == 1;
    }
    if (credentials_) {
      coap_dtls_pki_t pki{};
      pki.version = COAP_DTLS_PKI_SETUP_VERSION;
      done = done && coap_context_set_pki(context_.get(), &pki) == 1;
      // libcoap's own callback, just set, would look for the identity in `pki`.
      SSL_CTX_set_client_hello_cb(native_, &Endpoint::on_client_hello, this);
    }
    if (!done) return identity_refused("libcoap refuses it");
    return {};
  }

  void use_credentials() {
    if (!credentials_) return;
    SSL_CTX_use_cert_and_key(native_, credentials_->leaf.get(), credentials_->key.get(),
                             credentials_->chain.get(), 1);
    SSL_CTX_set_verify(native_, credentials_->verify_mode, nullptr);
    if (credentials_->client_authorities) {
      SSL_CTX_set1_cert_store(native_, credentials_->client_authorities.get());
    }
    ERR_clear_error();
  }

  // libcoap makes the SSL of a session one session ahead, so the first after a reload still has the
  // old identity.
  static int on_client_hello(SSL* connection, int*, void* endpoint) {
    const Credentials& now = *static_cast<Endpoint*>(endpoint)->credentials_;
    if (SSL_get_certificate(connection) != now.leaf.get()) {
      SSL_use_cert_and_key(connection, now.leaf.get(), now.key.get(), now.chain.get(), 1);
      SSL_set_verify(connection, now.verify_mode, nullptr);
    }
    return SSL_CLIENT_HELLO_SUCCESS;
  }

  const coap_bin_const_t* find_key(const coap_bin_const_t& identity) {
    std::string_view name(reinterpret_cast<const char*>(identity.s), identity.length);
    std::optional<Bytes> key;
    try {
      key = shared_.options.psk_of(name);
    } catch (const std::exception&) {
      return nullptr;
    }
    if (!key || key->empty() || key->size() > COAP_DTLS_MAX_PSK) return nullptr;
    found_key_ = std::move(*key);  // libcoap copies it as soon as it is returned
    found_key_view_ = {found_key_.size(), found_key_.data()};
    return &found_key_view_;
  }

  Status listen(std::uint16_t port) {
    coap_address_t address;
    if (!to_address(shared_.options.address, port, address)) {
      return cannot_listen(port, "`" + shared_.options.address + "` is no address");
    }
    coap_endpoint_t* endpoint = coap_new_endpoint(context_.get(), &address, COAP_PROTO_DTLS);
    if (endpoint == nullptr)
      return cannot_listen(port, "the address is taken or not of this machine");
    // "127.0.0.1:5684 DTLS": the only place where libcoap tells the port it got.
    std::string_view text = coap_endpoint_str(endpoint);
    std::size_t colon = text.rfind(':');
    if (colon != text.npos) {
      std::from_chars(text.data() + colon + 1, text.data() + text.size(), port_);
    }
    return {};
  }

  // --- the thread --------------------------------------------------------------------------------

  void wake() {
    std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);
  }

  void run() {
    int inner = coap_context_get_coap_fd(context_.get());
    coap_tick_t next_pass = 0;
    while (!stopping_) {
      coap_tick_t now;
      coap_ticks(&now);
      int wait_ms = 0;
      if (now >= next_pass) {
        unsigned due_ms = coap_io_prepare_epoll(context_.get(), now);
        wait_ms = due_ms == 0 ? -1 : static_cast<int>(due_ms);
        next_pass = now + kTimerPassMs;
      } else {
        wait_ms = static_cast<int>(next_pass - now);  // what came may have set timers
      }
      std::array<pollfd, 2> waiting{pollfd{inner, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
      ::poll(waiting.data(), waiting.size(), wait_ms);
      if (waiting[0].revents != 0) take_datagrams(inner);
      if (waiting[1].revents != 0) empty_inbox();
    }
    empty_inbox();
  }

  // After each call libcoap looks at every session, and it takes one datagram for an event: so
  // while more and more lie waiting, the event is handed to it several times in one call.
  void take_datagrams(int inner) {
    std::array<epoll_event, 8> told;
    std::array<epoll_event, 8 * kEventRepeatsMax> events;
    std::size_t repeats = 1;
    for (std::size_t read = 0; read < kDatagramsPerTurn; read += repeats) {
      int count = ::epoll_wait(inner, told.data(), static_cast<int>(told.size()), 0);
      if (count <= 0) return;
      std::size_t all = 0;
      for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
        for (int one = 0; one < count; ++one) events[all++] = told[static_cast<std::size_t>(one)];
      }
      coap_io_do_epoll(context_.get(), events.data(), all);
      repeats = std::min(2 * repeats, kEventRepeatsMax);
    }
  }

  void empty_inbox() {
    std::uint64_t ignored = 0;
    (void)!::read(wake_, &ignored, sizeof ignored);
    std::vector<Answered> answered;
    CredentialsPointer credentials;
    {
      std::lock_guard lock(inbox_mutex_);
      answered.swap(inbox_);
      credentials.swap(new_credentials_);
    }
    if (credentials) {
      credentials_ = std::move(credentials);
      use_credentials();
    }
    for (Answered& one : answered) send_late(one);
  }

  void on_event(coap_session_t* session, coap_event_t event) {
    auto* state = static_cast<Session*>(coap_session_get_app_data(session));
    if (event == COAP_EVENT_DTLS_CONNECTED && state == nullptr) {
      ++shared_.handshakes;
      ++shared_.sessions;
      auto fresh = std::make_unique<Session>(shared_.options, exchange_limits_, budget_);
      describe(session, *fresh);
      coap_session_set_app_data(session, fresh.get());
      sessions_.emplace(session, std::move(fresh));
    } else if (event == COAP_EVENT_DTLS_CLOSED && state != nullptr) {
      --shared_.sessions;
      coap_session_set_app_data(session, nullptr);
      sessions_.erase(session);
    } else if (event == COAP_EVENT_DTLS_CLOSED) {
      ++shared_.handshakes_failed;
    }
  }

  static void describe(coap_session_t* session, Session& state) {
    std::array<unsigned char, 64> text{};
    std::size_t size =
        coap_print_addr(coap_session_get_addr_remote(session), text.data(), text.size());
    state.address.assign(reinterpret_cast<const char*>(text.data()), std::min(size, text.size()));
    const coap_bin_const_t* identity = coap_session_get_psk_identity(session);
    if (identity != nullptr && identity->length > 0) {
      state.identity.assign(reinterpret_cast<const char*>(identity->s), identity->length);
      return;
    }
    coap_tls_library_t library{};
    if (void* tls = coap_session_get_tls(session, &library)) {
      state.identity = peer_name(static_cast<const SSL*>(tls));
    }
  }

  void on_request(coap_session_t* session, const coap_pdu_t* pdu, coap_pdu_t* response) {
    auto* state = static_cast<Session*>(coap_session_get_app_data(session));
    if (state == nullptr) return;  // no answer outside DTLS
    ++shared_.messages;
    CoapRequest request = read_request(pdu);
    CoapStep step = state->exchange.receive(request);
    if (!step.body) return write_reply(response, step.reply);
    coap_tick_t now;
    coap_ticks(&now);
    if (std::uint32_t wait_s = state->share.take(static_cast<std::int64_t>(now)); wait_s > 0) {
      ++shared_.too_many;
      EsipaAnswer too_many = EsipaAnswer::too_many(wait_s);
      return write_reply(response, state->exchange.answer(step.delivery, std::move(too_many)));
    }
    ++shared_.requests;
    if (!shared_.handler.may_wait(*step.body)) {
      EsipaAnswer answer = ask_handler(shared_, *step.body, state->address, state->identity);
      return write_reply(response, state->exchange.answer(step.delivery, std::move(answer)));
    }
    if (!hand_over(session, *state, request, step)) {
      EsipaAnswer busy = EsipaAnswer::busy(shared_.options.retry_after_s);
      return write_reply(response, state->exchange.answer(step.delivery, std::move(busy)));
    }
    write_reply(response, step.reply);
  }

  // To a waiting thread; it works on copies, because the session may end meanwhile.
  bool hand_over(coap_session_t* session, const Session& state, const CoapRequest& request,
                 CoapStep& step) {
    Answered answered{coap_session_reference(session),
                      step.delivery,
                      Bytes(request.token.begin(), request.token.end()),
                      {}};
    auto task = [this, answered = std::move(answered), body = std::move(*step.body),
                 address = state.address, identity = state.identity]() mutable {
      answered.answer = ask_handler(shared_, body, address, identity);
      {
        std::lock_guard lock(inbox_mutex_);
        inbox_.push_back(std::move(answered));
      }
      wake();
    };
    if (shared_.pool.submit(std::move(task))) return true;
    coap_session_release(session);
    return false;
  }

  static EsipaAnswer ask_handler(Shared& shared, ByteView body, std::string_view address,
                                 std::string_view identity) {
    PeerFacts peer;
    peer.transport = Transport::coap;
    peer.address = address;
    peer.identity = identity;
    try {
      return shared.handler.handle(body, peer);
    } catch (const std::exception&) {
      return EsipaAnswer::busy(shared.options.retry_after_s);
    }
  }

  // A separate response (RFC 7252 5.2.2): the request has been acknowledged long ago.
  void send_late(Answered& answered) {
    auto* state = static_cast<Session*>(coap_session_get_app_data(answered.session));
    if (state != nullptr) {
      CoapReply reply = state->exchange.answer(answered.delivery, std::move(answered.answer));
      if (reply.code != 0) {
        coap_pdu_t* pdu = coap_pdu_init(COAP_MESSAGE_CON, static_cast<coap_pdu_code_t>(reply.code),
                                        coap_new_message_id(answered.session),
                                        coap_session_max_pdu_size(answered.session));
        coap_add_token(pdu, answered.token.size(), answered.token.data());
        write_reply(pdu, reply);
        coap_send(answered.session, pdu);
      }
    }
    coap_session_release(answered.session);
  }

  Shared& shared_;
  CoapExchangeLimits exchange_limits_;
  CoapBudget budget_;
  CredentialsPointer credentials_;
  Owned<coap_context_t> context_;
  SSL_CTX* native_ = nullptr;  // the context's
  std::unordered_map<coap_session_t*, std::unique_ptr<Session>> sessions_;
  Bytes found_key_;
  coap_bin_const_t found_key_view_{};
  std::uint16_t port_ = 0;
  int wake_ = -1;
  std::atomic<bool> stopping_{false};
  std::mutex inbox_mutex_;
  std::vector<Answered> inbox_;
  CredentialsPointer new_credentials_;
  std::thread thread_;
};

}  // namespace

// --- the server ---------------------------------------------------------------------------------

class CoapServer::Impl {
 public:
  Impl(CoapServerOptions options, EsipaHandler& handler) : shared_(std::move(options), handler) {}

  Status start() {
    start_libcoap();
    const CoapServerOptions& options = shared_.options;
    CredentialsPointer credentials;
    if (options.identity) {
      Result<CredentialsPointer> read = read_identity(*options.identity);
      if (!read) return std::move(read).error();
      credentials = std::move(read).value();
    }
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.contexts); ++i) {
      auto port = static_cast<std::uint16_t>(options.port == 0 ? 0 : options.port + i);
      endpoints_.push_back(std::make_unique<Endpoint>(shared_));
      Status opened = endpoints_.back()->open(port, credentials);
      if (!opened) return opened;
    }
    for (const auto& endpoint : endpoints_) endpoint->start();
    return {};
  }

  Status reload(const TlsIdentity& identity) {
    Result<CredentialsPointer> read = read_identity(identity);
    if (!read) return std::move(read).error();
    if (!shared_.options.identity) return identity_refused("this server has pre-shared keys only");
    for (const auto& endpoint : endpoints_) endpoint->set_credentials(read.value());
    return {};
  }

  void stop() {
    std::lock_guard lock(stop_mutex_);
    shared_.pool.stop();  // what waits is answered, by threads that still run
    for (const auto& endpoint : endpoints_) endpoint->stop();
  }

  std::vector<std::uint16_t> ports() const {
    std::vector<std::uint16_t> ports;
    for (const auto& endpoint : endpoints_) ports.push_back(endpoint->port());
    return ports;
  }

  CoapCounters counters() const {
    return {shared_.handshakes.load(), shared_.handshakes_failed.load(), shared_.messages.load(),
            shared_.requests.load(),   shared_.too_many.load(),          shared_.sessions.load()};
  }

 private:
  Shared shared_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  std::mutex stop_mutex_;
};

CoapServer::CoapServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CoapServer::~CoapServer() { stop(); }

Result<std::unique_ptr<CoapServer>> CoapServer::start(CoapServerOptions options,
                                                      EsipaHandler& handler) {
  std::unique_ptr<CoapServer> server(
      new CoapServer(std::make_unique<Impl>(std::move(options), handler)));
  Status started = server->impl_->start();
  if (!started) return std::move(started).error();
  return server;
}

std::vector<std::uint16_t> CoapServer::ports() const { return impl_->ports(); }
CoapCounters CoapServer::counters() const { return impl_->counters(); }
Status CoapServer::reload(const TlsIdentity& identity) { return impl_->reload(identity); }
void CoapServer::stop() { impl_->stop(); }

}  // namespace sojourn::eim
