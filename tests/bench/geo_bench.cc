// Where is it: how long the maps take to open, and a question takes.
//   build/tests/bench/geo_bench
#include <benchmark/benchmark.h>

#include <random>

#include "adapters/geo/geo.h"
#include "adapters/geo/geodesic.h"
#include "adapters/geo/maps.h"

namespace {

using namespace sojourn;

const geo::Maps& maps() {
  static const auto loaded = geo::load_maps(geo::default_geodata_directory()).value();
  return *loaded;
}

const geo::RegionIndex& countries() {
  [[maybe_unused]] const Status ready = maps().countries->read();
  return maps().countries->index();
}

const Locator& locator() {
  static const auto world = geo::open_gazetteer(geo::default_geodata_directory()).value();
  static const auto bound = world->bind({}).value();
  return *bound;
}

constexpr std::size_t kPoints = 1 << 16;

std::vector<LatLon> land_points() {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> lon(-180, 180), sine(-0.9, 1);
  std::vector<LatLon> points;
  const geo::RegionIndex& land = *maps().land->index().value();
  while (points.size() < kPoints) {
    const LatLon at{std::asin(sine(random)) * 57.29577951308232, lon(random)};
    if (land.find(geo::to_grid(at)).label != 0) points.push_back(at);
  }
  return points;
}

// Within a kilometre of a border.
std::vector<LatLon> border_points() {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> unit(0, 1);
  const auto& vertices = countries().map().vertices;
  std::vector<LatLon> points;
  while (points.size() < kPoints) {
    const LatLon corner = geo::to_degrees(vertices[random() % vertices.size()]);
    if (std::abs(corner.lat) > 85) continue;
    points.push_back(geo::geodesic_step(corner, 360 * unit(random), 1'000 * unit(random)));
  }
  return points;
}

void open_maps(benchmark::State& state) {
  for (auto _ : state) {
    auto loaded = geo::load_maps(geo::default_geodata_directory()).value();
    [[maybe_unused]] const Status read = loaded->countries->read();
    benchmark::DoNotOptimize(&loaded->countries->index());
  }
}
BENCHMARK(open_maps)->Unit(benchmark::kMillisecond);

void open_countries_only(benchmark::State& state) {
  const geo::RegionMap map = countries().map();
  for (auto _ : state) {
    const geo::RegionIndex index(map);
    benchmark::DoNotOptimize(&index);
  }
}
BENCHMARK(open_countries_only)->Unit(benchmark::kMillisecond);

void build_all_root_cells(benchmark::State& state) {
  for (auto _ : state) {
    const geo::RegionIndex index(countries().map());
    index.build_all();
    state.counters["MB"] = static_cast<double>(index.memory_bytes()) / 1e6;
  }
}
BENCHMARK(build_all_root_cells)->Unit(benchmark::kMillisecond);

void find_country(benchmark::State& state, const std::vector<LatLon>& degrees) {
  countries().build_all();
  std::vector<geo::GridPoint> points;
  for (const LatLon& at : degrees) points.push_back(geo::to_grid(at));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(countries().find(points[i++ % kPoints]));
}
BENCHMARK_CAPTURE(find_country, land, land_points());
BENCHMARK_CAPTURE(find_country, border, border_points());
BENCHMARK_CAPTURE(find_country, same_cell, std::vector<LatLon>(kPoints, LatLon{48.8566, 2.3522}));

void locate_with_certainty(benchmark::State& state, const std::vector<LatLon>& points) {
  for (const LatLon& at : points) (void)locator().locate({.at = at});
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(locator().locate({.at = points[i++ % kPoints]}));
}
BENCHMARK_CAPTURE(locate_with_certainty, land, land_points());
BENCHMARK_CAPTURE(locate_with_certainty, border, border_points());

void border_distance(benchmark::State& state, const std::vector<LatLon>& points) {
  std::size_t i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(locator().border_distance_mm(points[i++ % kPoints]));
}
BENCHMARK_CAPTURE(border_distance, land, land_points())->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(border_distance, border, border_points())->Unit(benchmark::kMicrosecond);

}  // namespace
