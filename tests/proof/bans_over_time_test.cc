// Bans over time: every shipped one is proved, every deliberately broken variant is refuted with a
// timeline that replays through the engine.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "engine/base/diagnostic_code.h"
#include "engine/proof/compile.h"
#include "engine/proof/slow_switch.h"
#include "engine/runtime/device_loop.h"
#include "tests/proof/checked_policy.h"
#include "tests/proof/shipped_policies.h"
#include "tests/support/catch.h"
#include "tests/support/disk_files.h"
#include "tests/support/golden.h"

namespace sojourn::lang {
namespace {

namespace fs = std::filesystem;

using sojourn::testing::contents_of;
using testing::check;
using testing::Checked;
using testing::kExamples;
using testing::replay;
using testing::rules_alone;

struct Variant {
  std::string file;
  std::string clauses;  // added to the ban
  std::string guard;    // added to the policy
  Verdict over_time;
};

std::string with(const Variant& variant, std::string text) {
  std::size_t never = text.find("  never ");
  REQUIRE(never != std::string::npos);
  text.insert(never, variant.clauses);
  // The fleet's count is told by a host and by no test.
  std::string fleet = " and more than 500 devices with the same apn";
  if (std::size_t at = text.find(fleet); at != std::string::npos) text.erase(at, fleet.size());
  std::size_t rule = text.find("\nrule ");
  text.insert(rule, "\n" + variant.guard);
  // Only the last test counts here.
  return text.substr(0, text.find("\ntest \""));
}

}  // namespace

TEST_CASE("every shipped ban and every shipped policy is proved over time") {
  std::size_t proved = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kExamples)) {
    if (entry.path().extension() != ".sojourn") continue;
    std::string name = entry.path().filename().string();
    bool whole = entry.path().parent_path().filename() == "bans" || name == "policy.sojourn";
    if (!whole) continue;
    INFO(entry.path().string());
    std::optional<Checked> checked = check(contents_of(entry.path()), entry.path().string());
    REQUIRE(checked);
    for (const BanVerdict& ban : checked->analysis.promises.bans) {
      CHECK(ban.verdict == Verdict::holds);
      CHECK(ban.over_time.verdict == Verdict::holds);
      CHECK(ban.over_time.state_count > 0);
      ++proved;
    }
    for (const AssertionVerdict& assertion : checked->analysis.promises.assertions) {
      CHECK(assertion.verdict == Verdict::holds);
    }
    for (const Diagnostic& diagnostic : checked->findings) {
      INFO(diagnostic.message);
      CHECK(diagnostic.code != Code::N0304);
      // The small map of the tests has no Kenya, for one: nothing stands there.
      bool not_on_map = diagnostic.code == Code::W0306 &&
                        diagnostic.message.find("never hold: `region in ") != std::string::npos;
      CHECK((diagnostic.severity == Severity::note || not_on_map));
    }
  }
  CHECK(proved >= 10);
}

TEST_CASE(
    "a shipped ban with a notice longer than a switch holds, with a shorter one it does not") {
  const std::string five = "  assuming a switch completes within 5 days\n";
  const std::string half = "  assuming a switch completes within 12 hours\n";
  const std::string two = "guard at most 2 switches per device within 30 days\n";
  const std::string spares = "guard at most 2 switches per device within 30 days except for bans\n";
  std::vector<Variant> variants;
  for (const char* file : {"br-same-network", "br-cl-treaty", "br-days-in-year", "tr-91-of-120",
                           "qa-weekly", "in-six-months", "au-telstra"}) {
    variants.push_back({file, five + "  notice 10 days\n", "", Verdict::holds});
    variants.push_back({file, five + "  notice 3 days\n", "", Verdict::broken});
    variants.push_back({file, five, "", Verdict::broken});
    variants.push_back({file, half + "  notice 3 days\n", "", Verdict::holds});
    variants.push_back({file, half, "", Verdict::broken});
    variants.push_back({file, five + "  notice 10 days\n", two, Verdict::broken});
    variants.push_back({file, five + "  notice 10 days\n", spares, Verdict::holds});
  }
  // Exactly as long: the device that comes at noon is late by half a day.
  for (const char* file : {"br-same-network", "br-cl-treaty", "tr-91-of-120"}) {
    variants.push_back({file, five + "  notice 5 days\n", "", Verdict::broken});
    variants.push_back({file, five + "  notice 6 days\n", "", Verdict::holds});
    variants.push_back({file, half + "  notice 1 day\n", "", Verdict::broken});
  }
  for (const char* file : {"sa-local-only", "tr-local-only"}) {
    variants.push_back({file, five, "", Verdict::holds});  // arrival is the world's
  }
  for (const Variant& variant : variants) {
    fs::path path = kExamples / "bans" / (variant.file + ".sojourn");
    std::string text = with(variant, contents_of(path));
    INFO(variant.file << ": " << variant.clauses << variant.guard);
    std::optional<Checked> checked = check(text, path.string());
    CHECK(checked);
    if (!checked) continue;
    REQUIRE(checked->analysis.promises.bans.size() == 1);
    const BanVerdict& ban = checked->analysis.promises.bans[0];
    CHECK(ban.verdict == Verdict::holds);
    CHECK(ban.over_time.verdict == variant.over_time);
    std::string timeline = checked->story_of(Code::P0303);
    CHECK(timeline.empty() == (variant.over_time == Verdict::holds));
    if (timeline.empty()) continue;
    CHECK(replay(text, timeline, path.string()) == "");
  }
}

