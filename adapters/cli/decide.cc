// sojourn decide FILE --device JSON: one decision with its explanation.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/explanation_text.h"
#include "adapters/cli/master_data.h"
#include "adapters/cli/policy_input.h"
#include "adapters/telemetry/trace_reader.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "engine/runtime/device_directory.h"
#include "engine/runtime/device_loop.h"
#include "engine/runtime/record_json.h"

namespace sojourn::cli {
namespace {

// The reports given: the JSON itself, or the lines of a file when it begins with `@`.
Result<std::string> report_lines(const std::string& given) {
  if (!given.starts_with('@')) return given;
  return read_file(given.substr(1), limits::kSourceBytesMax);
}

}  // namespace

int run_decide(const DecideOptions& options, Console& console) {
  auto policy = load_runnable(options.file, options.geodata, {}, console);
  if (!policy) return kUnusable;
  auto lines = report_lines(options.device);
  if (!lines) return console.fail(lines.error());
  std::vector<std::pair<std::string, std::unique_ptr<telemetry::ByteStream>>> streams;
  streams.emplace_back("--device", telemetry::open_memory(std::move(lines).value()));
  auto opened = telemetry::TraceReader::open_streams(std::move(streams), {});
  if (!opened) return console.fail(opened.error());
  telemetry::TraceReader& reader = **opened;
  LoopOptions loop_options;
  loop_options.mode = LoopMode::open;
  MasterData master_data(std::move(policy->devices));
  std::optional<DeviceLoop> loop;
  std::string device;
  Observation observation;
  while (true) {
    auto more = reader.next(observation);
    if (!more) return console.fail(more.error());
    if (!*more) break;
    DeviceDirectory names;
    const std::string& label = names.label(names.find_or_add(observation.names));
    if (!loop) {
      loop.emplace(policy->prepared, device = label, loop_options);
      std::optional<Observation> known = master_data.of(observation.names, observation.at);
      if (known) loop->introduce(*known);
    }
    if (label != device) {
      return console.fail(make_diagnostic(
          Code::E0006,
          fmt::format("the reports speak of two devices, `{}` and `{}`", device, label),
          "give the reports of one device"));
    }
    auto ignore = [](const DecisionRecord&) {};
    ObserveOutcome outcome = loop->report(observation, ignore);
    for (const Diagnostic& refused : outcome.refused) console.fail(refused);
  }
  if (!reader.summary().clean()) console.message(telemetry::describe(reader.summary()));
  if (!loop) {
    return console.fail(make_diagnostic(Code::E0006, "no report that can be used was given",
                                        "a report needs `ts` and one of `eid`, `imei`, `device`"));
  }
  Instant at = loop->now();
  if (!options.at.empty()) {
    auto asked = parse_rfc3339(options.at);
    if (!asked || *asked < at) {
      return console.fail(make_diagnostic(
          Code::E0003, fmt::format("`--at {}` is not an instant after the reports", options.at),
          "write it like 2026-01-31T12:00:00Z"));
    }
    at = *asked;
    loop->run_until(at, [](const DecisionRecord&) {});
  }
  Explanation explanation = loop->device().explain(at);
  explanation.device = device;
  if (options.format == OutputFormat::json) {
    console.print(to_json(explanation, policy->prepared->table()) + "\n");
  } else {
    console.print(explanation_text(explanation));
  }
  return kClean;
}

}  // namespace sojourn::cli
