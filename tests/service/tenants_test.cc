// More than one tenant in a service: what is one's is nobody else's.
#include <csignal>

#include "tests/service/demo_folder.h"
#include "tests/service/rest_client.h"
#include "tests/service/served.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

const std::string kOther = "of the other tenant";

// Tenants `demo` and, before it in the file, `other`, which has an administrator.
std::string folder_of_two(const ScratchFolder& scratch, const std::string& other_enrolment) {
  std::string folder = make_folder(scratch, "demo", 2);
  run_shell(
      "sojourn serve --init other --any-ports --devices 1 && "
      "sed -i 's/eim.example.com/eim.other.example/' other/serve.json",
      folder);
  replace_in(folder + "/serve.json", "    \"demo\"",
             R"(    "other": {"policy": "other/policy.sojourn", "enrolment": ")" + other_enrolment +
                 R"(",
      "eim": {"id": "eim.other.example", "key": "other/eim.key", "ci_certificates": ["other/ci.pem"]}},
    "demo")");
  replace_in(folder + "/tokens.json", "[",
             "[" + service::token_entry(kOther, {"other", service::Role::admin, "other"}) + ",");
  return folder;
}

}  // namespace

TEST_CASE("two tenants share a service and nothing else") {
  ScratchFolder scratch;
  std::string folder = folder_of_two(scratch, "listed");
  Served service(folder);
  REQUIRE(service.start());
  write(folder + "/reports", report_line(demo_device(0), 60'000, kMeterInBrazil));
  ProgramRun nameless = service.ask("observe", "reports");
  CHECK(nameless.exit_code == 1);  // the token is for several: which one?
  REQUIRE(service.ask("observe", "reports --tenant demo").exit_code == 0);
  CHECK(holds(service.ask("devices list", "--tenant demo").out, demo_device(0)));
  CHECK(!holds(service.ask("devices list", "--tenant other").out, demo_device(0)));
  ProgramRun unknown = service.ask("devices show", demo_device(0) + " --tenant other");
  CHECK(unknown.exit_code == 1);
  service.devices("https", {.count = 1});
  CHECK(holds(
      service.ask_until("devices show", demo_device(0) + " --tenant demo", "local-br, enabled").out,
      "local-br, enabled"));
  write(folder + "/chain", service.ask("audit fetch", "--tenant demo").out);
  CHECK(run_shell("sojourn audit verify chain", folder).exit_code == 0);
  CHECK(service.ask("audit fetch", "--tenant other").out.empty());
  RestClient client(service);
  std::string of_all = text_of(*client.ask("GET", "/metrics", service.token("read")));
  CHECK(holds(of_all, "{tenant=\"demo\"}"));
  CHECK(holds(of_all, "sojourn_esipa_messages_total"));
  std::string of_other = text_of(*client.ask("GET", "/metrics", kOther));
  CHECK(holds(of_other, "{tenant=\"other\"}"));
  CHECK(!holds(of_other, "demo"));
  CHECK(!holds(of_other, "sojourn_esipa_messages_total"));  // of which others have their part
}

TEST_CASE("a card has one tenant, and another learns only that it is taken") {
  ScratchFolder scratch;
  Served service(folder_of_two(scratch, "reported"));
  REQUIRE(service.start());
  RestClient client(service);
  auto as_other = [&](const char* path, const std::string& body) {
    return *client.ask("POST", path, kOther, body);
  };
  auto enrolment = [](std::size_t n) { return "{\"eid\":\"" + demo_device(n) + "\"}"; };
  write(service.folder() + "/reports", meter(0));
  REQUIRE(service.ask("observe", "reports --tenant demo").exit_code == 0);
  auto is_refused = [&](const auto& answer) {
    INFO(text_of(answer));
    CHECK(answer.status == 409);
    CHECK(holds(text_of(answer), "E0887"));
    CHECK(holds(text_of(answer), "EID `" + demo_device(0) + "` is another tenant's"));
    CHECK_FALSE(holds(text_of(answer), "demo"));
  };
  is_refused(as_other("/v1/devices", enrolment(0)));
  is_refused(as_other("/v1/observations", meter(0)));
  // A line among others.
  auto mixed = as_other("/v1/observations", meter(1) + meter(0));
  INFO(text_of(mixed));
  CHECK(mixed.status == 200);
  CHECK(holds(text_of(mixed), R"("taken":1,)"));
  CHECK(holds(text_of(mixed), R"("refused":1,)"));
  CHECK(holds(text_of(mixed), R"("line":2,"code":"E0887")"));
  std::string devices = text_of(*client.ask("GET", "/v1/devices", kOther));
  CHECK_FALSE(holds(devices, demo_device(0)));
  CHECK(holds(devices, demo_device(1)));
  // The second card is theirs now.
  CHECK(as_other("/v1/devices", enrolment(1)).status == 409);
  write(service.folder() + "/enrolment", enrolment(1));
  write(service.folder() + "/reports", meter(1));
  ProgramRun late = service.ask("observe", "reports --tenant demo");
  CHECK(late.exit_code == 1);
  CHECK(holds(late.err, "is another tenant's"));
  // It holds through a restart, too.
  REQUIRE(service.stop(SIGTERM) == 0);
  REQUIRE(service.start());
  RestClient again(service);
  is_refused(*again.ask("POST", "/v1/devices", kOther, enrolment(0)));
}

TEST_CASE("a start says which cards two tenants enrolled while that was not refused") {
  ScratchFolder scratch;
  std::string folder = folder_of_two(scratch, "reported");
  const std::string both = read_whole(folder + "/serve.json");
  write(folder + "/reports", meter(0));
  // Each of them alone, over the store of both: neither sees the other.
  for (const char* gone : {"other", "demo"}) {
    INFO(gone);
    run_shell(
        "python3 -c 'import json,sys; c = json.load(open(\"serve.json\")); "
        "del c[\"tenants\"][sys.argv[1]]; json.dump(c, open(\"alone.json\", \"w\"))' " +
            std::string(gone),
        folder);
    Served alone(folder);
    REQUIRE(alone.start("alone.json"));
    REQUIRE(alone.ask("observe", "reports").exit_code == 0);
    REQUIRE(alone.stop(SIGTERM) == 0);
  }
  Served service(folder);
  REQUIRE(service.start());
  INFO(service.said());
  CHECK(holds(service.said(), "1 EIDs are enrolled by both tenant `other` and tenant `demo`"));
  CHECK(holds(service.said(), "`other` stands first in the configuration"));
  CHECK_FALSE(holds(service.said(), demo_device(0)));
}

TEST_CASE("an enrolment that has ended leaves the card to another tenant, through kill -9") {
  ScratchFolder scratch;
  Served service(folder_of_two(scratch, "listed"));
  REQUIRE(service.start());
  write(service.folder() + "/reports", meter(0));
  REQUIRE(service.ask("observe", "reports --tenant demo").exit_code == 0);
  const std::string path = "/v1/devices/" + demo_device(0);
  const std::string enrolment = "{\"eid\":\"" + demo_device(0) + "\"}";
  auto is_taken = [&] {
    return RestClient(service).ask("POST", "/v1/devices", kOther, enrolment)->status == 409;
  };
  CHECK(is_taken());
  // Its list is on its way: nothing is ended over the head of the card.
  ProgramRun busy = service.ask("devices unenrol", demo_device(0) + " --tenant demo");
  CHECK(busy.exit_code == 1);
  CHECK(holds(busy.err, "under way"));
  // Nobody ends what is another tenant's.
  CHECK(RestClient(service).ask("DELETE", path, kOther)->status == 404);
  service.devices("https", {.count = 1});
  REQUIRE(holds(
      service.ask_until("devices show", demo_device(0) + " --tenant demo", "local-br, enabled").out,
      "local-br, enabled"));
  ProgramRun ended;
  for (int i = 0; i < 100 && (i == 0 || ended.exit_code != 0); ++i) {
    if (i > 0) run_shell("sleep 0.1");
    ended = service.ask("devices unenrol", demo_device(0) + " --tenant demo");
  }
  INFO(ended.out << ended.err);
  REQUIRE(ended.exit_code == 0);
  // The log has it as soon as it is answered, with who and without the card's name.
  CHECK(holds(service.said(), "\"enrolment_ended\":"));
  CHECK(holds(service.said(), "\"by\":\"demo-approve\""));
  CHECK_FALSE(holds(service.said(), demo_device(0)));
  CHECK(service.stop(SIGKILL) == 128 + SIGKILL);
  REQUIRE(service.start());
  // What is known of the device stays, and the chain says who ended it.
  ProgramRun shown = service.ask("devices show", demo_device(0) + " --tenant demo");
  CHECK(holds(shown.out, "local-br"));
  CHECK(holds(shown.out, "nothing is ordered of its card"));
  CHECK(holds(service.ask("devices records", demo_device(0) + " --tenant demo").out,
              "enrolment ended at counter "));
  CHECK(service.ask("devices unenrol", demo_device(0) + " --tenant demo").exit_code == 1);
  // A report does not enrol it again, and its card is another's.
  write(service.folder() + "/reports", report_line(demo_device(0), 1'000, kMeterInBrazil));
  REQUIRE(service.ask("observe", "reports --tenant demo").exit_code == 0);
  CHECK_FALSE(is_taken());
  // It takes no restart: what the other tenant ends is whose it is reported to next.
  RestClient client(service);
  const std::string second = "{\"eid\":\"" + demo_device(1) + "\"}";
  REQUIRE(client.ask("POST", "/v1/devices", kOther, second)->status == 201);
  write(service.folder() + "/reports", meter(1));
  CHECK(service.ask("observe", "reports --tenant demo").exit_code == 1);
  REQUIRE(client.ask("DELETE", "/v1/devices/" + demo_device(1), kOther)->status == 200);
  CHECK(service.ask("observe", "reports --tenant demo").exit_code == 0);
  CHECK(service.stop(SIGTERM) == 0);
}
