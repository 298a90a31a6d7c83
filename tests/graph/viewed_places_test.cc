// Disputed places as a policy sees them, over a map of a few rectangles.
#include "engine/graph/viewed_places.h"

#include "tests/support/catch.h"
#include "tests/support/fake_gazetteer.h"

namespace sojourn {
namespace {

Country named(std::string_view code) { return *find_country(code); }

const LatLon kSahara = {24, -12};   // EH and MA
const LatLon kMorocco = {33, -7};   // MA alone
const LatLon kBrazil = {-10, -40};  // far from it

RuleTable seen_as(std::string_view code) {
  RuleTable table;
  table.settings.views = {{{named("EH"), named("MA")}, named(code)}};
  return table;
}

std::string claim_at(const Locator& locator, LatLon at) {
  return locator.locate({at, 20, {}, {}, {}}).country.text();
}

}  // namespace

TEST_CASE("a disputed place is in the country that the policy sees it in") {
  testing::FakeGazetteer world;
  auto plain = bind_areas(world, RuleTable());
  REQUIRE(plain.ok());
  CHECK(claim_at(**plain, kSahara) == "EH+MA");
  for (std::string_view code : {"EH", "MA"}) {
    auto locator = bind_areas(world, seen_as(code));
    REQUIRE(locator.ok());
    CHECK(claim_at(**locator, kSahara) == code);
    CHECK(claim_at(**locator, kMorocco) == "MA");
    CHECK(claim_at(**locator, kBrazil) == "BR");
  }
}

TEST_CASE("no situation is left in which both claim it, and none is told twice") {
  testing::FakeGazetteer world;
  RuleTable table = seen_as("MA");
  Area circle = Area::circle(kSahara.lat, kSahara.lon, 10'000);
  circle.name = "CAMP";
  table.areas = {circle};
  auto locator = bind_areas(world, table);
  REQUIRE(locator.ok());
  std::size_t in_camp = 0, in_morocco = 0;
  for (const Situation& one : (*locator)->situations()) {
    CHECK(one.country.set().size() <= 1);
    in_camp += one.areas[0] ? 1u : 0u;
    if (one.country != CountryClaim::of(named("MA")) || one.areas[0]) continue;
    ++in_morocco;
    CHECK(world.bind({}).value()->locate({one.example, 20, {}, {}, {}}).country == one.country);
  }
  CHECK(in_camp == 1);
  CHECK(in_morocco == 1);
}

TEST_CASE("a view is about exactly the countries that it names") {
  std::vector<DisputedView> views = seen_as("MA").settings.views;
  CountryClaim both = CountryClaim::of(CountrySet{named("EH"), named("MA")});
  CountryClaim three = CountryClaim::of(CountrySet{named("EH"), named("MA"), named("ES")});
  CHECK(seen(views, both) == CountryClaim::of(named("MA")));
  CHECK(seen(views, three) == three);
  CHECK(seen(views, CountryClaim::of(named("EH"))) == CountryClaim::of(named("EH")));
  CHECK(views[0].text() == "EH-MA as MA");
}

}  // namespace sojourn
