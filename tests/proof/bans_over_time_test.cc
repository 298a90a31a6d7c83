// Bans over time: every shipped one is proved, every deliberately broken variant is refuted with a
// timeline that replays through the engine.
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "engine/base/diagnostic_code.h"
#include "engine/proof/analysis.h"
#include "engine/proof/compile.h"
#include "engine/proof/findings.h"
#include "lang/testing/run.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

namespace fs = std::filesystem;

std::string contents_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class DiskFiles : public FileSource {
 public:
  Result<std::string> read(std::string_view path) const override {
    return contents_of(fs::path(path));
  }
};

const fs::path kExamples = fs::path(SOJOURN_SOURCE_DIR) / "rules-examples";

// What check finds about the policy, with what it proved.
struct Checked {
  Analysis analysis;
  std::vector<Diagnostic> findings;
};

std::optional<Checked> check(const std::string& text, const std::string& path) {
  DiskFiles files;
  testing::Loaded loaded = testing::load(text, {}, &files, path);
  INFO(loaded.rendered());
  if (!loaded.policy) return std::nullopt;
  const Gazetteer& world = testing::small_world();
  auto locator = world.bind(loaded.table().areas);
  AnalysisOptions options;
  options.claims = world.claims();
  options.situations = &(*locator)->situations();
  Checked checked{analyse(loaded.table(), options), {}};
  checked.findings = findings(checked.analysis, [](std::uint32_t) { return std::nullopt; });
  return checked;
}

// The `test` block added to the policy, as an author who pastes it would.
std::string replay(const std::string& text, const std::string& test, const std::string& path) {
  DiskFiles files;
  testing::Loaded loaded = testing::load(text + "\n" + test, {}, &files, path);
  if (!loaded.policy || loaded.policy->tests.empty()) return loaded.rendered() + "\n" + test;
  auto graph = compile(std::make_shared<const RuleTable>(loaded.table()),
                       CompileOptions{.claims = testing::small_world().claims()});
  auto prepared = PreparedPolicy::prepare(*graph, testing::small_world());
  TestResult result = run_test(loaded.policy->tests.back(), *prepared);
  if (result.passed()) return "";
  std::string why = test;
  for (const TestFailure& failure : result.failures) {
    why += "\nexpected " + failure.expected + "\nactual " + failure.actual;
  }
  for (const std::string& refused : result.refused) why += "\nrefused " + refused;
  return why;
}

std::string timeline_of(const std::vector<Diagnostic>& findings) {
  for (const Diagnostic& diagnostic : findings) {
    if (diagnostic.code != Code::P0303) continue;
    for (const std::string& note : diagnostic.notes) {
      if (note.starts_with("test \"")) return note;
    }
  }
  return "";
}

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
    std::string timeline = timeline_of(checked->findings);
    CHECK(timeline.empty() == (variant.over_time == Verdict::holds));
    if (timeline.empty()) continue;
    CHECK(replay(text, timeline, path.string()) == "");
  }
}

}  // namespace sojourn::lang
