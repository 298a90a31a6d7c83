// The whole program while what it stands on gives way: a disk that fills up, a row that rots, a
// wall clock that somebody sets.
#include <sqlite3.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "tests/service/demo_folder.h"
#include "tests/service/kept_lines.h"
#include "tests/service/rest_client.h"
#include "tests/service/service_circumstances.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

bool chain_is_whole(const Served& service) {
  ProgramRun verified = service.verify_audit();
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
  set_limits(service.folder(), R"("log_bytes_max": 1048576)");
  ServiceCircumstances around(service);
  REQUIRE(service.start());
  auto operating = std::make_unique<Operator>(service);
  SentReports reports;
  auto post = [&] {
    unsigned status = operating->ask("POST", "/v1/observations", reports.lines());
    if (status == 200) reports.acknowledged();
    return status;
  };
  for (int round = 0; round < 5; ++round) {
    INFO("round " << round);
    for (int i = 0; i < 20; ++i) {
      reports.next();
      REQUIRE(post() == 200);
    }
    around.fill_disk(true);  // while what came in is tidied
    reports.next();
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
  SentReports::Comparison found = reports.compare(service.folder());
  CHECK(found.count == 5u * 21u * 300u);
  CHECK(found.lost == 0);
  CHECK(found.doubled == 0);
}

TEST_CASE("a full disk keeps devices waiting, not out") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  ServiceCircumstances around(service);
  REQUIRE(service.start());
  REQUIRE(service.observe(report_line(demo_device(0), 60'000, kMeterInBrazil)).exit_code == 0);
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

TEST_CASE("what comes through a pipe while the disk is full waits for room") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 3));
  std::string pipe = service.folder() + "/pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  replace_in(service.folder() + "/serve.json",
             "\"policy\":", "\"observations\": [\"pipe\"], \"policy\":");
  ServiceCircumstances around(service);
  REQUIRE(service.start());
  Operator operating(service);
  auto is_decided = [&](std::size_t n) {
    return holds(service.ask_until("devices show", demo_device(n), "meters-in-brazil", 10).out,
                 "meters-in-brazil");
  };
  std::ofstream writer(pipe);
  writer << meter(0) << std::flush;
  CHECK(is_decided(0));
  around.fill_disk(true);
  writer << meter(1) << std::flush;
  CHECK(becomes([&] { return operating.ask("GET", "/readyz") == 503; }));
  writer << meter(2) << std::flush;
  std::this_thread::sleep_for(std::chrono::seconds(1));  // it is read meanwhile, and finds no room
  around.fill_disk(false);
  CHECK(is_decided(1));
  CHECK(is_decided(2));
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("a stop that a disk holds up ends when its time is over, and the log says so") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  set_limits(service.folder(), R"("stop_seconds_max": 2)");
  ServiceCircumstances around(service);
  REQUIRE(service.start());
  REQUIRE(service.observe(meter(0)).exit_code == 0);
  around.stop_disk(true);
  unsigned status = 1;
  std::thread held_up([&] {
    Operator operating(service);
    status = operating.ask("POST", "/v1/observations", meter(1));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  auto begin = std::chrono::steady_clock::now();
  CHECK(service.stop(SIGTERM) == 1);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  held_up.join();
  CHECK(status == 0);  // never answered, so never promised
  CHECK(holds(service.said(), "stopped before all was done"));
  CHECK(holds(service.said(), "\"stop_seconds_max\":\"2\""));
  around.stop_disk(false);
  REQUIRE(service.start());
  CHECK(holds(service.ask("devices show", demo_device(0)).out, "meters-in-brazil"));
  CHECK(service.stop(SIGTERM) == 0);
  CHECK(count_of(service.said(), "stopped before all was done") == 1);
}

TEST_CASE("a disk fills up during an approval: who hears of it has approved nothing") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  replace_in(service.folder() + "/policy.sojourn", "type = meter then profile = local-br",
             "type = meter then profile = local-br, approval");
  ServiceCircumstances around(service);
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(2)).exit_code == 0);
  service.devices("https", {.polls = 4});
  Operator operating(service);
  auto waiting = [&] {
    operating.ask("GET", "/v1/approvals");
    return operating.json()["approvals"].size();
  };
  REQUIRE(becomes([&] { return waiting() == 2; }));
  const std::string yes = R"({"devices":[")" + demo_device(0) + R"("]})";
  around.fill_disk(true);
  // The first finds out that there is no room, the others hear it at once; nobody is kept waiting.
  for (int i = 0; i < 8; ++i) {
    CHECK(operating.ask("POST", "/v1/approvals", yes) == 503);
    CHECK(operating.json()["code"] == "E0009");
  }
  CHECK(operating.ask("PUT", "/v1/switches", R"({"all":true})") == 503);
  CHECK(operating.ask("GET", "/readyz") == 503);
  CHECK(operating.ask("GET", "/healthz") == 200);
  SECTION("there is room again") { around.fill_disk(false); }
  SECTION("killed meanwhile") {
    REQUIRE(service.stop(SIGKILL) == 128 + SIGKILL);
    around.fill_disk(false);
    REQUIRE(service.start());
    operating = Operator(service);
  }
  CHECK(becomes([&] { return operating.ask("GET", "/readyz") == 200; }));
  CHECK(waiting() == 2);
  CHECK(!holds(service.ask("audit fetch").out, "approved"));
  CHECK(operating.ask("GET", "/v1/switches") == 200);
  CHECK(operating.json()["all"] == false);
  CHECK(operating.ask("POST", "/v1/approvals", yes) == 200);
  CHECK(operating.json()["approved"] == nlohmann::json::array({demo_device(0)}));
  CHECK(operating.ask("POST", "/v1/approvals", yes) == 409);
  service.devices("https", {});
  CHECK(holds(service.ask_until("devices show", demo_device(0), "local-br, enabled").out,
              "local-br, enabled"));
  CHECK(waiting() == 1);
  std::string records = service.ask("devices records", demo_device(0) + " --format json").out;
  CHECK(count_of(records, "\"approved\":\"meters-in-brazil\"") == 1);
  CHECK(chain_is_whole(service));
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("what people change on a full disk is not changed, and the next time it is") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  const std::string first = read_whole(service.folder() + "/policy.sojourn");
  const std::string second = policy_about_argentina(service.folder());
  ServiceCircumstances around(service);
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(2)).exit_code == 0);
  auto operating = std::make_unique<Operator>(service);
  // All that a person can change, and what the chain says of it.
  auto state = [&] {
    nlohmann::json all;
    operating->ask("GET", "/v1/policy");
    all["policy"] = operating->json()["policy"];
    operating->ask("GET", "/v1/policy/versions");
    all["versions"] = operating->json();
    operating->ask("GET", "/v1/policy/shadow");
    all["shadow"] = operating->json().value("policy", "");
    operating->ask("GET", "/v1/switches");
    all["switches"] = operating->json();
    operating->ask("GET", "/v1/audit?limit=10000");
    all["records"] = count_of(operating->text(), "demo-admin");
    return all;
  };
  struct Change {
    const char* method;
    const char* path;
    std::string body;
    unsigned status;
  };
  const Change changes[] = {
      {"PUT", "/v1/policy/shadow", second, 200},
      {"POST", "/v1/policy/shadow/activate", "", 200},
      {"POST", "/v1/policy/rollback", "", 200},
      {"PUT", "/v1/policy", second, 200},
      {"PUT", "/v1/policy/shadow", first, 200},
      {"DELETE", "/v1/policy/shadow", "", 204},
      {"PUT", "/v1/switches", R"({"countries":["BR"]})", 200},
      {"PUT", "/v1/switches", R"({"all":true})", 200},
      {"PUT", "/v1/switches", "{}", 200},
  };
  int number = 0;
  for (const Change& change : changes) {
    INFO(change.method << " " << change.path << " " << change.body.substr(0, 40));
    const nlohmann::json before = state();
    around.fill_disk(true);
    CHECK(operating->ask(change.method, change.path, change.body) == 503);
    CHECK(operating->json()["code"] == "E0009");
    bool killed = ++number % 2 == 0;
    if (killed) REQUIRE(service.stop(SIGKILL) == 128 + SIGKILL);
    around.fill_disk(false);
    if (killed) {
      REQUIRE(service.start());
      operating = std::make_unique<Operator>(service);
    }
    CHECK(becomes([&] { return operating->ask("GET", "/readyz") == 200; }));
    CHECK(state() == before);
    CHECK(operating->ask(change.method, change.path, change.body) == change.status);
    CHECK(state() != before);
  }
  // Done once, these are refused or known (200) when they are asked for again.
  RestClient client(service);
  const std::string token = service.token("operate");
  const std::string order = R"({"device":")" + demo_device(0) + R"(","command":"list"})";
  const std::string enrolment = R"({"eid":")" + demo_device(7) + R"("})";
  around.fill_disk(true);
  CHECK(client.ask("POST", "/v1/orders", token, order, "one")->status == 503);
  CHECK(client.ask("POST", "/v1/devices", token, enrolment)->status == 503);
  around.fill_disk(false);
  CHECK(becomes([&] { return operating->ask("GET", "/readyz") == 200; }));
  CHECK(client.ask("POST", "/v1/orders", token, order, "one")->status == 201);
  CHECK(client.ask("POST", "/v1/orders", token, order, "one")->status == 200);
  CHECK(client.ask("POST", "/v1/devices", token, enrolment)->status == 201);
  CHECK(client.ask("POST", "/v1/devices", token, enrolment)->status == 409);
  CHECK(chain_is_whole(service));
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("where the index of the store's log gets no more room, the log begins anew") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  ServiceCircumstances around(service);
  REQUIRE(service.start());
  Operator operating(service);
  SentReports reports;
  around.fill_shared_index(true);
  // The index grows by a page for every 16 MB of the log: until the log has stopped to grow.
  const std::string log = service.folder() + "/sojourn.store-wal";
  constexpr int kSteadyPosts = 40;
  std::uintmax_t size = 0;
  int steady = 0;
  for (int i = 0; i < 3'000 && steady < kSteadyPosts; ++i) {
    reports.next();
    REQUIRE(operating.ask("POST", "/v1/observations", reports.lines()) == 200);
    reports.acknowledged();
    std::uintmax_t now = std::filesystem::file_size(log);
    steady = now == size ? steady + 1 : 0;
    size = now;
  }
  CHECK(steady == kSteadyPosts);
  CHECK(size > 10'000'000);
  CHECK(size < 20'000'000);
  CHECK(operating.ask("GET", "/readyz") == 200);
  around.fill_shared_index(false);
  CHECK(service.stop(SIGTERM) == 0);
  SentReports::Comparison found = reports.compare(service.folder());
  CHECK(found.lost == 0);
  CHECK(found.doubled == 0);
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
  REQUIRE(operating.ask("PUT", "/v1/policy", policy_about_argentina(service.folder())) == 200);
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
  write(service.folder() + "/policy.sojourn",
        guarded_policy(service.folder(), "guard at most 1 devices per hour"));
  ServiceCircumstances around(service);
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
    // Events bear their own time: they are of today, whatever the clock says. Only where it says
    // that they are of the future they are not taken, and whoever sent them hears so.
    unsigned heard = ahead < days(-1) ? 400 : 200;
    CHECK(report(0, 1'000) == heard);
    CHECK(holds(operating.text(), "E0885") == (heard == 400));
    CHECK(report(2, 2'000) == heard);
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

namespace {

// A law that begins in three days, and a meter that stands under it then.
struct ServiceBeforeALaw {
  explicit ServiceBeforeALaw(const char* leap_seconds) : service(make_folder(scratch, "demo", 1)) {
    replace_in(service.folder() + "/policy.sojourn", "type = meter then profile",
               "type = meter and date >= " + in_three_days() + " then profile");
    set_limits(service.folder(), std::string("\"clock_leap_seconds\": ") + leap_seconds);
    around = std::make_unique<ServiceCircumstances>(service, true);
  }
  static std::string in_three_days() {
    auto now = std::chrono::system_clock::now().time_since_epoch();
    std::int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    return to_rfc3339(Instant{ms} + days(3)).substr(0, 10);
  }
  bool log_holds(std::string_view what) const { return holds(service.said(), what); }

  ScratchFolder scratch;
  Served service;
  std::unique_ptr<ServiceCircumstances> around;
};

}  // namespace

TEST_CASE("a real clock that leaps ahead of a law and back again has not been there") {
  ServiceBeforeALaw law("600");
  REQUIRE(law.service.start());
  Operator operating(law.service);
  auto post = [&](std::int64_t ago_ms) {
    return operating.ask("POST", "/v1/observations",
                         report_line(demo_device(0), ago_ms, kMeterInBrazil));
  };
  auto clock_ahead = [&] {
    CHECK(operating.ask("GET", "/readyz") == 200);
    return operating.json().value("clock_seconds_ahead", std::int64_t{0});
  };
  CHECK(post(60'000) == 200);
  CHECK(clock_ahead() == 0);
  const double records = operating.metric("sojourn_evidence_records_total");
  law.around->shift_clock(days(5));
  // It goes on by the time that has passed, and says so wherever an operator looks.
  CHECK(becomes([&] { return law.log_holds("the wall clock leapt ahead"); }));
  CHECK(std::abs(clock_ahead() - 5 * 86'400) < 60);
  CHECK(operating.metric("sojourn_clock_doubted_seconds") > 4e5);
  CHECK(post(30'000) == 200);
  std::this_thread::sleep_for(std::chrono::seconds(3));
  CHECK(operating.metric("sojourn_evidence_records_total") == records);
  law.around->shift_clock(days(0));
  CHECK(becomes([&] { return law.log_holds("the wall clock is back"); }));
  CHECK(clock_ahead() == 0);
  CHECK(operating.metric("sojourn_clock_doubted_seconds") == 0);
  CHECK(operating.metric("sojourn_clock_leaps_believed_total") == 0);
  CHECK(post(1'000) == 200);
  // Back is followed at once: what is dated by the true clock is of the future then.
  law.around->shift_clock(days(-30));
  CHECK(becomes([&] { return law.log_holds("the wall clock was set back"); }));
  CHECK(post(500) == 400);
  law.around->shift_clock(days(0));
  CHECK(becomes([&] { return post(400) == 200; }));
  CHECK(operating.metric("sojourn_evidence_records_total") == records);
  CHECK(chain_is_whole(law.service));
  CHECK(law.service.stop(SIGTERM) == 0);
}

TEST_CASE("a real clock that leapt ahead and stays there is believed, and everybody is told") {
  ServiceBeforeALaw law("4");
  REQUIRE(law.service.start());
  Operator operating(law.service);
  CHECK(operating.ask("POST", "/v1/observations",
                      report_line(demo_device(0), 60'000, kMeterInBrazil)) == 200);
  const double records = operating.metric("sojourn_evidence_records_total");
  law.around->shift_clock(days(5));
  // The law begins without a report, and not before the leap has lasted.
  CHECK(becomes([&] { return law.log_holds("the wall clock leapt ahead"); }));
  CHECK_FALSE(law.log_holds("the wall clock is believed"));
  CHECK(operating.metric("sojourn_evidence_records_total") == records);
  CHECK(becomes([&] { return law.log_holds("the wall clock is believed"); }));
  CHECK(becomes([&] { return operating.metric("sojourn_evidence_records_total") > records; }));
  CHECK(operating.metric("sojourn_clock_leaps_believed_total") == 1);
  CHECK(operating.metric("sojourn_clock_doubted_seconds") == 0);
  // Set right again: what was decided as of then stands, what is reported is kept at its own time.
  law.around->shift_clock(days(0));
  CHECK(becomes([&] { return law.log_holds("the wall clock was set back"); }));
  CHECK(operating.ask("POST", "/v1/observations",
                      report_line(demo_device(0), 1'000, kMeterInBrazil)) == 200);
  CHECK(operating.ask("GET", "/v1/devices/" + demo_device(0)) == 200);
  CHECK(operating.json()["decision"]["profile"] == "local-br");
  CHECK(chain_is_whole(law.service));
  CHECK(law.service.stop(SIGTERM) == 0);
}

TEST_CASE("who cuts the end off a stopped store's evidence is found out, and stays so") {
  const int cut_count = GENERATE(1, 2);
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 3));
  REQUIRE(service.start());
  for (std::size_t n = 0; n < 3; ++n) {
    service.observe(report_line(demo_device(n), 60'000, kMeterInBrazil));
  }
  // What a crash leaves behind is sound.
  CHECK(service.stop(SIGKILL) == 128 + SIGKILL);
  const std::string verify = "sojourn audit verify " + service.folder() + "/sojourn.store";
  ProgramRun sound = run_shell(verify);
  INFO(sound.out << sound.err);
  CHECK(sound.exit_code == 0);
  CHECK(holds(sound.out, "demo: "));
  REQUIRE(service.start());
  CHECK(chain_is_whole(service));
  CHECK(holds(run_shell(verify).err, "--service"));  // it runs
  REQUIRE(service.stop(SIGTERM) == 0);
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((service.folder() + "/sojourn.store").c_str(), &database) == SQLITE_OK);
  std::string cut =
      "DELETE FROM entry WHERE key IN (SELECT key FROM entry WHERE instr(key, CAST('chain' AS "
      "BLOB)) ORDER BY key DESC LIMIT " +
      std::to_string(cut_count) + ")";
  CHECK(sqlite3_exec(database, cut.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  CHECK(sqlite3_changes(database) == cut_count);
  sqlite3_close(database);
  ProgramRun found = run_shell(verify);
  CHECK(found.exit_code == 1);
  CHECK(holds(found.err, "E0020"));
  CHECK(holds(found.err, "missing at the end"));
  REQUIRE(service.start());
  CHECK(holds(service.said(), "E0020"));
  CHECK(service.verify_audit().exit_code == 1);
  Operator operating(service);
  CHECK(operating.ask("PUT", "/v1/switches", R"({"countries":["AR"]})") == 200);
  CHECK(service.verify_audit().exit_code == 1);
  CHECK(service.stop(SIGTERM) == 0);
  CHECK(run_shell(verify).exit_code == 1);
}
