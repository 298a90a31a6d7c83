// The command as a user meets it: exit codes, errors, and the main job.
#include "tests/cli/run_program.h"
#include "tests/support/catch.h"

using namespace sojourn::testing;
using Catch::Matchers::Contains;

namespace {

const char* const kPolicy = R"(policy first
attribute type : meter | tracker
profile bootstrap  home FR
profile vivo-local home BR download "smdp.vivo.example"

when region in BR and type=meter then profile=vivo-local
otherwise keep
)";

const char* const kTrace =
    R"({"ts":"2026-01-01T10:00:00Z","device":"m1","network":"724-05","profile":"bootstrap","attributes":{"type":"meter"}}
{"ts":"2026-01-01T10:00:00Z","device":"t1","network":"724-05","profile":"bootstrap","attributes":{"type":"tracker"}}
{"ts":"2026-01-01T10:05:00Z","device":"m1","network":"724-05"}
{"ts":"2026-01-01T10:05:00Z","device":"m2","network":"722-07","profile":"bootstrap","attributes":{"type":"meter"}}
)";

}  // namespace

TEST_CASE("usage errors exit with 2, help with 0") {
  CHECK(run_shell("sojourn").exit_code == 2);
  CHECK(run_shell("sojourn nonsense").exit_code == 2);
  CHECK(run_shell("sojourn dryrun").exit_code == 2);
  CHECK(run_shell("sojourn --help").exit_code == 0);
  CHECK_THAT(run_shell("sojourn --version").out, Contains("sojourn 0."));
  for (const char* command : {"check", "test", "fmt", "build", "diff", "graph", "decide", "dryrun",
                              "geo", "audit", "device", "explain"}) {
    INFO(command);
    ProgramRun help = run_shell(std::string("sojourn ") + command + " --help");
    CHECK(help.exit_code == 0);
    CHECK_THAT(help.out, Contains(command));
  }
}

TEST_CASE("every command shows an example, and the man pages hold all of them") {
  ScratchFolder scratch;
  ProgramRun pages = run_shell(SOJOURN_SOURCE_DIR
                               "/adapters/cli/install/man_pages.sh \"$(command -v sojourn)\" man 1",
                               scratch.path());
  INFO(pages.err);
  REQUIRE(pages.exit_code == 0);
  auto commands = [](const std::string& help) {
    std::vector<std::string> names;
    std::size_t at = help.find("Subcommands:\n");
    if (at == std::string::npos) return names;
    for (at = help.find('\n', at) + 1; help.compare(at, 2, "  ") == 0;
         at = help.find('\n', at) + 1) {
      if (help[at + 2] != ' ')
        names.push_back(help.substr(at + 2, help.find(' ', at + 2) - at - 2));
    }
    return names;
  };
  const std::vector<std::string> all = commands(run_shell("sojourn --help").out);
  CHECK(all.size() > 20);
  for (const std::string& name : all) {
    INFO(name);
    std::string help = run_shell("sojourn " + name + " --help").out;
    CHECK_THAT(help, Contains("Example"));
    std::string page = read_whole(scratch.file("man/sojourn-" + name + ".1"));
    CHECK_THAT(page, Contains(".SH SYNOPSIS"));
    for (const std::string& below : commands(help)) {
      INFO(below);
      CHECK_THAT(run_shell("sojourn " + name + " " + below + " --help").out, Contains("Example"));
      std::string in_troff = below;
      for (std::size_t at = 0; (at = in_troff.find('-', at)) != std::string::npos; at += 2) {
        in_troff.insert(at, "\\");
      }
      CHECK_THAT(page, Contains("sojourn " + name + " " + in_troff + " ["));
    }
  }
}

