// The whole program while what it stands on gives way: a disk that fills up, a row that rots, a
// wall clock that somebody sets.
#include <sqlite3.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "adapters/simulator/http_client.h"
#include "tests/service/demo_folder.h"
#include "tests/service/kept_lines.h"
#include "tests/service/served.h"
#include "tests/support/catch.h"
#include "tests/support/circumstances.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

using Json = nlohmann::json;

struct Operator {
  explicit Operator(const Served& service) {
    simulator::HttpsClientOptions options;
    options.port = service.rest_port();
    options.timeout_ms = 60'000;
    options.trust =
        simulator::TlsTrust{read_whole(service.folder() + "/ci.pem"), "localhost", "", ""};
    client = simulator::make_http_client(std::move(options));
    token = read_whole(service.folder() + "/tokens/admin");
    token = "Bearer " + token.substr(0, token.find('\n'));
  }
  // The status; 0: no answer.
  unsigned ask(std::string_view method, std::string_view path, std::string_view body = {}) {
    simulator::HttpCall call{.method = std::string(method), .path = std::string(path)};
    call.fields.emplace_back("Authorization", token);
    call.body = as_bytes(body);
    auto reply = client->send(call);
    text = reply ? std::string(reply->body.begin(), reply->body.end()) : "";
    return reply ? reply->status : 0;
  }
  Json json() const { return Json::parse(text, nullptr, false); }
  // The value of a line of /metrics.
  double metric(const std::string& name) {
    ask("GET", "/metrics");
    std::size_t at = text.find("\n" + name);
    return at == std::string::npos ? -1 : std::stod(text.substr(text.find(' ', at)));
  }
  std::unique_ptr<simulator::HttpClient> client;
  std::string token, text;
};

bool becomes(const std::function<bool()>& true_at_last) {
  for (int i = 0; i < 600; ++i) {
    if (true_at_last()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

void limit(const std::string& folder, const std::string& limits) {
  std::string config = read_whole(folder + "/serve.json");
  write(folder + "/serve.json",
        config.insert(config.find('{') + 1, "\"limits\": {" + limits + "},"));
}

bool chain_is_whole(const Served& service) {
  write(service.folder() + "/chain", service.ask("audit fetch").out);
  ProgramRun verified = run_shell("sojourn audit verify chain", service.folder());
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
  return verified.exit_code == 0;
}

// Makes the rows of a device in a stopped store's journals unreadable; how many.
int damage_journal(const std::string& path, const std::string& label) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  std::string sql =
      "UPDATE entry SET value = zeroblob(length(value)) WHERE instr(key, CAST('journal' AS BLOB)) "
      "AND instr(key, CAST('" +
      label + "' AS BLOB))";
  CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  int count = sqlite3_changes(database);
  sqlite3_close(database);
  return count;
}

}  // namespace

TEST_CASE("a disk fills up while journals are packed: the service says so, and goes on") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  limit(service.folder(), "\"log_bytes_max\": 1048576");
  Circumstances around(service.folder() + "/knobs");
  service.set_environment(around.preload());
  service.set_environment(around.knobs());
  REQUIRE(service.start());
  auto operating = std::make_unique<Operator>(service);
  std::map<std::string, std::set<std::string>> acknowledged;
  std::int64_t number = 0;
  std::string lines;
  std::map<std::string, std::set<std::string>> sent;
  auto next_batch = [&] {
    lines.clear();
    sent.clear();
    for (int i = 0; i < 300; ++i, ++number) {
      std::string eid = demo_device(static_cast<std::size_t>(number % 60));
      std::string line = report_line(eid, 80'000'000 - number, kMeterInBrazil);
      sent[eid].insert(line.substr(0, line.size() - 1));
      lines += line;
    }
  };
  auto post = [&] {
    unsigned status = operating->ask("POST", "/v1/observations", lines);
    if (status != 200) return status;
    for (auto& [eid, some] : sent) acknowledged[eid].merge(some);
    return status;
  };
  for (int round = 0; round < 5; ++round) {
    INFO("round " << round);
    for (int i = 0; i < 20; ++i) {
      next_batch();
      REQUIRE(post() == 200);
    }
    around.fill_disk(true);  // while what came in is tidied
    next_batch();
    CHECK(post() == 503);
    CHECK(operating->json()["code"] == "E0009");
    CHECK(post() == 503);
    CHECK(operating->ask("GET", "/readyz") == 503);
    CHECK(operating->ask("GET", "/healthz") == 200);
    CHECK(operating->metric("sojourn_disk_full") == 1);
    CHECK(operating->ask("GET", "/v1/devices/" + demo_device(0)) == 200);
    if (round == 3) {
      // Killed meanwhile: what was answered is there, and it starts where there is room.
      service.signal(SIGKILL);
      CHECK(service.wait() == 128 + SIGKILL);
      around.fill_disk(false);
      REQUIRE(service.start());
      operating = std::make_unique<Operator>(service);
    }
    around.fill_disk(false);
    CHECK(becomes([&] { return operating->ask("GET", "/readyz") == 200; }));
    CHECK(post() == 200);  // once more: what was taken in after all is known
  }
  CHECK(holds(service.said(), "E0009"));
  chain_is_whole(service);
  CHECK(service.stop(SIGTERM) == 0);
  auto kept = kept_lines(service.folder() + "/sojourn.store", "demo");
  std::size_t count = 0, lost = 0, doubled = 0;
  for (const auto& [eid, some] : acknowledged) {
    for (const std::string& line : some) {
      ++count;
      lost += kept[eid].count(line) == 0 ? 1u : 0u;
      doubled += kept[eid].count(line) > 1 ? 1u : 0u;
    }
  }
  CHECK(count == 5u * 21u * 300u);
  CHECK(lost == 0);
  CHECK(doubled == 0);
}

