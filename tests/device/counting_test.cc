// The fine print about counting, line by line (semantics 6 to 15).
#include "tests/device/device_world.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

constexpr Duration kMs = milliseconds(1);

Say on_724(Instant t) { return report(t).network("724-05").profile("global"); }
Say at_home(Instant t) { return report(t).network("208-01").profile("global"); }

}  // namespace

TEST_CASE("6: days end at the midnight of the rule's zone, else of the policy's") {
  DeviceWorld world;
  world.table.settings.zone = "America/Sao_Paulo";
  ConditionIndex roaming = world.roaming_in({"BR"});
  FeatureIndex in_policy_zone = world.counting(FeatureKind::consecutive_days, roaming);
  Feature shape;
  shape.zone = "Pacific/Kiritimati";
  FeatureIndex in_own_zone = world.counting(FeatureKind::consecutive_days, roaming, shape);
  Device device = world.device();
  Instant start = at("2026-01-01T09:00:00Z");  // 06:00 there, 23:00 on Kiritimati
  device.observe(on_724(start));
  struct Row {
    std::string_view now;
    int policy_days, own_days;
  };
  for (Row row : {Row{"2026-01-01T09:59:59.999Z", 1, 1}, Row{"2026-01-01T10:00:00Z", 1, 2},
                  Row{"2026-01-02T02:59:59.999Z", 1, 2}, Row{"2026-01-02T03:00:00Z", 2, 2}}) {
    INFO(row.now);
    CHECK(device.read(in_policy_zone, at(row.now)).lower == row.policy_days);
    CHECK(device.read(in_own_zone, at(row.now)).lower == row.own_days);
  }
}

TEST_CASE("6: the device's own clock, on the day it jumps and the day it repeats") {
  DeviceWorld world;
  Feature window;
  window.kind = FeatureKind::local_time;
  window.from_ms = 2 * 3'600'000;
  window.until_ms = 3 * 3'600'000;
  FeatureIndex two_to_three = world.feature(window);
  window.from_ms = 23 * 3'600'000;
  window.until_ms = 1 * 3'600'000;
  window.identity.clear();
  FeatureIndex over_midnight = world.feature(window);
  world.rule("at-night", world.holds(two_to_three), kVivo);
  Device device = world.device();
  device.observe(report("2026-03-27T12:00:00Z").fix(52.5, 13.4));  // Berlin
  CHECK(device.read(two_to_three, at("2026-03-28T01:00:00Z")) == Reading::exactly(1));
  CHECK(device.read(two_to_three, at("2026-03-28T01:59:59.999Z")) == Reading::exactly(1));
  CHECK(device.read(two_to_three, at("2026-03-28T02:00:00Z")) == Reading::exactly(0));
  // 29 March has no 02:00 to 03:00.
  Instant after = at("2026-03-28T12:00:00Z");
  CHECK(device.read(over_midnight, at("2026-03-28T22:00:00Z")) == Reading::exactly(1));
  CHECK(device.read(over_midnight, at("2026-03-29T00:00:00Z")) == Reading::exactly(0));
  CHECK(device.review(after) == at("2026-03-30T00:00:00Z"));
  // 25 October has it twice.
  device.observe(report("2026-10-24T12:00:00Z").fix(52.5, 13.4));
  Instant t = at("2026-10-24T12:00:00Z");
  CHECK(device.review(t) == at("2026-10-25T00:00:00Z"));
  CHECK(device.review(at("2026-10-25T00:00:00Z")) == at("2026-10-25T02:00:00Z"));
}

