// Counterexamples about every kind of thing that a rule can look at: the `test` block that is shown
// passes when it is pasted, and where a test cannot tell the situation none is shown.
#include <algorithm>
#include <set>
#include <sstream>

#include "engine/base/diagnostic_code.h"
#include "tests/proof/checked_policy.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

using testing::check;
using testing::Checked;
using testing::replay;

const std::string kWords = R"(
attribute type : meter | tracker
attribute ecall : flag
attribute load : number
attribute account : text
attribute tags : set of country
profile global home FR iccid 8933* download "a.example"
profile local home BR iccid 895510* download "b.example"
)";

struct Row {
  const char* one;
  const char* two;
  bool told = true;  // as a test of one device
};

// Two rules that both hold in some situation.
const Row kRows[] = {
    {"speed > 50 km/h", "speed > 90 km/h"},
    {"speed < 2 m/s", "region in BR"},
    {"accuracy > 500 m and load > 3", "accuracy > 900 m and load > 5"},
    {"accuracy > 15 m", "region in BR"},
    {"silent >= 2 hours and ecall", "silent >= 3 hours"},
    {"rat = nr and account = \"x y\"", "rat in nr, lte"},
    {"tags has BR and between 02:00 and 05:00", "tags has any of AR, BR"},
    {"data in BR within 30 days > 10 MB and region in BR", "region in BR"},
    {"data within 30 days > 10 MB", "data within 30 days > 20 MB"},
    {"at least 3 rejected with 11, 13 within 6 hours", "at least 2 rejected within 7 hours"},
    {"6 months since roaming-activated", "7 months since roaming-activated"},
    {"owner-changed within 30 days", "roaming in BR on at least 3 consecutive days"},
    {"owner-changed happened", "no service for 2 hours"},
    {"owner-changed happened per imei", "no service for 2 hours"},
    {"6 months since owner-changed per imei", "7 months since owner-changed per imei"},
    {"3 days since owner-changed per profile", "region in BR"},
    {"data per profile within 30 days > 10 MB", "data per profile within 30 days > 20 MB"},
    {"data in BR on the same network within 30 days > 10 MB", "region in BR"},
    {"90 days since owner-changed", "roaming in BR on at least 60 consecutive days"},
    {"roaming in BR for more than 50% of 2 days", "region in BR"},
    {"installed local and fallback = global", "fallback != local"},
    {"no service within 2 days", "no service within 3 days"},
    {"region in BR on at least 2 days within 4 days", "ecall"},
    {"plmn = 724-05 on at least 2 days within 4 days", "ecall"},
    {"roaming in BR on at least 20 days in this calendar year", "ecall"},
    {"roaming in BR on at least 2 months within 4 months", "ecall"},
    {"roaming in BR for more than 50% of 8 days", "ecall"},
    {"network in BR within 12 hours", "ecall"},
    {"data in BR within 30 days > 10 MB", "ecall"},
    {"data in CN within 30 days > data in GB within 30 days", "ecall"},
    {"data in BR within 30 days > data in FR within 30 days", "region in BR"},
    {"at least 2 switches within 2 days", "region in BR"},
    {"in flight", "ecall"},
    {"at least 2 commanded switches within 2 days", "region in BR", false},
    {"border distance > 500 m", "region in BR", false},
    {"more than 500 devices with the same account", "region in BR", false},
};

TEST_CASE("a counterexample about anything a rule can look at is a test that passes") {
  for (const Row& row : kRows) {
    std::string text = kWords + "rule one when " + row.one +
                       " then profile = local\nrule two when " + row.two +
                       " then profile = global\notherwise keep\n";
    INFO(text);
    std::optional<Checked> checked = check(text, "anything.sojourn");
    REQUIRE(checked);
    INFO(checked->rendered(Code::E0301));
    REQUIRE_FALSE(checked->rendered(Code::E0301).empty());
    std::string story = checked->story_of(Code::E0301);
    CHECK(story.empty() != row.told);
    if (!story.empty()) CHECK(replay(text, story, "anything.sojourn") == "");
  }
}

