// The fine print about place, line by line (semantics 1 to 5).
#include "engine/base/diagnostic_code.h"
#include "tests/device/device_world.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

constexpr Duration kMs = milliseconds(1);
const Instant kStart = at("2026-01-01T08:00:00Z");

struct PlaceWorld : DeviceWorld {
  FeatureIndex region = simple(FeatureKind::country);
  FeatureIndex network = simple(FeatureKind::network);
  FeatureIndex no_service = simple(FeatureKind::no_service);
  FeatureIndex battery = simple(FeatureKind::attribute_number, 1);
  FeatureIndex flying = simple(FeatureKind::in_flight);
  FeatureIndex roaming_anywhere = roaming({});
  FeatureIndex roaming_gp = roaming({"GP"});
  ConditionIndex network_gp = network_in({"GP"});
  ConditionIndex network_all = network_in({"BL", "GF", "GP", "MF", "MQ"});

  std::string region_at(Device& device, Instant t) { return code_text(device.read(region, t)); }
  Truth judge_at(Device& device, ConditionIndex condition, Instant t) {
    return table.conditions.judge(condition, [&](const Test& test) {
      return judge(test, table.features[test.feature], device.read(test.feature, t));
    });
  }
};

Say in_brazil(Instant t) { return report(t).fix(-23.5, -46.6); }
Say in_uruguay(Instant t) { return report(t).fix(-33, -56); }
Say vague(Instant t) { return report(t).fix(-23.5, -46.6, 2'000'000); }

}  // namespace

TEST_CASE("1: a change is believed when it has lasted settle, and then from its first sign") {
  for (int extra : {-1, 0, 1}) {
    INFO("settle and " << extra << " ms");
    PlaceWorld world;
    Device device = world.device();
    device.observe(in_uruguay(kStart));
    CHECK(world.region_at(device, kStart) == "UY");
    Instant first_sign = kStart + hours(1);
    device.observe(in_brazil(first_sign));
    CHECK(world.region_at(device, first_sign) == "UY");
    Instant now = first_sign + minutes(30) + milliseconds(extra);
    CHECK(world.region_at(device, now) == (extra < 0 ? "UY" : "BR"));
    if (extra < 0) continue;
    auto rows = device.ledger();
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].country == "BR");
    CHECK(rows[1].from == first_sign);
    CHECK(rows[1].known_by == "corrected");
  }
}

TEST_CASE("1: a contradicted change vanishes, an uncertain fix contradicts nothing") {
  PlaceWorld world;
  Device device = world.device();
  device.observe(in_uruguay(kStart));
  device.observe(in_brazil(kStart + hours(1)));
  device.observe(in_uruguay(kStart + hours(1) + minutes(29)));
  device.observe(in_brazil(kStart + hours(2)));
  device.observe(vague(kStart + hours(2) + minutes(10)));
  CHECK(world.region_at(device, kStart + hours(2) + minutes(30) - kMs) == "UY");
  CHECK(world.region_at(device, kStart + hours(2) + minutes(30)) == "BR");
  auto rows = device.ledger();
  CHECK(rows.front().country == "UY");
  CHECK(rows.front().to == kStart + hours(2));
}

TEST_CASE("1: where an old fix lapsed, the network's country counts from that moment") {
  PlaceWorld world;
  world.table.settings.carry = hours(24);
  Device device = world.device();
  device.observe(in_uruguay(kStart));
  for (int hour = 1; hour <= 30; ++hour) {
    device.observe(report(kStart + hours(hour)).network("724-05"));
  }
  CHECK(world.region_at(device, kStart + hours(30)) == "BR");
  std::vector<EvidenceRow> rows = device.ledger();
  auto first_there = std::find_if(rows.begin(), rows.end(),
                                  [](const EvidenceRow& row) { return row.country == "BR"; });
  REQUIRE(first_there != rows.end());
  CHECK(first_there->from == kStart + hours(24));
}

TEST_CASE("1: the first answer after unknown is believed at once") {
  PlaceWorld world;
  world.table.settings.carry = hours(1);
  Device device = world.device();
  device.observe(in_uruguay(kStart));
  CHECK(world.region_at(device, kStart + hours(1)) == "unknown");
  device.observe(in_brazil(kStart + hours(2)));
  CHECK(world.region_at(device, kStart + hours(2)) == "BR");
}

