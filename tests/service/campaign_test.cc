// What one rule orders of many devices, in the hands of people and of the clock.
#include <csignal>

#include "tests/service/demo_folder.h"
#include "tests/service/rest_client.h"
#include "tests/service/service_circumstances.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

std::size_t enables_ordered(const Served& service) {
  return count_of(service.ask("audit fetch").out, R"(\"%\",\"command\":\"enable\")");
}

// The records of a device that say that it switched.
std::size_t switches_of(const Served& service, std::size_t n) {
  return count_of(service.ask("devices records", demo_device(n) + " --format json").out,
                  "\"result\":\"done\",\"command\":\"enable\"");
}

}  // namespace

TEST_CASE("a guard about the fleet lets one device after the other go") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 4));
  write(service.folder() + "/policy.sojourn",
        guarded_policy(service.folder(), "guard at most 1 devices per hour"));
  ServiceCircumstances around(service);
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(4)).exit_code == 0);
  service.devices("https", {.polls = 4});
  // Who may switch is said at a whole minute.
  CHECK(around.minutes_until([&] { return enables_ordered(service) > 0; }));
  service.devices("https", {.polls = 8});
  CHECK(enables_ordered(service) == 1);
  CHECK(holds(service.ask("devices list").out, "guard"));
  // An hour later the next one goes, and no more.
  around.pass(minutes(58));
  CHECK(around.minutes_until([&] { return enables_ordered(service) > 1; }));
  CHECK(enables_ordered(service) == 2);
}

TEST_CASE("a campaign waits for a yes, is aborted when too much fails, and goes on") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 8));
  ServiceCircumstances around(service);
  REQUIRE(service.start());
  REQUIRE(Operator(service).ask(
              "PUT", "/v1/policy",
              guarded_policy(service.folder(),
                             "guard approval when more than 6 devices\n"
                             "guard abort when at least 50% fail after at least 4")) == 200);
  REQUIRE(service.observe(meters(8)).exit_code == 0);
  service.devices("https", {.polls = 4});
  auto campaigns_have = [&](std::string_view word) {
    return holds(service.ask("campaigns list").out, word);
  };
  REQUIRE(around.minutes_until([&] { return campaigns_have("approval"); }));
  CHECK(campaigns_have("meters-in-brazil"));
  REQUIRE(service.stop(SIGKILL) == 128 + SIGKILL);
  REQUIRE(service.start());
  auto listed =
      nlohmann::json::parse(service.ask("campaigns list", "--format json").out)["campaigns"];
  REQUIRE(listed.size() == 1);
  CHECK(listed[0]["device_count"] == 8);
  CHECK(enables_ordered(service) == 0);
  CHECK(service.ask("campaigns approve", "other").exit_code == 1);
  CHECK(service.ask("campaigns approve", "meters-in-brazil --devices sha256:00").exit_code == 1);
  CHECK(service
            .ask("campaigns approve",
                 "meters-in-brazil --devices " + listed[0]["devices"].get<std::string>())
            .exit_code == 0);
  CHECK(holds(service.ask("audit fetch").out, "campaign_approved"));
  CHECK(Operator(service).metric("sojourn_fleet_devices{tenant=\"demo\"}") == 8);

  // Four of them carry the new profile where it finds no network.
  REQUIRE(around.minutes_until([&] { return enables_ordered(service) == 8; }));
  service.devices("https", {.count = 4, .polls = 12, .no_network = "89550000000000000001"});
  CHECK(around.minutes_until([&] { return campaigns_have("go-on"); }));
  CHECK(campaigns_have("4 of 4"));
  // What has not left is taken back.
  CHECK(holds(service.ask_until("order list", "--device " + demo_device(7), "withdrawn").out,
              "withdrawn"));
  service.devices("https", {.first = 4, .count = 4, .polls = 3});
  CHECK(!holds(service.ask("devices show", demo_device(7)).out, "local-br, enabled"));
  Operator own(service);
  CHECK(own.ask("POST", "/v1/campaigns/go-on", R"({"campaign":"meters-in-brazil"})") == 409);
  CHECK(holds(own.text(), "`demo-admin` put the policy in force"));
  CHECK(campaigns_have("go-on"));
  CHECK(service.ask("campaigns go-on", "meters-in-brazil").exit_code == 0);
  CHECK(around.minutes_until([&] {
    service.devices("https", {.first = 4, .count = 4, .polls = 4});
    return holds(service.ask("devices show", demo_device(7)).out, "local-br, enabled");
  }));
  CHECK(service.verify_audit().exit_code == 0);
}

