// The engine as a host meets it: what it takes, refuses and says.
#include <sojourn/sojourn.hpp>

#include <algorithm>
#include <limits>

#include "tests/runtime/mapped_policy.h"

namespace sojourn::embed {
namespace {

using testing::mapped;

constexpr std::string_view kMeters = R"(
attribute type : meter | tracker
attribute battery : number in %
profile global home FR iccid 8933*
profile local home BR iccid 895510* download "smdp.br.example"
rule meters when region in BR and type = meter and battery >= 30% then profile = local
rule night when between 02:00 and 05:00 and no service for 2 hours then alert "dark"
otherwise keep
)";

Observation meter(std::int64_t at_ms) {
  Observation seen;
  seen.at_ms = at_ms;
  seen.device = "m1";
  seen.network = "724-05";
  seen.profile = "global";
  seen.attributes["type"] = "meter";
  seen.attributes["battery"] = 80.0;
  return seen;
}

constexpr std::int64_t kNoonMs = 1'767'261'600'000;

}  // namespace

TEST_CASE("a report of no year is refused, and the next one decided") {
  Engine engine(mapped(kMeters));
  for (std::int64_t at_ms :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
        std::int64_t{-62'167'219'200'001}, std::int64_t{253'402'300'800'000}}) {
    INFO(at_ms);
    CHECK(!engine.observe(meter(at_ms)));
    CHECK(!engine.switched("m1", "local", at_ms));
  }
  CHECK(!engine.explain("m1"));
  auto decided = engine.observe(meter(kNoonMs));
  REQUIRE(decided);
  REQUIRE(decided.value().size() == 1);
  CHECK(decided.value()[0].profile == "local");
}

TEST_CASE("a policy without a gazetteer is an error") {
  CHECK(!Policy::map("policy.graph", nullptr));
}

TEST_CASE("a host finds its columns by the policy's names") {
  Situations situations(mapped(kMeters));
  const std::vector<std::string>& questions = situations.questions();
  for (const char* name : {"region", "type", "battery"}) {
    INFO(name);
    CHECK(std::count(questions.begin(), questions.end(), name) == 1);
  }
}

}  // namespace sojourn::embed
