#include "adapters/eim/https_server.h"

#include <memory>
#include <vector>

#include "adapters/simulator/esipa_client.h"
#include "engine/base/diagnostic_code.h"
#include "tests/eim/esipa_test_support.h"
#include "tests/support/catch.h"
#include "tests/support/test_certificates.h"

namespace sojourn::eim {
namespace {

using simulator::EsipaClient;
using simulator::HttpsClientOptions;
using simulator::make_https_client;
using simulator::TlsTrust;
using simulator::TlsVersion;
using testing::TestAuthority;
using testing::TestCertificate;

const TestAuthority& authority() {
  static const TestAuthority one("Test CI");
  return one;
}

TlsIdentity identity_of(const TestCertificate& certificate) {
  return {certificate.certificate_pem, certificate.private_key_pem, {}, false};
}

HttpsServerOptions loopback_options() {
  HttpsServerOptions options;
  options.address = "127.0.0.1";
  options.port = 0;
  options.tls = identity_of(authority().issue({.name = "eim.example"}));
  options.plain_loopback_port = 0;
  return options;
}

std::unique_ptr<HttpsServer> started(HttpsServerOptions options, EsipaHandler& handler,
                                     EsipaJsonHandler* json = nullptr) {
  Result<std::unique_ptr<HttpsServer>> server =
      HttpsServer::start(std::move(options), handler, json);
  INFO((server ? "" : server.error().message));
  REQUIRE(server);
  return std::move(server).value();
}

HttpsClientOptions client_options(const HttpsServer& server) {
  HttpsClientOptions options;
  options.port = server.port();
  options.trust = TlsTrust{authority().certificate_pem(), "eim.example", {}, {}};
  return options;
}

TEST_CASE("messages small and large go both ways over TLS 1.2 and 1.3, on one connection") {
  MirrorHandler handler;
  std::unique_ptr<HttpsServer> server = started(loopback_options(), handler);
  for (TlsVersion version : {TlsVersion::v1_2, TlsVersion::v1_3}) {
    HttpsClientOptions options = client_options(*server);
    options.version = version;
    std::unique_ptr<EsipaClient> client = make_https_client(options);
    for (std::size_t size : {1u, 300u, 4095u, 4096u, 4097u, 20'000u, 200'000u}) {
      Bytes request = request_of("M", size);
      Result<Bytes> answer = client->exchange(request);
      REQUIRE(answer);
      CHECK(*answer == MirrorHandler::mirrored(request));
    }
    Result<Bytes> package = client->exchange(request_of("L"));
    REQUIRE(package);
    CHECK(*package == MirrorHandler::large(request_of("L")));
    CHECK(client->traffic().connections == 1);
    CHECK(client->traffic().exchanges == 8);
    CHECK(client->traffic().bytes_sent > 228'000);
  }
  CHECK(handler.transport() == Transport::https);
  CHECK(handler.admin_protocol() == "gsma/rsp/v1.2.0");
}

TEST_CASE("answers other than messages have their status codes") {
  MirrorHandler handler;
  std::unique_ptr<HttpsServer> server = started(loopback_options(), handler);
  std::unique_ptr<EsipaClient> client = make_https_client(client_options(*server));
  Result<Bytes> empty = client->exchange(request_of("E"));
  REQUIRE(empty);
  CHECK(empty->empty());
  for (auto [request, status] : {std::pair{"U", "400"}, {"B", "503"}, {"T", "429"}, {"X", "503"}}) {
    Result<Bytes> refused = client->exchange(request_of(request));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::E0864);
    CHECK(refused.error().message == std::string("the peer answered ") + status);
  }
  CHECK(client->exchange(request_of("still there")));
  CHECK(client->traffic().connections == 1);
}

TEST_CASE("a request that waits holds up nobody") {
  MirrorHandler handler;
  handler.wait_ms = 600;
  std::unique_ptr<HttpsServer> server = started(loopback_options(), handler);
  Result<Bytes> slow = Bytes{};
  std::thread waiting(
      [&] { slow = make_https_client(client_options(*server))->exchange(request_of("Wait")); });
  while (handler.count() == 0) std::this_thread::yield();
  auto before = std::chrono::steady_clock::now();
  std::unique_ptr<EsipaClient> client = make_https_client(client_options(*server));
  for (int i = 0; i < 20; ++i) CHECK(client->exchange(request_of("quick")));
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::milliseconds(600));
  waiting.join();
  REQUIRE(slow);
  CHECK(*slow == MirrorHandler::mirrored(request_of("Wait")));
}

std::string head(std::string_view more, std::string_view target = "/gsma/rsp2/asn1",
                 std::string_view method = "POST") {
  return std::string(method) + " " + std::string(target) +
         " HTTP/1.1\r\nHost: eim\r\nContent-Type: application/x-gsma-rsp-asn1;p=1\r\n" +
         std::string(more) + "\r\n";
}

TEST_CASE("headers come back as SGP.32 wants them") {
  MirrorHandler handler;
  std::unique_ptr<HttpsServer> server = started(loopback_options(), handler);
  RawSocket peer(server->plain_port());
  peer.send(
      head("X-Admin-Protocol: gsma/rsp/v2.4.0\r\nContent-Length: 2\r\nConnection: close\r\n") +
      "ab");
  std::string answer = peer.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.find("X-Admin-Protocol: gsma/rsp/v2.4.0\r\n") != answer.npos);
  CHECK(answer.find("Content-Type: application/x-gsma-rsp-asn1\r\n") != answer.npos);
  CHECK(answer.ends_with("\r\n\r\nba"));
  CHECK(handler.transport() == Transport::plain_http);

