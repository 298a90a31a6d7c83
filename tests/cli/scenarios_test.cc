// Laws as versions of one policy, through the whole program: what a version changes on a recorded
// fleet, to the day.
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/cli/run_program.h"
#include "tests/support/catch.h"

using namespace sojourn::testing;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

// The decisions of a dry-run, in order. It ends with 1 where a ban was violated.
std::vector<Json> decisions_of(const ScratchFolder& scratch, const std::string& options,
                               int exit_code = 0) {
  ProgramRun run = run_shell(
      "sojourn dryrun policy.sojourn --trace trace.ndjson --decisions "
      "decisions.ndjson --force " +
          options,
      scratch.path());
  INFO(run.out << run.err);
  CHECK(run.exit_code == exit_code);
  std::vector<Json> decisions;
  std::istringstream lines(read_whole(scratch.file("decisions.ndjson")));
  for (std::string line; std::getline(lines, line);) decisions.push_back(Json::parse(line));
  return decisions;
}

std::string report(const std::string& ts, const std::string& device, const std::string& network,
                   const std::string& more = "") {
  return "{\"ts\":\"" + ts + "\",\"device\":\"" + device + "\",\"network\":\"" + network +
         "\",\"profile\":\"global\"" + more + "}\n";
}

std::string brazil(const std::string& name, const std::string& form) {
  return "policy " + name + R"(
  timezone America/Sao_Paulo

profile global home FR iccid 8933*
profile local  home BR iccid 8955* download "smdp.local.example"

ban brazil
  never roaming in BR per profile on )" +
         form + R"(

rule stay-while-lawful
  when network in BR then profile = global or local

otherwise keep
)";
}

// Of one version, without the rule: what would have been violated.
std::string only_the_ban(std::string policy) {
  std::size_t begin = policy.find("rule ");
  return policy.erase(begin, policy.find("otherwise") - begin);
}

// "2024-01-05" and the days after it, each at noon UTC: nine in the morning in São Paulo.
class Trace {
 public:
  void stay(const std::string& device, int month, int day, int count, const std::string& network) {
    static const int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int i = 0; i < count; ++i) {
      // The first report of a stay comes with the local day.
      line(device, month, day, i == 0 ? "03:00:00" : "12:00:00", network);
      if (++day > kDays[month - 1]) day = 1, ++month;
    }
  }
  const std::string& text() const { return text_; }

 private:
  void line(const std::string& device, int month, int day, const char* time,
            const std::string& network) {
    char ts[64];
    std::snprintf(ts, sizeof ts, "2024-%02d-%02dT%sZ", month, day, time);
    text_ += std::string("{\"ts\":\"") + ts + "\",\"device\":\"" + device + "\",\"network\":\"" +
             network + "\",\"profile\":\"global\"}\n";
  }
  std::string text_;
};

const char* const kLocalInBrazil = R"(profile global home FR iccid 8933*
profile local home BR iccid 8955* download "smdp.local.example"
rule local when network in BR then profile = local
otherwise keep
)";

}  // namespace

