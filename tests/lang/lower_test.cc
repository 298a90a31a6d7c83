// What conditions lower to, by the canonical text of what they ask (lang/identity.h).
#include "lang/identity.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

using testing::load;
using testing::Loaded;

constexpr std::string_view kWords = R"(
attribute type : meter | tracker | vehicle
attribute battery : number in %
attribute limit : number in km/h
attribute tag : set of text
attribute ecall : flag
attribute made-in : country
profile boot home FR
profile vivo home BR download "a.example"
region SOUTH = AR, PORT
region PORT = circle(-23.96, -46.30, 12 km)
set movers = tracker, vehicle
define away = roaming in BR
otherwise keep
)";

std::string canonical(std::string_view condition) {
  Loaded loaded = load(std::string(kWords) + "when " + std::string(condition) + " then keep");
  UNSCOPED_INFO(condition);
  UNSCOPED_INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  Canon canon(loaded.table());
  return canon.condition(loaded.table().rules[0].condition);
}

struct Row {
  const char* condition;
  const char* asks;
};

TEST_CASE("what conditions ask") {
  const Row rows[] = {
      {"region in BR", "country in BR"},
      {"region in BR, AR", "country in AR+BR"},
      {"region in AR, BR", "country in AR+BR"},
      {"region in SOUTH", "or(area circle(-23.9600000,-46.3000000,12000.000m), country in AR)"},
      {"region in BR-SP", "area BR-SP"},
      {"region not in BR", "not(country in BR)"},
      {"region unknown", "not(known(country))"},
      {"network in BR", "network in BR"},
      {"plmn = 724-06", "network in {724-06}"},
      {"profile = boot", "profile in {boot}"},
      {"roaming", "roaming"},
      {"roaming in BR", "roaming in BR"},
      {"not roaming", "not(roaming)"},
      {"no service", "no service"},
      {"rat in lte, nb-iot", "rat in {lte,nb-iot}"},
      {"type in movers", "attribute type in {tracker,vehicle}"},
      {"type != meter", "not(attribute type in {meter})"},
      {"battery >= 30%", "attribute battery in % >= 30000000"},
      {"battery > 30%", "attribute battery in % >= 30000001"},
      {"battery < 30%", "not(attribute battery in % >= 30000000)"},
      {"battery <= 30%", "not(attribute battery in % >= 30000001)"},
      {"battery = 30%",
       "and(attribute battery in % >= 30000000, not(attribute battery in % >= 30000001))"},
      // 10 m/s is 36 km/h; 1 m/s is 3.6 km/h
      {"limit >= 10 m/s", "attribute limit in km/h >= 36000000"},
      {"limit > 1 m/s", "attribute limit in km/h >= 3600001"},
      {"speed >= 50 km/h", "speed >= 50000000"},
      {"speed > 50 km/h", "speed >= 50000001"},
      {"speed < 10 m/s", "not(speed >= 36000000)"},
      {"border distance <= 5 km", "not(border distance >= 5000001)"},
      {"accuracy > 1 nmi", "accuracy >= 1852001"},
      {"silent > 3 days", "silent >= 259200001"},
      {"silent for 3 days", "silent >= 259200000"},
      {"tag has a", "attribute tag has a"},
      {"tag has all of b, a", "and(attribute tag has a, attribute tag has b)"},
      {"tag has none of b, a", "and(not(attribute tag has a), not(attribute tag has b))"},
      {"made-in in DE, FR", "attribute made-in in DE+FR"},
      {"away", "roaming in BR"},
      {"ecall unknown", "not(known(attribute ecall))"},
      {"between 22:00 and 05:00", "local time 79200000ms to 18000000ms"},
      {"from 2026-10-17", "date UTC >= 20743"},
      {"date < 2026-10-17", "not(date UTC >= 20743)"},
      {"no service for 10 minutes", "held{no service} >= 600000"},
      {"no service for more than 10 minutes", "held{no service} >= 600001"},
      {"not no service for 10 minutes", "not(held{no service} >= 600000)"},
      {"ecall and no service for 10 minutes", "and(attribute ecall, held{no service} >= 600000)"},
      {"(ecall and no service) for 10 minutes", "held{and(attribute ecall, no service)} >= 600000"},
      {"no service within 3 days", "not(recency{no service} >= 259200000)"},
      {"(no service for 2 hours) within 12 hours",
       "not(recency{held{no service} >= 7200000} >= 43200000)"},
      {"no service within 2 months",
       "not(recency{no service} within 2mo UTC >= 9223372036854775807)"},
      {"no service per imei within 1 year",
       "not(recency{no service} per-imei within 12mo UTC >= 9223372036854775807)"},
      {"away on at least 60 consecutive days", "consecutive{roaming in BR} gap 0 UTC >= 60"},
      {"away on 60 or more consecutive days", "consecutive{roaming in BR} gap 0 UTC >= 60"},
      {"away on more than 60 consecutive days", "consecutive{roaming in BR} gap 0 UTC >= 61"},
      {"away on fewer than 60 consecutive days",
       "and(not(consecutive{roaming in BR} gap 0 UTC >= 60), roaming in BR)"},
      {"away per profile on the same network on more than 90 consecutive days",
       "consecutive{roaming in BR} same-network per-profile gap 0 UTC >= 91"},
      {"away on more than 90 consecutive days on the same network per profile",
       "consecutive{roaming in BR} same-network per-profile gap 0 UTC >= 91"},
      {"away on at least 90 consecutive days allowing gaps of 6 days",
       "consecutive{roaming in BR} gap 6 UTC >= 90"},
      {"away per imei on at least 91 days within 120 days",
       "count{roaming in BR} per-imei of 1d within 120d UTC >= 91"},
      {"away on at least 6 months within 12 months",
       "count{roaming in BR} of 1mo within 12mo UTC >= 6"},
      {"away on at least 3 weeks within 4 weeks", "count{roaming in BR} of 1w within 4w UTC >= 3"},
      {"away on at least 120 days in this calendar year",
       "count{roaming in BR} in calendar 1y UTC >= 120"},
      {"away for more than 50% of 4 days", "share{roaming in BR} of 345600000ms >= 172800001"},
      {"away on more than 50% of days within 7 days", "day-share{roaming in BR} of 7d UTC >= 4"},
      {"at least 3 rejected with 13, 11 within 6 hours",
       "events rejected(11+13) within 21600000ms >= 3"},
      {"more than 4 switches within 30 days", "events switches within 2592000000ms >= 5"},
      {"owner-changed within 30 days", "events event\"owner-changed\" within 2592000000ms >= 1"},
      {"owner-changed within 1 month", "events event\"owner-changed\" within 1mo UTC >= 1"},
      {"6 months since roaming-activated", "since 6mo event\"roaming-activated\" UTC"},
      {"data in CN within 30 days > data in GB within 30 days",
       "data in CN minus GB within 30d UTC >= 1"},
      {"data in CN within 30 days > 10 MB", "data in CN within 30d UTC >= 10000001"},
  };
  for (const Row& row : rows) CHECK(canonical(row.condition) == row.asks);
}

