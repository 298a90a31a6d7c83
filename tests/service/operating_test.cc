// The whole program in the hands of people, and in circumstances that nobody wishes for.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "adapters/simulator/certificate_maker.h"
#include "adapters/simulator/http_client.h"
#include "tests/service/demo_folder.h"
#include "tests/service/kept_lines.h"
#include "tests/service/rest_client.h"
#include "tests/service/service_circumstances.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

using Json = nlohmann::json;

constexpr std::int64_t kDayMs = 86'400'000;

}  // namespace

TEST_CASE("a decision waits for a person's yes") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  replace_in(service.folder() + "/policy.sojourn", "type = meter then profile = local-br",
             "type = meter then profile = local-br, approval");
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(2)).exit_code == 0);
  service.devices("https", {.polls = 4});
  ProgramRun waiting = service.ask_until("approvals list", "", demo_device(1));
  INFO(waiting.out << waiting.err << service.said());
  CHECK(holds(waiting.out, "meters-in-brazil"));
  CHECK(holds(service.ask("devices show", demo_device(0)).out, "approval"));
  CHECK(!holds(service.ask("devices show", demo_device(0)).out, "local-br, enabled"));
  CHECK(holds(service.ask("devices explanation", demo_device(0)).out, "waits for: approval"));
  SECTION("for one device") {
    CHECK(service.ask("kill set", "--all").exit_code == 0);
    CHECK(holds(service.ask_until("devices explanation", demo_device(0), "kill switch").out,
                "waits for: kill switch"));
    CHECK(service.ask("kill lift").exit_code == 0);
    service.ask_until("approvals list", "", demo_device(0));
    CHECK(service.ask("approvals give", demo_device(0)).exit_code == 0);
    CHECK(!holds(service.ask("devices explanation", demo_device(0)).out, "waits for: approval"));
    CHECK(service.ask("approvals give", demo_device(0)).exit_code == 1);  // nothing waits now
    service.devices("https", {});
    CHECK(holds(service.ask_until("devices show", demo_device(0), "local-br, enabled").out,
                "local-br, enabled"));
    CHECK(!holds(service.ask("devices show", demo_device(1)).out, "local-br, enabled"));
    CHECK(holds(service.ask("devices records", demo_device(0) + " --format json").out,
                "\"approved\":\"meters-in-brazil\",\"by\":\"demo-approve\""));
  }
  SECTION("not by who put the policy in force") {
    Operator own(service);
    const std::string yes = R"({"devices":[")" + demo_device(0) + R"("]})";
    std::string policy = read_whole(service.folder() + "/policy.sojourn");
    REQUIRE(own.ask("PUT", "/v1/policy", policy + "# as admin has it\n") == 200);
    for (const std::string& body : {yes, std::string(R"({"rule":"meters-in-brazil"})")}) {
      CHECK(own.ask("POST", "/v1/approvals", body) == 409);
      CHECK(holds(own.text(), "`demo-admin` put the policy in force"));
    }
    CHECK(!holds(service.ask("audit fetch").out, "approved"));
    CHECK(service.ask("approvals give", demo_device(0)).exit_code == 0);
  }
  SECTION("for some by their names, others are passed by") {
    Operator operating(service);
    const std::string all = R"({"devices":[")" + demo_device(1) + R"(","nobody",")" +
                            demo_device(1) + R"(",")" + demo_device(0) + R"("]})";
    CHECK(operating.ask("POST", "/v1/approvals", all) == 200);
    CHECK(operating.json()["approved"] == Json::array({demo_device(0), demo_device(1)}));
    CHECK(operating.ask("POST", "/v1/approvals", all) == 200);
    CHECK(operating.json()["approved"].empty());
    CHECK(count_of(service.ask("audit fetch").out, "approved") == 2);
    CHECK(operating.ask("POST", "/v1/approvals", R"({"devices":["nobody"]})") == 404);
  }
  SECTION("for all of a rule, over a restart") {
    CHECK(holds(service.ask("approvals give", "--rule meters-in-brazil").out, "2 approved"));
    REQUIRE(service.stop(SIGTERM) == 0);
    REQUIRE(service.start());
    service.devices("https", {});
    for (std::size_t n = 0; n < 2; ++n) {
      CHECK(holds(service.ask_until("devices show", demo_device(n), "local-br, enabled").out,
                  "local-br, enabled"));
    }
    CHECK(!holds(service.ask("approvals list").out, "meters-in-brazil"));
  }
}

