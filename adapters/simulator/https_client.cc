#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <utility>

#include "adapters/simulator/http_client.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::simulator {
namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::vector_body<std::uint8_t>>;
using Clock = std::chrono::steady_clock;

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> memory(const std::string& pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::string openssl_reason() {
  unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "connection closed" : reason;
}

// Null when a PEM text cannot be read.
Owned<SSL_CTX> make_context(const TlsTrust& trust, TlsVersion version) {
  Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(),
                                version == TlsVersion::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  if (version == TlsVersion::v1_2) SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  // A device may pin the server's own certificate instead of an authority.
  X509_STORE* store = SSL_CTX_get_cert_store(context.get());
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  Owned<BIO> authorities = memory(trust.ca_pem);
  while (Owned<X509> one{PEM_read_bio_X509(authorities.get(), nullptr, nullptr, nullptr)}) {
    X509_STORE_add_cert(store, one.get());
  }
  ERR_clear_error();
  if (trust.certificate_chain_pem.empty()) return context;
  Owned<BIO> chain = memory(trust.certificate_chain_pem);
  Owned<X509> leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  Owned<BIO> key_text = memory(trust.private_key_pem);
  Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (leaf == nullptr || key == nullptr) return nullptr;
  SSL_CTX_use_certificate(context.get(), leaf.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  while (X509* above = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    SSL_CTX_add_extra_chain_cert(context.get(), above);  // takes it over
  }
  ERR_clear_error();
  return context;
}

// OpenSSL's own socket BIO writes so that a closed connection raises SIGPIPE, which a library must
// not do to its process; this one does not.
int bio_write(BIO* bio, const char* bytes, int count) {
  BIO_clear_retry_flags(bio);
  int socket = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  ssize_t done = ::send(socket, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL);
  if (done < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(done);
}

int bio_read(BIO* bio, char* into, int room) {
  BIO_clear_retry_flags(bio);
  int socket = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  ssize_t done = ::recv(socket, into, static_cast<std::size_t>(room), 0);
  if (done < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(done);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO* make_bio(int socket) {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quiet socket");
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_ctrl(method, bio_control);
    return method;
  }();
  BIO* bio = BIO_new(kMethod);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  return bio;
}

// A connected socket, with TLS or without, whose reads and writes end by a deadline.
class Connection {
 public:
  ~Connection() {
    if (tls_ != nullptr && good_) SSL_shutdown(tls_.get());
    tls_.reset();
    if (socket_ >= 0) ::close(socket_);
    ERR_clear_error();
  }

  // The reason for which there is no connection; empty when there is one.
  std::string open(const HttpsClientOptions& options, SSL_CTX* context, Clock::time_point until) {
    deadline_ = until;
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(options.port);
    if (inet_pton(AF_INET, options.address.c_str(), &peer.sin_addr) != 1) return "no address";
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0) return std::strerror(errno);
    int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&peer), sizeof peer) != 0 &&
        errno != EINPROGRESS) {
      return std::strerror(errno);
    }
    if (!ready(POLLOUT)) return "timed out";
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return std::strerror(error);
    if (context == nullptr) return good_ = true, std::string();
    return handshake(context, options.trust->server_name);
  }

  void set_deadline(Clock::time_point until) { deadline_ = until; }

  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      std::size_t count = 0;
      if (tls_ != nullptr) {
        int done = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count);
        if (done != 1 && !retry(done)) return good_ = false;
      } else {
        ssize_t done = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (done < 0 && (errno != EAGAIN || !ready(POLLOUT))) return good_ = false;
        count = done < 0 ? 0 : static_cast<std::size_t>(done);
        plain_sent_ += count;
      }
      bytes.remove_prefix(count);
    }
    return true;
  }

  // How many bytes came; 0 at the end, on an error and when the time is over.
  std::size_t read(void* into, std::size_t room) {
    for (;;) {
      std::size_t count = 0;
      if (tls_ != nullptr) {
        int done = SSL_read_ex(tls_.get(), into, room, &count);
        if (done == 1) return count;
        if (!retry(done)) return good_ = false, 0;
      } else {
        ssize_t done = ::recv(socket_, into, room, 0);
        if (done > 0) {
          count = static_cast<std::size_t>(done);
          plain_received_ += count;
          return count;
        }
        if (done == 0 || errno != EAGAIN || !ready(POLLIN)) return good_ = false, 0;
      }
    }
  }

  std::uint64_t bytes_sent() const {
    return tls_ == nullptr ? plain_sent_ : BIO_number_written(SSL_get_wbio(tls_.get()));
  }
  std::uint64_t bytes_received() const {
    return tls_ == nullptr ? plain_received_ : BIO_number_read(SSL_get_rbio(tls_.get()));
  }

 private:
  std::string handshake(SSL_CTX* context, const std::string& server_name) {
    tls_.reset(SSL_new(context));
    BIO* bio = make_bio(socket_);
    SSL_set_bio(tls_.get(), bio, bio);  // takes it over
    if (!server_name.empty()) {
      SSL_set_tlsext_host_name(tls_.get(), server_name.c_str());
      SSL_set1_host(tls_.get(), server_name.c_str());
    }
    for (;;) {
      int done = SSL_connect(tls_.get());
      if (done == 1) return good_ = true, std::string();
      if (!retry(done)) {
        long verdict = SSL_get_verify_result(tls_.get());
        if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
        return openssl_reason();
      }
    }
  }

  // After SSL said "not now": waits for the socket; false when it is over.
  bool retry(int done) {
    int error = SSL_get_error(tls_.get(), done);
    if (error == SSL_ERROR_WANT_READ) return ready(POLLIN);
    if (error == SSL_ERROR_WANT_WRITE) return ready(POLLOUT);
    return false;
  }

  bool ready(short events) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    if (left <= 0) return false;
    pollfd one{socket_, events, 0};
    return ::poll(&one, 1, static_cast<int>(left)) == 1;
  }

  Clock::time_point deadline_;
  int socket_ = -1;
  Owned<SSL> tls_;
  bool good_ = false;
  std::uint64_t plain_sent_ = 0;
  std::uint64_t plain_received_ = 0;
};

