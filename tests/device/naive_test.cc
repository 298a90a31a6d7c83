// The engine against the naive history: random lives, delivered late and out of order, every
// question asked again and again.
#include "tests/device/random_life.h"
#include "tests/support/rounds.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

constexpr std::int64_t kLatenessHours = 40;

}  // namespace

TEST_CASE("readings agree with the naive history, reports in any order") {
  std::uint64_t seed = seed_of_run();
  for (int round = 0; round < testing::rounds(15); ++round, ++seed) {
    INFO("SOJOURN_SEED=" << seed);
    Chance chance(seed);
    ManyQuestions questions(chance);
    Instant start = chance.one_in(2) ? at("2026-03-20T05:00:00Z") : at("2026-10-20T11:00:00Z");
    auto life = as_delivered(random_life(chance, start, 400, kLatenessHours));
    Device device = questions.world.device({hours(kLatenessHours + 1)});
    const RuleTable& table = questions.world.prepared()->table();
    NaiveHistory naive(table);
    for (std::size_t i = 0; i < life.size(); ++i) {
      ObserveOutcome outcome = device.observe(life[i].report);
      REQUIRE(!outcome.too_late);
      naive.add(life[i].report, life[i].fix);
      if (chance.one_in(30)) device.rest();
      if (!chance.one_in(9)) continue;
      Instant now = device.newest_report();
      if (chance.one_in(2)) now = now + hours(static_cast<std::int64_t>(chance.below(90)));
      if (chance.one_in(2))
        now = now + milliseconds(static_cast<std::int64_t>(chance.below(3'600'000)));
      naive.walk(now);
      for (FeatureIndex f : questions.asked) {
        INFO("report " << i << " at " << to_rfc3339(now) << " feature " << f << ": "
                       << describe_question(table.features[f]));
        Reading expected = naive.read_walked(f, now);
        Reading found = device.read(f, now);
        if (expected.known || found.known ||
            domain_of(table.features[f].kind) == ValueDomain::count) {
          REQUIRE(found == expected);
        }
      }
    }
  }
}

// From ends of months on and over clocks that jump, for longer than a month: hour by hour.
TEST_CASE("windows of calendar months agree with the naive history at every hour") {
  std::uint64_t seed = seed_of_run();
  int left = 0, came_back = 0;
  for (int round = 0; round < testing::rounds(20); ++round, ++seed) {
    INFO("SOJOURN_SEED=" << seed);
    Chance chance(seed);
    DeviceWorld world;
    world.table.settings.zone = chance.of<std::string>({"UTC", "Europe/Berlin", "Asia/Tokyo"});
    std::vector<ConditionIndex> inner = {world.roaming_in({"BR"}), world.region_in({"UY"}),
                                         world.holds(world.simple(FeatureKind::no_service))};
    std::vector<FeatureIndex> asked;
    for (int i = 0; i < 6; ++i) {
      Feature shape;
      shape.window = {static_cast<std::int64_t>(1 + chance.below(2)), TimeUnit::month};
      if (chance.one_in(2)) shape.zone = "America/New_York";
      shape.scope.per_imei = chance.one_in(4);
      asked.push_back(world.counting(FeatureKind::recency, chance.of(inner), shape));
    }
    asked.push_back(world.events(EventKind::switches, {1, TimeUnit::month}));
    asked.push_back(world.events(EventKind::rejected, {1, TimeUnit::month}, {11}));
    static const std::vector<std::string> starts = {"2026-01-28T05:00:00Z", "2026-02-26T05:00:00Z",
                                                    "2024-01-27T11:00:00Z", "2026-09-23T20:00:00Z"};
    Instant start = at(chance.of(starts));
    Device device = world.device();
    const RuleTable& table = world.prepared()->table();
    NaiveHistory naive(table);
    constexpr int kBusyHours = 100;
    for (const LifeReport& life : random_life(chance, start, kBusyHours, 1)) {
      device.observe(life.report);
      naive.add(life.report, life.fix);
    }
    std::vector<Reading> before(asked.size());
    std::vector<bool> gone(asked.size());
    for (int hour = kBusyHours; hour < 1'000; ++hour) {
      if (chance.one_in(5)) device.rest();
      auto within = static_cast<std::int64_t>(chance.below(3'600'000));
      for (Instant now : {start + hours(hour), start + hours(hour) + milliseconds(within)}) {
        naive.walk(now);
        for (std::size_t i = 0; i < asked.size(); ++i) {
          const Feature& feature = table.features[asked[i]];
          INFO(to_rfc3339(now) << " feature " << describe_question(feature));
          Reading expected = naive.read_walked(asked[i], now);
          REQUIRE(device.read(asked[i], now) == expected);
          bool none = feature.kind == FeatureKind::recency ? expected.upper == kNotYet
                                                           : expected.upper == 0;
          bool was_none = feature.kind == FeatureKind::recency ? before[i].upper == kNotYet
                                                               : before[i].upper == 0;
          bool first = hour == kBusyHours;
          if (!first && none && !was_none) {
            ++left;
            gone[i] = true;
          }
          if (!first && !none && was_none && gone[i]) ++came_back;
          before[i] = expected;
        }
      }
    }
  }
  CHECK(left > enough(20));
  CHECK(came_back > enough(5));
}

}  // namespace sojourn