TEST_CASE("a kill switch stops what was ordered and what would be") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(2)).exit_code == 0);
  REQUIRE(service.ask("order create", demo_device(1) + " list").exit_code == 0);
  ProgramRun set = service.ask("kill set", "--all");
  INFO(set.out << set.err << service.said());
  CHECK(holds(set.out, "stopped: everything"));
  CHECK(service.ask("order create", demo_device(1) + " list").exit_code == 1);
  service.devices("https", {.polls = 3});
  CHECK(!holds(service.ask("devices records", demo_device(0) + " --format json").out,
               "\"result\":\"done\""));
  CHECK(holds(service.ask_until("order list", "--device " + demo_device(1), "withdrawn").out,
              "withdrawn"));
  REQUIRE(service.stop(SIGTERM) == 0);
  REQUIRE(service.start());
  CHECK(holds(service.ask("kill show").out, "stopped: everything"));
  CHECK(service.ask("kill lift").exit_code == 0);
  service.devices("https", {.polls = 12});
  for (std::size_t n = 0; n < 2; ++n) {
    ProgramRun shown = service.ask_until("devices show", demo_device(n), "local-br, enabled");
    INFO(shown.out);
    CHECK(holds(shown.out, "local-br, enabled"));
  }
  ProgramRun there = service.ask("kill set", "--country BR --country AR");
  CHECK(holds(there.out, "stopped: devices in AR BR"));
  CHECK(service.ask("kill set", "--country Brazil").exit_code == 1);
  CHECK(service.ask("kill lift").exit_code == 0);
  ProgramRun unknown = service.ask("kill set", "--rule no-such-rule");
  CHECK(unknown.exit_code == 1);
  CHECK(holds(service.ask("audit fetch").out, "kill_switches"));
}

TEST_CASE("where it takes two, nobody puts a policy in force alone") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  replace_in(service.folder() + "/serve.json", "\"policy\": \"policy.sojourn\"",
             "\"policy\": \"policy.sojourn\", \"activation\": \"second person\"");
  REQUIRE(service.start());
  REQUIRE(service.observe(meter(0)).exit_code == 0);
  std::string policy = read_whole(service.folder() + "/policy.sojourn");
  std::string other = policy_about_argentina(service.folder());
  RestClient client(service);
  std::string approve = service.token("approve"), admin = service.token("admin");
  auto status = [&](std::string_view method, std::string_view path, const std::string& token,
                    std::string_view body = {}) {
    auto reply = client.ask(method, path, token, body);
    REQUIRE(reply);
    return reply->status;
  };
  CHECK(status("GET", "/v1/policy/proposal", approve) == 404);
  CHECK(status("POST", "/v1/policy/proposal/activate", admin) == 409);
  CHECK(status("PUT", "/v1/policy", approve, "nonsense") == 422);
  CHECK(status("GET", "/v1/policy/proposal", approve) == 404);
  auto sent = client.ask("PUT", "/v1/policy", approve, other);
  REQUIRE(sent);
  CHECK(sent->status == 202);
  CHECK(json_of(*sent)["proposed"] == true);
  REQUIRE(service.stop(SIGTERM) == 0);
  REQUIRE(service.start());
  client = RestClient(service);
  auto shown = client.ask("GET", "/v1/policy/proposal", service.token("read"));
  REQUIRE(shown);
  CHECK(json_of(*shown)["by"] == "demo-approve");
  CHECK(json_of(*shown)["text"] == other);
  CHECK(holds(service.ask("devices show", demo_device(0)).out, "meters-in-brazil"));
  CHECK(status("POST", "/v1/policy/proposal/activate", approve) == 409);
  CHECK(status("POST", "/v1/policy/proposal/activate", service.token("operate")) == 403);
  CHECK(status("POST", "/v1/policy/proposal/activate", admin) == 200);
  CHECK(status("GET", "/v1/policy/proposal", approve) == 404);
  CHECK(!holds(service.ask_until("devices show", demo_device(0), "keep").out, "meters-in-brazil"));
  CHECK(holds(service.ask("audit fetch").out, "demo-admin, proposed by demo-approve"));
  // Going back takes two as well.
  CHECK(status("POST", "/v1/policy/rollback", admin) == 202);
  CHECK(status("DELETE", "/v1/policy/proposal", approve) == 204);
  CHECK(status("DELETE", "/v1/policy/proposal", approve) == 409);
  CHECK(status("POST", "/v1/policy/proposal/activate", approve) == 409);
  std::string records = service.ask("audit fetch").out;
  CHECK(holds(records, "policy_dropped"));
  CHECK(holds(records, R"(\"proposed_by\":\"demo-admin\",\"by\":\"demo-approve\")"));
  // The same from a shell.
  CHECK(service.ask("proposals show").exit_code == 1);
  REQUIRE(status("PUT", "/v1/policy", admin, policy) == 202);
  CHECK(holds(service.ask("proposals show").out, "by demo-admin"));
  CHECK(service.ask("proposals drop").exit_code == 0);
  CHECK(service.ask("proposals drop").exit_code == 1);
  REQUIRE(status("PUT", "/v1/policy", admin, policy) == 202);
  CHECK(holds(service.ask("proposals accept").out, "in force"));
  CHECK(service.ask("proposals accept").exit_code == 1);
}