// Stays of 50 and of 45 days with ten days at home between them: the reading of March 2024 is
// violated from 14 April, that of October 2024 never; the difference is this device and no other.
TEST_CASE(
    "S9: what a new reading changes on the recorded fleet is one device, from 14 April 2024") {
  ScratchFolder scratch;
  std::string march = brazil("march", "more than 90 days within 365 days");
  std::string october = brazil("october", "the same network on more than 90 consecutive days");
  scratch.write("march.sojourn", march);
  scratch.write("october.sojourn", october);
  scratch.write("march-ban.sojourn", only_the_ban(march));
  scratch.write("october-ban.sojourn", only_the_ban(october));
  Trace trace;
  trace.stay("two-stays", 1, 5, 50, "724-05");
  trace.stay("two-stays", 2, 24, 10, "208-01");
  trace.stay("two-stays", 3, 5, 45, "724-05");
  trace.stay("one-stay", 1, 5, 50, "724-05");
  trace.stay("one-stay", 2, 24, 55, "208-01");
  trace.stay("at-home", 1, 5, 100, "208-01");
  scratch.write("trace.ndjson", trace.text());

  ProgramRun diff =
      run_shell("sojourn diff march.sojourn october.sojourn --trace trace.ndjson --format json",
                scratch.path());
  INFO(diff.out << diff.err);
  CHECK(diff.exit_code == 1);
  Json recorded = Json::parse(diff.out)["recorded"];
  CHECK(recorded["all"]["devices"] == 3);
  REQUIRE(recorded["devices"].size() == 1);
  CHECK(recorded["devices"][0]["device"] == "two-stays");
  CHECK(recorded["devices"][0]["since"] == "2024-04-14T03:00:00Z");
  CHECK(recorded["devices"][0]["days"] == 5);

  auto judged = [&](const std::string& policy) {
    ProgramRun run = run_shell("sojourn dryrun " + policy + " --trace trace.ndjson --format json",
                               scratch.path());
    INFO(run.out << run.err);
    Json ban = Json::parse(run.out)["bans"][0];
    CHECK(run.exit_code == (ban["with"]["devices"] == 0 ? 0 : 1));
    return ban;
  };
  Json breach = judged("march-ban.sojourn");
  CHECK(breach["with"]["devices"] == 1);
  CHECK(breach["with"]["device_days_violated"] == 5);
  CHECK(breach["first_device"] == "two-stays");
  CHECK(breach["first_violated"] == "2024-04-14T03:00:00Z");
  CHECK(judged("october-ban.sojourn")["with"]["devices"] == 0);
  CHECK(judged("march.sojourn")["without"]["device_days_violated"] == 5);
}

// Six months with a detection in the rolling twelve, and more than 500 devices on the APN.
TEST_CASE("S13: in scope from the October detection with 501 devices on the APN, never with 500") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", R"(policy telstra
  carry 1 day

attribute apn : text valid 800 days

profile global home FR iccid 8933*
profile local  home AU, CC, CX iccid 8961* download "smdp.local.example"

region AUSTRALIA = AU, CC, CX

rule permanent
  when network in AUSTRALIA on at least 6 months within 12 months
   and more than 500 devices with the same apn
  then profile = local

otherwise keep
)");
  for (int size : {500, 501}) {
    INFO(size << " devices");
    const std::string apn = R"(,"attributes":{"apn":"iot.acme"})";
    std::string trace;
    for (int i = 1; i < size; ++i) {
      trace += report("2025-12-01T00:00:00Z", "other" + std::to_string(i), "208-01", apn);
    }
    trace += report("2025-12-01T00:00:00Z", "d", "208-01", apn);
    for (const char* month : {"01", "03", "04", "06", "08", "10"}) {
      trace += report(std::string("2026-") + month + "-10T12:00:00Z", "d", "505-01");
      trace += report(std::string("2026-") + month + "-11T12:00:00Z", "d", "208-01");
    }
    trace += report("2027-01-05T00:00:00Z", "d", "208-01");
    scratch.write("trace.ndjson", trace);
    std::vector<Json> decisions = decisions_of(scratch, "--open");
    if (size == 500) {
      CHECK(decisions.empty());
      continue;
    }
    REQUIRE(decisions.size() == 2);
    CHECK(decisions[0]["device"] == "d");
    CHECK(decisions[0]["ts"] == "2026-10-10T12:00:00Z");
    CHECK(decisions[0]["profile"] == "local");
    // January of the year before drops out: five of twelve.
    CHECK(decisions[1]["ts"] == "2027-01-01T00:00:00Z");
    CHECK(decisions[1]["outcome"] == "keep");
  }
}

