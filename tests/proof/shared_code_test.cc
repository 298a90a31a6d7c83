// Where a mobile country code is shared, an author hears of it and what to write instead.
#include "tests/proof/checked_policy.h"

namespace sojourn::lang::testing {
namespace {

using Catch::Matchers::Contains;

const std::string kProfiles =
    "profile global home FR iccid 8933*\n"
    "profile local home IL iccid 89972* download \"smdp.il.example\"\n";
const std::string kShared =
    "no network is certainly in IL: mobile country code 425 is shared by IL and PS";

TEST_CASE("a rule that no network fulfils names the shared code") {
  auto checked = check(kProfiles +
                           "rule there when network in IL then profile = local\n"
                           "rule away when roaming in IL for 2 hours then keep\n",
                       "policy.sojourn");
  REQUIRE(checked);
  std::string told = checked->rendered(Code::E0302);
  CHECK_THAT(told,
             Contains(kShared + "; ask `network in IL, PS`, or for the place, `region in IL`"));
  CHECK_THAT(told, Contains(kShared + "; ask `roaming in IL, PS`, or for the place, `roaming and "
                                      "region in IL`"));
}

TEST_CASE("a ban that bites on no network for certain says so beside `holds`") {
  std::string law =
      " never roaming in IL on more than 90 consecutive days remedy profile = local\n";
  auto checked = check(kProfiles + "ban stay" + law, "policy.sojourn");
  REQUIRE(checked);
  CHECK_THAT(checked->rendered(Code::N0305),
             Contains("does not bite by the network alone: " + kShared));
  // What takes the doubt for a yes, and what asks for all that share the code, needs no such word.
  auto doubt = check(kProfiles + "ban stay in doubt counts" + law, "policy.sojourn");
  REQUIRE(doubt);
  CHECK_THAT(doubt->rendered(Code::N0305), !Contains("mobile country code"));
  auto both = check(kProfiles + "ban stay never roaming in IL, PS remedy profile = local\n",
                    "policy.sojourn");
  REQUIRE(both);
  CHECK_THAT(both->rendered(Code::N0305), !Contains("mobile country code"));
}

}  // namespace
}  // namespace sojourn::lang::testing
