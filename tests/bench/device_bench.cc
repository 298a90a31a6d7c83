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

// What the tracker reports at its n-th quarter of an hour: ten days here, ten days there, and one
// report in `stray_one_in` from the other side.
Observation tracker_report(int n, int stray_one_in) {
  std::uint64_t dice = static_cast<std::uint64_t>(n) * 6'364'136'223'846'793'005u;
  bool stray = stray_one_in > 0 && (dice >> 33) % static_cast<std::uint64_t>(stray_one_in) == 0;
  Instant t = at("2026-01-01T00:00:00Z") + minutes(15 * std::int64_t{n});
  if ((n / 960 % 2 == 0) != stray) return meter_report(t);
  return report(t).fix(-33, -56).network("748-01").profile("global");
}

// A history of 400 days, and 10,000 reports more: in order (late 0), or each delivered up to a week
// after its time, in any order (late 1). The same reports, one decision after each.
void ten_thousand_more(benchmark::State& state) {
  bool late = state.range(0) != 0;
  auto stray_one_in = static_cast<int>(state.range(1));
  constexpr int kBefore = 400 * 96, kMore = 10'000, kWeek = 7 * 96;
  std::vector<std::pair<int, int>> arrivals;  // when, which
  for (int n = kBefore; n < kBefore + kMore; ++n) {
    std::uint64_t dice = static_cast<std::uint64_t>(n) * 1'442'695'040'888'963'407u;
    arrivals.emplace_back(late ? n + static_cast<int>((dice >> 40) % kWeek) : n, n);
  }
  std::sort(arrivals.begin(), arrivals.end());
  std::vector<Observation> reports;
  for (auto [when, n] : arrivals) reports.push_back(tracker_report(n, stray_one_in));
  for (auto _ : state) {
    state.PauseTiming();
    Device device = twenty_rules().device();
    for (int n = 0; n < kBefore; ++n) {
      Observation said = tracker_report(n, stray_one_in);
      device.observe(said);
      device.decide(said.at);
    }
    state.ResumeTiming();
    for (const Observation& said : reports) {
      device.observe(said);
      benchmark::DoNotOptimize(device.decide(device.newest_report()));
    }
  }
}
BENCHMARK(ten_thousand_more)
    ->ArgNames({"late", "stray_one_in"})
    ->ArgsProduct({{0, 1}, {0, 100, 10}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

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
