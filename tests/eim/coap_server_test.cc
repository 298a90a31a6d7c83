#include "adapters/eim/coap_server.h"

#include <atomic>
#include <future>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "adapters/simulator/esipa_client.h"
#include "engine/base/diagnostic_code.h"
#include "tests/eim/esipa_test_support.h"
#include "tests/support/catch.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/test_certificates.h"

namespace sojourn::eim {
namespace {

using simulator::CoapClientOptions;
using simulator::EsipaClient;
using simulator::make_coap_client;
using simulator::PresharedKey;
using simulator::TlsTrust;
using testing::TestAuthority;
using testing::TestCertificate;
using testing::UdpFaultProxy;

const TestAuthority& authority() {
  static const TestAuthority one("Test CI");
  return one;
}

TlsIdentity identity_of(const TestCertificate& certificate) {
  return {certificate.certificate_pem, certificate.private_key_pem, {}, false};
}

const Bytes kKey = {'s', 'e', 's', 'a', 'm', 'e', '4', '2'};

CoapServerOptions loopback_options() {
  CoapServerOptions options;
  options.address = "127.0.0.1";
  options.port = 0;
  options.identity = identity_of(authority().issue({.name = "eim.example"}));
  options.psk_of = [](std::string_view identity) -> std::optional<Bytes> {
    if (identity == "device-7") return kKey;
    return std::nullopt;
  };
  return options;
}

std::unique_ptr<CoapServer> started(CoapServerOptions options, EsipaHandler& handler) {
  Result<std::unique_ptr<CoapServer>> server = CoapServer::start(std::move(options), handler);
  INFO((server ? "" : server.error().message));
  REQUIRE(server);
  return std::move(server).value();
}

CoapClientOptions by_certificate(std::uint16_t port) {
  CoapClientOptions options;
  options.port = port;
  options.trust = TlsTrust{authority().certificate_pem(), "eim.example", {}, {}};
  options.ack_timeout_ms = 500;
  return options;
}

CoapClientOptions by_key(std::uint16_t port) {
  CoapClientOptions options;
  options.port = port;
  options.psk = PresharedKey{"device-7", kKey};
  options.ack_timeout_ms = 500;
  return options;
}

TEST_CASE("messages small and large go both ways, by certificate and by key") {
  MirrorHandler handler;
  std::unique_ptr<CoapServer> server = started(loopback_options(), handler);
  std::uint16_t port = server->ports()[0];
  REQUIRE(port != 0);
  for (const CoapClientOptions& options : {by_certificate(port), by_key(port)}) {
    std::unique_ptr<EsipaClient> client = make_coap_client(options);
    for (std::size_t size : {1u, 300u, 1023u, 1024u, 1025u, 4096u, 25'000u}) {
      CAPTURE(size);
      Bytes request = request_of("M", size);
      Result<Bytes> answer = client->exchange(request);
      INFO((answer ? "" : answer.error().message));
      REQUIRE(answer);
      CHECK(*answer == MirrorHandler::mirrored(request));
    }
    Result<Bytes> package = client->exchange(request_of("L"));
    REQUIRE(package);
    CHECK(*package == MirrorHandler::large(request_of("L")));
    CHECK(handler.identity() == (options.psk ? "device-7" : ""));
    CHECK(client->traffic().connections == 1);
    CHECK(client->traffic().datagrams_sent > 60);
    CHECK(client->traffic().bytes_received > 50'000);
  }
  CHECK(handler.count() == 16);
  CHECK(handler.transport() == Transport::coap);
  CHECK(server->counters().handshakes == 2);
  CHECK(server->counters().sessions <= 2);
}

TEST_CASE("answers other than messages have their codes over CoAP") {
  MirrorHandler handler;
  std::unique_ptr<CoapServer> server = started(loopback_options(), handler);
  std::unique_ptr<EsipaClient> client = make_coap_client(by_key(server->ports()[0]));
  Result<Bytes> empty = client->exchange(request_of("E"));
  REQUIRE(empty);
  CHECK(empty->empty());
  for (auto [request, code] :
       {std::pair{"U", "4.00"}, {"B", "5.03"}, {"T", "4.29"}, {"X", "5.03"}}) {
    Result<Bytes> refused = client->exchange(request_of(request));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == std::string("the peer answered ") + code);
  }
  CHECK(client->exchange(request_of("still there")));
  CoapClientOptions elsewhere = by_key(server->ports()[0]);
  elsewhere.path = "gsma/rsp2/asn2";
  Result<Bytes> unknown = make_coap_client(elsewhere)->exchange(request_of("m"));
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message == "the peer answered 4.04");
}

TEST_CASE("bodies above the limit are refused over CoAP") {
  MirrorHandler handler;
  CoapServerOptions options = loopback_options();
  options.body_bytes_max = 3000;
  std::unique_ptr<CoapServer> server = started(std::move(options), handler);
  for (std::size_t size : {2999u, 3000u}) {
    CHECK(make_coap_client(by_key(server->ports()[0]))->exchange(request_of("M", size)));
  }
  Result<Bytes> refused =
      make_coap_client(by_key(server->ports()[0]))->exchange(request_of("M", 3001));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::E0864);
  CHECK(refused.error().message == "the peer answered 4.13");
  CHECK(handler.count() == 2);
}

TEST_CASE("a request that waits holds up nobody and is answered later") {
  MirrorHandler handler;
  handler.wait_ms = 700;
  std::unique_ptr<CoapServer> server = started(loopback_options(), handler);
  std::uint16_t port = server->ports()[0];
  Result<Bytes> slow = Bytes{};
  std::thread waiting([&] { slow = make_coap_client(by_key(port))->exchange(request_of("Wait")); });
  while (handler.count() == 0) std::this_thread::yield();
  auto before = std::chrono::steady_clock::now();
  std::unique_ptr<EsipaClient> client = make_coap_client(by_key(port));
  for (int i = 0; i < 20; ++i) CHECK(client->exchange(request_of("quick")));
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::milliseconds(700));
  waiting.join();
  REQUIRE(slow);
  CHECK(*slow == MirrorHandler::mirrored(request_of("Wait")));
  CHECK(handler.seen()[request_of("Wait")] == 1);
}

