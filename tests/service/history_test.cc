// What the engine keeps of devices, and how it finds it again: log, journals, memories, master
// data; under another policy, and under a wall clock that somebody sets.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/service/input_log.h"
#include "tests/cli/run_program.h"
#include "tests/service/little_service.h"
#include "tests/service/meters.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

const std::string kMeters = meter_policy("rule meters when type = meter then profile = local-br");
const std::string kTrackers =
    meter_policy("rule trackers when type = meter then profile = bootstrap");

constexpr std::string_view kIsMeter = R"(,"attributes":{"type":"meter"})";

std::size_t row_count(LittleService& service, const StoreKey& prefix) {
  auto snapshot = service.store().snapshot();
  return (*snapshot)->scan(StoreRange::with_prefix(prefix), 1'000'000)->size();
}

bool decided_by(LittleService& service, const std::string& label, std::string_view rule) {
  return service.row(label).record.find(fmt::format("\"rule\":\"{}\"", rule)) != std::string::npos;
}

}  // namespace

TEST_CASE("the log alone brings devices back, and what it cannot hold is in their journals") {
  service::ServiceLimits limits;
  limits.log_bytes_max = 100'000;
  bool small = GENERATE(true, false);
  if (!small) limits.log_bytes_max = 10'000'000;
  INFO("log of " << limits.log_bytes_max);
  LittleService service(kMeters, limits);
  Instant t = at("2026-01-01T00:00:00Z");
  constexpr int kDevices = 200, kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    std::string lines;
    t = t + hours(1);
    for (int i = 0; i < kDevices; ++i) lines += meter_report(fmt::format("d{}", i), t, kIsMeter);
    service.set_clock(t);
    CHECK(service.observe(lines).taken == kDevices);
    if (round % 3 == 2) service.restart();
  }
  const service::Keys keys = service.tenant().keys();
  StoreKey journals = StoreKey(Space::histories, "t", 1).add_text("journal");
  if (small) {
    CHECK(service.until([&] { return row_count(service, journals) >= kDevices; }));
  } else {
    CHECK(row_count(service, journals) == 0);
    CHECK(row_count(service, keys.input_log()) > 0);
  }
  service.restart();
  // Everything is known: the same reports again are duplicates, all of them.
  std::string again;
  for (int i = 0; i < kDevices; ++i) again += meter_report(fmt::format("d{}", i), t, kIsMeter);
  auto counts = service.observe(again);
  CHECK(counts.duplicate == kDevices);
  // Every report is in its device's journal or in the log, once.
  auto snapshot = service.store().snapshot();
  auto rows = (*snapshot)->scan(StoreRange::with_prefix(keys.journal("d7")), 1'000);
  std::string all;
  std::uint64_t next = 0;
  for (const StoreRow& row : *rows) {
    all += service::unpack_journal(row.value).value();
    StoreKeyReader parts(row.key);
    parts.read_text(), parts.read_text();
    next = parts.read_unsigned() + 1;
  }
  auto log_rows = (*snapshot)->scan(StoreRange::with_prefix(keys.input_log()), 1'000);
  for (const StoreRow& row : *log_rows) {
    StoreKeyReader parts(row.key);
    parts.read_text();
    if (parts.read_unsigned() < next) continue;
    auto entries = service::read_log_row(row.value);
    for (const auto& [label, text] : *entries) all += label == "d7" ? text : "";
  }
  snapshot->reset();
  CHECK(std::count(all.begin(), all.end(), '{') == 2 * kRounds);  // a report has two
}

TEST_CASE("a block that cannot be read keeps nobody from reporting, nor its journal from packing") {
  LittleService service(kMeters);
  service.config().history = days(400);
  Instant t = at("2024-01-01T00:00:00Z");
  auto observe = [&](int count) {
    std::string lines;
    for (int i = 0; i < count; ++i) {
      t = t + hours(12);
      lines += meter_report("d", t, kIsMeter);
    }
    service.set_clock(t);
    return service.observe(lines).taken;
  };
  const service::Keys keys = service.tenant().keys();
  REQUIRE(observe(100) == 100);
  REQUIRE(service.until([&] { return row_count(service, keys.journal("d")) == 1; }));
  auto snapshot = service.store().snapshot();
  auto rows = (*snapshot)->scan(StoreRange::with_prefix(keys.journal("d")), 1);
  snapshot->reset();
  StoreTransaction damage;
  Bytes damaged = rows->front().value;
  damaged.resize(damaged.size() / 2);
  damage.put(rows->front().key, damaged);
  REQUIRE(service.store().commit(damage).ok());
  service.restart();  // it remembers the device, and has not looked at its blocks
  for (int i = 0; i < 20; ++i) CHECK(observe(100) == 100);
  CHECK_FALSE(service.failed());
  auto view = service.tenant().view("d", true);
  REQUIRE(view.ok());
  CHECK((*view)->newest_report == t);
  // Blocks go on being made, one for some dozens of reports.
  CHECK(service.until([&] { return row_count(service, keys.journal("d")) > 10; }));
  CHECK(row_count(service, keys.journal("d")) < 100);
  CHECK_FALSE(service.failed());
}

TEST_CASE("who is asked about after a change of policy is judged by the new one at once") {
  LittleService service(kMeters);
  Instant t = at("2026-01-01T00:00:00Z");
  constexpr int kDevices = 60, kReports = 400;
  for (int i = 0; i < kDevices; ++i) {
    std::string lines;
    for (int n = 0; n < kReports; ++n) {
      lines += meter_report(fmt::format("d{:02}", i), t + minutes(10 * n), kIsMeter);
    }
    service.observe(lines);
  }
  service.set_clock(t + days(4));
  service.restart();
  service.activate(kTrackers);
  // The last one in the order of keys, while most are not judged yet.
  std::string last = fmt::format("d{:02}", kDevices - 1);
  auto view = service.tenant().view(last, true);
  REQUIRE(view.ok());
  CHECK((*view)->row.record.find("trackers") != std::string::npos);
  CHECK((*view)->explanation.device == last);
  // A report of one that is not judged yet is decided by the new policy, too.
  CHECK(service.observe(meter_report("d50", t + days(4), kIsMeter)).taken == 1);
  CHECK(decided_by(service, "d50", "trackers"));
  for (int i = 0; i < kDevices; ++i) {
    CHECK(service.until([&] { return decided_by(service, fmt::format("d{:02}", i), "trackers"); }));
  }
  CHECK(service.until([&] { return !service.tenant().revisiting(); }));
  SECTION("and back again, twice, while the first change is under way") {
    service.activate(kMeters);
    service.activate(kTrackers);
    service.activate(kMeters);
    for (int i = 0; i < kDevices; ++i) {
      CHECK(service.until([&] { return decided_by(service, fmt::format("d{:02}", i), "meters"); }));
    }
    CHECK(service.until([&] { return !service.tenant().revisiting(); }));
    service.restart();
    CHECK_FALSE(service.tenant().revisiting());
  }
}

TEST_CASE("master data stands from the first report on, until a report says otherwise") {
  ScratchFolder scratch;
  std::string table = scratch.write("devices.csv", "device,type\nd1,meter\nd2,tracker\n");
  std::string policy = meter_policy("rule meters when type = meter then profile = local-br");
  policy.insert(policy.find("profile bootstrap"), "devices \"" + table + "\"\n");
  LittleService service(policy);
  Instant t = at("2026-01-01T00:00:00Z");
  service.set_clock(t);
  service.observe(meter_report("d1", t) + meter_report("d2", t) + meter_report("d3", t));
  CHECK(decided_by(service, "d1", "meters"));
  CHECK_FALSE(decided_by(service, "d2", "meters"));
  CHECK_FALSE(decided_by(service, "d3", "meters"));
  service.restart();
  service.observe(meter_report("d1", t + hours(1), R"(,"attributes":{"type":"tracker"})") +
                  meter_report("d2", t + hours(1), kIsMeter));
  CHECK_FALSE(decided_by(service, "d1", "meters"));
  CHECK(decided_by(service, "d2", "meters"));
  // Another inventory is another policy text: who is known is introduced anew from its journal.
  scratch.write("devices.csv", "device,type\nd3,meter\n");
  service.activate(policy);
  CHECK(service.until([&] { return decided_by(service, "d3", "meters"); }));
  CHECK(service.until([&] { return decided_by(service, "d2", "meters"); }));
}

TEST_CASE("an inventory makes one device of its EID and its IMEI, and splits no history") {
  const std::string eid = "89049032123451234512345678901235", imei = "356938035643809";
  const std::string heard_before = "356938035643817";
  const std::string other_eid = "89049032005675368283150513175643";
  ScratchFolder scratch;
  std::string table = scratch.write("devices.csv", "device,type\nd1,meter\n");
  std::string policy = meter_policy("rule meters when type = meter then profile = local-br");
  policy.insert(policy.find("profile bootstrap"), "devices \"" + table + "\"\n");
  LittleService service(policy);
  Instant t = at("2026-01-01T00:00:00Z");
  service.set_clock(t);
  auto report = [](const std::string& names, Instant when) {
    std::string line = meter_report("NAME", when);
    line.replace(line.find(R"("device":"NAME")"), 15, names);
    return line;
  };
  service.observe(report("\"imei\":\"" + heard_before + "\"", t));
  scratch.write("devices.csv", "eid,imei,type\n" + eid + "," + imei + ",meter\n" + other_eid + "," +
                                   heard_before + ",meter\n");
  service.activate(policy);
  // What was heard by its IMEI before goes on under it, with all that was counted of it.
  CHECK(service.until([&] { return decided_by(service, heard_before, "meters"); }));
  service.observe(report("\"imei\":\"" + imei + "\"", t + hours(1)) +
                  report("\"imei\":\"" + heard_before + "\"", t + hours(1)));
  CHECK(decided_by(service, eid, "meters"));
  CHECK(service.row(imei) == service::DeviceRow{});
  CHECK(service.row(other_eid) == service::DeviceRow{});
  // Once joined they stay so, whatever inventory comes.
  service.restart();
  scratch.write("devices.csv", "device,type\nd1,meter\n");
  service.activate(policy);
  service.observe(report("\"imei\":\"" + imei + "\"", t + hours(2)));
  CHECK(service.row(imei) == service::DeviceRow{});
}

TEST_CASE("a wall clock that jumps by years ticks what is due, and jumping back undoes nothing") {
  LittleService service(meter_policy(R"(
rule quiet when no service for 6 hours then profile = local-br, alert "quiet"
rule law overrides quiet when date >= 2027-01-01 then profile = bootstrap)"));
  Instant t = at("2026-01-01T00:00:00Z");
  service.set_clock(t);
  service.observe(meter_report("d", t, R"(,"registration":"none")"));
  service.set_clock("2046-01-01T00:00:00Z");
  CHECK(service.until([&] { return decided_by(service, "d", "law"); }));
  service.set_clock("2026-01-02T00:00:00Z");
  // What was decided in the future stands; reports of the present are late, or too late, and taken.
  auto counts = service.observe(meter_report("d", at("2026-01-02T00:00:00Z")) +
                                meter_report("e", at("2026-01-02T00:00:00Z"), kIsMeter));
  CHECK(counts.taken == 2);
  CHECK_FALSE(service.failed());
  service.restart();
  service.observe(meter_report("e", at("2026-01-02T01:00:00Z"), kIsMeter));
  CHECK(service.engine().running());
  CHECK_FALSE(service.failed());
}

TEST_CASE("a policy in shadow opens the stages of its rollouts as if it were in force") {
  LittleService service(meter_policy(""));
  Instant t = at("2026-01-01T00:00:00Z");
  service.set_clock(t);
  std::string lines;
  constexpr int kDevices = 40;
  for (int i = 0; i < kDevices; ++i) lines += meter_report(fmt::format("d{}", i), t, kIsMeter);
  service.observe(lines);
  auto shadow = service.prepare(meter_policy(
      "rule meters when type = meter then profile = local-br, rollout 0%, 100% each 24 hours"));
  REQUIRE(service.engine().set_shadow(shadow, "a shadow", "a test").ok());
  CHECK(service.until([&] { return !service.tenant().revisiting(); }));
  const StoreKey differing = service.tenant().keys().shadow_rows();
  CHECK(row_count(service, differing) == 0);
  service.set_clock(t + hours(25));
  CHECK(service.until([&] { return row_count(service, differing) == kDevices; }));
}

TEST_CASE("a kill switch for a country stops the devices that are there") {
  LittleService service(kMeters);
  std::string eid = "89049032000000000000000000000017";
  Instant t = at("2026-01-01T00:00:00Z");
  service.set_clock(t);
  service::KillSwitches switches;
  switches.countries = {"BR"};
  switches.by = "a test";
  REQUIRE(service.engine().set_switches(switches).ok());
  std::string line = meter_report(eid, t, kIsMeter);
  line.replace(line.find("\"device\""), 8, "\"eid\"");
  service.observe(line);
  CHECK(decided_by(service, eid, "meters"));
  CHECK(service.row(eid).waits_for == WaitReason::killed);
  service.restart();
  CHECK(service.tenant().switches().countries.contains("BR"));
  switches.countries = {"AR"};
  REQUIRE(service.engine().set_switches(switches).ok());
  CHECK(service.until([&] { return service.row(eid).waits_for != WaitReason::killed; }));
}
