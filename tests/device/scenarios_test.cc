// The scenarios of the field (design: cases with right answers), at the level of features and
// decisions of one device.
#include "tests/device/device_world.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

Instant noon(std::string_view date, std::int64_t day_offset) {
  return at(std::string(date) + "T12:00:00Z") + days(day_offset);
}

Feature same_network() {
  Feature shape;
  shape.scope.same_network = true;
  return shape;
}

}  // namespace

TEST_CASE("S1: a meter in Brazil goes local, and once only") {
  DeviceWorld world;
  FeatureIndex type = world.simple(FeatureKind::attribute_choice, 0);
  world.rule("meters-in-brazil",
             world.table.conditions.all_of({world.region_in({"BR"}), world.symbol(type, 0)}),
             kVivo);
  Instant t = at("2026-01-01T10:00:00Z");

  Device meter = world.device();
  meter.observe(report(t).network("724-05").profile("global").text("type", "meter"));
  Decision decision = meter.decide(t);
  CHECK(decision.kind == Action::Kind::profile);
  CHECK(decision.profile == kVivo);
  CHECK(decision.rule == 0);

  Device tracker = world.device();
  tracker.observe(report(t).network("724-05").profile("global").text("type", "tracker"));
  CHECK(tracker.decide(t).kind == Action::Kind::keep);

  Device abroad = world.device();
  abroad.observe(report(t).network("722-07").profile("global").text("type", "meter"));
  CHECK(abroad.decide(t).kind == Action::Kind::keep);
}

