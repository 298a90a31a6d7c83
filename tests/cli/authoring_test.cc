// What authors see of their rules: suggested tests, coverage, explanations. Golden files in
// tests/golden/cli; SOJOURN_REBASE=1 writes them anew.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "tests/cli/run_program.h"
#include "tests/support/catch.h"

using namespace sojourn::testing;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

const fs::path kSource = SOJOURN_SOURCE_DIR;
const std::string kGolden = "tests/golden/cli/";

void compare(const std::string& found, const std::string& name) {
  fs::path golden = kSource / (kGolden + name);
  if (std::getenv("SOJOURN_REBASE") != nullptr) {
    std::ofstream(golden, std::ios::binary) << found;
  }
  INFO(golden.string());
  CHECK(found == read_whole(golden.string()));
}

std::string lines_with(const std::string& text, const std::string& word) {
  std::string lines;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (line.find(word) != std::string::npos) lines += line + "\n";
    begin = end + 1;
  }
  return lines;
}

ProgramRun suggested(const ScratchFolder& scratch, const std::string& policy) {
  scratch.write("policy.sojourn", policy);
  ProgramRun run = run_shell("sojourn test --suggest policy.sojourn", scratch.path());
  INFO(run.err);
  CHECK(run.exit_code == 0);
  return run;
}

std::string policy_when(const std::string& condition) {
  return R"(policy together
attribute type : meter | tracker
attribute battery : number in % valid 1 day
profile a home BR iccid 8910*
profile b home US iccid 8911*
rule both when )" +
         condition + R"( then profile = a
otherwise keep
)";
}

// What is suggested for the policy; it passes, and nothing is left to suggest.
std::string all_suggested(const std::string& policy) {
  ScratchFolder scratch;
  ProgramRun run = suggested(scratch, policy);
  INFO(policy << run.out << run.err);
  CHECK_THAT(run.err, !Contains("no test was found"));
  scratch.write("all.sojourn", policy + run.out);
  ProgramRun again = run_shell("sojourn test --suggest all.sojourn", scratch.path());
  CHECK(again.exit_code == 0);
  CHECK(again.out.empty());
  return run.out;
}

}  // namespace

TEST_CASE("tests are suggested for every kind of threshold") {
  // Those that a device reaches by standing still, and those that it reaches by moving.
  for (const std::string name : {"policy", "moving"}) {
    std::string policy = kGolden + "suggest/" + name + ".sojourn";
    INFO(policy);
    ProgramRun run = run_shell("sojourn test --suggest " + policy);
    INFO(run.err);
    CHECK(run.exit_code == 0);
    std::string suffix = name == "policy" ? "" : "_" + name;
    compare(run.out, "suggest/suggested" + suffix + ".sojourn");
    compare(lines_with(run.err, "no test was found"), "suggest/not_found" + suffix + ".txt");
    ScratchFolder scratch;
    scratch.write("all.sojourn", read_whole((kSource / policy).string()) + run.out);
    CHECK(run_shell("sojourn test all.sojourn", scratch.path()).exit_code == 0);
  }
}

// Appended to the policy they pass, stand in the one layout, and leave nothing to suggest but what
// no device that stands still can show.
TEST_CASE("suggested tests of the examples pass, and complete the coverage") {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kSource / "rules-examples")) {
    fs::path policy = entry.path() / "policy.sojourn";
    if (!fs::exists(policy)) continue;
    INFO(policy.string());
    ProgramRun run = run_shell("sojourn test --suggest " + policy.string());
    REQUIRE(run.exit_code == 0);
    count += count_of(run.out, "\ntest \"");
    ScratchFolder scratch;
    fs::copy(entry.path(), scratch.path(), fs::copy_options::recursive);
    std::ofstream(scratch.file("policy.sojourn"), std::ios::app) << run.out;
    ProgramRun again = run_shell("sojourn test --suggest policy.sojourn", scratch.path());
    INFO(again.out << again.err);
    CHECK(again.exit_code == 0);
    CHECK(again.out.empty());
    CHECK(lines_with(again.err, "no test was found") == lines_with(run.err, "no test was found"));
    CHECK(run_shell("sojourn fmt --check policy.sojourn", scratch.path()).exit_code == 0);
  }
  CHECK(count >= 20);
}

