// The index against counting crossings over the whole map.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include "adapters/geo/geodesic.h"
#include "adapters/geo/maps.h"
#include "adapters/geo/region_index.h"
#include "tests/geo/world.h"
#include "tests/support/rounds.h"

namespace sojourn::geo {
namespace {

// From the far west along the parallel: what the edges in between toggle.
std::uint16_t label_by_crossings(const RegionMap& map, GridPoint point) {
  std::uint16_t label = 0;
  for (const RegionArc& arc : map.arcs) {
    for (std::uint32_t i = arc.first; i + 1 < arc.first + arc.count; ++i) {
      const GridPoint a = map.vertices[i], b = map.vertices[i + 1];
      if ((a.y <= point.y) == (b.y <= point.y)) continue;
      if (is_left(a, b, point) == (b.y < a.y))
        label ^= static_cast<std::uint16_t>(arc.left ^ arc.right);
    }
  }
  return label;
}

const Maps& maps() {
  static const auto loaded = load_maps(default_geodata_directory()).value();
  return *loaded;
}

const RegionIndex& countries() {
  REQUIRE(maps().countries->read());
  return maps().countries->index();
}

std::vector<GridPoint> points_to_try(const RegionMap& map, std::mt19937_64& random, int count) {
  std::vector<GridPoint> points;
  auto any = [&](std::int64_t low, std::int64_t high) {
    return static_cast<std::int32_t>(
        std::uniform_int_distribution<std::int64_t>(low, high)(random));
  };
  for (int i = 0; i < count; ++i) {
    points.push_back({any(-kLonMax, kLonMax - 1), any(-kLatMax, kLatMax)});
    const GridPoint corner = map.vertices[static_cast<std::size_t>(
        any(0, static_cast<std::int64_t>(map.vertices.size()) - 1))];
    for (std::int32_t reach : {0, 1, 50, 5'000, 500'000}) {
      const std::int64_t x = std::int64_t{corner.x} + any(-reach, reach);
      const std::int64_t y = std::int64_t{corner.y} + any(-reach, reach);
      points.push_back(
          {static_cast<std::int32_t>(std::clamp<std::int64_t>(x, -kLonMax, kLonMax - 1)),
           static_cast<std::int32_t>(std::clamp<std::int64_t>(y, -kLatMax, kLatMax))});
    }
  }
  return points;
}

void compare(const RegionIndex& index, int count) {
  const auto seed = Catch::rngSeed() == 0 ? 20261125u : Catch::rngSeed();
  std::mt19937_64 random(seed);
  for (const GridPoint point : points_to_try(index.map(), random, testing::rounds(count))) {
    INFO("seed " << seed << ", point " << point.x << ' ' << point.y);
    REQUIRE(index.find(point).label == label_by_crossings(index.map(), point));
  }
}

TEST_CASE("countries: the index is the counting of crossings") { compare(countries(), 40); }
TEST_CASE("land: the index is the counting of crossings") {
  compare(*maps().land->index().value(), 25);
}

TEST_CASE("rows and cells that many threads ask for at once are made once, and right") {
  const RegionIndex index(countries().map());
  std::mt19937_64 random(11);
  const std::vector<GridPoint> points = points_to_try(index.map(), random, testing::rounds(60));
  std::vector<std::uint16_t> labels;
  for (const GridPoint point : points) labels.push_back(countries().find(point).label);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < points.size(); ++i) {
        wrong += index.find(points[i]).label != labels[i] ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("clearance is never more than the distance to the nearest border") {
  const RegionIndex& index = countries();
  std::mt19937_64 random(7);
  int cleared = 0;
  for (const GridPoint point : points_to_try(index.map(), random, testing::rounds(60))) {
    const auto found = index.find(point);
    const auto nearest = index.nearest_edge(to_degrees(point), found.label);
    REQUIRE(nearest);
    INFO("point " << point.x << ' ' << point.y);
    CHECK(found.clearance_m <= nearest->distance_m);
    cleared += found.clearance_m > 70;
  }
  CHECK(cleared > testing::rounds(60));
}

}  // namespace
}  // namespace sojourn::geo