class KeptClient final : public HttpClient {
 public:
  explicit KeptClient(HttpsClientOptions options) : options_(std::move(options)) {
    if (options_.trust) context_ = make_context(*options_.trust, options_.version);
  }
  ~KeptClient() override { disconnect(); }

  Result<HttpReply> send(const HttpCall& call) override {
    Clock::time_point until = Clock::now() + std::chrono::milliseconds(options_.timeout_ms);
    bool reused = connection_ != nullptr;
    if (!reused) {
      Status connected = connect(until);
      if (!connected) return std::move(connected).error();
    }
    connection_->set_deadline(until);
    heard_ = false;
    Result<HttpReply> answer = ask(call);
    // A kept connection that the server had closed while we were silent: once more, over a new one.
    if (answer || !reused || heard_ || Clock::now() >= until) return answer;
    Status connected = connect(until);
    if (!connected) return std::move(connected).error();
    return ask(call);
  }

  void disconnect() override {
    if (connection_ == nullptr) return;
    ended_.bytes_sent += connection_->bytes_sent();
    ended_.bytes_received += connection_->bytes_received();
    connection_.reset();
  }

  Traffic traffic() const override {
    Traffic total = ended_;
    if (connection_ != nullptr) {
      total.bytes_sent += connection_->bytes_sent();
      total.bytes_received += connection_->bytes_received();
    }
    return total;
  }

 private:
  Status connect(Clock::time_point until) {
    disconnect();
    if (options_.trust && context_ == nullptr) {
      return make_diagnostic(Code::E0862, "own certificate or key cannot be read");
    }
    auto connection = std::make_unique<Connection>();
    std::string reason = connection->open(options_, context_.get(), until);
    if (!reason.empty()) {
      return make_diagnostic(Code::E0862, "no connection to `" + options_.address + "` port " +
                                              std::to_string(options_.port) + ": " + reason);
    }
    connection_ = std::move(connection);
    ++ended_.connections;
    return {};
  }

