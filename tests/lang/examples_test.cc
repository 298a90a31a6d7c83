// The examples of rules-examples/ load without a finding and stand in the one layout.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/lang/load.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

namespace fs = std::filesystem;

TEST_CASE("shipped examples are clean and laid out") {
  for (const char* name : {"first-sentence", "trackers-europe"}) {
    fs::path path = fs::path(SOJOURN_SOURCE_DIR) / "rules-examples" / name / "policy.sojourn";
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    INFO(path.string());
    REQUIRE_FALSE(text.str().empty());
    testing::Loaded loaded = testing::load(text.str(), {}, nullptr, path.filename().string());
    INFO(loaded.rendered(true));
    CHECK(loaded.rendered(true).empty());
    REQUIRE(loaded.policy);
    CHECK(loaded.policy->tests.size() >= 4);
    SourceMap sources;
    DiagnosticList diagnostics;
    std::optional<std::string> laid_out =
        format("policy.sojourn", text.str(), sources, diagnostics);
    REQUIRE(laid_out);
    if (std::getenv("SOJOURN_REBASE") != nullptr)
      std::ofstream(path, std::ios::binary) << *laid_out;
    CHECK(*laid_out == text.str());
  }
}

}  // namespace
}  // namespace sojourn::lang