TEST_CASE("S3: no service brings the global profile, a day on it the local one") {
  DeviceWorld world;
  ConditionIndex in_brazil = world.network_in({"BR"});
  ConditionIndex no_service = world.holds(world.simple(FeatureKind::no_service));
  FeatureIndex outage = world.counting(FeatureKind::held, no_service);
  ConditionIndex on_global = world.table.conditions.all_of(
      {in_brazil, world.symbol(world.simple(FeatureKind::profile), kGlobal)});
  FeatureIndex stay = world.counting(FeatureKind::held, on_global);
  Device device = world.device();

  device.observe(report("2026-01-01T08:00:00Z").network("724-05").profile("vivo-local"));
  CHECK(device.read(outage, at("2026-01-01T08:00:00Z")) == Reading::between(-1, -1));
  device.observe(report("2026-01-01T09:00:00Z").registration(Registration::none));
  CHECK(device.read(outage, at("2026-01-01T09:09:59.999Z")).lower == 599'999);
  CHECK(device.read(outage, at("2026-01-01T09:10:00Z")) == Reading::exactly(600'000));
  device.switched(kGlobal, at("2026-01-01T09:10:00Z"));
  device.observe(report("2026-01-01T09:10:00Z").network("724-05"));
  for (int hour = 1; hour < 24; ++hour) {
    Instant t = at("2026-01-01T09:10:00Z") + hours(hour);
    device.observe(report(t).network("724-05"));
  }
  CHECK(device.read(stay, at("2026-01-02T09:09:59.999Z")) == Reading::exactly(days(1).ms - 1));
  CHECK(device.read(stay, at("2026-01-02T09:10:00Z")) == Reading::exactly(days(1).ms));
}

TEST_CASE("S4: the 80th consecutive day on one network comes with no report") {
  DeviceWorld world;
  FeatureIndex count =
      world.counting(FeatureKind::consecutive_days, world.roaming_in({"BR"}), same_network());
  world.rule("settled", world.at_least(count, 80), kVivo);
  Device device = world.device();
  Instant day_80 = at("2026-03-21T00:00:00Z");
  for (int day = 0; day < 79; ++day) {
    Instant t = noon("2026-01-01", day);
    device.observe(report(t).network("724-05").profile("global"));
    CHECK(device.decide(t).kind == Action::Kind::keep);
    CHECK(device.read(count, t).lower == day + 1);
  }
  Instant newest = noon("2026-01-01", 78);
  CHECK(newest == at("2026-03-20T12:00:00Z"));
  CHECK(device.review(newest) == day_80);
  CHECK(device.wake(newest) <= day_80);
  CHECK(device.decide(day_80 - milliseconds(1)).kind == Action::Kind::keep);
  CHECK(device.decide(day_80).profile == kVivo);
  CHECK(device.decide(day_80).rule == 0);
}

TEST_CASE("S5: two networks, per network and per country") {
  DeviceWorld world;
  ConditionIndex roaming = world.roaming_in({"BR"});
  FeatureIndex per_network = world.counting(FeatureKind::consecutive_days, roaming, same_network());
  FeatureIndex per_country = world.counting(FeatureKind::consecutive_days, roaming);
  Device device = world.device();
  std::int64_t longest = 0;
  for (int day = 0; day < 100; ++day) {
    Instant t = noon("2026-01-01", day);
    device.observe(report(t).network(day < 60 ? "724-05" : "724-06").profile("global"));
    longest = std::max(longest, device.read(per_network, t).lower);
    CHECK(device.read(per_country, t).lower == day + 1);
  }
  CHECK(longest == 60);
  CHECK(device.read(per_network, noon("2026-01-01", 99)).lower == 40);
}

TEST_CASE("S6: 91 days of 120, by IMEI, whatever the profile") {
  DeviceWorld world;
  ConditionIndex in_turkey = world.roaming_in({"TR"});
  Feature shape;
  shape.window = {120, TimeUnit::day};
  shape.scope.per_imei = true;
  FeatureIndex by_imei = world.counting(FeatureKind::window_count, in_turkey, shape);
  shape.scope = {};
  shape.scope.per_profile = true;
  FeatureIndex by_profile = world.counting(FeatureKind::window_count, in_turkey, shape);
  Device device = world.device();
  std::string reached_81, reached_91;
  for (int day = 0; day < 111; ++day) {
    Instant t = noon("2026-01-01", day);
    bool away = day >= 45 && day < 65;
    bool second = t >= at("2026-03-20T00:00:00Z");
    // A report at midnight as well: until the next report a device stays where it was.
    for (Instant when : {t - hours(12), t}) {
      device.observe(report(when)
                         .network(away ? "284-01" : "286-01")
                         .imei("356938035643809")
                         .iccid(second ? "8949000000000000001" : "8933000000000000001"));
    }
    std::int64_t days_there = device.read(by_imei, t).lower;
    if (days_there == 81 && reached_81.empty()) reached_81 = to_rfc3339(t).substr(0, 10);
    if (days_there == 91 && reached_91.empty()) reached_91 = to_rfc3339(t).substr(0, 10);
    if (t == at("2026-03-20T12:00:00Z")) CHECK(device.read(by_profile, t).lower == 1);
  }
  CHECK(reached_81 == "2026-04-11");
  CHECK(reached_91 == "2026-04-21");
}

TEST_CASE("S7: 120 days of the calendar year, and the reset") {
  DeviceWorld world;
  ConditionIndex roaming = world.roaming_in({"BR"});
  Feature year;
  year.window = {1, TimeUnit::year};
  FeatureIndex in_year = world.counting(FeatureKind::calendar_count, roaming, year);
  FeatureIndex in_a_row = world.counting(FeatureKind::consecutive_days, roaming);
  Device device = world.device();
  auto within = [](Instant t, std::string_view from, std::string_view to) {
    return t >= at(std::string(from) + "T00:00:00Z") &&
           t < at(std::string(to) + "T00:00:00Z") + days(1);
  };
  std::string reached;
  std::int64_t longest = 0;
  for (int day = 0; day < 366; ++day) {
    Instant t = noon("2026-01-01", day);
    bool there = within(t, "2026-01-10", "2026-03-10") || within(t, "2026-04-01", "2026-05-15") ||
                 within(t, "2026-06-01", "2026-07-31");
    // Midnight reports keep the days apart.
    for (Duration offset : {hours(-12), hours(0), milliseconds(12 * 3'600'000 - 1)}) {
      device.observe(report(t + offset).network(there ? "724-05" : "208-01").profile("global"));
    }
    std::int64_t count = device.read(in_year, t + hours(12) - milliseconds(1)).lower;
    if (count == 120 && reached.empty()) reached = to_rfc3339(t).substr(0, 10);
    longest = std::max(longest, device.read(in_a_row, t + hours(12) - milliseconds(1)).lower);
  }
  CHECK(reached == "2026-06-15");
  CHECK(longest == 61);
  CHECK(device.read(in_year, at("2026-12-31T23:59:59.999Z")).lower == 166);
  CHECK(device.read(in_year, at("2027-01-01T12:00:00Z")) == Reading::exactly(0));
}

TEST_CASE("S16: border flapping switches nothing, a stay switches once") {
  DeviceWorld world;
  world.table.settings.settle = hours(2);
  FeatureIndex region = world.simple(FeatureKind::country);
  FeatureIndex roams = world.roaming({"BR"});
  Device device = world.device();
  Instant t = at("2026-01-01T08:00:00Z");
  for (int i = 0; i < 6; ++i, t = t + minutes(10)) {
    device.observe(
        report(t).fix(-33, -56).network(i % 2 == 0 ? "748-01" : "724-05").profile("global"));
    CHECK(code_text(device.read(region, t)) == "UY");
    CHECK(device.read(roams, t) == Reading::exactly(i % 2));
  }
  Instant arrived = t;
  for (int i = 0; i <= 12; ++i, t = t + minutes(10)) {
    device.observe(report(t).fix(-23.5, -46.6).network("724-05").profile("global"));
    CHECK(code_text(device.read(region, t)) == (i < 12 ? "UY" : "BR"));
  }
  CHECK(code_text(device.read(region, arrived + hours(2) + minutes(5))) == "BR");
}

TEST_CASE("S13: six months of twelve, and more than 500 devices on the APN") {
  DeviceWorld world;
  world.table.settings.carry = days(1);
  Attribute apn;
  apn.name = "apn";
  apn.type = AttributeType::text;
  world.table.attributes.push_back(apn);
  Feature months;
  months.bucket = TimeUnit::month;
  months.window = {12, TimeUnit::month};
  FeatureIndex seen = world.counting(FeatureKind::window_count, world.network_in({"AU"}), months);
  FeatureIndex fleet = world.simple(FeatureKind::fleet_count, 2);
  world.rule("permanent",
             world.table.conditions.all_of({world.at_least(seen, 6), world.at_least(fleet, 501)}),
             kVivo);
  for (std::int64_t size : {499, 500, 501, 502}) {
    INFO(size << " devices");
    Device device = world.device();
    device.told(fleet, Reading::exactly(size));
    device.observe(report("2025-11-10T00:00:00Z").network("208-01").profile("global"));
    for (std::string_view month : {"01", "03", "04", "06", "08", "10"}) {
      Instant t = at(fmt::format("2026-{}-10T00:00:00Z", month));
      device.observe(report(t).network("505-03"));
      bool in_scope = month == "10" && size > 500;
      CHECK((device.decide(t).kind == Action::Kind::profile) == in_scope);
    }
    // In the next January that of the year before drops out.
    Instant t = at("2026-12-31T23:59:59.999Z");
    CHECK((device.decide(t).kind == Action::Kind::profile) == (size > 500));
    CHECK(device.decide(t + milliseconds(1)).kind == Action::Kind::keep);
    // The fleet shrinks: at once.
    device.told(fleet, Reading::exactly(500));
    CHECK(device.decide(t + milliseconds(2)).kind == Action::Kind::keep);
  }
}

TEST_CASE("S20d: ten days of silence: seven are carried and say so, then nothing is known") {
  DeviceWorld world;
  FeatureIndex region = world.simple(FeatureKind::country);
  FeatureIndex in_a_row = world.counting(FeatureKind::consecutive_days, world.roaming_in({"BR"}));
  Device device = world.device();
  Instant t = at("2026-01-01T12:00:00Z");
  device.observe(report(t).network("724-05").profile("global").commissioned(t));
  CHECK(device.read(in_a_row, t + days(7) - milliseconds(1)) == Reading::exactly(8));
  CHECK(code_text(device.read(region, t + days(7) - milliseconds(1))) == "BR");
  CHECK(code_text(device.read(region, t + days(7))) == "unknown");
  CHECK_FALSE(device.read(in_a_row, t + days(7)).known);
  device.observe(report(t + days(10)).network("724-05"));
  auto rows = device.ledger();
  auto carried = std::find_if(rows.begin(), rows.end(),
                              [](const EvidenceRow& row) { return row.known_by == "carried"; });
  REQUIRE(carried != rows.end());
  CHECK(carried->to == t + days(7));
  CHECK(device.read(in_a_row, t + days(10)).lower == 1);
}

}  // namespace sojourn