TEST_CASE("of two who put a policy in force neither says yes to what it orders") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  replace_in(service.folder() + "/serve.json", "\"policy\": \"policy.sojourn\"",
             "\"policy\": \"policy.sojourn\", \"activation\": \"second person\"");
  add_person(service.folder(), "third", service::Role::approve);
  REQUIRE(service.start());
  RestClient client(service);
  auto status = [&](std::string_view method, std::string_view path, const std::string& who,
                    std::string_view body = {}) {
    auto reply = client.ask(method, path, service.token(who), body);
    REQUIRE(reply);
    return reply->status;
  };
  std::string asking = rules_alone(service.folder());
  const std::string rule = "type = meter then profile = local-br";
  asking.insert(asking.find(rule) + rule.size(), ", approval");
  REQUIRE(status("PUT", "/v1/policy", "approve", asking) == 202);
  REQUIRE(status("POST", "/v1/policy/proposal/activate", "admin") == 200);
  REQUIRE(service.observe(meter(0)).exit_code == 0);
  service.devices("https", {.polls = 4});
  REQUIRE(holds(service.ask_until("approvals list", "", demo_device(0)).out, demo_device(0)));
  const std::string yes = R"({"devices":[")" + demo_device(0) + R"("]})";
  CHECK(status("POST", "/v1/approvals", "approve", yes) == 409);
  CHECK(status("POST", "/v1/approvals", "admin", yes) == 409);
  CHECK(status("POST", "/v1/approvals", "third", yes) == 200);
}