// The reading that ships, where it bites; its own tests are of one device, which is no fleet.
TEST_CASE("S13: the shipped ban bites in the sixth month with 501 devices, with 500 it does not") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn",
                read_whole(SOJOURN_SOURCE_DIR "/rules-examples/bans/au-telstra.sojourn"));
  const std::string apn = R"(,"attributes":{"apn":"iot.acme"})";
  for (int size : {500, 501}) {
    INFO(size << " devices");
    std::string trace;
    for (const char* month : {"01", "03", "04", "06", "08"}) {
      trace += report(std::string("2026-") + month + "-10T12:00:00Z", "d", "505-01", apn);
      trace += report(std::string("2026-") + month + "-11T12:00:00Z", "d", "208-01", apn);
    }
    for (int i = 1; i < size; ++i) {
      trace += report("2026-10-09T00:00:00Z", "other" + std::to_string(i), "208-01", apn);
    }
    trace += report("2026-10-09T00:00:00Z", "d", "208-01", apn);
    trace += report("2026-10-10T12:00:00Z", "d", "505-01", apn);
    trace += report("2026-10-11T12:00:00Z", "d", "208-01", apn);
    scratch.write("trace.ndjson", trace);
    std::vector<std::string> local;
    for (const Json& decision : decisions_of(scratch, "--open", size == 501 ? 1 : 0)) {
      if (decision["profile"] == "local") local.push_back(decision["ts"]);
    }
    CHECK(local == (size == 501 ? std::vector<std::string>{"2026-10-10T12:00:00Z"}
                                : std::vector<std::string>{}));
  }
}

// 1,000 devices in stages of 1%, 10% and 100%, a day each; more than 100 at once want a yes.
TEST_CASE("S19: a rollout lets 10 go, then 100 in total, the same ones on every run") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", R"(policy staged

profile global     home FR iccid 8933*
profile vivo-local home BR iccid 8955* download "smdp.vivo.example"

rule move
  when network in BR then profile = vivo-local, rollout 1%, 10%, 100% each 24 hours

otherwise keep

guard approval when more than 100 devices
)");
  std::string trace;
  for (int i = 0; i < 1'000; ++i) {
    trace += report("2026-03-01T00:00:30Z", "device" + std::to_string(i), "724-05");
  }
  trace += report("2026-03-04T12:00:00Z", "device0", "724-05");
  scratch.write("trace.ndjson", trace);
  // When each device was first told to move, and when nothing held it any more.
  auto first_told = [&](const std::string& options, bool free) {
    std::map<std::string, std::set<std::string>> by_time;
    std::set<std::string> seen;
    for (const Json& decision : decisions_of(scratch, "--latency '1 minute' " + options)) {
      if (decision["outcome"] != "profile") continue;
      if (free && !decision["suppressed"].is_null()) continue;
      if (seen.insert(decision["device"]).second)
        by_time[decision["ts"]].insert(decision["device"]);
    }
    return by_time;
  };
  auto told = first_told("--jobs 1", true);
  REQUIRE(told.size() == 2);
  // A stage opens at a whole minute, and the fleet's guards grant at the next one.
  CHECK(told["2026-03-01T00:02:00Z"].size() == 10);
  CHECK(told["2026-03-02T00:02:00Z"].size() == 90);
  CHECK(first_told("--jobs 3", true) == told);
  // The last stage is about 900 more: they wait for a person.
  auto waiting = first_told("--jobs 2", false);
  CHECK(waiting["2026-03-03T00:01:00Z"].size() == 900);
  CHECK(first_told("--approved", true)["2026-03-03T00:02:00Z"].size() == 900);
}

