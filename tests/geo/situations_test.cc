// Every combination that a search by brute force meets is among the situations.
#include <map>
#include <random>
#include <set>

#include "adapters/geo/geodesic.h"
#include "tests/geo/world.h"

namespace sojourn {
namespace {

using Combination = std::pair<std::uint32_t, std::vector<bool>>;

Combination seen_at(const Locator& locator, LatLon at, std::size_t area_count) {
  // A radius that leaves only the point: 2r + 30 m cannot be 0, so ask certainty apart.
  std::vector<Membership> members(area_count);
  locator.memberships({.at = at, .accuracy_m = 0}, members);
  std::vector<bool> inside;
  for (Membership member : members) {
    if (member == Membership::uncertain) return {0, {}};
    inside.push_back(member == Membership::inside);
  }
  const Place place = locator.locate({.at = at, .accuracy_m = 0});
  return place.certain ? Combination{place.country.packed(), inside} : Combination{0, {}};
}

void check_against_brute_force(const std::vector<Area>& areas, LatLon around, double spread_m,
                               std::uint64_t seed) {
  const auto locator = world().bind(areas).value();
  std::set<Combination> listed;
  int clear = 0;
  for (const Situation& situation : locator->situations()) {
    CHECK(listed.insert({situation.country.packed(), situation.areas}).second);
    const Combination there = seen_at(*locator, situation.example, areas.size());
    if (there.second.empty()) continue;  // a sliver: exactly there, but with nothing to spare
    ++clear;
    CHECK(there == Combination{situation.country.packed(), situation.areas});
  }
  CHECK(clear > 200);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int i = 0; i < 4'000; ++i) {
    const LatLon at =
        geo::geodesic_step(around, 360 * unit(random), spread_m * std::sqrt(unit(random)));
    const Combination there = seen_at(*locator, at, areas.size());
    if (there.second.empty()) continue;
    INFO("seed " << seed << ", " << at.lat << ' ' << at.lon);
    CHECK(listed.contains(there));
  }
}

// What is read from the file alone is what the search over the borders finds.
TEST_CASE("without areas each claim stands at a point that is clear of its borders") {
  const auto plain = world().bind({}).value();
  const auto with_area = world().bind({Area::circle(-48.9, -123.4, 1'000)}).value();  // far at sea
  std::vector<Situation> searched;
  for (const Situation& situation : with_area->situations()) {
    if (!situation.areas[0]) searched.push_back(situation);
  }
  REQUIRE(plain->situations().size() == searched.size());
  int clear = 0;
  for (std::size_t i = 0; i < searched.size(); ++i) {
    const Situation& situation = plain->situations()[i];
    INFO(situation.country.text());
    CHECK(situation.country.text() == searched[i].country.text());
    CHECK(situation.example == searched[i].example);
    const Place place = plain->locate({.at = situation.example, .accuracy_m = 20});
    CHECK(place.country.text() == situation.country.text());
    if (place.certain) ++clear;
  }
  // CA+US and CI+ML are slivers, nowhere wider than a metre or two.
  INFO(clear);
  CHECK(clear == 277);
}

TEST_CASE("situations of random circles near borders are complete") {
  const std::vector<LatLon> corners = {
      {47.59, 7.59}, {-25.59, -54.59}, {51.44, 4.93}, {-17.0, 179.9}};
  std::uint64_t seed = 42;
  for (const LatLon& around : corners) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> unit(0, 1);
    std::vector<Area> areas;
    for (int i = 0; i < 6; ++i) {
      const LatLon centre = geo::geodesic_step(around, 360 * unit(random), 25'000 * unit(random));
      areas.push_back(Area::circle(centre.lat, centre.lon, 500 + 15'000 * unit(random)));
    }
    check_against_brute_force(areas, around, 45'000, seed++);
  }
}

TEST_CASE("situations of subdivisions with drawn areas are complete") {
  check_against_brute_force({Area::subdivision("BR-SP"), Area::circle(-23.96, -46.30, 12'000),
                             Area::subdivision("BR-RJ"), Area::circle(-23.2, -44.7, 30'000)},
                            {-23.4, -45.3}, 150'000, 7);
}

}  // namespace
}  // namespace sojourn