TEST_CASE("too much at once is refused with a time to come again, and nothing of it is taken") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  set_limits(service.folder(), R"("queued_observations_max": 1000)");
  REQUIRE(service.start());
  std::string token = service.token("operate");
  std::atomic<std::size_t> taken{0}, refused{0}, other{0};
  std::atomic<bool> tells_when{true};
  std::vector<std::thread> senders;
  for (int n = 0; n < 8; ++n) {
    senders.emplace_back([&, n] {
      RestClient client(service);
      for (int i = 0; i < 10; ++i) {
        std::string lines;
        for (int k = 0; k < 900; ++k) {
          std::string name = std::to_string(n) + "-" + std::to_string(i) + "-" + std::to_string(k);
          lines += report_line(demo_device(0), 60'000, kMeterInBrazil);
          lines.replace(lines.rfind("\"eid\""), 40, "\"device\":\"" + name + "\"");
        }
        auto reply = client.ask("POST", "/v1/observations", token, lines);
        unsigned status = reply ? reply->status : 0;
        (status == 200 ? taken : status == 429 ? refused : other) += 900;
        if (status == 429 && reply->retry_after_s.value_or(0) == 0) tells_when = false;
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  INFO(taken << " taken, " << refused << " refused, " << other << " otherwise");
  CHECK(other == 0);
  CHECK(refused > 0);
  CHECK(tells_when);
  std::size_t count = 0;
  for (const auto& [label, lines] :
       (service.stop(SIGTERM), kept_lines(service.folder() + "/sojourn.store", "demo"))) {
    count += lines.size();
  }
  CHECK(count == taken);
}

TEST_CASE("policies are compared, numbered, and rolled back") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  REQUIRE(service.observe(meter(0)).exit_code == 0);
  std::string policy = read_whole(service.folder() + "/policy.sojourn");
  write(service.folder() + "/same", policy);
  CHECK(holds(service.ask("policy diff", "same").out, "the same"));
  write(service.folder() + "/other", policy_about_argentina(service.folder()));
  ProgramRun difference = service.ask("policy diff", "other");
  INFO(difference.out << difference.err);
  CHECK(holds(difference.out, "before: profile = local-br"));
  CHECK(service.ask("policy rollback").exit_code == 1);  // there is only one
  REQUIRE(service.ask("policy activate", "other").exit_code == 0);
  ProgramRun versions = service.ask("policy versions");
  CHECK(holds(versions.out, "demo-approve"));
  CHECK(holds(versions.out, "the policy's file"));
  CHECK(!holds(service.ask_until("devices show", demo_device(0), "keep").out, "meters-in-brazil"));
  ProgramRun back = service.ask("policy rollback");
  INFO(back.out << back.err);
  CHECK(back.exit_code == 0);
  CHECK(holds(service.ask_until("devices show", demo_device(0), "meters-in-brazil").out,
              "meters-in-brazil"));
  SECTION("a file that somebody broke does not keep the service from starting") {
    write(service.folder() + "/policy.sojourn", policy + "\nrule x when nothing then\n");
    service.signal(SIGHUP);
    CHECK(holds(service.ask("devices show", demo_device(0)).out, "meters-in-brazil"));
    REQUIRE(service.stop(SIGTERM) == 0);
    REQUIRE(service.start());
    CHECK(holds(service.ask("policy show").out, "meters-in-brazil"));
    CHECK(holds(service.said(), "stays in force"));
  }
}

TEST_CASE("going back again and again never leads forth, and to a named version changes once") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  const std::string first = rules_alone(service.folder());
  auto about = [&](const std::string& country, const std::string& version) {
    std::string text = first;
    text.replace(text.find("region in BR and type = meter"), 12, "region in " + country);
    return text.replace(text.find("version  \"1\""), 12, "version  \"" + version + "\"");
  };
  Operator operating(service);
  auto stands = [&] {
    operating.ask("GET", "/v1/policy");
    return operating.json()["version"].get<std::string>();
  };
  REQUIRE(operating.ask("PUT", "/v1/policy", about("AR", "2")) == 200);
  const std::string second = operating.json()["policy"];
  REQUIRE(operating.ask("PUT", "/v1/policy", about("CL", "3")) == 200);
  SECTION("one before the other") {
    CHECK(operating.ask("POST", "/v1/policy/rollback") == 200);
    CHECK(stands() == "2");
    REQUIRE(service.stop(SIGTERM) == 0);
    REQUIRE(service.start());
    operating = Operator(service);
    CHECK(operating.ask("POST", "/v1/policy/rollback") == 200);
    CHECK(stands() == "1");
    CHECK(operating.ask("POST", "/v1/policy/rollback") == 409);
    CHECK(stands() == "1");
  }
  SECTION("to one that is named") {
    for (int i = 0; i < 3; ++i) {
      CHECK(operating.ask("POST", "/v1/policy/rollback?to=" + second) == 200);
      CHECK(operating.json()["policy"] == second);
      CHECK(stands() == "2");
    }
    operating.ask("GET", "/v1/policy/versions");
    CHECK(operating.json()["versions"].size() == 4);
    CHECK(operating.ask("POST", "/v1/policy/rollback?to=sha256:0") == 409);
    CHECK(service.ask("policy rollback", "--to " + second).exit_code == 0);
    CHECK(stands() == "2");
  }
}

TEST_CASE("who shows a certificate of the operators' authority needs no token") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  auto now = std::chrono::system_clock::now().time_since_epoch();
  simulator::CertificateMakerOptions validity;
  validity.valid_from = {std::chrono::duration_cast<std::chrono::milliseconds>(now).count() -
                         kDayMs};
  auto maker = simulator::CertificateMaker::make(validity);
  auto stranger = simulator::CertificateMaker::make(validity);
  REQUIRE((maker && stranger));
  write(service.folder() + "/operators.pem", maker->ci().certificate_pem());
  replace_in(service.folder() + "/serve.json", "\"tokens\": \"tokens.json\"",
             "\"tokens\": \"tokens.json\", \"client_ca\": \"operators.pem\"");
  replace_in(
      service.folder() + "/tokens.json", "{\"tokens\": [",
      R"({"tokens": [{"name":"billing","role":"read","tenant":"*","certificate":"billing-1"},)");
  REQUIRE(service.start());
  auto issued = maker->issue_tls_client("billing-1");
  auto unlisted = maker->issue_tls_client("billing-2");
  auto forged = stranger->issue_tls_client("billing-1");
  REQUIRE((issued && unlisted && forged));
  auto status = [&](const simulator::Issued& shown, std::string_view method, std::string_view path,
                    const std::string& token = {}) -> unsigned {
    RestClient client(service, shown.certificate_pem(), shown.private_key_pem);
    auto reply = client.ask(method, path, token);
    return reply ? reply->status : 0;
  };
  CHECK(status(*issued, "GET", "/v1/devices") == 200);
  CHECK(status(*issued, "POST", "/v1/observations") == 403);
  CHECK(status(*issued, "GET", "/v1/devices", "wrong") == 401);  // a token that is shown counts
  CHECK(status(*unlisted, "GET", "/v1/devices") == 401);
  CHECK(status(*forged, "GET", "/v1/devices") == 0);  // no handshake
  CHECK(RestClient(service).ask("GET", "/v1/devices", "")->status == 401);
  CHECK(RestClient(service).ask("GET", "/v1/devices", service.token("read"))->status == 200);
}

TEST_CASE("an order that is repeated under its key orders nothing more") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(2)).exit_code == 0);
  RestClient client(service);
  std::string token = service.token("operate");
  std::string order = R"({"device":")" + demo_device(0) + R"(","command":"list"})";
  auto first = client.ask("POST", "/v1/orders", token, order, "k1");
  REQUIRE(first);
  CHECK(first->status == 201);
  auto again = client.ask("POST", "/v1/orders", token, order, "k1");
  CHECK(again->status == 200);
  CHECK(json_of(*again)["order"] == json_of(*first)["order"]);
  CHECK(client.ask("POST", "/v1/orders", token, order, "k2")->status == 201);
  std::string other = R"({"device":")" + demo_device(1) + R"(","command":"list"})";
  CHECK(client.ask("POST", "/v1/orders", token, other, "k1")->status == 409);
  CHECK(client.ask("POST", "/v1/orders", token, order, std::string(256, 'k'))->status == 400);
  REQUIRE(service.stop(SIGTERM) == 0);
  REQUIRE(service.start());
  CHECK(RestClient(service).ask("POST", "/v1/orders", token, order, "k1")->status == 200);
  std::thread polls([&] { service.devices("https", {.count = 1}); });
  ProgramRun waited = service.ask(
      "order wait", demo_device(0) + " " + json_of(*first)["order"].dump() + " --seconds 30");
  polls.join();
  CHECK(waited.exit_code == 0);
  CHECK(holds(waited.out, "done"));
}

