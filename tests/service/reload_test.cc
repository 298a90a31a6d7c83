// What is read again on SIGHUP, while everybody is at work.
#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "adapters/service/tokens.h"
#include "adapters/sgp32/esipa.h"
#include "adapters/simulator/certificate_maker.h"
#include "tests/service/demo_folder.h"
#include "tests/service/kept_lines.h"
#include "tests/service/rest_client.h"
#include "tests/service/service_circumstances.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

// The server's certificates of the folder's authority and of another one, by turns.
class TwoCertificates {
 public:
  explicit TwoCertificates(const Served& service) : folder_(service.folder()) {
    auto now = std::chrono::system_clock::now() - std::chrono::hours(24);
    simulator::CertificateMakerOptions validity;
    validity.valid_from.ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    auto maker = simulator::CertificateMaker::make(validity);
    REQUIRE(maker);
    auto issued = maker->issue_tls_server({"localhost", "127.0.0.1"});
    REQUIRE(issued);
    authority_[0] = read_whole(folder_ + "/ci.pem");
    chain_[0] = read_whole(folder_ + "/tls.pem");
    key_[0] = read_whole(folder_ + "/tls.key");
    authority_[1] = maker->ci().certificate_pem();
    chain_[1] = issued->certificate_pem();
    key_[1] = issued->private_key_pem;
  }
  void put(std::size_t which) const { put(which, which); }
  void put(std::size_t certificate, std::size_t key) const {
    write(folder_ + "/tls.pem", chain_[certificate]);
    write(folder_ + "/tls.key", key_[key]);
  }
  const std::string& authority(std::size_t which) const { return authority_[which]; }
  std::string both_authorities() const { return authority_[0] + authority_[1]; }

 private:
  std::string folder_, authority_[2], chain_[2], key_[2];
};

// A client of the service that trusts these authorities.
simulator::HttpsClientOptions trusting(const Served& service, std::uint16_t port,
                                       const std::string& authorities) {
  auto options = service.client_options(port);
  options.trust->ca_pem = authorities;
  return options;
}

std::unique_ptr<simulator::EsipaClient> coap_client(const Served& service,
                                                    const std::string& authorities,
                                                    unsigned timeout_ms = 60'000) {
  simulator::CoapClientOptions options;
  options.port = service.coap_port();
  options.trust = trusting(service, 0, authorities).trust;
  options.timeout_ms = timeout_ms;
  return simulator::make_coap_client(std::move(options));
}

}  // namespace

