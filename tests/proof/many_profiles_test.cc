// Many profiles under many bans: everything is decided, and what is said is so.
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "tests/proof/checked_policy.h"

namespace sojourn::lang {
namespace {

using testing::check;
using testing::Checked;
using testing::replay;

constexpr std::string_view kHomes[] = {"BR", "TR", "IN", "DE", "FR", "GB", "US", "MX", "AR", "ZA"};

// Each ban has the profile at home in its country for a remedy.
std::string policy_of(std::size_t profiles, std::size_t bans, bool counts) {
  std::string text = "policy many\n";
  for (std::size_t i = 0; i < profiles; ++i) {
    text += fmt::format("profile p{} home {} iccid 89{:04}* download \"a.example\"\n", i,
                        kHomes[i % std::size(kHomes)], i);
  }
  for (std::size_t i = 0; i < bans; ++i) {
    text += counts ? fmt::format(
                         "ban b{} never roaming in {} per profile on the same network on "
                         "more than 9 consecutive days notice 2 days\n"
                         "  assuming a switch completes within 1 day remedy profile = p{}\n",
                         i, kHomes[i], i)
                   : fmt::format(
                         "ban b{} never network in {} and roaming in {} remedy profile = "
                         "p{}\n",
                         i, kHomes[i], kHomes[i], i);
  }
  return text + "otherwise keep\n";
}

// As an operator has it: a profile of each country with a law and others beside, rules that move
// the meters and those that have settled, `no service` before all.
std::string operator_of(std::size_t profiles, std::size_t laws, std::string_view hold) {
  std::string text =
      "policy operator\nattribute type : meter | tracker | ambulance\n"
      "attribute battery : number in %\nprofile global home none iccid 8933*\n";
  for (std::size_t i = 1; i < profiles; ++i) {
    text += fmt::format("profile p{} home {} iccid 89{:04}* download \"a.example\"\n", i,
                        kHomes[i % std::size(kHomes)], i);
  }
  std::string overridden;
  for (std::size_t i = 1; i <= laws; ++i) {
    std::string_view country = kHomes[i];
    text += fmt::format(
        "ban law{} never roaming in {} per profile on more than 9 consecutive days notice 2 days\n"
        "  assuming a switch completes within 1 day remedy profile = p{}\n"
        "rule meters{} when region in {} and type = meter then profile = p{}{}\n"
        "rule settled{} when roaming in {} on at least 6 consecutive days and type = tracker and "
        "battery >= 30% then profile = p{}, hold 24 hours\n",
        i, country, i, i, country, i, hold, i, country, i);
    overridden += fmt::format("{}meters{}, settled{}", i == 1 ? "" : ", ", i, i);
  }
  return text + fmt::format(
                    "rule lost overrides {} when no service for 10 minutes and type != ambulance "
                    "then profile = global{}\notherwise keep\n",
                    overridden, hold);
}

// Laws of five countries, each counting otherwise.
constexpr std::string_view kTrackers = R"(policy world-trackers
  timezone Europe/Paris

attribute type : meter | tracker | vehicle | ambulance

profile global home FR iccid 8933*
profile br-local home BR iccid 8955* download "smdp.br.example"
profile tr-local home TR iccid 8990* download "smdp.tr.example"
profile in-local home IN iccid 8991* download "smdp.in.example"
profile cn-local home CN iccid 8986* download "smdp.cn.example"
profile sa-local home SA iccid 89966* download "smdp.sa.example"

ban br-law
  never roaming in BR per profile on the same network on more than 90 consecutive days
  notice 10 days
  assuming a switch completes within 5 days
  remedy profile = br-local
ban tr-law
  timezone Europe/Istanbul
  never roaming in TR per imei on at least 91 days within 120 days
  notice 10 days
  assuming a switch completes within 5 days
  remedy profile = tr-local
ban in-law
  never roaming in IN and 6 months since roaming-activated
  notice 14 days
  assuming a switch completes within 3 days
  remedy profile = in-local
ban cn-law
  never roaming in CN on more than 90 consecutive days
  notice 14 days
  assuming a switch completes within 3 days
  remedy profile = cn-local or global
ban sa-law
  never roaming in SA

rule meters-br when region in BR and type = meter then profile = br-local, hold 24 hours
rule settled-br when roaming in BR on the same network on at least 60 consecutive days and type in tracker, vehicle then profile = br-local, hold 24 hours
rule in-india when region in IN then profile = in-local, hold 24 hours
rule in-china when region in CN then profile = cn-local or global, hold 24 hours
rule saudi when region in SA or network in SA then profile = sa-local, hold 24 hours
rule turkey when region in TR and type != ambulance then profile = tr-local or global, hold 24 hours
rule lost overrides meters-br, settled-br, in-india, in-china, saudi, turkey
  when no service for 20 minutes and type != ambulance then profile = global, hold 24 hours
otherwise keep
guard at most 4 switches per device within 30 days except for bans, lost
)";

bool is_undecided(const Checked& checked, std::string_view question) {
  const std::vector<std::string>& all = checked.analysis.undecided;
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& one) { return one.starts_with(question); });
}