  RawSocket busy(server->plain_port());
  busy.send(head("Content-Length: 1\r\nConnection: close\r\n") + "B");
  answer = busy.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 503 "));
  CHECK(answer.find("Retry-After: 7\r\n") != answer.npos);

  RawSocket silent(server->plain_port());
  silent.send(head("Content-Length: 1\r\nConnection: close\r\n") + "E");
  answer = silent.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 204 "));
  CHECK(answer.find("Content-Length") == answer.npos);
}

TEST_CASE("what cannot be served is refused by status, and the connection goes on if it can") {
  MirrorHandler handler;
  HttpsServerOptions options = loopback_options();
  options.body_bytes_max = 1000;
  std::unique_ptr<HttpsServer> server = started(std::move(options), handler);
  const std::string body(1000, 'm');
  struct Row {
    std::string_view name;
    std::string request;
    std::string_view status;
    bool goes_on;
  };
  const Row rows[] = {
      {"body at the limit", head("Content-Length: 1000\r\n") + body, "200", true},
      {"body above it", head("Content-Length: 1001\r\n") + body + "m", "413", false},
      {"chunked body above it",
       head("Transfer-Encoding: chunked\r\n") + "3e9\r\n" + body + "m\r\n0\r\n\r\n", "413", false},
      {"chunked body", head("Transfer-Encoding: chunked\r\n") + "2\r\nab\r\n0\r\n\r\n", "200",
       true},
      {"unknown path", head("Content-Length: 1\r\n", "/other") + "m", "404", true},
      {"JSON, not served", head("Content-Length: 1\r\n", "/gsma/rsp2/esipa/getEimPackage") + "m",
       "404", true},
      {"GET", head("", "/gsma/rsp2/asn1", "GET"), "405", true},
      {"wrong type",
       "POST /gsma/rsp2/asn1 HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nm",
       "415", true},
      {"no body", head(""), "400", true},
      {"header above the limit", head("X-Long: " + std::string(9000, 'x') + "\r\n"), "431", false},
      {"no HTTP", "\x16\x03\x01 garbage \r\n\r\n", "400", false},
      {"bad length", head("Content-Length: -1\r\n"), "400", false},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    RawSocket peer(server->plain_port());
    peer.send(row.request);
    std::string first = peer.read_head();
    CHECK(first.substr(0, 13) == "HTTP/1.1 " + std::string(row.status) + " ");
    if (row.goes_on) continue;
    CHECK(first.find("Connection: close") != first.npos);
    peer.read_to_end();
  }
}