namespace {

// The block from `begin` to the next empty line.
struct Block {
  std::size_t begin = 0, end = 0;
};
std::vector<Block> blocks_of(const std::string& text, const std::string& keyword) {
  std::vector<Block> found;
  for (std::size_t at = text.find("\n" + keyword); at != std::string::npos;
       at = text.find("\n" + keyword, at + 1)) {
    found.push_back({at + 1, text.find("\n\n", at + 1) + 1});
  }
  return found;
}

// The ban gives no notice, and a switch takes five days.
std::string without_notice(std::string ban) {
  for (const char* clause : {"\n  notice ", "\n  assuming "}) {
    std::size_t at = ban.find(clause);
    if (at != std::string::npos) ban.erase(at, ban.find('\n', at + 1) - at);
  }
  ban.insert(ban.find("\n  never ") + 1, "  assuming a switch completes within 5 days\n");
  return ban;
}

// What refutes the named ban in the policy; empty: nothing does.
std::string refutation(const std::string& policy, const std::string& name,
                       const std::string& path) {
  std::optional<Checked> checked = check(policy, path);
  REQUIRE(checked);
  const RuleTable& table = checked->analysis.table;
  for (const BanVerdict& verdict : checked->analysis.promises.bans) {
    if (table.bans[verdict.ban].name != name) continue;
    CHECK(verdict.over_time.verdict != Verdict::undecided);
    return verdict.over_time.verdict == Verdict::broken ? checked->story_of(Code::P0303) : "";
  }
  return "";
}

}  // namespace

TEST_CASE("of every shipped ban a broken variant is refuted with a timeline that replays") {
  std::size_t refuted = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kExamples)) {
    if (entry.path().extension() != ".sojourn") continue;
    std::string path = entry.path().string();
    if (entry.path().filename() == "fails.sojourn") continue;
    std::string text = contents_of(entry.path());
    for (const Block& block : blocks_of(text, "ban ")) {
      std::string ban = text.substr(block.begin, block.end - block.begin);
      std::string name = ban.substr(4, ban.find('\n') - 4);
      INFO(path << ": " << name);
      std::string broken = text;
      broken.replace(block.begin, block.end - block.begin, without_notice(ban));
      broken = rules_alone(broken);
      std::string story = refutation(broken, name, path);
      // What is forbidden from the first moment, arrival alone violates, and that is the world's
      // doing: but not that a guard keeps the device there.
      bool counts =
          ban.find(" days") != std::string::npos || ban.find(" months") != std::string::npos;
      if (story.empty()) {
        CHECK(!counts);
        broken += "\nguard at most 2 switches per device within 30 days\n";
        story = refutation(broken, name, path);
      }
      INFO(broken);
      REQUIRE(!story.empty());
      CHECK(replay(broken, story, path) == "");
      ++refuted;
    }
  }
  CHECK(refuted >= 14);
}

