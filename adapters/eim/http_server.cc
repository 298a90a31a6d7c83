#include "adapters/eim/http_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "adapters/eim/connection_places.h"
#include "adapters/eim/tls_peer.h"
#include "adapters/eim/waiting_pool.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {
namespace {

namespace net = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = net::ip::tcp;
using Error = boost::system::error_code;
using Body = http::vector_body<std::uint8_t>;
using std::chrono::milliseconds;

// Read from a peer at once; larger bodies take several reads.
constexpr std::size_t kReadBytes = 4096;
// Discarded after a refusal, so that the peer sees the answer and not a reset connection.
constexpr std::size_t kDrainBytesMax = 1u << 20;
constexpr unsigned kFarewellMs = 1'000;

// --- TLS ----------------------------------------------------------------------------------------

// SGP.32 asks for ECDHE_ECDSA with GCM; CCM_8 is for constrained devices.
constexpr const char* kSuitesTls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-CCM8";
constexpr const char* kSuitesTls13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_AES_128_CCM_SHA256";
constexpr unsigned char kSessionIdContext[] = "sojourn";

Diagnostic identity_refused(const std::string& why) {
  return make_diagnostic(Code::E0861, "certificate or private key cannot be used: " + why,
                         "give the chain in PEM, leaf first, and the leaf's key");
}

// Does each certificate of the chain come from the one after it?
bool in_order(SSL_CTX* context) {
  X509* subject = SSL_CTX_get0_certificate(context);
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get_extra_chain_certs(context, &chain);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    X509* issuer = sk_X509_value(chain, i);
    bool follows = X509_check_issued(issuer, subject) == X509_V_OK &&
                   X509_verify(subject, X509_get0_pubkey(issuer)) == 1;
    if (!follows) {
      ERR_clear_error();
      return false;
    }
    subject = issuer;
  }
  return true;
}

Result<std::shared_ptr<ssl::context>> make_context(const TlsIdentity& identity) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(
      native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // an idle connection holds no 34 kB
  // Without a context of our own, a client that shows a certificate cannot resume its session.
  SSL_CTX_set_session_id_context(native, kSessionIdContext, sizeof kSessionIdContext - 1);
  bool suites = SSL_CTX_set_cipher_list(native, kSuitesTls12) == 1 &&
                SSL_CTX_set_ciphersuites(native, kSuitesTls13) == 1;
  if (!suites) return identity_refused("no cipher suite of SGP.32 is available");
  Error error;
  context->use_certificate_chain(net::buffer(identity.certificate_chain_pem), error);
  if (error) return identity_refused(error.message());
  if (!in_order(native)) return identity_refused("a certificate is not of the one after it");
  context->use_private_key(net::buffer(identity.private_key_pem), ssl::context::pem, error);
  if (error) return identity_refused(error.message());
  if (SSL_CTX_check_private_key(native) != 1) {
    return identity_refused("the key is not the certificate's");
  }
  if (!identity.client_ca_pem.empty()) {
    context->add_certificate_authority(net::buffer(identity.client_ca_pem), error);
    if (error) return identity_refused("the clients' authority: " + error.message());
    int mode = SSL_VERIFY_PEER;
    if (identity.client_certificate_required) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(native, mode, nullptr);
  }
  return context;
}

}  // namespace

Status check_identity(const TlsIdentity& identity) {
  auto context = make_context(identity);
  return context ? Status() : Status(std::move(context).error());
}

namespace {

// --- what connections share ---------------------------------------------------------------------

class Connection {
 public:
  virtual ~Connection() = default;
  virtual void finish() = 0;  // closes now if idle, otherwise after the answer
  virtual void abort() = 0;   // closes now
};

struct Worker {
  std::unordered_set<Connection*> connections;  // touched on this worker's thread only
  bool stopping = false;                        // likewise
  net::io_context io{1};
  net::executor_work_guard<net::io_context::executor_type> guard{io.get_executor()};
  net::steady_timer stop_timer{io};
  std::thread thread;
};

struct Shared {
  Shared(HttpServerOptions given, HttpHandler& http_handler)
      : options(std::move(given)),
        handler(http_handler),
        places({options.connections_max,
                options.connections_per_address_max != 0
                    ? options.connections_per_address_max
                    : options.connections_max - options.connections_max / 4,
                options.refusals_max}),
        pool(options.waiting_threads, options.waiting_queue_max) {}