TEST_CASE("suggested tests quote names that are words of the language") {
  ScratchFolder scratch;
  const std::string policy = R"(policy "policy"
attribute "event" : "at" | plain
attribute battery : number in %
profile "network" home FR iccid 8933*
profile "switches, or not" home BR iccid 895510* download "b.example"
rule first when "event" = "at" and battery >= 30% and region in BR
  then profile = "switches, or not"
rule second overrides first when at least 2 switches within 3 days then keep
rule third when battery >= 100% and owner-changed within 3 days then alert "full"
otherwise keep
)";
  ProgramRun run = suggested(scratch, policy);
  INFO(run.out << run.err);
  CHECK_THAT(run.out, Contains("profile = \"switches, or not\"") && Contains("\"event\" = \"at\""));
  // There is nothing above the whole of something.
  CHECK_THAT(run.out + run.err, !Contains("just above: battery >= 100%"));
  CHECK_THAT(run.err, !Contains("no test was found"));
  scratch.write("all.sojourn", policy + run.out);
  ProgramRun again = run_shell("sojourn test --suggest all.sojourn", scratch.path());
  INFO(again.out << again.err);
  CHECK(again.exit_code == 0);
  CHECK(again.out.empty());
}

TEST_CASE("tests are suggested where counts have to be reached together") {
  for (const std::string condition :
       {"roaming in BR on at least 60 days within 90 days and region in BR for 20 days",
        "roaming in BR on at least 60 days within 90 days and region in US on at least 10 days "
        "within "
        "90 days",
        "roaming in BR on at least 60 days within 90 days and roaming in BR on at least 100 days "
        "in "
        "this calendar year",
        "roaming in BR on at least 3 consecutive days and roaming in BR for more than 30% of 90 "
        "days",
        "roaming in BR on at least 5 weeks within 10 weeks and type = meter for 3 days",
        "battery < 20% for 2 days and roaming in BR for 30 days",
        "data in BR within 30 days > 500 MB and roaming in BR on at least 20 days within 30 days",
        "roaming in BR for 5 days and region in US within 30 days",
        // The device moves where it is counted that it does.
        "speed > 100 km/h for 2 hours and battery < 20%",
        "(speed > 50 km/h for 1 hour) within 2 days and type = meter for 3 days",
        "border distance > 20 km within 2 hours and accuracy < 50 m for 1 hour",
        // What is asked inside a count is shown where the count is reached.
        "battery < 20% for 30 minutes",
        // What happened long ago lies behind what is counted.
        "2 weeks since owner-changed and battery < 20% for 1 hour",
        "24 hours since owner-changed and not 3 days since owner-changed",
        "3 months since roaming-activated and roaming in BR within 1 month",
        // The device's own clock is another one than the policy's.
        "roaming in US on at least 5 days within 10 days and battery < 20% and between 02:00 and "
        "04:00",
        // It switches before it is counted that it is abroad.
        "roaming in US for 3 days and at least 3 switches within 7 days and at least 5 switches "
        "within 20 days",
        "data in BR within 30 days > 100 MB and data within 7 days > 50 MB"}) {
    INFO(condition);
    const std::string tests = all_suggested(policy_when(condition));
    INFO(tests);
    CHECK(count_of(tests, "\ntest \"") >= 6);
    // The other count has what it needs: the rule decides at one side of each, and not at another.
    CHECK_THAT(tests, Contains("by both") && Contains("by otherwise"));
  }
}

TEST_CASE("tests are suggested of a device that travels, where standing still shows nothing") {
  for (const std::string condition :
       {// What is booked in one country beside where the device is now, and in two.
        "data in BR within 30 days > 10 MB and region in AR",
        "data in BR within 30 days > 10 MB and data in AR within 30 days > 5 MB",
        "roaming in BR on at least 3 days within 30 days and roaming in AR on at least 4 days "
        "within 30 days and roaming in CL on at least 5 days within 30 days",
        // The history begins elsewhere: else nobody knows that it was no more.
        "roaming in BR on fewer than 3 days within 30 days and region in BR",
        "not region in BR for 3 days and network in BR",
        // It was without service for long enough, and then where the other one is counted.
        "(no service for 2 hours) within 5 days and roaming in BR on at least 3 days within 10 "
        "days",
        "3 days since alert \"abroad\""}) {
    INFO(condition);
    const std::string tests =
        all_suggested(policy_when(condition) + "when roaming in CL then alert \"abroad\"\n");
    INFO(tests);
    // Each threshold, on whose sides the rule decides differently.
    std::map<std::string, std::string> told;
    for (std::size_t at = tests.find("\ntest \""); at != tests.npos;) {
      std::size_t next = tests.find("\ntest \"", at + 1);
      std::string block = tests.substr(at, next - at);
      told[block.substr(block.find(": "), block.find("\"\n") - block.find(": "))] += block;
      at = next;
    }
    CHECK(told.size() >= 1);
    for (const auto& [threshold, blocks] : told) {
      INFO(threshold << blocks);
      CHECK_THAT(blocks, Contains("by both") && Contains("by otherwise"));
    }
  }
}

