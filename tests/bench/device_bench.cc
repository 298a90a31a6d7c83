// What a report and a decision cost: a policy of twenty rules, a meter that stays, a tracker that
// crosses borders, reports in order and late.
#include <benchmark/benchmark.h>

#include "tests/device/device_world.h"

namespace sojourn {
namespace {

using namespace testing;  // NOLINT: the whole file speaks its words

// Twenty rules over countries, a type, a battery, consecutive days, windows and outages.
DeviceWorld& twenty_rules() {
  static DeviceWorld* world = [] {
    auto* made = new DeviceWorld;
    ConditionTable& conditions = made->table.conditions;
    FeatureIndex type = made->simple(FeatureKind::attribute_choice, 0);
    FeatureIndex battery = made->simple(FeatureKind::attribute_number, 1);
    Feature scope;
    scope.scope.same_network = true;
    Feature window;
    window.window = {120, TimeUnit::day};
    FeatureIndex outage =
        made->counting(FeatureKind::held, made->holds(made->simple(FeatureKind::no_service)));
    const std::vector<std::string_view> codes = {"BR", "UY", "FR", "TR", "IN",
                                                 "CN", "AR", "MX", "DE", "ZA"};
    for (std::size_t i = 0; i < 20; ++i) {
      std::string_view code = codes[i % codes.size()];
      ConditionIndex roaming = made->roaming_in({code});
      ConditionIndex condition = conditions.all_of(
          {made->region_in({code}), made->symbol(type, static_cast<std::int64_t>(i / 10)),
           made->at_least(battery, 30'000'000)});
      if (i % 4 == 1) {
        condition = made->at_least(made->counting(FeatureKind::consecutive_days, roaming, scope),
                                   60 + static_cast<std::int64_t>(i));
      }
      if (i % 4 == 2) {
        condition = made->at_least(made->counting(FeatureKind::window_count, roaming, window), 91);
      }
      if (i == 19) condition = made->at_least(outage, minutes(10).ms);
      made->rule(fmt::format("rule-{}", i), condition, static_cast<ProfileIndex>(i % 3));
    }
    made->table.settings.first_match = true;
    return made;
  }();
  return *world;
}

Observation meter_report(Instant t) {
  return report(t).fix(-23.5, -46.6).network("724-05").text("type", "meter").number("battery", 80);
}

void staying_meter(benchmark::State& state) {
  Device device = twenty_rules().device();
  Instant t = at("2026-01-01T00:00:00Z");
  Observation said = meter_report(t);
  said.profile.give("global");
  device.observe(said);
  for (auto _ : state) {
    t = t + minutes(15);
    said.at = t;
    device.observe(said);
    benchmark::DoNotOptimize(device.decide(t));
  }
  state.counters["bytes"] = static_cast<double>(device.byte_count());
}
BENCHMARK(staying_meter);

void crossing_tracker(benchmark::State& state) {
  Device device = twenty_rules().device();
  Instant t = at("2026-01-01T00:00:00Z");
  Observation there = meter_report(t);
  Observation here = report(t).fix(-33, -56).network("748-01").profile("global");
  std::int64_t count = 0;
  for (auto _ : state) {
    t = t + minutes(15);
    Observation& said = ++count / 8 % 2 == 0 ? there : here;
    said.at = t;
    device.observe(said);
    benchmark::DoNotOptimize(device.decide(t));
  }
  state.counters["bytes"] = static_cast<double>(device.byte_count());
}
BENCHMARK(crossing_tracker)->Iterations(40'000);

// 400 days of reports every 15 minutes, then 10,000 more: punctual (0) or up to a week late (1).
void ten_thousand_more(benchmark::State& state) {
  bool late = state.range(0) != 0;
  for (auto _ : state) {
    state.PauseTiming();
    Device device = twenty_rules().device();
    Instant t = at("2026-01-01T00:00:00Z");
    Observation there = meter_report(t);
    Observation here = report(t).fix(-33, -56).network("748-01").profile("global");
    for (int i = 0; i < 400 * 96; ++i) {
      Observation& said = i / 960 % 2 == 0 ? there : here;
      said.at = t = t + minutes(15);
      device.observe(said);
      device.decide(t);
    }
    state.ResumeTiming();
    std::uint64_t dice = 20261125;
    for (int i = 0; i < 10'000; ++i) {
      dice = dice * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
      Observation& said = (dice >> 33) % 5 == 0 ? here : there;
      Duration back = minutes(static_cast<std::int64_t>((dice >> 40) % 10'000));
      Instant newest = t;
      if (late) {
        said.at = t - back - milliseconds(1 + i);
      } else {
        said.at = newest = t = t + minutes(15);
      }
      device.observe(said);
      benchmark::DoNotOptimize(device.decide(newest));
    }
  }
}
BENCHMARK(ten_thousand_more)->Arg(0)->Arg(1)->Iterations(1)->Unit(benchmark::kMillisecond);

void review_of_a_stay(benchmark::State& state) {
  Device device = twenty_rules().device();
  Instant t = at("2026-01-01T00:00:00Z");
  Observation said = meter_report(t);
  said.profile.give("global");
  device.observe(said);
  for (auto _ : state) benchmark::DoNotOptimize(device.review(t));
}
BENCHMARK(review_of_a_stay);

}  // namespace
}  // namespace sojourn
