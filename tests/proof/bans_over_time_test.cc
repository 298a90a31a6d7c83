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
#include "tests/support/catch.h"
#include "tests/support/disk_files.h"
#include "tests/support/golden.h"

namespace sojourn::lang {
namespace {

namespace fs = std::filesystem;

using sojourn::testing::contents_of;
using testing::check;
using testing::Checked;
using testing::replay;

const fs::path kExamples = fs::path(SOJOURN_SOURCE_DIR) / "rules-examples";

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
      CHECK(diagnostic.severity == Severity::note);
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

TEST_CASE("where one ban leads, another one may be counting: that is explored, or said") {
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
    bool said = std::any_of(checked->findings.begin(), checked->findings.end(),
                            [](const Diagnostic& d) { return d.code == Code::N0304; });
    CHECK(said == (row.over_time == Verdict::undecided));
    return stay.over_time;
  };
  std::optional<std::int32_t> enough;
  for (const Row& row :
       {Row{"two or local", any, 6, Verdict::undecided}, Row{"local", any, 6, Verdict::holds},
        Row{"two or local", own, 6, Verdict::holds}}) {
    OverTime found = stay_of(row);
    CHECK(found.verdict == row.over_time);
    CHECK(found.coming.has_value() == (row.over_time == Verdict::undecided));
    if (found.coming) enough = found.notice_enough;
  }
  // Both switches, each of five days from somewhere in a day.
  REQUIRE(enough);
  CHECK(*enough >= 10);
  CHECK(*enough <= 12);
  CHECK(stay_of({"two or local", any, *enough - 1, Verdict::undecided}).coming);
  CHECK(!stay_of({"two or local", any, *enough, Verdict::holds}).coming);
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
        if (!called || standing.deadline > at + days(ban.notice_days + 1)) called.reset();
        continue;
      }
      if (!called) {
        called = at;
        // The notice is whole when the first violating day is so many days ahead.
        Day today = TimeZone().day_of(at), first = TimeZone().day_of(standing.deadline);
        in_time = first.number - today.number >= ban.notice_days;
      }
      if (standing.violated == Truth::yes && in_time && at != report.at) return true;
    }
  }
  return false;
}

}  // namespace

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
