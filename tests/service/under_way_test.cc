// The whole program while devices are under way: rules that change, a law that begins.
#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "tests/service/demo_folder.h"
#include "tests/service/rest_client.h"
#include "tests/service/service_circumstances.h"
#include "tests/service/switches.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

TEST_CASE("rules change while devices are under way: each ends where the last ones send it") {
  ScratchFolder scratch;
  constexpr std::size_t kDevices = 8;
  Served service(make_folder(scratch, "demo", kDevices));
  set_limits(service.folder(), R"("esipa_requests_per_second_max": 0)");
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(kDevices)).exit_code == 0);
  const std::string to_brazil = rules_alone(service.folder());
  std::string to_germany = to_brazil;
  const std::string rule = "type = meter then profile = local-br";
  to_germany.replace(to_germany.find(rule), rule.size(), "type = meter then profile = local-de");
  // Half of them poll over CoAP, half over HTTPS, all the time.
  std::atomic<bool> over{false};
  std::map<std::string, std::size_t> by_coap, by_https;
  auto poll = [&](const char* transport, std::size_t first, auto& switches) {
    while (!over) {
      Served::Fleet fleet{.first = first, .count = kDevices / 2, .polls = 5, .interval_ms = 20};
      count_switches(service.devices(transport, fleet), switches);
    }
  };
  std::thread coap([&] { poll("coap", 0, by_coap); });
  std::thread https([&] { poll("https", kDevices / 2, by_https); });
  Operator operating(service);
  auto are_on = [&](const std::string& profile) {
    return becomes([&] {
      for (std::size_t n = 0; n < kDevices; ++n) {
        if (operating.ask("GET", "/v1/devices/" + demo_device(n)) != 200) return false;
        nlohmann::json shown = operating.json();
        if (shown["enabled"] != profile || shown.contains("in_flight")) return false;
      }
      return true;
    });
  };
  CHECK(are_on("local-br"));
  // Sooner than a switch takes, and later: whatever was ordered, fetched or answered meanwhile.
  for (int round = 0; round < 12; ++round) {
    const std::string& next = round % 2 == 0 ? to_germany : to_brazil;
    CHECK(operating.ask("PUT", "/v1/policy", next) == 200);
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + 17 * round % 120));
  }
  CHECK(operating.ask("PUT", "/v1/policy", to_germany) == 200);
  CHECK(are_on("local-de"));
  over = true;
  coap.join();
  https.join();
  // What the cards did is what they proved, each once, and some were caught in the middle.
  std::map<std::string, std::size_t> switches = by_coap;
  switches.merge(by_https);
  std::size_t count = 0;
  for (const auto& [device, some] : switches) count += some;
  INFO(count << " switches");
  CHECK(count > 2 * kDevices);
  CHECK(becomes([&] { return proven_switches(service.ask("audit fetch").out) == switches; }));
  CHECK(service.verify_audit().exit_code == 0);
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("a law begins at midnight: devices that say nothing are ordered to obey it") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  const Instant midnight = parse_rfc3339("2027-02-01T00:00:00Z").value();
  std::string policy = rules_alone(service.folder());
  // A remedy that every device can obtain.
  policy.replace(policy.find("iccid 8955*"), 11, "iccid 8955* download \"smdp.example.com\"");
  policy.insert(policy.find("otherwise keep"),
                "ban no-roaming-in-brazil\n  from 2027-02-01\n  never roaming in BR\n"
                "  remedy profile = local-br\n\n");
  write(service.folder() + "/policy.sojourn", policy);
  ServiceCircumstances around(service);
  auto wall_now = [] {
    namespace chrono = std::chrono;
    auto now = chrono::system_clock::now().time_since_epoch();
    return Instant{chrono::duration_cast<chrono::milliseconds>(now).count()};
  };
  auto set_clock = [&](Instant shown) { around.shift_clock(shown - wall_now()); };
  set_clock(midnight - hours(2));
  bool started = service.start();
  INFO(service.said());
  REQUIRE(started);
  std::string tracker = kMeterInBrazil;
  tracker.replace(tracker.find("meter"), 5, "tracker");
  const std::int64_t ago_ms = (wall_now() - (midnight - hours(3))).ms;
  REQUIRE(service
              .observe(report_line(demo_device(0), ago_ms, tracker) +
                       report_line(demo_device(1), ago_ms, tracker))
              .exit_code == 0);
  service.devices("coap", {.count = 1, .polls = 4});
  service.devices("https", {.first = 1, .polls = 4});
  for (std::size_t n = 0; n < 2; ++n) {
    CHECK(holds(service.ask_until("devices show", demo_device(n), "bootstrap, enabled").out,
                "bootstrap, enabled"));
  }
  // From here on nobody says or asks anything; what happens is read from the log.
  const std::string enable = "\"command\":\"enable\"";
  set_clock(midnight - seconds(3));
  std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
  CHECK(count_of(service.said(), enable) == 0);
  CHECK(becomes([&] { return count_of(service.said(), enable) == 2; }));
  INFO(service.said());
  CHECK(count_of(service.said(), "\"ts\":\"2027-02-01T00:00:00Z\",\"device\":\"%\",\"outcome\"") ==
        2);
  CHECK(holds(service.said(), "no-roaming-in-brazil"));
  // And then they poll.
  service.devices("coap", {.count = 1, .polls = 4});
  service.devices("https", {.first = 1, .polls = 4});
  for (std::size_t n = 0; n < 2; ++n) {
    CHECK(holds(service.ask_until("devices show", demo_device(n), "local-br, enabled").out,
                "local-br, enabled"));
  }
  CHECK(service.verify_audit().exit_code == 0);
  CHECK(service.stop(SIGTERM) == 0);
}

TEST_CASE("a clock that leaps ahead brings nothing about until it has stayed there") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  const bool stays = GENERATE(false, true);
  set_limits(service.folder(), stays ? "\"clock_leap_seconds\": 3" : "\"clock_leap_seconds\": 60");
  ServiceCircumstances around(service, true);
  REQUIRE(service.start());
  // An hour without service is an alert; the clock says soon that it has passed.
  REQUIRE(service
              .observe(report_line(demo_device(0), 60'000,
                                   R"("registration":"none","profile":"bootstrap")"))
              .exit_code == 0);
  const std::string alert = "no service for an hour";
  around.shift_clock(days(2));
  CHECK(becomes([&] { return holds(service.said(), "the wall clock leapt ahead"); }));
  CHECK(holds(service.said(), "\"seconds_ahead\":\"172"));
  CHECK_FALSE(holds(service.said(), alert));
  if (stays) {
    CHECK(becomes([&] { return holds(service.said(), alert); }));
    CHECK(holds(service.said(), "the wall clock is believed"));
  } else {
    std::this_thread::sleep_for(std::chrono::seconds(3));
    around.shift_clock(Duration{0});
    CHECK(becomes([&] { return holds(service.said(), "the wall clock is back"); }));
    REQUIRE(service.observe(report_line(demo_device(0), 0, R"("registration":"none")")).exit_code ==
            0);
    CHECK_FALSE(holds(service.said(), alert));
  }
  CHECK(service.stop(SIGTERM) == 0);
}
