// Every route is called with everything that happens to devices behind it, and every answer is what
// the document at /openapi.json says.
#include <csignal>
#include <map>
#include <set>

#include "adapters/service/rest.h"
#include "tests/service/demo_folder.h"
#include "tests/service/openapi_shapes.h"
#include "tests/service/rest_client.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;
using Json = nlohmann::json;

namespace {

struct Request {
  std::string body = {};
  std::string role = "admin";
  std::map<std::string, std::string> parts = {};  // "{device}" and the like
  std::string query = {};
};

// Calls routes by their patterns, as `admin` unless told otherwise, and judges what comes back.
class Walk {
 public:
  explicit Walk(const Served& service) : service_(service), client_(service) {
    shapes_ = std::make_unique<OpenApiShapes>(send("GET", "/openapi.json", "", "nobody"));
  }

  Json call(unsigned expected, const std::string& method, const std::string& pattern,
            const Request& request = {}) {
    INFO(method << " " << pattern << request.query << " as " << request.role);
    std::string path = pattern;
    for (const auto& [name, value] : request.parts) {
      std::size_t at = path.find(name);
      if (at != std::string::npos) path.replace(at, name.size(), value);
    }
    Json answer = send(method, path + request.query, request.body, request.role);
    CHECK(reply_.status == expected);
    if (reply_.status / 100 == 2) {
      called_.insert(method + " " + pattern);
      CHECK(shapes_->wrong_in_request(method, pattern, request.body) == "");
    }
    std::string body = text_of(reply_);
    CHECK(shapes_->wrong_in_answer(method, pattern, reply_.status, reply_.content_type, body) ==
          "");
    return answer;
  }
  std::set<std::string> never_called() const {
    std::set<std::string> all;
    for (const service::RestRoute& route : service::rest_routes()) {
      std::string name = std::string(route.method) + " " + std::string(route.path);
      if (!called_.contains(name)) all.insert(name);
    }
    return all;
  }
  const OpenApiShapes& shapes() const { return *shapes_; }

 private:
  Json send(const std::string& method, const std::string& path, const std::string& body,
            const std::string& role) {
    auto reply = client_.ask(method, path, role == "nobody" ? "" : service_.token(role), body);
    REQUIRE(reply.ok());
    reply_ = std::move(*reply);
    return json_of(reply_);
  }

