// What a device costs: the memory of one device under a policy with twenty counting forms.
#include <fmt/format.h>

#include "engine/device/device.h"
#include "engine/proof/compile.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

constexpr std::string_view kForms[] = {
    "roaming in BR on at least 60 consecutive days",
    "roaming in BR on the same network on more than 90 consecutive days",
    "roaming in BR per profile on the same network on more than 80 consecutive days",
    "roaming in TR per imei on at least 91 days within 120 days",
    "roaming in TR per imei on at least 81 days within 120 days",
    "roaming in BR on at least 120 days in this calendar year",
    "roaming in BR on more than 20 days in this calendar month",
    "network in AU on at least 6 months within 12 months",
    "network in QA on at least 10 weeks within 13 weeks",
    "roaming in QA on at least 90 consecutive days allowing gaps of 6 days",
    "roaming on more than 50% of days within 120 days",
    "roaming for more than 50% of 120 days",
    "no service for 10 minutes",
    "(no service for 2 hours) within 12 hours",
    "region in BR for 24 hours",
    "roaming within 7 days",
    "at least 3 rejected with 11, 13 within 6 hours",
    "more than 4 switches within 30 days",
    "data in CN within 30 days > data in GB within 30 days",
    "6 months since roaming-activated",
};

std::string policy() {
  std::string text =
      "profile global home FR iccid 8933*\nprofile vivo home BR iccid 895510* download \"a\"\n";
  int number = 0;
  for (std::string_view form : kForms) {
    text += fmt::format("when {} then alert \"{}\"\n", form, ++number);
  }
  return text + "otherwise keep\n";
}

Observation report(Instant at, std::string_view network, bool first) {
  Observation said;
  said.at = at;
  said.network.give(*parse_plmn(network));
  if (first) said.profile.give("global");
  if (first) said.names.imei = "356938035643809";
  return said;
}

}  // namespace

TEST_CASE("a device's state is small, whatever it has lived through") {
  testing::Loaded loaded = testing::load(policy());
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  CompileOptions options;
  options.claims = testing::small_world().claims();
  auto graph = compile(std::make_shared<const RuleTable>(loaded.table()), options);
  REQUIRE(graph);
  auto prepared = PreparedPolicy::prepare(*graph, testing::small_world());
  REQUIRE(prepared);
  Instant start = *parse_rfc3339("2026-01-01T12:00:00Z");

  Device resident(*prepared);
  Device traveller(*prepared);
  const char* places[] = {"724-05", "722-07", "748-01", "208-01"};
  for (int day = 0; day < 400; ++day) {
    Instant t = start + days(day);
    resident.observe(report(t, "724-05", day == 0));
    traveller.observe(report(t, places[(day / 10) % 4], day == 0));
    resident.decide(t);
    traveller.decide(t);
  }
  std::size_t row_count = traveller.ledger().size();
  WARN("20 counting forms: a device that stays " << resident.byte_count() << " bytes, one with "
                                                 << row_count << " rows " << traveller.byte_count()
                                                 << " bytes");
  CHECK(resident.ledger().size() <= 2);
}

}  // namespace sojourn::lang