TEST_CASE("a choice has no other value than those declared") {
  std::string text =
      "policy p\nattribute type : meter | tracker\nprofile a home FR download \"a.example\"\n"
      "profile b home DE download \"a.example\"\n"
      "rule meters when type = meter then profile = a\n"
      "rule others when type = tracker then profile = b\n";
  std::optional<Checked> checked = check(text, "p.sojourn");
  REQUIRE(checked);
  std::string story = checked->story_of(Code::N0301);
  REQUIRE_FALSE(story.empty());
  CHECK(story.find("type") == std::string::npos);
  CHECK(replay(text, story, "p.sojourn") == "");
}

TEST_CASE("a share is between nothing and all of it, and nothing is slower than at rest") {
  const std::string shares =
      "policy shares first-match\nattribute battery : number in %\nattribute gauge : number\n"
      "profile a home BR download \"x.example\"\nprofile b home FR download \"x.example\"\n"
      "rule charged when battery >= 0% and speed >= 0 km/h then profile = a\n";
  struct Share {
    const char* rule;
    bool dead;
  };
  for (const Share& row : {Share{"battery < 20% and speed < 5 km/h", true},
                           Share{"battery <= 100% and speed >= 0 km/h", true},
                           Share{"battery < 20%", false},  // while nobody knows how fast it is
                           Share{"gauge < 0", false}}) {
    std::string policy = shares + "rule low when " + row.rule + " then profile = b\n";
    INFO(policy);
    std::optional<Checked> checked = check(policy, "shares.sojourn");
    REQUIRE(checked);
    CHECK(checked->rendered(Code::W0301).empty() != row.dead);
    CHECK(row.dead ==
          !testing::replay(policy, checked->story_of(Code::W0302), "shares.sojourn").empty());
  }
}

TEST_CASE("what is only asked to be known is told with a value, and a device of no news reports") {
  for (const std::string condition : {"mains known", "not mains known", "profile known"}) {
    std::string policy =
        "attribute mains : flag\nprofile g home FR iccid 8933*\n"
        "profile l home BR iccid 8955* download \"x.example\"\nrule one when " +
        condition + " then profile = g\n";
    INFO(policy);
    std::optional<Checked> checked = check(policy, "known.sojourn");
    REQUIRE(checked);
    std::string story = checked->story_of(Code::N0301);
    CHECK(story != "");
    CHECK(replay(policy, story, "known.sojourn") == "");
  }
}

TEST_CASE("a measure in a counterexample is told with its unit") {
  std::optional<Checked> checked =
      check(kWords +
                "rule one when speed > 50 km/h and accuracy > 500 m and silent >= 2 hours then "
                "profile = local\nrule two when border distance > 2 km then profile = global\n"
                "otherwise keep\n",
            "measures.sojourn");
  REQUIRE(checked);
  std::string shown = checked->rendered(Code::E0301);
  for (const char* part : {"speed = 50.000001 km/h", "accuracy = 500.001 m", "silent = 2 hours",
                           "border distance = 2000.001 m"}) {
    INFO(part);
    CHECK(shown.find(part) != std::string::npos);
  }
}