// Every request waits until the test lets all of them go.
class HeldHandler final : public EsipaHandler {
 public:
  EsipaAnswer handle(ByteView request, const PeerFacts&) override {
    ++count;
    let_go.wait();
    return EsipaAnswer::message(Bytes(request.begin(), request.end()));
  }
  bool may_wait(ByteView) const override { return true; }
  std::atomic<int> count{0};
  std::promise<void> released;
  std::shared_future<void> let_go = released.get_future().share();
};

TEST_CASE("an overloaded server says over CoAP when to come back, and forgets nobody it has") {
  HeldHandler handler;
  CoapServerOptions options = loopback_options();
  options.waiting_threads = 1;
  options.waiting_queue_max = 2;
  options.retry_after_s = 17;
  std::unique_ptr<CoapServer> server = started(std::move(options), handler);
  std::uint16_t port = server->ports()[0];
  std::atomic<int> served{0}, refused{0}, otherwise{0};
  auto ask = [&](std::string_view what) {
    Result<Bytes> answer = make_coap_client(by_key(port))->exchange(request_of(what));
    if (answer) {
      ++(*answer == request_of(what) ? served : otherwise);
    } else {
      bool busy = answer.error().message == "the peer answered 5.03" &&
                  answer.error().help == "it can be asked again in 17 s";
      ++(busy ? refused : otherwise);
    }
  };
  std::vector<std::thread> devices;
  devices.emplace_back([&] { ask("first"); });
  while (handler.count == 0) std::this_thread::yield();  // the one thread has it
  for (int i = 0; i < 7; ++i) devices.emplace_back([&] { ask("more"); });
  while (refused < 5 && otherwise == 0) std::this_thread::yield();
  handler.released.set_value();
  for (std::thread& device : devices) device.join();
  CHECK(served == 3);
  CHECK(refused == 5);
  CHECK(otherwise == 0);
  ask("afterwards");
  CHECK(served == 4);
}

