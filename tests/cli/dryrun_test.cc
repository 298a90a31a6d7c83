// What a dry-run tells beside its decisions: how the bans fared with the policy and without it, who
// is near a limit, what another policy would have done, and the page for a browser.
//
// tests/golden/cli/dryrun: five devices in Brazil. `m1` is a meter that stays nine days, `m2` one
// that leaves on its fifth, `t1` a tracker that no rule moves, `n1` one that came on 7 January, and
// of `u1` nobody knows the profile. The ban is violated from the sixth day in a row, at the local
// midnight.
#include <nlohmann/json.hpp>

#include "tests/cli/run_program.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"

using namespace sojourn::testing;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

const std::string kFolder = "tests/golden/cli/dryrun/";
const std::string kDryrun =
    "sojourn dryrun " + kFolder + "policy.sojourn --trace " + kFolder + "trace.ndjson ";

// The data of a page, as its script reads them.
Json page_data(const std::string& page) {
  const std::string mark = "<script id=\"data\" type=\"application/json\">";
  std::size_t begin = page.find(mark);
  REQUIRE(begin != std::string::npos);
  begin += mark.size();
  return Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

}  // namespace

TEST_CASE("bans are told in device-days, with the policy and without it") {
  ProgramRun run = run_shell(kDryrun + "--format json");
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  Json summary = Json::parse(run.out);
  Json ban = summary["bans"][0];
  CHECK(ban["ban"] == "five-days");
  // With the policy only `t1`, on 6, 7, 8 and 9 January; without it `m1` as well.
  CHECK(ban["with"]["devices"] == 1);
  CHECK(ban["with"]["device_days_violated"] == 4);
  CHECK(ban["without"]["devices"] == 2);
  CHECK(ban["without"]["device_days_violated"] == 8);
  // Nobody can tell of `u1`.
  CHECK(ban["with"]["device_days_in_doubt"] == 3);
  CHECK(ban["without"]["device_days_in_doubt"] == 3);
  CHECK(ban["first_device"] == "t1");
  CHECK(ban["first_violated"] == "2026-01-06T03:00:00Z");
  // The sixth day of `n1` is 12 January.
  REQUIRE(summary["near_limit"].size() == 1);
  CHECK(summary["near_limit"][0]["device"] == "n1");
  CHECK(summary["near_limit"][0]["deadline"] == "2026-01-12T03:00:00Z");
  sojourn::test::check_golden("cli/dryrun/summary.txt", run_shell(kDryrun).out);
}

TEST_CASE("an open dry-run judges what was recorded") {
  ProgramRun run = run_shell(kDryrun + "--open --format json");
  CHECK(run.exit_code == 1);
  Json ban = Json::parse(run.out)["bans"][0];
  CHECK(ban["with"]["device_days_violated"] == 8);
  CHECK_FALSE(ban.contains("without"));
}

TEST_CASE("what a ban decides is counted as the ban's, in text, JSON and page") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn",
                "profile bootstrap home FR iccid 8933*\n"
                "profile vivo-local home BR iccid 895510* download \"smdp.vivo.example\"\n"
                "ban stay never roaming in BR on more than 3 consecutive days\n"
                "  notice 2 days\n"
                "  remedy profile = vivo-local\n"
                "ban idle never roaming in FR remedy profile = bootstrap\n"
                "otherwise keep\n");
  scratch.write("trace.ndjson", R"({"ts":"2026-05-01T00:00:00Z","device":"a","network":"724-05",)"
                                R"("profile":"bootstrap","commissioned":"2026-05-01"})"
                                "\n"
                                R"({"ts":"2026-05-02T12:00:00Z","device":"a","network":"724-05"})"
                                "\n");
  std::string page_path = scratch.file("page.html");
  std::string run = "sojourn dryrun " + scratch.file("policy.sojourn") + " --trace " +
                    scratch.file("trace.ndjson") + " --report " + page_path + " --format json";
  Json rules = Json::parse(run_shell(run).out)["rules"];
  REQUIRE(rules.size() == 2);
  CHECK(rules[0]["rule"] == "ban stay");
  CHECK(rules[0]["decisions"] == 1);
  CHECK(rules[1]["rule"] == "otherwise");
  CHECK(rules[1]["decisions"] == 1);
  Json shown = page_data(read_whole(page_path))["rules"];
  REQUIRE(shown.size() == 2);
  CHECK(shown[0]["name"] == "ban stay");
  CHECK_THAT(shown[0]["written"].get<std::string>(), Contains("3 consecutive days"));
  CHECK(shown[1]["written"] == "otherwise");
}