TEST_CASE("nonsense, too much and too slow are answered, and others do not notice") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  replace_in(service.folder() + "/serve.json", "\"tokens\": \"tokens.json\"",
             "\"tokens\": \"tokens.json\", \"body_bytes_max\": 100000");
  REQUIRE(service.start());
  std::string token = service.token("operate");
  RestClient client(service);
  for (const std::string& body :
       {std::string("\0\xff\xfe garbage", 11), std::string(50'000, '{'), std::string(50'000, '\n'),
        std::string("{\"ts\":1e400,\"eid\":[]}"), std::string(), std::string("[[[[")}) {
    INFO(body.substr(0, 20));
    auto reply = client.ask("POST", "/v1/observations", token, body);
    REQUIRE(reply);
    CHECK(reply->status == 400);
  }
  auto huge = RestClient(service).ask("POST", "/v1/observations", token, std::string(200'000, 'x'));
  CHECK((!huge || huge->status == 413));
  // Connections that say nothing, or half a handshake, for as long as they may.
  std::vector<int> idle;
  for (int i = 0; i < 50; ++i) {
    int one = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(service.rest_port());
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(one, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
    if (i % 2 == 0) CHECK(::send(one, "\x16\x03\x01", 3, MSG_NOSIGNAL) == 3);
    idle.push_back(one);
  }
  auto good = RestClient(service).ask("POST", "/v1/observations", token, meter(0));
  REQUIRE(good);
  CHECK(good->status == 200);
  for (int one : idle) ::close(one);
  // Nothing of it reached a device.
  CHECK(json_of(*RestClient(service).ask("GET", "/v1/devices", token))["devices"].size() == 1);
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("policies that take long to check keep nobody else waiting") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  std::string policy =
      "policy many first-match\nattribute n : number\nprofile a home FR iccid 8933*\n";
  for (int i = 0; i < 6'000; ++i) policy += fmt::format("when n = {} then keep\n", i);
  std::atomic<int> checked{0}, refused{0}, others{0}, ready{0};
  std::vector<std::thread> asking;
  for (int i = 0; i < 4; ++i) {
    asking.emplace_back([&] {
      RestClient client(service);
      if (!client.ask("GET", "/healthz", "")) return;
      ++ready;
      while (ready < 4) std::this_thread::yield();
      auto reply = client.ask("POST", "/v1/policy/check", service.token("approve"), policy);
      ++(!reply                 ? others
         : reply->status == 200 ? checked
         : reply->status == 503 ? refused
                                : others);
    });
  }
  while (ready < 4) std::this_thread::yield();
  auto killed = RestClient(service).ask("PUT", "/v1/switches", service.token("approve"),
                                        R"({"all": true, "rules": [], "countries": []})");
  REQUIRE(killed);
  CHECK(killed->status == 200);
  for (std::thread& one : asking) one.join();
  CHECK(checked >= 1);
  CHECK(refused >= 1);
  CHECK(others == 0);
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("a full disk: nothing is acknowledged that is not there after the restart") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  service.limit_files(1u << 20);
  REQUIRE(service.start());
  std::string token = service.token("operate");
  std::size_t acknowledged = 0;
  unsigned refused = 0;
  {
    RestClient client(service);
    for (int batch = 0; batch < 400 && refused == 0; ++batch) {
      std::string lines;
      for (int n = 0; n < 20; ++n) {
        std::string name = "\"device\":\"d" + std::to_string(batch * 20 + n) + "\"";
        lines += report_line(demo_device(0), 60'000, kMeterInBrazil);
        lines.replace(lines.rfind("\"eid\""), 40, name);
      }
      auto reply = client.ask("POST", "/v1/observations", token, lines);
      if (reply && reply->status == 200) {
        acknowledged += 20;
      } else {
        refused = reply ? reply->status : 1;
      }
    }
  }
  INFO(acknowledged << " acknowledged, then " << refused << "\n" << service.said());
  // Nobody knows what became of it, unlike with 503.
  CHECK((refused == 500 || refused == 1));
  CHECK(service.wait() == 1);  // it cannot go on, says why, and ends
  CHECK(holds(service.said(), "E0014"));
  service.limit_files(0);
  REQUIRE(service.start());
  auto listed = RestClient(service).ask("GET", "/v1/devices?limit=10000", token);
  REQUIRE(listed);
  CHECK(json_of(*listed)["devices"].size() >= acknowledged);
  CHECK(service.verify_audit().exit_code == 0);
}

TEST_CASE("a device that appears on ESipa first is nobody until telemetry speaks of it") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  service.devices("https", {.polls = 2});
  CHECK(!holds(service.ask("devices list").out, demo_device(0)));
  CHECK(service.ask("audit fetch").out.empty());
  REQUIRE(service.observe(meter(0)).exit_code == 0);
  service.devices("coap", {});
  CHECK(holds(service.ask_until("devices show", demo_device(0), "local-br, enabled").out,
              "local-br, enabled"));
}

TEST_CASE("a policy runs in shadow first, and then comes into force") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  REQUIRE(service.start());
  REQUIRE(service.observe(meter(0)).exit_code == 0);
  write(service.folder() + "/other", policy_about_argentina(service.folder()));
  CHECK(service.ask("policy shadow-show").exit_code == 1);
  ProgramRun started = service.ask("policy shadow", "other");
  INFO(started.out << started.err << service.said());
  REQUIRE(started.exit_code == 0);
  // A device that was known, and one that comes while it runs.
  REQUIRE(service.observe(meter(1)).exit_code == 0);
  for (std::size_t n = 0; n < 2; ++n) {
    CHECK(holds(service.ask_until("policy shadow-show", "", demo_device(n)).out, demo_device(n)));
    CHECK(holds(service.ask("devices show", demo_device(n)).out, "meters-in-brazil"));
  }
  SECTION("it goes on after a restart, and ends") {
    REQUIRE(service.stop(SIGTERM) == 0);
    REQUIRE(service.start());
    CHECK(holds(service.ask_until("policy shadow-show", "", demo_device(0)).out, "keep"));
    CHECK(service.ask("policy shadow-end").exit_code == 0);
    CHECK(service.ask("policy shadow-show").exit_code == 1);
    CHECK(holds(service.ask("devices show", demo_device(0)).out, "meters-in-brazil"));
  }
  SECTION("it comes into force") {
    CHECK(service.ask("policy shadow-activate").exit_code == 0);
    CHECK(service.ask("policy shadow-show").exit_code == 1);
    CHECK(
        !holds(service.ask_until("devices show", demo_device(0), "keep").out, "meters-in-brazil"));
  }
}
