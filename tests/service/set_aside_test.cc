// Devices whose past cannot be read, in the hands of the engine.
#include <fmt/format.h>

#include "engine/base/diagnostic_code.h"
#include "engine/runtime/audit_chain.h"
#include "tests/service/little_service.h"
#include "tests/service/meters.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

// With an instant at which time alone changes every device.
const std::string kBefore = meter_policy(R"(
rule law when date >= 2026-06-01 then profile = bootstrap
rule meters when type = meter and date < 2026-06-01 then profile = local-br)");
const std::string kAfter = meter_policy(R"(
rule law when date >= 2026-06-01 then profile = bootstrap
rule all-meters when type = meter and date < 2026-06-01 then profile = local-br)");

std::string report(std::string_view device, Instant t) {
  return meter_report(device, t, R"(,"attributes":{"type":"meter"})");
}

// Many hours of reports of each, packed into blocks; then d2's blocks are damaged.
struct Damaged {
  Damaged() : service(kBefore) {
    for (int n = 0; n < 200; ++n) {
      t = t + hours(1);
      std::string lines;
      for (int i = 0; i < 4; ++i) lines += report(fmt::format("d{}", i), t);
      service.set_clock(t);
      service.observe(lines);
    }
    const service::Keys keys = service.tenant().keys();
    REQUIRE(service.until([&] { return rows(keys.journal("d2")).size() > 2; }));
    service.restart();
    StoreTransaction damage;
    for (const StoreRow& row : rows(keys.journal("d2"))) {
      damage.put(row.key, Bytes(row.value.begin(), row.value.begin() + 20));
    }
    REQUIRE(service.store().commit(damage).ok());
  }
  std::vector<StoreRow> rows(const StoreKey& prefix) {
    auto snapshot = service.store().snapshot();
    return (*snapshot)->scan(StoreRange::with_prefix(prefix), 1'000'000).value();
  }
  bool decided_by(std::string_view device, std::string_view rule) {
    return service.row(std::string(device)).record.find(fmt::format("\"rule\":\"{}\"", rule)) !=
           std::string::npos;
  }
  bool judged() {
    return service.until([&] { return !service.tenant().revisiting(); });
  }
  std::size_t set_aside() { return service.tenant().devices_set_aside(); }
  // Records that say so, and whether the chain is whole.
  std::size_t told() {
    ChainVerifier verifier;
    std::size_t count = 0;
    for (const StoreRow& row : rows(service.tenant().keys().chain())) {
      std::string line(row.value.begin(), row.value.end());
      CHECK(verifier.check(line).ok());
      if (line.find("set_aside") != std::string::npos) ++count;
    }
    return count;
  }

  Instant t = at("2026-01-01T00:00:00Z");
  LittleService service;
};

}  // namespace

TEST_CASE("a journal that cannot be read under another policy sets its device aside") {
  Damaged world;
  LittleService& service = world.service;
  CHECK(service.observe(report("d2", world.t = world.t + hours(1))).taken == 1);  // remembered
  service.restart();
  service.activate(kAfter);
  REQUIRE(world.judged());
  for (const char* device : {"d0", "d1", "d3"}) CHECK(world.decided_by(device, "all-meters"));
  CHECK(world.decided_by("d2", "meters"));
  CHECK(world.set_aside() == 1);
  CHECK_FALSE(service.failed());

  world.t = world.t + hours(1);
  auto counts = service.observe(report("d1", world.t) + report("d2", world.t));
  CHECK(counts.taken == 1);
  CHECK(counts.set_aside == 1);
  auto view = service.tenant().view("d2", true);
  REQUIRE(view.ok());
  CHECK_FALSE((*view)->set_aside.empty());
  CHECK(service.engine().approve({"d2"}, "somebody").error().code == Code::E0886);
  CHECK(world.told() == 1);

  SECTION("over restarts, and while time passes for the others") {
    for (int i = 0; i < 2; ++i) {
      service.restart();
      CHECK(world.set_aside() == 1);
      CHECK(service.observe(report("d2", world.t + minutes(i))).set_aside == 1);
    }
    service.set_clock("2026-06-02T00:00:00Z");
    for (const char* device : {"d0", "d1", "d3"}) {
      CHECK(service.until([&] { return world.decided_by(device, "law"); }));
    }
    CHECK(world.decided_by("d2", "meters"));
    // The queue does not begin with it for ever.
    CHECK(service.until(
        [&] { return service.engine().counters().next_instant > at("2026-06-02T00:00:00Z"); }));
    CHECK_FALSE(service.failed());
  }
  SECTION("until a policy comes that does without what is damaged") {
    service.activate(kBefore);
    REQUIRE(world.judged());
    CHECK(world.set_aside() == 0);
    view = service.tenant().view("d2", true);
    REQUIRE(view.ok());
    CHECK((*view)->set_aside.empty());
    CHECK((*view)->newest_report == world.t);  // what was kept meanwhile is there
    CHECK(service.observe(report("d2", world.t)).duplicate == 1);
    CHECK(world.told() == 2);
    service.restart();
    CHECK(world.set_aside() == 0);
    service.set_clock("2026-06-02T00:00:00Z");
    CHECK(service.until([&] { return world.decided_by("d2", "law"); }));
  }
}

TEST_CASE("a policy in shadow that cannot be shown a device's past keeps nobody from deciding") {
  Damaged world;
  LittleService& service = world.service;
  REQUIRE(service.engine().set_shadow(service.prepare(kAfter), kAfter, "a test").ok());
  REQUIRE(world.judged());
  CHECK(world.set_aside() == 0);
  CHECK(service.observe(report("d2", world.t + hours(1))).taken == 1);
  CHECK_FALSE(service.failed());
}

TEST_CASE("a row that cannot be read sets its device aside") {
  Damaged world;
  LittleService& service = world.service;
  service.restart();
  StoreTransaction damage;
  damage.put(service.tenant().keys().device("d1"), {1, 2, 3});
  REQUIRE(service.store().commit(damage).ok());
  auto counts =
      service.observe(report("d0", world.t + hours(1)) + report("d1", world.t + hours(1)));
  CHECK(counts.taken == 1);
  CHECK(counts.set_aside == 1);
  service.set_clock("2026-06-02T00:00:00Z");
  CHECK(service.until([&] { return world.decided_by("d0", "law"); }));
  CHECK(service.until(
      [&] { return service.engine().counters().next_instant > at("2026-06-02T00:00:00Z"); }));
  CHECK_FALSE(service.failed());
  CHECK(world.set_aside() == 1);
}