TEST_CASE("trust is checked on both sides of DTLS") {
  MirrorHandler handler;
  TestAuthority devices("Devices");
  TestCertificate device = devices.issue({.name = "device-8"});
  TestCertificate stranger = TestAuthority("Strangers").issue({.name = "device-8"});
  CoapServerOptions options = loopback_options();
  options.identity->client_ca_pem = devices.certificate_pem();
  auto fails = [&](CoapClientOptions client) {
    client.timeout_ms = 1500;
    Result<Bytes> answer = make_coap_client(client)->exchange(request_of("m"));
    return !answer && answer.error().code == Code::E0862;
  };
  SECTION("wrong keys and names") {
    std::unique_ptr<CoapServer> server = started(options, handler);
    CoapClientOptions client = by_key(server->ports()[0]);
    client.psk->key.back() ^= 1;
    CHECK(fails(client));
    client = by_key(server->ports()[0]);
    client.psk->identity = "device-9";
    CHECK(fails(client));
    client = by_certificate(server->ports()[0]);
    client.trust->ca_pem = devices.certificate_pem();
    CHECK(fails(client));
    client = by_certificate(server->ports()[0]);
    client.trust->server_name = "other.example";
    CHECK(fails(client));
    CHECK(handler.count() == 0);
    CHECK(make_coap_client(by_certificate(server->ports()[0]))->exchange(request_of("m")));
  }
  SECTION("clients' certificates, optional") {
    std::unique_ptr<CoapServer> server = started(options, handler);
    CoapClientOptions client = by_certificate(server->ports()[0]);
    CHECK(make_coap_client(client)->exchange(request_of("m")));
    CHECK(handler.identity().empty());
    client.trust->certificate_chain_pem = device.certificate_pem;
    client.trust->private_key_pem = device.private_key_pem;
    CHECK(make_coap_client(client)->exchange(request_of("m")));
    CHECK(handler.identity() == "device-8");
    client.trust->certificate_chain_pem = stranger.certificate_pem;
    client.trust->private_key_pem = stranger.private_key_pem;
    CHECK(fails(client));
  }
  SECTION("clients' certificates, demanded") {
    options.identity->client_certificate_required = true;
    std::unique_ptr<CoapServer> server = started(options, handler);
    CoapClientOptions client = by_certificate(server->ports()[0]);
    CHECK(fails(client));
    client.trust->certificate_chain_pem = device.certificate_pem;
    client.trust->private_key_pem = device.private_key_pem;
    CHECK(make_coap_client(client)->exchange(request_of("m")));
  }
  SECTION("keys only") {
    options.identity.reset();
    std::unique_ptr<CoapServer> server = started(options, handler);
    CHECK(fails(by_certificate(server->ports()[0])));
    CHECK(make_coap_client(by_key(server->ports()[0]))->exchange(request_of("m")));
    CHECK(server->reload(identity_of(device)).error().code == Code::E0861);
  }
  SECTION("certificates only") {
    options.psk_of = nullptr;
    std::unique_ptr<CoapServer> server = started(options, handler);
    CHECK(fails(by_key(server->ports()[0])));
    CHECK(make_coap_client(by_certificate(server->ports()[0]))->exchange(request_of("m")));
  }
}

TEST_CASE("a new certificate is for new sessions; open ones go on") {
  MirrorHandler handler;
  std::unique_ptr<CoapServer> server = started(loopback_options(), handler);
  std::uint16_t port = server->ports()[0];
  std::unique_ptr<EsipaClient> open = make_coap_client(by_certificate(port));
  REQUIRE(open->exchange(request_of("m")));
  TestAuthority other("Another CI");
  REQUIRE(server->reload(identity_of(other.issue({.name = "eim.example"}))));
  CoapClientOptions fresh = by_certificate(port);
  fresh.trust->ca_pem = other.certificate_pem();
  CHECK(make_coap_client(fresh)->exchange(request_of("m")));
  CHECK(make_coap_client(fresh)->exchange(request_of("m")));
  fresh = by_certificate(port);
  fresh.timeout_ms = 1500;
  CHECK_FALSE(make_coap_client(fresh)->exchange(request_of("m")));
  CHECK(open->exchange(request_of("m")));
  CHECK(open->traffic().connections == 1);
}

