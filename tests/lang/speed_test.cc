// Ten thousand rules are parsed, checked and lowered in well under a second (release build; the
// bound here leaves room for builds without optimisation on busy machines).
#include <fmt/format.h>

#include <ctime>

#include "tests/lang/load.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

namespace sojourn::lang {
namespace {

std::string realistic(int rules) {
  std::string text =
      "attribute type : meter | tracker | vehicle | charger\nattribute battery : number in %\n"
      "attribute customer : text\n";
  for (int i = 0; i < 50; ++i) text += fmt::format("profile p{} home BR download \"d\"\n", i);
  const char* countries[] = {"BR", "AR", "DE", "FR", "ES", "TR", "IN", "US"};
  for (int i = 0; i < rules; ++i) {
    text += fmt::format(
        "rule r{}\n  when region in {} and type in meter, tracker and customer = c{} and battery "
        ">= "
        "{}%\n   and roaming for {} hours\n  then profile = p{} or p{}, hold 24 hours\n",
        i, countries[i % 8], i, i % 90, 1 + i % 200, i % 50, (i + 7) % 50);
  }
  return text + "otherwise keep\n";
}

double seconds_for(const std::string& text) {
  std::clock_t begin = std::clock();
  testing::Loaded loaded = testing::load(text);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

TEST_CASE("time to load grows with the number of rules, not with its square") {
  double small = seconds_for(realistic(sojourn::testing::rounds(1'000)));
  double large = seconds_for(realistic(sojourn::testing::rounds(10'000)));
  UNSCOPED_INFO("1,000 rules " << small << " s, 10,000 rules " << large << " s");
  WARN("1,000 rules " << small << " s, 10,000 rules " << large << " s of processor time");
  CHECK(large < 25 * small + 0.5);
  CHECK(large < 20);
}

}  // namespace
}  // namespace sojourn::lang