std::string meaning(std::string_view rules) {
  Loaded loaded = load(std::string(kWords).append(rules));
  UNSCOPED_INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  return to_hex(loaded.table().meaning_digest);
}

TEST_CASE("the meaning digest sees meaning only") {
  std::string base = meaning(
      "rule a when region in BR and ecall then profile = vivo\n"
      "rule b overrides a when type = meter then keep");
  CHECK(meaning("rule second overrides first when type is meter then keep\n"
                "rule first when ecall and region = BR then profile=vivo # why") == base);
  CHECK(meaning("rule a when region in BR and ecall then profile = vivo\n"
                "rule b when type = meter then keep") != base);
  CHECK(meaning("rule a when region in BR or ecall then profile = vivo\n"
                "rule b overrides a when type = meter then keep") != base);
  CHECK(meaning("rule a when region in BR and ecall then profile = boot\n"
                "rule b overrides a when type = meter then keep") != base);
  CHECK(meaning("rule a when region in BR and ecall then profile = vivo, hold 1 hour\n"
                "rule b overrides a when type = meter then keep") != base);
}

TEST_CASE("the meaning digest sees no names of our own, no order that decides nothing, no layout") {
  // Everything that can be named, twice: otherwise named, otherwise ordered, otherwise laid out.
  const char* one = R"(policy fleet
profile one   home FR
profile two   home ES download "a.example"
profile local home BR download "b.example"
region SOUTH = AR, BR
set movers = tracker, meter
attribute type : meter | tracker | lamp
define away = roaming in SOUTH and type in movers
ban stay never roaming in BR on more than 90 consecutive days remedy profile = local
ban rest never roaming in AR on more than 30 days within 120 days remedy profile = local
rule a when away then profile = two
rule b overrides a when region in SOUTH and type = lamp then keep
guard at most 4 switches per device within 30 days except for bans, b
guard at most 2% of fleet per hour
otherwise keep
)";
  const char* other = R"(policy other  # somebody else's
attribute type : lamp | meter | tracker
set moving = meter, tracker
region CONE = BR, AR
profile local home BR download "b.example"
profile two home ES
  download "a.example"
profile one home FR
define abroad = (type in moving) and roaming in CONE
guard at most 2% of fleet per hour
guard at most 4 switches per device within 30 days except for bans, lamps
rule lamps overrides travellers when type = lamp and region in CONE then keep
rule travellers when abroad then profile = two
ban second
  never roaming in AR on more than 30 days within 120 days
  remedy profile = local