TEST_CASE("an inventory makes one device of its EID and its IMEI") {
  ScratchFolder scratch;
  scratch.write("policy.sojourn",
                "profile bootstrap home FR iccid 8933*\n"
                "profile vivo-local home BR iccid 895510* download \"smdp.vivo.example\"\n"
                "devices \"devices.csv\"\n"
                "rule stays when region in BR on at least 2 days within 9 days and type = meter\n"
                "  then profile = vivo-local\n"
                "otherwise keep\n");
  scratch.write("devices.csv",
                "eid,imei,type\n89049032123451234512345678901235,356938035643809,meter\n");
  const std::string by_imei = R"(","imei":"356938035643809","network":"724-05"})";
  const std::string by_eid =
      R"(","eid":"89049032123451234512345678901235","profile":"bootstrap","network":"724-05"})";
  scratch.write("trace.ndjson", R"({"ts":"2026-01-01T10:00:00Z)" + by_imei + "\n" +
                                    R"({"ts":"2026-01-02T10:00:00Z)" + by_eid + "\n" +
                                    R"({"ts":"2026-01-03T10:00:00Z)" + by_imei + "\n");
  ProgramRun run = run_shell("sojourn dryrun policy.sojourn --trace trace.ndjson", scratch.path());
  INFO(run.out << run.err);
  CHECK_THAT(run.out, Contains("3 of 1 device"));
  CHECK_THAT(run.out, Contains("89049032123451234512345678901235  2026-01-02T00:00:00Z  profile = "
                               "vivo-local by stays"));
  ProgramRun decided =
      run_shell("sojourn decide policy.sojourn --device @trace.ndjson", scratch.path());
  INFO(decided.out << decided.err);
  CHECK(decided.exit_code == 0);
  CHECK_THAT(decided.out, Contains("device 89049032123451234512345678901235"));
}

TEST_CASE("a policy that obeys its ban ends with 0") {
  ProgramRun run = run_shell("grep -E '\"m[12]\"' " + kFolder + "trace.ndjson | sojourn dryrun " +
                             kFolder + "policy.sojourn --trace - --format json");
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(Json::parse(run.out)["bans"][0]["without"]["device_days_violated"] == 4);
}

TEST_CASE("two policies stand side by side on one trace") {
  std::string compare = kDryrun + "--compare " + kFolder + "old.sojourn ";
  ProgramRun run = run_shell(compare + "--format json");
  INFO(run.out << run.err);
  Json summary = Json::parse(run.out);
  CHECK(summary["compared_with"]["policy"]["name"] == "idle");
  CHECK(summary["compared_with"]["bans"][0]["with"]["device_days_violated"] == 8);
  Json changed = summary["on_another_profile"];
  // The two meters, from the first report after their third day began.
  CHECK(changed["devices"] == 2);
  CHECK(changed["device_days"] == 14);
  CHECK(changed["device_days_of_all"] == 33);
  CHECK(changed["list"][0]["device"] == "m1");
  CHECK(changed["list"][0]["since"] == "2026-01-03T12:00:00Z");
  CHECK(changed["list"][0]["profile"] == "vivo-local");
  CHECK(changed["list"][0]["compared_with"] == "global");
  CHECK(changed["list"][0]["days"] == 7);
  sojourn::test::check_golden("cli/dryrun/compared.txt", run_shell(compare).out);
  ProgramRun open = run_shell(compare + "--open");
  CHECK(open.exit_code == 2);
  CHECK_THAT(open.err, Contains("`--open` and `--compare` exclude each other"));
}

TEST_CASE("the page holds the run, and nothing that it would have to load") {
  ScratchFolder scratch;
  std::string page_path = scratch.file("page.html");
  REQUIRE(run_shell(kDryrun + "--report " + page_path).exit_code == 1);
  std::string page = read_whole(page_path);
  CHECK_THAT(page, !Contains("http://") && !Contains("https://") && !Contains("src="));
  Json data = page_data(page);
  CHECK(data["device_count"] == 5);
  CHECK(data["devices"].size() == 5);
  CHECK(data["devices"][0]["name"] == "t1");  // what violates stands first
  CHECK(data["rules"][0]["name"] == "settled");
  CHECK(data["rules"][0]["decisions"] == 2);
  CHECK(data["bans"][0]["violated"] == 4);
  auto m1 = std::find_if(data["tracks"].begin(), data["tracks"].end(),
                         [](const Json& track) { return track["name"] == "m1"; });
  REQUIRE(m1 != data["tracks"].end());
  CHECK((*m1)["points"].size() == 3 * 9);
  CHECK((*m1)["points"][1] == -2'356'000);  // 1e-5 degrees
  CHECK((*m1)["records"][0]["profile"] == "vivo-local");
  CHECK((*m1)["records"][0]["because"][0]["value"] == 3);
  CHECK((*m1)["ledger"].back()[4] == "vivo-local");
  CHECK_FALSE(data["map"]["coasts"].empty());
  // Nothing is overwritten without being told so, and any number of threads makes the same page.
  CHECK(run_shell(kDryrun + "--report " + page_path).exit_code == 2);
  CHECK(run_shell(kDryrun + "--jobs 3 --report -").out == page);
}

TEST_CASE("a page of a large fleet is a sample, and says so") {
  ScratchFolder scratch;
  REQUIRE(run_shell("sojourn_fleet_trace --devices 150 --days 4 > fleet.ndjson", scratch.path())
              .exit_code == 0);
  std::string policy = std::string(SOJOURN_SOURCE_DIR) + "/rules-examples/fleet/policy.sojourn";
  REQUIRE(run_shell("sojourn dryrun " + policy + " --trace fleet.ndjson --report page.html",
                    scratch.path())
              .exit_code == 0);
  Json data = page_data(read_whole(scratch.file("page.html")));
  CHECK(data["device_count"] == 150);
  CHECK(data["devices"].size() == 150);
  CHECK(data["tracks"].size() == 100);
  for (const Json& track : data["tracks"]) {
    CHECK(track["points"].size() <= 3 * 1'200);
    CHECK(track["fixes"].get<std::size_t>() * 3 >= track["points"].size());
  }
}