TEST_CASE("a full disk keeps devices waiting, not out") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  Circumstances around(service.folder() + "/knobs");
  service.set_environment(around.preload());
  service.set_environment(around.knobs());
  REQUIRE(service.start());
  write(service.folder() + "/reports", report_line(demo_device(0), 60'000, kMeterInBrazil));
  REQUIRE(service.ask("observe", "reports").exit_code == 0);
  around.fill_disk(true);
  std::string happened = service.devices("coap", {.polls = 2, .interval_ms = 10});
  INFO(happened);
  CHECK(holds(happened, "5.03"));
  around.fill_disk(false);
  service.devices("coap", {});
  CHECK(holds(service.ask_until("devices show", demo_device(0), "local-br, enabled").out,
              "local-br, enabled"));
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("a row that rotted sets its device aside, and nobody else") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 3));
  REQUIRE(service.start());
  {
    Operator operating(service);
    std::string lines;
    for (int n = 0; n < 200; ++n) {
      for (std::size_t i = 0; i < 3; ++i) {
        lines += report_line(demo_device(i), 80'000'000 - n, kMeterInBrazil);
      }
    }
    REQUIRE(operating.ask("POST", "/v1/observations", lines) == 200);
  }
  auto rotten = [&] {
    REQUIRE(service.stop(SIGTERM) == 0);
    int count = damage_journal(service.folder() + "/sojourn.store", demo_device(1));
    REQUIRE(service.start());
    return count;
  };
  // Packing is not waited for by anybody: it is done some time after the answer.
  CHECK(becomes([&] { return rotten() > 0; }));
  Operator operating(service);
  // Its memory knows what the rows say.
  CHECK(operating.ask("GET", "/readyz") == 200);
  CHECK(operating.json()["devices_set_aside"] == 0);
  std::string policy = read_whole(service.folder() + "/policy.sojourn");
  std::string other = policy.substr(0, policy.find("\ntest \""));
  std::size_t at = other.find("region in BR and type = meter");
  REQUIRE(at != std::string::npos);
  REQUIRE(operating.ask("PUT", "/v1/policy", other.replace(at, 12, "region in AR")) == 200);
  CHECK(becomes([&] {
    operating.ask("GET", "/v1/policy");
    return operating.json()["judging_anew"] == false;
  }));
  auto rule_of = [&](std::size_t n) {
    operating.ask("GET", "/v1/devices/" + demo_device(n));
    return operating.json()["decision"].value("rule", "");
  };
  CHECK(rule_of(0) == "otherwise");
  CHECK(rule_of(2) == "otherwise");
  CHECK(rule_of(1) == "meters-in-brazil");  // as it was decided last
  CHECK(operating.json()["set_aside"].is_string());
  CHECK(operating.ask("GET", "/v1/devices/" + demo_device(1) + "/explanation") == 409);
  CHECK(operating.ask("GET", "/readyz") == 200);
  CHECK(operating.json()["devices_set_aside"] == 1);
  CHECK(operating.metric("sojourn_devices_set_aside") == 1);
  CHECK(holds(service.said(), "device set aside"));
  CHECK(!holds(service.said(), demo_device(1)));
  CHECK(operating.ask("GET", "/v1/devices") == 200);
  CHECK(operating.json()["devices"].size() == 3);
  // Reports, polls, a restart: nobody minds.
  std::string report = report_line(demo_device(0), 0, kMeterInBrazil) +
                       report_line(demo_device(1), 0, kMeterInBrazil);
  CHECK(operating.ask("POST", "/v1/observations", report) == 200);
  CHECK(operating.json()["taken"] == 1);
  CHECK(operating.json()["set_aside"] == 1);
  service.devices("https", {.polls = 2, .interval_ms = 10});
  REQUIRE(service.stop(SIGTERM) == 0);
  REQUIRE(service.start());
  Operator again(service);
  CHECK(again.ask("GET", "/readyz") == 200);
  CHECK(again.json()["devices_set_aside"] == 1);
  // The policy before does without the rows, and what came meanwhile is there.
  REQUIRE(again.ask("POST", "/v1/policy/rollback") == 200);
  CHECK(becomes([&] {
    again.ask("GET", "/readyz");
    return again.json()["devices_set_aside"] == 0;
  }));
  CHECK(again.ask("GET", "/v1/devices/" + demo_device(1)) == 200);
  CHECK(again.json()["policy"] == again.json()["decision"]["policy"]);
  Instant newest = parse_rfc3339(again.json()["newest_report"].get<std::string>()).value();
  CHECK(report.find(std::to_string(newest.ms)) != std::string::npos);
  chain_is_whole(service);
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("the wall clock of a service is set by years, forth and back") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 3));
  std::string policy = read_whole(service.folder() + "/policy.sojourn");
  std::size_t end = policy.find("otherwise keep");
  REQUIRE(end != std::string::npos);
  policy.insert(end, "guard at most 1 devices per hour\n");
  write(service.folder() + "/policy.sojourn", policy.substr(0, policy.find("\ntest \"")));
  Circumstances around(service.folder() + "/knobs");
  service.set_environment(around.preload());
  service.set_environment(around.knobs());
  REQUIRE(service.start());
  Operator operating(service);
  auto report = [&](std::size_t n, std::int64_t ago_ms) {
    return operating.ask("POST", "/v1/observations",
                         report_line(demo_device(n), ago_ms, kMeterInBrazil));
  };
  // Lets what is due happen; how many devices were looked at for it.
  auto settled_ticks = [&] {
    double ticks = -1;
    for (double before = -2; ticks != before;) {
      before = ticks;
      std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
      ticks = operating.metric("sojourn_ticks_total");
    }
    return ticks;
  };
  CHECK(report(0, 60'000) == 200);
  CHECK(report(1, 60'000) == 200);
  service.devices("https", {.count = 1});
  for (Duration ahead : {days(20 * 365), days(0), days(-5 * 365), days(1), days(0)}) {
    INFO("set to " << ahead.ms / 86'400'000 << " days from now");
    double ticks_before = operating.metric("sojourn_ticks_total");
    double records_before = operating.metric("sojourn_evidence_records_total");
    around.shift_clock(ahead);
    CHECK(settled_ticks() - ticks_before < 200);
    // Events bear their own time: they are of today, whatever the clock says.
    CHECK(report(0, 1'000) == 200);
    CHECK(report(2, 2'000) == 200);
    service.devices("https", {.polls = 2, .interval_ms = 10});
    CHECK(settled_ticks() - ticks_before < 400);
    CHECK(operating.metric("sojourn_evidence_records_total") - records_before < 100);
    CHECK(operating.ask("GET", "/readyz") == 200);
    CHECK(operating.ask("GET", "/v1/devices/" + demo_device(0) + "/explanation") == 200);
    CHECK(chain_is_whole(service));
  }
  REQUIRE(service.stop(SIGTERM) == 0);
  REQUIRE(service.start());
  CHECK(chain_is_whole(service));
  CHECK(service.stop(SIGTERM) == 0);
}
