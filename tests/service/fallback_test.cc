// S20a, through the whole program: what a card does by itself is an input and is not fought.
#include <csignal>

#include "tests/service/demo_folder.h"
#include "tests/service/served.h"

using namespace sojourn::testing;

TEST_CASE("S20a: a profile that fell back rests for a day; the rule that wants it waits") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 1));
  REQUIRE(service.start());
  auto report = [&](std::int64_t ago_ms) {
    write(service.folder() + "/reports", report_line(demo_device(0), ago_ms, kMeterInBrazil));
    return service.ask("observe", "reports");
  };
  REQUIRE(report(60'000).exit_code == 0);
  service.devices("https", {.count = 1});
  ProgramRun switched = service.ask_until("devices show", demo_device(0), "local-br, enabled");
  INFO(switched.out << service.said());
  REQUIRE(holds(switched.out, "local-br, enabled"));

  // It loses its network; the card falls back by itself and says so (state change cause 1).
  std::string happened =
      service.devices("https", {.count = 1, .no_network = "89550000000000000001"});
  INFO(happened);
  ProgramRun shown = service.ask_until("devices show", demo_device(0), "quarantine");
  INFO(shown.out << service.said());
  CHECK(holds(shown.out, "bootstrap, enabled"));
  CHECK(holds(shown.out, "local-br: fell back"));

  // It is still a meter in Brazil: the rule decides as before, and nothing is ordered.
  REQUIRE(report(1'000).exit_code == 0);
  service.devices("https", {.count = 1, .no_network = "89550000000000000001"});
  std::string explanation = service.ask("devices explanation", demo_device(0)).out;
  INFO(explanation);
  CHECK(holds(explanation, "meters-in-brazil"));
  std::string records = service.ask("devices records", demo_device(0) + " --format json").out;
  INFO(records);
  std::string ordered = "\"device\":\"" + demo_device(0) + "\",\"command\":\"enable\"";
  CHECK(count_of(records, ordered) == 1);
  CHECK(count_of(records, "\"result\":\"done\",\"command\":\"enable\"") == 1);
  CHECK(holds(records, "quarantine"));
  CHECK(service.stop(SIGTERM) == 0);
}