TEST_CASE("8: more than D is first true a millisecond after D") {
  DeviceWorld world;
  FeatureIndex held = world.counting(FeatureKind::held, world.roaming_in({"BR"}));
  Instant start = at("2026-01-01T08:00:00Z");
  Device device = world.device();
  device.observe(at_home(start - hours(1)));
  device.observe(on_724(start));
  for (std::int64_t ms : {599'999, 600'000, 600'001}) {
    CHECK(device.read(held, start + milliseconds(ms)) == Reading::exactly(ms));
  }
}

TEST_CASE("7: windows are half-open, and days within a window end with today") {
  DeviceWorld world;
  FeatureIndex rejects =
      world.events(EventKind::rejected, {hours(6).ms, TimeUnit::millisecond}, {11, 13});
  FeatureIndex recency = world.counting(FeatureKind::recency, world.roaming_in({"BR"}));
  Device device = world.device();
  Instant start = at("2026-01-01T00:00:00Z");
  device.observe(report(start).reject(11));
  device.observe(report(start + hours(1)).reject(22));
  device.observe(report(start + hours(2)).reject(13));
  CHECK(device.read(rejects, start + hours(6) - kMs) == Reading::exactly(2));
  CHECK(device.read(rejects, start + hours(6)) == Reading::exactly(1));
  device.observe(on_724(start + hours(7)));
  device.observe(at_home(start + hours(8)));
  CHECK(device.read(recency, start + hours(8)) == Reading::exactly(1));
  CHECK(device.read(recency, start + hours(9)) == Reading::exactly(hours(1).ms + 1));
}

TEST_CASE("8: months are calendar months, due at a local midnight") {
  DeviceWorld world;
  world.table.settings.zone = "Asia/Kolkata";
  Feature since;
  since.kind = FeatureKind::since;
  since.event = {EventKind::named, {}, "roaming-activated"};
  since.window = {6, TimeUnit::month};
  FeatureIndex six_months = world.feature(since);
  since.window = {1, TimeUnit::month};
  since.identity.clear();
  FeatureIndex one_month = world.feature(since);
  world.rule("due", world.holds(six_months), kVivo);
  Device device = world.device();
  Instant activated = at("2026-01-15T08:00:00Z");
  device.observe(on_724(activated - days(1)));
  CHECK(device.read(six_months, activated - days(1)) == Reading::exactly(0));
  device.observe(report(activated).event("roaming-activated"));
  Instant due = at("2026-07-14T18:30:00Z");  // midnight of 15 July there
  CHECK(device.read(six_months, due - kMs) == Reading::exactly(0));
  CHECK(device.read(six_months, due) == Reading::exactly(1));
  CHECK(device.review(activated) == due);
  device.observe(report("2027-01-31T08:00:00Z").event("roaming-activated"));
  CHECK(device.read(one_month, at("2027-02-27T18:29:59Z")) == Reading::exactly(0));
  CHECK(device.read(one_month, at("2027-02-27T18:30:00Z")) == Reading::exactly(1));
}

TEST_CASE("9: gaps; weekly contact with gaps of six days") {
  DeviceWorld world;
  world.table.settings.carry = days(0);
  Feature weekly;
  weekly.gap_days = 6;
  FeatureIndex contact =
      world.counting(FeatureKind::consecutive_days, world.network_in({"QA"}), weekly);
  Device device = world.device();
  Instant first = at("2026-01-05T10:00:00Z");
  for (int week = 0; week < 14; ++week) {
    Instant t = first + days(7 * week);
    device.observe(report(t).network("427-01"));
    CHECK(device.read(contact, t).lower == 7 * week + 1);
  }
  CHECK(device.read(contact, at("2026-04-03T23:59:59Z")).lower == 89);
  CHECK(device.read(contact, at("2026-04-04T00:00:00Z")).lower == 90);

  Device silent = world.device();
  for (int day : {0, 7, 14, 21, 28, 34}) {  // the last on 8 February
    silent.observe(report(first + days(day)).network("427-01"));
  }
  CHECK(silent.read(contact, at("2026-02-15T23:59:59Z")).lower == 42);
  CHECK(silent.read(contact, at("2026-02-16T00:00:00Z")).lower == 0);
  silent.observe(report("2026-02-16T09:00:00Z").network("427-01"));
  CHECK(silent.read(contact, at("2026-02-16T09:00:00Z")).lower == 1);
}

TEST_CASE("10: what lies before the first report may have been anything, unless commissioned") {
  DeviceWorld world;
  ConditionIndex roaming = world.roaming_in({"BR"});
  FeatureIndex in_a_row = world.counting(FeatureKind::consecutive_days, roaming);
  FeatureIndex held = world.counting(FeatureKind::held, roaming);
  Feature ten;
  ten.window = {10, TimeUnit::day};
  FeatureIndex of_ten = world.counting(FeatureKind::window_count, roaming, ten);
  Instant t = at("2026-01-10T12:00:00Z");
  Device device = world.device();
  device.observe(on_724(t));
  CHECK(device.read(in_a_row, t) == Reading::between(1, kNotYet));
  CHECK(device.read(held, t + hours(1)) == Reading::between(hours(1).ms, kNotYet));
  CHECK(device.read(of_ten, t) == Reading::between(1, 10));
  Device fresh = world.device();
  fresh.observe(on_724(t).commissioned(at("2026-01-09T12:00:00Z")));
  CHECK(fresh.read(in_a_row, t) == Reading::between(1, 2));
  CHECK(fresh.read(of_ten, t) == Reading::between(1, 2));
  CHECK(fresh.read(held, t) == Reading::between(0, hours(24).ms));
}

TEST_CASE("11: shares are of the whole window, and unknown until history reaches back") {
  DeviceWorld world;
  ConditionIndex roaming = world.roaming_in({"BR"});
  Feature eight_days;
  eight_days.window = {8, TimeUnit::day};
  FeatureIndex of_days = world.counting(FeatureKind::day_share, roaming, eight_days);
  Feature two_hours;
  two_hours.window = {hours(2).ms, TimeUnit::millisecond};
  FeatureIndex of_time = world.counting(FeatureKind::held_share, roaming, two_hours);
  Device device = world.device();
  Instant start = at("2026-01-01T10:00:00Z");
  for (int day = 0; day < 8; ++day) {
    Instant t = start + days(day);
    Instant midnight = at("2026-01-01T00:00:00Z") + days(day);
    if (day > 0) device.observe(day < 3 ? at_home(midnight) : on_724(midnight));
    device.observe(day < 3 ? at_home(t) : on_724(t));
    Reading share = device.read(of_days, t);
    CHECK(share.known == (day == 7));
    if (day == 7) CHECK(share.lower == 5);
  }
  Device other = world.device();
  other.observe(on_724(start));
  CHECK(!other.read(of_time, start + hours(2) - kMs).known);
  CHECK(other.read(of_time, start + hours(2)) == Reading::exactly(hours(2).ms));
  other.observe(at_home(start + hours(3)));
  CHECK(other.read(of_time, start + hours(4)) == Reading::exactly(hours(1).ms));
}

TEST_CASE("12: a row whose key is unknown is unknown") {
  DeviceWorld world;
  ConditionIndex in_brazil = world.region_in({"BR"});
  Feature per_imei;
  per_imei.scope.per_imei = true;
  FeatureIndex days_there = world.counting(FeatureKind::consecutive_days, in_brazil, per_imei);
  Device device = world.device();
  Instant t = at("2026-01-01T12:00:00Z");
  device.observe(on_724(t).commissioned(t));
  CHECK(device.read(days_there, t).lower == 0);
  device.observe(on_724(t + days(1)).imei("356938035643809"));
  CHECK(device.read(days_there, t + days(1)) == Reading::between(1, 2));
}

TEST_CASE("14: switches are changes of the enabled profile, not the first one seen") {
  DeviceWorld world;
  Period month{days(30).ms, TimeUnit::millisecond};
  FeatureIndex all = world.events(EventKind::switches, month);
  FeatureIndex ours = world.events(EventKind::commanded_switches, month);
  Device device = world.device();
  Instant t = at("2026-01-01T12:00:00Z");
  device.observe(report(t).profile("global"));
  CHECK(device.read(all, t) == Reading::exactly(0));
  device.observe(report(t + hours(1)).profile("vivo-local"));
  device.observe(report(t + hours(2)).profile("vivo-local"));
  device.switched(kGlobal, t + hours(3));
  CHECK(device.read(all, t + hours(3)) == Reading::exactly(2));
  CHECK(device.read(ours, t + hours(3)) == Reading::exactly(1));
  // A late report of a profile in between makes two switches of one.
  device.observe(report(t + minutes(30)).profile("turk-local"));
  CHECK(device.read(all, t + hours(4)) == Reading::exactly(3));
}

TEST_CASE("15: data is booked to the standing country and the day; totals may reset") {
  DeviceWorld world;
  Feature data;
  data.kind = FeatureKind::data_sum;
  data.window = {30, TimeUnit::day};
  data.countries = countries({"CN"});
  FeatureIndex in_china = world.feature(data);
  data.kind = FeatureKind::data_balance;
  data.other_countries = countries({"FR"});
  data.identity.clear();
  FeatureIndex balance = world.feature(data);
  Device device = world.device();
  Instant t = at("2026-03-01T12:00:00Z");
  device.observe(report(t).network("208-10").data(100));
  device.observe(report(t + days(1)).network("460-00"));
  device.observe(report(t + days(2)).network("460-00").data(99));
  CHECK(device.read(balance, t + days(2)) == Reading::exactly(-1));
  device.observe(report(t + days(2) + hours(1)).data(2));
  CHECK(device.read(balance, t + days(2) + hours(1)) == Reading::exactly(1));
  device.observe(report(t + hours(1)).data(5));  // late, still in FR
  CHECK(device.read(balance, t + days(2) + hours(1)) == Reading::exactly(-4));
  CHECK(device.read(in_china, at("2026-04-01T23:59:59Z")) == Reading::exactly(101));
  CHECK(device.read(in_china, at("2026-04-02T00:00:00Z")) == Reading::exactly(0));

  Device totals = world.device();
  std::vector<std::int64_t> counters = {1000, 1300, 200, 250};
  for (std::size_t i = 0; i < counters.size(); ++i) {
    totals.observe(
        report(t + hours(static_cast<std::int64_t>(i))).network("460-00").data_total(counters[i]));
  }
  CHECK(totals.read(in_china, t + hours(4)) == Reading::exactly(300 + 200 + 50));
}

TEST_CASE("more bytes than can be counted are the most that can, until they leave the window") {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  DeviceWorld world;
  Feature data;
  data.kind = FeatureKind::data_sum;
  data.countries = countries({"CN"});
  data.window = {30, TimeUnit::day};
  FeatureIndex in_china = world.feature(data);
  Device device = world.device();
  Instant t = at("2026-03-01T12:00:00Z");
  device.observe(report(t).network("460-00").data(kMost));
  device.observe(report(t + hours(1)).network("460-00").data(kMost));
  CHECK(device.read(in_china, t + hours(1)).lower >= kMost - 1);
  device.observe(report(t + days(5)).network("460-00").data(7));
  CHECK(device.read(in_china, t + days(5)).lower >= kMost - 1);
  CHECK(device.read(in_china, t + days(31)) == Reading::exactly(7));
}

TEST_CASE("buckets: months with presence of the last twelve") {
  DeviceWorld world;
  world.table.settings.carry = days(1);
  Feature months;
  months.bucket = TimeUnit::month;
  months.window = {12, TimeUnit::month};
  FeatureIndex seen = world.counting(FeatureKind::window_count, world.network_in({"TR"}), months);
  Device device = world.device();
  device.observe(report("2025-11-10T00:00:00Z").network("208-01"));
  for (std::string_view month : {"01", "03", "04", "06", "08", "10"}) {
    device.observe(report(at(fmt::format("2026-{}-10T00:00:00Z", month))).network("286-01"));
  }
  CHECK(device.read(seen, at("2026-10-10T00:00:00Z")).lower == 6);
  CHECK(device.read(seen, at("2026-12-31T23:59:59Z")).lower == 6);
  CHECK(device.read(seen, at("2027-01-01T00:00:00Z")).lower == 5);
}

}  // namespace sojourn