// Whether a `for` is in doubt turns on what is not known of a flag: with the values that the world
// chooses for what is left open it may be refused, and with others not.
TEST_CASE("a rule that decides where a `for` is in doubt is not called dead") {
  for (std::string last : {"region in FR", "not p or q"}) {
    std::string text = R"(
policy in-doubt first-match
attribute type : meter | tracker
attribute q : flag
attribute p : flag
profile global home FR iccid 8933*
profile spare home BR iccid 895510* download "b.example"
rule one when (type = meter and q) for 45 minutes then profile = spare
rule two when not ((type = meter and q) for 45 minutes) then profile = spare
rule three when type = meter or not type = meter then profile = spare
)" + ("rule four when " + last + " then profile = global\n") +
                       R"(rule five when p and type = tracker then profile = global
otherwise keep
)" + ("assert when " + last + " then profile = spare\n");
    INFO(text);
    std::optional<Checked> checked = check(text, "in-doubt.sojourn");
    REQUIRE(checked);
    for (const DeadRule& dead : checked->analysis.dead) CHECK(dead.rule != 3);
    std::string story = checked->story_of(Code::P0302);
    REQUIRE(story != "");
    CHECK(replay(text, story, "in-doubt.sojourn") == "");
  }
}

// Each of the findings is shown with a story, and that replays.
void check_told(const std::string& text, const std::string& name, const std::vector<Code>& codes) {
  std::optional<Checked> checked = check(text, name);
  REQUIRE(checked);
  for (Code code : codes) {
    INFO(checked->rendered(code));
    std::string story = checked->story_of(code);
    REQUIRE_FALSE(story.empty());
    CHECK(replay(text, story, name) == "");
  }
}

TEST_CASE("names that are not plain words are quoted in what is to be pasted") {
  std::string text = kWords +
                     "profile \"a b\" home AR iccid 8954* download \"c.example\"\n"
                     "rule one when region in BR then profile = \"a b\"\n"
                     "rule two overrides one when no service then profile = local\n"
                     "assert when region in BR then profile = local\notherwise keep\n";
  check_told(text, "quoted.sojourn", {Code::P0302});
}

// Reserved words, and what the language would read as something else, are names when quoted.
TEST_CASE("names that are words of the language are quoted in what is to be pasted") {
  const std::string text = R"(
attribute "event" : "at" | "for" | plain
attribute "device" : set of text
profile "network" home FR iccid 8933* download "a.example"
profile "switches" home BR iccid 895510* download "b.example"
profile "a \"q\" b" home AR iccid 8954* download "c.example"
rule "expect" when region in BR and "event" = "at" then profile = "switches"
rule "given" when region in BR and "event" in "at", "for" and fallback = "network"
  then profile = "network"
rule "every" when region in UY and "device" has "position" and installed "a \"q\" b"
  then profile = "a \"q\" b"
assert when region in UY and "device" has "position" and installed "a \"q\" b"
  then profile = "switches"
ban "keep \"it\"" never roaming in BR on at least 3 consecutive days
otherwise keep
)";
  check_told(text, "reserved.sojourn", {Code::E0301, Code::P0301, Code::P0302});
}

// A ban asks the same of each profile, and of each day of its notice.
TEST_CASE("the example of a ban says each thing once, and the day instead of what holds on it") {
  std::string text =
      kWords +
      "profile other home ES iccid 8934* download \"c.example\"\n"
      "ban passing from 2026-03-01 until 2026-12-31\n"
      "  never roaming in BR on at least 9 days in this calendar year notice 4 days\n"
      "rule one when region in BR then alert \"there\"\notherwise keep\n";
  std::optional<Checked> checked = check(text, "passing.sojourn");
  REQUIRE(checked);
  std::string shown = checked->rendered(Code::P0301);
  INFO(shown);
  std::size_t begin = shown.find("for example: ");
  REQUIRE(begin != std::string::npos);
  std::string example = shown.substr(begin, shown.find('\n', begin) - begin);
  CHECK(example.find("from 2026") == std::string::npos);
  CHECK(example.find("date = 2026-") != std::string::npos);
  std::size_t first = example.find("roaming in BR");
  REQUIRE(first != std::string::npos);
  std::set<std::string> parts;
  std::size_t count = 0;
  for (std::size_t at = 13; at < example.size(); ++count) {
    std::size_t end = std::min(example.find(", ", at), example.size());
    parts.insert(example.substr(at, end - at));
    at = end + 2;
  }
  CHECK(parts.size() == count);
}

