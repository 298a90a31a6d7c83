#include "adapters/cli/follow_device.h"

#include <fmt/format.h>

#include "adapters/cli/undeclared_names.h"
#include "adapters/service/master_data.h"
#include "adapters/telemetry/trace_reader.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "engine/runtime/device_directory.h"

namespace sojourn::cli {
namespace {

// The reports given: the JSON itself, or the lines of a file when it begins with `@`.
Result<std::string> report_lines(const std::string& given) {
  if (!given.starts_with('@')) return given;
  return read_file(given.substr(1), limits::kSourceBytesMax);
}

}  // namespace

Result<FollowedDevice> follow_device(const RunnablePolicy& policy, const std::string& given,
                                     Console& console) {
  auto lines = report_lines(given);
  if (!lines) return std::move(lines).error();
  std::vector<std::pair<std::string, std::unique_ptr<telemetry::ByteStream>>> streams;
  streams.emplace_back("--device", telemetry::open_memory(std::move(lines).value()));
  auto opened = telemetry::TraceReader::open_streams(std::move(streams), {});
  if (!opened) return std::move(opened).error();
  telemetry::TraceReader& reader = **opened;
  LoopOptions loop_options;
  loop_options.mode = LoopMode::open;
  service::MasterData master_data(policy.devices);
  DeviceDirectory names([&](const std::string& imei) { return master_data.eid_of(imei); });
  FollowedDevice followed;
  Observation observation;
  UndeclaredNames undeclared(policy.prepared->table());
  while (true) {
    auto more = reader.next(observation);
    if (!more) return std::move(more).error();
    if (!*more) break;
    const std::string& label = names.label(names.find_or_add(observation.names));
    if (!followed.loop) {
      followed.device = label;
      followed.loop = std::make_unique<DeviceLoop>(policy.prepared, label, loop_options);
      std::optional<Observation> known = master_data.of(observation.names, observation.at);
      if (known) followed.loop->introduce(*known);
    }
    if (label != followed.device) {
      return make_diagnostic(
          Code::E0006,
          fmt::format("the reports speak of two devices, `{}` and `{}`", followed.device, label),
          "give the reports of one device");
    }
    undeclared.add(observation);
    ObserveOutcome outcome = followed.loop->report(observation, [](const DecisionRecord&) {});
    for (const Diagnostic& refused : outcome.refused) console.fail(refused);
  }
  if (std::string told = undeclared.told(); !told.empty()) console.message(told);
  if (!reader.summary().clean()) console.message(telemetry::describe(reader.summary()));
  if (!followed.loop) {
    return make_diagnostic(Code::E0006, "no report that can be used was given",
                           "a report needs `ts` and one of `eid`, `imei`, `device`");
  }
  return followed;
}

}  // namespace sojourn::cli
