// sojourn test FILE...: runs the test blocks of rule files.
#include <fmt/format.h>

#include <chrono>

#include "adapters/cli/commands.h"
#include "adapters/cli/explanation_text.h"
#include "adapters/cli/policy_input.h"
#include "adapters/cli/test_report.h"
#include "engine/proof/compile.h"
#include "lang/testing/run.h"

namespace sojourn::cli {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void print_failure(const lang::TestFailure& failure, const SourceMap& sources, Console& console) {
  Location at = sources.location(failure.span);
  console.print(fmt::format("  {}:{}:{}\n    expected  {}\n    actual    {}\n", at.path, at.line,
                            at.column, failure.expected, failure.actual));
  std::string explanation = explanation_text(failure.explanation);
  for (std::size_t begin = 0; begin < explanation.size();) {
    std::size_t end = std::min(explanation.find('\n', begin), explanation.size());
    console.print(
        fmt::format("    | {}\n", std::string_view(explanation).substr(begin, end - begin)));
    begin = end + 1;
  }
}

// Runs the tests of one policy; adds to the report.
void run_tests(const TestOptions& options, const PolicyInput& input,
               const std::shared_ptr<const PreparedPolicy>& policy, TestReport& report,
               Console& console) {
  for (const lang::TestCase& test : input.policy->tests) {
    if (test.name.find(options.only) == std::string::npos) continue;
    auto begin = std::chrono::steady_clock::now();
    lang::TestResult result = lang::run_test(test, policy);
    double duration_s = seconds_since(begin);
    bool passed = result.passed();
    if (options.format == OutputFormat::text) {
      console.print(fmt::format("{} {} ({:.0f} ms)\n", passed ? "pass" : "FAIL", test.name,
                                duration_s * 1000));
      for (const std::string& refused : result.refused)
        console.print(fmt::format("  {}\n", refused));
      for (const lang::TestFailure& failure : result.failures) {
        print_failure(failure, input.sources, console);
      }
    }
    report.deciding_rules.insert(result.deciding_rules.begin(), result.deciding_rules.end());
    for (const auto& [threshold, sides] : result.boundaries) report.boundaries[threshold] |= sides;
    report.tests.push_back(
        {std::string(input.sources.path(test.span.source)), std::move(result), duration_s});
  }
}

// Which rules no test has seen decide.
void print_coverage(const RuleTable& table, const TestReport& report, Console& console) {
  std::string missing;
  for (std::size_t i = 0; i < table.rules.size(); ++i) {
    if (report.deciding_rules.contains(static_cast<std::uint32_t>(i))) continue;
    missing += (missing.empty() ? "" : ", ") + table.rules[i].label();
  }
  console.print(fmt::format("rules that decided in a test: {} of {}{}\n",
                            report.deciding_rules.size(), table.rules.size(),
                            missing.empty() ? "" : "; never: " + missing));
}

// Which thresholds no test has seen from every side.
void print_boundaries(const RuleTable& table, const TestReport& report, Console& console) {
  std::vector<lang::Threshold> all = lang::thresholds(table);
  if (all.empty()) return;
  std::string missing;
  std::size_t complete = 0;
  for (const lang::Threshold& threshold : all) {
    auto sides = report.boundaries.find(threshold.test);
    lang::Sides seen = sides == report.boundaries.end() ? lang::Sides{} : sides->second;
    if (seen.all()) {
      ++complete;
      continue;
    }
    missing += fmt::format("  `{}`: not {}\n", threshold.text, lang::missing_text(seen));
  }
  console.print(fmt::format("thresholds seen just below, at and just above: {} of {}\n{}", complete,
                            all.size(), missing));
}

}  // namespace

int run_test(const TestOptions& options, Console& console) {
  auto world = open_world(options.geodata);
  if (!world) return console.fail(world.error());
  TestReport all;
  for (const std::string& path : options.files) {
    auto input = read_policy(path, **world);
    if (!input) return console.fail(input.error());
    if (!(*input)->policy) {
      console.report((*input)->diagnostics, (*input)->sources, OutputFormat::text);
      return kUnusable;
    }
    auto graph = compile(std::make_shared<const RuleTable>((*input)->policy->table),
                         CompileOptions{.claims = (*world)->claims()});
    if (!graph) return console.fail(graph.error());
    auto prepared = PreparedPolicy::prepare(*graph, **world);
    if (!prepared) return console.fail(prepared.error());
    TestReport report;
    run_tests(options, **input, *prepared, report, console);
    if (options.format == OutputFormat::text) {
      print_coverage((*prepared)->table(), report, console);
      print_boundaries((*input)->policy->table, report, console);
    }
    all.tests.insert(all.tests.end(), std::make_move_iterator(report.tests.begin()),
                     std::make_move_iterator(report.tests.end()));
  }
  std::size_t failed = all.failed_count();
  if (options.format == OutputFormat::json) {
    console.print(test_report_json(all));
  } else {
    console.print(fmt::format("{} passed, {} failed\n", all.tests.size() - failed, failed));
  }
  if (!options.junit.empty()) {
    if (Status status = write_file(options.junit, junit_report(all), true); !status) {
      return console.fail(status.error());
    }
  }
  return failed > 0 ? kFindings : kClean;
}

}  // namespace sojourn::cli