TEST_CASE("tests of commanded switches and of bans show what devices are told to do") {
  const std::string tests = all_suggested(R"(policy sent-about
profile vivo home BR iccid 8910*
profile global home AR iccid 8911*
profile claro home PY iccid 8912*
ban long
  source "a contract"
  certainty contract
  never roaming in PY on more than 60 days within 90 days
  remedy profile = claro
rule br when network in BR then profile = vivo
rule ar when network in AR then profile = global
rule many when at least 3 commanded switches within 30 days then alert "many"
otherwise keep
)");
  INFO(tests);
  CHECK(count_of(tests, "30 days\" obeying\n") == 3);
  CHECK(count_of(tests, "alert \"many\"") == 2);
  CHECK(count_of(tests, "expect profile = claro by ban long, ban long violated") == 2);
}

TEST_CASE("a side that the rest of a condition rules out is told without that rest") {
  for (const std::string condition :
       {// What was used within 7 days was also used within 30.
        "data within 7 days > 50 MB and data within 30 days > 40 MB",
        // One cannot be roaming in Brazil for days with the profile that is at home there.
        "roaming in BR for 10 days and at least 10 switches within 3 days"}) {
    INFO(condition);
    const std::string tests = all_suggested(policy_when(condition));
    INFO(tests);
    CHECK(count_of(tests, "\ntest \"") == 6);
  }
}

TEST_CASE("just beside a small threshold is nearer than usual, and nothing is less than nothing") {
  for (const auto& [condition, sides] : {std::pair("no service for 30 seconds", 3U),
                                         {"data in BR within 30 days > 500 kB", 3U},
                                         {"speed < 3 km/h and region in BR", 3U},
                                         {"data within 24 hours > 0 B", 3U},
                                         {"speed >= 0 km/h", 2U}}) {
    INFO(condition);
    const std::string tests = all_suggested(policy_when(condition));
    INFO(tests);
    CHECK(count_of(tests, "\ntest \"") == sides);
  }
}

TEST_CASE("a conflict between hours of the day and what has not lasted is shown") {
  const std::string untold = "not (battery < 20% for 45 minutes)";  // no story is found
  for (const std::string condition :
       {"not (battery < 20% within 30 hours)", "region in BR", "not (roaming in BR for 9 hours)",
        "not (roaming in BR within 3 days) and battery < 50% for 6 hours", untold.c_str()}) {
    INFO(condition);
    ScratchFolder scratch;
    std::string policy = R"(policy hours timezone Asia/Tokyo
attribute battery : number in %
profile a home BR iccid 8910* download "smdp.a.example"
profile b home US iccid 8911* download "smdp.b.example"
rule one when )" + condition +
                         R"( then profile = a
rule two when between 08:00 and 10:00 then profile = b
otherwise keep
)";
    scratch.write("hours.sojourn", policy);
    ProgramRun run = run_shell("sojourn check hours.sojourn", scratch.path());
    CHECK_THAT(run.err, Contains("E0301") && !Contains("E0902"));
    CHECK_THAT(run.err, Contains(condition == untold ? "no test of it is shown"
                                                     : "test \"one and two disagree\""));
  }
}

TEST_CASE("what holds a switch back is shown where a rule wants one") {
  for (const auto& [held, back] :
       {std::pair("rule a when region in BR then profile = local\n"
                  "forbid change when at least 2 owner-changed within 3 days\n",
                  "expect keep"),
        {"rule a when region in BR then profile = local\n"
         "forbid change when data in BR within 24 hours > 10 MB and network in BR\n",
         "expect keep"},
        {"rule a when region in BR then profile = local, requires battery >= 20%\n"
         "guard at most 2 switches per device within 7 days\n",
         "suppressed"}}) {
    INFO(held);
    const std::string policy = std::string(R"(policy held
attribute battery : number in % valid 1 day
profile global home FR iccid 8933*
profile local home BR iccid 8955* download "smdp.br.example"
otherwise keep
)") + held;
    CHECK_THAT(all_suggested(policy), Contains("expect profile = local by a\n") && Contains(back));
  }
}

