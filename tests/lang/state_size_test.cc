// What a device costs: the memory of one device under a policy with twenty counting forms.
#include <fmt/format.h>

#include "engine/proof/compile.h"
#include "engine/runtime/device_loop.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"
#include "tests/support/counted_heap.h"

namespace sojourn::lang {
namespace {

constexpr std::string_view kForms[] = {
    "roaming in BR on at least 60 consecutive days",
    "roaming in BR on the same network on more than 90 consecutive days",
    "roaming in BR per profile on the same network on more than 80 consecutive days",
    "roaming in TR per imei on at least 91 days within 120 days",
    "roaming in TR per imei on at least 81 days within 120 days",
    "roaming in BR on at least 120 days in this calendar year",
    "roaming in BR on more than 20 days in this calendar month",
    "network in AU on at least 6 months within 12 months",
    "network in QA on at least 10 weeks within 13 weeks",
    "roaming in QA on at least 90 consecutive days allowing gaps of 6 days",
    "roaming on more than 50% of days within 120 days",
    "roaming for more than 50% of 120 days",
    "no service for 10 minutes",
    "(no service for 2 hours) within 12 hours",
    "region in BR for 24 hours",
    "roaming within 7 days",
    "at least 3 rejected with 11, 13 within 6 hours",
    "more than 4 switches within 30 days",
    "data in CN within 30 days > data in GB within 30 days",
    "6 months since roaming-activated",
};

std::string policy() {
  std::string text =
      "profile global home FR iccid 8933*\nprofile vivo home BR iccid 895510* download \"a\"\n";
  int number = 0;
  for (std::string_view form : kForms) {
    text += fmt::format("when {} then alert \"{}\"\n", form, ++number);
  }
  return text + "otherwise keep\n";
}

Observation report(Instant at, std::string_view network, bool first) {
  Observation said;
  said.at = at;
  said.network.give(*parse_plmn(network));
  if (first) said.profile.give("global");
  if (first) said.names.imei = "356938035643809";
  return said;
}

}  // namespace

namespace {

std::shared_ptr<const PreparedPolicy> twenty_forms() {
  testing::Loaded loaded = testing::load(policy());
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  CompileOptions options;
  options.claims = testing::small_world().claims();
  auto graph = compile(std::make_shared<const RuleTable>(loaded.table()), options);
  REQUIRE(graph);
  return PreparedPolicy::prepare(*graph, testing::small_world()).value();
}

// Four hundred days, one report a day; ten days in each place.
template <class Host>
void live(Host& host, const std::vector<std::string>& places, Instant start) {
  for (int day = 0; day < 400; ++day) {
    std::size_t place = static_cast<std::size_t>(day / 10) % places.size();
    host(report(start + days(day), places[place], day == 0));
  }
}

constexpr std::size_t kStateBytesMax = 1'000;  // "under 1 kB"
// A stay is a row of the network's timeline and one of its country's, with some room to spare;
// where the country was believed only later the ledger shows two rows of it.
constexpr std::size_t kLedgerRowBytesMax = 64;

const Instant kStart = *parse_rfc3339("2026-01-01T12:00:00Z");
const std::vector<std::string> kHome = {"724-05"};
const std::vector<std::string> kRoute = {"724-05", "722-07", "748-01", "208-01"};

}  // namespace

TEST_CASE("a device's state is under a kilobyte, its ledger apart, whatever it has lived through") {
  auto prepared = twenty_forms();
  for (const std::vector<std::string>& places : {kHome, kRoute}) {
    std::size_t before = sojourn::testing::heap_bytes_held();
    auto device = std::make_unique<Device>(prepared);
    auto take = [&](const Observation& said) {
      device->observe(said);
      device->decide(said.at);
    };
    live(take, places, kStart);
    std::size_t row_count = device->ledger().size();
    std::size_t awake = sojourn::testing::heap_bytes_held() - before;
    device->rest();
    std::size_t at_rest = sojourn::testing::heap_bytes_held() - before;
    WARN("20 counting forms, " << row_count << " ledger rows: " << at_rest << " bytes, with all "
                               << "conclusions " << awake);
    CHECK(row_count == (places.size() == 1 ? 1 : 79));
    CHECK(at_rest < kStateBytesMax + (row_count - 1) * kLedgerRowBytesMax);
    // It says itself what it holds, but for what the allocator rounds up.
    CHECK(device->byte_count() <= at_rest);
    CHECK(device->byte_count() * 10 > at_rest * 9);
  }
}

TEST_CASE("a device that rests after every report decides as one that never does") {
  auto prepared = twenty_forms();
  Device resting(prepared);
  Device awake(prepared);
  std::size_t alert_count = 0;
  auto take = [&](const Observation& said) {
    resting.observe(said);
    awake.observe(said);
    REQUIRE(resting.decide(said.at) == awake.decide(said.at));
    REQUIRE(resting.also() == awake.also());
    alert_count += resting.also().size();
    REQUIRE(resting.wake(said.at) == awake.wake(said.at));
    resting.rest();
  };
  live(take, kRoute, kStart);
  CHECK(alert_count > 0);
}

TEST_CASE("a loop at rest holds less than two kilobytes") {
  auto prepared = twenty_forms();
  std::size_t before = sojourn::testing::heap_bytes_held();
  auto loop =
      std::make_unique<DeviceLoop>(prepared, "89049032123451234512345678901235", LoopOptions{});
  auto take = [&](const Observation& said) { loop->report(said, [](const DecisionRecord&) {}); };
  live(take, kHome, kStart);
  loop->rest();
  std::size_t at_rest = sojourn::testing::heap_bytes_held() - before;
  WARN("a loop at rest: " << at_rest << " bytes");
  CHECK(at_rest < 2'000);
}

}  // namespace sojourn::lang
