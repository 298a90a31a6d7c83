// Runs test cases through the engine's own loop: what a test sees is what a device will get.
//
//   TestRunner runner(prepared);
//   for (const TestCase& test : policy.tests) {
//     TestResult result = runner.run(test);
//     if (!result.passed()) show(result.failures);
//   }
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/device/device.h"
#include "lang/test_case.h"
#include "lang/testing/boundaries.h"

namespace sojourn::lang {

// An expectation that did not hold.
struct TestFailure {
  Span span;             // the expectation
  std::string expected;  // "profile = vivo-local on 2026-03-21"
  std::string actual;    // "keep by otherwise, taken at 2026-01-01T10:00:00Z"
  Explanation explanation;
};

// What a test has seen of a policy at any of its moments.
struct Coverage {
  std::set<std::uint32_t> rules;  // that decided, or spoke beside the one that did
  std::set<std::uint32_t> bans;   // that were violated or within notice with what was enabled
  std::vector<Sides> boundaries;  // by threshold, in the order of `thresholds(table)`
  Coverage& operator|=(const Coverage& other);
};

struct TestResult {
  std::string name;
  std::vector<TestFailure> failures;
  std::vector<std::string> refused;  // values of the test's reports that cannot be
  Coverage coverage;
  // What is decided at the end about the device spoken of last, as expectations that hold:
  // "profile = vivo-local by meters-in-brazil", "alert \"..\""; empty when nothing is.
  std::vector<std::string> outcome;
  // Of the rules that were asked about, those whose condition holds of it then.
  std::set<std::uint32_t> holding;
  bool passed() const { return failures.empty() && refused.empty(); }
};

// Of one policy. Tests may run in several threads at once.
class TestRunner {
 public:
  explicit TestRunner(std::shared_ptr<const PreparedPolicy> policy);
  TestResult run(const TestCase& test, const std::set<std::uint32_t>& asked = {}) const;

 private:
  std::shared_ptr<const PreparedPolicy> policy_;
  ThresholdIndex thresholds_;
};

// A single one.
TestResult run_test(const TestCase& test, const std::shared_ptr<const PreparedPolicy>& policy);

}  // namespace sojourn::lang