TEST_CASE("the mission's sentence decides on a trace") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kPolicy);
  scratch.write("trace.ndjson", kTrace);
  ProgramRun run =
      run_shell("sojourn dryrun policy.sojourn --trace trace.ndjson --decisions decisions.ndjson",
                scratch.path());
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  std::string decisions = read_whole(scratch.file("decisions.ndjson"));
  CHECK_THAT(
      decisions,
      Contains(R"("device":"m1","outcome":"profile","profile":"vivo-local","from":"bootstrap")"));
  CHECK_THAT(decisions, !Contains("t1") && !Contains("m2"));
  CHECK(std::count(decisions.begin(), decisions.end(), '\n') == 1);
}

TEST_CASE("a compiled policy decides as its rule file does") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kPolicy);
  scratch.write("trace.ndjson", kTrace);
  REQUIRE(run_shell("sojourn build policy.sojourn -o policy.graph", scratch.path()).exit_code == 0);
  CHECK(run_shell("sojourn build policy.sojourn -o policy.graph", scratch.path()).exit_code == 2);
  CHECK(
      run_shell("sojourn build policy.sojourn -o policy.graph --force", scratch.path()).exit_code ==
      0);
  std::string from_rules =
      run_shell("sojourn dryrun policy.sojourn --trace trace.ndjson --decisions -", scratch.path())
          .out;
  std::string from_graph =
      run_shell("sojourn dryrun policy.graph --trace trace.ndjson --decisions -", scratch.path())
          .out;
  CHECK(!from_rules.empty());
  CHECK(from_graph == from_rules);
}

TEST_CASE("what is written to a pipe goes through it, and the pipe remains") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kPolicy);
  ProgramRun run = run_shell(
      "mkfifo pipe && (cat pipe > read & sojourn build policy.sojourn -o pipe && wait) && "
      "test -p pipe && sojourn build policy.sojourn -o file && cmp file read",
      scratch.path());
  INFO(run.err);
  CHECK(run.exit_code == 0);
}

TEST_CASE("a policy that breaks its own ban is not built") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", R"(
policy broken
  version "1"
  timezone UTC
profile global home FR iccid 8933*
profile local  home BR iccid 8955*
ban ninety-days
  source "a law"
  certainty law
  never roaming in BR on more than 90 consecutive days
rule stay when network in BR then profile = global
otherwise keep
)");
  ProgramRun checked = run_shell("sojourn check policy.sojourn", scratch.path());
  INFO(checked.out << checked.err);
  REQUIRE_THAT(checked.err, Contains("broken promise"));
  CHECK(run_shell("sojourn build policy.sojourn -o policy.graph", scratch.path()).exit_code == 2);
  CHECK(read_whole(scratch.file("policy.graph")).empty());
}

// In Brazil the remedy is taken, in Argentina it is forbidden like the rest: what is shown has come
// about, of the first ban to a device that took the remedy to Argentina every day.
TEST_CASE("a counterexample to a ban is one in which its remedy is not taken") {
  ScratchFolder scratch;
  const std::string profiles =
      "policy two-bans\n"
      "profile one   home FR iccid 8933*\n"
      "profile local home BR iccid 8955* download \"smdp.local.example\"\n"
      "profile chile home CL iccid 8956* download \"smdp.chile.example\"\n";
  scratch.write("policy.sojourn",
                profiles +
                    "ban first never roaming in BR on more than 14 days in this calendar year\n"
                    "  notice 3 days remedy profile = local\n"
                    "ban second never roaming in BR, AR on more than 16 consecutive days\n"
                    "  notice 5 days remedy profile = local\n"
                    "otherwise keep\n");
  ProgramRun run = run_shell("sojourn check policy.sojourn 2>&1", scratch.path());
  INFO(run.out);
  CHECK(run.exit_code == 1);
  CHECK_THAT(run.out, Contains("ban `second` can be violated with nothing lawful to change to"));
  CHECK_THAT(run.out, Contains("network 722-999"));
  CHECK_THAT(run.out, Contains("expect keep"));
  CHECK_THAT(run.out, Contains("ban `first` can be violated with nothing lawful to change to"));
  CHECK_THAT(run.out, Contains("profile = local, network 722-999"));
  CHECK_THAT(run.out, !Contains("N0304"));

  scratch.write("policy.sojourn",
                profiles +
                    "ban cl never roaming in CL remedy profile = chile\n"
                    "ban br never roaming in BR on at least 7 days in this calendar month\n"
                    "  and roaming in BR on at least 8 consecutive days remedy profile = local\n"
                    "otherwise keep\n");
  run = run_shell("sojourn check policy.sojourn 2>&1", scratch.path());
  INFO(run.out);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, !Contains("P0301"));
}