TEST_CASE("where one side of a threshold cannot be told, the others are suggested once") {
  ScratchFolder scratch;
  const std::string policy = policy_when("border distance > 0 m");
  ProgramRun run = suggested(scratch, policy);
  CHECK(count_of(run.out, "\ntest \"") == 1);
  CHECK_THAT(run.err, Contains("no test was found: `border distance > 0 m` just below"));
  CHECK(suggested(scratch, policy + run.out).out == "");
}

TEST_CASE("tests of a large policy are suggested bit by bit, to the end") {
  ScratchFolder scratch;
  std::string policy = R"(policy many
attribute load : number in m valid 1 day
profile a home BR iccid 8910*
otherwise keep
)";
  for (int i = 1; i <= 1'200; ++i) {
    policy += fmt::format("rule r{} when load >= {} m then alert \"load\"\n", i, 10 * i);
  }
  std::size_t tests = 0;
  std::vector<std::string> left;
  for (int round = 0; round < 2; ++round) {
    ProgramRun run = suggested(scratch, policy);
    INFO(run.err);
    CHECK_THAT(run.err, !Contains("no test was found"));
    tests += count_of(run.out, "\ntest \"");
    left.push_back(run.err);
    policy += run.out;
  }
  CHECK_THAT(left[0], Contains(": 200 more thresholds will be looked at"));
  CHECK_THAT(left[1], !Contains("will be looked at"));
  CHECK(tests >= 3 * 1'200U);
  CHECK(suggested(scratch, policy).out.empty());
}

TEST_CASE("a rule that is at work nearly always hides no threshold of another one") {
  ScratchFolder scratch;
  const std::string policy = R"(policy nearly-always
profile global home FR iccid 8933*
profile local home BR iccid 895510* download "smdp.br.example"
rule quiet when not (roaming in AR within 1 year) then profile = global
rule stay overrides quiet when roaming in BR on at least 90 days within 365 days
  then profile = local
otherwise keep
)";
  ProgramRun run = suggested(scratch, policy);
  INFO(run.out << run.err);
  CHECK(count_of(run.out, "\ntest \"") == 6);
  CHECK_THAT(run.err, !Contains("no test was found"));
}

// Two rules, the first of which takes situations from the second.
struct TwoRules {
  const char* first;
  const char* second;
};
const TwoRules kTwoRules[] = {
    {"region in BR", "charge > 20%"},
    // What has not been for so long: told of a device that did not exist before.
    {"not (q for 45 minutes)", "q"},
    {"not (q within 3 days)", "charge > 20%"},
    {"not (q on at least 3 days within 9 days)", "q"},
    {"not (roaming in BR for 3 days) and region in BR", "roaming in BR"},
    {"not (roaming in BR on at least 3 consecutive days)", "roaming in BR"},
    {"not (no service for 45 minutes)", "no service"},
};

TEST_CASE("a counterexample that was pasted below the policy is still one") {
  for (const auto& [first, second] : kTwoRules) {
    ScratchFolder scratch;
    const std::string policy =
        "policy pasted first-match\nattribute charge : number in %\nattribute q : flag\n"
        "profile a home BR download \"x.example\"\nprofile b home FR download \"x.example\"\n" +
        fmt::format("rule first when {} then profile = a\nrule second when {} then profile = b\n",
                    first, second) +
        "otherwise keep\n";
    scratch.write("policy.sojourn", policy);
    ProgramRun checked = run_shell("sojourn check policy.sojourn", scratch.path());
    INFO(policy << checked.err);
    std::string block;
    std::string quoted = lines_with(checked.err, "  | ");
    REQUIRE_THAT(quoted, Contains("  | test \"first before second\""));
    std::istringstream lines(quoted.substr(quoted.find("  | test \"first before second\"")));
    bool expects = false;  // the last lines of a test
    for (std::string line; std::getline(lines, line);) {
      bool expectation = line.substr(4, 9) == "  expect ";
      if (expects && !expectation) break;
      expects = expectation;
      block += line.substr(4) + "\n";
    }
    scratch.write("policy.sojourn", policy + block);
    ProgramRun tested = run_shell("sojourn test policy.sojourn", scratch.path());
    INFO(block << tested.out << tested.err);
    CHECK(tested.exit_code == 0);
    ProgramRun again = run_shell("sojourn check policy.sojourn", scratch.path());
    CHECK_THAT(again.err, Contains("warning[W0302]") && !Contains("E0902"));
    CHECK_THAT(again.err, Contains(block.substr(0, block.find('\n'))));
  }
}