TEST_CASE("a certificate is renewed under load without a gap, and new connections are shown it") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  // Those that stay ask more often than a device may.
  set_limits(service.folder(), R"("esipa_requests_per_second_max": 0)");
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(2)).exit_code == 0);
  TwoCertificates certificates(service);
  const std::string any = certificates.both_authorities();
  sgp32::GetEimPackageRequest request;
  request.eid = *parse_eid(demo_device(1));
  const Bytes poll = sgp32::write(request, sgp32::Version::v1_2).value();
  auto health = [](simulator::HttpClient& client) {
    auto reply = client.send({.method = "GET", .path = "/healthz"});
    return reply && reply->status == 200;
  };
  auto rest = [&](const std::string& authorities) {
    return simulator::make_http_client(trusting(service, service.rest_port(), authorities));
  };
  auto https = [&](const std::string& authorities) {
    return simulator::make_https_client(trusting(service, service.https_port(), authorities));
  };
  // Connections that stay for the whole time, and others for one request each.
  std::atomic<bool> over{false};
  std::atomic<std::size_t> asked{0}, failed{0};
  std::vector<std::thread> load;
  auto keep_asking = [&](std::function<bool()> ask) {
    load.emplace_back([&over, &asked, &failed, ask = std::move(ask)] {
      while (!over) {
        ++asked;
        if (!ask()) ++failed;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
  };
  auto kept_rest = rest(certificates.authority(0));
  auto kept_https = https(certificates.authority(0));
  auto kept_coap = coap_client(service, certificates.authority(0));
  keep_asking([&] { return health(*kept_rest); });
  keep_asking([&] { return kept_https->exchange(poll).ok(); });
  keep_asking([&] { return kept_coap->exchange(poll).ok(); });
  keep_asking([&] { return health(*rest(any)); });
  keep_asking([&] { return https(any)->exchange(poll).ok(); });
  keep_asking([&] { return coap_client(service, any)->exchange(poll).ok(); });
  CHECK(becomes([&] { return asked > 100; }));
  for (std::size_t round = 1; round <= 6; ++round) {
    INFO("round " << round);
    const std::string& now = certificates.authority(round % 2);
    const std::string& before = certificates.authority((round + 1) % 2);
    certificates.put(round % 2);
    service.signal(SIGHUP);
    CHECK(becomes([&] { return health(*rest(now)); }));
    CHECK(becomes([&] { return https(now)->exchange(poll).ok(); }));
    CHECK(becomes([&] { return coap_client(service, now, 2'000)->exchange(poll).ok(); }));
    CHECK_FALSE(health(*rest(before)));
    CHECK_FALSE(https(before)->exchange(poll).ok());
  }
  // A key of another certificate: the last that could be used stays.
  certificates.put(1, 0);
  service.signal(SIGHUP);
  CHECK(becomes([&] { return holds(service.said(), "E0861"); }));
  CHECK(health(*rest(certificates.authority(0))));
  over = true;
  for (std::thread& one : load) one.join();
  INFO(asked << " asked");
  CHECK(failed == 0);
  CHECK(kept_https->traffic().connections == 1);
  CHECK(kept_coap->traffic().connections == 1);
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("tokens and policies are read again under load, and nobody who works notices") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 3));
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(3)).exit_code == 0);
  const std::string tokens = read_whole(service.folder() + "/tokens.json");
  const std::string policy = rules_alone(service.folder());
  SentReports reports;
  std::atomic<bool> over{false};
  std::atomic<unsigned> refused{0};
  std::thread load([&] {
    RestClient client(service);
    while (!over) {
      reports.next();
      auto reply =
          client.ask("POST", "/v1/observations", service.token("operate"), reports.lines());
      if (reply && reply->status == 200) {
        reports.acknowledged();
      } else {
        refused = reply ? reply->status : 1;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  std::string happened;
  std::thread devices([&] {
    while (!over) happened = service.devices("https", {.polls = 2, .interval_ms = 10});
  });
  RestClient client(service);
  auto status = [&](const std::string& token) {
    auto reply = client.ask("GET", "/v1/devices?limit=1", token);
    return reply ? reply->status : 0;
  };
  std::string last;
  for (int round = 0; round < 5; ++round) {
    INFO("round " << round);
    const std::string token = service::make_token(), name = "round " + std::to_string(round);
    std::string all = tokens;
    all.insert(all.find('[') + 1,
               service::token_entry(token, {name, service::Role::read, "*"}) + ",");
    write(service.folder() + "/tokens.json", all);
    std::string other = policy;
    other.insert(other.find("  owner"), "  # " + name + "\n");
    other.replace(other.find("version  \"1\""), 12, "version  \"" + name + "\"");
    write(service.folder() + "/policy.sojourn", other);
    CHECK(status(token) == 401);
    service.signal(SIGHUP);
    CHECK(becomes([&] { return status(token) == 200; }));
    if (!last.empty()) CHECK(status(last) == 401);
    CHECK(becomes([&] { return holds(service.ask("policy show").out, "version " + name); }));
    last = token;
  }
  // What cannot be used changes nothing.
  write(service.folder() + "/tokens.json", "{\"tokens\": [");
  write(service.folder() + "/policy.sojourn", policy + "\nrule x when nothing then\n");
  std::size_t before = count_of(service.said(), "\"reloaded\"");
  service.signal(SIGHUP);
  CHECK(becomes([&] { return count_of(service.said(), "\"reloaded\"") > before; }));
  CHECK(holds(service.said(), "\"reloaded\",\"stays_as_it_was\":\"2\""));
  CHECK(holds(service.said(), "`/rest/tokens`: "));
  CHECK(holds(service.said(), "`/tenants/demo/policy`: the policy has errors"));
  CHECK(holds(service.said(), "E0881"));
  CHECK(holds(service.said(), "E0882"));
  CHECK(status(last) == 200);
  CHECK(holds(service.ask("policy show").out, "version round 4"));
  // Neither does a file that is empty, because the disk was full or somebody is still writing.
  write(service.folder() + "/policy.sojourn", "\n");
  before = count_of(service.said(), "\"reloaded\"");
  service.signal(SIGHUP);
  CHECK(becomes([&] { return count_of(service.said(), "\"reloaded\"") > before; }));
  CHECK(holds(service.said(), "holds no policy"));
  CHECK(holds(service.ask("policy show").out, "version round 4"));
  write(service.folder() + "/bad.sojourn", "rule broken when\n");
  ProgramRun sent = service.ask("policy activate", "bad.sojourn");
  INFO(sent.err);
  CHECK(sent.exit_code == 1);
  CHECK(holds(sent.err, "\n  | error[E0105]"));
  over = true;
  load.join();
  devices.join();
  INFO(happened);
  CHECK(refused == 0);
  CHECK(service.verify_audit().exit_code == 0);
  CHECK(service.stop(SIGTERM) == 0);
  SentReports::Comparison found = reports.compare(service.folder());
  CHECK(found.count > 0);
  CHECK(found.lost == 0);
  CHECK(found.doubled == 0);
}
