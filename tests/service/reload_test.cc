// What is read again on SIGHUP, while everybody is at work.
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>

#include "adapters/service/tokens.h"
#include "tests/service/demo_folder.h"
#include "tests/service/kept_lines.h"
#include "tests/service/rest_client.h"
#include "tests/service/service_circumstances.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

TEST_CASE("tokens and policies are read again under load, and nobody who works notices") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 3));
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(3)).exit_code == 0);
  const std::string tokens = read_whole(service.folder() + "/tokens.json");
  const std::string policy = rules_alone(service.folder());
  SentReports reports;
  std::atomic<bool> over{false};
  std::atomic<unsigned> refused{0};
  std::thread load([&] {
    RestClient client(service);
    while (!over) {
      reports.next();
      auto reply =
          client.ask("POST", "/v1/observations", service.token("operate"), reports.lines());
      if (reply && reply->status == 200) {
        reports.acknowledged();
      } else {
        refused = reply ? reply->status : 1;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  std::string happened;
  std::thread devices([&] {
    while (!over) happened = service.devices("https", {.polls = 2, .interval_ms = 10});
  });
  RestClient client(service);
  auto status = [&](const std::string& token) {
    auto reply = client.ask("GET", "/v1/devices?limit=1", token);
    return reply ? reply->status : 0;
  };
  std::string last;
  for (int round = 0; round < 5; ++round) {
    INFO("round " << round);
    const std::string token = service::make_token(), name = "round " + std::to_string(round);
    std::string all = tokens;
    all.insert(all.find('[') + 1,
               service::token_entry(token, {name, service::Role::read, "*"}) + ",");
    write(service.folder() + "/tokens.json", all);
    std::string other = policy;
    other.insert(other.find("  owner"), "  # " + name + "\n");
    other.replace(other.find("version  \"1\""), 12, "version  \"" + name + "\"");
    write(service.folder() + "/policy.sojourn", other);
    CHECK(status(token) == 401);
    service.signal(SIGHUP);
    CHECK(becomes([&] { return status(token) == 200; }));
    if (!last.empty()) CHECK(status(last) == 401);
    CHECK(becomes([&] { return holds(service.ask("policy show").out, "version " + name); }));
    last = token;
  }
  // What cannot be used changes nothing.
  write(service.folder() + "/tokens.json", "{\"tokens\": [");
  write(service.folder() + "/policy.sojourn", policy + "\nrule x when nothing then\n");
  std::size_t before = count_of(service.said(), "\"reloaded\"");
  service.signal(SIGHUP);
  CHECK(becomes([&] { return count_of(service.said(), "\"reloaded\"") > before; }));
  CHECK(holds(service.said(), "E0881"));
  CHECK(holds(service.said(), "E0882"));
  CHECK(status(last) == 200);
  CHECK(holds(service.ask("policy show").out, "version round 4"));
  over = true;
  load.join();
  devices.join();
  INFO(happened);
  CHECK(refused == 0);
  CHECK(service.verify_audit().exit_code == 0);
  CHECK(service.stop(SIGTERM) == 0);
  SentReports::Comparison found = reports.compare(service.folder());
  CHECK(found.count > 0);
  CHECK(found.lost == 0);
  CHECK(found.doubled == 0);
}