namespace {

// Variants in which there is no lawful way out: each a change of the text, and what it is called.
struct NoWayOut {
  const char* name;
  std::string (*change)(std::string text);
};

// Each occurrence of `what` that a line break or a comma ends.
std::string without_each(std::string text, const std::string& what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.erase(at, text.find_first_of(",\n", at) - at);
  }
  return text;
}

// All profiles are at home where the first one is, or (Pakistan bans a SIM at home) abroad.
std::string on_the_wrong_network(std::string text) {
  bool bans_home = text.find("and not roaming and") != std::string::npos;
  std::size_t first = text.find("home ");
  std::string foreign = text.substr(first, text.find(" iccid", first) - first);
  std::size_t last = text.rfind("\nprofile ");
  std::string own = text.substr(text.find("home ", last));
  own = own.substr(0, own.find_first_of("\n"));
  own = own.substr(0, own.find(" iccid"));
  for (std::size_t at = text.find("\nprofile "); at != std::string::npos;
       at = text.find("\nprofile ", at + 1)) {
    std::size_t begin = text.find("home ", at), end = text.find("iccid", begin);
    text.replace(begin, end - begin, (bans_home ? own : foreign) + " ");
  }
  return text;
}

const NoWayOut kNoWayOut[] = {
    {"the other profile cannot be had",
     [](std::string text) { return without_each(std::move(text), "download "); }},
    {"the other profile is on the wrong network as well", on_the_wrong_network},
    {"neither a rule nor a remedy leads to the other profile",
     [](std::string text) {
       text = without_each(std::move(text), "\n  remedy ");
       for (const char* way : {"global or ", "chile or ", "local or "}) {
         for (std::size_t at = text.find(way); at != std::string::npos; at = text.find(way)) {
           std::size_t end = at + std::string(way).size();
           std::size_t stays = std::string(way).find(" or ");
           text.erase(at + stays, text.find_first_of(",\n", end) - at - stays);
         }
       }
       return text;
     }},
};

}  // namespace

TEST_CASE("a shipped ban without a lawful way out is broken at once, with a test that replays") {
  std::size_t broken = 0;
  for (const auto& entry : fs::directory_iterator(kExamples / "bans")) {
    if (entry.path().extension() != ".sojourn") continue;
    std::string text = rules_alone(contents_of(entry.path()));
    if (text.find("\nban ") == std::string::npos) continue;  // one on change
    for (const NoWayOut& variant : kNoWayOut) {
      std::string changed = variant.change(text);
      INFO(entry.path().string() << ": " << variant.name << "\n" << changed);
      REQUIRE(changed != text);
      std::optional<Checked> checked = check(changed, entry.path().string());
      CHECK(checked);
      if (!checked) continue;
      const std::vector<BanVerdict>& bans = checked->analysis.promises.bans;
      REQUIRE(bans.size() == 1);
      CHECK(bans[0].verdict == Verdict::broken);
      std::string story = checked->story_of(Code::P0301);
      CHECK(!story.empty());
      if (!story.empty()) CHECK(replay(changed, story, entry.path().string()) == "");
      ++broken;
    }
  }
  CHECK(broken >= 45);
}

// A policy decides for devices of any time, and `check` knows no today.
TEST_CASE("a ban that ended is broken for a device of its time, and that is said") {
  fs::path path = kExamples / "bans" / "br-days-in-year.sojourn";
  std::string text = without_each(rules_alone(contents_of(path)), "download ");
  std::optional<Checked> checked = check(text, path.string());
  REQUIRE(checked);
  std::string told = checked->rendered(Code::P0301);
  CHECK(told.find("in force until 2024-10-16") != std::string::npos);
  std::string story = checked->story_of(Code::P0301);
  CHECK(replay(text, story, path.string()) == "");
  std::size_t until = text.find("\n  until ");
  text.erase(until, text.find('\n', until + 1) - until);
  checked = check(text, path.string());
  REQUIRE(checked);
  told = checked->rendered(Code::P0301);
  CHECK(!told.empty());
  CHECK(told.find("in force until") == std::string::npos);
}

