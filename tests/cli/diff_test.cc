// `sojourn diff` as a user meets it: tests/golden/diff/NAME holds old.sojourn, new.sojourn and what
// is said about them.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/cli/run_program.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"

using namespace sojourn::testing;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

const fs::path kFolder = fs::path(SOJOURN_SOURCE_DIR) / "tests/golden/diff";

std::vector<fs::path> pairs() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kFolder)) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

TEST_CASE("each pair differs as its golden file says") {
  REQUIRE(pairs().size() >= 3);
  for (const fs::path& pair : pairs()) {
    std::string name = pair.filename().string();
    INFO(name);
    ProgramRun run = run_shell("sojourn diff old.sojourn new.sojourn", pair.string());
    INFO(run.err);
    CHECK(run.exit_code == (name.starts_with("same") ? 0 : 1));
    sojourn::test::check_golden("diff/" + name + "/difference.txt", run.out);
    ProgramRun back = run_shell("sojourn diff new.sojourn new.sojourn", pair.string());
    CHECK(back.exit_code == 0);
  }
}

// A profile that only one of two policies declares is, to the other, one that is not declared.
TEST_CASE("the way back is told by the same situations, with their outcomes changed over") {
  std::string folder = (kFolder / "new-profile").string();
  // "OUTCOME > OUTCOME", as on the way there.
  auto outcomes = [&](const char* from, const char* to, bool back) {
    ProgramRun run = run_shell(std::string("sojourn diff ") + from + " " + to, folder);
    std::vector<std::string> found;
    std::istringstream lines(run.out);
    std::string before;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("   before: ")) before = line.substr(11);
      if (!line.starts_with("   after:  ")) continue;
      std::string after = line.substr(11);
      found.push_back(back ? after + " > " + before : before + " > " + after);
    }
    std::sort(found.begin(), found.end());
    return found;
  };
  auto there = outcomes("old.sojourn", "new.sojourn", false);
  CHECK(there.size() == 3);
  CHECK(there == outcomes("new.sojourn", "old.sojourn", true));
}

TEST_CASE("a difference counts recorded devices and their days") {
  ScratchFolder scratch;
  // m1 is in Brazil on 1 and 3 January, silent in between; m2 never is. Both
  // are followed to the end of the trace.
  scratch.write(
      "trace.ndjson",
      R"({"ts":"2026-01-01T10:00:00Z","device":"m1","network":"724-05","profile":"bootstrap","attributes":{"type":"meter"}}
{"ts":"2026-01-01T10:00:00Z","device":"m2","network":"722-07","profile":"bootstrap","attributes":{"type":"meter"}}
{"ts":"2026-01-02T10:00:00Z","device":"m2","network":"722-07"}
{"ts":"2026-01-03T10:00:00Z","device":"m1","network":"724-05"}
{"ts":"2026-01-04T10:00:00Z","device":"m1","network":"722-07"}
)");
  std::string folder = (kFolder / "narrowed").string();
  ProgramRun run = run_shell("sojourn diff " + folder + "/old.sojourn " + folder +
                                 "/new.sojourn --trace trace.ndjson --format json",
                             scratch.path());
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  // The change of country is believed half an hour after the report of 4 January, and the ledger
  // is corrected; decisions were as they were.
  CHECK_THAT(run.out, Contains(R"("same": false)"));
  CHECK_THAT(run.out, Contains(R"("all": {
      "devices": 2,
      "device_days": 8
    })"));
  CHECK_THAT(run.out, Contains(R"("decided_differently": {
      "devices": 1,)"));
}

TEST_CASE("a difference over recorded devices knows what the inventory says of them") {
  ScratchFolder scratch;
  scratch.write("devices.csv",
                "eid,imei,type\n89044011000000000000000000000014,356938035643809,meter\n"
                "89044011000000000000000000000022,,tracker\n");
  const std::string policy = R"(policy P
  timezone America/Sao_Paulo
profile bootstrap home FR
profile vivo home BR download "smdp.vivo.example"
attribute type : meter | tracker
devices "devices.csv"
)";
  scratch.write("old.sojourn", policy + "otherwise keep\n");
  scratch.write(
      "new.sojourn",
      policy + "when region in BR and type = meter then profile = vivo\notherwise keep\n");
  // The trace does not say what type they are, and the meter says its IMEI first.
  scratch.write(
      "trace.ndjson",
      R"({"ts":"2026-01-01T10:00:00Z","imei":"356938035643809","network":"724-05","profile":"bootstrap"}
{"ts":"2026-01-01T10:00:00Z","eid":"89044011000000000000000000000022","network":"724-05","profile":"bootstrap"}
{"ts":"2026-01-02T10:00:00Z","eid":"89044011000000000000000000000014","network":"724-05"}
)");
  ProgramRun run =
      run_shell("sojourn diff old.sojourn new.sojourn --trace trace.ndjson", scratch.path());
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK_THAT(run.out, Contains("1 of 2 devices (50.0%), 2 of 4 device-days (50.0%)"));
  CHECK_THAT(run.out, Contains("89044011000000000000000000000014  from 2026-01-01T10:00:00Z"));
}

TEST_CASE("unusable input is no difference") {
  ScratchFolder scratch;
  scratch.write("broken.sojourn", "policy\n  rule when");
  ProgramRun run = run_shell("sojourn diff broken.sojourn broken.sojourn", scratch.path());
  CHECK(run.exit_code == 2);
  CHECK(!run.err.empty());
}