ban first
  never roaming in BR on more than 90 consecutive days
  remedy profile = local
otherwise keep
)";
  auto digest_of = [](const std::string& text) {
    Loaded loaded = load(text);
    INFO(loaded.rendered());
    REQUIRE(loaded.policy);
    return to_hex(loaded.table().meaning_digest);
  };
  auto replaced = [&](const char* from, const char* to) {
    std::string text = one;
    std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return digest_of(text.replace(at, std::string(from).size(), to));
  };
  std::string base = digest_of(one);
  CHECK(digest_of(other) == base);
  CHECK(replaced("more than 90", "more than 91") != base);
  CHECK(replaced("profile two   home ES", "profile two   home PT") != base);
  CHECK(replaced("at most 4", "at most 5") != base);
  CHECK(replaced("except for bans, b", "except for bans") != base);
  CHECK(replaced("then profile = two", "then profile = one or two") != base);
}

TEST_CASE("an order that decides is part of the meaning") {
  const char* words = "profile one home FR\nprofile two home BR download \"a.example\"\n";
  auto digest_of = [&](const std::string& settings, const std::string& text) {
    Loaded loaded = load("policy p" + settings + "\n" + words + text + "otherwise keep\n");
    INFO(loaded.rendered());
    REQUIRE(loaded.policy);
    return to_hex(loaded.table().meaning_digest);
  };
  const std::string a = "rule a when region in BR then profile = two\n";
  const std::string b = "rule b when roaming in BR then keep\n";
  CHECK(digest_of(" first-match", a + b) != digest_of(" first-match", b + a));
  // The first ban that is violated has the word where remedies differ, and only there.
  const std::string to_one = "ban a never network in AR remedy profile = one\n";
  const std::string to_two = "ban b never network in CL remedy profile = two\n";
  const std::string also_two = "ban c never network in PE remedy profile = two\n";
  CHECK(digest_of("", to_one + to_two) != digest_of("", to_two + to_one));
  CHECK(digest_of("", also_two + to_two) == digest_of("", to_two + also_two));
}

TEST_CASE("equal questions are one feature, and only areas asked for are bound") {
  Loaded loaded = load(std::string(kWords) +
                       "region UNUSED = circle(0, 0, 1 km)\n"
                       "when region in PORT and away for 1 day then keep\n"
                       "when region in SOUTH and (roaming in BR) for 2 days then keep\n");
  REQUIRE(loaded.policy);
  CHECK(loaded.table().areas.size() == 1);
  CHECK(loaded.table().features.size() == 4);  // area, roaming in BR, held, country
}

TEST_CASE("tests become steps in the policy's zone") {
  Loaded loaded = load("policy p timezone America/Sao_Paulo\n" + std::string(kWords) + R"(
rule away-meters when away and type = meter then profile = vivo
test "a story" obeying
  given type = meter, profile = boot, installed = {boot, vivo}
  at 2026-01-01 10:00 network 724-05, position -23.55 -46.63 accuracy 20 m, battery = 80%
  expect profile = vivo by away-meters on 2026-01-01
  every day at 12:00 from 2026-01-02 to 2026-01-04 network 724-05
  at 2026-01-05T00:00:00Z rejected with 11, registration none
  device "d2" at 2026-01-05 10:00 tag = {a, b}, data 10 MB, battery = unknown
  expect keep
)");
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  REQUIRE(loaded.policy->tests.size() == 1);
  const TestCase& test = loaded.policy->tests[0];
  CHECK(test.obeying);
  REQUIRE(test.steps.size() == 9);
  CHECK(test.steps[0].kind == TestStep::Kind::given);
  CHECK(test.steps[0].observation.standing);
  CHECK(to_rfc3339(test.steps[0].at) == "2026-01-01T13:00:00Z");
  CHECK(test.steps[1].observation.network.given());
  CHECK(test.steps[1].observation.attributes[0].number_millionths == 80'000'000);
  REQUIRE(test.steps[2].taken);
  CHECK(to_rfc3339(test.steps[2].taken->first) == "2026-01-01T03:00:00Z");
  CHECK(to_rfc3339(test.steps[2].taken->second) == "2026-01-02T03:00:00Z");
  CHECK(to_rfc3339(test.steps[3].at) == "2026-01-02T15:00:00Z");
  CHECK(to_rfc3339(test.steps[6].at) == "2026-01-05T00:00:00Z");
  CHECK(test.steps[6].observation.reject_cause == 11);
  CHECK(test.steps[7].device == "d2");
  CHECK(test.steps[7].observation.data_bytes == 10'000'000);
}

}  // namespace
}  // namespace sojourn::lang