TEST_CASE("each kind of bad input gets its clear error") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kPolicy);
  scratch.write("bad.sojourn", "when region in BR and typ=meter then profile=vivo-local\n");
  scratch.write("trace.ndjson", kTrace);
  scratch.write(
      "broken.ndjson",
      std::string(kTrace) + "{\"ts\":\"2026-01-01T10:06:00Z\"}\nnot json\n" +
          R"({"ts":"2026-01-01T10:07:00Z","device":"m1","position":{"lat":91,"lon":0},"network":"abc","frobnicate":1})" +
          "\n");
  scratch.write("garbage.graph", "SOJOURNG garbage");
  scratch.write("disagree.sojourn", R"(policy disagree
profile vivo-local home BR iccid 8955*
rule one when region in BR then preload vivo-local
rule two when region in BR then delete vivo-local
test "both"
  at 2026-01-01 10:00 network 724-05
  expect keep
)");
  scratch.write("stray.ndjson", std::string(kTrace) +
                                    R"({"ts":"2036-02-07T06:28:16Z","device":"unset-clock"})"
                                    "\n");
  scratch.write("misspelt.ndjson",
                std::string(kTrace) +
                    R"({"ts":"2026-01-01T10:06:00Z","device":"m1","profile":"gg",)"
                    R"("attributes":{"tpye":"meter"}})"
                    "\n");
  struct Row {
    const char* command;
    int exit_code;
    const char* said;
  };
  const Row rows[] = {
      {"sojourn check missing.sojourn", 2, "cannot read `missing.sojourn`"},
      {"sojourn check .", 2, "cannot read `.`"},
      {"sojourn check bad.sojourn", 1, "bad.sojourn:1:"},
      {"sojourn dryrun bad.sojourn --trace trace.ndjson", 2, "bad.sojourn:1:"},
      {"sojourn dryrun policy.sojourn --trace missing.ndjson", 2, "missing.ndjson"},
      {"sojourn dryrun policy.sojourn --trace /dev/null", 2, "no report that can be used"},
      {"sojourn dryrun policy.sojourn --trace broken.ndjson", 0, "broken.ndjson:6"},
      {"sojourn dryrun policy.sojourn --trace broken.ndjson", 0, "frobnicate"},
      {"sojourn dryrun policy.sojourn --trace broken.ndjson", 0, "abc"},
      {"sojourn dryrun policy.sojourn --trace broken.ndjson --strict", 2, "broken.ndjson:5"},
      {"sojourn dryrun policy.sojourn --trace stray.ndjson", 0,
       "and 2036-02-07: is the clock of unset-clock right?"},
      {"sojourn dryrun policy.sojourn --trace misspelt.ndjson", 0,
       "no attribute `tpye`, which 1 report names; did you mean `type`?"},
      {"sojourn dryrun policy.sojourn --trace misspelt.ndjson", 0, "no profile `gg`"},
      {"sojourn dryrun garbage.graph --trace trace.ndjson", 2, "garbage.graph"},
      {"sojourn dryrun policy.sojourn --trace trace.ndjson --latency soon", 2, "soon"},
      {"sojourn dryrun policy.sojourn --trace trace.ndjson --latency '0 minutes'", 2, "a minute"},
      {"sojourn dryrun policy.sojourn --trace trace.ndjson --decisions /nonexistent/d", 2,
       "/nonexistent/d"},
      {"sojourn decide policy.sojourn --device '{}'", 2, "ts"},
      {"sojourn decide policy.sojourn --device 'nonsense'", 2, "JSON"},
      {"sojourn geo 91 0", 2, "latitude 91"},
      {"sojourn geo nan 0", 2, "latitude nan"},
      {"sojourn geo 0 0 --geodata missing", 2, "missing"},
      {"sojourn explain E9999", 2, "E9999"},
      {"sojourn explain e0107", 0, "E0107"},
      {"sojourn chekc policy.sojourn", 2, "`chekc` is no command of `sojourn`"},
      {"sojourn chekc policy.sojourn", 2, "did you mean `check`?"},
      {"sojourn audit shwo x", 2, "did you mean `show`?"},
      {"sojourn audit", 2, "`sojourn audit` wants a command"},
      {"sojourn check --fromat json policy.sojourn", 2, "did you mean `--format`?"},
      {"sojourn check --format yaml policy.sojourn", 2, "yaml"},
      {"sojourn check", 2, "`sojourn check`: FILE is required"},
      {"sojourn dryrun policy.sojourn --trace trace.ndjson --jobs -1", 2, "--jobs"},
      {"sojourn dryrun policy.sojourn --trace trace.ndjson --form xls", 2, "`xls` is no form"},
      {"sojourn dryrun policy.sojourn --trace trace.ndjson --attribute x", 2,
       "no name with a value"},
      {"sojourn dryrun policy.sojourn --trace trace.ndjson --mapping bad.sojourn", 2,
       "the mapping of columns cannot be used"},
      {"sojourn dryrun policy.sojourn --trace trace.ndjson --decisions - --audit -", 2,
       "cannot both go to standard output"},
      {"sojourn graph --dot --format json policy.sojourn", 2, "exclude each other"},
      {"sojourn test --only nothing policy.sojourn", 2, "no test has `nothing` in its name"},
      {"sojourn build policy.sojourn -o p.graph && sojourn build p.graph -o q.graph", 2,
       "`p.graph` is compiled already"},
      {"sojourn geo 0 0 --accuracy -5", 2, "`--accuracy -5` is no radius"},
      {"sojourn decide policy.sojourn --device "
       "'{\"ts\":\"2026-02-01T10:00:00Z\",\"device\":\"d\"}' --at "
       "2026-01-01T10:00:00Z",
       2, "the newest is of 2026-02-01T10:00:00Z"},
      {"sojourn decide policy.sojourn --device "
       "'{\"ts\":\"2026-02-01T10:00:00Z\",\"device\":\"d\"}' --at "
       "2026-02-03",
       2, "`--at 2026-02-03` is no instant"},
      {"sojourn audit verify", 2, "name a file, a store, or a service"},
      {"sojourn audit verify trace.ndjson", 1, "not a record of the chain"},
      {"sojourn audit verify .", 2, "cannot read `.`"},
      {"sojourn audit verify /dev/zero", 2, "a line longer than any record"},
      {"sojourn dryrun policy.sojourn --trace trace.ndjson --jobs 40000", 2, "--jobs"},
      {"sojourn geo 0 0 > /dev/full", 2, "cannot write `standard output`"},
      {"sojourn --help > /dev/full", 2, "cannot write `standard output`"},
      {"sojourn test disagree.sojourn", 2, "rules `one` and `two` disagree"},
      {"sojourn diff disagree.sojourn policy.sojourn", 2, "rules `one` and `two` disagree"},
      {"sojourn check disagree.sojourn", 1, "asks for `keep, preload vivo-local`"},
  };
  for (const Row& row : rows) {
    ProgramRun run = run_shell(row.command, scratch.path());
    INFO(row.command << "\n" << run.out << run.err);
    CHECK(run.exit_code == row.exit_code);
    CHECK_THAT(run.out + run.err, Contains(row.said));
  }
}