TEST_CASE("who put a policy in force does not approve what it orders") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  std::string guarded = guarded_policy(service.folder(), "guard approval when more than 1 devices");
  write(service.folder() + "/policy.sojourn", policy_about_argentina(service.folder()));
  ServiceCircumstances around(service);
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(2)).exit_code == 0);
  service.devices("https", {.polls = 4});
  write(service.folder() + "/guarded", guarded);
  REQUIRE(service.ask("policy activate", "guarded").exit_code == 0);
  service.devices("https", {.polls = 4});
  REQUIRE(around.minutes_until(
      [&] { return holds(service.ask("campaigns list").out, "meters-in-brazil"); }));
  for (bool restarted : {false, true}) {
    INFO("restarted: " << restarted);
    if (restarted) REQUIRE(service.stop(SIGTERM) == 0);
    if (restarted) REQUIRE(service.start());
    ProgramRun own = service.ask("campaigns approve", "meters-in-brazil");
    INFO(own.out << own.err);
    CHECK(own.exit_code == 1);
    CHECK(holds(own.err, "`demo-approve` put the policy in force"));
    CHECK(holds(own.err, "somebody else"));
  }
  CHECK(!holds(service.ask("audit fetch").out, "campaign_approved"));
  CHECK(enables_ordered(service) == 0);
  Operator other(service);
  CHECK(other.ask("POST", "/v1/campaigns/approve", R"({"campaign":"meters-in-brazil"})") == 204);
  CHECK(holds(service.ask("audit fetch").out, "campaign_approved"));
  CHECK(around.minutes_until([&] { return enables_ordered(service) == 2; }));
}

TEST_CASE("the clock is set in the middle of a campaign: nobody goes twice, nobody is forgotten") {
  ScratchFolder scratch;
  constexpr std::size_t kDevices = 6;
  Served service(make_folder(scratch, "demo", kDevices));
  write(service.folder() + "/policy.sojourn",
        guarded_policy(service.folder(), "guard at most 2 devices per hour"));
  ServiceCircumstances around(service);
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(kDevices)).exit_code == 0);
  service.devices("https", {.polls = 4});
  REQUIRE(around.minutes_until([&] { return enables_ordered(service) == 2; }));
  // Two days back: what was passed stays passed, and who was let go goes on.
  around.pass(days(-2));
  service.devices("https", {.polls = 8});
  auto switched = [&] {
    std::size_t count = 0;
    for (std::size_t n = 0; n < kDevices; ++n) count += switches_of(service, n);
    return count;
  };
  CHECK(becomes([&] { return switched() == 2; }));
  CHECK(enables_ordered(service) == 2);
  REQUIRE(service.stop(SIGKILL) == 128 + SIGKILL);
  REQUIRE(service.start());
  CHECK(enables_ordered(service) == 2);
  CHECK(Operator(service).ask("GET", "/readyz") == 200);
  // Five days ahead at once: the hour is over, and then the next one.
  around.pass(days(5));
  for (std::size_t expected : {std::size_t{4}, kDevices}) {
    CHECK(around.minutes_until([&] {
      service.devices("https", {.polls = 4});
      return switched() >= expected;
    }));
    CHECK(enables_ordered(service) == expected);
    around.pass(hours(1));
  }
  CHECK(enables_ordered(service) == kDevices);
  for (std::size_t n = 0; n < kDevices; ++n) CHECK(switches_of(service, n) == 1);
  CHECK(service.verify_audit().exit_code == 0);
  CHECK(service.stop(SIGTERM) == 0);
}
