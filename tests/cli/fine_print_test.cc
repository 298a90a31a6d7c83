// The fine print where only the whole program tells it: what `check` says, what records hold, what
// an inventory and the end of a trace mean.
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/cli/run_program.h"
#include "tests/support/catch.h"

using namespace sojourn::testing;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

const std::string kProfiles =
    "attribute type : meter | tracker\n"
    "profile global home FR iccid 8933* download \"smdp.fr.example\"\n"
    "profile local home BR iccid 8955* download \"smdp.br.example\"\n";

// All that `check` says of the rules.
std::string checked(const std::string& rules) {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kProfiles + rules);
  ProgramRun run = run_shell("sojourn check policy.sojourn", scratch.path());
  return run.out + run.err;
}

std::string line(const std::string& ts, const std::string& device, const std::string& members) {
  return "{\"ts\":\"" + ts + "\",\"device\":\"" + device + "\"," + members + "}\n";
}

struct DryRun {
  Json summary;
  std::vector<Json> records;
};

DryRun dryrun(const ScratchFolder& scratch, const std::string& policy, const std::string& trace,
              const std::string& options = "") {
  scratch.write("policy.sojourn", policy);
  scratch.write("trace.ndjson", trace);
  ProgramRun run = run_shell(
      "sojourn dryrun policy.sojourn --trace trace.ndjson --open --format json --force "
      "--decisions decisions.ndjson " +
          options,
      scratch.path());
  INFO(run.out << run.err);
  CHECK(run.exit_code <= 1);
  DryRun told;
  told.summary = Json::parse(run.out);
  std::istringstream lines(read_whole(scratch.file("decisions.ndjson")));
  for (std::string one; std::getline(lines, one);) told.records.push_back(Json::parse(one));
  return told;
}

}  // namespace

TEST_CASE("2: what an inventory says stands; what a trace says lapses") {
  ScratchFolder scratch;
  scratch.write("devices.csv", "device,type\nlisted,meter\n");
  const std::string policy = kProfiles + R"(devices "devices.csv"
rule meters when type = meter and network in BR then profile = local
otherwise keep
)";
  const std::string home = R"("network":"208-01","profile":"global")";
  const std::string there = R"("network":"724-05","profile":"global")";
  std::vector<Json> records =
      dryrun(scratch, policy,
             line("2026-01-01T00:00:00Z", "listed", home) +
                 line("2026-01-01T00:00:00Z", "told", home + R"(,"attributes":{"type":"meter"})") +
                 line("2026-03-01T00:00:00Z", "listed", there) +
                 line("2026-03-01T00:00:00Z", "told", there) +
                 line("2026-03-02T00:00:00Z", "told", R"("attributes":{"type":"meter"})"))
          .records;
  REQUIRE(records.size() >= 2);
  CHECK(records[0]["device"] == "listed");
  CHECK(records[0]["ts"] == "2026-03-01T00:00:00Z");
  CHECK(records[0]["outcome"] == "profile");
  CHECK(records[1]["device"] == "told");
  CHECK(records[1]["ts"] == "2026-03-02T00:00:00Z");
}

TEST_CASE("9: while nobody knows what is enabled nothing is violated, and that is doubt") {
  ScratchFolder scratch;
  const std::string policy = kProfiles + "ban none never roaming in BR\n";
  std::string trace;
  for (int day = 1; day <= 3; ++day) {
    trace += line("2026-01-0" + std::to_string(day) + "T00:00:00Z", "d", R"("network":"724-05")");
  }
  Json ban = dryrun(scratch, policy, trace).summary["bans"][0]["with"];
  CHECK(ban["device_days_violated"] == 0);
  CHECK(ban["device_days_in_doubt"] == 3);
  trace += line("2026-01-04T00:00:00Z", "d", R"("network":"724-05","profile":"global")");
  ban = dryrun(scratch, policy, trace).summary["bans"][0]["with"];
  CHECK(ban["device_days_violated"] == 1);
  CHECK(ban["device_days_in_doubt"] == 3);
}

TEST_CASE("10: since when there is a device may stand in an inventory or in a report") {
  ScratchFolder scratch;
  scratch.write("devices.csv", "device,commissioned\nlisted,2026-01-01\n");
  const std::string policy = kProfiles + R"(devices "devices.csv"
rule fresh when not (network in BR within 10 days) then profile = local
otherwise keep
)";
  const std::string home = R"("network":"208-01","profile":"global")";
  std::vector<Json> records =
      dryrun(scratch, policy,
             line("2026-01-01T00:00:00Z", "listed", home) +
                 line("2026-01-01T00:00:00Z", "told",
                      home + R"(,"attributes":{"commissioned":"2026-01-01"})") +
                 line("2026-01-01T00:00:00Z", "of nobody knows when", home) +
                 line("2026-01-02T00:00:00Z", "listed", home))
          .records;
  std::set<std::string> at_once;
  for (const Json& record : records) {
    if (record["ts"] == "2026-01-01T00:00:00Z") at_once.insert(record["device"]);
  }
  CHECK(at_once == std::set<std::string>{"listed", "told"});
}

