// A policy as `check` sees it, and its counterexamples as an author would paste them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/viewed_places.h"
#include "engine/proof/analysis.h"
#include "engine/proof/compile.h"
#include "engine/proof/findings.h"
#include "lang/testing/run.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"
#include "tests/support/disk_files.h"

namespace sojourn::lang::testing {

// What check finds about the policy, with what it proved.
struct Checked {
  Loaded loaded;
  Analysis analysis;
  std::vector<Diagnostic> findings;

  // Findings of the code, as a person reads them.
  std::string rendered(Code code) const {
    std::string all;
    for (const Diagnostic& diagnostic : findings) {
      if (diagnostic.code == code) all += render(diagnostic, loaded.sources) + "\n";
    }
    return all;
  }
  // The `test` block of the first finding of the code; empty: none.
  std::string story_of(Code code) const {
    for (const Diagnostic& diagnostic : findings) {
      if (diagnostic.code != code) continue;
      for (const std::string& note : diagnostic.notes) {
        if (note.starts_with("test \"")) return note;
      }
    }
    return "";
  }
};

inline std::optional<Checked> check(const std::string& text, const std::string& path) {
  sojourn::testing::DiskFiles files;
  Loaded loaded = load(text, {}, &files, path);
  INFO(loaded.rendered());
  if (!loaded.policy) return std::nullopt;
  const Gazetteer& world = small_world();
  auto locator = bind_areas(world, loaded.table());
  AnalysisOptions options;
  options.claims = world.claims();
  options.situations = &(*locator)->situations();
  options.gazetteer = &world;
  Analysis analysis = analyse(loaded.table(), options);
  auto span_of = [&](std::uint32_t rule) -> std::optional<Span> {
    return loaded.policy->rule_spans.at(rule);
  };
  std::vector<Diagnostic> found = findings(analysis, span_of);
  return Checked{std::move(loaded), std::move(analysis), std::move(found)};
}

// The `test` block added to the policy, as an author who pastes it would.
inline std::string replay(const std::string& text, const std::string& test,
                          const std::string& path) {
  sojourn::testing::DiskFiles files;
  Loaded loaded = load(text + "\n" + test, {}, &files, path);
  if (!loaded.policy || loaded.policy->tests.empty()) return loaded.rendered() + "\n" + test;
  auto graph = compile(std::make_shared<const RuleTable>(loaded.table()),
                       CompileOptions{.claims = small_world().claims()});
  auto prepared = PreparedPolicy::prepare(*graph, small_world());
  TestResult result = run_test(loaded.policy->tests.back(), *prepared);
  if (result.passed()) return "";
  std::string why = test;
  for (const TestFailure& failure : result.failures) {
    why += "\nexpected " + failure.expected + "\nactual " + failure.actual;
  }
  for (const std::string& refused : result.refused) why += "\nrefused " + refused;
  return why;
}

}  // namespace sojourn::lang::testing