TEST_CASE("no answer to HEAD has a body") {
  class Hello final : public HttpHandler {
   public:
    unsigned judge(const HttpRequest& head) override { return head.target == "/" ? 200 : 405; }
    HttpResponse handle(const HttpRequest&) override { return HttpResponse::text(200, "hello"); }
    void complete(const HttpRequest&, HttpResponse& response) const override {
      if (response.body.empty()) response.body = {'n', 'o'};
    }
  };
  Hello hello;
  HttpsServerOptions options = loopback_options();
  Result<std::unique_ptr<HttpServer>> server = HttpServer::start(std::move(options), hello);
  REQUIRE(server);
  RawSocket peer((*server)->plain_port());
  auto ask = [&](std::string_view line) { peer.send(std::string(line) + " HTTP/1.1\r\n\r\n"); };
  // What came instead of the next head would be a body.
  ask("HEAD /");
  std::string found = peer.read_head();
  CHECK(found.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(found.find("Content-Length: 5\r\n") != found.npos);
  ask("HEAD /gone");
  std::string refused = peer.read_head();
  CHECK(refused.starts_with("HTTP/1.1 405 "));
  CHECK(refused.find("Content-Length: 2\r\n") != refused.npos);
  peer.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  std::string whole = peer.read_to_end();
  CHECK(whole.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(whole.ends_with("\r\n\r\nhello"));
}

TEST_CASE("a client that asks before sending a large body is told to go on, or not to") {
  MirrorHandler handler;
  std::unique_ptr<HttpsServer> server = started(loopback_options(), handler);
  RawSocket peer(server->plain_port());
  peer.send(head("Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n"));
  CHECK(peer.read_head() == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("abc");
  CHECK(peer.read_to_end().ends_with("cba"));
  RawSocket wrong(server->plain_port());
  wrong.send(head("Content-Length: 3\r\nExpect: 100-continue\r\n", "/elsewhere"));
  CHECK(wrong.read_to_end().starts_with("HTTP/1.1 404 "));
}

TEST_CASE("requests sent at once are answered in order") {
  MirrorHandler handler;
  std::unique_ptr<HttpsServer> server = started(loopback_options(), handler);
  RawSocket peer(server->plain_port());
  peer.send(head("Content-Length: 2\r\n") + "ab" + head("Content-Length: 2\r\n") + "cd" +
            head("Content-Length: 2\r\nConnection: close\r\n") + "ef");
  std::string all = peer.read_to_end();
  std::size_t first = all.find("\r\n\r\nba"), second = all.find("\r\n\r\ndc"),
              third = all.find("\r\n\r\nfe");
  CHECK((first < second && second < third && third != all.npos));
}

class JsonMirror final : public EsipaJsonHandler {
 public:
  EsipaAnswer handle_json(std::string_view function, std::string_view body,
                          const PeerFacts&) override {
    std::string text = std::string(function) + ":" + std::string(body);
    return EsipaAnswer::message(Bytes(text.begin(), text.end()));
  }
  bool may_wait_json(std::string_view function) const override {
    return function == "initiateAuthentication";
  }
};

TEST_CASE("the JSON binding has its own handler") {
  MirrorHandler handler;
  JsonMirror json;
  std::unique_ptr<HttpsServer> server = started(loopback_options(), handler, &json);
  for (std::string function : {"getEimPackage", "initiateAuthentication"}) {
    HttpsClientOptions options = client_options(*server);
    options.path = "/gsma/rsp2/esipa/" + function;
    options.content_type = "application/json;charset=UTF-8";
    Result<Bytes> answer = make_https_client(options)->exchange(request_of("{}"));
    REQUIRE(answer);
    CHECK(std::string(answer->begin(), answer->end()) == function + ":{}");
  }
}

TEST_CASE("trust is checked on both sides") {
  MirrorHandler handler;
  TestAuthority devices("Devices");
  TestCertificate device = devices.issue({.name = "device-7"});
  TestCertificate stranger = TestAuthority("Strangers").issue({.name = "device-7"});
  HttpsServerOptions options = loopback_options();
  options.tls.client_ca_pem = devices.certificate_pem();
  TestCertificate own{options.tls.certificate_chain_pem, options.tls.private_key_pem};

  SECTION("the client") {
    std::unique_ptr<HttpsServer> server = started(options, handler);
    HttpsClientOptions client = client_options(*server);
    SECTION("pins the server's own certificate") {
      client.trust->ca_pem = own.certificate_pem;
      CHECK(make_https_client(client)->exchange(request_of("m")));
    }
    SECTION("does not know the authority") {
      client.trust->ca_pem = devices.certificate_pem();
      Result<Bytes> answer = make_https_client(client)->exchange(request_of("m"));
      REQUIRE_FALSE(answer);
      CHECK(answer.error().code == Code::E0862);
    }
    SECTION("expects another name") {
      client.trust->server_name = "other.example";
      CHECK(make_https_client(client)->exchange(request_of("m")).error().code == Code::E0862);
    }
  }
  SECTION("the server, asking for certificates") {
    std::unique_ptr<HttpsServer> server = started(options, handler);
    HttpsClientOptions client = client_options(*server);
    CHECK(make_https_client(client)->exchange(request_of("m")));
    CHECK(handler.identity().empty());
    client.trust->certificate_chain_pem = device.certificate_pem;
    client.trust->private_key_pem = device.private_key_pem;
    CHECK(make_https_client(client)->exchange(request_of("m")));
    CHECK(handler.identity() == "device-7");
    client.trust->certificate_chain_pem = stranger.certificate_pem;
    client.trust->private_key_pem = stranger.private_key_pem;
    CHECK_FALSE(make_https_client(client)->exchange(request_of("m")));
  }
  SECTION("the server, demanding certificates") {
    options.tls.client_certificate_required = true;
    std::unique_ptr<HttpsServer> server = started(options, handler);
    HttpsClientOptions client = client_options(*server);
    CHECK_FALSE(make_https_client(client)->exchange(request_of("m")));
    CHECK(handler.count() == 0);
    // The client may know of the failure before the server has counted it.
    for (int i = 0; i < 500 && server->counters().handshakes_failed == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(server->counters().handshakes_failed == 1);
    client.trust->certificate_chain_pem = device.certificate_pem;
    client.trust->private_key_pem = device.private_key_pem;
    CHECK(make_https_client(client)->exchange(request_of("m")));
  }
}

TEST_CASE("a new certificate is for new connections; open ones go on") {
  MirrorHandler handler;
  std::unique_ptr<HttpsServer> server = started(loopback_options(), handler);
  std::unique_ptr<EsipaClient> open = make_https_client(client_options(*server));
  REQUIRE(open->exchange(request_of("m")));
  TestAuthority other("Another CI");
  REQUIRE(server->reload(identity_of(other.issue({.name = "eim.example"}))));
  CHECK(open->exchange(request_of("m")));
  CHECK(open->traffic().connections == 1);
  HttpsClientOptions fresh = client_options(*server);
  CHECK_FALSE(make_https_client(fresh)->exchange(request_of("m")));
  fresh.trust->ca_pem = other.certificate_pem();
  CHECK(make_https_client(fresh)->exchange(request_of("m")));

  TlsIdentity mismatched = identity_of(authority().issue({.name = "eim.example"}));
  mismatched.private_key_pem = authority().issue({.name = "eim.example"}).private_key_pem;
  Status refused = server->reload(mismatched);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::E0861);
  CHECK(make_https_client(fresh)->exchange(request_of("m")));
}

TEST_CASE("what cannot start says why") {
  MirrorHandler handler;
  HttpsServerOptions options = loopback_options();
  SECTION("no certificate") {
    options.tls = {};
    CHECK(HttpsServer::start(options, handler).error().code == Code::E0861);
  }
  SECTION("no address of ours") {
    options.address = "192.0.2.1";
    CHECK(HttpsServer::start(options, handler).error().code == Code::E0860);
  }
  SECTION("no address at all") {
    options.address = "eim.example";
    CHECK(HttpsServer::start(options, handler).error().code == Code::E0860);
  }
  SECTION("a port in use") {
    std::unique_ptr<HttpsServer> server = started(options, handler);
    options.port = server->port();
    CHECK(HttpsServer::start(options, handler).error().code == Code::E0860);
  }
}

TEST_CASE("the plain listener is off unless asked for") {
  MirrorHandler handler;
  HttpsServerOptions options = loopback_options();
  options.plain_loopback_port.reset();
  std::unique_ptr<HttpsServer> server = started(std::move(options), handler);
  CHECK(server->plain_port() == 0);
  RawSocket peer(server->port());
  peer.send(head("Content-Length: 2\r\nConnection: close\r\n") + "ab");
  CHECK(peer.read_to_end().find("HTTP/1.1 200") == std::string::npos);
}

TEST_CASE("slow peers lose their connection, and only theirs") {
  MirrorHandler handler;
  HttpsServerOptions options = loopback_options();
  options.handshake_ms_max = 300;
  options.request_ms_max = 300;
  options.idle_ms_max = 400;
  std::unique_ptr<HttpsServer> server = started(std::move(options), handler);
  RawSocket no_handshake(server->port());
  RawSocket silent(server->plain_port());
  RawSocket half(server->plain_port());
  half.send("POST /gsma/rsp2/asn1 HT");
  RawSocket no_body(server->plain_port());
  no_body.send(head("Content-Length: 5\r\n") + "ab");
  std::string dripped = "not read";
  std::thread drip([&] {
    RawSocket dripping(server->plain_port());
    for (int i = 0; i < 20; ++i) {
      dripping.send(std::string(1, "POST /gsma/rsp2/asn1"[i]));
      std::this_thread::sleep_for(std::chrono::milliseconds(40));
    }
    dripped = dripping.read_to_end();
  });
  CHECK(make_https_client(client_options(*server))->exchange(request_of("prompt")));
  CHECK(no_handshake.read_to_end().empty());
  CHECK(silent.read_to_end().empty());
  CHECK(half.read_to_end().empty());
  CHECK(no_body.read_to_end().empty());
  drip.join();
  CHECK(dripped.empty());
  CHECK(handler.count() == 1);
}

void await_open(const HttpsServer& server, std::size_t count) {
  for (int i = 0; i < 500 && server.counters().open != count; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(server.counters().open == count);
}

TEST_CASE("beyond the limit on connections peers hear 503, then nothing") {
  MirrorHandler handler;
  HttpsServerOptions options = loopback_options();
  options.connections_max = 3;
  options.connections_per_address_max = 3;
  options.refusals_max = 1;
  std::unique_ptr<HttpsServer> server = started(std::move(options), handler);
  std::vector<std::unique_ptr<EsipaClient>> served;
  for (int i = 0; i < 3; ++i) {
    served.push_back(make_https_client(client_options(*server)));
    REQUIRE(served.back()->exchange(request_of("m")));
  }
  Result<Bytes> fourth = make_https_client(client_options(*server))->exchange(request_of("m"));
  REQUIRE_FALSE(fourth);
  CHECK(fourth.error().message == "the peer answered 503");
  await_open(*server, 3);
  RawSocket told_nothing_yet(server->port());  // takes the one place for refusals
  await_open(*server, 4);
  CHECK(make_https_client(client_options(*server))->exchange(request_of("m")).error().code ==
        Code::E0862);
  for (auto& client : served) CHECK(client->exchange(request_of("m")));
  served.clear();
  await_open(*server, 1);
  CHECK(make_https_client(client_options(*server))->exchange(request_of("m")));
}

TEST_CASE("one address that says nothing leaves room for others") {
  MirrorHandler handler;
  HttpsServerOptions options = loopback_options();
  options.connections_max = 4;
  options.connections_per_address_max = 2;
  options.refusals_max = 1;
  std::unique_ptr<HttpsServer> server = started(std::move(options), handler);
  constexpr std::uint32_t kOther = INADDR_LOOPBACK + 1;  // 127.0.0.2
  RawSocket first(server->port(), kOther), second(server->port(), kOther);
  await_open(*server, 2);
  CHECK(server->counters().refused == 0);
  RawSocket third(server->port(), kOther);  // it would be told
  await_open(*server, 3);
  CHECK(server->counters().refused == 1);
  RawSocket fourth(server->port(), kOther);
  CHECK(fourth.read_to_end().empty());
  CHECK(server->counters().refused == 2);
  await_open(*server, 3);
  std::unique_ptr<EsipaClient> client = make_https_client(client_options(*server));
  CHECK(client->exchange(request_of("m")));
  await_open(*server, 4);
}

TEST_CASE("a server that stops under load answers what it has in hand") {
  MirrorHandler handler;
  handler.wait_ms = 150;
  HttpsServerOptions options = loopback_options();
  options.io_threads = 2;
  std::unique_ptr<HttpsServer> server = started(std::move(options), handler);
  std::atomic<bool> ends{false};
  std::atomic<int> answered{0};
  std::vector<std::thread> peers;
  Result<Bytes> slow = Bytes{};
  for (int i = 0; i < 4; ++i) {
    peers.emplace_back([&] {
      std::unique_ptr<EsipaClient> client = make_https_client(client_options(*server));
      while (!ends) answered += client->exchange(request_of("load")).ok() ? 1 : 0;
    });
  }
  while (answered < 20) std::this_thread::yield();
  std::size_t before = handler.count();
  peers.emplace_back(
      [&] { slow = make_https_client(client_options(*server))->exchange(request_of("Wait")); });
  while (handler.seen().count(request_of("Wait")) == 0) std::this_thread::yield();
  server->stop();
  server->stop();
  ends = true;
  for (std::thread& peer : peers) peer.join();
  CHECK(handler.count() > before);
  REQUIRE(slow);
  CHECK(*slow == MirrorHandler::mirrored(request_of("Wait")));
  CHECK(server->counters().open == 0);
  CHECK_FALSE(make_https_client(client_options(*server))->exchange(request_of("m")));
}

TEST_CASE("a connection that asks too often hears when to come again") {
  MirrorHandler handler;
  HttpsServerOptions options = loopback_options();
  options.peer_requests_per_second_max = 1;
  options.peer_requests_at_once_max = 5;
  std::unique_ptr<HttpsServer> server = started(std::move(options), handler);
  auto hasty = make_https_client(client_options(*server));
  std::size_t served = 0;
  Result<Bytes> answer = Bytes();
  while (served < 1'000 && (answer = hasty->exchange(request_of("m")))) ++served;
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message == "the peer answered 429");
  CHECK(answer.error().help == "it can be asked again in 1 s");
  CHECK(served >= 5);
  CHECK(handler.count() == served);
  CHECK(server->counters().rejected == 1);
  CHECK(make_https_client(client_options(*server))->exchange(request_of("m")));
}

TEST_CASE("independent clients are served", "[peers]") {
  MirrorHandler handler;
  TestDirectory directory;
  HttpsServerOptions options = loopback_options();
  std::string chain = directory.write("chain.pem", options.tls.certificate_chain_pem);
  std::unique_ptr<HttpsServer> server = started(std::move(options), handler);
  std::string ca = directory.write("ca.pem", authority().certificate_pem());
  std::string port = std::to_string(server->port());
  if (is_installed("openssl")) {
    struct Row {
      std::string_view flags, expected;
    };
    const Row rows[] = {
        {"-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", "Cipher is ECDHE-ECDSA-AES128-GCM"},
        {"-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384", "Cipher is ECDHE-ECDSA-AES256-GCM"},
        {"-tls1_2 -cipher ECDHE-ECDSA-AES128-CCM8", "Cipher is ECDHE-ECDSA-AES128-CCM8"},
        {"-tls1_3", "Cipher is TLS_AES_"},
        {"-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA", "Cipher is (NONE)"},
        {"-tls1_1 -cipher DEFAULT:@SECLEVEL=0", "Cipher is (NONE)"},
    };
    for (const Row& row : rows) {
      std::string said = output_of("timeout 10 openssl s_client -connect 127.0.0.1:" + port +
                                   " -servername eim.example -CAfile " + ca + " " +
                                   std::string(row.flags) + " </dev/null");
      INFO(row.flags << "\n" << said);
      CHECK(said.find(row.expected) != said.npos);
    }
    for (std::string version : {"-tls1_2", "-tls1_3"}) {
      std::string session = directory.path("session.pem");
      std::string connect =
          "timeout 10 openssl s_client -connect 127.0.0.1:" + port + " " + version;
      output_of("(sleep 0.3; echo Q) | " + connect + " -sess_out " + session);
      std::string said = output_of("echo Q | " + connect + " -sess_in " + session);
      INFO(version);
      CHECK(said.find("Reused, ") != said.npos);
    }
  }
  if (is_installed("curl")) {
    std::string said = output_of(
        "printf hello | curl -sS -i --resolve eim.example:" + port + ":127.0.0.1 --cacert " + ca +
        " -H 'Content-Type: application/x-gsma-rsp-asn1' -H 'X-Admin-Protocol: gsma/rsp/v1.1.0'"
        " --data-binary @- https://eim.example:" +
        port + "/gsma/rsp2/asn1");
    INFO(said);
    CHECK(said.find("200") != said.npos);
    CHECK(said.find("X-Admin-Protocol: gsma/rsp/v1.1.0") != said.npos);
    CHECK(said.ends_with("olleh"));
  }
}

}  // namespace
}  // namespace sojourn::eim
