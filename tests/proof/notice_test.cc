// What a ban's notice brings about before the ban is violated is part of what is proved.
#include <fmt/format.h>

#include "engine/base/diagnostic_code.h"
#include "engine/proof/policy_model.h"
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
  const char* ban;
  const char* before;  // not violated there, and within its notice
};

// So many days from now a count is more than it is today: on the eve of the day from which is
// counted, and within the notice of a run.
const Row kRows[] = {
    {"ban later counting from 2026-03-01 never roaming in BR for 12 hours notice 2 days",
     "until 2026-02-28"},
    {"ban later counting from 2026-03-01 never roaming in BR for more than 50% of 2 days "
     "notice 2 days",
     "until 2026-02-28"},
    {"ban run never roaming in BR on more than 9 consecutive days notice 3 days",
     "roaming in BR on at most 8 consecutive days"},
    {"ban window never roaming in BR on more than 9 days within 20 days notice 3 days",
     "roaming in BR on at most 8 days within 20 days"},
};

TEST_CASE("within a ban's notice the ban decides, and an assertion that forgets it does not hold") {
  for (const Row& row : kRows) {
    std::string text = kWords + row.ban + " remedy profile = local\notherwise keep\n" +
                       "assert when region in BR and profile = global and " + row.before +
                       " then profile = global\n";
    INFO(text);
    std::optional<Checked> checked = check(text, "notice.sojourn");
    REQUIRE(checked);
    REQUIRE(checked->analysis.undecided.empty());
    CHECK(checked->analysis.promises.bans[0].verdict == Verdict::holds);
    CHECK(checked->analysis.promises.assertions[0].verdict == Verdict::broken);
    std::string story = checked->story_of(Code::P0302);
    INFO(checked->rendered(Code::P0302));
    if (!story.empty()) CHECK(replay(text, story, "notice.sojourn") == "");
  }
}

// Each day of notice asks for a date of its own and a count of its own, of each profile: as many as
// there are together, and not as many as they have combinations.
TEST_CASE("bans that end, each with a notice, take as much room as they are long") {
  auto policy = [](int notice) {
    std::string text = kWords + "profile other home TR iccid 899028* download \"c.example\"\n";
    int month = 3;
    for (const char* country : {"BR", "TR", "IN"}) {
      text += fmt::format(
          "ban {0} from 2026-0{1}-01 until 2027-0{1}-15 notice {2} days "
          "never roaming in {0} on at least 90 days within 120 days\n",
          country, month++, notice);
    }
    return text + "rule here when region in BR then profile = local\notherwise profile = global\n";
  };
  auto nodes = [&](int notice) {
    std::optional<Checked> checked = check(policy(notice), "dates.sojourn");
    REQUIRE(checked);
    CHECK(checked->analysis.promises.bans[0].verdict == Verdict::broken);  // `local` may be missing
    PolicyModel model(checked->loaded.table(), testing::small_world().claims(), nullptr);
    return model.store().node_count();
  };
  std::size_t short_notice = nodes(4), long_notice = nodes(12);
  INFO(short_notice << " nodes, and " << long_notice);
  CHECK(long_notice < 12 * short_notice);
}

// In Auckland it is the 15th while it is the 14th in Honolulu, and both rules fire.
TEST_CASE("that dates of several zones are taken for one is said") {
  auto undecided = [](const char* zone) {
    std::string text = kWords + "rule one timezone Pacific/Auckland when network in BR and from " +
                       "2026-03-15 then profile = global\nrule two timezone " + zone +
                       " when network in BR and until 2026-03-14 then profile = local\n" +
                       "otherwise keep\n";
    std::optional<Checked> checked = check(text, "zones.sojourn");
    REQUIRE(checked);
    return checked->analysis.undecided;
  };
  CHECK(undecided("Pacific/Honolulu") ==
        std::vector<std::string>{
            "what happens while it is not one date in Pacific/Auckland, Pacific/Honolulu"});
  CHECK(undecided("Pacific/Auckland").empty());
}

// At noon in Sydney it is still the day before in Brazil.
TEST_CASE("what is shown of a ban of another zone is a moment at which it has that date") {
  for (const char* dates : {"from 2026-03-20", "until 2026-03-20"}) {
    std::string text = "policy far\n  timezone Australia/Sydney\n" + kWords + "ban far " + dates +
                       " timezone America/Sao_Paulo never roaming in BR\notherwise keep\n";
    std::optional<Checked> checked = check(text, "far.sojourn");
    REQUIRE(checked);
    INFO(checked->rendered(Code::P0301));
    std::string story = checked->story_of(Code::P0301);
    REQUIRE_FALSE(story.empty());
    CHECK(replay(text, story, "far.sojourn") == "");
  }
}

// 74 days lie between the first day that counts and the last one on which the ban is in force.
TEST_CASE("no more is counted from a date on than there are days since") {
  auto ban_until = [](const char* day) {
    std::string text =
        kWords + "ban short from 2026-01-01 until " + day +
        " counting from 2026-01-01 notice 10 days\n"
        "  never roaming in BR on more than 90 consecutive days\n" +
        "rule first when network in BR and date = 2026-01-01 then profile = global\n" +
        "otherwise keep\n" +
        "assert when network in BR and date = 2026-01-01 then profile = global\n";
    std::optional<Checked> checked = check(text, "short.sojourn");
    REQUIRE(checked);
    CHECK(checked->analysis.undecided.empty());
    CHECK(checked->analysis.promises.assertions[0].verdict == Verdict::holds);
    return std::pair(checked->analysis.promises.bans[0].verdict,
                     checked->analysis.promises.bans[0].never_bites);
  };
  CHECK(ban_until("2026-03-15") == std::pair(Verdict::holds, true));
  CHECK(ban_until("2026-04-15") == std::pair(Verdict::broken, false));
}

}  // namespace
}  // namespace sojourn::lang