TEST_CASE("what cannot start over CoAP says why") {
  MirrorHandler handler;
  CoapServerOptions options = loopback_options();
  SECTION("nothing to prove itself by") {
    options.identity.reset();
    options.psk_of = nullptr;
    CHECK(CoapServer::start(options, handler).error().code == Code::E0861);
  }
  SECTION("a key of another certificate") {
    options.identity->private_key_pem = authority().issue({.name = "x"}).private_key_pem;
    CHECK(CoapServer::start(options, handler).error().code == Code::E0861);
  }
  SECTION("no address of ours") {
    options.address = "192.0.2.1";
    CHECK(CoapServer::start(options, handler).error().code == Code::E0860);
  }
  SECTION("no address at all") {
    options.address = "eim.example";
    CHECK(CoapServer::start(options, handler).error().code == Code::E0860);
  }
}

TEST_CASE("a session that asks too often hears when to come again, and the others do not notice") {
  MirrorHandler handler;
  CoapServerOptions options = loopback_options();
  options.peer_requests_per_second_max = 1;
  options.peer_requests_at_once_max = 5;
  std::unique_ptr<CoapServer> server = started(std::move(options), handler);
  std::unique_ptr<EsipaClient> hasty = make_coap_client(by_key(server->ports()[0]));
  std::size_t served = 0;
  Result<Bytes> answer = Bytes();
  // On a machine so slow that a request takes a second nobody asks too often.
  while (served < 1'000 && (answer = hasty->exchange(request_of("m")))) ++served;
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message == "the peer answered 4.29");
  CHECK(answer.error().help == "it can be asked again in 1 s");
  CHECK(served >= 5);
  CHECK(handler.count() == served);
  CHECK(server->counters().too_many == 1);
  CHECK(make_coap_client(by_key(server->ports()[0]))->exchange(request_of("m")));
  // Large messages count once, however many blocks they have.
  std::unique_ptr<EsipaClient> large = make_coap_client(by_key(server->ports()[0]));
  Result<Bytes> whole = large->exchange(request_of("M", 20'000));
  REQUIRE(whole);
  CHECK(whole->size() == 20'000);
  // After the time that was said it is served again.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  CHECK(hasty->exchange(request_of("m")));
}

TEST_CASE("several contexts serve on several ports") {
  MirrorHandler handler;
  CoapServerOptions options = loopback_options();
  options.contexts = 3;
  std::unique_ptr<CoapServer> server = started(std::move(options), handler);
  std::vector<std::uint16_t> ports = server->ports();
  REQUIRE(ports.size() == 3);
  CHECK((ports[0] != ports[1] && ports[1] != ports[2] && ports[0] != ports[2]));
  for (std::uint16_t port : ports) CHECK(make_coap_client(by_key(port))->exchange(request_of("m")));
}

TEST_CASE("at the limit on sessions the one silent longest gives way") {
  MirrorHandler handler;
  CoapServerOptions options = loopback_options();
  options.sessions_max = 4;
  std::unique_ptr<CoapServer> server = started(std::move(options), handler);
  std::vector<std::unique_ptr<EsipaClient>> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(make_coap_client(by_key(server->ports()[0])));
    CHECK(clients.back()->exchange(request_of("m")));
    CHECK(server->counters().sessions <= 5);
  }
  CHECK(server->counters().handshakes == 12);
  CHECK(clients.back()->exchange(request_of("m")));
}

// A datagram of any kind from a port of its own.
void send_datagram(std::uint16_t port, const Bytes& bytes) {
  int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(port);
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)!::sendto(socket, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&peer),
                  sizeof peer);
  ::close(socket);
}

