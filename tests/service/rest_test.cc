// The operators' interface, route by route, over TLS.

#include <csignal>

#include "adapters/service/rest.h"
#include "adapters/service/tokens.h"
#include "tests/service/demo_folder.h"
#include "tests/service/rest_client.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;
using service::Role;

namespace {

using Json = nlohmann::json;

class Asking {
 public:
  explicit Asking(const Served& service) : client_(service) {}
  simulator::HttpReply ask(std::string_view method, std::string_view path, const std::string& token,
                           std::string_view body = {}) {
    auto reply = client_.ask(method, path, token, body);
    REQUIRE(reply.ok());
    return std::move(*reply);
  }

 private:
  RestClient client_;
};

std::string token_of(const Served& service, Role role) {
  return service.token(std::string(service::role_name(role)));
}

// A path that fits the route.
std::string example_of(std::string_view path) {
  std::string all(path);
  for (auto [name, value] :
       {std::pair<std::string, std::string>{"{device}", demo_device(0)}, {"{order}", "1"}}) {
    std::size_t at = all.find(name);
    if (at != std::string::npos) all.replace(at, name.size(), value);
  }
  return all;
}

}  // namespace

TEST_CASE("every route asks for its token, and for one that may") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  Asking asking(service);

  for (const service::RestRoute& route : service::rest_routes()) {
    INFO(route.method << " " << route.path);
    std::string path = example_of(route.path);
    if (route.role == Role::nobody) {
      CHECK(asking.ask(route.method, path, "").status == 200);
      continue;
    }
    CHECK(asking.ask(route.method, path, "").status == 401);
    CHECK(asking.ask(route.method, path, "wrong").status == 401);
    CHECK(asking.ask(route.method, path, token_of(service, route.role) + "0").status == 401);
    for (Role role : {Role::read, Role::operate, Role::approve, Role::admin}) {
      unsigned status = asking.ask(route.method, path, token_of(service, role)).status;
      INFO(service::role_name(role) << ": " << status);
      bool may = role >= route.role;
      CHECK((status == 403) == !may);
      if (may) CHECK((status < 500 && status != 401));
    }
  }

  SECTION("the document has every route, and nothing else") {
    Json document = json_of(asking.ask("GET", "/openapi.json", ""));
    REQUIRE(document.is_object());
    std::size_t operations = 0;
    for (const auto& [path, methods] : document["paths"].items()) {
      operations += methods.size() - methods.count("head");
      CHECK(methods.contains("get") == methods.contains("head"));
    }
    CHECK(operations == service::rest_routes().size());
    for (const service::RestRoute& route : service::rest_routes()) {
      std::string method(route.method);
      for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
      INFO(route.method << " " << route.path);
      REQUIRE(document["paths"].contains(std::string(route.path)));
      const Json& operation = document["paths"][std::string(route.path)][method];
      CHECK(operation.contains("responses"));
    }
    // What it refers to is there.
    std::string text = document.dump();
    constexpr std::string_view kReference = "#/components/schemas/";
    for (std::size_t at = 0; (at = text.find(kReference, at)) != std::string::npos;) {
      at += kReference.size();
      std::string name = text.substr(at, text.find('"', at) - at);
      INFO(name);
      CHECK(document["components"]["schemas"].contains(name));
    }
  }

  SECTION("a few members of JSON are no megabytes") {
    std::string nested = "{\"devices\":[" + std::string(2 << 20, ' ') + "]}";
    auto refused = asking.ask("POST", "/v1/approvals", token_of(service, Role::approve), nested);
    CHECK(refused.status == 413);
    CHECK(json_of(refused)["detail"].get<std::string>().find("1048576") != std::string::npos);
  }

  SECTION("what is wrong is a problem with a code") {
    std::string token = token_of(service, Role::operate);
    auto refused = asking.ask("POST", "/v1/observations", token, "{\"ts\":1}\n");
    CHECK(refused.status == 400);
    CHECK(refused.content_type == "application/problem+json");
    CHECK(json_of(refused)["code"].is_string());
    CHECK(asking.ask("GET", "/v1/nothing", token).status == 404);
    CHECK(asking.ask("PATCH", "/v1/devices", token).status == 405);
    for (const char* of : {"", "/history", "/explanation", "/records"}) {
      INFO(of);
      CHECK(asking.ask("GET", std::string("/v1/devices/nobody") + of, token).status == 404);
    }
    CHECK(asking.ask("POST", "/v1/devices", token, R"({"eid": "12"})").status == 400);
    CHECK(asking.ask("POST", "/v1/devices", token, R"({"edi": "12"})").status == 400);
    std::string eid = R"({"eid": ")" + demo_device(0) + R"("})";
    auto enrolled = asking.ask("POST", "/v1/devices", token, eid);
    CHECK(enrolled.status == 201);
    CHECK_FALSE(json_of(enrolled).contains("warning"));
    CHECK(asking.ask("POST", "/v1/devices", token, eid).status == 409);
    std::string mistyped = demo_device(1);
    std::swap(mistyped[30], mistyped[31]);
    auto odd = asking.ask("POST", "/v1/devices", token, R"({"eid": ")" + mistyped + R"("})");
    CHECK(odd.status == 201);
    CHECK(holds(json_of(odd)["warning"].get<std::string>(), "check digits"));
    CHECK(asking.ask("POST", "/v1/orders", token, R"({"device": "1", "command": "list"})").status ==
          400);
    auto mixed = asking.ask("POST", "/v1/observations", token,
                            report_line(demo_device(0), 0, kMeterInBrazil) + "nonsense\n");
    CHECK(mixed.status == 200);
    CHECK(json_of(mixed)["taken"] == 1);
    CHECK(json_of(mixed)["refused"] == 1);
    CHECK(json_of(mixed)["findings"][0]["line"] == 2);
  }

  SECTION("HEAD is answered as GET is, without the body") {
    for (const service::RestRoute& route : service::rest_routes()) {
      INFO(route.method << " " << route.path);
      std::string path = example_of(route.path);
      std::string token = token_of(service, Role::admin);
      auto head = asking.ask("HEAD", path, token);
      CHECK(head.body.empty());
      if (route.method == "GET") {
        auto get = asking.ask("GET", path, token);
        CHECK(head.status == get.status);
        CHECK(head.content_type == get.content_type);
        CHECK_FALSE(get.body.empty());
        bool open = route.role == Role::nobody;
        CHECK(asking.ask("HEAD", path, "").status == (open ? get.status : 401));
      }
    }
    CHECK(asking.ask("HEAD", "/v1/nothing", "").status == 404);
    CHECK(asking.ask("HEAD", "/v1/observations", token_of(service, Role::admin)).status == 405);
  }

  SECTION("a body that is packed is not read as if it were not") {
    std::string report = report_line(demo_device(0), 0, kMeterInBrazil);
    for (auto [encoding, status] : {std::pair{"gzip", 415u}, std::pair{"identity", 200u}}) {
      simulator::HttpCall call{.method = "POST", .path = "/v1/observations"};
      call.fields = {{"Authorization", "Bearer " + token_of(service, Role::operate)},
                     {"Content-Encoding", encoding}};
      call.body = as_bytes(report);
      auto client = simulator::make_http_client(service.client_options(service.rest_port()));
      auto reply = client->send(call);
      REQUIRE(reply.ok());
      INFO(text_of(*reply));
      CHECK(reply->status == status);
      CHECK(holds(text_of(*reply), "Content-Encoding") == (status == 415u));
    }
  }

  SECTION("what was forgotten changes nothing") {
    std::string token = token_of(service, Role::approve);
    auto in_force = [&] { return json_of(asking.ask("GET", "/v1/policy", token))["policy"]; };
    const Json before = in_force();
    for (auto [method, path] :
         {std::pair{"PUT", "/v1/policy"}, std::pair{"POST", "/v1/policy/check"},
          std::pair{"POST", "/v1/policy/difference"}, std::pair{"PUT", "/v1/policy/shadow"}}) {
      INFO(method << " " << path);
      auto refused = asking.ask(method, path, token);
      CHECK(refused.status == 400);
      CHECK(json_of(refused)["detail"] == "the body holds no policy");
    }
    CHECK(in_force() == before);
    for (const char* counter : {"-1", "8388608"}) {
      std::string eid = R"({"eid": ")" + demo_device(0) + R"(", "last_counter": )" + counter + "}";
      CHECK(asking.ask("POST", "/v1/devices", token, eid).status == 400);
    }
    const std::string shown = "/v1/devices/" + demo_device(0);
    std::string eid = R"({"eid": ")" + demo_device(0) + R"(", "last_counter": 8388607})";
    CHECK(holds(text_of(asking.ask("GET", shown, token)), "has been heard of"));
    CHECK(asking.ask("POST", "/v1/devices", token, eid).status == 201);
    CHECK(asking.ask("GET", shown, token).status == 404);
    CHECK(holds(text_of(asking.ask("GET", shown, token)), "is enrolled, and no report"));
    CHECK(asking.ask("DELETE", "/v1/orders/" + demo_device(0) + "/7", token).status == 404);
  }

  SECTION("metrics count what happened") {
    std::string token = token_of(service, Role::operate);
    asking.ask("POST", "/v1/observations", token,
               report_line(demo_device(0), 0, kMeterInBrazil) +
                   report_line(demo_device(0), -1, kMeterInBrazil));
    auto metrics = asking.ask("GET", "/metrics", token);
    std::string text = text_of(metrics);
    CHECK(text.find("sojourn_reports_total{tenant=\"demo\"} 2\n") != std::string::npos);
    CHECK(text.find("# TYPE sojourn_reports_waiting gauge\n") != std::string::npos);
  }
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("who may not changes nothing, whatever is sent") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  REQUIRE(service.start());
  Asking asking(service);
  const std::string admin = token_of(service, Role::admin);
  const std::string eid = "\"" + demo_device(0) + "\"";
  REQUIRE(asking.ask("POST", "/v1/observations", admin, meter(0)).status == 200);
  REQUIRE(asking.ask("PUT", "/v1/policy/shadow", admin, rules_alone(service.folder())).status ==
          200);
  // What does its work with a token that may, in this order: the last column is the answer then.
  struct Change {
    const char *method, *path;
    std::string body;
    unsigned status;
  };
  const Change kChanges[] = {
      {"POST", "/v1/observations", meter(1), 200},
      {"POST", "/v1/devices", R"({"eid":"89049032000000000000000000000357"})", 201},
      {"DELETE", "/v1/devices/89049032000000000000000000000357", "", 200},
      {"POST", "/v1/orders", "{\"device\":" + eid + ",\"command\":\"list\"}", 201},
      {"DELETE", "/v1/orders/{device}/2", "", 204},
      {"DELETE", "/v1/policy/shadow", "", 204},
      {"PUT", "/v1/policy/shadow", policy_about_argentina(service.folder()), 200},
      {"POST", "/v1/policy/shadow/activate", "", 200},
      {"PUT", "/v1/policy", guarded_policy(service.folder(), "guard at most 1 devices per hour"),
       200},
      {"POST", "/v1/policy/rollback", "", 200},
      {"PUT", "/v1/switches", R"({"all":true})", 200}};
  auto all_that_is_shown = [&] {
    std::string all;
    for (const service::RestRoute& route : service::rest_routes()) {
      bool is_of_state = route.method == "GET" && route.path.starts_with("/v1/");
      if (!is_of_state) continue;
      all += text_of(asking.ask("GET", example_of(route.path), admin));
    }
    return all;
  };
  const std::string before = all_that_is_shown();
  for (const Change& change : kChanges) {
    INFO(change.method << " " << change.path);
    std::string path = example_of(change.path);
    auto status = [&](const std::string& token) {
      return asking.ask(change.method, path, token, change.body).status;
    };
    CHECK(status("") == 401);
    CHECK(status("wrong") == 401);
    CHECK(status(token_of(service, Role::read)) == 403);
    // Not those that `operate` may.
    bool approves = std::string_view(change.path).starts_with("/v1/policy") ||
                    std::string_view(change.path) == "/v1/switches" ||
                    std::string_view(change.path).starts_with("/v1/devices/");
    if (approves) CHECK(status(token_of(service, Role::operate)) == 403);
  }
  CHECK(all_that_is_shown() == before);
  for (const Change& change : kChanges) {
    INFO(change.method << " " << change.path);
    auto reply = asking.ask(change.method, example_of(change.path), admin, change.body);
    INFO(text_of(reply));
    CHECK(reply.status == change.status);
  }
  CHECK(all_that_is_shown() != before);
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("tokens are known by their digests alone") {
  std::string token = service::make_token();
  std::string file =
      "{\"tokens\":[" + service::token_entry(token, {"alice", Role::operate, "acme"}) + "]}";
  CHECK(file.find(token) == std::string::npos);
  auto tokens = service::Tokens::parse(file);
  REQUIRE(tokens.ok());
  REQUIRE(tokens->find(token) != nullptr);
  CHECK(tokens->find(token)->name == "alice");
  CHECK(tokens->find(token)->role == Role::operate);
  CHECK(tokens->find("") == nullptr);
  CHECK(tokens->find(token + "0") == nullptr);
  CHECK_FALSE(service::Tokens::parse("{}").ok());
  CHECK_FALSE(service::Tokens::parse(R"({"tokens":[{"name":"a","role":"king"}]})").ok());
  CHECK_FALSE(
      service::Tokens::parse(R"({"tokens":[{"name":"a","role":"read","tenant":"*"}]})").ok());
}