TEST_CASE("a trace in another form decides as the same trace in NDJSON") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kPolicy);
  scratch.write("ours.ndjson", kTrace);
  scratch.write("theirs.csv",
                "When;Unit;Net;Kind;Profile\n01/01/2026 07:00:00;m1;724-05;meter;bootstrap\n"
                "01/01/2026 07:00:00;t1;724-05;tracker;bootstrap\n"
                "01/01/2026 07:05:00;m1;724-05;;\n01/01/2026 07:05:00;m2;722-07;meter;bootstrap\n");
  scratch.write("columns.json",
                R"({"columns": {"ts": "When", "device": "Unit", "network": "Net",
                    "attributes.type": "Kind", "profile": "Profile"}, "separator": ";",
                    "time": "%d/%m/%Y %H:%M:%S", "offset": "-03:00"})");
  std::string ours = run_shell(
                         "sojourn dryrun policy.sojourn --trace ours.ndjson --decisions - "
                         "2>/dev/null",
                         scratch.path())
                         .out;
  ProgramRun theirs = run_shell(
      "sojourn dryrun policy.sojourn --trace theirs.csv --mapping columns.json --decisions - "
      "2>/dev/null",
      scratch.path());
  CHECK(!ours.empty());
  CHECK(theirs.out == ours);
}