TEST_CASE("a shipped ban on change is what keeps a promise, and without it the promise breaks") {
  fs::path path = kExamples / "bans" / "ru-no-change.sojourn";
  std::string text = rules_alone(contents_of(path));
  std::vector<Block> blocks = blocks_of(text, "forbid change ");
  REQUIRE(blocks.size() == 1);
  // In force at all times, for the promise is.
  std::size_t from = text.find("\n  from ");
  REQUIRE(from < blocks[0].end);
  std::size_t line_end = text.find('\n', from + 1);
  text.erase(from, line_end - from);
  blocks[0].end -= line_end - from;
  std::string promise = "\nassert when network in RU then keep\n";
  std::optional<Checked> checked = check(text + promise, path.string());
  REQUIRE(checked);
  REQUIRE(checked->analysis.promises.assertions.size() == 1);
  CHECK(checked->analysis.promises.assertions[0].verdict == Verdict::holds);
  std::string broken = text;
  broken.erase(blocks[0].begin, blocks[0].end - blocks[0].begin);
  broken += promise;
  INFO(broken);
  checked = check(broken, path.string());
  REQUIRE(checked);
  CHECK(checked->analysis.promises.assertions.at(0).verdict == Verdict::broken);
  std::string story = checked->story_of(Code::P0302);
  CHECK(!story.empty());
  CHECK(replay(broken, story, path.string()) == "");
}

TEST_CASE("conflicts between what is counted and what lasts are shown by tests that replay") {
  const std::string words = R"(policy small
profile global home FR iccid 8933*
profile vivo   home BR iccid 8955* download "smdp.vivo.example"
profile turk   home TR iccid 8990* download "smdp.turk.example"
)";
  const char* rules[] = {
      "rule days when roaming in BR on the same network on at least 60 consecutive days then "
      "profile = vivo\nrule hours when region in AR for 12 hours then profile = turk\n",
      "rule days when roaming in BR on at least 60 days within 90 days then profile = vivo\n"
      "rule hours when region in AR for 12 hours then profile = turk\n",
      "rule days when region in BR on at least 10 consecutive days then profile = vivo\n"
      "rule hours when network in AR for 12 hours then profile = turk\n",
      "rule days when region in BR on at least 10 days in this calendar year then profile = vivo\n"
      "rule hours when region in AR for 12 hours then profile = turk\n",
  };
  for (const char* text : rules) {
    std::string policy = words + text + "otherwise keep\n";
    INFO(policy);
    std::optional<Checked> checked = check(policy, "small.sojourn");
    REQUIRE(checked);
    CHECK(checked->analysis.conflicts.size() == 1);
    for (const Diagnostic& diagnostic : checked->findings) {
      for (const std::string& note : diagnostic.notes) {
        if (note.starts_with("test \"")) CHECK(replay(policy, note, "small.sojourn") == "");
      }
    }
  }
}

TEST_CASE("promises that break and one that holds, as their author reads them") {
  const char* policy = R"(policy acme
profile global home FR iccid 8933* download "smdp.global.example"
profile local  home BR iccid 8955* download "smdp.local.example"
ban in-brazil never roaming in BR
ban in-india never roaming in IN and profile = local
rule at-home when region in BR or network in BR then profile = local
otherwise keep
assert when region in IN then profile = global
)";
  std::optional<Checked> checked = check(policy, "acme.sojourn");
  REQUIRE(checked);
  test::check_golden("proof/broken_ban.txt", checked->rendered(Code::P0301));
  test::check_golden("proof/broken_assertion.txt", checked->rendered(Code::P0302));
  test::check_golden("proof/ban_holds.txt", checked->rendered(Code::N0305));
}

TEST_CASE("a ban violated while a switch takes its time, as its author reads it") {
  const char* policy = R"(policy acme
attribute type : meter | tracker
profile bootstrap  home FR iccid 8933*
profile vivo-local home BR iccid 8955* download "smdp.vivo.example"
ban br-permanent-roaming
  never roaming in BR per profile on the same network on more than 90 consecutive days
  remedy profile = vivo-local
  notice 3 days
  assuming a switch completes within 5 days
rule settled when roaming in BR on at least 120 consecutive days then profile = vivo-local
otherwise keep
)";
  std::optional<Checked> checked = check(policy, "acme.sojourn");
  REQUIRE(checked);
  CHECK(replay(policy, checked->story_of(Code::P0303), "acme.sojourn") == "");
  test::check_golden("proof/ban_over_time.txt", checked->rendered(Code::P0303));
}

