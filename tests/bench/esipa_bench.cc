// Polls and handshakes a second over HTTPS and CoAP/DTLS, the client beside the server on the same
// machine: one thread each, connected by the loopback interface.
//
//   build/tests/bench/esipa_bench --benchmark_counters_tabular=true
//
// The client is OpenSSL on bare sockets with hand-made messages, so that most of the time goes to
// the server. `server_us` is the processor time that the rest of the process spent for each
// iteration, which is the server's. A poll is GetEimPackage answered by noEimPackageAvailable.
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <coap3/coap.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "adapters/eim/coap_server.h"
#include "adapters/eim/https_server.h"
#include "tests/support/test_certificates.h"

namespace sojourn::eim {
namespace {

const Bytes kPoll = *from_hex("bf4f125a1089049032123451234512345678901235");
const Bytes kNoPackage = *from_hex("bf4f03020101");
const Bytes kKey = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
// In flight at once: enough to keep both sides busy, few enough for the socket buffers.
constexpr std::size_t kWindow = 64;

class NoPackage final : public EsipaHandler {
 public:
  EsipaAnswer handle(ByteView, const PeerFacts&) override {
    return EsipaAnswer::message(kNoPackage);
  }
};

void demand(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

double seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// The processor time of everybody but this thread.
double others_seconds() {
  return seconds(CLOCK_PROCESS_CPUTIME_ID) - seconds(CLOCK_THREAD_CPUTIME_ID);
}

const TlsIdentity& identity() {
  static const testing::TestAuthority authority("Bench CI");
  static const testing::TestCertificate certificate = authority.issue({.name = "eim.example"});
  static const TlsIdentity one{certificate.certificate_pem, certificate.private_key_pem, {}, false};
  return one;
}

struct Free {
  // Says goodbye: libcoap would not hear the next device to come from the same port.
  void operator()(SSL* connection) const {
    SSL_shutdown(connection);
    SSL_free(connection);
  }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Connection = std::unique_ptr<SSL, Free>;
using Context = std::unique_ptr<SSL_CTX, Free>;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int connected(int type, std::uint16_t port) {
  int socket = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in peer = loopback(port);
  demand(socket >= 0 && ::connect(socket, reinterpret_cast<sockaddr*>(&peer), sizeof peer) == 0,
         "cannot connect");
  return socket;
}

Connection tls_connect(SSL_CTX* context, std::uint16_t port) {
  int socket = connected(SOCK_STREAM, port);
  int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Connection connection(SSL_new(context));
  SSL_set_bio(connection.get(), BIO_new_socket(socket, BIO_CLOSE), nullptr);
  SSL_set0_wbio(connection.get(), SSL_get_rbio(connection.get()));
  BIO_up_ref(SSL_get_rbio(connection.get()));
  demand(SSL_connect(connection.get()) == 1, "no TLS handshake");
  return connection;
}

Connection dtls_connect(SSL_CTX* context, std::uint16_t port) {
  int socket = connected(SOCK_DGRAM, port);
  sockaddr_in peer = loopback(port);
  BIO* bio = BIO_new_dgram(socket, BIO_CLOSE);
  BIO_ADDR* address = BIO_ADDR_new();
  BIO_ADDR_rawmake(address, AF_INET, &peer.sin_addr, sizeof peer.sin_addr, peer.sin_port);
  BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, address);
  BIO_ADDR_free(address);
  timeval patience{2, 0};
  BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_RECV_TIMEOUT, 0, &patience);
  Connection connection(SSL_new(context));
  SSL_set_bio(connection.get(), bio, bio);
  for (int i = 0; i < 5 && !SSL_is_init_finished(connection.get()); ++i) {
    SSL_connect(connection.get());
  }
  demand(SSL_is_init_finished(connection.get()), "no DTLS handshake");
  return connection;
}

Context dtls_context(bool by_key) {
  Context context(SSL_CTX_new(DTLS_client_method()));
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  if (by_key) {
    SSL_CTX_set_cipher_list(context.get(), "PSK-AES128-GCM-SHA256");
    SSL_CTX_set_psk_client_callback(context.get(), [](SSL*, const char*, char* name, unsigned size,
                                                      unsigned char* key, unsigned) {
      std::snprintf(name, size, "device");
      std::copy(kKey.begin(), kKey.end(), key);
      return static_cast<unsigned>(kKey.size());
    });
  }
  return context;
}

// A CON POST to gsma/rsp2/asn1 with a token of two bytes (RFC 7252 3).
Bytes coap_poll(std::uint16_t message_id) {
  auto high = static_cast<std::uint8_t>(message_id >> 8),
       low = static_cast<std::uint8_t>(message_id);
  Bytes message = {0x42, 0x02, high, low, high, low};
  for (std::string_view part : {"\xB4gsma", "\x04rsp2",
                                "\x04"
                                "asn1",
                                "\xFF"}) {
    message.insert(message.end(), part.begin(), part.end());
  }
  message.insert(message.end(), kPoll.begin(), kPoll.end());
  return message;
}

CoapServerOptions coap_options() {
  CoapServerOptions options;
  options.address = "127.0.0.1";
  options.port = 0;
  options.identity = identity();
  options.psk_of = [](std::string_view) { return std::optional(kKey); };
  options.sessions_max = 100'000;
  options.handshakes_max = 100'000;
  return options;
}

void report(benchmark::State& state, double server_before, std::size_t each = 1) {
  auto count = state.iterations() * static_cast<std::int64_t>(each);
  state.SetItemsProcessed(count);
  state.counters["server_us"] =
      (others_seconds() - server_before) * 1e6 / static_cast<double>(count);
}

void coap_polls(benchmark::State& state) {
  NoPackage handler;
  auto server = std::move(CoapServer::start(coap_options(), handler)).value();
  Context context = dtls_context(true);
  std::vector<Connection> devices;
  for (int i = 0; i < state.range(0); ++i) {
    devices.push_back(dtls_connect(context.get(), server->ports()[0]));
  }
  std::uint16_t message_id = 0;
  std::size_t next = 0, window = std::min(kWindow, devices.size());
  std::uint8_t answer[1500];
  double before = others_seconds();
  for (auto _ : state) {
    for (std::size_t i = 0; i < window; ++i) {
      Bytes poll = coap_poll(++message_id);
      SSL_write(devices[(next + i) % devices.size()].get(), poll.data(),
                static_cast<int>(poll.size()));
    }
    for (std::size_t i = 0; i < window; ++i) {
      SSL* device = devices[(next + i) % devices.size()].get();
      int size = SSL_read(device, answer, sizeof answer);
      demand(size > 0 && answer[1] == 0x44, "no answer");
    }
    next += window;
  }
  report(state, before, window);
}
BENCHMARK(coap_polls)->Arg(1)->Arg(100)->Arg(1000)->UseRealTime();

void https_polls(benchmark::State& state) {
  NoPackage handler;
  HttpsServerOptions options;
  options.address = "127.0.0.1";
  options.port = 0;
  options.tls = identity();
  auto server = std::move(HttpsServer::start(options, handler)).value();
  Context context(SSL_CTX_new(TLS_client_method()));
  std::vector<Connection> devices;
  for (int i = 0; i < state.range(0); ++i) {
    devices.push_back(tls_connect(context.get(), server->port()));
  }
  std::string request =
      "POST /gsma/rsp2/asn1 HTTP/1.1\r\nHost: eim.example\r\nUser-Agent: gsma-rsp-ipad\r\n"
      "X-Admin-Protocol: gsma/rsp/v1.2.0\r\nContent-Type: application/x-gsma-rsp-asn1\r\n"
      "Content-Length: " +
      std::to_string(kPoll.size()) + "\r\n\r\n" + std::string(kPoll.begin(), kPoll.end());
  std::size_t next = 0, window = std::min(kWindow, devices.size());
  std::string answer(2048, '\0');
  double before = others_seconds();
  for (auto _ : state) {
    for (std::size_t i = 0; i < window; ++i) {
      SSL_write(devices[(next + i) % devices.size()].get(), request.data(),
                static_cast<int>(request.size()));
    }
    for (std::size_t i = 0; i < window; ++i) {
      SSL* device = devices[(next + i) % devices.size()].get();
      int size = SSL_read(device, answer.data(), static_cast<int>(answer.size()));
      demand(size > 12 && answer.compare(9, 3, "200") == 0, "no answer");
    }
    next += window;
  }
  report(state, before, window);
}
BENCHMARK(https_polls)->Arg(1)->Arg(64)->Arg(1000)->UseRealTime();

void https_handshakes(benchmark::State& state) {
  NoPackage handler;
  HttpsServerOptions options;
  options.address = "127.0.0.1";
  options.port = 0;
  options.tls = identity();
  auto server = std::move(HttpsServer::start(options, handler)).value();
  Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context.get(), state.range(0) == 12 ? TLS1_2_VERSION : 0);
  double before = others_seconds();
  for (auto _ : state) tls_connect(context.get(), server->port());
  report(state, before);
}
BENCHMARK(https_handshakes)->Arg(12)->Arg(13)->UseRealTime();

void coap_handshakes(benchmark::State& state) {
  bool by_key = state.range(0) == 1;
  NoPackage handler;
  CoapServerOptions options = coap_options();
  options.sessions_max = 200;
  auto server = std::move(CoapServer::start(options, handler)).value();
  Context context = dtls_context(by_key);
  double before = others_seconds();
  for (auto _ : state) dtls_connect(context.get(), server->ports()[0]);
  report(state, before);
}
BENCHMARK(coap_handshakes)->ArgName("psk")->Arg(0)->Arg(1)->UseRealTime();

// What stack.md measured: libcoap as its examples use it, certificate and key in files.
void bare_libcoap_handshakes(benchmark::State& state) {
  namespace fs = std::filesystem;
  fs::path directory = fs::temp_directory_path() / ("esipa-bench-" + std::to_string(::getpid()));
  fs::create_directories(directory);
  std::string chain = (directory / "chain.pem").string(), key = (directory / "key.pem").string();
  std::ofstream(chain) << identity().certificate_chain_pem;
  std::ofstream(key) << identity().private_key_pem;
  coap_startup();
  coap_set_log_level(LOG_EMERG);
  coap_context_t* context = coap_new_context(nullptr);
  coap_context_set_max_idle_sessions(context, 200);
  coap_dtls_pki_t pki{};
  pki.version = COAP_DTLS_PKI_SETUP_VERSION;
  pki.pki_key.key_type = COAP_PKI_KEY_PEM;
  pki.pki_key.key.pem.public_cert = chain.c_str();
  pki.pki_key.key.pem.private_key = key.c_str();
  coap_context_set_pki(context, &pki);
  coap_address_t address;
  coap_address_init(&address);
  address.addr.sin = loopback(0);
  address.size = sizeof address.addr.sin;
  coap_endpoint_t* endpoint = coap_new_endpoint(context, &address, COAP_PROTO_DTLS);
  std::string name = coap_endpoint_str(endpoint);
  auto port = static_cast<std::uint16_t>(std::stoi(name.substr(name.rfind(':') + 1)));
  std::atomic<bool> ends{false};
  std::thread server([&] {
    while (!ends) coap_io_process(context, 50);
  });
  Context client = dtls_context(false);
  double before = others_seconds();
  for (auto _ : state) dtls_connect(client.get(), port);
  report(state, before);
  ends = true;
  server.join();
  coap_free_context(context);
  fs::remove_all(directory);
}
BENCHMARK(bare_libcoap_handshakes)->UseRealTime();

}  // namespace
}  // namespace sojourn::eim

int main(int argc, char** argv) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
