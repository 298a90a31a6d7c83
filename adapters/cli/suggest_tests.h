// Tests for the thresholds of a policy that no test has seen from every side.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/cli/policy_input.h"
#include "adapters/cli/test_report.h"

namespace sojourn::cli {

struct SuggestedTests {
  // `test` blocks to put below the rule file, in the one layout: each brings a device just below,
  // to, or just above a threshold of a rule or ban, and expects what the policy decides there. They
  // were run and pass.
  std::string text;
  // "`battery >= 30%` just above, for `settled`": no device that stands still shows it.
  std::vector<std::string> not_found;
  // So many thresholds of a large policy were not looked at: to be asked for again, once the tests
  // of the others are in the rule file.
  std::size_t left = 0;
};

// `coverage`: what the policy's own tests saw.
Result<SuggestedTests> suggest_tests(const PolicyInput& input, const Gazetteer& world,
                                     const std::shared_ptr<const PreparedPolicy>& policy,
                                     const CoverageReport& coverage);

}  // namespace sojourn::cli
