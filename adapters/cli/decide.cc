// sojourn decide FILE --device JSON: one decision with its explanation.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/explanation_text.h"
#include "adapters/cli/follow_device.h"
#include "adapters/cli/policy_input.h"
#include "engine/base/diagnostic_code.h"
#include "engine/runtime/record_json.h"

namespace sojourn::cli {

int run_decide(const DecideOptions& options, Console& console) {
  auto policy = load_runnable(options.file, options.geodata, {}, console);
  if (!policy) return kUnusable;
  auto followed = follow_device(*policy, options.device, console);
  if (!followed) return console.fail(followed.error());
  std::unique_ptr<DeviceLoop>& loop = followed->loop;
  Instant at = loop->now();
  if (!options.at.empty()) {
    auto asked = parse_rfc3339(options.at);
    if (!asked) {
      return console.fail(make_diagnostic(Code::E0003,
                                          fmt::format("`--at {}` is no instant", options.at),
                                          "write it like 2026-01-31T12:00:00Z, or with an offset "
                                          "like 2026-01-31T09:00:00-03:00"));
    }
    if (*asked < at) {
      return console.fail(make_diagnostic(
          Code::E0003, fmt::format("`--at {}` lies before the newest report", options.at),
          fmt::format("the newest is of {}; leave later reports out to decide before them",
                      to_rfc3339(at))));
    }
    at = *asked;
    loop->run_until(at, [](const DecisionRecord&) {});
  }
  Explanation explanation = loop->explain();
  explanation.device = followed->device;
  if (options.format == OutputFormat::json) {
    console.print(to_json(explanation, policy->prepared->table()) + "\n");
  } else {
    console.print(explanation_text(explanation));
  }
  return kClean;
}

}  // namespace sojourn::cli
