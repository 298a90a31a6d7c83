// Semantics 9a in what is proved: a device without service, or on a network that nobody knows, is
// judged with each profile on the networks of the country in which it stands.
#include "engine/base/diagnostic_code.h"
#include "tests/proof/checked_policy.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

using testing::check;
using testing::Checked;
using testing::replay;

const std::string kWords = R"(
profile global home FR iccid 8933* download "a.example"
profile local home BR iccid 895510* download "b.example"
)";

struct Row {
  const char* policy;
  Code found;
  bool told = true;  // by a test
};

const Row kRows[] = {
    // Another profile would roam there, so it is passed over.
    {"ban roams never roaming in BR remedy profile = local\n"
     "rule lost when region in BR and no service then profile = global\notherwise keep\n"
     "assert when region in BR and no service then profile = global\n",
     Code::P0302},
    {"ban roams never roaming in BR remedy profile = local\n"
     "rule dark when region in BR and network unknown then profile = global\notherwise keep\n"
     "assert when region in BR and network unknown then profile = global\n",
     Code::P0302},
    // What is enabled roams there, and the rule does not look at where it is.
    {"ban roams never roaming in BR\n"
     "rule home when network in BR then profile = local\notherwise keep\n",
     Code::P0301},
    {"ban one-network never network in BR and roaming\n"
     "rule home when network in BR then profile = local\notherwise keep\n",
     Code::P0301},
    // A run goes on where the network was lost, with whatever is enabled.
    {"ban run never roaming in UY on more than 2 consecutive days and no service\n"
     "  remedy profile = local\notherwise keep\n",
     Code::P0301},
    {"ban run never roaming in BR on more than 2 consecutive days and no service\n"
     "  remedy profile = local\notherwise keep\nassert when no service then keep\n",
     Code::P0302},
    // In another country than the ban's nothing is against it.
    {"ban roams never roaming in BR remedy profile = local\n"
     "rule lost when no service then profile = global\notherwise keep\n"
     "assert when no service and region in UY then profile = local\n",
     Code::P0302},
};

TEST_CASE("9a: a device without service is proved about where it stands") {
  for (const Row& row : kRows) {
    std::string text = kWords + row.policy;
    INFO(text);
    std::optional<Checked> checked = check(text, "unserved.sojourn");
    REQUIRE(checked);
    CHECK(checked->analysis.undecided.empty());
    INFO(checked->rendered(row.found));
    std::string story = checked->story_of(row.found);
    CHECK(story.empty() != row.told);
    if (!story.empty()) CHECK(replay(text, story, "unserved.sojourn") == "");
  }
}

// What is counted with the enabled profile goes on where the device loses its network.
TEST_CASE("9a: counts hold without a network as on those of the country") {
  for (const std::string form :
       {"on more than 3 consecutive days", "per profile on more than 3 consecutive days",
        "on the same network on more than 3 consecutive days",
        "on more than 3 consecutive days allowing gaps of 2 days",
        "on the same network on more than 3 days within 10 days", "within 10 hours",
        "on more than 3 days within 20 days", "on more than 3 days in this calendar year"}) {
    for (const auto& [rule, holds] : {std::pair("network in BR", false),
                                      {"roaming in BR", false},
                                      {"(region in BR and not no service) or network in BR", false},
                                      {"region in BR or network in BR", true}}) {
      std::string text = kWords + "ban counts never roaming in BR " + form + "\nrule home when " +
                         rule + " then profile = global or local\notherwise keep\n";
      INFO(text);
      std::optional<Checked> checked = check(text, "lost.sojourn");
      REQUIRE(checked);
      CHECK(checked->analysis.promises.bans[0].verdict ==
            (holds ? Verdict::holds : Verdict::broken));
      if (holds) continue;
      std::string story = checked->story_of(Code::P0301);
      CHECK(story != "");
      CHECK(replay(text, story, "lost.sojourn") == "");
    }
  }
}

// A rule that asks for the region covers what the ban looks at without service.
TEST_CASE("9a: what a rule about the region covers holds without service as well") {
  for (
      const char* policy :
      {"ban roams never roaming in BR\nrule home when region in BR or network in BR then profile = "
       "local\notherwise keep\n",
       "ban roams never roaming in BR remedy profile = local\nrule lost when no service and region "
       "in UY then profile = global\notherwise keep\n"
       "assert when no service and region in UY then profile = global\n"}) {
    std::string text = kWords + policy;
    INFO(text);
    std::optional<Checked> checked = check(text, "unserved.sojourn");
    REQUIRE(checked);
    CHECK(checked->analysis.undecided.empty());
    for (const BanVerdict& ban : checked->analysis.promises.bans) {
      CHECK(ban.verdict == Verdict::holds);
    }
    for (const AssertionVerdict& one : checked->analysis.promises.assertions) {
      CHECK(one.verdict == Verdict::holds);
    }
  }
}

// Whatever the past was, in India no profile roams in Brazil: so the remedy is lawful there.
TEST_CASE("9a: what is counted with a profile cannot hold where its networks do not let it") {
  struct Case {
    const char* counted;
    bool holds;
  };
  const Case cases[] = {
      {"network in BR within 3 days and roaming in BR", true},
      {"roaming in BR for 2 hours", true},
      {"network in BR for 2 hours and roaming", true},
      {"roaming in BR on the same network on more than 90 days within 120 days", true},
      {"roaming in BR on more than 60 days within 90 days and network in BR", true},
      // A run goes on elsewhere, on the network of yesterday.
      {"network in BR, IN and roaming in BR on more than 3 consecutive days", false},
      // Whoever has been on Indian networks for so long is on one with any profile.
      {"roaming in IN for 2 hours or network in IN for 2 hours", false},
  };
  for (const Case& one : cases) {
    std::string text = kWords +
                       "profile indian home IN iccid 8991* download \"c.example\"\n"
                       "ban elsewhere never " +
                       one.counted +
                       "\nban india never roaming in IN remedy profile = indian\n"
                       "rule home when region in BR or network in BR then profile = local\n"
                       "otherwise keep\n";
    INFO(text);
    std::optional<Checked> checked = check(text, "counted.sojourn");
    REQUIRE(checked);
    CHECK(checked->analysis.undecided.empty());
    for (const BanVerdict& ban : checked->analysis.promises.bans) {
      if (checked->analysis.table.bans[ban.ban].name != "india") continue;
      CHECK((ban.verdict == Verdict::holds) == one.holds);
    }
  }
}

}  // namespace
}  // namespace sojourn::lang
