// What a late report costs: the rows it touches, not the length of the history.
#include <ctime>

#include "tests/device/device_world.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

// Processor time of a thousand late reports, each amending yesterday, at the end of a life of so
// many days in which the network changed every day.
double seconds_of_amending(int day_count) {
  DeviceWorld world;
  ConditionIndex roaming = world.roaming_in({"BR"});
  Feature shape;
  shape.scope.same_network = true;
  FeatureIndex in_a_row = world.counting(FeatureKind::consecutive_days, roaming, shape);
  shape.scope.same_network = false;
  shape.window = {120, TimeUnit::day};
  FeatureIndex in_window = world.counting(FeatureKind::window_count, roaming, shape);
  FeatureIndex held = world.counting(FeatureKind::held, roaming);
  world.rule("row", world.at_least(in_a_row, 60), kVivo);
  world.rule("window", world.at_least(in_window, 91), kVivo);
  world.rule("held", world.at_least(held, days(40).ms), kVivo);
  world.table.settings.first_match = true;
  Device device = world.device({days(3)});
  const char* networks[] = {"724-05", "748-01", "724-06", "208-01"};
  Instant start = at("1990-01-01T12:00:00Z");
  for (int day = 0; day < day_count; ++day) {
    Say said = report(start + days(day)).network(networks[day % 4]);
    if (day == 0) said.profile("global");
    device.observe(said);
  }
  Instant now = device.newest_report();
  device.decide(now);
  std::clock_t begin = std::clock();
  for (int i = 1; i <= 1'000; ++i) {
    Instant yesterday = now - hours(20) + minutes(i % 600) + milliseconds(i);
    device.observe(report(yesterday).network(networks[i % 4]));
    device.decide(now);
  }
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

}  // namespace

TEST_CASE("a late report costs the rows that it touches, however long the history is") {
  double young = seconds_of_amending(300);
  double old = seconds_of_amending(12'000);
  INFO("300 days: " << young << " s, 12,000 days: " << old << " s");
  CHECK(old < 6 * young + 0.02);
}

}  // namespace sojourn