// Three devices on one apn are a crowd. They are moved; what was recorded stays where it was, and
// what the fleet counts is told to it as well.
TEST_CASE("without the policy a ban on crowds is violated to the end, with it until the switch") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", R"(policy crowds

attribute apn : text

profile global     home FR iccid 8933*
profile vivo-local home BR iccid 8955* download "smdp.vivo.example"

ban crowds
  never profile = global and more than 2 devices with the same apn
  remedy profile = vivo-local

rule warn when more than 2 devices with the same apn then alert "a crowd"
rule lost when no service then alert "lost"

otherwise keep
)");
  std::string trace;
  for (int day = 1; day <= 5; ++day) {
    for (const char* device : {"a", "b", "c"}) {
      trace += report("2026-03-0" + std::to_string(day) + "T12:00:00Z", device, "724-05",
                      R"(,"attributes":{"apn":"iot.acme"})");
    }
  }
  scratch.write("trace.ndjson", trace);
  const std::string dryrun = "sojourn dryrun policy.sojourn --trace trace.ndjson";
  ProgramRun run = run_shell(dryrun + " --format json", scratch.path());
  INFO(run.out << run.err);
  Json told = Json::parse(run.out);
  // The fleet's minute after the first reports, and the switch at the next report.
  CHECK(told["bans"][0]["with"]["device_days_violated"] == 6);
  CHECK(told["bans"][0]["without"]["device_days_violated"] == 15);
  // A rule that only warns has fired; it decides nothing.
  CHECK(told["rules"][0]["rule"] == "warn");
  CHECK(told["rules"][0]["fired"] == true);
  CHECK(told["rules"][0]["decisions"] == 0);
  CHECK(told["rules"][1]["fired"] == false);
  std::string text = run_shell(dryrun, scratch.path()).out;
  INFO(text);
  CHECK(text.find("never fired: lost\n") != std::string::npos);
}

TEST_CASE("27: files are merged by time; what is too late is counted and left out") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", R"(profile global home FR iccid 8933*
profile local home BR iccid 8955* download "smdp.local.example"
rule local when network in BR for 2 hours then profile = local
otherwise keep
)");
  scratch.write("one.ndjson", report("2026-01-01T10:00:00Z", "d", "724-05") +
                                  report("2026-01-01T14:00:00Z", "d", "748-01") +
                                  report("2026-01-10T10:00:00Z", "d", "748-01"));
  scratch.write("other.ndjson", report("2026-01-01T11:00:00Z", "d", "724-05") +
                                    report("2026-01-01T11:30:00Z", "e", "748-01") +
                                    report("2026-01-12T10:00:00Z", "e", "748-01"));
  // In the order of the file: the first is a day late, the second more than the seven days.
  scratch.write("late.ndjson", report("2026-01-12T09:00:00Z", "e", "748-01") +
                                   report("2026-01-11T09:00:00Z", "e", "748-01") +
                                   report("2026-01-02T09:00:00Z", "e", "724-05"));
  auto run = [&](const std::string& traces, const std::string& options) {
    ProgramRun ran = run_shell("sojourn dryrun policy.sojourn " + traces +
                                   " --decisions decisions.ndjson --force --format json " + options,
                               scratch.path());
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 0);
    return Json::parse(ran.out);
  };
  Json merged = run("--trace one.ndjson --trace other.ndjson", "");
  CHECK(merged["devices"] == 2);
  CHECK(merged["late"] == 0);
  std::string lines = read_whole(scratch.file("decisions.ndjson"));
  Json first = Json::parse(lines.substr(0, lines.find('\n')));
  // A tick between two reports has its own instant; it takes effect at the next report.
  CHECK(first["ts"] == "2026-01-01T12:00:00Z");
  CHECK(merged["switches"] == 1);
  Json late = run("--trace late.ndjson", "");
  CHECK(late["late"] == 2);
  CHECK(late["too_late"] == 1);
  CHECK(run("--trace late.ndjson", "--lateness '30 days'")["too_late"] == 0);
}

TEST_CASE("27: the report at which a decision takes effect already shows the new profile") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", R"(profile global home FR iccid 8933*
profile local home BR iccid 8955* download "smdp.local.example"
rule local when network in BR then profile = local
rule seen when profile = local then alert "it is there"
otherwise keep
)");
  scratch.write("trace.ndjson", report("2026-01-01T10:00:00Z", "d", "724-05") +
                                    report("2026-01-01T14:00:00Z", "d", "724-05"));
  std::vector<Json> decisions = decisions_of(scratch, "");
  REQUIRE(decisions.size() == 2);
  CHECK(decisions[1]["ts"] == "2026-01-01T14:00:00Z");
  CHECK(decisions[1]["alerts"] == Json::array({"it is there"}));
}

