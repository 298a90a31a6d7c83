// Every example of rules-examples/ does what its README says: `check` is clean, its tests pass, the
// test that fails on purpose fails, and the trace gives the summary that stands beside it
// (summary.txt; SOJOURN_REBASE=1 writes it anew).
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/cli/run_program.h"
#include "tests/support/catch.h"

using namespace sojourn::testing;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

const fs::path kRoot = fs::path(SOJOURN_SOURCE_DIR) / "rules-examples";

// Paths seen from the source tree, in order.
std::vector<std::string> files(bool (*wanted)(const fs::path&)) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot)) {
    if (entry.is_regular_file() && wanted(entry.path())) {
      found.push_back(fs::relative(entry.path(), SOJOURN_SOURCE_DIR).generic_string());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool is_policy(const fs::path& path) {
  return path.filename() == "policy.sojourn" ||
         (path.parent_path().filename() == "bans" && path.extension() == ".sojourn");
}

bool is_rule_file(const fs::path& path) { return path.extension() == ".sojourn"; }

// What was decided, without the explanations: those have tests of their own.
std::string decisions(const std::string& summary) {
  return summary.substr(0, summary.find("last decision of each device"));
}

bool is_failing(const fs::path& path) { return path.filename() == "fails.sojourn"; }

}  // namespace

TEST_CASE("every example is clean and its tests pass") {
  std::vector<std::string> policies = files(is_policy);
  REQUIRE(policies.size() >= 8);
  for (const std::string& policy : policies) {
    INFO(policy);
    ProgramRun check = run_shell("sojourn check " + policy);
    INFO(check.out << check.err);
    CHECK(check.exit_code == 0);
    ProgramRun test = run_shell("sojourn test " + policy);
    INFO(test.out << test.err);
    CHECK(test.exit_code == 0);
  }
}

// As the list of readings tells them: the file, what it reads, how certain that is.
TEST_CASE("every reading of a law is listed with its certainty, and tells its source") {
  std::string list = read_whole((kRoot / "bans/README.md").string());
  auto is_reading = [](const fs::path& path) {
    return path.parent_path().filename() == "bans" && path.extension() == ".sojourn";
  };
  std::size_t listed = 0;
  for (std::size_t at = list.find("\n| `"); at != std::string::npos;
       at = list.find("\n| `", at + 1)) {
    ++listed;
  }
  std::vector<std::string> readings = files(is_reading);
  CHECK(listed == readings.size());
  for (const std::string& file : readings) {
    INFO(file);
    std::string text = read_whole((fs::path(SOJOURN_SOURCE_DIR) / file).string());
    std::size_t at = text.find("\n  certainty ");
    REQUIRE(at != std::string::npos);
    at += std::string_view("\n  certainty ").size();
    std::string certainty = text.substr(at, text.find('\n', at) - at);
    std::size_t row = list.find("\n| `" + fs::path(file).stem().string() + "` | ");
    REQUIRE(row != std::string::npos);
    std::string line = list.substr(row + 1, list.find('\n', row + 1) - row - 1);
    CHECK_THAT(line, Catch::Matchers::EndsWith("| " + certainty + " |"));
    CHECK_THAT(text, Contains("\n  source \""));
  }
}

TEST_CASE("every example stands in the one layout") {
  for (const std::string& file : files(is_rule_file)) {
    INFO(file);
    CHECK(run_shell("sojourn fmt --check " + file).exit_code == 0);
  }
}

// A folder each: README, policy, a trace (or the tool that makes it), a test that fails on purpose.
TEST_CASE("every example has all its parts") {
  for (const auto& entry : fs::directory_iterator(kRoot)) {
    if (!fs::exists(entry.path() / "policy.sojourn")) continue;
    INFO(entry.path());
    for (const char* part : {"README.md", "fails.sojourn", "summary.txt"}) {
      INFO(part);
      CHECK(fs::exists(entry.path() / part));
    }
    CHECK((fs::exists(entry.path() / "trace.ndjson") || fs::exists(entry.path() / "generate.cc")));
  }
}

TEST_CASE("what fails on purpose fails, and says what was expected") {
  std::vector<std::string> failing = files(is_failing);
  REQUIRE(failing.size() >= 8);
  for (const std::string& file : failing) {
    INFO(file);
    ProgramRun test = run_shell("sojourn test --junit /dev/null " + file);
    INFO(test.out << test.err);
    CHECK(test.exit_code == 1);
    CHECK_THAT(test.out, Contains("FAIL") && Contains("expected  ") && Contains("actual    "));
    CHECK_THAT(test.out, Contains("0 passed, 1 failed"));
  }
}

TEST_CASE("every example's trace gives the summary that stands beside it") {
  bool rebase = std::getenv("SOJOURN_REBASE") != nullptr;
  for (const std::string& file : files(is_failing)) {
    std::string folder = file.substr(0, file.rfind('/'));
    INFO(folder);
    // The fleet's trace is made, not kept.
    std::string trace = "cat " + folder + "/trace.ndjson";
    if (!fs::exists(kRoot.parent_path() / folder / "trace.ndjson")) trace = "sojourn_fleet_trace";
    ProgramRun run = run_shell(trace + " | sojourn dryrun " + folder + "/policy.sojourn --trace -");
    INFO(run.err);
    CHECK(run.exit_code == 0);
    fs::path golden = fs::path(SOJOURN_SOURCE_DIR) / folder / "summary.txt";
    if (rebase) std::ofstream(golden, std::ios::binary) << decisions(run.out);
    REQUIRE(fs::exists(golden));
    CHECK(decisions(run.out) == read_whole(golden.string()));
  }
}