TEST_CASE("what can be built and drawn is JSON on demand") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kPolicy);
  ProgramRun built =
      run_shell("sojourn build policy.sojourn -o policy.graph --format json", scratch.path());
  CHECK(built.exit_code == 0);
  CHECK_THAT(built.out, Contains("\"file\": \"policy.graph\"") &&
                            Contains("\"meaning\": \"sha256:") && Contains("\"steps_max\": 3") &&
                            Contains("\"name\": \"validate\""));
  ProgramRun drawn = run_shell("sojourn graph policy.graph --format json", scratch.path());
  CHECK(drawn.exit_code == 0);
  CHECK_THAT(drawn.out, Contains("\"when\": \"type = meter\"") && Contains("\"to\": "));
}

TEST_CASE("decide explains itself") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kPolicy);
  const std::string device =
      R"('{"ts":"2026-01-01T10:00:00Z","device":"m1","position":{"lat":-23.55,"lon":-46.63,"accuracy":20},"profile":"bootstrap","attributes":{"type":"meter"}}')";
  ProgramRun run = run_shell("sojourn decide policy.sojourn --device " + device, scratch.path());
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("profile = vivo-local") && Contains("region in BR") &&
                          Contains("policy.sojourn:6"));
  ProgramRun json =
      run_shell("sojourn decide policy.sojourn --format json --device " + device, scratch.path());
  CHECK_THAT(json.out, Contains(R"("outcome":"profile = vivo-local")"));
}

TEST_CASE("any number of jobs and any packing gives the same bytes") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kPolicy);
  REQUIRE(run_shell("sojourn_fleet_trace --seed 7 --devices 12 --days 20 > fleet.ndjson",
                    scratch.path())
              .exit_code == 0);
  REQUIRE(run_shell("gzip -k fleet.ndjson && zstd -q fleet.ndjson", scratch.path()).exit_code == 0);
  auto decisions = [&](const std::string& options) {
    ProgramRun run =
        run_shell("sojourn dryrun policy.sojourn --all --decisions - " + options, scratch.path());
    CHECK(run.exit_code == 0);
    return run.out;
  };
  std::string one = decisions("--trace fleet.ndjson --jobs 1");
  CHECK(one.size() > 10'000);
  CHECK(decisions("--trace fleet.ndjson --jobs 2") == one);
  CHECK(decisions("--trace fleet.ndjson --jobs 5") == one);
  CHECK(decisions("--trace fleet.ndjson.gz --jobs 2") == one);
  CHECK(decisions("--trace fleet.ndjson.zst --jobs 3") == one);
  CHECK(decisions("--trace - --jobs 2 < fleet.ndjson") == one);
}