TEST_CASE(
    "28: a device is its EID; a line with only an IMEI belongs to the EID last seen with it") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kLocalInBrazil);
  const std::string one = "\"eid\":\"89049032123451234512345678901235\"";
  const std::string other = "\"eid\":\"89049032123451234512345678901243\"";
  const std::string imei = "\"imei\":\"356938035643809\"";
  auto line = [](const std::string& ts, const std::string& names, const std::string& network) {
    return "{\"ts\":" + ts + "," + names + ",\"network\":\"" + network +
           "\",\"profile\":\"global\"}\n";
  };
  // Seconds, and from 100,000,000,000 on milliseconds.
  scratch.write("trace.ndjson", line("1767261600", one + "," + imei, "208-01") +
                                    line("1767265200000", imei, "724-05") +
                                    line("1767268800", other + "," + imei, "208-01") +
                                    line("1767272400", imei, "724-05"));
  std::vector<Json> decisions = decisions_of(scratch, "--open");
  REQUIRE(decisions.size() == 2);  // a first `keep` is no record
  CHECK(decisions[0]["ts"] == "2026-01-01T11:00:00Z");
  CHECK(decisions[0]["device"] == "89049032123451234512345678901235");
  CHECK(decisions[1]["ts"] == "2026-01-01T13:00:00Z");
  CHECK(decisions[1]["device"] == "89049032123451234512345678901243");
}

TEST_CASE("4: an ICCID of no profile is at home where its prefix is, and told to be undeclared") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kLocalInBrazil);
  auto told = [&](const std::string& iccid, const std::string& options) {
    std::string report = R"({"ts":"2026-01-01T10:00:00Z","device":"d","network":"724-05",)"
                         R"("iccid":")" +
                         iccid + "\"}";
    ProgramRun run = run_shell("sojourn decide policy.sojourn --device '" + report + "' " + options,
                               scratch.path());
    INFO(run.err);
    CHECK(run.exit_code == 0);
    return run.out;
  };
  CHECK_THAT(told("8956990000000000001", ""),
             Contains("device d on 8956990000000000001 (undeclared, home CL by its ICCID)\n"));
  CHECK_THAT(told("8988900000000000001", ""),
             Contains("device d on 8988900000000000001 (undeclared, home none)\n"));
  CHECK_THAT(told("8955100000000000001", ""), Contains("device d on local\n"));
  Json json = Json::parse(told("8956990000000000001", "--format json"));
  CHECK(json["from"] == "8956990000000000001");
  CHECK(json["from_is"] == "undeclared, home CL by its ICCID");
}

TEST_CASE("24: a device that leaves the decided profile by itself is a new record") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kLocalInBrazil);
  auto shows = [](const char* ts, const char* profile) {
    return std::string("{\"ts\":\"") + ts +
           "\",\"device\":\"d\",\"network\":\"724-05\",\"profile\":\"" + profile + "\"}\n";
  };
  scratch.write("trace.ndjson", shows("2026-01-01T10:00:00Z", "global") +
                                    shows("2026-01-01T11:00:00Z", "local") +
                                    shows("2026-01-01T12:00:00Z", "local") +
                                    shows("2026-01-01T13:00:00Z", "global"));
  std::vector<Json> decisions = decisions_of(scratch, "--open");
  REQUIRE(decisions.size() == 2);
  CHECK(decisions[0]["ts"] == "2026-01-01T10:00:00Z");
  CHECK(decisions[1]["ts"] == "2026-01-01T13:00:00Z");
  CHECK(decisions[1]["profile"] == "local");
  CHECK(decisions[1]["from"] == "global");
}
