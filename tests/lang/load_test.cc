// Whole policies: what is accepted, what it lowers to.
#include "tests/lang/load.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

using testing::load;
using testing::Loaded;

constexpr std::string_view kWords = R"(
attribute type    : meter | tracker | vehicle | ambulance
attribute tag     : set of text
attribute battery : number in %
attribute rsrp    : number in dBm
profile bootstrap  home FR iccid 8933*
profile vivo-local home BR iccid 895510* plmn 724-06, 724-10 download "smdp.vivo.example"
profile tim-local  home BR iccid 895504* download "smdp.tim.example"
)";

Loaded load_rule(std::string_view rule) { return load(std::string(kWords).append(rule)); }

TEST_CASE("the one line of the mission is a whole policy once its words are declared") {
  Loaded loaded = load_rule("when region in BR and type=meter then profile=vivo-local");
  INFO(loaded.rendered(true));
  REQUIRE(loaded.policy);
  CHECK(loaded.rendered().empty());
  CHECK_FALSE(loaded.policy->otherwise_written);
  const RuleTable& table = loaded.table();
  REQUIRE(table.rules.size() == 1);
  CHECK(table.rules[0].origin.text() == "policy.sojourn:9");
  CHECK(table.rules[0].action.kind == Action::Kind::profile);
  CHECK(table.profiles[table.rules[0].action.alternatives[0].profile].name == "vivo-local");
  REQUIRE(table.features.size() == 2);
  CHECK(table.features[0].identity == "country");
  CHECK(table.features[1].identity == "attribute type");
}

TEST_CASE("undeclared words are named with a declaration to paste") {
  Loaded loaded = load("when region in BR and type=meter then profile=vivo-local");
  CHECK_FALSE(loaded.policy);
  CHECK(loaded.codes() == "E0201 E0202");
  CHECK(loaded.rendered().find("attribute type : meter") != std::string::npos);
  CHECK(loaded.rendered().find("profile vivo-local home BR") != std::string::npos);
}

TEST_CASE("a mistake in one expectation makes none of the next") {
  Loaded loaded = load(R"(policy p
profile fr home FR
ban b never roaming in BR
otherwise keep
test "t"
  given profile = fr
  at 2026-01-01 10:00 network 208-01
  expect no ban b violated
  at 2026-01-01 12:00 network 724-05
  expect ban b violated
)");
  INFO(loaded.rendered());
  CHECK(loaded.diagnostics.all().size() == 1);
  CHECK(loaded.diagnostics.all()[0].code == Code::E0110);
}

TEST_CASE("an inventory declares words") {
  Inventory inventory;
  Attribute type;
  type.name = "type";
  type.type = AttributeType::choice;
  type.values = {"meter", "tracker"};
  inventory.attributes.push_back(type);
  Profile vivo;
  vivo.name = "vivo-local";
  vivo.home.insert(*find_country("BR"));
  inventory.profiles.push_back(vivo);
  Loaded loaded = load("when region in BR and type=meter then profile=vivo-local", inventory);
  INFO(loaded.rendered());
  CHECK(loaded.policy);
}

TEST_CASE("the policy of the handbook, first part") {
  Loaded loaded = load(R"(
policy acme-latam
  version  "2026.11"
  owner    "compliance@acme.example"
  timezone America/Sao_Paulo            # whose midnight ends a day; default UTC
  settle   30 minutes
  carry    7 days
attribute type     : meter | tracker | vehicle | ambulance
attribute tag      : set of text
attribute imei-registered : set of country
attribute battery  : number in % valid 1 day
attribute rsrp     : number in dBm
profile bootstrap     home FR            iccid 8933*      cost 0
profile vivo-local    home BR            iccid 895510*    plmn 724-06, 724-10, 724-11, 724-23
                      download "smdp.vivo.example"
profile tim-local     home BR            iccid 895504*    download "smdp.tim.example"
region MERCOSUR     = AR, BR, PY, UY
region SANTOS-PORT  = circle(-23.96, -46.30, 12 km)
set    critical     = ambulance
define at-risk      = roaming in BR on more than 60 consecutive days

rule meters-in-brazil
  when region in BR and type=meter then profile=vivo-local

rule settled-in-brazil "Trackers and vehicles pass through; move them only when they settle."
  when roaming in BR on the same network on at least 60 consecutive days
   and type in tracker, vehicle and battery >= 30%
  then profile = vivo-local or tim-local, fallback = bootstrap, hold 24 hours

rule lost overrides meters-in-brazil, settled-in-brazil
  when no service for 10 minutes and type != ambulance then profile = bootstrap, hold 24 hours

otherwise keep

test "a meter that reaches São Paulo goes local"
  given type = meter, profile = bootstrap
  at 2026-01-01 10:00 network 724-05, position -23.55 -46.63 accuracy 20 m
  expect profile = vivo-local by meters-in-brazil
  at 2026-01-01 10:05 profile = vivo-local
  expect keep
)");
  INFO(loaded.rendered(true));
  REQUIRE(loaded.policy);
  CHECK(loaded.table().settings.zone == "America/Sao_Paulo");
  REQUIRE(loaded.table().rules.size() == 3);
  CHECK(loaded.table().rules[2].overrides == std::vector<std::uint32_t>{0, 1});
}

}  // namespace
}  // namespace sojourn::lang