TEST_CASE("where one ban leads, another one may be counting: a life shows it, or it is proved") {
  struct Row {
    std::string leads_to;  // the first ban's remedy
    std::string counts;    // how the second one counts
    int notice_days;
    Verdict over_time;
  };
  const std::string any = "roaming in BR on more than 90 consecutive days";
  const std::string own = "roaming in BR per profile on more than 90 consecutive days";
  auto policy_of = [](const Row& row) {
    return fmt::format(R"(policy two-bans
profile one   home FR iccid 8933*
profile two   home ES iccid 8934* download "smdp.two.example"
profile local home BR iccid 8955* download "smdp.local.example"
ban one-network
  never roaming in BR per profile on the same network on more than 30 consecutive days
  notice 8 days
  assuming a switch completes within 5 days
  remedy profile = {}
ban long-stay
  never {}
  notice {} days
  assuming a switch completes within 5 days
  remedy profile = local
otherwise keep
)",
                       row.leads_to, row.counts, row.notice_days);
  };
  auto stay_of = [&](const Row& row) {
    std::string text = policy_of(row);
    INFO(text);
    std::optional<Checked> checked = check(text, "two-bans.sojourn");
    REQUIRE(checked);
    REQUIRE(checked->analysis.promises.bans.size() == 2);
    CHECK(checked->analysis.promises.bans[0].over_time.verdict == Verdict::holds);
    const BanVerdict& stay = checked->analysis.promises.bans[1];
    CHECK(stay.verdict == Verdict::holds);
    CHECK(stay.over_time.verdict == row.over_time);
    std::string story = checked->story_of(Code::P0303);
    CHECK(story.empty() == (row.over_time == Verdict::holds));
    if (!story.empty()) CHECK(replay(text, story, "two-bans.sojourn") == "");
    return stay.over_time;
  };
  CHECK(!stay_of({"local", any, 6, Verdict::holds}).coming);
  CHECK(!stay_of({"two or local", own, 6, Verdict::holds}).coming);
  // Both switches, each of five days from somewhere in a day.
  CHECK(stay_of({"two or local", any, 6, Verdict::broken}).notice_enough == 10);
  CHECK(stay_of({"two or local", any, 9, Verdict::broken}).coming);
  CHECK(!stay_of({"two or local", any, 10, Verdict::holds}).coming);
  std::string text = policy_of({"two or local", any, 6, Verdict::broken});
  std::optional<Checked> checked = check(text, "two-bans.sojourn");
  REQUIRE(checked);
  test::check_golden("proof/two_bans.txt", checked->rendered(Code::P0303));
}

