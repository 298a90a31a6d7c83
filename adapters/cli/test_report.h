// What a run of tests found: coverage for people, all of it for programs as JSON, and JUnit's XML
// for build servers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/graph/rule_table.h"
#include "lang/testing/run.h"

namespace sojourn::cli {

struct TestEntry {
  std::string file;
  lang::TestResult result;
  double duration_s = 0;
};

// What the tests of one policy saw of it together.
struct CoverageReport {
  std::string file;
  std::size_t rule_count = 0;
  std::size_t ban_count = 0;
  std::vector<std::string> rules_never;  // labels of rules that had no effect in any test
  std::vector<std::string> bans_never;   // likewise: neither violated nor within notice
  std::vector<std::pair<lang::Threshold, lang::Sides>> thresholds;
};
CoverageReport coverage_of(const std::string& file, const RuleTable& table,
                           const lang::Coverage& seen);
std::string coverage_text(const CoverageReport& coverage);

struct TestReport {
  std::vector<TestEntry> tests;
  std::vector<CoverageReport> coverage;  // by file
  std::size_t failed_count() const;
};

std::string test_report_json(const TestReport& report);
std::string junit_report(const TestReport& report);

}  // namespace sojourn::cli