TEST_CASE("a rule of a table is named in quotes where another is to override it") {
  class OneTable : public FileSource {
   public:
    Result<std::string> read(std::string_view) const override {
      return std::string("region,profile\nBR,local\n");
    }
  };
  OneTable files;
  testing::Loaded loaded =
      testing::load(kWords +
                        "table \"t.csv\"\nrule lost when no service for 10 minutes then profile = "
                        "global\notherwise keep\n",
                    {}, &files);
  REQUIRE(loaded.policy);
  Analysis analysis = analyse(loaded.table(), {});
  std::vector<Diagnostic> found = findings(analysis, [](std::uint32_t) { return std::nullopt; });
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].help.find("`overrides \"t.csv:2\"`") != std::string::npos);
  bool quoted = false;
  for (const std::string& note : found[0].notes) {
    quoted = quoted || note.find("expect by \"t.csv:2\"") != std::string::npos;
  }
  CHECK(quoted);
}

// What forbids a change is a part of the situation.
TEST_CASE("a counterexample says what a ban on change looks at") {
  std::string text = kWords +
                     "forbid change calling when ecall\n"
                     "rule one when region in BR and type = meter then profile = local\n"
                     "rule lost when no service for 10 minutes then profile = global\n"
                     "otherwise keep\n";
  check_told(text, "calling.sojourn", {Code::E0301});
}

TEST_CASE("an example whose place is free stands in the country of its network") {
  auto checked = check(
      "profile a home FR iccid 8933*\n"
      "profile b home BR iccid 895510* download \"b.example\"\n"
      "rule one when speed > 80 km/h and network in BR then profile = b\n"
      "rule two when speed > 90 km/h then profile = a\n",
      "policy.sojourn");
  REQUIRE(checked);
  std::string story = checked->story_of(Code::E0301);
  INFO(story);
  std::size_t at = story.find(" position ");
  REQUIRE(at != std::string::npos);
  std::istringstream place(story.substr(at + 10));
  LatLon where;
  place >> where.lat >> where.lon;
  auto locator = bind_areas(testing::small_world(), checked->loaded.table());
  Place found = (*locator)->locate(Fix{.at = where, .accuracy_m = 20});
  CHECK(found.certain);
  CHECK(found.country.text() == "BR");
}

TEST_CASE("what is counted apart from conditions is told in the words of the language") {
  struct Counted {
    const char* condition;
    const char* told;
  };
  const Counted rows[] = {
      {"at least 3 rejected with 11, 13 within 6 hours", "3 rejected with 11, 13 within 6 hours"},
      {"at least 2 switches within 2 days", "2 switches within 2 days"},
      {"data in BR within 30 days > 25 MB", "data in BR within 30 days: 25000001 B"},
      {"data in BR within 1 month >= 2 GB", "data in BR within 1 month: 2 GB"},
      {"data in BR within 30 days > data in FR within 30 days",
       "data in BR against data in FR within 30 days: 1 B more"},
      {"more than 500 devices with the same account", "501 devices with the same account"},
  };
  for (const Counted& row : rows) {
    std::optional<Checked> checked =
        check(kWords + "rule one when " + row.condition +
                  " then profile = local\nrule two when region in BR then profile = global\n",
              "policy.sojourn");
    REQUIRE(checked);
    std::string shown = checked->rendered(Code::E0301);
    INFO(row.condition << "\n" << shown);
    CHECK(shown.find(row.told) != std::string::npos);
  }
}

// Both bans count the profile that would obey the other: the device goes to and fro every day.
const std::string kToAndFro = R"(
attribute type : meter | tracker
profile global home FR iccid 8933*
profile in-local home IN iccid 8991* download "smdp.in.example"
profile br-local home BR iccid 895510* download "smdp.br.example"
ban br never roaming in BR per profile on more than 20 consecutive days notice 5 days
  remedy profile = br-local
