// `sojourn device` as a program of its own against a real eIM: order book, store, HTTPS and CoAP.
#include <chrono>

#include "adapters/store/memory_store.h"
#include "tests/cli/run_program.h"
#include "tests/support/catch.h"
#include "tests/support/loopback_eim.h"

using namespace sojourn;
using namespace sojourn::testing;
using Catch::Matchers::Contains;

namespace {

const Iccid kLocalBr = *parse_iccid("89550000000000000001");

Instant wall_clock() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

// A folder of identities made by the program, and the eIM with its keys.
struct House {
  explicit House(std::size_t device_count) {
    std::string make = "sojourn device fleet --polls 0 --make " + std::to_string(device_count);
    ProgramRun made = run_shell(make, scratch.path());
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    eim = std::make_unique<LoopbackEim>(*store, scratch.file("fleet"), wall_clock());
    for (std::size_t n = 0; n < device_count; ++n) {
      eim->book([&](eim::OrderBook& book) {
        REQUIRE(book.enrol({.eid = simulator::demo_eid(n)}).ok());
        REQUIRE(book.place(simulator::demo_eid(n),
                           sgp32::PsmoList{sgp32::Enable{sgp32::to_wire(kLocalBr), true}},
                           eim::OrderBook::PlaceOptions{})
                    .ok());
        return 0;
      });
    }
  }

  ProgramRun run(const std::string& options) {
    return run_shell("sojourn device fleet --interval 1 " + options, scratch.path());
  }
  // States of the finished orders of all devices, in words.
  std::map<std::string, int> ends(std::size_t device_count) {
    std::map<std::string, int> ends;
    for (std::size_t n = 0; n < device_count; ++n) {
      eim->book([&](eim::OrderBook& book) {
        std::vector<eim::Order> finished = *book.take_finished(simulator::demo_eid(n));
        for (const eim::Order& order : finished) ++ends[std::string(state_name(order.state))];
        return 0;
      });
    }
    return ends;
  }

  ScratchFolder scratch;
  std::unique_ptr<Store> store = make_memory_store();
  std::unique_ptr<LoopbackEim> eim;
};

}  // namespace

TEST_CASE("a fleet in a process of its own is switched over HTTPS and over CoAP") {
  constexpr std::size_t kCount = 20;
  House house(kCount);
  std::string options;
  SECTION("HTTPS") {
    house.eim->serve_https();
    options = "--port " + std::to_string(house.eim->https_port());
  }
  SECTION("CoAP over DTLS") {
    house.eim->serve_coap();
    options = "--transport coap --port " + std::to_string(house.eim->coap_port());
  }
  ProgramRun run = house.run(options + " --polls 2 --threads 4");
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("20 devices, 40 polls") &&
                          Contains("enabled " + std::string(kLocalBr.text())));
  CHECK(house.ends(kCount) == std::map<std::string, int>{{"done", 20}});
  CHECK(house.eim->count(eim::Notice::Kind::signature_refused) == 0);
}

TEST_CASE("a device without a network under the new profile rolls back, and says so in JSON") {
  House house(1);
  house.eim->serve_https();
  std::string port = "--port " + std::to_string(house.eim->https_port());
  ProgramRun run =
      house.run(port + " --polls 3 --format json --no-network " + std::string(kLocalBr.text()));
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains(R"("event":"happened")") && Contains("rolled back") &&
                          Contains(R"("event":"summary","devices":1)") &&
                          Contains(R"("rollbacks":1)"));
  CHECK(house.ends(1) == std::map<std::string, int>{{"failed", 1}});
}

TEST_CASE("what a card went through is there in the next run") {
  House house(1);
  house.eim->serve_https();
  std::string port = "--port " + std::to_string(house.eim->https_port());
  CHECK(house.run(port + " --polls 2").exit_code == 0);
  CHECK(house.ends(1) == std::map<std::string, int>{{"done", 1}});
  house.eim->book([&](eim::OrderBook& book) {
    return book
        .place(simulator::demo_eid(0), sgp32::PsmoList{sgp32::ListProfileInfo{}},
               eim::OrderBook::PlaceOptions{})
        .ok();
  });
  CHECK(house.run(port + " --polls 2").exit_code == 0);
  eim::DeviceRecord record =
      *house.eim->book([](eim::OrderBook& book) { return book.device(simulator::demo_eid(0)); });
  CHECK(std::count_if(record.profiles.begin(), record.profiles.end(), [](const auto& profile) {
          return profile.enabled && profile.iccid == sgp32::to_wire(kLocalBr);
        }) == 1);
}

TEST_CASE("misbehaving devices as a program: every order still ends well") {
  House house(6);
  house.eim->serve_https();
  std::string port = "--port " + std::to_string(house.eim->https_port());
  for (const char* told : {"wrong-signature=30%", "doubled-result=50%,delayed-result=30%",
                           "no-answer=40%", "lost-acknowledgement=40%,omits-eid"}) {
    house.run(port + " --polls 4 --seed 7 --misbehave " + told);
  }
  ProgramRun run = house.run(port + " --polls 6");
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(house.ends(6) == std::map<std::string, int>{{"done", 6}});
}

TEST_CASE("what is wrong with the command line is said") {
  ScratchFolder scratch;
  auto run = [&](const std::string& options) {
    ProgramRun ran = run_shell("sojourn device " + options, scratch.path());
    INFO(options << ": " << ran.err);
    CHECK(ran.exit_code == 2);
    return ran.err;
  };
  CHECK_THAT(run("nowhere"), Contains("E0872"));
  CHECK(run_shell("sojourn device fleet --make 1 --polls 0", scratch.path()).exit_code == 0);
  CHECK_THAT(run("fleet --make 1"), Contains("holds a fleet already"));
  CHECK_THAT(run("fleet --transport pigeon"), Contains("unknown transport `pigeon`"));
  CHECK_THAT(run("fleet --misbehave nonsense"), Contains("nonsense"));
  CHECK_THAT(run("fleet --no-network 12"), Contains("is not an ICCID"));
  CHECK_THAT(run("fleet --world nowhere.json"), Contains("nowhere.json"));
  CHECK_THAT(run(""), Contains("FOLDER is required"));
  CHECK_THAT(run("fleet show 1"), Contains("FOLDER excludes a command"));
  CHECK_THAT(run("show"), Contains("DEVICE is required"));
  ProgramRun unreached = run_shell("sojourn device fleet --port 1", scratch.path());
  CHECK(unreached.exit_code == 1);
  CHECK_THAT(unreached.out, Contains("no answer"));
}
