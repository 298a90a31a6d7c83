// Work that several threads share is done once, collected in order, and means the same as if one
// thread had done it.
#include "adapters/service/helping_hands.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "tests/service/little_service.h"
#include "tests/service/meters.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;
using service::HelpingHands;

TEST_CASE("pieces are worked on once, wherever, and collected in their order") {
  for (std::size_t thread_count : {0u, 1u, 3u}) {
    HelpingHands hands(thread_count);
    for (std::size_t piece_count = 0; piece_count < 200; piece_count += 1 + piece_count / 3) {
      std::vector<int> done(piece_count), collected;
      hands.run(
          piece_count, [&](std::size_t i) { ++done[i]; },
          [&](std::size_t i) {
            // What another thread did is seen here.
            if (done[i] == 1) collected.push_back(static_cast<int>(i));
          });
      REQUIRE(collected.size() == piece_count);
      for (std::size_t i = 0; i < piece_count; ++i) REQUIRE(collected[i] == static_cast<int>(i));
    }
  }
}

TEST_CASE("other threads work while what is done is collected") {
  HelpingHands hands(1);
  std::atomic<std::size_t> done{0};
  bool waited_for_nobody = false;
  hands.run(
      3, [&](std::size_t) { ++done; },
      [&](std::size_t i) {
        if (i > 0) return;
        for (int look = 0; look < 5'000 && done < 3; ++look) {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        waited_for_nobody = done == 3;
      });
  CHECK(waited_for_nobody);
}

namespace {

// Devices and records of the chain in their order; salts and hashes are another service's.
std::vector<std::pair<std::string, std::string>> chain_of(LittleService& service) {
  auto snapshot = service.store().snapshot();
  auto rows = (*snapshot)->scan(StoreRange::with_prefix(service.tenant().keys().chain()), 100'000);
  std::vector<std::pair<std::string, std::string>> all;
  for (const StoreRow& row : *rows) {
    auto line = nlohmann::json::parse(row.value.begin(), row.value.end());
    all.emplace_back(line.value("device", ""), line["record"]);
  }
  return all;
}

}  // namespace

TEST_CASE("many reports at once are decided about as one after the other") {
  const std::string policy = meter_policy(
      "rule local when network in BR and type = meter then profile = local-br\n"
      "rule tell when network in BR and type = tracker then keep, alert \"a tracker\"");
  LittleService together(policy), singly(policy);
  constexpr int kDevices = 500;
  Instant t = at("2026-01-01T00:00:00Z");
  for (int round = 0; round < 4; ++round) {
    std::string all;
    for (int n = 0; n < kDevices; ++n) {
      const char* type = (n + round) % 3 == 0 ? "meter" : "tracker";
      std::string line = meter_report(fmt::format("d{}", n), t + seconds(round),
                                      fmt::format(R"(,"attributes":{{"type":"{}"}})", type));
      all += line;
      singly.observe(line);
    }
    service::ReportCounts counts = together.observe(all);
    CHECK(counts.taken == kDevices);
    CHECK(counts.decisions > 0);
    CHECK(together.observe(all).duplicate == kDevices);
  }
  CHECK(chain_of(together) == chain_of(singly));
  CHECK(chain_of(together).size() > kDevices);
  for (int n = 0; n < kDevices; ++n) {
    std::string label = fmt::format("d{}", n);
    REQUIRE(together.row(label) == singly.row(label));
  }
  together.restart();
  CHECK(together.observe(meter_report("d7", t + seconds(3), R"(,"attributes":{"type":"tracker"})"))
            .decisions == 0);
}