  const HttpServerOptions options;
  HttpHandler& handler;
  std::atomic<std::uint64_t> accepted{0}, refused{0}, handshakes_failed{0}, requests{0},
      rejected{0};
  ConnectionPlaces places;
  WaitingPool pool;
};

// Whose connection it is: an IPv4 address, or a network of IPv6 (its first 64 bits).
std::string address_of(const Tcp::socket& socket) {
  Error error;
  net::ip::address address = socket.remote_endpoint(error).address();
  if (error) return {};
  if (address.is_v4()) return address.to_string(error);
  net::ip::address_v6::bytes_type bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

std::string endpoint_text(const Tcp::socket& socket) {
  Error error;
  Tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return {};
  std::string address = peer.address().to_string(error);
  if (peer.address().is_v6()) address = "[" + address + "]";
  return address + ":" + std::to_string(peer.port());
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

beast::string_view to_beast(std::string_view text) { return {text.data(), text.size()}; }

class Fields final : public HttpFields {
 public:
  explicit Fields(const http::fields& fields) : fields_(fields) {}
  std::string_view operator[](std::string_view name) const override {
    return view(fields_[to_beast(name)]);
  }

 private:
  const http::fields& fields_;
};

// --- one connection -----------------------------------------------------------------------------

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

// Reads a request, has it answered, writes the answer, and again. Exactly one operation or one
// waiting handler holds a reference to it; when none does, it is gone.
// Invariant: runs on its worker's thread; only `run_waiting`'s task runs elsewhere, and it touches
// nothing but the request, which nobody else touches meanwhile.
template <class Stream>
class HttpConnection final : public Connection,
                             public std::enable_shared_from_this<HttpConnection<Stream>> {
  static constexpr bool kTls = std::is_same_v<Stream, TlsStream>;

 public:
  // In a place that is refused it is served one 503 and closed. `context` is null for plain
  // connections.
  HttpConnection(Shared& shared, Worker& worker, Tcp::socket socket,
                 std::shared_ptr<ssl::context> context, ConnectionPlaces::Place place)
      : shared_(shared),
        worker_(worker),
        context_(std::move(context)),
        stream_(make_stream(std::move(socket), context_)),
        buffer_(shared.options.header_bytes_max + kReadBytes),
        share_(shared.options.peer_requests_per_second_max,
               shared.options.peer_requests_at_once_max),
        place_(std::move(place)) {
    peer_address_ = endpoint_text(beast::get_lowest_layer(stream_).socket());
    worker_.connections.insert(this);
  }
  ~HttpConnection() override { worker_.connections.erase(this); }

  void start() {
    Error ignored;
    beast::get_lowest_layer(stream_).socket().set_option(Tcp::no_delay(true), ignored);
    if constexpr (kTls) {
      expire(shared_.options.handshake_ms_max);
      stream_.async_handshake(ssl::stream_base::server,
                              [self = this->shared_from_this()](Error error) {
                                if (error) {
                                  ++self->shared_.handshakes_failed;
                                  return;
                                }
                                self->identity_ = peer_name(self->stream_.native_handle());
                                self->await_request();
                              });
    } else {
      await_request();
    }
  }

  void finish() override {
    last_ = true;
    if (idle_) abort();
  }
  void abort() override { beast::get_lowest_layer(stream_).close(); }

 private:
  static Stream make_stream(Tcp::socket socket, const std::shared_ptr<ssl::context>& context) {
    if constexpr (kTls) {
      return Stream(std::move(socket), *context);
    } else {
      return Stream(std::move(socket));
    }
  }

  void expire(unsigned ms) { beast::get_lowest_layer(stream_).expires_after(milliseconds(ms)); }

  // Idle until the first byte of a request, so that slowness within one is timed by itself.
  void await_request() {
    if (last_) return farewell();
    if (buffer_.size() > 0) return read_header();
    idle_ = true;
    expire(place_.is_refused() ? shared_.options.request_ms_max : shared_.options.idle_ms_max);
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = this->shared_from_this()](Error error, std::size_t count) {
                              self->idle_ = false;
                              if (error == beast::error::timeout || self->last_) {
                                return self->farewell();
                              }
                              if (error) return;
                              self->buffer_.commit(count);
                              self->read_header();
                            });
  }

  void read_header() {
    expire(shared_.options.request_ms_max);
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_.options.header_bytes_max));
    parser_->body_limit(shared_.options.body_bytes_max);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](Error error, std::size_t) {
                              if (error) return self->reading_failed(error);
                              self->header_read();
                            });
  }

  void header_read() {
    const auto& head = parser_->get();
    Fields fields(head);
    verdict_ = shared_.handler.judge(as_handlers_see(fields));
    if (place_.is_refused()) return reject(503, parser_->is_done());
    if (parser_->is_done()) return dispatch();
    if (!beast::iequals(head[http::field::expect], "100-continue")) return read_body();
    if (verdict_ != 200) return reject(verdict_, false);
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    net::async_write(stream_, net::buffer(kContinue.data(), kContinue.size()),
                     [self = this->shared_from_this()](Error error, std::size_t) {
                       if (!error) self->read_body();
                     });
  }

  void read_body() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](Error error, std::size_t) {
                       if (error) return self->reading_failed(error);
                       self->dispatch();
                     });
  }

  void reading_failed(Error error) {
    if (error == http::error::body_limit) return reject(413, false);
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return reject(431, false);
    }
    if (error == beast::error::timeout) return reject_late();
    bool garbage = error.category() == make_error_code(http::error::bad_method).category() &&
                   error != http::error::end_of_stream && error != http::error::partial_message;
    if (garbage) return reject(400, false);
    farewell();  // the peer went away
  }

  // The stream's own timer has closed the socket; nothing more can be said.
  void reject_late() { ++shared_.rejected; }

  // What is known of the request now. `fields` views it and outlives the answer.
  HttpRequest as_handlers_see(const Fields& fields) const {
    const auto& request = parser_->get();
    return {.method = view(request.method_string()),
            .target = view(request.target()),
            .fields = fields,
            .body = request.body(),
            .transport = kTls ? Transport::https : Transport::plain_http,
            .address = peer_address_,
            .identity = identity_};
  }

  void dispatch() {
    if (verdict_ != 200) return reject(verdict_, true);
    auto now = std::chrono::steady_clock::now().time_since_epoch();
    std::uint32_t wait_s =
        share_.take(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
    if (wait_s > 0) {
      ++shared_.rejected;
      return write(come_again(429, wait_s));
    }
    ++shared_.requests;
    Fields fields(parser_->get());
    if (!shared_.handler.may_wait(as_handlers_see(fields))) return write(ask_handler());
    // The guard of work keeps the worker's loop alive until the handler has come back.
    auto task = [self = this->shared_from_this(),
                 work = net::make_work_guard(worker_.io)]() mutable {
      HttpResponse answer = self->ask_handler();
      net::io_context& io = self->worker_.io;
      net::post(io, [self = std::move(self), answer = std::move(answer)]() mutable {
        self->write(std::move(answer));
      });
    };
    if (!shared_.pool.submit(std::move(task))) write(busy());
  }

  static HttpResponse come_again(unsigned status, std::uint32_t wait_s) {
    HttpResponse response;
    response.status = status;
    response.retry_after_s = wait_s;
    return response;
  }
  HttpResponse busy() const { return come_again(503, shared_.options.retry_after_s); }

  HttpResponse ask_handler() {
    Fields fields(parser_->get());
    try {
      return shared_.handler.handle(as_handlers_see(fields));
    } catch (const std::exception&) {
      return busy();
    }
  }

  // An answer without a handler. `whole`: the request has been read to its end, so the connection
  // can go on.
  void reject(unsigned status, bool whole) {
    ++shared_.rejected;
    if (!whole || place_.is_refused()) last_ = true;
    drains_ = !whole;
    write(come_again(status, shared_.options.retry_after_s));
  }

  void write(HttpResponse answer) {
    const auto& request = parser_->get();
    bool keep_alive = !last_ && !worker_.stopping && request.keep_alive();
    Fields fields(request);
    shared_.handler.complete(as_handlers_see(fields), answer);
    response_.emplace();
    response_->version(request.version() == 10 ? 10 : 11);
    response_->result(answer.status);
    if (!answer.content_type.empty()) {
      response_->set(http::field::content_type, answer.content_type);
    }
    if (answer.status == 503 || answer.status == 429) {
      response_->set(http::field::retry_after, std::to_string(answer.retry_after_s));
    }
    for (const auto& [name, value] : answer.fields) response_->set(to_beast(name), to_beast(value));
    response_->body() = std::move(answer.body);
    // RFC 9110 8.6: a 204 has no Content-Length.
    if (answer.status != 204) response_->content_length(response_->body().size());
    // RFC 9110 9.3.2: the header of the answer to GET, its length too, and no body.
    if (request.method() == http::verb::head) response_->body().clear();
    response_->keep_alive(keep_alive);
    expire(shared_.options.write_ms_max);
    http::async_write(stream_, *response_,
                      [self = this->shared_from_this(), keep_alive](Error error, std::size_t) {
                        if (error) return;
                        self->response_.reset();
                        if (keep_alive) return self->await_request();
                        self->farewell();
                      });
  }

  // Ends politely: close_notify or FIN, then what the peer still sends is read and thrown away for
  // a moment, because closing a socket with unread bytes in it takes the answer back.
  void farewell() {
    if (!beast::get_lowest_layer(stream_).socket().is_open()) return;
    expire(kFarewellMs);
    if constexpr (kTls) {
      stream_.async_shutdown([self = this->shared_from_this()](Error) { self->drain(); });
    } else {
      drain();
    }
  }

  void drain() {
    Tcp::socket& socket = beast::get_lowest_layer(stream_).socket();
    Error ignored;
    socket.shutdown(Tcp::socket::shutdown_send, ignored);
    if (!drains_ || drained_bytes_ > kDrainBytesMax || worker_.stopping) return;
    buffer_.clear();
    beast::get_lowest_layer(stream_).async_read_some(
        buffer_.prepare(kReadBytes),
        [self = this->shared_from_this()](Error error, std::size_t count) {
          self->drained_bytes_ += count;
          if (!error) self->drain();
        });
  }

  Shared& shared_;
  Worker& worker_;
  std::shared_ptr<ssl::context> context_;  // outlives a reload
  Stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<Body>> parser_;
  std::optional<http::response<Body>> response_;
  unsigned verdict_ = 200;  // of the handler, on the head
  RequestShare share_;
  std::string peer_address_;
  std::string identity_;
  std::size_t drained_bytes_ = 0;
  bool drains_ = false;
  bool idle_ = false;
  bool last_ = false;  // close after the answer in hand
  const ConnectionPlaces::Place place_;
};

}  // namespace