TEST_CASE("a conflict is shown where both rules hold") {
  const std::string declarations =
      "attribute type : meter | tracker\nprofile g home FR iccid 8933*\n"
      "profile l home BR iccid 8955* download \"x.example\"\n";
  const std::string one = "rule one when type = meter then profile = g\n";
  const std::string other =
      "rule other when profile = g on at most 6 consecutive days then profile = l\n";
  ScratchFolder scratch;
  scratch.write("both.sojourn", declarations + one + other + "otherwise keep\n");
  ProgramRun run = run_shell("sojourn check both.sojourn", scratch.path());
  INFO(run.out << run.err);
  CHECK_THAT(run.err, Contains("error[E0301]"));
  std::string story = lines_with(run.err, "  | ");
  REQUIRE(story.find("  | test \"") != story.npos);
  story = story.substr(story.find("  | test \""));
  story = std::regex_replace(story, std::regex("  \\| "), "");
  story = std::regex_replace(story, std::regex("expect by one"), "expect by other");
  // Without the one the other decides there.
  scratch.write("other.sojourn", declarations + other + "otherwise keep\n" + story);
  ProgramRun alone = run_shell("sojourn test other.sojourn", scratch.path());
  INFO(story << alone.out << alone.err);
  CHECK(alone.exit_code == 0);
}

TEST_CASE("what no story tells well enough holds nobody up, if it is no error") {
  ScratchFolder scratch;
  scratch.write(
      "policy.sojourn",
      "policy by-night first-match\nattribute q : flag\n"
      "profile a home BR download \"x.example\"\nprofile b home FR download \"x.example\"\n"
      "rule one when not (q for 45 minutes) and between 02:00 and 05:00 then profile = a\n"
      "rule two when q then profile = b\notherwise keep\n");
  ProgramRun run = run_shell("sojourn check policy.sojourn", scratch.path());
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.err, Contains("rule `one` takes situations from rule `two`"));
}

TEST_CASE("a ban that bites in doubt has been at work") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", R"(
profile unsaid home FR iccid 8933*
profile local  home VN iccid 8984* breakout VN download "smdp.vn.example"
ban residency
  never network in VN and not breakout in VN
  in doubt counts
  remedy profile = local
test "nobody said where its data leaves"
  given profile = unsaid
  at 2026-01-01 10:00 network 452-01
  expect profile = local by ban residency
)");
  ProgramRun run = run_shell("sojourn test policy.sojourn", scratch.path());
  INFO(run.out);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("bans at work in a test: 1 of 1\n"));
}

TEST_CASE("coverage counts bans, alerts, and counts whose beginning nobody saw") {
  ScratchFolder scratch;
  std::string policy = read_whole((kSource / (kGolden + "suggest/policy.sojourn")).string());
  scratch.write("policy.sojourn", policy + R"(
test "ninety days on one network"
  given type = meter, profile = bootstrap
  every day at 12:00 from 2026-01-01 to 2026-04-02 network 724-05
  expect ban br-network violated
)");
  ProgramRun run = run_shell("sojourn test policy.sojourn", scratch.path());
  INFO(run.out);
  CHECK_THAT(run.out, Contains("bans at work in a test: 1 of 1\n"));
  CHECK_THAT(run.out, Contains("never: settled, often, lost, refused"));
  CHECK_THAT(run.out, !Contains("`roaming in BR per profile on the same network on more than 90"));
  CHECK_THAT(run.out, !Contains("`roaming in BR on at least 60 consecutive days`"));
  ProgramRun json = run_shell("sojourn test --format json policy.sojourn", scratch.path());
  CHECK_THAT(json.out, Contains(R"("bans_never": [])") && Contains(R"("below": true)"));
}

