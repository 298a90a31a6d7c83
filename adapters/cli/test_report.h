// What a run of tests found, for programs: JSON, and JUnit's XML for build servers.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lang/testing/run.h"

namespace sojourn::cli {

struct TestEntry {
  std::string file;
  lang::TestResult result;
  double duration_s = 0;
};

struct TestReport {
  std::vector<TestEntry> tests;
  std::set<std::uint32_t> deciding_rules;
  std::map<std::uint32_t, lang::Sides> boundaries;  // by test of the policy's conditions
  std::size_t failed_count() const;
};

std::string test_report_json(const TestReport& report);
std::string junit_report(const TestReport& report);

}  // namespace sojourn::cli