TEST_CASE("10: days in doubt are told apart, and are no days of obeying") {
  ScratchFolder scratch;
  const std::string policy = kProfiles + R"(ban days
  never roaming in BR on more than 3 consecutive days
)";
  std::string trace;
  for (int day = 1; day <= 5; ++day) {
    trace += line("2026-01-0" + std::to_string(day) + "T00:00:00Z", "d",
                  R"("network":"724-05","profile":"global")");
  }
  Json ban = dryrun(scratch, policy, trace).summary["bans"][0];
  // Three days on which it may have been there for longer, then the fourth and the fifth.
  CHECK(ban["with"]["device_days_in_doubt"] == 3);
  CHECK(ban["with"]["device_days_violated"] == 2);
  std::string said = checked(
      "ban days never roaming in BR on more than 3 consecutive days\n"
      "  remedy profile = local\notherwise keep\n");
  INFO(said);
  CHECK_THAT(said, Contains("ban `days` holds") && Contains("in doubt, and taken not to bite: "));
  std::string counts = checked(
      "ban days never roaming in BR on more than 3 consecutive days\n"
      "  in doubt counts remedy profile = local\notherwise keep\n");
  INFO(counts);
  CHECK_THAT(counts, Contains("ban `days` holds") && !Contains("taken not to bite"));
}

TEST_CASE("17: an assertion about a profile and one about keeping hold by effect") {
  const std::string rules =
      "rule home when network in FR then profile = global\notherwise keep\nassert when ";
  CHECK_THAT(checked(rules + "network in FR then profile = global\n"), !Contains("broken promise"));
  CHECK_THAT(checked(rules + "network in FR and profile = global then keep\n"),
             !Contains("broken promise"));
  CHECK_THAT(checked(rules + "network in FR then keep\n"), Contains("broken promise"));
}

TEST_CASE(
    "20: a rule that can be among those that decide is not dead, nor is one of `rollout 0%`") {
  const std::string one = "rule one when network in BR then profile = local\notherwise keep\n";
  CHECK_THAT(checked(one + "rule same when network in BR then profile = local\n"),
             !Contains("W0301"));
  CHECK_THAT(checked(one + "rule never-yet when network in FR then profile = local, "
                           "rollout 0%, 100% each 24 hours\n"),
             !Contains("W0301"));
  CHECK_THAT(checked("rule all overrides some when network in BR then profile = local\n"
                     "rule some when network in BR and type = meter then profile = global\n"
                     "otherwise keep\n"),
             Contains("W0301") && Contains("`some` can never decide"));
}

TEST_CASE("23: rules of another hold, window, fallback or alternative differ in outcome") {
  const std::string rule = "rule one when network in BR then profile = local\notherwise keep\n";
  auto beside = [&](const std::string& action) {
    return checked(rule + "rule other when network in BR and type = meter then " + action + "\n");
  };
  for (const char* differs :
       {"profile = local, hold 24 hours", "profile = local, between 02:00 and 03:00",
        "profile = local, fallback = global", "profile = local or global", "profile = global",
        "keep"}) {
    INFO(differs);
    CHECK_THAT(beside(differs), Contains("error[E0301]"));
  }
  for (const char* agrees : {"profile = local", "profile = local, alert \"x\"",
                             "profile = local, task \"x\"", "alert \"x\", task \"y\""}) {
    INFO(agrees);
    CHECK_THAT(beside(agrees), !Contains("E0301"));
  }
}

TEST_CASE("23: overriding is transitive, and the pair that follows unwritten is a note") {
  const std::string two =
      "rule first overrides second when network in BR then profile = local\n"
      "rule third when network in BR and type = meter then profile = global, hold 3 days\n"
      "otherwise keep\n";
  const std::string second = "when network in BR and type = meter then profile = global\n";
  CHECK_THAT(checked(two + "rule second overrides third " + second),
             !Contains("E0301") && Contains("note[N0303]"));
  CHECK_THAT(checked(two + "rule second " + second), Contains("E0301"));
}