TEST_CASE("garbage does not disturb those who talk") {
  MirrorHandler handler;
  std::unique_ptr<CoapServer> server = started(loopback_options(), handler);
  std::uint16_t port = server->ports()[0];
  std::unique_ptr<EsipaClient> open = make_coap_client(by_key(port));
  REQUIRE(open->exchange(request_of("m")));
  std::uint32_t seed = Catch::rngSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const Bytes hello = {22, 0xFE, 0xFD, 0, 0, 0,  0,
                       0,  0,    0,    0, 0, 40, 1};  // a ClientHello begins so
  for (int i = 0; i < 400; ++i) {
    Bytes garbage;
    if (i % 4 == 0) garbage = hello;
    std::size_t size = random() % 1400 + 1;
    while (garbage.size() < size) garbage.push_back(static_cast<std::uint8_t>(random()));
    send_datagram(port, garbage);
    if (i % 40 == 0) CHECK(open->exchange(request_of("M", 2000)));
  }
  CHECK(make_coap_client(by_key(port))->exchange(request_of("m")));
  CHECK(open->traffic().connections == 1);
}

TEST_CASE("a server that stops answers what it has in hand over CoAP") {
  MirrorHandler handler;
  handler.wait_ms = 300;
  std::unique_ptr<CoapServer> server = started(loopback_options(), handler);
  std::uint16_t port = server->ports()[0];
  std::atomic<bool> ends{false};
  std::atomic<int> answered{0};
  std::vector<std::thread> peers;
  Result<Bytes> slow = Bytes{};
  for (int i = 0; i < 3; ++i) {
    peers.emplace_back([&] {
      CoapClientOptions options = by_key(port);
      options.timeout_ms = 1000;
      std::unique_ptr<EsipaClient> client = make_coap_client(options);
      while (!ends) answered += client->exchange(request_of("load")).ok() ? 1 : 0;
    });
  }
  peers.emplace_back([&] { slow = make_coap_client(by_key(port))->exchange(request_of("Wait")); });
  while (answered < 20 || handler.seen().count(request_of("Wait")) == 0) std::this_thread::yield();
  server->stop();
  server->stop();
  ends = true;
  for (std::thread& peer : peers) peer.join();
  REQUIRE(slow);
  CHECK(*slow == MirrorHandler::mirrored(request_of("Wait")));
  CHECK(server->counters().requests >= 21);
}

// Hidden from the fast suite for its length; ctest runs it as coap_faults_test (slow).
TEST_CASE("through loss, doubling and reordering every message gets through once", "[.slow]") {
  MirrorHandler handler;
  std::unique_ptr<CoapServer> server = started(loopback_options(), handler);
  std::uint32_t seed = Catch::rngSeed();
  INFO("seed " << seed);
  UdpFaultProxy network(server->ports()[0],
                        {.drop = 0.1, .duplicate = 0.1, .reorder = 0.1, .seed = seed});
  std::vector<std::thread> devices;
  std::atomic<int> right{0}, connections{0};
  constexpr int kDevices = 2, kMessages = 10;
  for (int device = 0; device < kDevices; ++device) {
    devices.emplace_back([&, device] {
      CoapClientOptions options =
          device % 2 == 0 ? by_key(network.port()) : by_certificate(network.port());
      options.ack_timeout_ms = 150;
      options.retransmissions_max = 10;
      options.timeout_ms = 60'000;
      std::unique_ptr<EsipaClient> client = make_coap_client(options);
      for (int i = 0; i < kMessages; ++i) {
        // Every fifth is long, and every seventh gets a long answer.
        std::string text = (i % 7 == 3 ? "L" : "M") + std::to_string(device * 1000 + i);
        Bytes request = request_of(text, i % 5 == 0 ? 3000 : 0);
        Bytes expected =
            i % 7 == 3 ? MirrorHandler::large(request) : MirrorHandler::mirrored(request);
        Result<Bytes> answer = client->exchange(request);
        if (answer && *answer == expected) ++right;
      }
      connections += static_cast<int>(client->traffic().connections);
    });
  }
  for (std::thread& device : devices) device.join();
  CHECK(right == kDevices * kMessages);
  CHECK(connections == kDevices);
  CHECK(handler.seen().size() == kDevices * kMessages);
  for (const auto& [request, times] : handler.seen()) CHECK(times == 1);
  CHECK(network.counts().dropped > 0);
  CHECK(network.counts().duplicated > 0);
  CHECK(network.counts().reordered > 0);
}

