// sojourn test FILE...: runs the test blocks of rule files.
#include <fmt/format.h>

#include <chrono>
#include <functional>

#include "adapters/cli/commands.h"
#include "adapters/cli/explanation_text.h"
#include "adapters/cli/policy_input.h"
#include "adapters/cli/suggest_tests.h"
#include "adapters/cli/test_report.h"
#include "engine/base/diagnostic_code.h"
#include "engine/proof/compile.h"
#include "lang/testing/run.h"

namespace sojourn::cli {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

using Say = std::function<void(std::string_view)>;

// Expected beside actual; the explanation once for all that is expected of one moment.
std::string failures_text(const std::vector<lang::TestFailure>& failures,
                          const SourceMap& sources) {
  std::string text;
  for (std::size_t i = 0; i < failures.size(); ++i) {
    const lang::TestFailure& failure = failures[i];
    Location at = sources.location(failure.span);
    text += fmt::format("  {}:{}:{}\n    expected  {}\n    actual    {}\n", at.path, at.line,
                        at.column, failure.expected, failure.actual);
    std::string explanation = explanation_text(failure.explanation);
    bool more_of_it =
        i + 1 < failures.size() && explanation_text(failures[i + 1].explanation) == explanation;
    if (more_of_it) continue;
    for (std::size_t begin = 0; begin < explanation.size();) {
      std::size_t end = std::min(explanation.find('\n', begin), explanation.size());
      std::string_view line = std::string_view(explanation).substr(begin, end - begin);
      text += line.empty() ? "    |\n" : fmt::format("    | {}\n", line);
      begin = end + 1;
    }
  }
  return text;
}

// Runs the tests of one policy; adds to the report. What they saw of the policy together.
lang::Coverage run_tests(const TestOptions& options, const PolicyInput& input,
                         const std::shared_ptr<const PreparedPolicy>& policy, TestReport& report,
                         const Say& say) {
  lang::Coverage seen;
  lang::TestRunner runner(policy);
  for (const lang::TestCase& test : input.policy->tests) {
    if (test.name.find(options.only) == std::string::npos) continue;
    auto begin = std::chrono::steady_clock::now();
    lang::TestResult result = runner.run(test);
    double duration_s = seconds_since(begin);
    say(fmt::format("{} {} ({:.0f} ms)\n", result.passed() ? "pass" : "FAIL", test.name,
                    duration_s * 1000));
    for (const std::string& refused : result.refused) say(fmt::format("  {}\n", refused));
    say(failures_text(result.failures, input.sources));
    seen |= result.coverage;
    report.tests.push_back(
        {std::string(input.sources.path(test.span.source)), std::move(result), duration_s});
  }
  return seen;
}

// Prints the tests that are missing, and says for which thresholds none was found.
Status suggest(const PolicyInput& input, const Gazetteer& world,
               const std::shared_ptr<const PreparedPolicy>& policy, const CoverageReport& coverage,
               Console& console) {
  auto suggested = suggest_tests(input, world, policy, coverage);
  if (!suggested) return std::move(suggested).error();
  console.print(suggested->text);
  for (const std::string& missing : suggested->not_found) {
    console.message(fmt::format("no test was found: {}\n", missing));
  }
  if (suggested->left > 0) {
    const char* until = suggested->text.empty() ? "those above are seen by tests of your own"
                                                : "these tests are in the rule file";
    console.message(fmt::format(
        "so large a policy is asked about bit by bit: {} more threshold{} will be looked "
        "at once {}\n",
        suggested->left, suggested->left == 1 ? "" : "s", until));
  } else if (suggested->text.empty() && suggested->not_found.empty()) {
    console.message("every threshold was seen just below, at and just above\n");
  }
  return {};
}

}  // namespace

int run_test(const TestOptions& options, Console& console) {
  auto world = open_world(options.geodata);
  if (!world) return console.fail(world.error());
  bool text = options.format == OutputFormat::text;
  // With --suggest, standard output holds nothing but tests, to be appended to the rule file.
  Say say = [&](std::string_view said) {
    if (options.suggest) {
      console.message(said);
    } else if (text) {
      console.print(said);
    }
  };
  TestReport all;
  for (const std::string& path : options.files) {
    auto input = read_policy(path, **world);
    if (!input) return console.fail(input.error());
    if (!is_free_of_errors(**input, **world, console)) return kUnusable;
    auto graph = compile(std::make_shared<const RuleTable>((*input)->policy->table),
                         CompileOptions{.claims = (*world)->claims()});
    if (!graph) return console.fail(graph.error());
    auto prepared = PreparedPolicy::prepare(*graph, **world);
    if (!prepared) return console.fail(prepared.error());
    lang::Coverage seen = run_tests(options, **input, *prepared, all, say);
    all.coverage.push_back(coverage_of((*input)->path, (*prepared)->table(), seen));
    say(coverage_text(all.coverage.back()));
    if (!options.suggest) continue;
    if (Status status = suggest(**input, **world, *prepared, all.coverage.back(), console);
        !status) {
      return console.fail(status.error());
    }
  }
  if (all.tests.empty() && !options.only.empty()) {
    return console.fail(make_diagnostic(Code::E0003,
                                        fmt::format("no test has `{}` in its name", options.only),
                                        "without `--only` all of them run"));
  }
  std::size_t failed = all.failed_count();
  say(fmt::format("{} passed, {} failed\n", all.tests.size() - failed, failed));
  if (!text && !options.suggest) console.print(test_report_json(all));
  if (!options.junit.empty()) {
    if (Status status = write_file(options.junit, junit_report(all), true); !status) {
      return console.fail(status.error());
    }
  }
  return failed > 0 ? kFindings : kClean;
}

}  // namespace sojourn::cli
