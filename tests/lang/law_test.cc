// Laws to the day: every tests/lang/laws/*.sojourn is a policy whose `test` blocks must pass.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/geo/geo.h"
#include "engine/proof/compile.h"
#include "lang/testing/run.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"
#include "tests/support/disk_files.h"

namespace sojourn::lang {
namespace {

namespace fs = std::filesystem;

std::string failure_text(const TestResult& result) {
  std::string text = result.name;
  for (const TestFailure& failure : result.failures) {
    text += "\n  expected " + failure.expected + "\n  actual   " + failure.actual;
  }
  for (const std::string& refused : result.refused) text += "\n  refused " + refused;
  return text;
}

using sojourn::testing::contents_of;
using sojourn::testing::DiskFiles;

// The real world: a law's midnight and night are those of the place.
const Gazetteer& world() {
  static const auto opened = geo::open_gazetteer(geo::default_geodata_directory());
  return **opened;
}

std::vector<fs::path> policies() {
  std::vector<fs::path> found = {fs::path(SOJOURN_SOURCE_DIR) /
                                 "rules-examples/acme-latam/policy.sojourn"};
  for (const auto& entry :
       fs::directory_iterator(fs::path(SOJOURN_SOURCE_DIR) / "tests/lang/laws")) {
    if (entry.path().extension() == ".sojourn") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST_CASE("every law decides to the day") {
  std::size_t file_count = 0;
  DiskFiles files;
  const char* only = std::getenv("SOJOURN_LAW");
  for (const fs::path& path : policies()) {
    if (only != nullptr && path.string().find(only) == std::string::npos) continue;
    ++file_count;
    std::string text = contents_of(path);
    testing::Loaded loaded = testing::load(text, {}, &files, path.string(), world());
    INFO(path.string());
    CHECK(loaded.rendered() == "");
    if (!loaded.policy) {
      CHECK(loaded.policy);
      continue;
    }
    CHECK_FALSE(loaded.policy->tests.empty());
    CompileOptions options;
    options.claims = world().claims();
    options.validate = true;  // the graph decides as the rules and bans judged one by one
    auto graph = compile(std::make_shared<const RuleTable>(loaded.table()), options);
    REQUIRE(graph);
    auto prepared = PreparedPolicy::prepare(*graph, world());
    REQUIRE(prepared);
    for (const TestCase& test : loaded.policy->tests) {
      TestResult result = run_test(test, *prepared);
      INFO(failure_text(result));
      CHECK(result.passed());
    }
    // The one layout means the same, and stays.
    SourceMap sources;
    DiagnosticList diagnostics;
    std::optional<std::string> laid_out = format("a", text, sources, diagnostics);
    REQUIRE(laid_out);
    std::optional<std::string> again = format("b", *laid_out, sources, diagnostics);
    CHECK(again == laid_out);
    testing::Loaded reloaded = testing::load(*laid_out, {}, &files, path.string(), world());
    REQUIRE(reloaded.policy);
    CHECK(to_hex(reloaded.table().meaning_digest) == to_hex(loaded.table().meaning_digest));
  }
  CHECK(file_count > 0);
}

}  // namespace
}  // namespace sojourn::lang