ban india never roaming in IN and 6 months since roaming-activated notice 5 days
  remedy profile = in-local
otherwise keep
)";

TEST_CASE("days that are alike are told in a line each, and why a ban's remedy is none") {
  std::optional<Checked> checked = check(kToAndFro, "policy.sojourn");
  REQUIRE(checked);
  std::string shown = checked->rendered(Code::P0301);
  INFO(shown);
  CHECK(shown.find("its remedy `in-local` is forbidden there by ban `br`") != std::string::npos);
  std::string story = checked->story_of(Code::P0301);
  CHECK(std::count(story.begin(), story.end(), '\n') < 10);
  CHECK(story.find("  every day at 10:00 from ") != std::string::npos);
  CHECK(story.find("  every day at 12:00 from ") != std::string::npos);
  CHECK(replay(kToAndFro, story, "policy.sojourn") == "");
}

// The prover does not know that the one ban asks for Brazil where the other one's device is in
// Chile: what it finds has to come about before it is told.
TEST_CASE("a ban that counts from a date is broken when so much can have been counted since") {
  const char* kCounts[] = {
      "roaming in BR on at least 30 consecutive days",
      "roaming in BR on at least 12 consecutive days allowing gaps of 2 days",
      "roaming in BR on more than 20 days within 40 days",
      "roaming in BR on more than 20 days in this calendar month",
      "roaming in BR on more than 40 days in this calendar year",
      "roaming in BR for 30 days",
      "roaming in BR for more than 50% of 10 days",
  };
  for (const char* counted : kCounts) {
    std::string text = "profile global home FR iccid 8933*\nban late\n  never " +
                       std::string(counted) + "\n  counting from 2026-08-01\notherwise keep\n";
    INFO(text);
    std::optional<Checked> checked = check(text, "late.sojourn");
    REQUIRE(checked);
    INFO(checked->rendered(Code::P0301) << checked->rendered(Code::N0304));
    std::string story = checked->story_of(Code::P0301);
    REQUIRE_FALSE(story.empty());
    CHECK(replay(text, story, "late.sojourn") == "");
    // On the eve nothing was counted, and nothing is in doubt.
    for (const BanVerdict& ban : checked->analysis.promises.bans) {
      if (ban.doubt) CHECK(ban.doubt->day >= 20'666);
    }
  }
}

// That a profile is in quarantine no test tells; the same assertion is broken without as well.
TEST_CASE("an assertion is rather broken by a device of which a test can tell") {
  const std::string text = R"(policy plain
attribute x : flag
profile global home TR iccid 8933* download "a.example"
profile local home BR iccid 8955* download "b.example"
rule first when network in FR and x then profile = global or local
otherwise keep
assert when network in FR then profile = global
)";
  std::optional<Checked> checked = check(text, "policy.sojourn");
  REQUIRE(checked);
  INFO(checked->rendered(Code::P0302));
  std::string story = checked->story_of(Code::P0302);
  REQUIRE_FALSE(story.empty());
  CHECK(replay(text, story, "policy.sojourn") == "");
}

TEST_CASE("a remedy that the engine takes is no broken ban") {
  const std::string text = R"(policy joint
profile boot home FR iccid 8933* download "a.example"
profile clar home CL iccid 8956* download "b.example"
profile vivo home BR iccid 8955* download "c.example"
ban cl never roaming in CL remedy profile = clar
ban br
  never roaming in BR on at least 7 days in this calendar month
    and roaming in BR on at least 8 consecutive days
  remedy profile = vivo
otherwise keep
)";
  std::optional<Checked> checked = check(text, "policy.sojourn");
  REQUIRE(checked);
  INFO(checked->rendered(Code::P0301));
  std::string story = checked->story_of(Code::P0301);
  if (!story.empty()) CHECK(replay(text, story, "policy.sojourn") != "");
}

}  // namespace
}  // namespace sojourn::lang