TEST_CASE("two bans violate one of them together, however each of them counts") {
  struct Row {
    const char* name;
    const char* zone;
    const char* caller;  // its condition and its clauses
    const char* ban;     // the condition of the one that is violated
    int notice_days;     // of that: too short for both switches, and by one day enough
  };
  const Row rows[] = {
      {"arrival calls", "UTC",
       "network in AR and profile = one\n  assuming a switch completes within 5 days",
       "region in AR, BR on more than 90 consecutive days", 9},
      {"hours call", "UTC",
       "(roaming in BR on the same network for more than 720 hours) and profile = one\n"
       "  notice 8 days\n  assuming a switch completes within 5 days",
       "roaming in BR on more than 90 consecutive days", 9},
      {"the other switch takes longer", "UTC",
       "roaming in BR per profile on the same network on more than 30 consecutive days\n"
       "  notice 12 days\n  assuming a switch completes within 8 days",
       "roaming in BR on more than 90 consecutive days", 12},
      {"days of a window", "UTC",
       "roaming in BR per profile on the same network on more than 30 consecutive days\n"
       "  notice 8 days\n  assuming a switch completes within 5 days",
       "roaming in BR on at least 91 days within 120 days", 9},
      {"days of the year", "America/Sao_Paulo",
       "roaming in BR per profile on the same network on more than 30 consecutive days\n"
       "  notice 8 days\n  assuming a switch completes within 5 days",
       "roaming in BR on at least 91 days in this calendar year", 9},
      {"the clocks go forward", "Europe/Berlin",
       "roaming in BR per profile on the same network on more than 30 consecutive days\n"
       "  notice 8 days\n  assuming a switch completes within 5 days",
       "roaming in BR on more than 90 consecutive days", 10},
      {"by place", "UTC",
       "region in BR per profile on more than 30 consecutive days and profile = one\n"
       "  notice 8 days\n  assuming a switch completes within 5 days",
       "region in BR, AR on more than 90 consecutive days", 9},
  };
  for (const Row& row : rows) {
    for (int more : {0, 1}) {
      std::string text = fmt::format(R"(policy two-bans
  timezone {}
profile one   home FR iccid 8933*
profile two   home ES iccid 8934* download "smdp.two.example"
profile local home BR iccid 8955* download "smdp.local.example"
ban caller
  never {}
  remedy profile = two or local
ban long-stay
  never {} and profile != local
  notice {} days
  assuming a switch completes within 5 days
  remedy profile = local
otherwise keep
)",
                                     row.zone, row.caller, row.ban, row.notice_days + more);
      INFO(row.name << "\n" << text);
      std::optional<Checked> checked = check(text, "two-bans.sojourn");
      CHECK(checked);
      if (!checked) continue;
      REQUIRE(checked->analysis.promises.bans.size() == 2);
      const BanVerdict& stay = checked->analysis.promises.bans[1];
      CHECK(stay.verdict == Verdict::holds);
      CHECK(stay.over_time.verdict == (more == 0 ? Verdict::broken : Verdict::holds));
      std::string story = checked->story_of(Code::P0303);
      CHECK(story.empty() == (more != 0));
      if (!story.empty()) CHECK(replay(text, story, "two-bans.sojourn") == "");
    }
  }
}

// --- the automaton against the engine itself
// ------------------------------------------------------

namespace {

struct SmallBan {
  int notice_days;
  std::string assuming;
  Duration within;
};

std::string policy_with(const SmallBan& ban) {
  std::string text = R"(policy small
profile global home FR iccid 8933*
profile local  home BR iccid 8955* download "smdp.local.example"
ban stay
  never roaming in BR per profile on the same network on more than 2 consecutive days
  remedy profile = local
)";
  if (ban.notice_days > 0) text += fmt::format("  notice {} days\n", ban.notice_days);
  if (ban.within.ms > 0) text += "  assuming a switch completes within " + ban.assuming + "\n";
  return text + "otherwise keep\n";
}