TEST_CASE("6: a window is one of the clock that the device has now, whenever the place lapses") {
  DeviceWorld world;
  world.table.settings.carry = hours(1);
  world.table.settings.zone = "Europe/Berlin";
  world.rule("home", world.network_in({"BR"}), kVivo);
  const std::pair<std::int32_t, std::int32_t> morning = {5 * 3'600'000, 12 * 3'600'000};
  world.table.rules[0].action.window_ms = morning;
  Device device(world.prepared());
  device.observe(report("2026-11-01T02:00:00Z").network("724-05").value());
  // Eight in the morning there, and noon in Berlin.
  Instant hold_ends = at("2026-11-01T11:00:00Z");
  CHECK(device.next_within(morning.first, morning.second, hold_ends, at("2026-11-01T02:30:00Z")) ==
        hold_ends);
  CHECK(device.next_within(morning.first, morning.second, hold_ends, hold_ends) ==
        at("2026-11-02T04:00:00Z"));
}

TEST_CASE("2: carry alone says how long a place lasts") {
  struct Row {
    Duration carry;
    Duration last_known;  // the last millisecond at which the country is known
  };
  for (Row row : {Row{days(0), days(0)}, Row{milliseconds(1), days(0)},
                  Row{days(7), milliseconds(days(7).ms - 1)}}) {
    PlaceWorld world;
    world.table.settings.carry = row.carry;
    Device device = world.device();
    device.observe(in_brazil(kStart));
    // News of another kind renews nothing.
    device.observe(report(kStart + kMs).number("battery", 50));
    CHECK(world.region_at(device, kStart + std::max(row.last_known, kMs)) ==
          (row.last_known > kMs ? "BR" : "unknown"));
    CHECK(world.region_at(device, kStart + row.last_known + kMs + kMs) == "unknown");
  }
}

TEST_CASE("2: a declared validity, and what stands until changed") {
  PlaceWorld world;
  FeatureIndex profile = world.simple(FeatureKind::profile);
  Device device = world.device();
  device.observe(report(kStart).number("battery", 50).profile("global"));
  CHECK(device.read(world.battery, kStart + days(1) - kMs) == Reading::exactly(50'000'000));
  CHECK(!device.read(world.battery, kStart + days(1)).known);
  CHECK(device.read(profile, kStart + days(700)) == Reading::exactly(kGlobal));
  Device given = world.device();
  given.observe(report(kStart).number("battery", 40).standing());
  given.observe(report(kStart + hours(1)).number("battery", 40));
  CHECK(given.read(world.battery, kStart + days(30)) == Reading::exactly(40'000'000));
  given.observe(report(kStart + days(31)).number("battery", 30));
  CHECK(!given.read(world.battery, kStart + days(33)).known);
}

TEST_CASE("2, 3: without service there is no network; afterwards it is unknown until named") {
  PlaceWorld world;
  Device device = world.device();
  Instant t = kStart;
  device.observe(report(t).network("724-05").profile("global"));
  CHECK(device.read(world.no_service, t) == Reading::exactly(0));
  t = t + hours(1);
  device.observe(report(t).registration(Registration::searching));
  CHECK(device.read(world.no_service, t) == Reading::exactly(1));
  CHECK(device.read(world.network, t) == Reading::exactly(kNoSymbol));
  CHECK(device.read(world.roaming_anywhere, t) == Reading::exactly(0));
  CHECK(world.region_at(device, t) == "BR");
  // That the network is not known says nothing else: there is none.
  t = t + hours(1);
  Observation unknown = report(t);
  unknown.network.make_unknown();
  device.observe(unknown);
  CHECK(device.read(world.network, t) == Reading::exactly(kNoSymbol));
  CHECK(device.read(world.roaming_anywhere, t) == Reading::exactly(0));
  t = t + hours(1);
  device.observe(report(t).registration(Registration::roaming));
  CHECK(!device.read(world.network, t).known);
  CHECK(!device.read(world.roaming_anywhere, t).known);
  t = t + hours(1);
  device.observe(report(t).network("724-06"));
  CHECK(device.read(world.network, t) == Reading::exactly(pack(*parse_plmn("724-06"))));
}