  const Served& service_;
  RestClient client_;
  std::unique_ptr<OpenApiShapes> shapes_;
  simulator::HttpReply reply_;
  std::set<std::string> called_;
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string quoted_eid(std::size_t n) { return "\"" + demo_device(n) + "\""; }

}  // namespace

TEST_CASE("every route answers what the document says") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 4));
  std::string config = read_whole(service.folder() + "/serve.json");
  write(service.folder() + "/serve.json",
        replaced(config, "\"policy\": \"policy.sojourn\"",
                 "\"policy\": \"policy.sojourn\", \"activation\": \"second person\""));
  add_person(service.folder(), "third", service::Role::approve);
  REQUIRE(service.start());
  Walk walk(service);
  auto device = [](std::size_t n) {
    return std::map<std::string, std::string>{{"{device}", demo_device(n)}};
  };
  auto order_of = [](std::size_t n, const Json& order) {
    return std::map<std::string, std::string>{{"{device}", demo_device(n)},
                                              {"{order}", order.dump()}};
  };

  walk.call(200, "GET", "/healthz", {.role = "nobody"});
  walk.call(200, "GET", "/readyz", {.role = "nobody"});
  const Json document = walk.call(200, "GET", "/openapi.json", {.role = "nobody"});
  walk.call(200, "GET", "/metrics");

  // A meter that is decided about, one that is left alone, and lines that are no reports.
  std::string tracker = replaced(kMeterInBrazil, "meter", "tracker");
  std::string lines = report_line(demo_device(0), 60'000, kMeterInBrazil) +
                      report_line(demo_device(1), 60'000, tracker) + "nonsense\n" +
                      report_line(demo_device(1), 30'000, R"("position":{"lat":91,"lon":0})");
  walk.call(200, "POST", "/v1/observations", {.body = lines});
  walk.call(400, "POST", "/v1/observations", {.body = "nonsense"});
  walk.call(403, "POST", "/v1/observations", {.body = lines, .role = "read"});
  walk.call(401, "GET", "/v1/devices", {.role = "nobody"});
  walk.call(200, "GET", "/v1/devices");
  walk.call(200, "GET", "/v1/devices", {.query = "?limit=1"});
  walk.call(404, "GET", "/v1/devices/{device}", {.parts = {{"{device}", "nobody"}}});
  walk.call(200, "GET", "/v1/devices/{device}", {.parts = device(0)});  // its list is in flight

  // Enrolled by hand; it never reports, and its card is asked for its profiles.
  std::string third = "{\"eid\": " + quoted_eid(2) + "}";
  walk.call(201, "POST", "/v1/devices", {.body = third});
  walk.call(409, "POST", "/v1/devices", {.body = third});
  walk.call(400, "POST", "/v1/devices", {.body = R"({"edi": "12"})"});
  std::string list = "{\"device\": " + quoted_eid(2) + R"(, "command": "list"})";
  Json placed = walk.call(201, "POST", "/v1/orders", {.body = list});
  walk.call(400, "POST", "/v1/orders", {.body = R"({"device": "1", "command": "list"})"});
  std::string eims = "{\"device\": " + quoted_eid(2) +
                     R"(, "command": "package", "package": {"ecoList": [{"listEim": {}}]}})";
  std::string data =
      "{\"device\": " + quoted_eid(2) + R"(, "command": "data", "data": ["euiccCertificate"]})";
  Json asked[] = {walk.call(201, "POST", "/v1/orders", {.body = eims}),
                  walk.call(201, "POST", "/v1/orders", {.body = data})};
  walk.call(200, "GET", "/v1/orders");
  walk.call(200, "GET", "/v1/orders", {.query = "?limit=1"});
  walk.call(200, "GET", "/v1/orders/{device}/{order}",
            {.parts = order_of(2, placed["order"]), .query = "?wait=1"});
  Json unwanted = walk.call(201, "POST", "/v1/orders", {.body = list});
  auto parts = order_of(2, unwanted["order"]);
  walk.call(204, "DELETE", "/v1/orders/{device}/{order}", {.parts = parts});
  walk.call(409, "DELETE", "/v1/devices/{device}", {.parts = device(2)});  // orders wait
  walk.call(201, "POST", "/v1/devices", {.body = "{\"eid\": " + quoted_eid(3) + "}"});
  walk.call(403, "DELETE", "/v1/devices/{device}", {.role = "operate", .parts = device(3)});
  walk.call(200, "DELETE", "/v1/devices/{device}", {.parts = device(3)});
  walk.call(404, "DELETE", "/v1/devices/{device}", {.parts = device(3)});
  walk.call(201, "POST", "/v1/devices", {.body = "{\"eid\": " + quoted_eid(3) + "}"});
  walk.call(404, "GET", "/v1/orders/{device}/{order}", {.parts = order_of(2, 77)});

  service.devices("https", {.count = 3});
  service.ask_until("devices show", demo_device(0), "local-br, enabled");
  service.ask_until("order list", "--device " + demo_device(2), "done");
  walk.call(200, "GET", "/v1/orders", {.query = "?device=" + demo_device(0)});
  walk.call(200, "GET", "/v1/orders", {.query = "?device=" + demo_device(2)});
  walk.call(200, "GET", "/v1/orders/{device}/{order}", {.parts = order_of(2, placed["order"])});
  for (const Json& one : asked) {
    auto parts_of_one = order_of(2, one["order"]);
    Json ended = walk.call(200, "GET", "/v1/orders/{device}/{order}",
                           {.parts = parts_of_one, .query = "?wait=10"});
    CHECK(ended.contains("answer"));
  }
  for (std::size_t n = 0; n < 3; ++n) {
    walk.call(200, "GET", "/v1/devices/{device}", {.parts = device(n)});
    walk.call(200, "GET", "/v1/devices/{device}/history", {.parts = device(n)});
    walk.call(200, "GET", "/v1/devices/{device}/explanation", {.parts = device(n)});
    walk.call(200, "GET", "/v1/devices/{device}/records", {.parts = device(n)});
  }
  walk.call(200, "GET", "/v1/devices/{device}/records", {.parts = device(0), .query = "?limit=1"});

  // Policies: in shadow, compared, proposed, in force, back again.
  std::string policy = read_whole(service.folder() + "/policy.sojourn");
  policy = policy.substr(0, policy.find("\ntest \""));
  std::string elsewhere = replaced(policy, "region in BR and type", "region in AR and type");
  std::string asking = replaced(policy, "type = meter then profile = local-br",
                                "type = meter then profile = local-br, approval");
  asking = replaced(asking, "otherwise keep",
                    "when region in CL and network in CL and type = meter then profile = "
                    "local-br\notherwise keep");
  walk.call(200, "GET", "/v1/policy");
  walk.call(200, "POST", "/v1/policy/check", {.body = policy + "\nrule x when nothing then\n"});
  walk.call(200, "POST", "/v1/policy/check", {.body = elsewhere});
  walk.call(200, "POST", "/v1/policy/difference", {.body = elsewhere});
  walk.call(422, "PUT", "/v1/policy", {.body = "nonsense"});
  walk.call(404, "GET", "/v1/policy/shadow");
  walk.call(200, "PUT", "/v1/policy/shadow", {.body = elsewhere});
  service.ask_until("policy shadow-show", "", demo_device(0));
  walk.call(200, "GET", "/v1/policy/shadow");
  walk.call(200, "GET", "/v1/policy/shadow", {.query = "?limit=1"});
  walk.call(202, "POST", "/v1/policy/shadow/activate");
  walk.call(204, "DELETE", "/v1/policy/shadow");
  walk.call(200, "GET", "/v1/policy/proposal");
  walk.call(204, "DELETE", "/v1/policy/proposal");
  walk.call(404, "GET", "/v1/policy/proposal");
  walk.call(202, "PUT", "/v1/policy", {.body = asking, .role = "approve"});
  walk.call(409, "POST", "/v1/policy/proposal/activate", {.role = "approve"});
  walk.call(200, "POST", "/v1/policy/proposal/activate");
  Json versions = walk.call(200, "GET", "/v1/policy/versions")["versions"];
  walk.call(200, "GET", "/v1/policy/versions/{version}", {.parts = {{"{version}", "1"}}});
  walk.call(404, "GET", "/v1/policy/versions/{version}", {.parts = {{"{version}", "99"}}});
  walk.call(409, "POST", "/v1/policy/rollback", {.query = "?to=sha256:0"});
  const std::string in_force = versions[0]["policy"], before = versions[1]["policy"];
  walk.call(200, "POST", "/v1/policy/rollback", {.query = "?to=" + in_force});
  walk.call(404, "GET", "/v1/policy/proposal");
  walk.call(202, "POST", "/v1/policy/rollback", {.query = "?to=" + before});
  walk.call(202, "POST", "/v1/policy/rollback");

  // A decision that waits for a yes.
  std::string fourth = report_line(demo_device(3), 60'000, kMeterInBrazil);
  walk.call(200, "POST", "/v1/observations", {.body = fourth});
  service.devices("coap", {.first = 3, .count = 1, .polls = 4});
  service.ask_until("approvals list", "", demo_device(3));
  walk.call(200, "GET", "/v1/approvals");
  walk.call(200, "GET", "/v1/approvals", {.query = "?limit=1"});
  walk.call(200, "GET", "/v1/devices/{device}/explanation", {.parts = device(3)});
  const std::string yes = "{\"devices\": [" + quoted_eid(3) + "]}";
  walk.call(409, "POST", "/v1/approvals", {.body = yes});                     // it accepted the
  walk.call(409, "POST", "/v1/approvals", {.body = yes, .role = "approve"});  // policy, and it
  walk.call(200, "POST", "/v1/approvals", {.body = yes, .role = "third"});    // proposed it
  walk.call(409, "POST", "/v1/approvals", {.body = yes, .role = "third"});
  walk.call(200, "GET", "/v1/devices/{device}", {.parts = device(3)});

  // A profile that nobody declared, and a rule without a name.
  std::string in_chile = replaced(replaced(kMeterInBrazil, "-23.55", "-33.45"), "-46.63", "-70.66");
  in_chile = replaced(replaced(in_chile, R"("profile":"bootstrap",)", ""), "724-05", "730-01");
  std::string fifth =
      report_line(demo_device(4), 60'000, in_chile + R"(,"iccid":"8956990000000000001")");
  walk.call(200, "POST", "/v1/observations", {.body = fifth});
  walk.call(200, "GET", "/v1/devices/{device}/explanation", {.parts = device(4)});
  walk.call(200, "GET", "/v1/devices/{device}/records", {.parts = device(4)});

  walk.call(200, "GET", "/v1/switches");
  walk.call(422, "PUT", "/v1/switches", {.body = R"({"countries": ["Brazil"]})"});
  walk.call(200, "PUT", "/v1/switches", {.body = R"({"countries": ["AR"]})"});
  walk.call(200, "GET", "/v1/switches");
  walk.call(200, "GET", "/v1/devices/{device}/records", {.parts = device(3)});
  walk.call(200, "GET", "/v1/audit");
  walk.call(200, "GET", "/v1/audit/head");

  walk.call(200, "GET", "/v1/campaigns");
  walk.call(409, "POST", "/v1/campaigns/approve", {.body = R"({"campaign": "none"})"});
  walk.call(409, "POST", "/v1/campaigns/go-on", {.body = R"({"campaign": "none"})"});
  walk.call(400, "POST", "/v1/campaigns/go-on", {.body = "{}"});

  // No campaign waits here: campaign_test.cc has one.
  CHECK(walk.never_called() ==
        std::set<std::string>{"POST /v1/campaigns/approve", "POST /v1/campaigns/go-on"});
  // What does not happen here: bans, damage, what only requests have.
  CHECK(walk.shapes().never_seen() ==
        std::set<std::string>{
            "DecisionMembers.bans", "DecisionMembers.overridden", "Device.set_aside",
            "DeviceSummary.set_aside", "Enrolment.association_token", "Enrolment.warning",
            "Explanation.bans", "Explanation.skipped", "Health.clock_seconds_ahead",
            "LedgerRow.imei", "Order.not_before", "Record.download", "Record.set_aside"});
  // What a client may rely on when it is refused stands in the document.
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      INFO(method << " " << path);
      bool changes = method != "get" && method != "head";
      CHECK(operation["responses"].contains("503") == changes);
    }
  }
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("the judge of answers sees what is wrong") {
  Json document = Json::parse(R"({"paths":{"/a":{"get":{"responses":{"2XX":{"content":{
    "application/json":{"schema":{"$ref":"#/components/schemas/A"}}}},"default":{}}}}},
    "components":{"schemas":{"A":{"type":"object","required":["n"],"properties":{
      "n":{"type":"integer"},"word":{"type":"string","enum":["x","y"]},
      "t":{"type":"string","format":"date-time","nullable":true},
      "either":{"oneOf":[{"type":"integer"},{"type":"string"}]},
      "referred":{"nullable":true,"allOf":[{"$ref":"#/components/schemas/A"}]},
      "none":{"type":"object","nullable":true,"enum":[null]},
      "list":{"type":"array","items":{"$ref":"#/components/schemas/A"}},
      "parts":{"allOf":[{"$ref":"#/components/schemas/A"},
        {"type":"object","required":["n","m"],"properties":{"m":{"type":"integer"}}}]}}}}}})");
  auto wrong = [&](std::string_view body, std::string_view type = "application/json") {
    OpenApiShapes shapes(document);
    return shapes.wrong_in_answer("GET", "/a", 200, type, body);
  };
  CHECK(wrong(R"({"n":1})") == "");
  CHECK(wrong(R"({"n":1,"t":null,"word":"x","either":"s","list":[{"n":2}]})") == "");
  CHECK(wrong(R"({"n":1,"t":"2026-01-01T00:00:00Z"})", "application/json; charset=utf-8") == "");
  CHECK(wrong(R"({"n":1,"parts":{"n":1,"m":2,"word":"x"}})") == "");
  CHECK(wrong(R"({"n":1,"none":null,"referred":{"n":2}})") == "");
  for (std::string_view bad :
       {R"({})", R"({"n":"1"})", R"({"n":1.5})", R"({"n":1,"more":0})", R"({"n":1,"word":"z"})",
        R"({"n":1,"t":"today"})", R"({"n":1,"either":[]})", R"({"n":1,"list":[{}]})",
        R"({"n":null})", R"([])", R"({"n":)", R"({"n":1,"parts":{"n":1}})",
        R"({"n":1,"parts":{"m":1}})", R"({"n":1,"parts":{"n":1,"m":2,"more":0}})",
        R"({"n":1,"parts":{"n":"1","m":2}})", R"({"n":1,"referred":null})",
        R"({"n":1,"none":{}})"}) {
    INFO(bad);
    CHECK(wrong(bad) != "");
  }
  CHECK(wrong(R"({"n":1})", "text/html") != "");
  OpenApiShapes shapes(document);
  CHECK(shapes.wrong_in_answer("GET", "/b", 200, "application/json", "{}") != "");
  CHECK(shapes.wrong_in_answer("GET", "/a", 404, "application/json", "{}") != "");
  shapes.wrong_in_answer("GET", "/a", 200, "application/json", R"({"n":1,"word":"x"})");
  CHECK(shapes.never_seen() ==
        std::set<std::string>{"A.either", "A.list", "A.none", "A.parts", "A.referred", "A.t"});
}