// --- the server ---------------------------------------------------------------------------------

class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, HttpHandler& handler)
      : shared_(std::move(options), handler),
        acceptor_(accept_io_),
        plain_acceptor_(accept_io_),
        retry_timer_(accept_io_) {}

  Status start() {
    const HttpServerOptions& options = shared_.options;
    Status loaded = reload(options.tls);
    if (!loaded) return loaded;
    Status listening = listen(acceptor_, options.address, options.port);
    if (!listening) return listening;
    if (options.plain_loopback_port) {
      listening = listen(plain_acceptor_, "127.0.0.1", *options.plain_loopback_port);
      if (!listening) return listening;
    }
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.io_threads); ++i) {
      Worker& worker = workers_.emplace_back();
      worker.thread = std::thread([&worker] { worker.io.run(); });
    }
    accept(acceptor_, true);
    if (plain_acceptor_.is_open()) accept(plain_acceptor_, false);
    accept_thread_ = std::thread([this] { accept_io_.run(); });
    return {};
  }

  Status reload(const TlsIdentity& identity) {
    Result<std::shared_ptr<ssl::context>> context = make_context(identity);
    if (!context) return std::move(context).error();
    std::lock_guard lock(context_mutex_);
    context_ = std::move(context).value();
    return {};
  }

  void stop() {
    std::lock_guard lock(stop_mutex_);
    if (accept_thread_.joinable()) {
      net::post(accept_io_, [this] {
        Error ignored;
        acceptor_.close(ignored);
        plain_acceptor_.close(ignored);
        retry_timer_.cancel();
      });
      accept_thread_.join();
    }
    for (Worker& worker : workers_) {
      net::post(worker.io, [this, &worker] { stop_worker(worker); });
    }
    for (Worker& worker : workers_) {
      if (worker.thread.joinable()) worker.thread.join();
    }
    shared_.pool.stop();
  }

  static std::uint16_t port_of(const Tcp::acceptor& acceptor) {
    Error error;
    Tcp::endpoint local = acceptor.local_endpoint(error);
    return error ? std::uint16_t{0} : local.port();
  }
  std::uint16_t port() const { return port_; }
  std::uint16_t plain_port() const { return plain_port_; }

  HttpCounters counters() const {
    return {shared_.accepted.load(), shared_.refused.load(),  shared_.handshakes_failed.load(),
            shared_.requests.load(), shared_.rejected.load(), shared_.places.open_count()};
  }

 private:
  Status listen(Tcp::acceptor& acceptor, const std::string& address, std::uint16_t port) {
    Error error;
    Tcp::endpoint local(net::ip::make_address(address, error), port);
    if (!error) acceptor.open(local.protocol(), error);
    if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(local, error);
    if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
    if (error) {
      return make_diagnostic(Code::E0860,
                             "cannot listen on `" + address + "` port " + std::to_string(port) +
                                 ": " + error.message(),
                             "choose another address or port");
    }
    (&acceptor == &acceptor_ ? port_ : plain_port_) = port_of(acceptor);
    return {};
  }

  void accept(Tcp::acceptor& acceptor, bool tls) {
    Worker& worker = *next_worker();
    acceptor.async_accept(worker.io,
                          [this, &acceptor, &worker, tls](Error error, Tcp::socket socket) {
                            if (error == net::error::operation_aborted || !acceptor.is_open())
                              return;
                            if (error) return accept_later(acceptor, tls);
                            admit(worker, std::move(socket), tls);
                            accept(acceptor, tls);
                          });
  }

  // Out of descriptors, most likely: breathe instead of spinning.
  void accept_later(Tcp::acceptor& acceptor, bool tls) {
    retry_timer_.expires_after(milliseconds(100));
    retry_timer_.async_wait([this, &acceptor, tls](Error error) {
      if (!error && acceptor.is_open()) accept(acceptor, tls);
    });
  }

  void admit(Worker& worker, Tcp::socket socket, bool tls) {
    std::optional<ConnectionPlaces::Place> place = shared_.places.take(address_of(socket));
    if (!place || place->is_refused()) ++shared_.refused;
    if (!place) return;  // closes
    ++shared_.accepted;
    std::shared_ptr<ssl::context> context;
    if (tls) {
      std::lock_guard lock(context_mutex_);
      context = context_;
    }
    net::post(worker.io, [this, &worker, socket = std::move(socket), context = std::move(context),
                          place = *std::move(place)]() mutable {
      open_connection(worker, std::move(socket), std::move(context), std::move(place));
    });
  }

  void open_connection(Worker& worker, Tcp::socket socket, std::shared_ptr<ssl::context> context,
                       ConnectionPlaces::Place place) {
    if (worker.stopping) return;
    if (context != nullptr) {
      std::make_shared<HttpConnection<TlsStream>>(shared_, worker, std::move(socket),
                                                  std::move(context), std::move(place))
          ->start();
    } else {
      std::make_shared<HttpConnection<PlainStream>>(shared_, worker, std::move(socket), nullptr,
                                                    std::move(place))
          ->start();
    }
  }

  Worker* next_worker() {
    auto worker = workers_.begin();
    std::advance(worker, static_cast<std::ptrdiff_t>(next_worker_++ % workers_.size()));
    return &*worker;
  }

  // Its loop ends when the last connection is gone: with nothing in hand at once, otherwise the
  // timer sees to it.
  void stop_worker(Worker& worker) {
    worker.stopping = true;
    worker.guard.reset();
    std::vector<Connection*> now(worker.connections.begin(), worker.connections.end());
    for (Connection* connection : now) connection->finish();
    watch_end(worker, 0);
  }

  void watch_end(Worker& worker, unsigned waited_ms) {
    constexpr unsigned kLookMs = 10;
    if (worker.connections.empty()) return;
    if (waited_ms >= shared_.options.stop_ms_max) {
      std::vector<Connection*> now(worker.connections.begin(), worker.connections.end());
      for (Connection* connection : now) connection->abort();
      return;
    }
    worker.stop_timer.expires_after(milliseconds(kLookMs));
    worker.stop_timer.async_wait([this, &worker, waited_ms](Error error) {
      if (!error) watch_end(worker, waited_ms + kLookMs);
    });
  }

  Shared shared_;
  std::mutex context_mutex_;
  std::shared_ptr<ssl::context> context_;
  std::list<Worker> workers_;  // a list: they hold loops that do not move
  std::size_t next_worker_ = 0;
  net::io_context accept_io_{1};
  Tcp::acceptor acceptor_;
  Tcp::acceptor plain_acceptor_;
  net::steady_timer retry_timer_;
  std::uint16_t port_ = 0;
  std::uint16_t plain_port_ = 0;
  std::thread accept_thread_;
  std::mutex stop_mutex_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { stop(); }

HttpResponse HttpResponse::text(unsigned status, std::string_view body, std::string content_type) {
  HttpResponse response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body.assign(body.begin(), body.end());
  return response;
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options,
                                                      HttpHandler& handler) {
  std::unique_ptr<HttpServer> server(
      new HttpServer(std::make_unique<Impl>(std::move(options), handler)));
  Status started = server->impl_->start();
  if (!started) return std::move(started).error();
  return server;
}

std::uint16_t HttpServer::port() const { return impl_->port(); }
std::uint16_t HttpServer::plain_port() const { return impl_->plain_port(); }
HttpCounters HttpServer::counters() const { return impl_->counters(); }
Status HttpServer::reload(const TlsIdentity& identity) { return impl_->reload(identity); }
void HttpServer::stop() { impl_->stop(); }

}  // namespace sojourn::eim