TEST_CASE("an explanation tells what master data say from what was reported") {
  ScratchFolder scratch;
  scratch.write("devices.csv", "device,type\nm1,meter\n");
  scratch.write("policy.sojourn", R"(attribute type : meter | tracker
attribute battery : number in %
profile global home FR
devices "devices.csv"
when type = meter and battery < 20% then alert "low"
otherwise keep
)");
  ProgramRun run = run_shell(
      R"(sojourn decide policy.sojourn --device '{"ts":"2026-01-01T10:00:00Z","device":"m1",)"
      R"("network":"724-05","attributes":{"battery":10}}' --at 2026-01-01T10:00:00Z)",
      scratch.path());
  INFO(run.out << run.err);
  CHECK_THAT(run.out, Contains("type = meter: meter, by master data"));
  CHECK_THAT(run.out, Contains("battery < 20%: 10%, by report"));
}

TEST_CASE("geo answers as the policy sees a place, and names its regions") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", R"(policy seen
  view disputed RU-UA as UA
profile global home FR
region PORT = circle(45.0, 34.1, 12 km)
when region in PORT then alert "port"
otherwise keep
)");
  std::string place = " -- 45.0 34.1";
  CHECK_THAT(run_shell("sojourn geo" + place).out, Contains("country      RU+UA"));
  ProgramRun seen = run_shell("sojourn geo --policy policy.sojourn" + place, scratch.path());
  CHECK_THAT(seen.out, Contains("country      UA, Ukraine (certain)"));
  CHECK_THAT(seen.out, Contains("time zone    Europe/Simferopol"));
  CHECK_THAT(seen.out, Contains("region       PORT: inside"));
  ProgramRun json =
      run_shell("sojourn geo --format json --policy policy.sojourn" + place, scratch.path());
  CHECK_THAT(json.out, Contains(R"("regions":[{"name":"PORT","membership":"inside"}])"));
}

TEST_CASE("the evidence chain of a dry-run verifies, and not when it was touched") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn", kPolicy);
  REQUIRE(run_shell("sojourn_fleet_trace --seed 7 --devices 12 --days 20 > fleet.ndjson",
                    scratch.path())
              .exit_code == 0);
  REQUIRE(
      run_shell("sojourn dryrun policy.sojourn --trace fleet.ndjson --audit chain", scratch.path())
          .exit_code == 0);
  CHECK(run_shell("sojourn audit verify chain", scratch.path()).exit_code == 0);
  CHECK(run_shell("sojourn audit show --pseudonymise --format json chain > hidden && sojourn audit "
                  "verify hidden",
                  scratch.path())
            .exit_code == 0);
  CHECK(run_shell("sed 2d chain > missing && sojourn audit verify missing", scratch.path())
            .exit_code == 1);
  CHECK(run_shell("tac chain > reversed && sojourn audit verify reversed", scratch.path())
            .exit_code == 1);
  CHECK(
      run_shell(
          "sed '2s/keep/kept/;2s/profile/profilf/' chain > changed && sojourn audit verify changed",
          scratch.path())
          .exit_code == 1);
  // What is missing at the end is found by whoever kept the head.
  std::string told = run_shell("sojourn audit verify --format json chain", scratch.path()).out;
  std::string verify =
      "sojourn audit verify --head " + told.substr(told.find("\"head\":\"") + 8, 64) + " ";
  CHECK(run_shell(verify + "chain", scratch.path()).exit_code == 0);
  ProgramRun cut = run_shell("sed '$d' chain > cut && " + verify + "cut", scratch.path());
  CHECK(cut.exit_code == 1);
  CHECK_THAT(cut.err, Contains("no record has the head"));
  CHECK(run_shell("true | sojourn audit verify -", scratch.path()).exit_code == 2);
}