TEST_CASE("a failing test carries its explanation, also to build servers") {
  ScratchFolder scratch;
  std::string policy = read_whole((kSource / (kGolden + "explain/policy.sojourn")).string());
  scratch.write("policy.sojourn", policy + R"(
test "a day early"
  given type = tracker, profile = global
  every day at 12:00 from 2026-01-01 to 2026-03-20 network 724-05, battery = 80%
  expect profile = vivo-local, by settled
)");
  ProgramRun run = run_shell("sojourn test --junit report.xml policy.sojourn", scratch.path());
  INFO(run.out);
  CHECK(run.exit_code == 1);
  CHECK_THAT(run.out, Contains("would fire at 2026-03-21T03:00:00Z if nothing changes"));
  CHECK_THAT(run.out, Contains("79 of 80 days, or more"));
  CHECK(count_of(run.out, "other rules") == 1);  // once for what is expected of one moment
  std::string report = read_whole(scratch.file("report.xml"));
  CHECK_THAT(report, Contains("79 of 80 days, or more") && Contains("expected by settled"));
}

TEST_CASE("an alert that should be absent is shown beside what came") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", R"(profile global home FR
when network in BR then alert "in Brazil", task "ask"
otherwise keep
test "quiet at home, loud in Brazil"
  given profile = global
  at 2026-01-01 10:00 network 208-01
  expect no alert, no task "ask"
  at 2026-01-01 11:00 network 724-05
  expect no alert
  expect no alert "in Brazil", no task, no task "ask"
)");
  ProgramRun run = run_shell("sojourn test policy.sojourn", scratch.path());
  INFO(run.out);
  CHECK(run.exit_code == 1);
  std::string actual =
      "    actual    keep by otherwise, taken at 2026-01-01T11:00:00Z, alerts \"in Brazil\", "
      "tasks \"ask\"\n";
  for (const char* expected :
       {"no alert", "no alert \"in Brazil\"", "no task", "no task \"ask\""}) {
    CHECK_THAT(run.out, Contains(std::string("    expected  ") + expected + "\n" + actual));
  }
  CHECK(count_of(run.out, "    expected  ") == 4);  // nothing of the moment at home
}

TEST_CASE("an explanation tells near misses, shares, ages and the bans that were consulted") {
  std::string command = "sojourn decide " + kGolden + "explain/policy.sojourn --device @" +
                        kGolden + "explain/reports.ndjson --at ";
  compare(run_shell(command + "2026-03-20T18:00:00Z").out, "explain/a-day-early.txt");
  compare(run_shell(command + "2026-03-20T18:00:00Z --format json").out,
          "explain/a-day-early.json");
  compare(run_shell(command + "2026-03-21T03:00:00Z").out, "explain/that-day.txt");
  compare(run_shell(command + "2026-03-30T03:00:00Z").out, "explain/long-silent.txt");
}

TEST_CASE("what a program may read is JSON on demand") {
  ProgramRun one = run_shell("sojourn explain E0107 --format json");
  CHECK(one.exit_code == 0);
  CHECK_THAT(one.out, Contains(R"({"code":"E0107","title":")") && Contains(R"("story":")"));
  CHECK(count_of(run_shell("sojourn explain --format json").out, "{\"code\":\"") > 50);
  ScratchFolder scratch;
  std::string policy = (kSource / "rules-examples/first-sentence/policy.sojourn").string();
  std::string trace = (kSource / "rules-examples/first-sentence/trace.ndjson").string();
  REQUIRE(
      run_shell("sojourn dryrun " + policy + " --trace " + trace + " --audit chain", scratch.path())
          .exit_code == 0);
  ProgramRun sound = run_shell("sojourn audit verify --format json chain", scratch.path());
  CHECK(sound.exit_code == 0);
  CHECK_THAT(sound.out, Contains(R"({"unbroken":true,"records":)"));
  std::string chain = read_whole(scratch.file("chain"));
  scratch.write("broken", chain.substr(0, chain.find('\n') + 1) + "{}\n");
  ProgramRun broken = run_shell("sojourn audit verify --format json broken", scratch.path());
  CHECK(broken.exit_code == 1);
  CHECK_THAT(broken.out, Contains(R"({"unbroken":false,"records":1,)"));
  CHECK_THAT(run_shell("sojourn audit verify broken", scratch.path()).out,
             Contains("broken after 1 sound record\n"));
}
