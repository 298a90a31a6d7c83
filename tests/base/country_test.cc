// The table of countries, sets of them, and zone places.
#include "engine/base/country.h"

#include <cmath>
#include <thread>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/base/gazetteer.h"
#include "tests/support/catch.h"

using namespace sojourn;

namespace {

Country country(std::string_view code) {
  auto found = find_country(code);
  REQUIRE(found.has_value());
  return *found;
}

bool near(double a, double b) { return std::abs(a - b) < 1e-9; }

}  // namespace

TEST_CASE("every country is found by its code, in the order of codes") {
  REQUIRE(country_count() == 250);
  std::string_view before;
  for (std::size_t i = 0; i < country_count(); ++i) {
    Country row{static_cast<std::uint8_t>(i)};
    INFO(code_of(row));
    CHECK(before < code_of(row));
    CHECK(find_country(code_of(row)) == row);
    CHECK_FALSE(name_of(row).empty());
    before = code_of(row);
  }
  CHECK(code_of(Country{0}) == "AD");
  CHECK(code_of(Country{249}) == "ZW");
}

TEST_CASE("names are the short ones") {
  CHECK(name_of(country("BR")) == "Brazil");
  CHECK(name_of(country("CI")) == "Côte d'Ivoire");
  CHECK(name_of(country("XK")) == "Kosovo");
  CHECK(name_of(country("TR")) == "Türkiye");
}

TEST_CASE("what is not a country's code is not found") {
  for (std::string_view text : {"", "B", "BRA", "br", "Br", "ZZ", "AA", "UK", "EU", "SU", "YU",
                                "AN", "@A", "A[", "\xC3\x85", "B "}) {
    INFO(text);
    CHECK_FALSE(find_country(text).has_value());
  }
}

TEST_CASE("a set of countries") {
  CountrySet empty;
  CHECK(empty.empty());
  CHECK(empty.size() == 0);
  CHECK(empty.text().empty());
  CHECK(empty.members().empty());

  CountrySet islands{country("MQ"), country("GP"), country("GP")};
  CHECK(islands.size() == 2);
  CHECK(islands.text() == "GP+MQ");
  CHECK(islands.members() == std::vector<Country>{country("GP"), country("MQ")});
  CHECK(islands.contains(country("MQ")));
  CHECK_FALSE(islands.contains(country("RE")));
  CHECK(islands.subset_of(islands));
  CHECK(empty.subset_of(islands));
  CHECK_FALSE(islands.subset_of(empty));
  CHECK_FALSE(islands.intersects(empty));
  CHECK(islands.intersects(CountrySet{country("GP"), country("AD")}));

  islands |= CountrySet{country("ZW"), country("AD")};
  CHECK(islands.text() == "AD+GP+MQ+ZW");
  islands &= CountrySet{country("ZW"), country("FR"), country("AD")};
  CHECK(islands.text() == "AD+ZW");
  islands.erase(country("AD"));
  CHECK(islands == CountrySet{country("ZW")});
}

TEST_CASE("a claim packs up to four countries and unpacks the same") {
  CHECK(CountryClaim().none());
  CHECK(CountryClaim().text() == "no country");
  CHECK_FALSE(CountryClaim().first().has_value());
  for (std::size_t i = 0; i < country_count(); ++i) {
    Country row{static_cast<std::uint8_t>(i)};
    CountryClaim claim = CountryClaim::of(row);
    CHECK(claim.set() == CountrySet{row});
    CHECK(claim.first() == row);
    CHECK(CountryClaim::from_packed(claim.packed()) == claim);
  }
  CountrySet five{country("AD"), country("EH"), country("MA"), country("ZM"), country("ZW")};
  CHECK(CountryClaim::of(five).text() == "AD+EH+MA+ZM");
  CHECK(CountryClaim::of(five).intersects(CountrySet{country("ZM")}));
  CHECK_FALSE(CountryClaim::of(five).intersects(CountrySet{country("ZW")}));
}

TEST_CASE("a damaged claim holds the countries that are left of it") {
  CHECK(CountryClaim::from_packed(0xFFFFFFFF).text().empty());
  CHECK_FALSE(CountryClaim::from_packed(251).first().has_value());
  CHECK(CountryClaim::from_packed(250).first() == country("ZW"));
  CHECK(CountryClaim::from_packed(0xFB01'00FF).text() == "AD");
  CHECK_FALSE(CountryClaim::from_packed(0xFF).intersects(CountrySet{country("ZW")}));
}

TEST_CASE("every country's most populous zone exists and is one of its zones") {
  CHECK(most_populous_zone(country("BR")) == "America/Sao_Paulo");
  CHECK(most_populous_zone(country("US")) == "America/New_York");
  CHECK(most_populous_zone(country("CD")) == "Africa/Lubumbashi");
  for (std::size_t i = 0; i < country_count(); ++i) {
    Country row{static_cast<std::uint8_t>(i)};
    std::string_view zone = most_populous_zone(row);
    INFO(code_of(row) << " " << zone);
    CHECK(TimeZone::find(zone).ok());
    bool listed = zone_places(row).empty();
    for (const ZonePlace& place : zone_places(row)) listed = listed || place.zone == zone;
    CHECK(listed);
  }
}

TEST_CASE("zone places come from the system's zone.tab") {
  std::vector<ZonePlace> germany = zone_places(country("DE"));
  if (germany.empty()) {
    WARN("skipped: this system has no zone.tab");
    return;
  }
  REQUIRE(germany.size() == 2);
  CHECK(germany[0].zone == "Europe/Berlin");
  CHECK(near(germany[0].lat, 52.5));
  CHECK(near(germany[0].lon, 13 + 22 / 60.0));

  // Seconds in the coordinates, and west of Greenwich: +404251-0740023.
  std::vector<ZonePlace> america = zone_places(country("US"));
  REQUIRE(america.size() > 20);
  CHECK(america[0].zone == "America/New_York");
  CHECK(near(america[0].lat, 40 + 42 / 60.0 + 51 / 3600.0));
  CHECK(near(america[0].lon, -(74 + 23 / 3600.0)));

  std::size_t without = 0;
  for (std::size_t i = 0; i < country_count(); ++i) {
    Country row{static_cast<std::uint8_t>(i)};
    std::vector<ZonePlace> places = zone_places(row);
    if (places.empty()) ++without;
    for (const ZonePlace& place : places) {
      INFO(place.zone);
      CHECK(TimeZone::find(place.zone).ok());
      CHECK(check_position({place.lat, place.lon}).ok());
    }
  }
  CHECK(without == 3);  // BV, HM and XK
}

TEST_CASE("zone places may be asked for by many threads at once") {
  std::vector<std::size_t> counts(4);
  std::vector<std::thread> threads;
  for (std::size_t& count : counts) {
    threads.emplace_back([&count] { count = zone_places(*find_country("BR")).size(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t count : counts) CHECK(count == counts[0]);
}