TEST_CASE("3, 4: several countries under one code, and codes of no country") {
  PlaceWorld world;
  world.table.profiles[kNowhere].home = countries({"GP"});
  Device device = world.device();
  device.observe(report(kStart).network("340-20").profile("global"));
  CHECK(world.judge_at(device, world.network_gp, kStart) == Truth::unknown);
  CHECK(world.judge_at(device, world.network_all, kStart) == Truth::yes);
  CHECK(!device.read(world.roaming_gp, kStart).known);
  device.observe(report(kStart + hours(1)).profile("nowhere"));  // at home in GP
  CHECK(device.read(world.roaming_gp, kStart + hours(1)) == Reading::exactly(0));
  device.observe(report(kStart + hours(2)).network("901-37"));
  Instant t = kStart + hours(2);
  CHECK(world.judge_at(device, world.network_all, t) == Truth::no);
  CHECK(device.read(world.roaming_anywhere, t) == Reading::exactly(1));
  CHECK(device.read(world.roaming_gp, t) == Reading::exactly(0));
}

TEST_CASE("3: a rejected attach is no presence") {
  PlaceWorld world;
  Device device = world.device();
  device.observe(report(kStart).network("748-01").profile("global"));
  device.observe(report(kStart + hours(1)).network("724-05").reject(11));
  device.observe(report(kStart + hours(2)).network("724-05").registration(Registration::denied));
  CHECK(world.region_at(device, kStart + hours(2)) == "UY");
  CHECK(device.read(world.no_service, kStart + hours(2)) == Reading::exactly(0));
}

TEST_CASE("4: an ICCID that no profile matches has the home of its prefix") {
  PlaceWorld world;
  FeatureIndex profile = world.simple(FeatureKind::profile);
  Device device = world.device();
  device.observe(report(kStart).iccid("8955990000000000001").network("724-05"));
  CHECK(device.read(profile, kStart) == Reading::exactly(kOtherSymbol));
  CHECK(device.enabled_profile(kStart) == kOtherSymbol);
  CHECK(device.read(world.roaming_anywhere, kStart) == Reading::exactly(0));
  device.observe(report(kStart + hours(1)).iccid("8988900000000000001"));  // 888, no country
  CHECK(device.read(world.roaming_anywhere, kStart + hours(1)) == Reading::exactly(1));
  device.observe(report(kStart + hours(2)).iccid("89551000000000000019"));
  CHECK(device.read(profile, kStart + hours(2)) == Reading::exactly(kVivo));
}

TEST_CASE("5: what cannot be is dropped, the rest of the report is used") {
  PlaceWorld world;
  FeatureIndex type = world.simple(FeatureKind::attribute_choice, 0);
  FeatureIndex profile = world.simple(FeatureKind::profile);
  struct Row {
    Say said;
    Code code;
  };
  std::vector<Row> rows = {{report(kStart).fix(91, 0), Code::E0610},
                           {report(kStart).fix(0, 181), Code::E0610},
                           {report(kStart).fix(0, 0, -1), Code::E0610},
                           {report(kStart).text("type", "toaster"), Code::E0612},
                           {report(kStart).number("type", 1), Code::E0611},
                           {report(kStart).number("battery", 101), Code::E0612},
                           {report(kStart).number("battery", -1), Code::E0612},
                           {report(kStart).imei("12"), Code::E0613},
                           {report(kStart).data(-1), Code::E0614}};
  for (Row& row : rows) {
    INFO(code_name(row.code));
    Device device = world.device();
    ObserveOutcome outcome = device.observe(row.said.profile("global").network("724-05"));
    REQUIRE(outcome.refused.size() == 1);
    CHECK(outcome.refused[0].code == row.code);
    CHECK(world.region_at(device, kStart) == "BR");
    CHECK(device.read(profile, kStart) == Reading::exactly(kGlobal));
    CHECK(!device.read(type, kStart).known);
  }
}

TEST_CASE("a flight moves no device") {
  PlaceWorld world;
  Device device = world.device();
  device.observe(in_uruguay(kStart));
  struct Row {
    double altitude_m, speed_mps;
    int flying;
  };
  Instant t = kStart;
  for (Row row : {Row{3000, 100, 0}, Row{3000.5, 0, 1}, Row{0, 100.5, 1}}) {
    t = t + hours(1);
    Say said = row.flying ? in_brazil(t) : in_uruguay(t);
    said.value().position.value.altitude_m = row.altitude_m;
    said.value().position.value.speed_mps = row.speed_mps;
    device.observe(said);
    CHECK(device.read(world.flying, t) == Reading::exactly(row.flying));
  }
  CHECK(world.region_at(device, t + hours(5)) == "UY");
}

}  // namespace sojourn
