// `view disputed EH-MA as MA`, from the text to what is decided and proved.
#include <fmt/format.h>

#include "engine/base/diagnostic_code.h"
#include "engine/device/device.h"
#include "engine/graph/graph_file.h"
#include "engine/graph/viewed_places.h"
#include "engine/proof/compile.h"
#include "engine/proof/difference.h"
#include "engine/proof/findings.h"
#include "lang/lang.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

using testing::load;
using testing::Loaded;
using testing::small_world;

std::string policy(std::string_view view) {
  return fmt::format(
      "policy p\n{}"
      "profile a home FR download \"x\"\nprofile b home FR download \"x\"\n"
      "profile c home FR download \"x\"\n"
      "rule sahara when region in EH then profile = a\n"
      "rule morocco when region in MA then profile = b\n"
      "rule stay when region in MA for 20 days then alert \"long\"\n"
      "otherwise profile = c\n",
      view);
}

// The conflicts that `check` reports, as people read them.
std::string conflicts(const Loaded& loaded) {
  auto locator = bind_areas(small_world(), loaded.table());
  AnalysisOptions options;
  options.claims = small_world().claims();
  options.situations = &(*locator)->situations();
  auto span_of = [&](std::uint32_t rule) -> std::optional<Span> {
    return loaded.policy->rule_spans.at(rule);
  };
  std::string text;
  for (const Diagnostic& one : findings(analyse(loaded.table(), options), span_of)) {
    if (one.code == Code::E0301) text += render(one, loaded.sources);
  }
  return text;
}

std::string decided_in_the_sahara(const Loaded& loaded) {
  CompileOptions options;
  options.claims = small_world().claims();
  auto graph = compile(std::make_shared<const RuleTable>(loaded.table()), options);
  // As a file tells it, so that the view is in the file.
  auto read = read_graph_file(write_graph_file(**graph));
  REQUIRE(read.ok());
  Device device(PreparedPolicy::prepare(*read, small_world()).value());
  Observation report;
  report.at = *parse_rfc3339("2026-01-01T12:00:00Z");
  report.position.give(Fix{{24, -12}, 20, {}, {}, {}});
  device.observe(report);
  return loaded.table().profiles[device.decide(report.at).profile].name;
}

}  // namespace

TEST_CASE("without a view rules about both countries meet there, and the finding says what to do") {
  Loaded loaded = load(policy(""));
  REQUIRE(loaded.policy);
  std::string found = conflicts(loaded);
  INFO(found);
  CHECK(found.find("`sahara` and `morocco` disagree") != std::string::npos);
  CHECK(found.find("view disputed EH-MA as") != std::string::npos);
}

TEST_CASE("with a view the place is in one country, in proofs and decisions") {
  for (auto [as, profile] : {std::pair("EH", "a"), std::pair("MA", "b")}) {
    Loaded loaded = load(policy(fmt::format("  view disputed EH-MA as {}\n", as)));
    INFO(loaded.rendered());
    REQUIRE(loaded.policy);
    CHECK(conflicts(loaded) == "");
    CHECK(decided_in_the_sahara(loaded) == profile);
  }
}

TEST_CASE("another view is another meaning, and a difference that is told") {
  Loaded none = load(policy("")), eh = load(policy("  view disputed EH-MA as EH\n"));
  Loaded ma = load(policy("  view disputed MA-EH as MA\n"));
  CHECK(none.table().meaning_digest != eh.table().meaning_digest);
  CHECK(eh.table().meaning_digest != ma.table().meaning_digest);
  JointPolicies joint = join_policies(none.table(), ma.table());
  REQUIRE(joint.declarations.size() == 1);
  CHECK(joint.declarations[0].find("view disputed") == 0);
  CHECK(joint.declarations[0].find("EH-MA as MA") != std::string::npos);
}

TEST_CASE("a view is laid out among the settings") {
  SourceMap sources;
  DiagnosticList diagnostics;
  std::string text = "policy p  view disputed   EH-MA as\nEH settle 1 hour\notherwise keep\n";
  auto formatted = format("p.sojourn", text, sources, diagnostics);
  REQUIRE(formatted);
  CHECK(*formatted ==
        "policy p\n  view     disputed EH-MA as EH\n  settle   1 hour\n\notherwise keep\n");
}

TEST_CASE("a claim is seen in one way, in whatever order it is written") {
  CHECK(load(policy("  view disputed EH-MA as EH view disputed MA-EH as MA\n")).codes() == "E0207");
}

}  // namespace sojourn::lang
