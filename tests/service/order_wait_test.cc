// Who waits for an order's end is answered when it comes, and keeps nobody else waiting.
#include <csignal>
#include <thread>
#include <vector>

#include "tests/service/demo_folder.h"
#include "tests/service/rest_client.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

TEST_CASE("an order is waited for over REST, and neither others nor the end wait for that") {
  ScratchFolder scratch;
  Served service(make_folder(scratch, "demo", 2));
  REQUIRE(service.start());
  REQUIRE(service.observe(meters(2)).exit_code == 0);
  Operator operating(service);
  auto ordered = [&](std::size_t device) {
    CHECK(operating.ask("POST", "/v1/orders",
                        R"({"device":")" + demo_device(device) + R"(","command":"list"})") == 201);
    return "/v1/orders/" + demo_device(device) + "/" + operating.json()["order"].dump();
  };
  const std::string comes = ordered(0), never = ordered(1);
  CHECK(operating.ask("GET", never + "?wait=1") == 200);
  CHECK(operating.json()["state"] == "queued");
  CHECK(operating.json()["asks"] == nlohmann::json::array({"list"}));
  CHECK(operating.ask("GET", never + "?wait=soon") == 400);
  CHECK(operating.json()["detail"] == "`wait=soon`: a whole number is wanted");
  CHECK(operating.ask("GET", never + "?weit=1") == 400);
  CHECK(operating.json()["detail"] ==
        "`weit` is nothing this route takes in its query; it takes: wait");
  CHECK(operating.ask("GET", never + "9?wait=30") == 404);
  std::thread polls([&] { service.devices("https", {.count = 1}); });
  nlohmann::json order;
  for (int i = 0; i < 10 && !order.contains("ended_at"); ++i) {
    CHECK(operating.ask("GET", comes + "?wait=30") == 200);
    order = operating.json();
  }
  polls.join();
  CHECK(order["state"] == "done");
  CHECK(order.contains("ended_at"));
  // More wait than there are threads; others are served, and it ends in time.
  std::vector<std::thread> waiters;
  for (int i = 0; i < 12; ++i) {
    waiters.emplace_back([&] { Operator(service).ask("GET", never + "?wait=30"); });
  }
  for (int i = 0; i < 20; ++i) CHECK(operating.ask("GET", "/v1/devices") == 200);
  CHECK(service.stop(SIGTERM) == 0);
  for (std::thread& waiter : waiters) waiter.join();
}
