// TestCase: a `test` block as plain data that a runner can replay (interfaces.md "The test block").
//
// Times are instants, the policy's zone applied; `every` lines are unrolled; what was `given` is a
// standing observation at the moment of the device's first report.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/instant.h"
#include "engine/base/source.h"
#include "engine/device/observation.h"

namespace sojourn::lang {

struct Expected {
  enum class Kind : std::uint8_t {
    keep,          // by effect: the profile that should be enabled is the one that is
    profile,       // by effect: `name` should be enabled
    alert,         // `name` is among the alerts of the decision in force
    task,          // likewise
    no_alert,      // `name` is not among them
    no_task,       // likewise
    no_alerts,     // the decision in force has none
    no_tasks,      // likewise
    by,            // the rule called `name` decided; "" = otherwise; unnamed rules are "line 42"
    ban_violated,  // the ban called `name` is violated with the enabled profile
    suppressed,    // the decision waits: hold, window, requires, guard
  };
  Kind kind = Kind::keep;
  std::string name;
  Span span;
};

struct TestStep {
  enum class Kind : std::uint8_t {
    given,    // `observation` is standing; no time passes
    observe,  // a report
    wait,     // time passes to `at`
    expect,   // as of the latest moment of this test so far
  };
  Kind kind = Kind::observe;
  std::string device;  // "" = the device that the test is about
  Instant at;
  Observation observation;
  std::vector<Expected> expected;
  // expect ... on DATE (or at TIME): the decision in force was taken within [first, second).
  std::optional<std::pair<Instant, Instant>> taken;
  Span span;  // the line, for messages
};

// Invariant: every step has `at` set (expect: that of the step before); given steps of a device
// come before its first report. A report earlier than the one before it is a late one.
struct TestCase {
  std::string name;
  bool obeying = false;  // the simulated device carries decisions out at once
  std::vector<TestStep> steps;
  Span span;
};

}  // namespace sojourn::lang
