// Orders that people place: packages of any operations, and data about a card.
#include <csignal>
#include <set>

#include "tests/service/demo_folder.h"
#include "tests/service/rest_client.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;
using Json = nlohmann::json;

namespace {

// Orders it, lets the device work, and waits for the end; the whole order.
Json carried_out(const Served& service, Operator& operating, Json order) {
  order["device"] = demo_device(0);
  REQUIRE(operating.ask("POST", "/v1/orders", order.dump()) == 201);
  std::string path = "/v1/orders/" + demo_device(0) + "/" + operating.json()["order"].dump();
  service.devices("https", {.count = 1, .polls = 4, .interval_ms = 10});
  REQUIRE(operating.ask("GET", path + "?wait=10") == 200);
  return operating.json();
}

}  // namespace

TEST_CASE("eIMs are listed, added, changed and removed, and the card says what came of it") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  REQUIRE(service.observe(meter(0)).exit_code == 0);
  Operator operating(service);
  auto package = [&](const Json& operations) {
    Json done = carried_out(service, operating,
                            {{"command", "package"}, {"package", {{"ecoList", operations}}}});
    INFO(done.dump());
    CHECK(done["state"] == "done");
    CHECK(done["counter"].is_number());
    return done["answer"];
  };
  auto eims = [&] {
    std::set<std::string> all;
    Json listed = package(Json::array({{{"listEim", Json::object()}}}));
    REQUIRE(listed.size() == 1);
    for (const Json& one : listed[0]["listEimResult"]["eimIdList"]) all.insert(one["eimId"]);
    return all;
  };
  const std::string ours = *eims().begin();
  CHECK(eims().size() == 1);
  Json other = {{"eimId", "second.example.com"}, {"counterValue", 7}};
  auto encoded = run_shell(
      "openssl x509 -in eim.pem -noout -pubkey | openssl pkey -pubin -outform "
      "DER | xxd -p -c 1000",
      service.folder());
  other["eimPublicKeyData"] = {{"eimPublicKey", encoded.out.substr(0, encoded.out.find('\n'))}};
  CHECK(package(Json::array({{{"addEim", other}}}))[0].contains("addEimResult"));
  CHECK(eims() == std::set<std::string>{ours, "second.example.com"});
  package(Json::array({{{"updateEim", {{"eimId", "second.example.com"}, {"counterValue", 9}}}}}));
  package(Json::array({{{"deleteEim", {{"eimId", "second.example.com"}}}}}));
  CHECK(eims() == std::set<std::string>{ours});
  // Ourselves only with force, and never by who may only operate.
  Json end = {{"device", demo_device(0)},
              {"command", "package"},
              {"package", {{"ecoList", Json::array({{{"deleteEim", {{"eimId", ours}}}}})}}}};
  CHECK(operating.ask("POST", "/v1/orders", end.dump()) == 409);
  RestClient client(service);
  auto lesser = client.ask("POST", "/v1/orders", service.token("operate"), end.dump());
  REQUIRE(lesser);
  CHECK(lesser->status == 403);
  end["package"] = {{"ecoList", Json::array({{{"listEim", Json::object()}}})}};
  CHECK(client.ask("POST", "/v1/orders", service.token("operate"), end.dump())->status == 201);
  CHECK(service.verify_audit().exit_code == 0);
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("a card is asked for data about itself, and for what no command of the planner does") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  REQUIRE(service.observe(meter(0)).exit_code == 0);
  Operator operating(service);
  Json data = carried_out(
      service, operating,
      {{"command", "data"}, {"data", {"euiccCertificate", "ipaCapabilities", "euiccInfo1"}}});
  INFO(data.dump());
  CHECK(data["kind"] == "data request");
  CHECK(data["state"] == "done");
  CHECK(data["asks"] == Json::array({"euiccCertificate, ipaCapabilities, euiccInfo1"}));
  CHECK(data["answer"]["euiccCertificate"].get<std::string>().starts_with("30"));
  CHECK(data["answer"].contains("ipaCapabilities"));
  CHECK(data["answer"].contains("euiccInfo1"));
  CHECK_FALSE(data["answer"].contains("eumCertificate"));
  Json rules =
      carried_out(service, operating,
                  {{"command", "package"},
                   {"package", {{"psmoList", Json::array({{{"getRAT", Json::object()}}})}}}});
  INFO(rules.dump());
  CHECK(rules["asks"] == Json::array({"get authorisation rules"}));
  CHECK(rules["answer"][0].contains("getRATResult"));
  // From a shell.
  ProgramRun placed = service.ask("order create", demo_device(0) + " data --data eumCertificate");
  INFO(placed.out << placed.err);
  REQUIRE(placed.exit_code == 0);
  std::string number = placed.out.substr(placed.out.find(' ') + 1);
  number = number.substr(0, number.find('\n'));
  service.devices("coap", {.count = 1, .polls = 3, .interval_ms = 10});
  CHECK(service.ask("order wait", demo_device(0) + " " + number).exit_code == 0);
  ProgramRun shown = service.ask("order show", demo_device(0) + " " + number);
  INFO(shown.out);
  CHECK(holds(shown.out, "eumCertificate: 30"));
  write(service.folder() + "/list", R"({"ecoList": [{"listEim": {}}]})");
  CHECK(service.ask("order create", demo_device(0) + " package --package @list").exit_code == 0);
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("an order by hand that makes no sense says what is wrong with it") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  REQUIRE(service.observe(meter(0)).exit_code == 0);
  Operator operating(service);
  struct Row {
    const char* members;
    unsigned status;
    const char* says;
  };
  const Row kRows[] = {
      {R"("command":"lst")", 400, "`/command` is none of"},
      {R"("command":5)", 400, "`/command` is none of"},
      {R"("command":"list","rolback":true)", 400, "`/rolback` is no member"},
      {R"("command":"list","data":["deviceInfo"])", 400,
       "`/data` says nothing of the command list"},
      {R"("command":"enable","iccid":8900)", 400, "`/iccid` is not a text"},
      {R"("command":"enable","iccid":"89x"})", 400, "JSON"},
      {R"("command":"enable","iccid":"89x")", 400, "`/iccid` is no ICCID"},
      {R"("command":"enable","profile":"nobody")", 400, "the card lists no profile"},
      {R"("command":"enable","iccid":"8949000000000000001","force":"yes")", 400,
       "`/force` is not true or false"},
      {R"("command":"download")", 400, "`/download` is missing"},
      {R"("command":"package")", 400, "`/package` is missing"},
      {R"("command":"package","package":{})", 400, "`/package` is no EuiccPackage"},
      {R"("command":"package","package":{"ecoList":[{"lstEim":{}}]})", 400, "lstEim"},
      {R"("command":"package","package":{"ecoList":[]})", 409, "without operations"},
      {R"("command":"package","package":{"psmoList":[{"enable":{"iccid":"98"}}]})", 400, "iccid"},
      {R"("command":"data","data":[])", 400, "`/data` is missing"},
      {R"("command":"data","data":["imsi"])", 400, "\"imsi\", which is nothing"},
      {R"("command":"data","data":[5])", 400, "5, which is nothing"},
  };
  for (const Row& row : kRows) {
    INFO(row.members);
    std::string body = "{\"device\":\"" + demo_device(0) + "\"," + row.members + "}";
    CHECK(operating.ask("POST", "/v1/orders", body) == row.status);
    std::string said = operating.json().value("detail", "");
    INFO(operating.text());
    CHECK(holds(said, row.says));
  }
  CHECK(service.stop(SIGTERM) == 0);
}