void each_is(const Checked& checked, Verdict verdict) {
  for (const BanVerdict& ban : checked.analysis.promises.bans) CHECK(ban.verdict == verdict);
}

}  // namespace

TEST_CASE("bans on networks hold whatever the number of profiles") {
  for (std::size_t profiles : std::initializer_list<std::size_t>{5, 20, 60}) {
    std::string text = policy_of(profiles, 5, false);
    INFO(text);
    std::optional<Checked> checked = check(text, "many.sojourn");
    REQUIRE(checked);
    each_is(*checked, Verdict::holds);
  }
}

// Each asks where the device roams, and how long: all combinations of thirty would be no answer.
TEST_CASE("laws of thirty countries are decided together") {
  std::string text = "policy many\nprofile global home CH iccid 8941*\n";
  for (std::string_view country :
       {"AD", "AE", "AF", "AG", "AL", "AM", "AO", "AR", "AT", "AU", "AZ", "BA", "BB", "BD", "BE",
        "BF", "BG", "BH", "BI", "BJ", "BN", "BO", "BR", "BS", "BT", "BW", "BY", "BZ", "CA", "CL"}) {
    text += fmt::format("ban b{} never roaming in {} on at least 90 days within 120 days\n",
                        country, country);
  }
  text += "otherwise keep\n";
  std::optional<Checked> checked = check(text, "many.sojourn");
  REQUIRE(checked);
  each_is(*checked, Verdict::broken);
  CHECK(checked->analysis.undecided.empty());
  std::string story = checked->story_of(Code::P0301);
  CHECK(replay(text, story, "many.sojourn") == "");
}

// Every remedy may have been used up elsewhere: the device went to and fro each day.
TEST_CASE("a remedy that another ban has counted is no remedy") {
  for (std::size_t profiles : std::initializer_list<std::size_t>{3, 20}) {
    std::string text = policy_of(profiles, 3, true);
    INFO(text);
    std::optional<Checked> checked = check(text, "many.sojourn");
    REQUIRE(checked);
    each_is(*checked, Verdict::broken);
    std::string story = checked->story_of(Code::P0301);
    CHECK_FALSE(story.empty());
    CHECK(replay(text, story, "many.sojourn") == "");
  }
}

TEST_CASE("rules beside many bans leave no ban and no gap undecided") {
  for (std::size_t profiles : std::initializer_list<std::size_t>{10, 40}) {
    std::string text = operator_of(profiles, 5, ", hold 24 hours");
    INFO(text);
    std::optional<Checked> checked = check(text, "many.sojourn");
    REQUIRE(checked);
    each_is(*checked, Verdict::broken);
    CHECK_FALSE(is_undecided(*checked, "whether ban"));
    CHECK(checked->analysis.gap);
    std::string story = checked->story_of(Code::P0301);
    CHECK_FALSE(story.empty());
    CHECK(replay(text, story, "many.sojourn") == "");
  }
}

TEST_CASE("whether a device comes to rest is decided among many bans and profiles") {
  for (std::size_t profiles : std::initializer_list<std::size_t>{8, 40}) {
    std::optional<Checked> held =
        check(operator_of(profiles, 5, ", hold 24 hours"), "many.sojourn");
    REQUIRE(held);
    CHECK(held->analysis.rest.decided);
    CHECK(held->analysis.rest.cycles.empty());
    std::string text = operator_of(profiles, 5, "");
    INFO(text);
    std::optional<Checked> checked = check(text, "many.sojourn");
    REQUIRE(checked);
    CHECK(checked->analysis.rest.decided);
    std::string story = checked->story_of(Code::W0303);
    CHECK_FALSE(story.empty());
    CHECK(replay(text, story, "many.sojourn") == "");
  }
}

// A device may go to and fro between its profiles, be called at by an event of months ago, or have
// no service where it stands: each way in which a ban breaks is told as a life that comes about.
TEST_CASE("each broken ban of a policy of many laws is shown by a life that comes about") {
  std::string text(kTrackers);
  std::optional<Checked> checked = check(text, "many.sojourn");
  REQUIRE(checked);
  std::size_t shown = 0;
  for (const Diagnostic& finding : checked->findings) {
    if (finding.code != Code::P0301) continue;
    INFO(finding.message);
    REQUIRE(finding.notes.size() >= 2);
    CHECK(replay(text, finding.notes.back(), "many.sojourn") == "");
    ++shown;
  }
  CHECK(shown == checked->analysis.promises.bans.size());
}

TEST_CASE("a remedy that no other ban counts is one") {
  std::string text = policy_of(20, 1, true);
  std::optional<Checked> checked = check(text, "many.sojourn");
  REQUIRE(checked);
  each_is(*checked, Verdict::holds);
  CHECK(checked->analysis.promises.bans[0].over_time.verdict == Verdict::holds);
}

}  // namespace sojourn::lang