TEST_CASE("a device that comes back from another port starts a session anew") {
  MirrorHandler handler;
  std::unique_ptr<CoapServer> server = started(loopback_options(), handler);
  UdpFaultProxy network(server->ports()[0], {});
  CoapClientOptions options = by_key(network.port());
  options.timeout_ms = 800;
  std::unique_ptr<EsipaClient> client = make_coap_client(options);
  REQUIRE(client->exchange(request_of("m1")));
  network.change_source_ports();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK_FALSE(client->exchange(request_of("m2")));  // its records are of a session of another port
  CHECK(client->exchange(request_of("m3")));
  CHECK(client->traffic().connections == 2);
}

TEST_CASE("independent CoAP and DTLS clients are served", "[peers]") {
  MirrorHandler handler;
  TestDirectory directory;
  std::unique_ptr<CoapServer> server = started(loopback_options(), handler);
  std::string port = std::to_string(server->ports()[0]);
  std::string ca = directory.write("ca.pem", authority().certificate_pem());
  if (is_installed("openssl")) {
    struct Row {
      std::string_view flags, expected;
    };
    const Row rows[] = {
        {"-cipher ECDHE-ECDSA-AES128-GCM-SHA256", "Cipher is ECDHE-ECDSA-AES128-GCM-SHA256"},
        {"-cipher ECDHE-ECDSA-AES256-GCM-SHA384", "Cipher is ECDHE-ECDSA-AES256-GCM-SHA384"},
        {"-cipher ECDHE-ECDSA-AES128-CCM8", "Cipher is ECDHE-ECDSA-AES128-CCM8"},
        {"-cipher ECDHE-ECDSA-AES256-SHA", "Cipher is (NONE)"},
        {"-psk_identity device-7 -psk 736573616d653432 -cipher PSK-AES128-CCM8",
         "Cipher is PSK-AES128-CCM8"},
        {"-psk_identity device-7 -psk 736573616d653432 -cipher PSK-AES128-GCM-SHA256",
         "Cipher is PSK-AES128-GCM-SHA256"},
        {"-psk_identity device-7 -psk 736573616d653432 -cipher PSK-AES128-CBC-SHA",
         "Cipher is (NONE)"},
    };
    std::string connect = "timeout 10 openssl s_client -dtls1_2 -connect 127.0.0.1:" + port +
                          " -servername eim.example -CAfile " + ca + " ";
    for (const Row& row : rows) {
      std::string said = output_of(connect + std::string(row.flags) + " </dev/null");
      INFO(row.flags << "\n" << said);
      CHECK(said.find(row.expected) != said.npos);
    }
    std::string session = directory.path("session.pem");
    output_of(connect + "-sess_out " + session + " </dev/null");
    std::string said = output_of(connect + "-sess_in " + session + " </dev/null");
    INFO(said);
    CHECK(said.find("Reused, ") != said.npos);
  }
  if (is_installed("coap-client-openssl")) {
    std::string large = directory.write("large", std::string(5000, 'M'));
    std::string uri = " coaps://127.0.0.1:" + port + "/gsma/rsp2/asn1";
    CHECK(output_of("coap-client-openssl -m post -u device-7 -k sesame42 -e hello" + uri)
              .find("olleh") != std::string::npos);
    std::string answer = output_of("coap-client-openssl -m post -R " + ca + " -e hello" + uri);
    INFO(answer);
    CHECK(answer.find("olleh") != answer.npos);
    std::string file = directory.path("answer");
    output_of("coap-client-openssl -m post -R " + ca + " -f " + large + " -o " + file + uri);
    std::ifstream read(file, std::ios::binary);
    std::string whole((std::istreambuf_iterator<char>(read)), {});
    CHECK(whole == std::string(5000, 'M'));
  }
}

}  // namespace
}  // namespace sojourn::eim