  Result<HttpReply> ask(const HttpCall& call) {
    std::string message = call.method + " " + call.path + " HTTP/1.1\r\nHost: " + host();
    for (const auto& [name, value] : call.fields) message += "\r\n" + name + ": " + value;
    message += "\r\nContent-Length: " + std::to_string(call.body.size()) + "\r\n\r\n";
    message.append(reinterpret_cast<const char*>(call.body.data()), call.body.size());
    // A server that refuses a message early answers before it has read it: so read in any case.
    bool written = connection_->write(message);
    Parser parser;
    parser.body_limit(limits::kDerBytesMax);
    parser.skip(call.method == "HEAD");  // its length is told, and nothing follows
    if (!receive(parser)) {
      disconnect();
      return make_diagnostic(
          Code::E0863, written ? "no whole answer came" : "the connection broke while sending");
    }
    if (!written || !parser.keep_alive()) disconnect();
    ++ended_.exchanges;
    HttpReply reply;
    reply.status = parser.get().result_int();
    reply.content_type = std::string(parser.get()[http::field::content_type]);
    auto wait = parser.get()[http::field::retry_after];
    std::uint32_t wait_s = 0;
    bool said = std::from_chars(wait.data(), wait.data() + wait.size(), wait_s).ec == std::errc();
    if (said) reply.retry_after_s = wait_s;
    reply.body = std::move(parser.get().body());
    return reply;
  }

  bool receive(Parser& parser) {
    boost::beast::flat_buffer buffer;
    while (!parser.is_done()) {
      auto room = buffer.prepare(16'384);
      std::size_t count = connection_->read(room.data(), room.size());
      boost::system::error_code error;
      if (count == 0) {
        if (parser.got_some()) parser.put_eof(error);
        return parser.is_done() && !error;
      }
      heard_ = true;
      buffer.commit(count);
      parser.eager(true);
      std::size_t used = parser.put(buffer.data(), error);
      buffer.consume(used);
      if (error && error != http::error::need_more) return false;
    }
    return true;
  }

  std::string host() const {
    bool named = options_.trust && !options_.trust->server_name.empty();
    return named ? options_.trust->server_name : options_.address;
  }

  HttpsClientOptions options_;
  Owned<SSL_CTX> context_;
  std::unique_ptr<Connection> connection_;
  bool heard_ = false;  // did anything come back for the message in hand
  Traffic ended_;       // of connections that have ended, and all counts of events
};

class HttpsClient final : public EsipaClient {
 public:
  explicit HttpsClient(const HttpsClientOptions& options)
      : client_(options),
        path_(options.path),
        fields_{{"User-Agent", "gsma-rsp-ipad"},
                {"X-Admin-Protocol", options.admin_protocol},
                {"Content-Type", options.content_type}} {}

  Result<Bytes> exchange(ByteView request) override {
    Result<HttpReply> reply =
        client_.send({.method = "POST", .path = path_, .fields = fields_, .body = request});
    if (!reply) return std::move(reply).error();
    if (reply->status == 200 || reply->status == 204) return std::move(reply->body);
    std::string help;
    if (reply->retry_after_s) {
      help = "it can be asked again in " + std::to_string(*reply->retry_after_s) + " s";
    }
    return make_diagnostic(Code::E0864, "the peer answered " + std::to_string(reply->status),
                           std::move(help));
  }

  void disconnect() override { client_.disconnect(); }
  Traffic traffic() const override { return client_.traffic(); }

 private:
  KeptClient client_;
  const std::string path_;
  const std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace

std::unique_ptr<EsipaClient> make_https_client(const HttpsClientOptions& options) {
  return std::make_unique<HttpsClient>(options);
}

std::unique_ptr<HttpClient> make_http_client(HttpsClientOptions options) {
  return std::make_unique<KeptClient>(std::move(options));
}

}  // namespace sojourn::simulator