TEST_CASE("24: an unnamed rule is known by its line in messages, by a digest in records") {
  ScratchFolder scratch;
  const std::string trace =
      line("2026-01-01T00:00:00Z", "d", R"("network":"724-05","profile":"global")");
  auto record = [&](const std::string& rules) {
    std::vector<Json> records = dryrun(scratch, kProfiles + rules, trace).records;
    REQUIRE(records.size() == 1);
    return records[0];
  };
  Json here = record("when network in BR then profile = local\notherwise keep\n");
  Json moved = record("otherwise keep\n\n# moved\nwhen  network in BR\nthen profile=local\n");
  Json defined =
      record("define there = network in BR\nwhen there then profile = local\notherwise keep\n");
  Json redefined =
      record("define there = network in BR, AR\nwhen there then profile = local\notherwise keep\n");
  Json changed = record("when network in BR, AR then profile = local\notherwise keep\n");
  Json named = record("rule a when network in BR then profile = local\notherwise keep\n");
  CHECK(here["rule"] == "line 4");
  CHECK(moved["rule"] == "line 7");
  CHECK(here["rule_digest"].get<std::string>().substr(0, 7) == "sha256:");
  CHECK(moved["rule_digest"] == here["rule_digest"]);
  CHECK(changed["rule_digest"] != here["rule_digest"]);
  CHECK(defined["rule_digest"] == here["rule_digest"]);
  CHECK(redefined["rule_digest"] == changed["rule_digest"]);
  CHECK(named["rule"] == "a");
  CHECK_FALSE(named.contains("rule_digest"));
}

TEST_CASE("21: what a ban that presses went over is recorded") {
  ScratchFolder scratch;
  const std::string policy = kProfiles + R"(ban days
  never roaming in BR on more than 10 consecutive days
  notice 6 days
  remedy profile = local, requires network in AR
otherwise keep
guard at most 0 switches per device within 30 days except for bans
)";
  std::string trace;
  for (const char* day : {"01", "02", "03", "04", "05", "06", "07", "08", "09"}) {
    trace += line("2026-01-" + std::string(day) + "T00:00:00Z", "d",
                  R"("network":"724-05","profile":"global")");
  }
  std::vector<Json> records = dryrun(scratch, policy, trace).records;
  REQUIRE(records.size() == 2);
  CHECK(records[0]["ts"] == "2026-01-05T00:00:00Z");
  CHECK(records[0]["suppressed"].is_string());
  CHECK_FALSE(records[0].contains("overridden"));
  CHECK(records[1]["ts"] == "2026-01-09T00:00:00Z");
  CHECK(records[1]["suppressed"].is_null());
  CHECK(records[1]["overridden"].size() == 2);
}

TEST_CASE("27: a tick has its own instant, and ticks run on to the end of the whole trace") {
  ScratchFolder scratch;
  const std::string policy =
      kProfiles + R"(rule stays when network in BR for 2 days then profile = local
otherwise keep
)";
  const std::string there = R"("network":"724-05","profile":"global")";
  const std::string first = line("2026-01-01T06:00:00Z", "d", there);
  CHECK(dryrun(scratch, policy, first).records.empty());
  for (const char* end : {"2026-01-03T05:59:59.999Z", "2026-01-03T06:00:00Z"}) {
    std::vector<Json> records =
        dryrun(scratch, policy, first + line(end, "e", R"("network":"208-01")")).records;
    INFO(end);
    if (std::string(end) != "2026-01-03T06:00:00Z") {
      CHECK(records.empty());
      continue;
    }
    REQUIRE(records.size() == 1);
    CHECK(records[0]["device"] == "d");
    CHECK(records[0]["ts"] == "2026-01-03T06:00:00Z");
  }
}

TEST_CASE("29: a missing `otherwise` is a note that shows a situation without a rule") {
  std::string missing = checked("rule one when network in BR then profile = local\n");
  INFO(missing);
  CHECK_THAT(missing, Contains("note[N0301]: some situations are covered by no rule") &&
                          Contains("| test \"covered by no rule\"") &&
                          Contains("`otherwise keep` is understood"));
  CHECK_THAT(checked("rule one when network in BR then profile = local\notherwise keep\n"),
             !Contains("otherwise keep` is understood"));
}

TEST_CASE("29: `has` takes one value, its other forms a list") {
  auto asked = [](const std::string& form) {
    return checked("attribute tag : set of text\nwhen tag has " + form +
                   " then alert \"x\"\notherwise keep\n");
  };
  CHECK_THAT(asked("a"), !Contains("error"));
  CHECK_THAT(asked("a, b"), Contains("error"));
  for (const char* form : {"any of a, b", "all of a, b", "none of a, b"}) {
    CHECK_THAT(asked(form), !Contains("error"));
  }
}