// One life, half day by half day (bit i: the device is there in half i), its switch as late as may
// be. Is the ban violated for a while, though it was told of in time?
bool violated_in(const std::shared_ptr<const PreparedPolicy>& policy, const SmallBan& ban,
                 std::uint32_t life, int halves, Duration noon) {
  LoopOptions options;
  options.mode = ban.within.ms > 0 ? LoopMode::closed : LoopMode::obedient;
  options.latency = ban.within;
  DeviceLoop loop(policy, "d", options);
  auto ignore = [](const DecisionRecord&) {};
  Instant begin = TimeZone().start_of(Day{20'635});
  Observation report;
  report.at = begin;
  report.profile.give("global");
  bool in_time = false;
  std::optional<Instant> called;
  for (int half = 0; half < halves; ++half) {
    report.at = begin + days(half / 2) + (half % 2 == 0 ? Duration{} : noon);
    bool here = (life >> half & 1) != 0;
    report.network.give(*parse_plmn(here ? "724-05" : "901-01"));
    loop.report(report, ignore);
    report.profile = {};
    // Now, soon, and at the last instant of this half.
    Instant end = begin + days((half + 1) / 2) + (half % 2 == 0 ? noon : Duration{});
    for (Instant at : {report.at, report.at + minutes(1), end - milliseconds(1)}) {
      loop.run_until(at, ignore);
      if (loop.device().enabled_profile(at) != std::int64_t{0}) return false;
      BanStanding standing = loop.device().standing(0, at);
      if (standing.bites != Truth::yes) {
        if (!called || loop.device().deadline(0, at) > at + days(ban.notice_days + 1))
          called.reset();
        continue;
      }
      if (!called) {
        called = at;
        // The notice is whole when the first violating day is so many days ahead.
        Day today = TimeZone().day_of(at), first = TimeZone().day_of(loop.device().deadline(0, at));
        in_time = first.number - today.number >= ban.notice_days;
      }
      if (standing.violated == Truth::yes && in_time && at != report.at) return true;
    }
  }
  return false;
}

}  // namespace

TEST_CASE("a ban that counts in a zone of its own is refuted by a test in the policy's") {
  // Tokyo and Kiritimati are so far ahead that most of the day there is another date.
  for (const char* zone : {"Asia/Tokyo", "Pacific/Kiritimati", "Asia/Kolkata"}) {
    INFO(zone);
    std::string text = std::string(R"(
policy zones
  timezone America/Sao_Paulo
profile one   home FR iccid 8933*
profile local home BR iccid 8955* download "smdp.local.example"
ban stay
  never roaming in BR on more than 20 consecutive days and profile != local
  timezone )") + zone + R"(
  notice 2 days
  assuming a switch completes within 3 days
  remedy profile = local
otherwise keep
)";
    std::optional<Checked> checked = check(text, "zones.sojourn");
    REQUIRE(checked);
    std::string story = checked->story_of(Code::P0303);
    REQUIRE(!story.empty());
    CHECK(replay(text, story, "zones.sojourn") == "");
  }
}

TEST_CASE("a ban that takes doubt for a yes is refuted by a device that is new") {
  for (const std::string form :
       {"on more than 5 consecutive days", "for 3 days", "on more than 5 days within 30 days"}) {
    std::string text =
        "profile g home FR iccid 8933*\nprofile l home BR iccid 8955* download \"b.example\"\n"
        "ban b0 never roaming in BR " +
        form +
        "\n  assuming a switch completes within 1 days\n  remedy profile = l\n  in doubt counts\n"
        "otherwise keep\n";
    INFO(text);
    std::string story = refutation(text, "b0", "doubt.sojourn");
    CHECK(story.find("commissioned = ") != std::string::npos);
    CHECK(replay(text, story, "doubt.sojourn") == "");
  }
}

TEST_CASE("what is counted on one network is in doubt while nobody saw the time before") {
  for (const char* scope : {"on the same network", "per profile on the same network"}) {
    INFO(scope);
    std::string text = std::string(R"(
policy doubt
profile one   home FR iccid 8933*
profile local home BR iccid 8955* download "smdp.local.example"
ban stay
  never roaming in BR )") +
                       scope + R"( on more than 20 days within 30 days
  notice 5 days
  assuming a switch completes within 2 days
  remedy profile = local
otherwise keep
)";
    std::optional<Checked> checked = check(text, "doubt.sojourn");
    REQUIRE(checked);
    CHECK(checked->rendered(Code::N0305).find("in doubt") != std::string::npos);
  }
}

TEST_CASE("the exploration and the engine agree on every life of a small ban") {
  int broken = 0, held = 0;
  for (int notice : {0, 1, 2}) {
    for (const SmallBan& ban :
         {SmallBan{notice, "", {}}, SmallBan{notice, "12 hours", hours(12)},
          SmallBan{notice, "1 day", days(1)}, SmallBan{notice, "36 hours", hours(36)},
          SmallBan{notice, "2 days", days(2)}}) {
      std::string text = policy_with(ban);
      INFO(text);
      std::optional<Checked> checked = check(text, "small.sojourn");
      REQUIRE(checked);
      const BanVerdict& verdict = checked->analysis.promises.bans.at(0);
      CHECK(verdict.verdict == Verdict::holds);
      testing::Loaded loaded = testing::load(text);
      auto graph = compile(std::make_shared<const RuleTable>(loaded.table()),
                           CompileOptions{.claims = testing::small_world().claims()});
      auto prepared = PreparedPolicy::prepare(*graph, testing::small_world());
      Duration noon = explore({.notice_days = notice, .counts = true, .assuming = ban.within}).noon;
      constexpr int kHalves = 10;
      bool violated = false;
      for (std::uint32_t life = 0; life < (1u << kHalves) && !violated; ++life) {
        violated = violated_in(*prepared, ban, life, kHalves, noon);
      }
      CHECK((verdict.over_time.verdict == Verdict::broken) == violated);
      (violated ? broken : held) += 1;
    }
  }
  CHECK(broken > 3);
  CHECK(held > 3);
}

}  // namespace sojourn::lang
