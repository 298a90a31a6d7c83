// The whole program with real sockets: observation -> decision -> signed package -> card -> result.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "engine/base/instant.h"
#include "tests/service/demo_folder.h"
#include "tests/service/rest_client.h"
#include "tests/service/served.h"
#include "tests/support/catch.h"

using namespace sojourn::testing;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;

}  // namespace

TEST_CASE("a meter in Brazil: reported, decided, ordered, switched, proven, and remembered") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 4));
  REQUIRE(service.start());
  std::string reports;
  for (std::size_t n = 0; n < 2; ++n) {
    reports += report_line(demo_device(n), 60'000, kMeterInBrazil);
  }
  write(service.folder() + "/reports", reports);
  ProgramRun observed = service.ask("observe", "reports");
  INFO(observed.out << observed.err << service.said());
  REQUIRE(observed.exit_code == 0);
  CHECK(holds(observed.out, "2 taken in"));
  CHECK(holds(service.ask("observe", "reports").out, "0 taken in, 2 known before"));

  SECTION("over HTTPS and CoAP, and after a restart") {
    std::string https = service.devices("https", {.count = 1});
    std::string coap = service.devices("coap", {.first = 1, .count = 1});
    INFO(https << coap << service.said());
    for (std::size_t n = 0; n < 2; ++n) {
      ProgramRun shown = service.ask_until("devices show", demo_device(n), "local-br, enabled");
      INFO(shown.out << shown.err);
      CHECK(holds(shown.out, "89550000000000000001 local-br, enabled"));
      CHECK(holds(shown.out, "meters-in-brazil"));
      std::string records = service.ask("devices records", demo_device(n) + " --format json").out;
      CHECK(holds(records, "\"command\":\"enable\""));
      CHECK(holds(records, "\"result\":\"done\""));
      CHECK(holds(records, "\"notice\":\"identity learnt\""));
    }
    ProgramRun history = service.ask("devices history", demo_device(0));
    INFO(history.out);
    CHECK(holds(history.out, "known by"));
    CHECK(holds(history.out, "724-05"));
    CHECK(holds(history.out, "  now "));
    CHECK(!holds(history.out, "{"));
    CHECK(holds(service.ask("devices history", demo_device(0) + " --format json").out,
                "\"profile\":\"local-br\""));
    ProgramRun told = service.ask("devices records", demo_device(0));
    INFO(told.out);
    CHECK(holds(told.out, "decides profile local-br by meters-in-brazil"));
    CHECK(holds(told.out, "result of enable local-br: done (signed by the eUICC)"));
    CHECK(!holds(told.out, "{"));
    // Newest first, page by page.
    ProgramRun newest = service.ask("devices records", demo_device(0) + " --limit 1");
    std::size_t more = newest.err.find("--before ");
    REQUIRE(more != std::string::npos);
    CHECK(holds(told.out, newest.out.substr(newest.out.find('\n') + 1, 30)));
    ProgramRun rest =
        service.ask("devices records", demo_device(0) + " " + newest.err.substr(more));
    CHECK(holds(rest.out, "decides profile local-br by meters-in-brazil"));
    ProgramRun why = service.ask("devices explanation", demo_device(0));
    INFO(why.out);
    CHECK(holds(why.out, "profile = local-br"));
    CHECK(holds(why.out, "by meters-in-brazil ("));
    CHECK(holds(why.out, "yes     region in BR: BR"));
    CHECK(holds(why.out, "other rules"));
    // `device` with a command is the same.
    CHECK(service.ask("device list").out == service.ask("devices list").out);
    for (const char* of : {" show", " history", " explanation", " records"}) {
      INFO(of);
      ProgramRun one = service.ask(std::string("device") + of, demo_device(0));
      CHECK(one.exit_code == 0);
      CHECK(one.out == service.ask(std::string("devices") + of, demo_device(0)).out);
    }
    // Every line of the log is an object, and none holds an EID.
    std::istringstream log(service.said());
    std::size_t records = 0;
    for (std::string line; std::getline(log, line);) {
      nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
      INFO(line);
      REQUIRE(json.is_object());
      CHECK((json.contains("ts") && json.contains("level") && json.contains("what")));
      records += json["what"] == "record" ? 1u : 0u;
      CHECK_FALSE(holds(line, "89049032"));
    }
    CHECK(records > 10);
    std::string before = service.ask("devices list").out;
    std::string chain = service.ask("audit fetch").out;
    REQUIRE(service.stop(SIGTERM) == 0);
    REQUIRE(service.start());
    CHECK(service.ask("devices list").out == before);
    CHECK(service.ask("audit fetch").out.substr(0, chain.size()) == chain);
    CHECK(holds(service.ask("observe", "reports").out, "0 taken in"));
  }

  SECTION("the evidence is sound, and any change of it is found") {
    service.devices("https", {.count = 2});
    service.ask_until("devices show", demo_device(1), "local-br, enabled");
    std::istringstream chain(service.ask("audit fetch").out);
    std::vector<std::string> lines;
    for (std::string line; std::getline(chain, line);) lines.push_back(line + "\n");
    REQUIRE(lines.size() > 10);
    auto verify = [&](const std::vector<std::string>& some, const std::string& options = {}) {
      std::string all;
      for (const std::string& line : some) all += line;
      write(service.folder() + "/chain", all);
      return run_shell("sojourn audit verify chain " + options, service.folder()).exit_code;
    };
    CHECK(verify(lines) == 0);
    const std::string head =
        " --head " + nlohmann::json::parse(lines.back())["hash"].get<std::string>();
    CHECK(verify(lines, head) == 0);
    for (std::size_t n = 0; n < lines.size(); ++n) {
      INFO(n << ": " << lines[n]);
      std::vector<std::string> missing = lines, reordered = lines, twice = lines;
      missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(n));
      CHECK(verify(missing, n + 1 == lines.size() ? head : "") == 1);
      std::swap(reordered[n], reordered[n == 0 ? 1 : n - 1]);
      CHECK(verify(reordered) == 1);
      twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(n), lines[n]);
      CHECK(verify(twice) == 1);
      for (std::size_t part : {1u, 2u, 3u}) {  // a byte at three places of it
        std::vector<std::string> changed = lines;
        char& byte = changed[n][changed[n].size() * part / 4];
        byte = byte == '1' ? '2' : '1';
        CHECK(verify(changed) == 1);
      }
    }
  }

  SECTION("an operator's order, shown, taken back, and refused") {
    std::string eid = demo_device(0);
    ProgramRun created = service.ask("order create", eid + " list");
    INFO(created.out << created.err);
    CHECK(created.exit_code == 0);
    CHECK(holds(service.ask("order list", "--device " + eid).out, "queued"));
    std::string number = created.out.substr(created.out.find(' ') + 1);
    number.pop_back();
    CHECK(service.ask("order cancel", eid + " " + number).exit_code == 0);
    ProgramRun shown = service.ask_until("order show", eid + " " + number, "withdrawn");
    CHECK(holds(shown.out, "withdrawn"));
    CHECK(service.ask("order cancel", eid + " 99").exit_code == 1);
    ProgramRun strands = service.ask("order create", eid + " disable --iccid 89000000000000000001");
    CHECK(strands.exit_code == 1);
    CHECK(holds(strands.err, "E0842"));
  }
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("a forged result changes nothing, a profile without a network is put in quarantine") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  REQUIRE(service.start());
  REQUIRE(service
              .observe(report_line(demo_device(0), 60'000, kMeterInBrazil) +
                       report_line(demo_device(1), 60'000, kMeterInBrazil))
              .exit_code == 0);
  SECTION("forged") {
    service.devices("https", {.count = 1, .misbehave = "wrong-signature=100%"});
    ProgramRun records = service.ask_until("devices records", demo_device(0) + " --format json",
                                           "signature refused");
    CHECK(holds(records.out, "signature refused"));
    CHECK(!holds(service.ask("devices show", demo_device(0)).out, "on the card"));
  }
  SECTION("rolled back") {
    service.devices("https", {.first = 1, .count = 1, .no_network = "89550000000000000001"});
    ProgramRun shown = service.ask_until("devices show", demo_device(1), "quarantine");
    INFO(shown.out << service.said());
    CHECK(holds(shown.out, "local-br: rolled back"));
    CHECK(holds(shown.out, "bootstrap, enabled"));
    CHECK(holds(service.ask("devices records", demo_device(1) + " --format json").out,
                "\"result\":\"rolled back\""));
  }
}

TEST_CASE("time passes for a device that says nothing") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  constexpr std::int64_t kHourMs = 3'600'000;
  write(service.folder() + "/reports",
        report_line(demo_device(0), kHourMs - 4'000,
                    R"("registration":"none","profile":"bootstrap","installed":["bootstrap"])"));
  REQUIRE(service.ask("observe", "reports").exit_code == 0);
  CHECK(!holds(service.ask("devices show", demo_device(0)).out, "no service for an hour"));
  ProgramRun shown =
      service.ask_until("devices show", demo_device(0), "no service for an hour", 20);
  INFO(shown.out << service.said());
  CHECK(holds(shown.out, "no service for an hour"));
}

TEST_CASE("a report of the far future is refused by its line, and its device lives on") {
  using namespace sojourn;
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  Operator operating(service);
  auto post = [&](const std::string& lines) {
    return operating.ask("POST", "/v1/observations", lines);
  };
  auto ahead = [](Duration by) { return report_line(demo_device(0), -by.ms, kMeterInBrazil); };
  // A hundred years: after it everything of today would be too late.
  REQUIRE(post(ahead(days(36'525))) == 400);
  CHECK(operating.json()["code"] == "E0885");
  CHECK(holds(operating.text(), "line 1: "));
  // Among others, and just within the allowance.
  REQUIRE(post(ahead(Duration{0}) + ahead(minutes(24 * 60 + 1)) + ahead(hours(23))) == 200);
  CHECK(operating.json()["taken"] == 2);
  CHECK(operating.json()["refused"] == 1);
  CHECK(operating.json()["findings"][0]["code"] == "E0885");
  CHECK(operating.json()["findings"][0]["line"] == 2);
  CHECK(operating.json()["findings"][0]["part"] == "line");
  REQUIRE(post(ahead(minutes(-1))) == 200);
  CHECK(operating.json()["late"] == 1);
  CHECK(operating.json()["too_late"] == 0);
  CHECK(service.stop(SIGTERM) == 0);
  // A tenant says how far.
  replace_in(service.folder() + "/serve.json", "\"eim\":", "\"ahead_seconds\": 0, \"eim\":");
  REQUIRE(service.start());
  Operator stricter(service);
  CHECK(stricter.ask("POST", "/v1/observations", ahead(minutes(1))) == 400);
  CHECK(stricter.ask("POST", "/v1/observations", ahead(minutes(-2))) == 200);
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("a policy is replaced while devices are in its hands") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  REQUIRE(service.observe(report_line(demo_device(0), kDayMs, kMeterInBrazil)).exit_code == 0);
  std::string policy = read_whole(service.folder() + "/policy.sojourn");
  write(service.folder() + "/broken", policy + "\nrule x when nothing then\n");
  CHECK(service.ask("policy activate", "broken").exit_code == 1);
  CHECK(holds(service.ask("devices show", demo_device(0)).out, "meters-in-brazil"));
  std::size_t at = policy.find("rule meters-in-brazil");
  std::string other = policy.substr(0, at) + "rule meters-stay" +
                      policy.substr(at + std::string("rule meters-in-brazil").size());
  for (std::size_t i; (i = other.find("meters-in-brazil")) != std::string::npos;) {
    other.replace(i, 16, "meters-stay");
  }
  SECTION("through the interface; a restart keeps it") {
    write(service.folder() + "/new", other);
    ProgramRun activated = service.ask("policy activate", "new");
    INFO(activated.out << activated.err << service.said());
    REQUIRE(activated.exit_code == 0);
    CHECK(
        holds(service.ask_until("devices show", demo_device(0), "meters-stay").out, "meters-stay"));
    REQUIRE(service.stop(SIGTERM) == 0);
    REQUIRE(service.start());
    CHECK(holds(service.ask("policy show").out, "meters-stay"));
  }
  SECTION("by its file and SIGHUP") {
    write(service.folder() + "/policy.sojourn", other);
    service.signal(SIGHUP);
    CHECK(
        holds(service.ask_until("devices show", demo_device(0), "meters-stay").out, "meters-stay"));
  }
}

TEST_CASE("a policy that is sent in names what lies beside the configured one, and nothing else") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  write(scratch.file("outside.csv"), "the outside\n");
  write(service.folder() + "/square.geojson",
        R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]})");
  REQUIRE(service.start());
  auto checked = [&](const std::string& more) {
    std::string policy = read_whole(service.folder() + "/policy.sojourn");
    std::size_t at = policy.find("rule ");
    write(service.folder() + "/new", policy.substr(0, at) + more + "\n" + policy.substr(at));
    return service.ask("policy check", "new");
  };
  ProgramRun drawn = checked("region SQUARE = geojson \"square.geojson\"");
  INFO(drawn.out << drawn.err);
  CHECK(drawn.exit_code == 0);
  for (const std::string& named : {scratch.file("outside.csv"), std::string("../outside.csv"),
                                   std::string("tokens.json"), std::string("/etc/passwd")}) {
    ProgramRun run = checked("import \"" + named + "\"");
    INFO(named << "\n" << run.out << run.err);
    CHECK(run.exit_code == 1);
    CHECK(holds(run.out + run.err, "cannot read `"));
    CHECK_FALSE(holds(run.out + run.err, "the outside"));
    CHECK_FALSE(holds(run.out + run.err, "digest"));
    CHECK_FALSE(holds(run.out + run.err, "root:"));
  }
}

TEST_CASE("what is wrong with a configuration is said with its place, and nothing starts") {
  ScratchFolder scratch;
  std::string folder = make_folder(scratch, "demo", 1);
  std::string config = read_whole(folder + "/serve.json");
  auto refused = [&](const std::string& from, const std::string& to) {
    std::string changed = config;
    std::size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    changed.replace(at, from.size(), to);
    write(folder + "/wrong.json", changed);
    ProgramRun run = run_shell("sojourn serve --print-config wrong.json", folder);
    CHECK(run.exit_code == 2);
    return run.err;
  };
  CHECK(holds(refused("\"store\"", "\"stor\""), "did you mean `store`?"));
  CHECK(holds(refused("\"store\"", "\"stor\""), "`/store`: is missing"));
  CHECK(holds(refused("policy.sojourn", "gone.sojourn"), "`/tenants/demo/policy`: there is no"));
  CHECK(holds(refused("\"port\": 0", "\"port\": 65536"), "`/rest/port`"));
  CHECK(holds(refused("\"port\": 0", "\"port\": \"1\""), "from 0 to 65535"));
  CHECK(holds(refused("\"tenants\"", "\"store\": \"x\", \"tenants\""), "stands twice"));
  CHECK(holds(refused("{", "["), "line 2 is not JSON"));
  CHECK(holds(refused("\"tokens.json\"", "\"tokens.json\","), "line 7 is not JSON"));
  CHECK(holds(refused(config, "[]"), "not a JSON object"));
  CHECK(holds(refused("\"sojourn.store\"", "\"\""), "`/store`: must not be empty"));
  CHECK(holds(refused("\"demo\"", "\"*\""), "`/tenants/*/`: a tenant's name"));
  CHECK(holds(refused("\"demo\"", "\"a b\""), "`/tenants/a b/`: a tenant's name"));
  const std::string long_id(128, 'e');
  CHECK(holds(refused("eim.example.com", long_id + "e"),
              "`/tenants/demo/eim/id`: has at most 128 characters"));
  CHECK(holds(refused("\"coap\": {",
                      "\"coap\": {\"port\": 65500, \"contexts\": 37, \"key\": 1},"
                      "\"gone\": {"),
              "`/esipa/coap/contexts`: the last port would be above 65535"));
  write(folder + "/long.json",
        std::string(config).replace(config.find("eim.example.com"), 15, long_id));
  CHECK(run_shell("sojourn serve --print-config long.json", folder).exit_code == 0);
  ProgramRun shown = run_shell("sojourn serve --print-config serve.json", folder);
  CHECK(shown.exit_code == 0);
  write(folder + "/again.json", shown.out);
  CHECK(run_shell("sojourn serve --print-config again.json", folder).out == shown.out);
}

TEST_CASE("all keys, certificates and addresses are tried, before anything is made") {
  ScratchFolder scratch;
  Served first(make_folder(scratch, "first", 1));
  REQUIRE(first.start());
  std::string folder = make_folder(scratch, "second", 1);
  std::string config = read_whole(folder + "/serve.json");
  auto set_port = [&](const char* member, std::uint16_t port) {
    std::size_t at = config.find("\"port\": 0", config.find(member));
    REQUIRE(at != std::string::npos);
    config.replace(at, 9, "\"port\": " + std::to_string(port));
  };
  set_port("\"rest\"", first.rest_port());
  set_port("\"https\"", first.rest_port());
  set_port("\"coap\"", first.coap_port());
  write(folder + "/serve.json", config);
  Served second(folder);
  CHECK_FALSE(second.start());
  INFO(second.said());
  for (const char* place : {"`/rest`: cannot listen on `127.0.0.1`, TCP port ",
                            "`/esipa/https`: cannot listen on `127.0.0.1`, TCP port ",
                            "`/esipa/coap`: cannot listen on `127.0.0.1`, UDP port "}) {
    CHECK(holds(second.said(), place));
  }
  CHECK_FALSE(std::filesystem::exists(folder + "/sojourn.store"));
  // Two members that name one address are in each other's way.
  REQUIRE(first.stop(SIGTERM) == 0);
  std::filesystem::remove(folder + "/said");
  CHECK_FALSE(second.start());
  CHECK_FALSE(holds(second.said(), "`/rest`: "));
  CHECK(holds(second.said(), "`/esipa/https`: cannot listen"));
  // Of files all at once, the addresses with them, and without them by who asks only.
  write(folder + "/tls.key", read_whole(folder + "/ci.pem"));
  write(folder + "/eim.key", read_whole(folder + "/ci.pem"));
  write(folder + "/ci.pem", "no certificate");
  write(folder + "/tokens.json", "{}");
  std::filesystem::remove(folder + "/said");
  CHECK_FALSE(second.start());
  ProgramRun shown = run_shell("sojourn serve --print-config serve.json", folder);
  CHECK(shown.exit_code == 2);
  CHECK(holds(shown.out, "\"store\""));
  for (const std::string& said : {second.said(), shown.err}) {
    INFO(said);
    for (const char* place :
         {"`/rest`: certificate or private key", "`/esipa/https`: certificate or private key",
          "`/esipa/coap`: certificate or private key", "`/rest/tokens`: ",
          "`/tenants/demo/eim/key`: ", "`/tenants/demo/eim/ci_certificates`: "}) {
      CHECK(holds(said, place));
    }
    CHECK(holds(said, "`/esipa/https`: cannot listen") == (said != shown.err));
  }
  CHECK_FALSE(std::filesystem::exists(folder + "/sojourn.store"));
}

TEST_CASE("a chain whose certificates do not follow from each other is refused") {
  ScratchFolder scratch;
  std::string folder = make_folder(scratch, "demo", 1);
  std::string other = make_folder(scratch, "other", 1);
  const std::string chain = read_whole(folder + "/tls.pem");
  write(folder + "/tls.pem", chain + read_whole(other + "/tls.pem"));
  ProgramRun shown = run_shell("sojourn serve --print-config serve.json", folder);
  CHECK(shown.exit_code == 2);
  CHECK(holds(shown.err, "a certificate is not of the one after it"));
}

TEST_CASE("what is stored and logged about devices is not for everybody on the machine") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  replace_in(service.folder() + "/serve.json", "{", "{\"log\": \"log\",");
  REQUIRE(service.start());
  REQUIRE(service.observe(meter(0)).exit_code == 0);
  for (const char* name : {"sojourn.store", "sojourn.store-wal", "log"}) {
    INFO(name);
    auto mode = std::filesystem::status(service.folder() + "/" + name).permissions();
    CHECK((mode & std::filesystem::perms::owner_read) != std::filesystem::perms::none);
    CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
  }
  CHECK(service.stop(SIGTERM) == 0);
}
